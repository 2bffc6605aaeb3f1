/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups and meters as text: what ovs-ofctl 3.1 printed, and what it reads. */
#include "testing/cmocka.h"

#include "ofctl/group.h"

#include <string.h>

static void assert_written(const char *text, const char *written)
{
    struct group_table table = {0};
    struct base_buffer out = {0};
    struct base_error error = {""};
    size_t column = 9;
    if (ofctl_parse_group(text, &table, &column, &error)) {
        fail_msg("%s: %s", text, error.text);
    }
    assert_int_equal(column, 0);
    ofctl_format_group(&table.groups[0], &out);
    assert_string_equal(base_buffer_text(&out), written);
    base_buffer_free(&out);
    group_table_free(&table);
}

static void groups_are_read_and_written(void **state)
{
    (void)state;
    static const char *const same[] = {
        "group_id=1,type=all",
        "group_id=1,type=all,bucket=actions=drop",
        "group_id=4294967040,type=indirect,bucket=actions=output:3",
        "group_id=2,type=select,bucket=weight:2,actions=output:1,bucket=weight:0,actions=output:2,"
        "bucket=actions=output:3",
        "group_id=3,type=ff,bucket=watch_port:1,actions=output:1,"
        "bucket=watch_group:4,actions=group:4",
        "group_id=5,type=all,bucket=actions=push_vlan:0x8100,set_field:4196->vlan_vid,output:2",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_written(same[i], same[i]);
    }
    assert_written("group_id=1, type=fast_failover, bucket=bucket_id:7,watch_port:LOCAL,output:1",
                   "group_id=1,type=ff,bucket=watch_port:LOCAL,actions=output:1");
    assert_written("group_id=0x10,type=all,bucket=output:1,output:2,bucket=3",
                   "group_id=16,type=all,bucket=actions=output:1,output:2,bucket=actions=output:3");
}

/* The reason, and where; without the place, too. */
static void what_is_no_group_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
        size_t column;
    } rows[] = {
        {"", "a group needs group_id=", 0},
        {"type=all", "a group needs group_id=", 0},
        {"group_id=1", "a group needs type=", 0},
        {"group_id=1,type=every", "bad word \"type\" of a group", 11},
        {"group_id=1,type=all,type=every", "bad word \"type\" of a group", 20},
        {"group_id=4294967295,type=all", "bad word \"group_id\" of a group", 0},
        {"group_id=1,kind=all", "bad word \"kind\" of a group", 11},
        {"group_id=1,type=select,bucket=weight:65536,output:1", "bad word \"weight\" of a group",
         23},
        {"group_id=1,type=select,bucket=weight:65535,watch_port:x,output:1",
         "bad word \"watch_port\" of a group", 43},
        {"group_id=1,type=ff,bucket=bucket_id:x,output:1", "bad word \"bucket_id\" of a group", 19},
        {"group_id=1,type=ff,bucket=weight:1,watch_group:4294967295,output:1",
         "bad word \"watch_group\" of a group", 35},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int with = 0; with < 2; with++) {
            struct group_table table = {0};
            struct base_error error = {""};
            size_t column = 9;
            if (ofctl_parse_group(rows[i].text, &table, with ? &column : NULL, &error) == 0 ||
                strcmp(error.text, rows[i].reason) != 0 || (with && column != rows[i].column)) {
                fail_msg("%s: %s at %zu", rows[i].text, error.text, column);
            }
            group_table_free(&table);
        }
    }
}

static void tables_are_alike_by_their_groups(void **state)
{
    (void)state;
    struct group_table a = {0}, b = {0};
    assert_false(group_tables_alike(&a, &b)); /* not known */
    ofctl_parse_group("group_id=1,type=all,bucket=output:1", &a, NULL, NULL);
    ofctl_parse_group("group_id=2,type=all,bucket=output:2", &a, NULL, NULL);
    ofctl_parse_group("group_id=2,type=all,bucket=output:2", &b, NULL, NULL);
    assert_false(group_tables_alike(&a, &b));
    ofctl_parse_group("group_id=1,type=all,bucket=output:1", &b, NULL, NULL);
    assert_true(group_tables_alike(&a, &b));
    group_table_free(&b);
    ofctl_parse_group("group_id=2,type=all,bucket=output:2", &b, NULL, NULL);
    ofctl_parse_group("group_id=1,type=select,bucket=output:1", &b, NULL, NULL);
    assert_false(group_tables_alike(&a, &b));
    group_table_free(&a);
    group_table_free(&b);
}

