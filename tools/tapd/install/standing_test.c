/* SPDX-License-Identifier: Apache-2.0
 *
 * Is a tap said to be up when, and only when, its copies can arrive? And are its frames counted? */
#include "tapd/install/standing.h"

#include "ofctl/flow.h"
#include "tapd/install/installer_inside.h"
#include "testing/cmocka.h"
#include "testing/loop.h"
#include "testing/table_switch.h"
#include "testing/versions.h"
#include "testing/yaml_memory.h"

#include <string.h>

#define TOPOLOGY                                                                                   \
    "name: t\n"                                                                                    \
    "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"                                                   \
    "hosts:\n"                                                                                     \
    "  h1: {mac: 00:00:00:00:00:01, port: s1:1}\n"                                                 \
    "  h2: {mac: 00:00:00:00:00:02, port: s1:2}\n"                                                 \
    "  c1: {mac: 00:00:00:00:00:c1, port: s2:9, role: capture}\n"                                  \
    "  c2: {mac: 00:00:00:00:00:c2, port: s1:3, role: capture}\n"                                  \
    "links: [[s1:5, s2:1], [s1:6, s2:2]]\n"
#define POLICY                                                                                     \
    "topology: t\n"                                                                                \
    "taps:\n"                                                                                      \
    "  - {name: web, source: h1, match: \"tcp,tp_dst=80\", uplink: s1:5, to: c1}\n"                \
    "  - {name: two, source: [h1, h2], match: udp, uplink: s1:5, to: c1}\n"                        \
    "  - {name: both, source: h2, match: icmp, uplink: s1:6, to: [c1, c2], tag: 30}\n"

enum { N = 2, WEB = 0, TWO = 1, BOTH = 2 };

struct world {
    struct event_base *base;
    struct table_switch switches[N];
    struct tapd_policy *policy;
    struct tapd_network *network;
    struct tapd_installer *installer;
    struct tapd_standing standing;
};

static void on_settled(void *owner)
{
    (void)owner;
}

static void on_expired(void *owner, uint32_t id)
{
    (void)owner;
    (void)id;
}

static const struct tapd_installer_ops OPS = {.settled = on_settled, .expired = on_expired};

