/* SPDX-License-Identifier: Apache-2.0
 *
 * What is refused and what is accepted is what `ovs-ofctl -O OpenFlow10
 * add-flows` 3.1.0 refuses and accepts, unless a comment says otherwise. */
#include "model/flow_mod.h"

#include "ofctl/flow_mod.h"
#include "testing/cmocka.h"

#include <string.h>

static struct flow_mod parsed(const char *text, struct base_arena *arena)
{
    struct flow_mod mod;
    struct base_error error = {""};
    if (ofctl_parse_flow_mod(text, arena, &mod, NULL, &error) < 0) {
        fail_msg("\"%s\": %s", text, error.text);
    }
    return mod;
}

static void the_command_is_the_first_word(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum flow_command command;
    } rows[] = {
        {"in_port=1 actions=output:2", FLOW_ADD},
        {"arp actions=drop", FLOW_ADD},
        {"actions=drop", FLOW_ADD},
        {"add in_port=1,actions=output:2", FLOW_ADD},
        {"add,in_port=1,actions=output:2", FLOW_ADD},
        {"modify\tin_port=1 actions=2", FLOW_MODIFY},
        {"modify_strict in_port=1 actions=2", FLOW_MODIFY_STRICT},
        {"delete", FLOW_DELETE},
        {"delete in_port=1", FLOW_DELETE},
        {"delete_strict priority=5,in_port=1", FLOW_DELETE_STRICT},
        {"flow delete in_port=1", FLOW_DELETE},
        {"flow in_port=1 actions=2", FLOW_ADD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_arena arena = {0};
        assert_int_equal(parsed(rows[i].text, &arena).command, rows[i].command);
        base_arena_free(&arena);
    }
}

static void everything_of_a_line_is_read(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    struct flow_mod mod = parsed("modify cookie=7/-1,table=2,check_overlap,send_flow_rem,"
                                 "reset_counts,idle_timeout=3,priority=9,tcp,actions=output:4",
                                 &arena);
    assert_int_equal(mod.flow.cookie, 7);
    assert_true(mod.cookie_mask == UINT64_MAX);
    assert_int_equal(mod.flow.table_id, 2);
    assert_false(mod.any_table);
    assert_true(mod.check_overlap);
    assert_int_equal(mod.flow.idle_timeout, 3);
    assert_int_equal(mod.flow.priority, 9);
    assert_int_equal(mod.flow.match.value.nw_proto, NW_PROTO_TCP);
    assert_int_equal(mod.flow.n_actions, 1);
    assert_int_equal(mod.out_port, PORT_NONE);
    mod = parsed("delete out_port=6,cookie=0x10/0xf0", &arena);
    assert_int_equal(mod.out_port, 6);
    assert_int_equal(mod.cookie_mask, 0xf0);
    assert_true(mod.any_table);
    assert_int_equal(parsed("delete_strict out_port=in_port", &arena).out_port, PORT_IN_PORT);
    base_arena_free(&arena);
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
        size_t column;
    } rows[] = {
        {"delete priority=3,in_port=2", "priority does not go with this command", 7},
        {"delete in_port=2 actions=drop", "no actions go with delete", 17},
        {"delete idle_timeout=7", "idle_timeout does not go", 7},
        {"delete_strict check_overlap", "check_overlap does not go", 14},
        {"add out_port=2,actions=5", "out_port does not go", 4},
        {"modify out_port=2,actions=5", "out_port does not go", 7},
        {"delete cookie=5", "bad value \"5\" for cookie", 14},
        {"add cookie=5/-1,ip,actions=9", "bad value \"5/-1\" for cookie", 11},
        {"add in_port=1", "no actions", 13},
        {"modify", "no actions", 6},
        {"remove in_port=1", "unknown field", 0},
        {"ADD in_port=1,actions=2", "unknown command \"ADD\" (did you mean add?)", 0},
        {"modfy in_port=1 actions=2", "unknown command \"modfy\" (did you mean modify?)", 0},
        {"add modfy in_port=1 actions=2", "unknown", 4},
        {"in_prt=1 actions=2", "did you mean in_port?", 0},
        {"delete in_prt=1", "in_port", 7},
        {"delete tp_dst=80", "needs", 7},
        {"delete out_port=x", "expected a port", 16},
        {"add in_port=1,actions=otput:2", "otput", 22},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_arena arena = {0};
        struct flow_mod mod;
        struct base_error error = {""};
        size_t column = 99;
        assert_int_equal(ofctl_parse_flow_mod(rows[i].text, &arena, &mod, NULL, &error), -1);
        assert_int_equal(ofctl_parse_flow_mod(rows[i].text, &arena, &mod, &column, &error), -1);
        if (!strstr(error.text, rows[i].says) || column != rows[i].column) {
            fail_msg("\"%s\": column %zu: \"%s\" does not say \"%s\"", rows[i].text, column,
                     error.text, rows[i].says);
        }
        base_arena_free(&arena);
    }
}

