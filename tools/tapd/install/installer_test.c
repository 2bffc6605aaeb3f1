/* SPDX-License-Identifier: Apache-2.0
 *
 * Do switches come to the tables that are wanted, in which order, and what becomes of those
 * that are away, refuse, forget or have entries of others? */
#include "tapd/install/installer.h"

#include "tapd/install/difference.h"
#include "tapd/log_testing.h"
#include "testing/cmocka.h"
#include "testing/failing.h"
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
    "links: [[s1:5, s2:1]]\n"
#define PAIR "topology: t\npairs: [[h1, h2]]\n"
#define TAP  PAIR "taps: [{name: web, source: h1, to: c1}]\n"

enum { N = 2, OWN_ID = 77 };

/* Two switches, what is wanted of them, and what was heard. */
struct world {
    struct event_base *base;
    struct table_switch switches[N];
    struct base_buffer heard;
    struct tapd_policy *policy;
    struct tapd_network *pair, *tap; /* wanted without and with the tap */
    const struct tapd_network *wanted;
    struct tapd_installer *installer;
    struct tapd_installer_options options;
    unsigned n_settled, n_expired;
    uint32_t expired;
    struct tapd_policy *pair_policy;
};

static void on_settled(void *owner)
{
    ((struct world *)owner)->n_settled++;
}

static void on_expired(void *owner, uint32_t id)
{
    struct world *world = owner;
    world->n_expired++;
    world->expired = id;
}

static const struct tapd_installer_ops OPS = {.settled = on_settled, .expired = on_expired};

