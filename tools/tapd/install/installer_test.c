/* SPDX-License-Identifier: Apache-2.0
 *
 * Do switches come to the tables that are wanted, in which order, and what becomes of those
 * that are away, refuse, forget or have entries of others? */
#include "tapd/install/installer_inside.h"
#include "tapd/install/installer_testing.h"
#include "testing/failing.h"

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

/* It is told, and all others are installed. */
static void what_its_openflow_can_not_say_is_told(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.pair->tables[0].entries[0].match.mask.dl_dst[0] = 1; /* multicast or not */
    start(&world, world.pair);
    if (spoken == 4) {
        await(&world, is_installed);
    } else {
        await(&world, first_has_trouble);
        heard_after(report(&world, 0).trouble, "1 entry that OpenFlow 1.0 cannot say, the first: ");
        heard_after(report(&world, 0).trouble, "a part of dl_dst");
        assert_false(is_installed(&world));
        assert_int_equal(world.switches[0].table.n_entries, world.pair->tables[0].n_entries - 1);
    }
    end(&world);
}

/* Zeros are the defaults. */
static void what_is_not_said_is_as_ever(void **state)
{
    (void)state;
    struct world world;
    struct base_error error;
    begin(&world);
    struct lab_switch at[N] = {{.openflow = "tcp:127.0.0.1:1"}, {.openflow = "tcp:127.0.0.1:2"}};
    const struct lab lab = {.switches = at};
    const struct tapd_installer_options none = {0};
    const struct tapd_installer_options *got;
    world.installer = tapd_installer_new(world.base, world.policy->topology, &lab,
                                         world.policy->owns, &none, &OPS, &world, &error);
    got = &world.installer->options;
    assert_true(got->resync_ms == 10000 && got->settle_ms == 20 && got->patience_ms == 2000);
    end(&world);
    begin(&world);
    start(&world, NULL);
    got = &world.installer->options;
    assert_true(got->resync_ms == 3600000 && got->settle_ms == 1 && got->patience_ms == 30000);
    end(&world);
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
        IN_BOTH_VERSIONS(nothing_is_sent_before_it_is_known_what),
        IN_BOTH_VERSIONS(one_that_could_not_be_made),
        IN_BOTH_VERSIONS(what_its_openflow_can_not_say_is_told),
        cmocka_unit_test(what_is_not_said_is_as_ever),
        cmocka_unit_test(without_memory_there_is_none),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
