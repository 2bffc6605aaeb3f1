/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tapproof mutate` prints. */
#include "report/mutate.h"

#include "testing/cmocka.h"

#include <jansson.h>
#include <string.h>

/* One change of each fate, and one that an exception lets pass. */
struct world {
    struct mutation items[5];
    struct action outputs[2];
    struct expected_case cases[2];
    struct expected_port line;
    struct topology_switch sw;
    struct topology topology;
    struct mutations mutations;
};

static void make_world(struct world *world, enum verdict base)
{
    *world = (struct world){
        .items = {{.id = "mutate/s1/in_port=1/removed",
                   .before = "in_port=1 actions=output:2",
                   .fate = MUTATION_NOTICED,
                   .sensed = {"state/s1/1", "traffic/h1/delivered/h2"},
                   .line = INDEX_NONE},
                  {.id = "mutate/s1/in_port=1/output-added/3",
                   .before = "in_port=1 actions=output:2",
                   .after = "in_port=1 actions=output:2,output:3",
                   .fate = MUTATION_UNNOTICED},
                  {.id = "mutate/s1/ip/removed",
                   .before = "ip actions=drop",
                   .fate = MUTATION_EQUIVALENT,
                   .line = INDEX_NONE},
                  {.id = "mutate/s1/tcp/removed",
                   .before = "tcp actions=normal",
                   .fate = MUTATION_UNDECIDED,
                   .open = "state/s1/2 is inconclusive",
                   .line = INDEX_NONE},
                  {.id = "mutate/s1/arp/removed",
                   .before = "arp actions=output:2",
                   .fate = MUTATION_UNNOTICED,
                   .ignore = "e.yaml:7:5",
                   .line = INDEX_NONE}},
        .outputs = {{.port = 2}, {.port = 5}},
        .cases = {{.match = match_in_port(1), .n_actions = 1},
                  {.match = match_in_port(1), .n_actions = 2}},
        .line = {.port = {0, 1}, .n_cases = 2},
        .sw = {.name = "s1"},
        .topology = {.n_switches = 1},
        .mutations = {.n_items = 5, .n_lines = 1, .n_unsampled = 7, .n_deselected = 3},
    };
    world->cases[0].match.value.dl_type = DL_TYPE_ARP;
    world->cases[0].match.mask.dl_type = UINT16_MAX;
    world->cases[0].actions = world->cases[1].actions = world->outputs;
    world->line.cases = world->cases;
    world->topology.switches = &world->sw;
    world->mutations.items = world->items;
    world->mutations.lines = &world->line;
    report_add(&world->mutations.base, RESULT_STATE, "state/s1/1")->verdict = base;
}

static void free_world(struct world *world)
{
    world->mutations.items = NULL; /* they are not allocated */
    mutations_free(&world->mutations);
}

static void check(const struct world *world, bool verbose, size_t max, const char *expected)
{
    struct base_buffer text = {0};
    struct report_text_options options = {.verbose = verbose};
    report_mutate_text(&world->mutations, &world->topology, max, &options, &text);
    assert_string_equal(base_buffer_text(&text), expected);
    base_buffer_free(&text);
}

#define UNNOTICED                                                                                  \
    "UNNOTICED  mutate/s1/in_port=1/output-added/3\n"                                              \
    "      from    in_port=1 actions=output:2\n"                                                   \
    "      to      in_port=1 actions=output:2,output:3\n"                                          \
    "      add     ports: {s1: {1: [{match: \"arp\", output: [2]}, {output: [2, 5]}]}}\n"
#define REST                                                                                       \
    "\nTo notice them, add what is missing of this:\n\n"                                           \
    "ports:\n"                                                                                     \
    "  s1:\n"                                                                                      \
    "    1:\n"                                                                                     \
    "      - {match: \"arp\", output: [2]}\n"                                                      \
    "      - {output: [2, 5]}\n\n"                                                                 \
    "MUTATE: 25.0 % noticed, 1 of 4, 1 not decided (by ports 1, traffic 1, entries 0); "           \
    "1 equivalent, 7 not tried (--limit), 3 not asked for (-k)\n"

static void what_nobody_notices_is_told(void **state)
{
    struct world world;
    (void)state;
    make_world(&world, VERDICT_PASS);
    check(&world, false, 1, UNNOTICED "and 2 more (-v lists them)\n" REST);
    check(&world, true, 0,
          "noticed  mutate/s1/in_port=1/removed\n"
          "      ports   state/s1/1\n"
          "      traffic traffic/h1/delivered/h2\n" UNNOTICED "equivalent  mutate/s1/ip/removed\n"
          "UNDECIDED  mutate/s1/tcp/removed\n"
          "      from    tcp actions=normal\n"
          "      to      no entry\n"
          "      open    state/s1/2 is inconclusive\n"
          "UNNOTICED  mutate/s1/arp/removed\n"
          "      from    arp actions=output:2\n"
          "      to      no entry\n"
          "      ignored e.yaml:7:5\n" REST);
    free_world(&world);
}

static void a_hundred_is_all(void **state)
{
    struct mutation items[2000] = {{.fate = MUTATION_UNNOTICED, .line = INDEX_NONE}};
    struct world world;
    struct base_buffer text = {0};
    (void)state;
    make_world(&world, VERDICT_PASS);
    items[0].id = items[0].before = "x";
    world.mutations.items = items;
    world.mutations.n_items = 2000;
    report_mutate_text(&world.mutations, &world.topology, 1, &(struct report_text_options){0},
                       &text);
    assert_non_null(strstr(base_buffer_text(&text), "MUTATE: 99.9 % noticed, 1999 of 2000 "));
    base_buffer_free(&text);
    world.mutations.n_items = 0;
    assert_true(mutations_score(&world.mutations) < 0);
    report_mutate_text(&world.mutations, &world.topology, 1, &(struct report_text_options){0},
                       &text);
    assert_non_null(strstr(base_buffer_text(&text), "MUTATE: no change that counts"));
    base_buffer_free(&text);
    free_world(&world);
}

static void of_a_wrong_network_its_report(void **state)
{
    struct world world;
    struct base_buffer text = {0};
    (void)state;
    make_world(&world, VERDICT_FAIL);
    world.mutations.untried = true;
    report_mutate_text(&world.mutations, &world.topology, 0, &(struct report_text_options){0},
                       &text);
    assert_non_null(strstr(base_buffer_text(&text), "FAIL  state/s1/1"));
    assert_null(strstr(base_buffer_text(&text), "MUTATE"));
    base_buffer_free(&text);
    free_world(&world);
}

/* What NORMAL decides leaves results open, and yet changes are tried. */
static void what_is_open_as_it_is_is_counted(void **state)
{
    struct world world;
    struct base_buffer text = {0}, json = {0};
    (void)state;
    make_world(&world, VERDICT_INCONCLUSIVE);
    for (size_t n = 1; n < 3; n++) {
        world.mutations.n_open = n;
        report_mutate_text(&world.mutations, &world.topology, 0, &(struct report_text_options){0},
                           &text);
        assert_non_null(
            strstr(base_buffer_text(&text), n == 1 ? "; NORMAL leaves 1 result open as it is\n"
                                                   : "; NORMAL leaves 2 results open as it is\n"));
    }
    report_mutate_json(&world.mutations, &world.topology, "1.2.3", &json);
    assert_non_null(strstr(base_buffer_text(&json), "\"not_tried\": 7, \"open_as_it_is\": 2}"));
    world.mutations.n_chosen = 1;
    report_mutate_text(&world.mutations, &world.topology, 0, &(struct report_text_options){0},
                       &text);
    assert_non_null(strstr(base_buffer_text(&text), "; NORMAL and choices leave 2 results open"));
    world.mutations.n_open = 1;
    report_mutate_text(&world.mutations, &world.topology, 0, &(struct report_text_options){0},
                       &text);
    assert_non_null(
        strstr(base_buffer_text(&text), "; choices of switches leave 1 result open as it is\n"));
    base_buffer_free(&text);
    base_buffer_free(&json);
    free_world(&world);
}

static void the_json_has_all(void **state)
{
    struct world world;
    struct base_buffer text = {0};
    (void)state;
    make_world(&world, VERDICT_PASS);
    report_mutate_json(&world.mutations, &world.topology, "1.2.3", &text);
    assert_string_equal(
        base_buffer_text(&text),
        "{\n"
        "  \"format\": 1,\n"
        "  \"tapproof\": \"1.2.3\",\n"
        "  \"network\": \"pass\",\n"
        "  \"score\": 25.000,\n"
        "  \"counts\": {\"noticed\": 1, \"unnoticed\": 2, \"equivalent\": 1, \"undecided\": 1, "
        "\"deselected\": 3, \"not_tried\": 7},\n"
        "  \"by\": {\"ports\": 1, \"traffic\": 1, \"entries\": 0},\n"
        "  \"mutations\": [\n"
        "    {\"id\": \"mutate/s1/in_port=1/removed\", \"fate\": \"noticed\", \"before\": "
        "\"in_port=1 actions=output:2\", \"ports\": \"state/s1/1\", \"traffic\": "
        "\"traffic/h1/delivered/h2\"},\n"
        "    {\"id\": \"mutate/s1/in_port=1/output-added/3\", \"fate\": \"unnoticed\", \"before\": "
        "\"in_port=1 actions=output:2\", \"after\": \"in_port=1 actions=output:2,output:3\", "
        "\"add\": \"ports: {s1: {1: [{match: \\\"arp\\\", output: [2]}, {output: [2, 5]}]}}\"},\n"
        "    {\"id\": \"mutate/s1/ip/removed\", \"fate\": \"equivalent\", \"before\": \"ip "
        "actions=drop\"},\n"
        "    {\"id\": \"mutate/s1/tcp/removed\", \"fate\": \"undecided\", \"before\": \"tcp "
        "actions=normal\", \"detail\": \"state/s1/2 is inconclusive\"},\n"
        "    {\"id\": \"mutate/s1/arp/removed\", \"fate\": \"unnoticed\", \"before\": \"arp "
        "actions=output:2\", \"ignore\": \"e.yaml:7:5\"}\n"
        "  ],\n"
        "  \"add\": \"ports:\\n  s1:\\n    1:\\n      - {match: \\\"arp\\\", output: [2]}\\n      "
        "- {output: [2, 5]}\\n\"\n"
        "}\n");
    json_t *root = json_loadb((const char *)text.data, text.n_bytes, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    json_decref(root);
    base_buffer_free(&text);
    free_world(&world);
}

static void an_interruption_is_told(void **state)
{
    struct world world;
    struct base_buffer text = {0};
    (void)state;
    make_world(&world, VERDICT_PASS);
    report_mutate_json(&world.mutations, &world.topology, "1.2.3", &text);
    assert_null(strstr(base_buffer_text(&text), "interrupted"));
    base_buffer_free(&text);
    world.mutations.base.interrupted = true;
    report_mutate_text(&world.mutations, &world.topology, 1, &(struct report_text_options){0},
                       &text);
    assert_non_null(strstr(base_buffer_text(&text), "MUTATE: interrupted: 25.0 % noticed, 1 of 4"));
    assert_non_null(strstr(base_buffer_text(&text), ", 7 not tried"));
    assert_null(strstr(base_buffer_text(&text), "--limit"));
    base_buffer_free(&text);
    report_mutate_json(&world.mutations, &world.topology, "1.2.3", &text);
    assert_non_null(strstr(base_buffer_text(&text), "\"interrupted\": true"));
    base_buffer_free(&text);
    free_world(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_nobody_notices_is_told),      cmocka_unit_test(a_hundred_is_all),
    cmocka_unit_test(of_a_wrong_network_its_report),    cmocka_unit_test(an_interruption_is_told),
    cmocka_unit_test(what_is_open_as_it_is_is_counted), cmocka_unit_test(the_json_has_all),
};

TEST_MAIN(tests)
