/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tapproof plan` prints. */
#include "report/plan.h"

#include "ofctl/flow_mod.h"
#include "testing/cmocka.h"

#include <jansson.h>
#include <string.h>

static struct report make_report(const enum verdict verdicts[3])
{
    static const char *const ids[] = {"state/s1/1", "state/s1/2", "traffic/a/stray/b"};
    struct report report = {0};
    for (int i = 0; i < 3; i++) {
        if (verdicts[i] != VERDICT_SKIP) {
            struct result *result = report_add(&report, RESULT_STATE, ids[i]);
            assert_non_null(result);
            result->verdict = verdicts[i];
            result->detail = "why";
        }
    }
    return report;
}

/* s1: an entry of each kind and one set of packets; s2 was not read, s3 stays. */
struct world {
    struct difference set;
    struct entry_difference entries[3];
    struct switch_difference switches[3];
    struct flow_change items[2];
    struct flow_changes changes;
    struct flow_entry overlapped;
    struct change_effect effects[2];
    struct report before, after;
    struct report_plan plan;
};

/* Of the results [2] is there only where it is not VERDICT_SKIP. */
static void make_world(struct world *world, const enum verdict before[3],
                       const enum verdict after[3])
{
    *world = (struct world){
        .set = {.ports = "1",
                .match = "tcp",
                .example = "tcp,in_port=1",
                .actions = {"output:2", "drop"},
                .entry = {"tcp actions=output:2", NULL},
                .detail = "output:2 is missing"},
        .entries = {{{NULL, "arp actions=output:1"}},
                    {{"ip actions=output:1", "ip actions=output:2"}},
                    {{"tcp actions=output:2", NULL}}},
        .switches = {{.name = "s1", .n_items = 1, .n_entries = 3},
                     {.name = "s2", .not_compared = "connection refused"},
                     {.name = "s3"}},
        .items = {{.text = "delete tcp", .place = {"c.txt", 2, 3}},
                  {.text = "check_overlap actions=drop", .place = {"c.txt", 3, 3}}},
        .changes = {.file = "c.txt", .n_items = 2},
        .effects = {{0}, {.answer = CHANGE_OVERLAPS, .overlaps = &world->overlapped}},
        .overlapped = {.priority = 7},
        .before = make_report(before),
        .after = make_report(after),
    };
    world->switches[0].items = &world->set;
    world->switches[0].entries = world->entries;
    world->changes.items = world->items;
    world->plan = (struct report_plan){.changes = &world->changes,
                                       .effects = world->effects,
                                       .switches = world->switches,
                                       .n_switches = 3,
                                       .before = &world->before,
                                       .after = &world->after};
}

static void free_world(struct world *world)
{
    report_free(&world->before);
    report_free(&world->after);
}

static const enum verdict before[] = {VERDICT_PASS, VERDICT_FAIL, VERDICT_FAIL};
static const enum verdict after[] = {VERDICT_FAIL, VERDICT_PASS, VERDICT_SKIP};

/* A part of a text, from its first line to its last one. */
static void assert_part(const char *text, const char *first, const char *last, const char *expected)
{
    const char *begin = strstr(text, first), *end = begin ? strstr(begin, last) : NULL;
    struct base_buffer part = {0};
    assert_non_null(end);
    base_put_bytes(&part, begin, (size_t)(end - begin));
    assert_string_equal(base_buffer_text(&part), expected);
    base_buffer_free(&part);
}

static void the_text_tells_all_of_it(void **state)
{
    (void)state;
    struct world world;
    struct base_buffer text = {0};
    struct report_text_options options = {0};
    static const char expected[] =
        "s1: 1 to add, 1 to change, 1 to remove\n"
        "  + arp actions=output:1\n"
        "  ~ ip actions=output:1\n"
        "   -> ip actions=output:2\n"
        "  - tcp actions=output:2\n"
        "  port 1: tcp\n"
        "      output:2 -> drop\n"
        "      example tcp,in_port=1\n"
        "\n"
        "s2: not read: connection refused\n"
        "\n"
        "refused  c.txt:3:3: check_overlap actions=drop: overlaps with priority=7 actions=drop "
        "(OFPFMFC_OVERLAP)\n"
        "breaks  state/s1/1\n"
        "becomes true  state/s1/2\n"
        "becomes true  traffic/a/stray/b\n"
        "PLAN: 1 to add, 1 to change, 1 to remove on 1 switch; 1 breaks, 2 become true\n"
        "\n"
        "After the change:\n"
        "FAIL  state/s1/1\n";
    make_world(&world, before, after);
    report_plan_text(&world.plan, 0, &options, &text);
    const char *told = base_buffer_text(&text);
    if (strncmp(told, expected, strlen(expected)) != 0) {
        fail_msg("%s\ninstead of\n%s", told, expected);
    }
    assert_non_null(strstr(told, "\nFAIL: 1 passed, 1 failed"));
    base_buffer_free(&text);
    free_world(&world);
}

static void what_can_no_longer_be_decided_is_told(void **state)
{
    (void)state;
    static const enum verdict open[] = {VERDICT_INCONCLUSIVE, VERDICT_FAIL, VERDICT_FAIL};
    struct world world;
    struct base_buffer text = {0};
    struct report_text_options options = {0};
    make_world(&world, before, open);
    report_plan_text(&world.plan, 0, &options, &text);
    assert_non_null(strstr(base_buffer_text(&text), "\nbecomes undecided  state/s1/1\nPLAN:"));
    base_buffer_free(&text);
    free_world(&world);
}

static void entries_may_change_and_no_packet(void **state)
{
    (void)state;
    struct world world;
    struct base_buffer text = {0};
    struct report_text_options options = {0};
    make_world(&world, before, after);
    report_plan_text(&world.plan, 0, &options, &text);
    assert_null(strstr(base_buffer_text(&text), "no packet is treated otherwise"));
    base_buffer_free(&text);
    const char *group = "group 3: x in A, y in B";
    struct difference sets[2] = {world.switches[0].items[0], world.switches[0].items[0]};
    sets[0].undecided = "NORMAL";
    world.switches[0].items = sets;
    world.switches[0].n_items = 2;
    world.switches[0].groups = &group;
    world.switches[0].n_groups = 1;
    world.switches[0].open = "over the budget";
    report_plan_text(&world.plan, 1, &options, &text);
    assert_part(base_buffer_text(&text), "  ~ group", "s2:",
                "  ~ group 3: x in A, y in B\n"
                "  port 1: tcp\n"
                "      output:2 -> drop\n"
                "      not decided: NORMAL\n"
                "      example tcp,in_port=1\n"
                "  1 more sets of packets (-v lists them)\n"
                "  over the budget\n\n");
    base_buffer_free(&text);
    world.switches[0].open = NULL;
    world.switches[0].n_items = 0;
    report_plan_text(&world.plan, 0, &options, &text);
    assert_non_null(strstr(base_buffer_text(&text), "\n  no packet is treated otherwise\n\n"));
    base_buffer_free(&text);
    free_world(&world);
}

static void the_json_is_that_of_a_check_with_the_change(void **state)
{
    (void)state;
    struct world world;
    struct base_buffer text = {0};
    const char *group = "group 3: x in A, y in B";
    make_world(&world, before, after);
    world.changes.file = "c.txt";
    world.switches[0].groups = &group;
    world.switches[0].n_groups = 1;
    world.switches[0].open = "over the budget";
    report_plan_json(&world.plan, "1.2.3", &text);
    assert_part(
        base_buffer_text(&text), "  \"change\"", "  },\n  \"",
        "  \"change\": {\n"
        "    \"file\": \"c.txt\",\n"
        "    \"entries\": {\"add\": 1, \"change\": 1, \"remove\": 1},\n"
        "    \"groups_and_meters\": 1,\n"
        "    \"switches\": [\n"
        "      {\n"
        "        \"switch\": \"s1\",\n"
        "        \"entries\": [\n"
        "          {\"after\": \"arp actions=output:1\"},\n"
        "          {\"before\": \"ip actions=output:1\", \"after\": \"ip actions=output:2\"},\n"
        "          {\"before\": \"tcp actions=output:2\"}\n"
        "        ],\n"
        "        \"ports\": [\n"
        "          {\"ports\": \"1\", \"match\": \"tcp\", \"example\": \"tcp,in_port=1\", "
        "\"before\": {\"actions\": \"output:2\", \"entry\": \"tcp actions=output:2\"}, \"after\": "
        "{\"actions\": \"drop\"}, \"detail\": \"output:2 is missing\"}\n"
        "        ],\n"
        "        \"open\": \"over the budget\",\n"
        "        \"groups\": [\n"
        "          \"group 3: x in A, y in B\"\n"
        "        ]\n"
        "      },\n"
        "      {\n"
        "        \"switch\": \"s2\",\n"
        "        \"not_compared\": \"connection refused\",\n"
        "        \"entries\": [],\n"
        "        \"ports\": []\n"
        "      },\n"
        "      {\n"
        "        \"switch\": \"s3\",\n"
        "        \"entries\": [],\n"
        "        \"ports\": []\n"
        "      }\n"
        "    ],\n"
        "    \"refused\": [\n"
        "      {\"source\": \"c.txt:3:3\", \"flow_mod\": \"check_overlap actions=drop\", "
        "\"reason\": \"overlaps with priority=7 actions=drop (OFPFMFC_OVERLAP)\"}\n"
        "    ],\n"
        "    \"breaks\": [\n"
        "      \"state/s1/1\"\n"
        "    ],\n"
        "    \"becomes_true\": [\n"
        "      \"state/s1/2\",\n"
        "      \"traffic/a/stray/b\"\n"
        "    ],\n"
        "    \"becomes_undecided\": []\n");
    json_t *root = json_loadb((const char *)text.data, text.n_bytes, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "verdict")), "fail");
    assert_int_equal(json_array_size(json_object_get(root, "results")), 2);
    json_decref(root);
    base_buffer_free(&text);
    free_world(&world);
}

static void probes_that_come_and_go_are_told(void **state)
{
    (void)state;
    struct world world;
    struct base_buffer text = {0};
    struct report_text_options options = {0};
    struct named_probe added[] = {{"h1", "in_port=1,tp_dst=22"}, {"h2", "in_port=2,arp"}};
    struct named_probe dropped[] = {{"h3", "in_port=3"}};
    struct missed missed[] = {{.what = "s1 tcp", .reason = "hidden", .by = "ip"}};
    struct probe_difference probes = {
        .added = added,
        .dropped = dropped,
        .n_added = 2,
        .n_dropped = 1,
        .after = {
            .is_known = true, .n_entries = 4, .n_exercised = 3, .missed = missed, .n_missed = 1}};
    make_world(&world, before, after);
    world.plan.probes = &probes;
    report_plan_text(&world.plan, 1, &options, &text);
    assert_non_null(strstr(base_buffer_text(&text),
                           "\nprobes: 2 new, 1 no longer needed; entries exercised 3/4; hidden: s1 "
                           "tcp (by ip)\n"
                           "  + h1: in_port=1,tp_dst=22\n"
                           "  + 1 more (-v lists them)\n"
                           "  - h3: in_port=3\n"
                           "PLAN: "));
    base_buffer_free(&text);
    report_plan_json(&world.plan, "1.2.3", &text);
    assert_part(base_buffer_text(&text), "    \"probes\"", "    }\n  },",
                "    \"probes\": {\n"
                "      \"new\": [\n"
                "        {\"from\": \"h1\", \"packet\": \"in_port=1,tp_dst=22\"},\n"
                "        {\"from\": \"h2\", \"packet\": \"in_port=2,arp\"}\n"
                "      ],\n"
                "      \"dropped\": [\n"
                "        {\"from\": \"h3\", \"packet\": \"in_port=3\"}\n"
                "      ],\n"
                "      \"exercised\": 3,\n"
                "      \"entries\": 4,\n"
                "      \"missed\": [\n"
                "        {\"entry\": \"s1 tcp\", \"reason\": \"hidden\", \"by\": \"ip\"}\n"
                "      ]\n");
    base_buffer_free(&text);
    free_world(&world);
}

static void groups_are_counted(void **state)
{
    (void)state;
    struct base_buffer text = {0};
    struct report report = {0};
    const char *const groups[] = {"group 1: only in B", "meter 1: only in B"};
    struct switch_difference switches[] = {{.name = "s1", .groups = (const char **)groups}};
    struct report_plan plan = {.changes = &(struct flow_changes){0},
                               .switches = switches,
                               .n_switches = 1,
                               .probes = &(struct probe_difference){0},
                               .before = &report,
                               .after = &report};
    for (size_t n = 1; n <= 2; n++) {
        switches[0].n_groups = n;
        report_plan_text(&plan, 0, &(struct report_text_options){0}, &text);
        assert_non_null(strstr(base_buffer_text(&text),
                               n == 1 ? "\nPLAN: 0 to add, 0 to change, 0 to remove, 1 group or "
                                        "meter otherwise on 1 switch; "
                                      : "s1: 0 to add, 0 to change, 0 to remove, 2 groups or "
                                        "meters otherwise\n"));
        text.n_bytes = 0;
    }
    base_buffer_free(&text);
}

/* A stray that was seen before is no longer seen, but its sender has become unclear. */
static void what_is_open_afterwards_does_not_become_true(void **state)
{
    (void)state;
    struct world world;
    struct base_buffer text = {0};
    struct report_text_options options = {0};
    make_world(&world, before, after);
    world.before.results[2].from = "a";
    struct result *open = report_add(&world.after, RESULT_TRAFFIC, "traffic/a/stray/all");
    open->verdict = VERDICT_INCONCLUSIVE;
    open->from = "a";
    report_plan_text(&world.plan, 0, &options, &text);
    assert_non_null(strstr(base_buffer_text(&text), "\nbreaks  state/s1/1\n"
                                                    "becomes true  state/s1/2\n"
                                                    "becomes undecided  traffic/a/stray/all\n"
                                                    "becomes undecided  traffic/a/stray/b\n"
                                                    "PLAN: "));
    open->from = "b"; /* of another sender it says nothing */
    text.n_bytes = 0;
    report_plan_text(&world.plan, 0, &options, &text);
    assert_non_null(strstr(base_buffer_text(&text), "\nbecomes true  traffic/a/stray/b\n"));
    base_buffer_free(&text);
    free_world(&world);
}

/* Items of a change, a line each, and what switches made of them. */
struct items {
    struct flow_change items[12];
    struct flow_changes changes;
    struct change_effect effects[12];
    struct report report;
};

static const struct topology_switch switches[] = {{.name = "s1"}, {.name = "s2"}, {.name = "s3"}};

static void add_item(struct items *items, size_t sw, const char *line)
{
    size_t n = items->changes.n_items++;
    items->changes.items = items->items;
    items->items[n] =
        (struct flow_change){.sw = sw, .text = line, .place = {"c.txt", (int)n + 1, 3}};
    assert_int_equal(
        ofctl_parse_flow_mod(line, &items->changes.arena, &items->items[n].mod, NULL, NULL), 0);
}

static void tell_items(struct items *items)
{
    struct port ports[] = {{.number = 1}, {.number = 2}};
    struct switch_state s1 = {.ports = ports, .n_ports = 2}, bare = {0};
    const struct switch_state *read[] = {&s1, NULL, &bare};
    struct topology topology = {.switches = (struct topology_switch *)switches, .n_switches = 3};
    assert_int_equal(
        report_plan_items(&items->changes, items->effects, read, &topology, &items->report), 0);
}

static void free_items(struct items *items)
{
    report_free(&items->report);
    base_arena_free(&items->changes.arena);
}

static void ports_that_the_switch_has_not_are_noted(void **state)
{
    (void)state;
    struct items items = {0};
    add_item(&items, 0, "in_port=99 actions=2");
    add_item(&items, 0, "in_port=LOCAL actions=flood");
    add_item(&items, 0, "delete in_port=99");
    add_item(&items, 1, "in_port=98 actions=1");
    add_item(&items, 2, "in_port=98 actions=1");
    tell_items(&items);
    assert_int_equal(items.report.n_results, 0);
    assert_int_equal(items.report.n_notes, 1);
    assert_string_equal(items.report.notes[0], "c.txt:1: s1 has no port 99");
    free_items(&items);
}

static void what_no_entry_matches_is_noted(void **state)
{
    (void)state;
    static const char *const lines[] = {"delete tcp",
                                        "delete_strict in_port=1",
                                        "modify arp actions=",
                                        "modify cookie=1/1,arp actions=",
                                        "delete",
                                        "delete_strict",
                                        "delete udp",
                                        "delete arp",
                                        "delete icmp",
                                        "delete tcp,tp_dst=1"};
    static const char *const notes[] = {
        "c.txt:1: s1 has no entry that this deletes",
        "c.txt:2: s1 has no entry that this deletes",
        "c.txt:3: s1 has no entry that this modifies: it adds one",
        "c.txt:4: s1 has no entry that this modifies",
        "c.txt:6: s1 has no entry that this deletes",
    };
    struct items items = {0};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        add_item(&items, 0, lines[i]);
        items.effects[i].answer = CHANGE_NO_ENTRY;
    }
    tell_items(&items);
    assert_int_equal(items.report.n_results, 0);
    assert_int_equal(items.report.n_notes, 9);
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        assert_string_equal(items.report.notes[i], notes[i]);
    }
    assert_string_equal(items.report.notes[8],
                        "1 more lines of the change modify or delete no entry");
    free_items(&items);
}

static void what_is_refused_is_a_result(void **state)
{
    (void)state;
    static const struct flow_entry other = {.priority = 7};
    static const struct action nine = {.type = ACTION_OUTPUT, .port = 9};
    static const struct action strips = {.type = ACTION_STRIP_VLAN};
    static const struct change_effect effects[] = {
        {.answer = CHANGE_OVERLAPS, .overlaps = &other},
        {.answer = CHANGE_BAD_ACTION, .action = &strips},
        {.answer = CHANGE_NO_PORT, .action = &nine},
        {.answer = CHANGE_LOOP, .number = 3},
        {.answer = CHANGE_NO_GROUP, .number = 4},
        {.answer = CHANGE_NOT_IN_10},
        {.answer = CHANGE_TAKEN},
    };
    static const char *const details[] = {
        "check_overlap actions=1: overlaps with priority=7 actions=drop (OFPFMFC_OVERLAP)",
        "actions=strip_vlan,1: by its features the switch has no strip_vlan (OFPBAC_BAD_TYPE)",
        "actions=9: the switch has no port 9, and may refuse it (OFPBAC_BAD_OUT_PORT)",
        "actions=1: group 3 would call itself, and the switch may refuse that (OFPGMFC_LOOP)",
        "actions=1: the switch has no group 4 (OFPBAC_BAD_OUT_GROUP)",
        ("actions=1: the switch was read in OpenFlow 1.0, which has no groups and meters "
         "(OFPBRC_BAD_TYPE); if it has 1.3, `version: 1.3` in the lab file has it read in that"),
    };
    struct items items = {0};
    add_item(&items, 0, "check_overlap actions=1");
    add_item(&items, 0, "actions=strip_vlan,1");
    add_item(&items, 0, "actions=9");
    for (size_t i = 0; i < 4; i++) {
        add_item(&items, 0, "actions=1");
    }
    memcpy(items.effects, effects, sizeof effects);
    tell_items(&items);
    assert_int_equal(items.report.n_results, 6);
    for (size_t i = 0; i < 6; i++) {
        const struct result *result = &items.report.results[i];
        assert_int_equal(result->verdict, i == 2 || i == 3 ? VERDICT_INCONCLUSIVE : VERDICT_FAIL);
        assert_string_equal(result->detail, details[i]);
    }
    assert_string_equal(items.report.results[1].id, "change/s1/2");
    assert_string_equal(items.report.results[1].source, "c.txt:2:3");
    free_items(&items);
}

/* The items that a switch would refuse are no claims that break. */
static void what_is_refused_does_not_break(void **state)
{
    (void)state;
    struct world world;
    struct base_buffer text = {0};
    struct report_text_options options = {0};
    make_world(&world, before, after);
    report_add(&world.after, RESULT_CHANGE, "change/s1/3")->verdict = VERDICT_FAIL;
    report_plan_text(&world.plan, 0, &options, &text);
    assert_non_null(strstr(base_buffer_text(&text), "; 1 breaks, 2 become true\n"));
    base_buffer_free(&text);
    report_add(&world.after, RESULT_TRAFFIC, "traffic/x/stray/all")->verdict = VERDICT_INCONCLUSIVE;
    report_plan_text(&world.plan, 0, &options, &text);
    assert_non_null(strstr(base_buffer_text(&text), "2 become true, 1 not decided\n"));
    base_buffer_free(&text);
    free_world(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_text_tells_all_of_it),
    cmocka_unit_test(what_can_no_longer_be_decided_is_told),
    cmocka_unit_test(entries_may_change_and_no_packet),
    cmocka_unit_test(the_json_is_that_of_a_check_with_the_change),
    cmocka_unit_test(probes_that_come_and_go_are_told),
    cmocka_unit_test(what_is_open_afterwards_does_not_become_true),
    cmocka_unit_test(ports_that_the_switch_has_not_are_noted),
    cmocka_unit_test(what_no_entry_matches_is_noted),
    cmocka_unit_test(what_is_refused_is_a_result),
    cmocka_unit_test(groups_are_counted),
    cmocka_unit_test(what_is_refused_does_not_break),
};

TEST_MAIN(tests)
