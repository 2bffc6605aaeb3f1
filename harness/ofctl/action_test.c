/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of actions in ovs-ofctl's syntax: printed, read, refused. */
#include "model/action.h"

#include "model/port.h"
#include "ofctl/action.h"
#include "testing/cmocka.h"

#include <string.h>

static char *printed(const char *text, struct base_arena *arena)
{
    const struct action *actions;
    size_t n_actions;
    struct base_error error = {""};
    if (ofctl_parse_actions(text, arena, &actions, &n_actions, NULL, &error)) {
        fail_msg("\"%s\": %s", text, error.text);
    }
    struct base_buffer out = {0};
    ofctl_format_actions(actions, n_actions, &out);
    char *copy = base_arena_text(arena, base_buffer_text(&out));
    base_buffer_free(&out);
    return copy;
}

static void assert_printed(const char *text, const char *expected)
{
    struct base_arena arena = {0};
    assert_string_equal(printed(text, &arena), expected);
    assert_string_equal(printed(expected, &arena), expected);
    base_arena_free(&arena);
}

/* Right-hand sides: ovs-ofctl 3.1.0 over OpenFlow 1.0. */
static void prints_as_ovs_ofctl(void **state)
{
    (void)state;
    assert_printed("drop", "drop");
    assert_printed("Drop", "drop");
    assert_printed("", "drop");
    assert_printed("1, output:2 output=3 output(4)", "output:1,output:2,output:3,output:4");
    assert_printed("in_port,table,NORMAL,flood,all,65534", "IN_PORT,TABLE,NORMAL,FLOOD,ALL,LOCAL");
    assert_printed("controller,controller:0,controller(12),controller(max_len=13)",
                   "CONTROLLER:65535,CONTROLLER:0,CONTROLLER:12,CONTROLLER:13");
    assert_printed("output:CONTROLLER:12", "CONTROLLER:12");
    assert_printed("output:controller", "CONTROLLER:65535");
    assert_printed("enqueue:1:2,enqueue(3,4),enqueue:LOCAL:0x10,enqueue:1q2",
                   "enqueue:1:2,enqueue:3:4,enqueue:LOCAL:16,enqueue:1:2");
    assert_printed("mod_vlan_vid:0x10,set_vlan_pcp:7,pop_vlan,strip_vlan",
                   "mod_vlan_vid:16,mod_vlan_pcp:7,strip_vlan,strip_vlan");
    assert_printed("mod_dl_src:1:2:3:4:5:6,set_dl_dst:FF:ff:00:00:00:01",
                   "mod_dl_src:01:02:03:04:05:06,mod_dl_dst:ff:ff:00:00:00:01");
    assert_printed("mod_nw_src:1.2.3.4,mod_nw_dst:255.255.255.255,mod_nw_tos:252",
                   "mod_nw_src:1.2.3.4,mod_nw_dst:255.255.255.255,mod_nw_tos:252");
    assert_printed("mod_tp_src:65535,mod_tp_dst:0", "mod_tp_src:65535,mod_tp_dst:0");
}

static void vendor_actions_come_back(void **state)
{
    (void)state;
    assert_printed("vendor(0x00002320,000100020003ABCD),2",
                   "vendor(0x00002320,000100020003abcd),output:2");
    assert_printed("vendor(0x00002320,)", "vendor(0x00002320,)");
    assert_printed("unknown(0x001D0008,00010002),2", "unknown(0x001d0008,00010002),output:2");
}

static void assert_refused(const char *text, size_t column, const char *words)
{
    struct base_arena arena = {0};
    const struct action *actions;
    size_t n_actions, at = SIZE_MAX;
    struct base_error error = {""};
    if (ofctl_parse_actions(text, &arena, &actions, &n_actions, &at, &error) != -1) {
        fail_msg("\"%s\" was accepted", text);
    }
    if (!strstr(error.text, words)) {
        fail_msg("\"%s\": \"%s\" does not say \"%s\"", text, error.text, words);
    }
    assert_int_equal(at, column);
    base_arena_free(&arena);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    assert_refused("1,drop", 2, "drop must stand alone");
    assert_refused("drop,1", 0, "drop must stand alone");
    assert_refused("1,outptu:2", 2, "unknown action \"outptu\" (did you mean output?)");
    assert_refused("s1-eth1", 0, "unknown action \"s1-eth1\"");
    assert_refused("group:1", 0, "not an action of OpenFlow 1.0");
    assert_refused("set_field:1->in_port", 0, "expected VALUE->FIELD");
    assert_refused("1:2", 0, "unknown action");
    assert_refused("none", 0, "unknown action");
}

/* Names of ports are not what is wrong. */
static void assert_without_hint(const char *text)
{
    struct base_arena arena = {0};
    struct base_error error = {""};
    const struct action *actions;
    size_t n_actions;
    assert_int_equal(ofctl_parse_actions(text, &arena, &actions, &n_actions, NULL, &error), -1);
    assert_null(strstr(error.text, "--no-names"));
    base_arena_free(&arena);
}

