/* SPDX-License-Identifier: Apache-2.0
 *
 * Each fault of a part of the reference network in turn, in the network itself: on each cable that
 * frames take, at each switch on their way, in each entry, at each port; with all counters, without
 * those of a switch, and so on. All that is said of each stands in every_fault.txt, which
 *
 *   WRITE=1 build/harness/blame/every_fault_test
 *
 * writes anew: look at what git says of it. */
#include "testing/blamed_network.h"
#include "testing/whole.h"

static const char golden[] = "harness/blame/every_fault.txt";

enum { FRAME_BYTES = 100, S1 = 0, S2, S3 };

enum fault { LOSES, ALTERS, CUTS, DOUBLES, KEEPS };
static const char *const fault_names[] = {"loses", "alters", "cuts", "doubles", "keeps back"};

/* How the network is looked at. */
enum look { ALL_COUNTED, NO_BYTES, S1_UNCOUNTED, S1_UNREAD, UNSAID, N_LOOKS };
static const char *const look_names[N_LOOKS] = {"all counted", "no bytes", "s1 not counted",
                                                "s1 not read", "no ways declared"};

/* One end of a cable: where frames come out of it, or, KEEPS, where a switch should send them. */
struct spot {
    struct port_ref port;
    size_t host; /* HOST_NONE: the port */
};

struct world {
    struct network network;
    enum look look;
    const enum fault *fault; /* NULL: none of frames */
    struct spot at;
};

static bool is_here(const struct world *world, struct port_ref port, size_t host)
{
    const struct spot *at = &world->at;
    return host != HOST_NONE
               ? at->host == host
               : at->host == HOST_NONE && at->port.sw == port.sw && at->port.port == port.port;
}

static void count(struct world *world, struct port_ref port, bool rx, size_t n, size_t bytes)
{
    struct port *found = &world->network.later[port.sw].ports[port.port - 1];
    *(rx ? &found->counters.rx_packets : &found->counters.tx_packets) += n;
    *(rx ? &found->counters.rx_bytes : &found->counters.tx_bytes) +=
        world->look == NO_BYTES ? 0 : n * bytes;
}

/* A copy on its way: how many there are of it, and what has become of it. */
struct copy {
    size_t n, bytes;
    bool altered;
};

/* What comes out of a cable, or out of a switch. */
static struct copy through(const struct world *world, struct copy copy, bool cable,
                           struct port_ref port, size_t host)
{
    if (world->fault && cable == (*world->fault != KEEPS) && is_here(world, port, host)) {
        copy.n = *world->fault == LOSES || *world->fault == KEEPS ? 0
                 : *world->fault == DOUBLES                       ? 2 * copy.n
                                                                  : copy.n;
        copy.altered |= *world->fault == ALTERS || *world->fault == CUTS;
        copy.bytes -= *world->fault == CUTS ? 10 : 0;
    }
    return copy;
}

static void arrive(struct world *world, size_t probe, size_t host, struct copy copy)
{
    struct network *network = &world->network;
    network->round.hosts[host].arrived_bytes += world->look == NO_BYTES ? 0 : copy.n * copy.bytes;
    for (size_t i = 0; i < copy.n; i++) {
        if (copy.altered) {
            traffic_round_see_altered(&network->round, probe, host, "a byte");
        } else {
            traffic_round_see(&network->round, probe, host, 0);
        }
    }
}

static void send_probe(struct world *world, size_t probe)
{
    static struct path_walk walk;
    struct network *network = &world->network;
    struct copy copies[PATH_HOPS];
    size_t from = network->plan.probes[probe].from;
    path_follow_from(&network->tables, from, &network->plan.probes[probe].header, &walk);
    network->round.sent[probe] = 1;
    network->round.hosts[from].sent_bytes += world->look == NO_BYTES ? 0 : FRAME_BYTES;
    for (size_t i = 0; i < walk.n_hops; i++) {
        const struct path_hop *hop = &walk.hops[i];
        struct copy copy = {.n = 1, .bytes = FRAME_BYTES};
        if (hop->previous != HOP_NONE) {
            struct port_ref out = {walk.hops[hop->previous].in.sw, hop->out};
            copy = through(world, copies[hop->previous], false, out, HOST_NONE);
            count(world, out, false, copy.n, copy.bytes);
        }
        copies[i] = copy = through(world, copy, true, hop->in, HOST_NONE);
        count(world, hop->in, true, copy.n, copy.bytes);
        if (hop->entry != ENTRY_NONE) {
            network->later[hop->in.sw].flows.entries[hop->entry].n_packets += copy.n;
        }
    }
    for (size_t i = 0; i < walk.n_arrivals; i++) {
        const struct path_walk_arrival *arrival = &walk.arrivals[i];
        struct port_ref out = {walk.hops[arrival->hop].in.sw, arrival->header.in_port};
        struct copy copy = through(world, copies[arrival->hop], false, out, HOST_NONE);
        count(world, out, false, copy.n, copy.bytes);
        arrive(world, probe, arrival->host, through(world, copy, true, out, arrival->host));
    }
}

