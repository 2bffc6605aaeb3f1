/* SPDX-License-Identifier: Apache-2.0
 *
 * Change files: sections, whole tables, and what is refused where. */
#include "yaml/change.h"

#include "ofctl/match.h"
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

static struct topology_switch switches[] = {{.name = "s1"}, {.name = "s2"}};
static const struct topology two = {.switches = switches, .n_switches = 2};
static const struct topology one = {.switches = switches, .n_switches = 1};

static int load(const char *text, const struct topology *topology, bool replace,
                struct flow_changes **changes, struct yaml_diagnostics *diagnostics)
{
    struct memory_file files[] = {{.path = "c.txt", .text = text}, {0}};
    struct yaml_files memory = {.context = files, .read = memory_read};
    return yaml_load_change(&memory, "c.txt", topology, replace, changes, diagnostics);
}

/* "SWITCH COMMAND FLOW LINE:COLUMN" of each item. */
static void check(const char *text, const struct topology *topology, bool replace,
                  const char *expected)
{
    struct yaml_diagnostics diagnostics = {0};
    struct flow_changes *changes;
    struct base_buffer told = {0}, errors = {0};
    if (load(text, topology, replace, &changes, &diagnostics) < 0) {
        fail_msg("%s: %s", text, memory_errors(&diagnostics, &errors));
    }
    for (size_t i = 0; i < changes->n_items; i++) {
        const struct flow_change *item = &changes->items[i];
        enum flow_command command = item->of_groups ? item->group_mod.command : item->mod.command;
        base_put_format(&told, "%s %s %d:%d ", switches[item->sw].name, flow_command_name(command),
                        item->place.line, item->place.column);
        if (item->of_groups) {
            base_put_format(&told, "group %u", changes->groups.groups[item->group_mod.nth].id);
        } else {
            ofctl_format_match(&item->mod.flow.match, &told);
        }
        base_put_text(&told, "\n");
        assert_string_equal(item->place.file, "c.txt");
    }
    assert_string_equal(base_buffer_text(&told), expected);
    base_buffer_free(&told);
    flow_changes_free(changes);
    yaml_diagnostics_free(&diagnostics);
}

static void sections_say_which_switch(void **state)
{
    (void)state;
    check("s1:\n"
          "  group add group_id=7,type=all,bucket=output:2\n"
          "  in_port=1 actions=group:7\n"
          "s2:\n"
          "  group delete group_id=8\n",
          &two, false, "s1 add 2:3 group 7\ns1 add 3:3 in_port=1\ns2 delete 5:3 group 8\n");
    check("# a change\n"
          "s2:\n"
          "  in_port=1 actions=2  # first\n"
          "\n"
          "\tdelete in_port=2\r\n"
          "s1:   # another one\n"
          "modify actions=drop\n"
          "s2:\n"
          "delete",
          &two, false,
          "s2 add 3:3 in_port=1\n"
          "s2 delete 5:2 in_port=2\n"
          "s1 modify 7:1 \n"
          "s2 delete 9:1 \n");
    check("in_port=1 actions=2", &one, false, "s1 add 1:1 in_port=1\n");
}

static void a_whole_table_begins_with_nothing(void **state)
{
    (void)state;
    static const char table[] = "s2: replace\n in_port=1 actions=2\n s1:\n in_port=3 actions=2\n";
    check(table, &two, false, "s2 delete 1:1 \ns2 add 2:2 in_port=1\ns1 add 4:2 in_port=3\n");
    check(table, &two, true,
          "s2 delete 1:1 \ns2 add 2:2 in_port=1\ns1 delete 3:2 \ns1 add 4:2 in_port=3\n");
    check("in_port=1 actions=2", &one, true, "s1 delete 1:1 \ns1 add 1:1 in_port=1\n");
    check("s1:\ns2:\n", &two, true, "s1 delete 1:1 \ns2 delete 2:1 \n");
    /* as `tapproof flows` prints it, statistics and all */
    check("s1:\n cookie=0x0, duration=5.123s, table=0, n_packets=7, n_bytes=0, in_port=1 "
          "actions=output:2\n",
          &two, true, "s1 delete 1:1 \ns1 add 2:2 in_port=1\n");
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool replace;
        const char *errors;
    } rows[] = {
        {"", false, "c.txt:0:0: it changes nothing: no flow-mod in it\n"},
        {"# only\n\n", false, "c.txt:0:0: it changes nothing: no flow-mod in it\n"},
        {"s1:\n", false, "c.txt:0:0: it changes nothing: no flow-mod in it\n"},
        {"delete\ndelete arp\n", false,
         "c.txt:1:1: for which switch? Expected a line \"SWITCH:\" before it\n"},
        {"s3:\n nonsense\ns1:\n in_port=1 actions=2\n", false,
         "c.txt:1:1: unknown switch \"s3\"; expected one of s1, s2\n"},
        {"core:\n", false, "c.txt:1:1: unknown switch \"core\"; expected one of s1, s2\n"},
        {"s1: not read: connection refused\n", true,
         "c.txt:1:5: expected nothing, or \"replace\" for a whole new table\n"},
        {"s1:\n  delete in_port=65281 # no\n  delete priority=1\n", false,
         "c.txt:2:18: bad value \"65281\" for in_port: expected a port up to 65280 or a "
         "reserved port\n"
         "c.txt:3:10: priority does not go with this command\n"},
        {"s1: replace\n NXST_FLOW reply (xid=0x4):\n  in_port=\"s1-eth1\" actions=2\n", false,
         "c.txt:2:2: the head line of a dump is no flow: delete this line\n"
         "c.txt:3:11: bad value \"\"s1-eth1\"\" for in_port: expected a port up to 65280 or a "
         "reserved port; names of ports are unknown here, dump with ovs-ofctl --no-names\n"},
        {"s1: replace\n delete\n", false, "c.txt:2:2: expected a flow: this is a whole table\n"},
        {"s1: replace\n arp actions=1\ns2: replace\n arp actions=1\n arp actions=2\n", false,
         "c.txt:5:2: the same match and priority as in line 4: a switch keeps only one of them\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct yaml_diagnostics diagnostics = {0};
        struct flow_changes *changes;
        struct base_buffer text = {0};
        assert_int_equal(load(rows[i].text, &two, rows[i].replace, &changes, &diagnostics), -1);
        assert_null(changes);
        assert_string_equal(memory_errors(&diagnostics, &text), rows[i].errors);
        base_buffer_free(&text);
        yaml_diagnostics_free(&diagnostics);
    }
}

static void a_byte_of_zero_is_refused(void **state)
{
    (void)state;
    struct memory_file files[] = {{.path = "c.txt", .text = "s1:\n\0", .n_bytes = 5}, {0}};
    struct yaml_files memory = {.context = files, .read = memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct flow_changes *changes;
    assert_int_equal(yaml_load_change(&memory, "c.txt", &two, false, &changes, &diagnostics), -1);
    assert_int_equal(yaml_load_change(&memory, "d.txt", &two, false, &changes, &diagnostics), -1);
    assert_int_equal(diagnostics.n_items, 2);
    yaml_diagnostics_free(&diagnostics);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sections_say_which_switch),
    cmocka_unit_test(a_whole_table_begins_with_nothing),
    cmocka_unit_test(what_is_wrong_is_said_with_its_place),
    cmocka_unit_test(a_byte_of_zero_is_refused),
};

TEST_MAIN(tests)