/* As in a file for `ovs-ofctl bundle`. */
static void groups_and_meters_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error; /* NULL: it is read */
        size_t column;
        enum flow_command command;
        bool of_meters, all, adds_too;
    } rows[] = {
        {"group add group_id=1,type=all", NULL, 0, FLOW_ADD, false, false, false},
        {"group modify group_id=1,type=all", NULL, 0, FLOW_MODIFY, false, false, false},
        {"group add_or_mod group_id=1,type=all", NULL, 0, FLOW_MODIFY, false, false, true},
        {"group delete group_id=1", NULL, 0, FLOW_DELETE, false, false, false},
        {"group delete", NULL, 0, FLOW_DELETE, false, true, false},
        {"group delete group_id=all", NULL, 0, FLOW_DELETE, false, true, false},
        {"meter add meter=1 kbps bands=type=drop rate=5", NULL, 0, FLOW_ADD, true, false, false},
        {"meter modify meter=1 kbps bands=", NULL, 0, FLOW_MODIFY, true, false, false},
        {"meter delete meter=1", NULL, 0, FLOW_DELETE, true, false, false},
        {"meter delete", NULL, 0, FLOW_DELETE, true, true, false},
        {"group", "expected add, modify, add_or_mod or delete", 5, FLOW_ADD, 0, 0, 0},
        {"group insert_bucket group_id=1", "expected add, modify, add_or_mod or delete", 5,
         FLOW_ADD, 0, 0, 0},
        {"meter add_or_mod meter=1", "expected add, modify or delete", 5, FLOW_ADD, 0, 0, 0},
        {"group delete group_id=1,type=all", "expected group_id=NUMBER, group_id=all, or nothing",
         12, FLOW_ADD, 0, 0, 0},
        {"meter delete group_id=1", "expected meter=NUMBER, meter=all, or nothing", 12, FLOW_ADD, 0,
         0, 0},
        {"group add group_id=1", "a group needs type=", 9, FLOW_ADD, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct group_table table = {0};
        struct group_mod mod = {0};
        struct base_error error = {""};
        size_t column = 99;
        int status = ofctl_parse_group_mod(rows[i].text, &table, &mod, &column, &error);
        if (status != (rows[i].error ? -1 : 0) ||
            (rows[i].error &&
             (strcmp(error.text, rows[i].error) != 0 || column != rows[i].column))) {
            fail_msg("%s: %d, %s at %zu", rows[i].text, status, error.text, column);
        }
        if (!rows[i].error) {
            size_t n = rows[i].of_meters ? table.n_meters : table.n_groups;
            assert_int_equal(mod.command, rows[i].command);
            assert_int_equal(mod.of_meters, rows[i].of_meters);
            assert_int_equal(mod.all, rows[i].all);
            assert_int_equal(mod.adds_too, rows[i].adds_too);
            assert_int_equal(n, !mod.all);
            assert_true(mod.all || mod.nth == 0);
            assert_true(mod.all || (mod.of_meters ? table.meters[0].id : table.groups[0].id) == 1);
        }
        group_table_free(&table);
    }
    struct group_table table = {0};
    struct group_mod mod;
    assert_int_equal(ofctl_parse_group_mod("in_port=1 actions=group:1", &table, &mod, NULL, NULL),
                     1);
    assert_int_equal(ofctl_parse_group_mod("meter=1 kbps", &table, &mod, NULL, NULL), 1);
    assert_int_equal(ofctl_parse_group_mod("", &table, &mod, NULL, NULL), 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(groups_and_meters_are_read),
    cmocka_unit_test(the_command_is_the_first_word),
    cmocka_unit_test(everything_of_a_line_is_read),
    cmocka_unit_test(what_is_wrong_is_said_with_its_place),
};

TEST_MAIN(tests)