/* ------------------------------------------------------------------- one world */

static void look_away(struct world *world)
{
    struct network *network = &world->network;
    struct expectation *expectation = network->expectation;
    if (world->look == S1_UNREAD) {
        network->before[S1] = network->after[S1] = NULL;
    } else if (world->look == S1_UNCOUNTED) {
        for (size_t i = 0; i < network->later[S1].n_ports; i++) {
            network->later[S1].ports[i].has_counters = false;
        }
    } else if (world->look == UNSAID) {
        expectation->n_ports = 0;
        memset(expectation->lists_switch, false, 3 * sizeof *expectation->lists_switch);
    }
}

static void put(struct base_buffer *out, const char *before, const char *text)
{
    if (text) {
        base_put_format(out, "%s%s", before, text);
    }
}

static void tell(const struct report *report, struct base_buffer *out)
{
    for (size_t i = 0; i < report->n_results; i++) {
        const struct result *result = &report->results[i];
        if (result->verdict != VERDICT_PASS) {
            base_put_format(out, "%s %s: ", verdict_name(result->verdict), result->id);
            base_put_format(out, "%s %s", cause_kind_name(result->cause_kind),
                            result->cause ? result->cause : "-");
            put(out, ", ", result->suspect);
            put(out, "; ", result->detail);
            put(out, "; counted ", result->says[SAYS_COUNTED]);
            base_put_text(out, "\n");
        }
    }
    for (size_t i = 0; i < report->n_causes; i++) {
        base_put_format(out, "%s: %zu\n", report->causes[i].where, report->causes[i].n_results);
    }
}

static void world_open(struct world *world, enum look look)
{
    *world = (struct world){.look = look};
    network_load(&world->network, "expected/demon/simulated.yaml", "simulated");
}

/* What is said of a cable names it, if a place is named at all. */
static void expect_true(const struct world *world, const struct report *report)
{
    char name[16];
    const struct spot *at = &world->at;
    snprintf(name, sizeof name, at->host != HOST_NONE ? "h%zu" : "s%zu:%u",
             at->host != HOST_NONE ? at->host + 1 : at->port.sw + 1, at->port.port);
    for (size_t i = 0; i < report->n_results; i++) {
        const struct result *result = &report->results[i];
        if (result->verdict == VERDICT_FAIL && result->suspect) {
            assert_non_null(strstr(result->suspect, name));
        }
    }
}

static void world_close(struct world *world, struct base_buffer *out)
{
    struct network *network = &world->network;
    network_index(network);
    for (size_t p = 0; p < network->plan.n_probes; p++) {
        send_probe(world, p);
    }
    look_away(world);
    network_blame(network);
    if (world->fault && *world->fault != KEEPS && world->look != S1_UNREAD) {
        expect_true(world, &network->report);
    }
    tell(&network->report, out);
    network_free(network);
}

/* -------------------------------------------------------------------- all worlds */

static void heading(struct base_buffer *out, enum look look, struct port_ref port, size_t host,
                    const char *what)
{
    base_put_format(out, "\n# %s: ", look_names[look]);
    if (host != HOST_NONE) {
        base_put_format(out, "the cable to h%zu ", host + 1);
    } else {
        base_put_format(out, "s%zu:%u ", port.sw + 1, port.port);
    }
    base_put_format(out, "%s\n", what);
}

