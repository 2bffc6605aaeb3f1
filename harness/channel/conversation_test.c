/* SPDX-License-Identifier: Apache-2.0
 *
 * All that is said to switches of many kinds, message by message, and all that is made of what they
 * say: as whole/conversations.txt has it. */
#include "channel/channel.h"

#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "testing/channel.h"
#include "testing/whole.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

enum { ALL = BOTH | CHANNEL_CONFIG, GET_CONFIG_REQUEST = 7, GET_CONFIG_REPLY = 8 };

static void put_port(const struct port *port, struct base_buffer *out)
{
    base_put_format(out, "port %u \"%s\" %02x..%02x config %x state %x %x %x %x %x%s", port->number,
                    port->name, port->dl_addr[0], port->dl_addr[5], port->config, port->state,
                    port->curr, port->advertised, port->supported, port->peer,
                    port->flood_untold ? " flood?" : "");
    uint64_t counters[N_PORT_COUNTERS];
    memcpy(counters, &port->counters, sizeof counters);
    for (size_t i = 0; port->has_counters && i < N_PORT_COUNTERS; i++) {
        base_put_format(out, " %" PRId64, (int64_t)counters[i]);
    }
    base_put_text(out, "\n");
}

static void put_state(const struct switch_state *state, struct base_buffer *out)
{
    base_put_format(out,
                    "switch %" PRIx64 " version %u buffers %u tables %u can %x %x fragments %u\n",
                    state->datapath_id, state->version, state->n_buffers, state->n_tables,
                    state->capabilities, state->supported_actions, state->fragments);
    for (size_t i = 0; i < state->n_ports; i++) {
        put_port(&state->ports[i], out);
    }
    for (size_t i = 0; i < state->flows.n_entries; i++) {
        ofctl_format_flow(&state->flows.entries[i], FLOW_WITH_STATS, out);
        base_put_text(out, "\n");
    }
    for (size_t i = 0; i < state->groups.n_groups; i++) {
        ofctl_format_group(&state->groups.groups[i], out);
        base_put_text(out, "\n");
    }
    for (size_t i = 0; i < state->groups.n_meters; i++) {
        ofctl_format_meter(&state->groups.meters[i], out);
        base_put_text(out, "\n");
    }
}

/* All but times. */
static void put_dump(const struct channel_dump *dump, const char *endpoint, struct base_buffer *out)
{
    base_put_format(out, "%s%s; %u repeats, %zu bytes, %zu strays, surplus %" PRId64 ", table %u",
                    dump->ok ? "good" : "bad",
                    dump->ok ? dump->reason : dump->reason + strlen(endpoint), dump->repeats,
                    dump->n_bytes, dump->n_strays, dump->surplus, dump->table);
    base_put_text(out, dump->first_byte_ms > 0 ? ", answered\n" : ", not answered\n");
    if (dump->odd) {
        base_put_format(out, "odd %x: ", dump->odd);
        channel_format_odd(dump, out);
        base_put_text(out, "\n");
    }
    put_state(&dump->state, out);
}

/* What is dumped in turn of a switch, and how. */
struct talk {
    const char *name;
    struct fake_switch fake;
    uint8_t version; /* which the target insists on */
    bool plain;
    unsigned what[3]; /* as many dumps as there are, at least one */
    bool sends;       /* it is told to send a frame before each dump */
    unsigned cut;     /* bit n: of its connection n only HELLO is sure to be heard */
};

static void send_frame(struct channel *channel, const char *endpoint, struct base_buffer *out)
{
    struct base_error error = {""};
    if (channel_packet_out(channel, 0, 7, "a frame", 7, &error)) {
        base_put_format(out, "not sent%s\n", error.text + strlen(endpoint));
    }
}

/* The twin, if there is one, has the rest of the conversation. */
static void hold(const struct talk *talk, struct fake_switch *fake, struct fake_switch *twin,
                 struct base_buffer *out)
{
    struct channel_target target = {
        .name = "s1", .endpoint = fake->endpoint, .version = talk->version};
    const struct channel_options options = {.timeout_ms = 20000, .plain = talk->plain};
    struct channel *channel;
    assert_int_equal(channel_open(&target, 1, &options, &channel, NULL), 0);
    for (size_t i = 0; i < 3 && (i == 0 || talk->what[i]); i++) {
        struct channel_dump dump;
        if (talk->sends) {
            send_frame(channel, fake->endpoint, out);
        }
        dump_all(channel, talk->what[i], &dump);
        put_dump(&dump, fake->endpoint, out);
        switch_state_free(&dump.state);
    }
    channel_close(channel);
    if (twin->twin) {
        fake_switch_stop(twin);
    }
    fake_switch_stop(fake);
}