static struct tapd_policy *load(const char *text)
{
    struct memory_file files[] = {{"t", TOPOLOGY, 0}, {"p", text, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_policy *policy;
    assert_int_equal(tapd_policy_load_from(&from, "p", &policy, &diagnostics), 0);
    return policy;
}

static struct tapd_network *compile(const struct tapd_policy *policy)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_network *network;
    assert_int_equal(tapd_compile(policy, NULL, 0, NULL, &network, &diagnostics), 0);
    network->since_ms = tapd_monotonic_ms();
    return network;
}

/* Everything but the connections. */
static void begin(struct world *world)
{
    *world = (struct world){
        .base = event_base_new(),
        .options = {.resync_ms = 3600000,
                    .settle_ms = 1,
                    .patience_ms = 30000,
                    .session = {.backoff_min_ms = 1, .backoff_max_ms = 5}},
        .policy = load(TAP),
        .pair_policy = load(PAIR),
    };
    world->tap = compile(world->policy);
    world->pair = compile(world->pair_policy);
    for (size_t i = 0; i < N; i++) {
        world->switches[i].dpid = i + 1;
        world->switches[i].answers.version = spoken;
        world->switches[i].heard = &world->heard;
        table_switch_open(&world->switches[i], world->base);
    }
}

static void want(struct world *world, const struct tapd_network *network)
{
    world->wanted = network;
    tapd_installer_set(world->installer, network);
}

static void start(struct world *world, const struct tapd_network *network)
{
    struct lab_switch at[N] = {{.openflow = world->switches[0].endpoint},
                               {.openflow = world->switches[1].endpoint}};
    const struct lab lab = {.switches = at};
    struct base_error error;
    world->installer =
        tapd_installer_new(world->base, world->policy->topology, &lab, world->policy->owns,
                           &world->options, &OPS, world, &error);
    assert_non_null(world->installer);
    want(world, network);
    tapd_installer_start(world->installer);
}

static int make_once(void *aux)
{
    struct world *world = aux;
    struct lab_switch at[N] = {{.openflow = "tcp:127.0.0.1:1"}, {.openflow = "tcp:127.0.0.1:2"}};
    const struct lab lab = {.switches = at};
    struct base_error error = {""};
    struct tapd_installer *installer =
        tapd_installer_new(world->base, world->policy->topology, &lab, world->policy->owns,
                           &world->options, &OPS, world, &error);
    bool is_made = installer != NULL;
    assert_true(is_made || strstr(error.text, "out of memory"));
    tapd_installer_free(installer);
    return is_made ? 0 : -1;
}

static void end(struct world *world)
{
    assert_told("");
    tapd_installer_free(world->installer);
    for (size_t i = 0; i < N; i++) {
        table_switch_close(&world->switches[i]);
    }
    tapd_network_free(world->pair);
    tapd_network_free(world->tap);
    tapd_policy_free(world->policy);
    tapd_policy_free(world->pair_policy);
    base_buffer_free(&world->heard);
    event_base_free(world->base);
}

typedef bool condition(const struct world *world);

static void await(struct world *world, condition *is_so)
{
    AWAIT(world->base, is_so(world), base_buffer_text(&world->heard));
}

static struct tapd_switch_report report(const struct world *world, size_t sw)
{
    return tapd_installer_report(world->installer, sw);
}

static bool is_installed(const struct world *world)
{
    return tapd_installer_is_installed(world->installer);
}

static bool first_is_blocked(const struct world *world)
{
    return report(world, 0).n_foreign > 0 && report(world, 0).n_own > 0;
}

static bool first_has_trouble(const struct world *world)
{
    return report(world, 0).up && *report(world, 0).trouble;
}

static bool both_are_up(const struct world *world)
{
    return report(world, 0).up && report(world, 1).up;
}

/* How many entries of the switch are wanted there. */
static size_t n_right(const struct world *world, size_t sw)
{
    const struct flow_table *wanted = &world->wanted->tables[sw],
                            *table = &world->switches[sw].table;
    size_t n = 0;
    for (size_t i = 0; i < table->n_entries; i++) {
        for (size_t k = 0; k < wanted->n_entries; k++) {
            n += flow_equal(&table->entries[i], &wanted->entries[k]);
        }
    }
    return n;
}

static bool first_has_all_but_copies(const struct world *world)
{
    return first_has_trouble(world) && report(world, 0).n_own == world->pair->tables[0].n_entries;
}

static bool first_is_right(const struct world *world)
{
    return n_right(world, 0) == world->wanted->tables[0].n_entries;
}

static bool first_is_reported(const struct world *world)
{
    bool is_reported = report(world, 0).installed;
    assert_true(first_is_right(world) || !is_reported);
    return is_reported;
}

static void assert_right(const struct world *world, size_t sw, size_t n_foreign)
{
    size_t n = world->wanted->tables[sw].n_entries;
    if (n_right(world, sw) != n || world->switches[sw].table.n_entries != n + n_foreign) {
        fail_msg("s%zu has\n%s", sw + 1, table_switch_text(&world->switches[sw]));
    }
    assert_int_equal(report(world, sw).n_wanted, n);
    assert_int_equal(report(world, sw).n_own, n);
    assert_int_equal(report(world, sw).n_foreign, n_foreign);
}

static const char *heard(struct world *world)
{
    return base_buffer_text(&world->heard);
}

static const char *heard_after(const char *text, const char *what)
{
    const char *at = strstr(text, what);
    if (!at) {
        fail_msg("expected \"%s\" in\n%s", what, text);
    }
    return at;
}

static void forget(struct world *world)
{
    world->heard.n_bytes = 0;
}

static void what_is_missing_is_installed_from_the_end_of_the_way(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    start(&world, world.tap);
    assert_false(is_installed(&world));
    await(&world, is_installed);
    assert_right(&world, 0, 0);
    assert_right(&world, 1, 0);
    assert_true(world.tap->tables[0].n_entries > 0 && world.tap->tables[1].n_entries > 0);
    /* s2 has confirmed what takes copies before s1 sends them. */
    const char *at = heard_after(heard(&world), "2 add");
    at = heard_after(at, "2 barrier");
    at = heard_after(at, "1 add");
    assert_non_null(strstr(at, "output:5"));
    assert_ptr_equal(strstr(heard(&world), "output:5"), strstr(at, "output:5"));
    heard_after(at, "1 barrier");
    assert_told("installed: 3 entries, by 3 flow-mods");
    end(&world);
}

static void what_is_not_wanted_goes_from_the_beginning_of_the_way(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    start(&world, world.tap);
    await(&world, is_installed);
    forget(&world);
    want(&world, world.pair);
    assert_false(is_installed(&world));
    await(&world, is_installed);
    assert_right(&world, 0, 0);
    assert_right(&world, 1, 0);
    assert_int_equal(world.switches[1].table.n_entries, 0);
    const char *at = heard_after(heard(&world), "1 modify_strict");
    at = heard_after(at, "1 barrier");
    heard_after(at, "2 delete_strict");
    end(&world);
}

static void nothing_is_sent_where_nothing_is_missing(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    start(&world, world.tap);
    await(&world, is_installed);
    unsigned n_mods = world.switches[0].n_mods, n_reads = world.switches[0].n_reads;
    tapd_installer_resync(world.installer);
    assert_false(is_installed(&world));
    await(&world, is_installed);
    assert_int_equal(world.switches[0].n_mods, n_mods);
    assert_int_equal(world.switches[0].n_reads, n_reads + 1);
    end(&world);
}

/* Neither before the first comparison, nor between a later reading and its own: each round awaits
 * the other switch. */
static void it_is_reported_when_it_has_been_compared(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.options.patience_ms = 20;
    world.switches[1].slow = true;
    start(&world, world.pair);
    await(&world, first_is_reported);
    world.switches[1].slow = false;
    table_switch_hang_up(&world.switches[1]);
    await(&world, is_installed);
    world.switches[1].slow = true;
    world.switches[0].table.n_entries = 0;
    tapd_installer_resync(world.installer);
    await(&world, first_is_reported);
    end(&world);
}

static void an_old_entry_of_ours_goes(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    table_switch_put(&world.switches[1], "cookie=0x7461706400000000,in_port=3,actions=output:4");
    start(&world, world.tap);
    await(&world, is_installed);
    assert_right(&world, 1, 0);
    end(&world);
}

static void foreign_entries_are_reported_and_left_alone(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    table_switch_put(&world.switches[1], "cookie=0x1,in_port=3,actions=output:4");
    start(&world, world.tap);
    await(&world, is_installed);
    assert_right(&world, 0, 0);
    assert_right(&world, 1, 1);
    struct tapd_switch_report second = report(&world, 1);
    assert_int_equal(second.n_foreign_told, 1);
    assert_string_equal(second.foreign[0].entry, "cookie=0x1, in_port=3 actions=output:4");
    assert_string_equal(second.foreign[0].words, tapd_foreign_words(TAPD_FOREIGN_BENEATH));
    assert_told("s2: 1 entry is not ours and left alone; the first: cookie=0x1, in_port=3 "
                "actions=output:4 (forwards what the policy drops)");
    end(&world);
}

static void they_go_from_tables_that_are_owned(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.options.own_tables = true;
    table_switch_put(&world.switches[1], "cookie=0x1,in_port=3,actions=output:4");
    start(&world, world.tap);
    await(&world, is_installed);
    assert_right(&world, 1, 0);
    end(&world);
}

static void a_foreign_entry_in_the_place_of_ours_blocks(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    struct flow_entry *entry = flow_table_add(&world.switches[0].table);
    *entry = world.pair->tables[0].entries[0];
    entry->cookie = 1;
    start(&world, world.pair);
    await(&world, first_is_blocked);
    assert_string_equal(report(&world, 0).trouble, "1 entry of others in the place of ours");
    assert_false(report(&world, 0).installed);
    assert_false(is_installed(&world));
    assert_string_equal(report(&world, 0).foreign[0].words,
                        tapd_foreign_words(TAPD_FOREIGN_BLOCKS));
    assert_int_equal(world.switches[0].table.entries[0].cookie, 1);
    assert_told("s1: 1 entry is not ours and left alone; the first: cookie=0x1, in_port=1 "
                "actions=output:2 (stands where an entry of the policy should)");
    end(&world);
}

static void a_refused_entry_is_reported_and_tried_again(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.switches[0].refuses = "in_port=2";
    start(&world, world.pair);
    await(&world, first_has_trouble);
    heard_after(report(&world, 0).trouble, "refuses add ");
    heard_after(report(&world, 0).trouble, "in_port=2");
    heard_after(report(&world, 0).trouble, "TABLE");
    heard_after(report(&world, 0).trouble, "_FULL");
    assert_false(report(&world, 0).installed);
    assert_true(report(&world, 1).installed);
    assert_int_equal(world.switches[0].n_refused, 1); /* not again and again */

    world.switches[0].refuses = NULL;
    tapd_installer_resync(world.installer);
    await(&world, is_installed);
    assert_string_equal(report(&world, 0).trouble, "");
    assert_right(&world, 0, 0);
    assert_told(spoken == 4
                    ? "s1: refuses add cookie=0x7461706400000000, in_port=2 actions=output:1: "
                      "OFPET_FLOW_MOD_FAILED OFPFMFC_TABLE_FULL"
                    : "s1: refuses add cookie=0x7461706400000000, in_port=2 actions=output:1: "
                      "OFPET_FLOW_MOD_FAILED OFPFMFC_ALL_TABLES_FULL");
    end(&world);
}

static void resyncs_come_by_themselves(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.options.resync_ms = 5;
    world.switches[0].refuses = "in_port=2";
    start(&world, world.pair);
    await(&world, first_has_trouble);
    world.switches[0].refuses = NULL;
    await(&world, is_installed);
    end(&world);
}

static void a_switch_that_is_away_takes_no_part(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.switches[1].away = true;
    start(&world, world.tap);
    await(&world, first_has_all_but_copies);
    assert_string_equal(report(&world, 0).trouble,
                        "1 entry waits for the table of a switch behind it");
    assert_false(report(&world, 0).installed);
    assert_false(is_installed(&world));
    assert_false(report(&world, 1).up);
    assert_true(*report(&world, 1).trouble);
    assert_null(strstr(heard(&world), "output:5")); /* nobody is known to take the copies */
    heard_after(heard(&world), "output:2");

    world.switches[1].away = false;
    await(&world, is_installed);
    assert_right(&world, 0, 0);
    assert_right(&world, 1, 0);
    end(&world);
}

static void one_that_comes_back_empty_is_filled(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    start(&world, world.tap);
    await(&world, is_installed);
    world.switches[0].table.n_entries = 0;
    table_switch_hang_up(&world.switches[0]);
    await(&world, both_are_up);
    while (world.switches[0].n_connections < 2) {
        event_base_loop(world.base, EVLOOP_ONCE);
    }
    await(&world, is_installed);
    assert_right(&world, 0, 0);
    end(&world);
}

static bool first_has_lost_one(const struct world *world)
{
    return !report(world, 0).installed;
}

static void an_entry_that_goes_comes_back(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    start(&world, world.tap);
    await(&world, is_installed);
    unsigned n_mods = world.switches[0].n_mods;
    table_switch_lose(&world.switches[0], 0, OFPRR_DELETE);
    await(&world, first_has_lost_one);
    await(&world, is_installed);
    assert_int_equal(world.switches[0].n_mods, n_mods + 1);
    assert_right(&world, 0, 0);
    assert_int_equal(world.n_expired, 0);
    end(&world);
}

static bool one_has_expired(const struct world *world)
{
    return world->n_expired > 0;
}

static void the_end_of_a_lifetime_is_told(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    start(&world, world.tap);
    await(&world, is_installed);
    /* Those of others first: of another cookie, without an id, that was deleted. */
    static const struct {
        const char *flow;
        uint8_t reason;
    } GONE[] = {
        {"cookie=0x000000010000004d,in_port=7,actions=output:4", OFPRR_HARD_TIMEOUT},
        {"cookie=0x7461706400000000,in_port=7,actions=output:4", OFPRR_HARD_TIMEOUT},
        {"cookie=0x746170640000004e,in_port=7,actions=output:4", OFPRR_DELETE},
        {"cookie=0x746170640000004d,in_port=7,actions=output:4", OFPRR_HARD_TIMEOUT},
    };
    for (size_t i = 0; i < sizeof GONE / sizeof *GONE; i++) {
        table_switch_put(&world.switches[0], GONE[i].flow);
        table_switch_lose(&world.switches[0], world.switches[0].table.n_entries - 1,
                          GONE[i].reason);
    }
    await(&world, one_has_expired);
    assert_int_equal(world.n_expired, 1);
    assert_int_equal(world.expired, OWN_ID);
    end(&world);
}

static void one_that_forgets_is_left_out(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.switches[0].forgetful = true;
    start(&world, world.pair);
    await(&world, first_has_trouble);
    heard_after(report(&world, 0).trouble, "its table does not show them");
    assert_false(is_installed(&world));
    unsigned n_reads = world.switches[0].n_reads;
    assert_in_range(n_reads, 5, 7);
    want(&world, world.pair);
    world.switches[0].forgetful = false;
    await(&world, is_installed);
    assert_told("s1: confirms flow-mods, but its table does not show them");
    end(&world);
}

/* And is tried again when it comes back. */
static void one_that_forgot_may_come_back(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.switches[0].forgetful = true;
    start(&world, world.pair);
    await(&world, first_has_trouble);
    world.switches[0].forgetful = false;
    table_switch_hang_up(&world.switches[0]);
    await(&world, is_installed);
    end(&world);
}

static void a_slow_switch_holds_up_nobody(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.options.patience_ms = 50;
    world.switches[1].slow = true;
    start(&world, world.pair);
    await(&world, first_is_reported);
    assert_right(&world, 0, 0);
    assert_false(is_installed(&world));
    end(&world);
}

static void it_changes_its_mind(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    start(&world, world.pair);
    await(&world, both_are_up);
    want(&world, world.tap);
    event_base_loop(world.base, EVLOOP_ONCE);
    want(&world, world.pair);
    event_base_loop(world.base, EVLOOP_ONCE);
    want(&world, world.tap);
    await(&world, is_installed);
    assert_right(&world, 0, 0);
    assert_right(&world, 1, 0);
    end(&world);
}

/* Two switches that do something in their own way are filled, and not told the same again. */
static void assert_odd_ones_are_filled(const struct table_switch *odd)
{
    struct world world;
    begin(&world);
    world.options.session.handshake_ms = world.options.session.request_ms = 400;
    for (size_t i = 0; i < N; i++) {
        struct fake_switch *answers = &world.switches[i].answers;
        answers->no_barrier = odd->answers.no_barrier;
        answers->no_stats = odd->answers.no_stats;
        answers->one_a_read = odd->answers.one_a_read;
        answers->table = odd->answers.table;
        world.switches[i].reorders = odd->reorders;
        world.switches[i].hides = odd->hides;
    }
    start(&world, world.tap);
    await(&world, is_installed);
    unsigned n_mods = world.switches[0].n_mods;
    tapd_installer_resync(world.installer);
    await(&world, is_installed);
    assert_int_equal(world.switches[0].n_mods, n_mods);
    assert_right(&world, 0, 0);
    assert_right(&world, 1, 0);
    want(&world, world.pair);
    await(&world, is_installed);
    assert_right(&world, 0, 0);
    assert_int_equal(world.switches[0].n_connections, 1);
    end(&world);
}

static void switches_with_ways_of_their_own_are_filled(void **state)
{
    (void)state;
    assert_odd_ones_are_filled(&(struct table_switch){.answers.no_barrier = true});
    assert_odd_ones_are_filled(&(struct table_switch){
        .answers.no_stats = 1u << FAKE_AGGREGATE | 1u << FAKE_PORT, .answers.no_barrier = true});
    assert_odd_ones_are_filled(&(struct table_switch){.answers.table = 24});
    assert_odd_ones_are_filled(&(struct table_switch){.reorders = true});
    assert_odd_ones_are_filled(&(struct table_switch){.hides = 1});
}

static void those_that_read_one_message_at_a_time_are_filled(void **state)
{
    (void)state;
    assert_odd_ones_are_filled(&(struct table_switch){.answers.one_a_read = true});
    assert_odd_ones_are_filled(
        &(struct table_switch){.answers.one_a_read = true, .answers.no_barrier = true});
}

static bool has_stopped(const struct world *world)
{
    return strstr(report(world, 0).trouble, "another controller writes entries") != NULL;
}

static void write_as_another(struct world *world, size_t sw)
{
    table_switch_put(&world->switches[sw], "cookie=0x7461706400000000,in_port=7,actions=output:8");
    tapd_installer_resync(world->installer);
}

/* Twice it is put right; then it is left as it is, everywhere, until the next reload. */
static void of_two_controllers_one_stops(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.options.max_contests = 2;
    start(&world, world.tap);
    await(&world, is_installed);
    for (size_t i = 0; i < 2; i++) {
        write_as_another(&world, i);
        await(&world, is_installed);
        assert_right(&world, i, 0);
    }
    write_as_another(&world, 0);
    await(&world, has_stopped);
    assert_false(is_installed(&world));
    heard_after(report(&world, 1).trouble, "0x74617064");
    unsigned n_mods = world.switches[0].n_mods + world.switches[1].n_mods;
    want(&world, world.pair);
    table_switch_hang_up(&world.switches[1]);
    while (world.switches[1].n_connections < 2 || !both_are_up(&world)) {
        event_base_loop(world.base, EVLOOP_ONCE);
    }
    unsigned n_settled = world.n_settled;
    AWAIT(world.base, world.n_settled > n_settled, heard(&world));
    assert_int_equal(world.switches[0].n_mods + world.switches[1].n_mods, n_mods);
    assert_true(has_stopped(&world));
    tapd_installer_go_on(world.installer);
    await(&world, is_installed);
    assert_right(&world, 0, 0);
    assert_right(&world, 1, 0);
    assert_told("s1: somebody else wrote entries with our cookie\n"
                "s2: somebody else wrote entries with our cookie\n"
                "another controller writes entries with the cookie 0x74617064 of this one, which "
                "stops; a reload makes it go on");
    end(&world);
}

/* Who takes entries away is no other controller: it is put right each time. Nor is a switch that
 * comes back with others, nor what others write with cookies of their own. */
static void who_only_deletes_is_no_controller(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    start(&world, world.tap);
    await(&world, is_installed);
    for (size_t i = 0; i < 5; i++) {
        world.switches[0].table.n_entries = 0;
        tapd_installer_resync(world.installer);
        await(&world, is_installed);
        table_switch_put(&world.switches[0], "cookie=0x1,in_port=7,actions=output:8");
        tapd_installer_resync(world.installer);
        await(&world, is_installed);
    }
    for (unsigned i = 1; i <= 4; i++) {
        table_switch_put(&world.switches[1],
                         "cookie=0x7461706400000000,in_port=7,actions=output:8");
        table_switch_hang_up(&world.switches[1]);
        while (world.switches[1].n_connections <= i) {
            event_base_loop(world.base, EVLOOP_ONCE);
        }
        await(&world, is_installed);
    }
    end(&world);
}

static void a_switch_of_another_controller_is_not_called(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.policy->owns[1] = false;
    start(&world, world.pair);
    await(&world, is_installed);
    assert_false(report(&world, 1).owned);
    assert_true(report(&world, 0).owned);
    assert_int_equal(world.switches[1].n_connections, 0);
    end(&world);
}

static void nothing_is_sent_before_it_is_known_what(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    start(&world, NULL);
    await(&world, both_are_up);
    assert_int_equal(world.n_settled, 0);
    assert_false(is_installed(&world));
    assert_int_equal(report(&world, 0).n_wanted, 0);
    want(&world, world.tap);
    await(&world, is_installed);
    end(&world);
}

static void without_memory_there_is_none(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_true(failing_each(make_once, &world) > 8);
    end(&world);
}

static void one_that_could_not_be_made(void **state)
{
    (void)state;
    struct world world;
    struct base_error error;
    begin(&world);
    struct lab_switch at[N] = {{.openflow = "tcp:127.0.0.1:1"}, {.openflow = "tpc:x"}};
    const struct lab lab = {.switches = at};
    assert_null(tapd_installer_new(world.base, world.policy->topology, &lab, world.policy->owns,
                                   &world.options, &OPS, &world, &error));
    heard_after(error.text, "s2");
    tapd_installer_set(NULL, world.tap);
    assert_false(tapd_installer_is_installed(NULL));
    assert_true(tapd_installer_report(NULL, 0).owned);
    assert_true(*tapd_installer_report(NULL, 0).trouble);
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_VERSIONS(what_is_missing_is_installed_from_the_end_of_the_way),
        IN_BOTH_VERSIONS(what_is_not_wanted_goes_from_the_beginning_of_the_way),
        IN_BOTH_VERSIONS(nothing_is_sent_where_nothing_is_missing),
        IN_BOTH_VERSIONS(it_is_reported_when_it_has_been_compared),
        IN_BOTH_VERSIONS(an_old_entry_of_ours_goes),
        IN_BOTH_VERSIONS(foreign_entries_are_reported_and_left_alone),
        IN_BOTH_VERSIONS(they_go_from_tables_that_are_owned),
        IN_BOTH_VERSIONS(a_foreign_entry_in_the_place_of_ours_blocks),
        IN_BOTH_VERSIONS(a_refused_entry_is_reported_and_tried_again),
        IN_BOTH_VERSIONS(resyncs_come_by_themselves),
        IN_BOTH_VERSIONS(a_switch_that_is_away_takes_no_part),
        IN_BOTH_VERSIONS(one_that_comes_back_empty_is_filled),
        IN_BOTH_VERSIONS(an_entry_that_goes_comes_back),
        IN_BOTH_VERSIONS(the_end_of_a_lifetime_is_told),
        IN_BOTH_VERSIONS(one_that_forgets_is_left_out),
        IN_BOTH_VERSIONS(one_that_forgot_may_come_back),
        IN_BOTH_VERSIONS(a_slow_switch_holds_up_nobody),
        IN_BOTH_VERSIONS(it_changes_its_mind),
        IN_BOTH_VERSIONS(switches_with_ways_of_their_own_are_filled),
        IN_BOTH_VERSIONS(those_that_read_one_message_at_a_time_are_filled),
        IN_BOTH_VERSIONS(of_two_controllers_one_stops),
        IN_BOTH_VERSIONS(who_only_deletes_is_no_controller),
        IN_BOTH_VERSIONS(a_switch_of_another_controller_is_not_called),
        IN_BOTH_VERSIONS(nothing_is_sent_before_it_is_known_what),
        IN_BOTH_VERSIONS(one_that_could_not_be_made),
        cmocka_unit_test(without_memory_there_is_none),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