static const struct spot places[] = {
    {{S1, 1}, HOST_NONE}, {{S1, 3}, HOST_NONE}, {{S3, 1}, HOST_NONE},
    {{0, 0}, 1 /* h2 */}, {{0, 0}, 3 /* h4 */}, {{0, 0}, 10 /* h11 */},
};

static void of_cables(enum look look, struct base_buffer *out)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        for (enum fault fault = LOSES; fault < KEEPS; fault++) {
            struct world world;
            if (fault == CUTS && look == NO_BYTES) {
                continue;
            }
            world_open(&world, look);
            world.fault = &fault;
            world.at = places[i];
            heading(out, look, places[i].port, places[i].host, fault_names[fault]);
            world_close(&world, out);
        }
    }
}

static void of_switches(enum look look, struct base_buffer *out)
{
    static const struct port_ref ports[] = {{S1, 2}, {S1, 4}, {S1, 6}, {S3, 11}};
    static const enum fault fault = KEEPS;
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        struct world world;
        world_open(&world, look);
        world.fault = &fault;
        world.at = (struct spot){ports[i], HOST_NONE};
        heading(out, look, ports[i], HOST_NONE, fault_names[fault]);
        world_close(&world, out);
    }
}

/* What an entry is made to do; NULL: it is gone. */
static void change_entry(struct flow_entry *entry, uint16_t to)
{
    static struct action other[2];
    if (to == 0) {
        entry->match.value.in_port = 99;
        entry->n_actions = 0;
    } else {
        memcpy(other, entry->actions, entry->n_actions * sizeof *other);
        other[0].port = to;
        entry->actions = other;
    }
}

static void of_entries(enum look look, struct base_buffer *out)
{
    static const uint16_t to[] = {0, 5, 7};
    static const struct port_ref ports[] = {{S1, 1}, {S1, 3}, {S3, 1}};
    for (size_t i = 0; i < 3 * sizeof ports / sizeof *ports; i++) {
        struct port_ref port = ports[i / 3];
        struct world world;
        char what[32];
        world_open(&world, look);
        for (int later = 0; later < 2; later++) {
            struct flow_table *flows =
                &(later ? world.network.later : world.network.states)[port.sw].flows;
            for (size_t e = 0; e < flows->n_entries; e++) {
                if (flows->entries[e].match.value.in_port == port.port) {
                    change_entry(&flows->entries[e], to[i % 3]);
                }
            }
        }
        snprintf(what, sizeof what, to[i % 3] ? "is sent to port %u" : "has no entry", to[i % 3]);
        heading(out, look, port, HOST_NONE, what);
        world_close(&world, out);
    }
}

static void of_ports(enum look look, struct base_buffer *out)
{
    static const struct port_ref ports[] = {{S1, 1}, {S1, 4}, {S1, 6}, {S3, 1}, {S3, 11}};
    static const struct {
        uint32_t state, config;
        const char *name;
    } kinds[] = {{PORT_STATE_LINK_DOWN, 0, "has no link"},
                 {0, PORT_CONFIG_DOWN, "is switched off"},
                 {0, PORT_CONFIG_NO_RECV, "does not receive"},
                 {0, PORT_CONFIG_NO_FWD, "does not send"}};
    for (size_t i = 0; i < 4 * sizeof ports / sizeof *ports; i++) {
        struct world world;
        world_open(&world, look);
        for (int later = 0; later < 2; later++) {
            struct switch_state *states = later ? world.network.later : world.network.states;
            struct port *port = &states[ports[i / 4].sw].ports[ports[i / 4].port - 1];
            port->state |= kinds[i % 4].state;
            port->config |= kinds[i % 4].config;
        }
        heading(out, look, ports[i / 4], HOST_NONE, kinds[i % 4].name);
        world_close(&world, out);
    }
}

static void each_fault_has_its_cause(void **state)
{
    (void)state;
    struct base_buffer text = {0};
    base_put_text(&text,
                  "# Written by every_fault_test: each fault, and all that is said of it.\n");
    for (enum look look = 0; look < N_LOOKS; look++) {
        of_cables(look, &text);
        of_switches(look, &text);
        of_entries(look, &text);
        of_ports(look, &text);
    }
    assert_whole(base_buffer_text(&text), golden);
    base_buffer_free(&text);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_fault_has_its_cause),
};

TEST_MAIN(tests)