/* Of one switch, which serve a connection each. */
static struct fake_switch *both[2];
static sem_t was_heard; /* by the first of them that spoke */

/* Lines, without those that come behind HELLO on a connection that is cut. */
static void put_lines(const char *text, unsigned cut, struct base_buffer *out)
{
    unsigned at = 0, n_behind = 0;
    for (size_t n_bytes; *text; text += n_bytes) {
        n_bytes = strcspn(text, "\n") + 1;
        bool begins = *text == 'c';
        at += begins;
        n_behind = begins ? 0 : n_behind + 1;
        if (n_behind < 2 || !(cut >> at & 1)) {
            base_put_bytes(out, text, n_bytes);
        }
    }
}

/* That of 1.0 comes first. */
static void put_heard(struct base_buffer heard[2], unsigned cut, struct base_buffer *out)
{
    static const char first[] = "connected\n1.";
    bool turned = strncmp(base_buffer_text(&heard[0]), first, strlen(first)) != 0;
    put_lines(base_buffer_text(&heard[turned]), cut, out);
    put_lines(base_buffer_text(&heard[!turned]), cut, out);
    base_buffer_free(&heard[0]);
    base_buffer_free(&heard[1]);
}

static void put_talk(const struct talk *talk, bool has_twin, struct base_buffer *out)
{
    struct base_buffer heard[2] = {0};
    struct fake_switch fake = talk->fake, twin = talk->fake;
    fake.heard = &heard[0];
    twin.heard = &heard[1];
    twin.twin = has_twin ? &fake : NULL;
    sem_init(&was_heard, 0, 0);
    both[0] = &fake;
    both[1] = &twin;
    assert_true(fake_switch_start(&fake) && (!has_twin || fake_switch_start(&twin)));
    out->n_bytes = 0;
    base_put_format(out, "=== %s\n", talk->name);
    hold(talk, &fake, &twin, out);
    put_heard(heard, talk->cut, out);
}

/* A second connection is given up after a second, in which a busy machine may run nothing. */
static void put_talk_in_both(const struct talk *talk, struct base_buffer *out)
{
    for (int i = 0; i < 10; i++) {
        put_talk(talk, true, out);
        if (!strstr(base_buffer_text(out), "odd 100")) {
            return;
        }
    }
}

static void say_what_fragments_become(struct fake_switch *fake, uint8_t type, uint32_t xid,
                                      uint16_t kind)
{
    if (type == GET_CONFIG_REQUEST) {
        fake_switch_put(fake, GET_CONFIG_REPLY, xid, "\0\1\0\0", 4);
    }
    fake_switch_answer(fake, type, xid, kind);
}

/* One entry, which OpenFlow 1.0 does not tell as it is: it has a meter. */
static void answer_metered(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static const uint8_t body[8 + 88] = {
        [1] = FAKE_FLOW, [9] = 88,      [21] = 100,   [57] = 1,     [59] = 4,
        [61] = 0,        [8 + 57] = 6,  [8 + 59] = 8, [8 + 63] = 1, [8 + 65] = 4,
        [8 + 67] = 24,   [8 + 75] = 16, [8 + 79] = 2,
    };
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW && fake->speaks == 4) {
        fake_switch_put(fake, FAKE_STATS_REPLY, xid, body, sizeof body);
    } else {
        fake_switch_answer(fake, type, xid, kind);
    }
}

/* The connection of 1.0 is told of a port while that of 1.3 is asked, and has heard it, as it
 * answers what comes behind it, before that goes on. */
static void tell_the_other(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static const uint8_t news[64 + 8] = {
        1, FAKE_PORT_STATUS, 0, 64, [64] = 1, FAKE_ECHO_REQUEST, 0, 8};
    if (type == FAKE_FEATURES_REQUEST && fake->speaks == 4) {
        struct timespec end;
        clock_gettime(CLOCK_REALTIME, &end);
        end.tv_sec += 2;
        send(both[fake == both[0]]->fd, news, sizeof news, MSG_NOSIGNAL);
        sem_timedwait(&was_heard, &end);
    } else if (type == FAKE_ECHO_REPLY) {
        sem_post(&was_heard);
    }
    fake_switch_answer(fake, type, xid, kind);
}