static void refuses_bad_arguments(void **state)
{
    (void)state;
    assert_refused("output", 0, "a port");
    assert_refused("output:\"s1-eth1\"", 0, "dump with ovs-ofctl --no-names");
    assert_refused("output:_x", 0, "dump with ovs-ofctl --no-names");
    assert_refused("output:Zeta", 0, "dump with ovs-ofctl --no-names");
    assert_refused("enqueue:eth1:2", 0, "dump with ovs-ofctl --no-names");
    assert_without_hint("output:65281");
    assert_without_hint("output:none");
    assert_without_hint("enqueue:normal:1");
    assert_without_hint("mod_vlan_vid:x");
    assert_refused("65281", 0, "unknown action");
    assert_refused("enqueue:65281:1", 0, "PORT:QUEUE");
    assert_refused("output:none", 0, "a port");
    assert_refused("output:2:3", 0, "a port");
    assert_refused("output:65281", 0, "a port");
    assert_refused("output:70000", 0, "a port");
    assert_refused("output:CONTROLLER:65536", 0, "a port");
    assert_refused("controller:65536", 0, "65535");
    assert_refused("controller(max_len=", 0, "65535");
    assert_refused("controller(reason=action)", 0, "65535");
    assert_refused("enqueue:1", 0, "PORT:QUEUE");
    assert_refused("enqueue:normal:1", 0, "PORT:QUEUE");
    assert_refused("enqueue:1:4294967296", 0, "PORT:QUEUE");
    assert_refused("mod_vlan_vid:4096", 0, "0 to 4095");
    assert_refused("mod_vlan_pcp:8", 0, "0 to 7");
    assert_refused("strip_vlan:1", 0, "nothing");
    assert_refused("mod_dl_src:1.2.3.4", 0, "xx:");
    assert_refused("mod_nw_src:1.2.3", 0, "a.b.c.d");
    assert_refused("mod_nw_tos:13", 0, "multiple of 4");
    assert_refused("mod_tp_src:65536", 0, "65535");
    assert_refused("unknown(0x001d0008,)", 0, "unknown: expected (0xNNNNNNNN,HEX), HEX 4 bytes");
    assert_refused("unknown(0x001d0008,0001000g)", 0, "unknown");
    assert_refused("vendor(0x2320,00)", 0, "vendor");
    assert_refused("vendor(0x00002320,00)", 0, "vendor");
    assert_refused("vendor(0x00002320,000100020003abcg)", 0, "vendor");
}

static void a_refusal_names_its_column(void **state)
{
    (void)state;
    assert_refused("output:1, output:2, mod_vlan_vid:x", 20, "mod_vlan_vid \"x\"");
}

static void equal_means_every_value(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    static const char *const lists[] = {
        "drop",
        "1",
        "2",
        "1,1",
        "1,2",
        "2,1",
        "controller:1",
        "controller:2",
        "enqueue:1:1",
        "enqueue:1:2",
        "enqueue:2:1",
        "mod_vlan_vid:1",
        "mod_vlan_vid:257",
        "mod_vlan_pcp:1",
        "strip_vlan",
        "mod_dl_src:1:2:3:4:5:6",
        "mod_dl_src:1:2:3:4:5:7",
        "mod_dl_dst:1:2:3:4:5:6",
        "mod_nw_src:1.2.3.4",
        "mod_nw_src:1.2.3.5",
        "mod_nw_dst:1.2.3.4",
        "mod_nw_tos:4",
        "mod_nw_tos:8",
        "mod_tp_src:1",
        "mod_tp_dst:1",
        "mod_tp_dst:257",
        "unknown(0x00000001,00000000)",
        "unknown(0x00000001,00000001)",
        "vendor(0x00000001,)",
        "vendor(0x00000002,)",
        "vendor(0x00000001,0000000000000000)",
    };
    enum { N = sizeof lists / sizeof *lists };
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++) {
            const struct action *a, *b;
            size_t n_a, n_b;
            assert_int_equal(ofctl_parse_actions(lists[i], &arena, &a, &n_a, NULL, NULL), 0);
            assert_int_equal(ofctl_parse_actions(lists[j], &arena, &b, &n_b, NULL, NULL), 0);
            assert_int_equal(actions_equal(a, n_a, b, n_b), i == j);
        }
    }
    base_arena_free(&arena);
}

static void assert_list(const struct action *actions, size_t n, const char *expected)
{
    struct base_buffer out = {0};
    ofctl_format_actions(actions, n, &out);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
}

/* What switches do not have: ways of a choice, and copies, which are only told where they matter.
 */
static void prints_choices_and_copies(void **state)
{
    (void)state;
    static const struct action copy = {.type = ACTION_COPY}, end = {.type = ACTION_COPY_END},
                               to_2 = {.port = 2}, to_3 = {.port = 3},
                               pops = {.type = ACTION_STRIP_VLAN},
                               one_of = {.type = ACTION_ONE_OF, .n_ways = 2},
                               failover = {.type = ACTION_FAILOVER, .n_ways = 2},
                               open = {.type = ACTION_OPEN, .reason = "why"};
    const struct action sends[] = {copy, to_2, end, copy, copy, to_3, end, end};
    assert_list(sends, 8, "output:2,output:3");
    assert_list((const struct action[]){copy, end}, 2, "drop");
    assert_list((const struct action[]){copy, pops, to_2, end, to_3}, 5,
                "clone(strip_vlan,output:2),output:3");
    assert_list((const struct action[]){to_3, one_of, copy, to_2, end, copy, end}, 7,
                "output:3,one_of(output:2 or drop)");
    const struct action all[] = {failover, copy, to_2, end, copy, pops, to_3, end, to_2, open};
    assert_list(all, 10, "failover(output:2 else strip_vlan,output:3),output:2,unknown(why)");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(prints_choices_and_copies), cmocka_unit_test(prints_as_ovs_ofctl),
    cmocka_unit_test(vendor_actions_come_back),  cmocka_unit_test(says_what_is_wrong),
    cmocka_unit_test(refuses_bad_arguments),     cmocka_unit_test(a_refusal_names_its_column),
    cmocka_unit_test(equal_means_every_value),
};

TEST_MAIN(tests)
