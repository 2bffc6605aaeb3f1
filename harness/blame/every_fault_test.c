/* SPDX-License-Identifier: Apache-2.0
 *
 * Each fault of a part of the reference network in turn, in the network itself: on each cable that
 * frames take, at each switch on their way, in each entry, at each port; with all counters, without
 * those of a switch, and so on. All that is said of each stands in every_fault.txt, and a sum of
 * what is said of many more, by other expectations, too, in many_faults.txt, which
 *
 *   WRITE=1 build/harness/blame/every_fault_test
 *
 * writes anew: look at what git says of it. With SHOW the second text itself goes to stdout. */
#include "blame/wiring.h"
#include "blame/witness.h"
#include "testing/blamed_network.h"
#include "testing/whole.h"

static const char golden[] = "harness/blame/every_fault.txt",
                  many[] = "harness/blame/many_faults.txt";

enum { FRAME_BYTES = 100, LONG_BYTES = 600, S1 = 0, S2, S3 };

enum fault {
    LOSES,
    ALTERS,
    CUTS,
    DOUBLES,
    KEEPS,
    KEEPS_LONG,
    LOSES_ONE,
    DOUBLES_ONE,
    DELAYS,
    SWAPS,
    N_FAULTS
};
static const char *const fault_names[N_FAULTS] = {
    "loses",      "alters",
    "cuts",       "doubles",
    "keeps back", "keeps back what is long, or fragments",
    "loses one",  "doubles one",
    "delays",     "is exchanged with another",
};

/* How the network is looked at. */
enum look {
    ALL_COUNTED,
    NO_BYTES,
    S1_UNCOUNTED,
    S1_UNREAD,
    UNSAID,
    N_LOOKS,
    LAGS = N_LOOKS,
    EARLY,
    UNCOUNTED,
    NEVER_AGAIN,
    SHOT,
    SHAPED,
    N_ALL_LOOKS
};
static const char *const look_names[N_ALL_LOOKS] = {
    "all counted",      "no bytes",         "s1 not counted",   "s1 not read",
    "no ways declared", "ports count late", "read early",       "not counted",
    "read once",        "sent by switches", "of several shapes"};

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
    size_t other;       /* SWAPS: the host with whose cable it is exchanged */
    unsigned n_spoiled; /* frames */
    struct switch_state early[3];
    struct path_network really; /* SWAPS: as it is cabled */
    struct traffic_shot shot;
    unsigned times; /* each probe is sent */
    bool is_many;   /* one of many: whether what is said is true is not asked */
};

static bool is_here(const struct world *world, struct port_ref port, size_t host)
{
    const struct spot *at = &world->at;
    return host != HOST_NONE
               ? at->host == host
               : at->host == HOST_NONE && at->port.sw == port.sw && at->port.port == port.port;
}

static void count(struct world *world, struct port_ref port, bool rx, size_t n, size_t bytes,
                  bool late)
{
    struct port *found = &world->network.later[port.sw].ports[port.port - 1];
    *(rx ? &found->counters.rx_packets : &found->counters.tx_packets) += n;
    *(rx ? &found->counters.rx_bytes : &found->counters.tx_bytes) +=
        world->look == NO_BYTES ? 0 : n * bytes;
    if (world->look == EARLY && !late) {
        world->early[port.sw].ports[port.port - 1].counters = found->counters;
    }
}

/* A copy on its way: how many there are of it, and what has become of it. */
struct copy {
    size_t n, bytes;
    bool altered, late, fragment;
};

static bool is_keeping(const struct world *world)
{
    return *world->fault == KEEPS || *world->fault == KEEPS_LONG;
}

/* What comes out of a cable, or out of a switch. */
static struct copy through(struct world *world, struct copy copy, bool cable, struct port_ref port,
                           size_t host)
{
    if (world->fault && cable == !is_keeping(world) && is_here(world, port, host)) {
        bool is_first = copy.n > 0 && world->n_spoiled++ == 0;
        switch (*world->fault) {
        case LOSES:
        case KEEPS:
            copy.n = 0;
            break;
        case KEEPS_LONG:
            copy.n = (world->other % 2 ? copy.fragment : copy.bytes >= LONG_BYTES) ? 0 : copy.n;
            break;
        case DOUBLES:
            copy.n *= 2;
            break;
        case LOSES_ONE:
            copy.n -= is_first;
            break;
        case DOUBLES_ONE:
            copy.n += is_first;
            break;
        default:
            break;
        }
        copy.late |= *world->fault == DELAYS;
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
        if (copy.late) {
            traffic_round_see_late(&network->round, probe, host, 1000000);
        }
    }
}