static const struct talk TALKS[] = {
    {"plain", {.dpid = 0xa1, .n_flows = 2}, .plain = true, .what = {BOTH, CHANNEL_PORTS, ALL}},
    {"nothing but features", {.dpid = 0xa1, .n_flows = 2}, .plain = true},
    {"entries in Nicira's words", {.n_flows = 1}, .what = {CHANNEL_FLOWS, BOTH}},
    {"configuration",
     {.n_flows = 1, .answer = say_what_fragments_become},
     .what = {ALL, CHANNEL_CONFIG}},
    {"sends", {.n_flows = 1}, .plain = true, .what = {CHANNEL_FLOWS, CHANNEL_PORTS}, .sends = true},
    {"refuses",
     {.n_flows = 1, .no_barrier = true, .no_stats = 1u << FAKE_AGGREGATE | 1u << FAKE_PORT},
     .what = {ALL, ALL}},
    {"refuses FLOW", {.n_flows = 1, .no_stats = 1u << FAKE_FLOW}, .what = {ALL, ALL}, .cut = ~0u},
    {"counts one more", {.n_flows = 1, .n_wrong_counts = 1000}, .what = {BOTH, BOTH}},
    {"counts one more, once", {.n_flows = 1, .n_wrong_counts = 1}, .what = {BOTH, BOTH}},
    {"another table", {.n_flows = 2, .table = 24}, .plain = true, .what = {BOTH, BOTH}},
    {"hangs up", {.n_flows = 1, .hangs_up = true}, .plain = true, .what = {BOTH, BOTH, BOTH}},
    {"holds", {.n_flows = 3, .flows_a_part = 1, .holds = true}, .plain = true, .what = {BOTH}},
    {"ports",
     {.n_ports = 3, .no_link = 1u << 2},
     .plain = true,
     .what = {CHANNEL_PORTS, CHANNEL_FLOWS}},
    {"1.3 alone",
     {.n_flows = 1, .version = 4, .hello_version = 4, .hello_list = 1 << 4, .has_groups = true},
     .what = {ALL, CHANNEL_PORTS, CHANNEL_FLOWS},
     .sends = true,
     .cut = 1 << 1},
    {"1.3 asked for",
     {.n_flows = 1, .version = 4, .hello_list = 1 << 1 | 1 << 4, .has_groups = true},
     .version = 4,
     .what = {BOTH, BOTH}},
    {"1.3, without groups",
     {.n_flows = 1,
      .version = 4,
      .hello_list = 1 << 1 | 1 << 4,
      .no_stats = 1u << FAKE_GROUP_DESC | 1u << FAKE_METER_CONFIG},
     .version = 4,
     .what = {BOTH, BOTH}},
    {"1.0 asked for",
     {.n_flows = 1, .version = 4, .hello_list = 1 << 1 | 1 << 4},
     .version = 1,
     .what = {BOTH, BOTH}},
    {"1.3 asked for, and not had", {.n_flows = 1}, .version = 4, .what = {BOTH}, .cut = ~0u},
    {"a mail server", {.banner = "220 mail.example ESMTP\r\n"}, .what = {BOTH, BOTH}},
};

/* Switches that list both versions. */
static const struct talk IN_BOTH[] = {
    {"beside 1.0, where nothing is hidden",
     {.n_flows = 1, .version = 4, .hello_version = 4, .hello_list = 1 << 1 | 1 << 4},
     .what = {BOTH, BOTH}},
    {"beside 1.0, which goes on",
     {.n_flows = 1,
      .version = 4,
      .hello_version = 4,
      .hello_list = 1 << 1 | 1 << 4,
      .answer = tell_the_other},
     .what = {BOTH, BOTH}},
    {"beside 1.0, which hides a meter",
     {.n_flows = 1,
      .version = 4,
      .hello_version = 4,
      .hello_list = 1 << 1 | 1 << 4,
      .answer = answer_metered},
     .what = {CHANNEL_PORTS, BOTH, BOTH}},
};

static void every_conversation_is_as_it_was(void **state)
{
    (void)state;
    struct base_buffer out = {0}, one = {0};
    for (size_t i = 0; i < sizeof TALKS / sizeof *TALKS; i++) {
        put_talk(&TALKS[i], false, &one);
        base_put_text(&out, base_buffer_text(&one));
    }
    for (size_t i = 0; i < sizeof IN_BOTH / sizeof *IN_BOTH; i++) {
        put_talk_in_both(&IN_BOTH[i], &one);
        base_put_text(&out, base_buffer_text(&one));
    }
    assert_whole(base_buffer_text(&out), "harness/channel/whole/conversations.txt");
    base_buffer_free(&one);
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_conversation_is_as_it_was),
};
TEST_MAIN(tests)