static void meters_are_written(void **state)
{
    (void)state;
    const struct band bands[] = {{.type = BAND_DROP, .rate = 1000, .burst_size = 100},
                                 {.type = BAND_DSCP_REMARK, .prec_level = 1, .rate = 5},
                                 {.type = 9, .rate = 7}};
    struct meter meter = {.id = 1, .flags = METER_KBPS | METER_BURST | METER_STATS, .bands = bands};
    struct base_buffer out = {0};
    meter.n_bands = 1;
    ofctl_format_meter(&meter, &out);
    assert_string_equal(base_buffer_text(&out),
                        "meter=1 kbps burst stats bands=\ntype=drop rate=1000 burst_size=100");
    out.n_bytes = 0;
    meter.n_bands = 3;
    meter.flags = METER_PKTPS;
    ofctl_format_meter(&meter, &out);
    assert_string_equal(base_buffer_text(&out), "meter=1 pktps bands=\ntype=drop rate=1000\n"
                                                "type=dscp_remark rate=5 prec_level=1\n"
                                                "type=9 rate=7");
    base_buffer_free(&out);
}

static void assert_meter(const char *text, const char *written)
{
    struct group_table table = {0};
    struct base_error error = {""};
    struct base_buffer out = {0};
    if (ofctl_parse_meter(text, &table, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
    ofctl_format_meter(&table.meters[0], &out);
    assert_string_equal(base_buffer_text(&out), written);
    base_buffer_free(&out);
    group_table_free(&table);
}

static void meters_are_read(void **state)
{
    (void)state;
    static const char first[] =
        "meter=1 kbps burst stats bands=\ntype=drop rate=1000 burst_size=100\n"
        "type=9 rate=7 burst_size=0";
    static const char second[] = "meter=7 pktps bands=\ntype=dscp_remark rate=5 prec_level=1";
    assert_meter(first, first);
    assert_meter("meter=1 kbps burst stats bands= type=drop rate=1000 burst_size=100 type=9 rate=7",
                 first);
    assert_meter(second, second);
    assert_meter("meter=7,pktps,band=type=dscp_remark,rate=5,prec_level=1", second);
    assert_meter("meter=0xff bands=", "meter=255 bands=");
    assert_meter("meter=2 kbps bands=type=drop rate=3", "meter=2 kbps bands=\ntype=drop rate=3");
    static const struct {
        const char *text, *why;
        size_t column;
    } wrong[] = {
        {"", "a meter needs meter=NUMBER", 0},
        {"kbps bands=", "a meter needs meter=NUMBER", 0},
        {"meter=0", "bad word \"meter\"", 0},
        {"meter=1 rate=5", "bad word \"rate\"", 8},
        {"meter=1 type=x", "bad word \"type\"", 8},
        {"meter=1 type=drop rate=x", "bad word \"rate\"", 18},
        {"meter=1 type=drop prec_level=256", "bad word \"prec_level\"", 18},
        {"meter=1 kbit", "bad word \"kbit\"", 8},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct group_table table = {0};
        struct base_error error = {""};
        size_t column = 99;
        assert_int_equal(ofctl_parse_meter(wrong[i].text, &table, &column, &error), -1);
        assert_non_null(strstr(error.text, wrong[i].why));
        assert_int_equal(column, wrong[i].column);
        assert_int_equal(table.n_meters, 0);
        group_table_free(&table);
    }
}

static void meters_differ_in_every_part(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "meter=1 kbps type=drop rate=1",
        "meter=1 pktps type=drop rate=1",
        "meter=1 kbps type=dscp_remark rate=1",
        "meter=1 kbps type=dscp_remark rate=1 prec_level=1",
        "meter=1 kbps type=drop rate=2",
        "meter=1 kbps burst type=drop rate=1 burst_size=1",
        "meter=1 kbps type=drop rate=1 type=drop rate=1",
    };
    enum { N = sizeof texts / sizeof *texts };
    struct group_table table = {0};
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(ofctl_parse_meter(texts[i], &table, NULL, NULL), 0);
    }
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++) {
            assert_int_equal(meter_equal(&table.meters[i], &table.meters[j]), i == j);
        }
    }
    assert_ptr_equal(meter_find(&table, 1), &table.meters[0]);
    assert_null(meter_find(&table, 2));
    group_table_free(&table);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(meters_are_read),
    cmocka_unit_test(meters_differ_in_every_part),
    cmocka_unit_test(groups_are_read_and_written),
    cmocka_unit_test(what_is_no_group_is_refused),
    cmocka_unit_test(tables_are_alike_by_their_groups),
    cmocka_unit_test(meters_are_written),
};

TEST_MAIN(tests)
