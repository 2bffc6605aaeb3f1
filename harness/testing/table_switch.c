/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a switch have in its table after what a controller sent to it? */
#include "testing/table_switch.h"

#include "model/flow_mod.h"
#include "ofctl/flow.h"
#include "openflow/protocol.h"
#include "testing/cmocka.h"
#include "testing/openflow_peer.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { VERSION_13 = 4 };

static bool is_13(const struct table_switch *sw)
{
    return sw->answers.speaks == VERSION_13;
}

static size_t find(const struct table_switch *sw, const struct flow_entry *entry)
{
    size_t i = 0;
    while (i < sw->table.n_entries && !flow_same_key(&sw->table.entries[i], entry)) {
        i++;
    }
    return i;
}

static void strike(struct flow_table *table, size_t index)
{
    table->n_entries--;
    memmove(&table->entries[index], &table->entries[index + 1],
            (table->n_entries - index) * sizeof *table->entries);
}

/* OpenFlow 1.0, sections 3.4 and 4.6, and 1.3.5, section 6.4, as far as tests need it: a command
 * that is not strict fails the test. */
static void apply(struct table_switch *sw, const struct of_flow_mod *mod)
{
    size_t at = find(sw, &mod->entry);
    bool found = at < sw->table.n_entries;
    if (mod->command == OFPFC_DELETE_STRICT) {
        if (found) {
            strike(&sw->table, at);
        }
        return;
    }
    assert_true(mod->command == OFPFC_ADD || mod->command == OFPFC_MODIFY_STRICT);
    struct flow_entry *entry = found ? &sw->table.entries[at] : flow_table_add(&sw->table);
    if (found && mod->command == OFPFC_MODIFY_STRICT) {
        entry->actions = mod->entry.actions;
        entry->n_actions = mod->entry.n_actions;
        entry->instructions = mod->entry.instructions;
    } else {
        *entry = mod->entry;
    }
}

/* OFPET_FLOW_MOD_FAILED, and that the table is full, about the message. */
static void refuse(struct table_switch *sw, uint32_t xid, const void *bytes)
{
    uint8_t body[4 + 56] = {0, OFPET_FLOW_MOD_FAILED};
    if (is_13(sw)) {
        body[1] = 5; /* OFPFMFC_TABLE_FULL */
        body[3] = 1;
    }
    memcpy(body + 4, bytes, sizeof body - 4);
    fake_switch_put(&sw->answers, FAKE_ERROR, xid, body, sizeof body);
    sw->n_refused++;
}

static int read_flow_mod(struct table_switch *sw, struct base_reader *body, struct of_flow_mod *mod,
                         struct base_error *error)
{
    if (!is_13(sw)) {
        return peer_read_flow_mod(body, &sw->table.arena, mod, error);
    }
    int status = peer13_read_flow_mod(body, &sw->table, mod, error);
    sw->table.n_entries -= status == 0;
    return status;
}

static void hear_flow_mod(struct table_switch *sw, uint32_t xid, struct base_reader *body,
                          const void *bytes)
{
    struct of_flow_mod mod;
    struct base_error error;
    struct base_buffer line = {0};
    if (read_flow_mod(sw, body, &mod, &error)) {
        fail_msg("%s", error.text);
    }
    base_put_format(&line, "%" PRIu64 " %s ", sw->dpid,
                    flow_command_name((enum flow_command)mod.command));
    ofctl_format_flow(&mod.entry, FLOW_NO_STATS, &line);
    if (sw->heard) {
        base_put_format(sw->heard, "%s\n", base_buffer_text(&line));
    }
    sw->n_mods++;
    if (sw->refuses && strstr(base_buffer_text(&line), sw->refuses)) {
        refuse(sw, xid, bytes);
    } else if (!sw->forgetful) {
        apply(sw, &mod);
    }
    base_buffer_free(&line);
}

/* As the switch lists it. */
static void put_entry(struct table_switch *sw, struct flow_entry entry)
{
    struct action last_first[16];
    entry.table_id = sw->answers.table ? sw->answers.table : entry.table_id;
    if (sw->reorders) {
        assert_in_range(entry.n_actions, 0, 16);
        for (size_t i = 0; i < entry.n_actions; i++) {
            last_first[i] = entry.actions[entry.n_actions - 1 - i];
        }
        entry.actions = last_first;
    }
    if (is_13(sw)) {
        peer13_put_flow_stats(&sw->answers.out, &entry);
    } else {
        peer_put_flow_stats(&sw->answers.out, &entry);
    }
}

static void put_table(struct table_switch *sw, uint32_t xid)
{
    struct base_buffer *out = &sw->answers.out;
    size_t begin = is_13(sw) ? peer13_begin_stats(out, xid, OFPST_FLOW, false)
                             : peer_begin_stats(out, xid, OFPST_FLOW, false);
    for (size_t i = 0; i < sw->table.n_entries; i++) {
        put_entry(sw, sw->table.entries[i]);
    }
    of_end(out, begin);
    sw->n_reads++;
}

static void hear(struct table_switch *sw, const void *bytes, size_t n_bytes)
{
    struct of_header header;
    struct base_reader body;
    struct base_error error;
    const uint8_t *version = bytes;
    if (of_protocol(is_13(sw) ? VERSION_13 : 1)->open(bytes, n_bytes, &header, &body, &error)) {
        fail_msg("%s", error.text);
    }
    if (header.type == OFPT_HELLO) {
        uint8_t ours = sw->answers.version ? sw->answers.version : 1;
        sw->answers.speaks = *version < ours ? *version : ours;
    }
    struct base_reader kind = body;
    uint16_t stats = base_read_be16(&kind);
    if (header.type == OFPT_SET_CONFIG && sw->restarts) {
        sw->table.n_entries = 0;
    }
    if (header.type == OFPT_FLOW_MOD) {
        hear_flow_mod(sw, header.xid, &body, bytes);
    } else if (header.type == OFPT_STATS_REQUEST && stats == FAKE_FLOW) {
        put_table(sw, header.xid);
    } else if (header.type != OFPT_BARRIER_REQUEST || !sw->slow) {
        sw->answers.dpid = sw->dpid;
        sw->answers.n_flows = sw->table.n_entries + sw->hides;
        fake_switch_answer(&sw->answers, header.type, header.xid, stats);
    }
    if (header.type == OFPT_BARRIER_REQUEST && sw->heard) {
        base_put_format(sw->heard, "%" PRIu64 " barrier\n", sw->dpid);
    }
}