static bool is_swapped(const struct world *world)
{
    return world->fault && *world->fault == SWAPS;
}

static void send_probe(struct world *world, size_t probe)
{
    static struct path_walk walk;
    struct network *network = &world->network;
    struct copy copies[PATH_HOPS];
    size_t from = network->plan.probes[probe].from;
    path_follow_from(is_swapped(world) ? &world->really : &network->tables, from,
                     &network->plan.probes[probe].header, &walk);
    size_t bytes = network->plan.probes[probe].shape.n_bytes;
    bytes = bytes ? bytes : FRAME_BYTES;
    network->round.sent[probe] = world->is_many ? world->times : 1;
    network->round.hosts[from].sent_bytes +=
        world->look == NO_BYTES ? 0 : bytes * network->round.sent[probe];
    for (size_t i = 0; i < walk.n_hops; i++) {
        const struct path_hop *hop = &walk.hops[i];
        struct copy copy = {.n = network->round.sent[probe], .bytes = bytes};
        copy.fragment = network->plan.probes[probe].shape.fragment != FRAME_WHOLE;
        if (hop->previous != HOP_NONE) {
            struct port_ref out = {walk.hops[hop->previous].in.sw, hop->out};
            copy = through(world, copies[hop->previous], false, out, HOST_NONE);
            count(world, out, false, copy.n, copy.bytes, copy.late);
        }
        copies[i] = copy = through(world, copy, true, hop->in, HOST_NONE);
        count(world, hop->in, true, copy.n, copy.bytes, copy.late);
        if (hop->entry != ENTRY_NONE) {
            network->later[hop->in.sw].flows.entries[hop->entry].n_packets += copy.n;
        }
    }
    for (size_t i = 0; i < walk.n_arrivals; i++) {
        const struct path_walk_arrival *arrival = &walk.arrivals[i];
        struct port_ref out = {walk.hops[arrival->hop].in.sw, arrival->header.in_port};
        struct copy copy = through(world, copies[arrival->hop], false, out, HOST_NONE);
        count(world, out, false, copy.n, copy.bytes, copy.late);
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

static void tell(const struct report *report, bool is_many, struct base_buffer *out)
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
            put(out, "; observed ", is_many ? result->says[SAYS_OBSERVED] : NULL);
            base_put_text(out, "\n");
        }
    }
    for (size_t i = 0; is_many && i < report->n_notes; i++) {
        base_put_format(out, "%s\n", report->notes[i]);
    }
    for (size_t i = 0; is_many && i < report->coverage.n_untold; i++) {
        base_put_format(out, "%s: %s\n", report->coverage.untold[i].what,
                        report->coverage.untold[i].reason);
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

static void send_all(struct world *world)
{
    struct network *network = &world->network;
    const struct topology *topology = network->expectation->topology;
    struct topology changed = *topology;
    struct topology_host hosts[16];
    struct topology_link links[16];
    if (is_swapped(world)) {
        memcpy(hosts, topology->hosts, topology->n_hosts * sizeof *hosts);
        memcpy(links, topology->links, topology->n_links * sizeof *links);
        changed.hosts = hosts;
        changed.links = links;
        if (world->at.host != HOST_NONE) {
            hosts[world->at.host].port = topology->hosts[world->other].port;
            hosts[world->other].port = topology->hosts[world->at.host].port;
        } else {
            size_t a = world->other % topology->n_links, b = (a + 1) % topology->n_links;
            links[a].b = topology->links[b].b;
            links[b].b = topology->links[a].b;
        }
        assert_int_equal(path_network_recable(&network->tables, &changed, &world->really), 0);
    }
    for (size_t p = 0; p < network->plan.n_probes; p++) {
        send_probe(world, p);
    }
    path_network_close(&world->really);
}

/* What two readings that are alike tell of cables, and which probes would tell more. */
static void blame_cables(struct world *world, const struct traffic_evidence *evidence)
{
    struct network *network = &world->network;
    struct report *report = &network->report;
    struct blame_wiring wiring;
    struct base_buffer told = {0};
    const struct blame_reading reading = {network->before, network->after, &network->count};
    assert_int_equal(blame_wiring_open(&wiring, network->expectation->topology, network->before),
                     0);
    for (int i = 0; i < 2; i++) {
        base_put_format(&told, "read %d", blame_wiring_read(&wiring, &reading));
        blame_wiring_note(&wiring);
        assert_int_equal(blame_wiring_decide(&wiring, evidence, &reading), 0);
        for (size_t cable = 0; cable < wiring.n_cables; cable++) {
            base_put_text(&told, (const char *[]){"R", "W", "I", "N", "S", "U", "L", "A", "O", "T",
                                                  "M", "D"}[wiring.wired[cable]]);
        }
        for (unsigned nth = 0; nth < 6; nth++) {
            unsigned *times = calloc(network->plan.n_probes + 1, sizeof *times);
            bool more = (nth % 2 ? blame_wiring_aim : blame_wiring_aim_hosts)(&wiring, evidence,
                                                                              nth / 2, times);
            base_put_text(&told, more ? ", more" : ", no more");
            for (size_t p = 0; p < network->plan.n_probes; p++) {
                if (times[p] > 0) {
                    base_put_format(&told, " %zu:%u", p, times[p]);
                }
            }
            free(times);
        }
        base_put_text(&told, "; ");
    }
    report_note(report, "%s", base_buffer_text(&told));
    assert_int_equal(blame_wiring_report(&wiring, network->expectation, report), 0);
    assert_int_equal(blame_swap(evidence, world->look == NO_BYTES ? NULL : &wiring, report), 0);
    for (size_t i = 0; i < 33; i++) {
        char id[32];
        snprintf(id, sizeof id, "state/s%zu/%zu", i / 11 + 1, i % 11 + 1);
        struct result *result = report_add(report, RESULT_STATE, id);
        assert_non_null(result);
        result->switch_name = network->expectation->topology->switches[i / 11].name;
        result->port = (int)(i % 11 + 1);
        result->verdict = VERDICT_FAIL;
        result->detail = "it is wrong";
    }
    blame_witness(evidence, report);
    base_buffer_free(&told);
    blame_wiring_close(&wiring);
}

static void blame(struct world *world)
{
    struct network *network = &world->network;
    network_judge(network);
    struct traffic_evidence evidence = network_evidence(network);
    evidence.lags = world->look == LAGS;
    evidence.count = world->look == UNCOUNTED ? NULL : evidence.count;
    evidence.after = world->look == NEVER_AGAIN ? NULL : evidence.after;
    blame_frames(&evidence, &network->failures, &network->report);
    if (world->is_many) {
        blame_cables(world, &evidence);
    } else {
        assert_int_equal(blame_swap(&evidence, NULL, &network->report), 0);
    }
    assert_int_equal(blame_causes(&network->report), 0);
}

static uint64_t draws; /* of a sequence that is the same each time */

static size_t draw(size_t n)
{
    draws = draws * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(draws >> 33) % n;
}

/* Ports count a little besides. */
static void count_others(struct world *world)
{
    for (size_t n = draw(4) ? 0 : draw(20); n > 0; n--) {
        struct port_ref port = {.sw = draw(3)};
        port.port = (uint16_t)(1 + draw(11));
        bool rx = draw(2);
        count(world, port, rx, draw(9), FRAME_BYTES, false);
    }
}

static void world_close(struct world *world, struct base_buffer *out)
{
    struct network *network = &world->network;
    network_index(network);
    send_all(world);
    if (world->is_many) {
        count_others(world);
    }
    look_away(world);
    blame(world);
    if (!world->is_many && world->fault && *world->fault != KEEPS && world->look != S1_UNREAD) {
        expect_true(world, &network->report);
    }
    tell(&network->report, world->is_many, out);
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

/* -------------------------------------------------------------------- many more */

/* A network that forwards so, judged by that expectation, with a fault, looked at somehow. */
static void one_of_many(const char *expected, const char *flows, struct base_buffer *out)
{
    char path[64], what[64];
    enum fault fault = (enum fault)draw(N_FAULTS);
    enum look look = (enum look)draw(N_ALL_LOOKS);
    struct world world = {.look = look, .fault = &fault, .is_many = true};
    world.times = draw(16) ? 1 : 1000;
    world.look = fault == KEEPS_LONG && draw(4) ? SHAPED : world.look;
    snprintf(path, sizeof path, "expected/demon/%s.yaml", expected);
    network_load(&world.network, path, flows);
    struct network *network = &world.network;
    const struct topology *topology = network->expectation->topology;
    bool at_host = fault != KEEPS && fault != KEEPS_LONG && draw(2);
    const struct topology_link *link = &topology->links[draw(topology->n_links)];
    world.at.host = at_host ? draw(topology->n_hosts) : HOST_NONE;
    world.at.port = draw(2) ? link->a : link->b;
    if (fault == KEEPS_LONG || draw(3) == 0) {
        world.at.port = topology->hosts[draw(topology->n_hosts)].port;
    }
    world.other = draw(topology->n_hosts);
    if (world.look == EARLY) {
        for (size_t i = 0; i < 3; i++) {
            load_flows(&world.early[i], flows, i);
            network->early[i] = &world.early[i];
        }
    } else if (world.look == SHOT) {
        const struct traffic_probe *probe = &network->plan.probes[draw(network->plan.n_probes)];
        world.shot = (struct traffic_shot){.probe = (size_t)(probe - network->plan.probes),
                                           .header = probe->header,
                                           .by = link->a,
                                           .sent = 3};
        world.shot.to = draw(topology->n_hosts);
        world.shot.depth = draw(4);
        world.shot.good = (unsigned)draw(4);
        network->shots = &world.shot;
        network->n_shots = 1;
    }
    for (size_t p = 0; world.look == SHAPED && p < network->plan.n_probes; p++) {
        static const size_t lengths[] = {0, 0, 200, 599, 600, 1500};
        struct traffic_probe *probe = &network->plan.probes[p];
        probe->shape.n_bytes = lengths[draw(6)];
        probe->shape.fragment = draw(4) ? FRAME_WHOLE : FRAME_FIRST_FRAGMENT;
    }
    for (size_t sw = 0; sw < 3; sw++) {
        network->states[sw].fragments = (uint8_t)draw(4);
    }
    snprintf(what, sizeof what, "%s, h%zu", fault_names[fault], world.other + 1);
    heading(out, world.look, world.at.port, world.at.host, what);
    world_close(&world, out);
    for (size_t i = 0; i < 3; i++) {
        switch_state_free(&world.early[i]);
    }
}

static void what_is_said_of_many_more(void **state)
{
    static const char *const expected[] = {"always-forward", "copies-2", "seed", "simulated"};
    static const char *const flows[] = {"always-forward", "copies-2",  "leak", "no-delivery",
                                        "no-mirror",      "simulated", "seed", "wrong-uplink"};
    enum { EACH = 32 };
    struct base_buffer sums = {0};
    (void)state;
    for (size_t i = 0; i < 32; i++) {
        struct base_buffer text = {0};
        for (size_t n = 0; n < EACH; n++) {
            one_of_many(expected[i / 8], flows[i % 8], &text);
        }
        char name[64];
        snprintf(name, sizeof name, "%s by %s", flows[i % 8], expected[i / 8]);
        put_whole_sum(&sums, name, &text);
    }
    for (size_t i = 0; i < 4 * 40 * 40; i++) {
        if (i / 40 % 40 < i % 40) {
            base_put_format(&sums, "%u ", blame_wiring_number(i / 40 % 40, i % 40, i / 1600));
        }
    }
    base_put_text(&sums, "\n");
    assert_whole(base_buffer_text(&sums), many);
    base_buffer_free(&sums);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_fault_has_its_cause),
    cmocka_unit_test(what_is_said_of_many_more),
};

TEST_MAIN(tests)