static void load(struct world *world)
{
    struct memory_file files[] = {{"t", TOPOLOGY, 0}, {"p", POLICY, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    assert_int_equal(tapd_policy_load_from(&from, "p", &world->policy, &diagnostics), 0);
    assert_int_equal(tapd_compile(world->policy, NULL, 0, NULL, &world->network, &diagnostics), 0);
}

static void begin(struct world *world)
{
    *world = (struct world){.base = event_base_new()};
    load(world);
    for (size_t i = 0; i < N; i++) {
        world->switches[i].dpid = i + 1;
        world->switches[i].answers.version = spoken;
        world->switches[i].answers.n_ports = 9;
        table_switch_open(&world->switches[i], world->base);
    }
    struct lab_switch at[N] = {{.openflow = world->switches[0].endpoint},
                               {.openflow = world->switches[1].endpoint}};
    const struct lab lab = {.switches = at};
    const struct tapd_installer_options options = {
        .resync_ms = 3600000,
        .settle_ms = 1,
        .session = {.backoff_min_ms = 1, .backoff_max_ms = 5}};
    struct base_error error;
    world->installer = tapd_installer_new(world->base, world->policy->topology, &lab,
                                          world->policy->owns, &options, &OPS, world, &error);
    assert_non_null(world->installer);
    tapd_installer_set(world->installer, world->network);
    tapd_installer_start(world->installer);
}

static void end(struct world *world)
{
    tapd_installer_free(world->installer);
    for (size_t i = 0; i < N; i++) {
        table_switch_close(&world->switches[i]);
    }
    tapd_network_free(world->network);
    tapd_policy_free(world->policy);
    event_base_free(world->base);
}

static enum tapd_tap_state state_of(struct world *world, size_t tap)
{
    tapd_installer_judge(world->installer, &world->network->ways[tap], &world->standing);
    return world->standing.state;
}

static bool is_settled(const struct world *world)
{
    return world->installer->stage == STAGE_RESTING && !world->installer->due;
}

/* Reads all tables again. */
static void read_again(struct world *world)
{
    tapd_installer_resync(world->installer);
    AWAIT(world->base, is_settled(world), "reading again");
}

static void install(struct world *world)
{
    AWAIT(world->base, tapd_installer_is_installed(world->installer), "installing");
}

/* With the reason, or a part of it. */
static void assert_state(struct world *world, size_t tap, enum tapd_tap_state state,
                         const char *why)
{
    assert_string_equal(tapd_tap_state_name(state_of(world, tap)), tapd_tap_state_name(state));
    if (!strstr(world->standing.why.text, why) || !*why != !*world->standing.why.text) {
        fail_msg("\"%s\" is not in \"%s\"", why, world->standing.why.text);
    }
}

static bool one_is_up(const struct world *world)
{
    return tapd_installer_report(world->installer, 0).up;
}

static void it_is_pending_and_then_up(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_state(&world, WEB, TAPD_PENDING, "not dialled yet");
    AWAIT(world.base, one_is_up(&world), "connecting");
    assert_int_equal(state_of(&world, WEB), TAPD_PENDING);
    install(&world);
    for (size_t i = 0; i < world.network->n_ways; i++) {
        assert_state(&world, i, TAPD_UP, "");
    }
    end(&world);
}

/* Nobody is connected, and nothing is known of what is wanted. */
static void without_an_installer_it_is_down(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    tapd_installer_judge(NULL, &world.network->ways[WEB], &world.standing);
    assert_int_equal(world.standing.state, TAPD_DOWN);
    end(&world);
}

static void one_that_refuses(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.switches[0].refuses = "tp_dst=80";
    AWAIT(world.base, state_of(&world, WEB) == TAPD_DOWN, world.standing.why.text);
    assert_state(&world, WEB, TAPD_DOWN, "s1: refuses add");
    world.switches[0].refuses = NULL;
    read_again(&world);
    assert_state(&world, WEB, TAPD_UP, "");
    end(&world);
}

/* Entries of others, in ovs-ofctl's syntax: at which switch, and how the tap is then. */
static void assert_foreign(struct world *world, size_t sw, const char *flow, size_t tap,
                           enum tapd_tap_state state)
{
    table_switch_put(&world->switches[sw], flow);
    read_again(world);
    assert_state(world, tap, state, state == TAPD_UP ? "" : "an entry of others");
    bool is_harmed = tapd_foreign_harms(world->installer, sw, 0, &world->network->ways[tap]);
    assert_int_equal(is_harmed, state != TAPD_UP);
    assert_int_equal(tapd_installer_report(world->installer, sw).installed, state == TAPD_UP);
    world->switches[sw].table.n_entries--;
    read_again(world);
    assert_state(world, tap, TAPD_UP, "");
}

static void entries_of_others(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    install(&world);
    assert_foreign(&world, 1, "priority=65000,in_port=1,actions=drop", WEB, TAPD_DOWN);
    assert_foreign(&world, 1, "priority=65000,in_port=1,actions=output:9", WEB, TAPD_UP);
    assert_foreign(&world, 1, "priority=65000,in_port=1,tcp,tp_src=7,actions=drop", WEB,
                   TAPD_DEGRADED);
    assert_foreign(&world, 1, "priority=1,in_port=1,actions=drop", WEB, TAPD_UP);
    assert_foreign(&world, 0, "priority=65000,in_port=1,udp,actions=drop", TWO, TAPD_DEGRADED);
    assert_foreign(&world, 0, "priority=65000,in_port=2,actions=drop", BOTH, TAPD_DOWN);
    assert_foreign(&world, 1, "priority=65000,in_port=2,dl_vlan=30,actions=drop", BOTH,
                   TAPD_DEGRADED);
    end(&world);
}

/* One that others harm is not told of those that they leave alone. */
static void others_are_not_harmed(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    install(&world);
    table_switch_put(&world.switches[0], "priority=65000,in_port=1,tcp,actions=drop");
    read_again(&world);
    assert_state(&world, WEB, TAPD_DOWN,
                 "s1: an entry of others is in front of it: priority=65000");
    assert_state(&world, TWO, TAPD_UP, "");
    assert_false(tapd_foreign_harms(world.installer, 0, 0, &world.network->ways[TWO]));
    end(&world);
}

static void tell_port(struct world *world, size_t sw, uint16_t number, uint8_t reason)
{
    struct of_port_status status = {.reason = reason, .port = {.number = number}};
    tapd_target_take_port(&world->installer->targets[sw], &status);
}

/* Until it is how it should be. */
static void await_state(struct world *world, size_t tap, enum tapd_tap_state state, const char *why)
{
    AWAIT(world->base, state_of(world, tap) == state, why);
    assert_state(world, tap, state, why);
}

static void ports_that_fail(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    install(&world);
    table_switch_link(&world.switches[1], 9, false);
    await_state(&world, WEB, TAPD_DOWN, "s2:9 has no link");
    assert_state(&world, BOTH, TAPD_DEGRADED, "s2:9 has no link");
    table_switch_link(&world.switches[1], 9, true);
    await_state(&world, WEB, TAPD_UP, "");
    table_switch_link(&world.switches[0], 1, false);
    await_state(&world, TWO, TAPD_DEGRADED, "s1:1 has no link");
    assert_state(&world, WEB, TAPD_DOWN, "s1:1 has no link");
    assert_state(&world, BOTH, TAPD_UP, "");
    end(&world);
}

static void ports_that_come_and_go(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    install(&world);
    tell_port(&world, 0, 5, OFPPR_DELETE);
    assert_state(&world, WEB, TAPD_DOWN, "s1:5 is absent");
    assert_state(&world, BOTH, TAPD_UP, "");
    tell_port(&world, 0, 5, OFPPR_DELETE);
    assert_int_equal(world.installer->targets[0].n_ports, 8);
    for (uint16_t number = 20; number-- > 0;) {
        tell_port(&world, 0, number, OFPPR_ADD);
    }
    assert_int_equal(world.installer->targets[0].n_ports, 20);
    for (uint16_t number = 0; number < 20; number++) {
        assert_int_equal(world.installer->targets[0].ports[number].number, number);
    }
    assert_state(&world, WEB, TAPD_UP, "");
    end(&world);
}

static const char *no_passage(const struct world *world, uint16_t from, uint16_t to)
{
    return tapd_installer_no_passage(world->installer, (struct port_ref){.sw = 0, .port = from},
                                     (struct port_ref){.sw = 1, .port = to});
}

static bool is_away(const struct world *world)
{
    const char *why = no_passage(world, 5, 1);
    return why && strcmp(why, "is away") == 0;
}

static void links_that_fail(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_null(no_passage(&world, 5, 1)); /* it has some seconds to come */
    install(&world);
    assert_null(no_passage(&world, 5, 1));
    assert_string_equal(no_passage(&world, 10, 1), "is absent");
    assert_string_equal(no_passage(&world, 5, 10), "is absent");
    table_switch_link(&world.switches[1], 1, false);
    AWAIT(world.base, no_passage(&world, 5, 1), "has no link");
    assert_string_equal(no_passage(&world, 5, 1), "has no link");
    assert_null(no_passage(&world, 5, 2));
    table_switch_link(&world.switches[1], 1, true);
    AWAIT(world.base, !no_passage(&world, 5, 1), "has a link");
    world.switches[1].away = true;
    table_switch_hang_up(&world.switches[1]);
    AWAIT(world.base, is_away(&world), "losing it");
    int64_t away_ms = tapd_monotonic_ms() - world.installer->targets[1].away_ms;
    assert_true(away_ms >= TAPD_AWAY_MS);
    end(&world);
}

static bool second_is_lost(const struct world *world)
{
    return !tapd_installer_report(world->installer, 1).up;
}

static void a_switch_that_is_lost(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    install(&world);
    world.switches[1].away = true;
    table_switch_hang_up(&world.switches[1]);
    AWAIT(world.base, second_is_lost(&world), "losing it");
    assert_state(&world, WEB, TAPD_DOWN, "s2: ");
    assert_state(&world, BOTH, TAPD_DEGRADED, "s2: ");
    end(&world);
}

/* The entry of the switch with this match counts so many packets of 100 bytes. */
static void count(struct world *world, size_t sw, const char *part, uint64_t n)
{
    struct flow_table *table = &world->switches[sw].table;
    for (size_t i = 0; i < table->n_entries; i++) {
        struct base_arena arena = {0};
        if (strstr(ofctl_flow_text(&table->entries[i], FLOW_NO_STATS, &arena), part)) {
            table->entries[i].n_packets = n;
            table->entries[i].n_bytes = n == UINT64_MAX ? n : 100 * n;
        }
        base_arena_free(&arena);
    }
}

static void assert_counts(struct world *world, size_t tap, uint64_t n_in, uint64_t n_out,
                          bool is_exact)
{
    state_of(world, tap);
    assert_int_equal(world->standing.in.n_packets, n_in);
    assert_int_equal(world->standing.in.n_bytes, 100 * n_in);
    assert_int_equal(world->standing.out.n_packets, n_out);
    assert_int_equal(world->standing.out.n_bytes, 100 * n_out);
    assert_true(world->standing.in.exact);
    assert_int_equal(world->standing.out.exact, is_exact);
}

static void frames_are_counted(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    install(&world);
    count(&world, 0, "tp_dst=80", 5);
    count(&world, 0, "udp,in_port=1", 20);
    count(&world, 0, "udp,in_port=2", 300);
    count(&world, 0, "icmp", 7);
    count(&world, 1, "in_port=1 ", 4000);
    count(&world, 1, "in_port=2,", 6);
    read_again(&world);
    assert_counts(&world, WEB, 5, 4000, false);
    assert_counts(&world, TWO, 320, 4000, false);
    assert_counts(&world, BOTH, 7, 7 + 6, true);
    count(&world, 0, "icmp", UINT64_MAX);
    read_again(&world);
    assert_counts(&world, BOTH, 0, 6, true);
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_VERSIONS(it_is_pending_and_then_up),
        IN_BOTH_VERSIONS(without_an_installer_it_is_down),
        IN_BOTH_VERSIONS(one_that_refuses),
        IN_BOTH_VERSIONS(entries_of_others),
        IN_BOTH_VERSIONS(others_are_not_harmed),
        IN_BOTH_VERSIONS(ports_that_fail),
        IN_BOTH_VERSIONS(ports_that_come_and_go),
        IN_BOTH_VERSIONS(links_that_fail),
        IN_BOTH_VERSIONS(a_switch_that_is_lost),
        IN_BOTH_VERSIONS(frames_are_counted),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