static void send_answers(struct table_switch *sw)
{
    if (sw->peer) {
        bufferevent_write(sw->peer, sw->answers.out.data, sw->answers.out.n_bytes);
    }
    sw->answers.out.n_bytes = 0;
}

static void on_bytes(struct bufferevent *peer, void *arg)
{
    struct table_switch *sw = arg;
    struct evbuffer *in = bufferevent_get_input(peer);
    struct base_error error;
    size_t n_message = 0;
    for (;;) {
        size_t n_bytes = evbuffer_get_length(in);
        const uint8_t *bytes = evbuffer_pullup(in, -1);
        assert_int_equal(of_frame(bytes, n_bytes, &n_message, &error), 0);
        if (n_message == 0 || n_message > n_bytes) {
            break;
        }
        hear(sw, bytes, n_message);
        evbuffer_drain(in, sw->answers.one_a_read ? n_bytes : n_message);
    }
    send_answers(sw);
}

static void on_end(struct bufferevent *peer, short what, void *arg)
{
    (void)peer;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) {
        table_switch_hang_up(arg);
    }
}

static void greet(struct table_switch *sw, struct event_base *base, evutil_socket_t fd)
{
    table_switch_hang_up(sw);
    sw->n_connections++;
    sw->peer = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    assert_non_null(sw->peer);
    bufferevent_setcb(sw->peer, on_bytes, NULL, on_end, sw);
    bufferevent_enable(sw->peer, EV_READ | EV_WRITE);
    sw->answers.speaks = sw->answers.version;
    fake_switch_put(&sw->answers, FAKE_HELLO, 0, NULL, 0);
    send_answers(sw);
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *address, int n_address, void *arg)
{
    (void)address;
    (void)n_address;
    struct table_switch *sw = arg;
    if (sw->away) {
        evutil_closesocket(fd);
        return;
    }
    greet(sw, evconnlistener_get_base(listener), fd);
}

void table_switch_open(struct table_switch *sw, struct event_base *base)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    sw->listener = evconnlistener_new_bind(base, on_connection, sw, LEV_OPT_CLOSE_ON_FREE, 8,
                                           (const struct sockaddr *)&address, sizeof address);
    assert_non_null(sw->listener);
    assert_int_equal(getsockname(evconnlistener_get_fd(sw->listener), (struct sockaddr *)&address,
                                 &(socklen_t){sizeof address}),
                     0);
    snprintf(sw->endpoint, sizeof sw->endpoint, "tcp:127.0.0.1:%u", ntohs(address.sin_port));
}

void table_switch_dial(struct table_switch *sw, struct event_base *base, uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    greet(sw, base, -1);
    assert_int_equal(
        bufferevent_socket_connect(sw->peer, (const struct sockaddr *)&address, sizeof address), 0);
}

void table_switch_hang_up(struct table_switch *sw)
{
    if (sw->peer) {
        bufferevent_free(sw->peer);
    }
    sw->peer = NULL;
    sw->answers.out.n_bytes = 0;
}

void table_switch_put(struct table_switch *sw, const char *flow)
{
    struct base_error error;
    size_t column;
    if (ofctl_parse_flow(flow, &sw->table, NULL, &column, &error)) {
        fail_msg("%s: %s", flow, error.text);
    }
}

void table_switch_lose(struct table_switch *sw, size_t index, uint8_t reason)
{
    const struct of_flow_removed removed = {.reason = reason, .entry = sw->table.entries[index]};
    strike(&sw->table, index);
    if (is_13(sw)) {
        peer13_put_flow_removed(&sw->answers.out, 0, &removed);
    } else {
        peer_put_flow_removed(&sw->answers.out, 0, &removed);
    }
    send_answers(sw);
}

void table_switch_link(struct table_switch *sw, uint16_t number, bool is_up)
{
    static const uint8_t modified[8] = {2}; /* OFPPR_MODIFY */
    struct base_buffer body = {0};
    uint64_t bit = UINT64_C(1) << number;
    sw->answers.no_link = is_up ? sw->answers.no_link & ~bit : sw->answers.no_link | bit;
    base_put_bytes(&body, modified, sizeof modified);
    fake_switch_put_port(&sw->answers, number, &body);
    fake_switch_put(&sw->answers, FAKE_PORT_STATUS, 0, body.data, body.n_bytes);
    base_buffer_free(&body);
    send_answers(sw);
}

const char *table_switch_text(const struct table_switch *sw)
{
    static struct base_buffer text;
    text.n_bytes = 0;
    for (size_t i = 0; i < sw->table.n_entries; i++) {
        ofctl_format_flow(&sw->table.entries[i], FLOW_NO_STATS, &text);
        base_put_text(&text, "\n");
    }
    return base_buffer_text(&text);
}

void table_switch_close(struct table_switch *sw)
{
    table_switch_hang_up(sw);
    if (sw->listener) {
        evconnlistener_free(sw->listener);
    }
    flow_table_free(&sw->table);
    base_buffer_free(&sw->answers.out);
    *sw = (struct table_switch){0};
}
