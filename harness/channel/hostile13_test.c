/* SPDX-License-Identifier: Apache-2.0
 *
 * Dumps of switches of OpenFlow 1.3 whose replies are broken, endless or mean harm: each costs
 * itself alone, soon and with a reason, and is given up before memory is. */
#include "channel/channel.h"

#include "testing/channel.h"

#include <stdlib.h>

/* A switch that answers one kind of request with these records. */
struct odd {
    struct fake_switch fake; /* first: `answer` gets it */
    uint16_t kind;
    const char *hex; /* a record */
    size_t n, parts; /* of it in a part; 0: 1. So many parts with MORE, and then no other */
    const char *why; /* what is told of it; NULL: nothing, the dump is whole */
};

static void put_part(struct fake_switch *fake, uint32_t xid, uint16_t kind, const char *hex,
                     size_t n, bool more)
{
    struct base_buffer body = {0};
    base_put_be16(&body, kind);
    base_put_be16(&body, more);
    base_put_be32(&body, 0);
    for (size_t i = 0; i < n; i++) {
        for (const char *at = hex; at[0] && at[1]; at += 2) {
            base_put_u8(&body, (uint8_t)strtoul((const char[]){at[0], at[1], 0}, NULL, 16));
        }
    }
    fake_switch_put(fake, FAKE_STATS_REPLY, xid, body.data, body.n_bytes);
    base_buffer_free(&body);
}

static void answer_oddly(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    const struct odd *odd = (const struct odd *)fake;
    if (type != FAKE_STATS_REQUEST || kind != odd->kind) {
        fake_switch_answer(fake, type, xid, kind);
        return;
    }
    for (size_t i = 0; i < odd->parts; i++) {
        put_part(fake, xid, kind, odd->hex, odd->n, true);
    }
    if (odd->parts == 0) {
        put_part(fake, xid, kind, odd->hex, odd->n ? odd->n : 1, false);
    }
}

/* All at once, beside two that are as they should be. */
static void expect_each(const struct odd *all, size_t n, const struct channel_options *options)
{
    struct odd *odds = calloc(n, sizeof *odds);
    struct fake_switch good[] = {{.version = 4, .n_flows = 3}, {.n_flows = 4}};
    struct channel_target *targets = calloc(n + 2, sizeof *targets);
    struct channel_dump *dumps = calloc(n + 2, sizeof *dumps);
    struct channel *channel;
    for (size_t i = 0; i < n + 2; i++) {
        struct fake_switch *fake = i < n ? &odds[i].fake : &good[i - n];
        if (i < n) {
            odds[i] = all[i];
            odds[i].fake = (struct fake_switch){.version = 4, .n_flows = 2, .answer = answer_oddly};
        }
        assert_true(fake_switch_start(fake));
        targets[i] = (struct channel_target){
            .name = "s", .endpoint = fake->endpoint, .version = fake->version ? 4 : 1};
    }
    assert_int_equal(channel_open(targets, n + 2, options, &channel, NULL), 0);
    dump_all(channel, BOTH, dumps);
    for (size_t i = 0; i < n; i++) {
        if (odds[i].why) {
            assert_failed(&dumps[i], odds[i].fake.endpoint, odds[i].why);
        } else {
            assert_ok(&dumps[i], 2);
        }
        assert_true(dumps[i].n_bytes <=
                    (options->max_bytes ? options->max_bytes : 1 << 20) + 65536);
    }
    assert_ok(&dumps[n], 3);
    assert_ok(&dumps[n + 1], 4);
    for (size_t i = 0; i < n + 2; i++) {
        switch_state_free(&dumps[i].state);
    }
    channel_close(channel);
    for (size_t i = 0; i < n + 2; i++) {
        stop(i < n ? &odds[i].fake : &good[i - n]);
    }
    free(odds);
    free(targets);
    free(dumps);
}

#define EXPECT(all, options) expect_each(all, sizeof(all) / sizeof *(all), options)

#define BUCKET(length, action)                                                                     \
    length "0000"                                                                                  \
           "ffffffff"                                                                              \
           "ffffffff"                                                                              \
           "00000000" action
#define OUTPUT(length)                                                                             \
    "0000" length "00000002"                                                                       \
    "ffff"                                                                                         \
    "000000000000"

static void lengths_that_do_not_fit_are_told(void **state)
{
    (void)state;
    enum { GROUP = FAKE_GROUP_DESC, METER = FAKE_METER_CONFIG };
    static const struct odd odds[] = {
        /* The group, its bucket, the action in it. */
        {.kind = GROUP, .hex = "0000000000000001", .why = "GROUP_DESC: group record 1"},
        {.kind = GROUP, .hex = "0007000000000001", .why = "GROUP_DESC: group record 1"},
        {.kind = GROUP, .hex = "0009000000000001", .why = "GROUP_DESC: group record 1"},
        {.kind = GROUP, .hex = "ffff000000000001", .why = "GROUP_DESC: group record 1"},
        {.kind = GROUP, .hex = "00080000", .why = "GROUP_DESC: group record 1"},
        {.kind = GROUP, .hex = "00", .why = "GROUP_DESC: group record 1"},
        {.kind = GROUP,
         .hex = "0028000000000001" BUCKET("0000", OUTPUT("0010")),
         .why = "bucket 1"},
        {.kind = GROUP,
         .hex = "0028000000000001" BUCKET("000f", OUTPUT("0010")),
         .why = "bucket 1"},
        {.kind = GROUP,
         .hex = "0028000000000001" BUCKET("0010", OUTPUT("0010")),
         .why = "bucket 2"},
        {.kind = GROUP,
         .hex = "0028000000000001" BUCKET("0018", OUTPUT("0010")),
         .why = "bucket 1"},
        {.kind = GROUP,
         .hex = "0028000000000001" BUCKET("0021", OUTPUT("0010")),
         .why = "bucket 1"},
        {.kind = GROUP,
         .hex = "0028000000000001" BUCKET("ffff", OUTPUT("0010")),
         .why = "bucket 1"},
        {.kind = GROUP,
         .hex = "0028000000000001" BUCKET("0020", OUTPUT("0000")),
         .why = "bucket 1"},
        {.kind = GROUP,
         .hex = "0028000000000001" BUCKET("0020", OUTPUT("0008")),
         .why = "bucket 1"},
        {.kind = GROUP,
         .hex = "0028000000000001" BUCKET("0020", OUTPUT("0011")),
         .why = "bucket 1"},
        {.kind = GROUP,
         .hex = "0028000000000001" BUCKET("0020", OUTPUT("0018")),
         .why = "bucket 1"},
        /* The meter, its band. */
        {.kind = METER, .hex = "0000000100000001", .why = "METER_CONFIG: meter record 1"},
        {.kind = METER, .hex = "0007000100000001", .why = "METER_CONFIG: meter record 1"},
        {.kind = METER, .hex = "fff8000100000001", .why = "METER_CONFIG: meter record 1"},
        {.kind = METER, .hex = "001800010000000100010000000003e80000000000000000", .why = "band 1"},
        {.kind = METER, .hex = "001800010000000100010008000003e80000000000000000", .why = "band 1"},
        {.kind = METER, .hex = "001800010000000100010018000003e80000000000000000", .why = "band 1"},
        /* The meter's counters. */
        {.kind = FAKE_METER, .hex = "000000010027", .why = "METER stats: meter statistics 1"},
        {.kind = FAKE_METER, .hex = "00", .why = "METER stats: meter statistics 1"},
        /* The entry, its match, an instruction. */
        {.kind = FAKE_FLOW, .hex = "0000", .why = "FLOW stats"},
        {.kind = FAKE_FLOW, .hex = "00380000", .why = "FLOW stats"},
        /* A port. */
        {.kind = FAKE_PORT_DESC, .hex = "0000000100", .why = "PORT_DESC"},
        {.kind = FAKE_PORT, .hex = "0000000100", .why = "PORT stats"},
    };
    EXPECT(odds, &PATIENT);
}

/* Whoever judges them sees to it; here they are only read. */
static void groups_may_point_at_each_other(void **state)
{
    (void)state;
    static const struct odd odds[] = {
        /* 1 to 2, 2 to 1, 3 to itself, 4 to one that is not there */
        {.kind = FAKE_GROUP_DESC,
         .hex = "0020000000000001"
                "00180000ffffffffffffffff00000000"
                "0016000800000002"
                "0020000000000002"
                "00180000ffffffffffffffff00000000"
                "0016000800000001"
                "0020000000000003"
                "00180000ffffffff0000000300000000"
                "0016000800000003"
                "0020000000000004"
                "00180000ffffffffffffffff00000000"
                "0016000800000063"},
        /* No bucket, and one group a hundred times. */
        {.kind = FAKE_GROUP_DESC, .hex = "0008000000000001", .n = 100},
        {.kind = FAKE_METER_CONFIG, .hex = "0008000100000001", .n = 100},
        {.kind = FAKE_METER_CONFIG, .hex = ""},
        {.kind = FAKE_GROUP_DESC, .hex = ""},
    };
    EXPECT(odds, &PATIENT);
}

#define BAND    "00010010000003e80000000000000000"
#define BANDS_4 BAND BAND BAND BAND

/* Parts without end, hollow or full: entries, groups, meters of a million bands, ports. */
static void what_never_ends_is_given_up(void **state)
{
    (void)state;
    static const struct odd odds[] = {
        {.kind = FAKE_FLOW, .hex = "", .parts = 900, .why = "sent more than 700 messages"},
        {.kind = FAKE_GROUP_DESC, .hex = "", .parts = 900, .why = "sent more than 700 messages"},
        {.kind = FAKE_METER_CONFIG, .hex = "", .parts = 900, .why = "sent more than 700"},
        {.kind = FAKE_PORT_DESC, .hex = "", .parts = 900, .why = "sent more than 700 messages"},
        {.kind = FAKE_GROUP_DESC,
         .hex = "0008000000000001",
         .n = 8000,
         .parts = 40,
         .why = "sent more than 500000 bytes"},
        {.kind = FAKE_METER_CONFIG,
         .hex = "0048000100000001" BANDS_4,
         .n = 900,
         .parts = 280, /* of them, 1,008,000 bands */
         .why = "sent more than 500000 bytes"},
    };
    EXPECT(odds,
           (&(struct channel_options){
               .timeout_ms = 20000, .plain = true, .max_messages = 700, .max_bytes = 500000}));
}

static void a_part_that_never_comes_is_named(void **state)
{
    (void)state;
    static const struct odd odds[] = {
        {.kind = FAKE_FLOW, .hex = "", .parts = 1, .why = "still to come: FLOW stats"},
        {.kind = FAKE_GROUP_DESC, .hex = "", .parts = 1, .why = "still to come: GROUP_DESC"},
        {.kind = FAKE_METER_CONFIG, .hex = "", .parts = 1, .why = "still to come: METER_CONFIG"},
        {.kind = FAKE_PORT_DESC,
         .hex = "",
         .parts = 2,
         .why = "came before the reply to PORT_DESC"},
        {.kind = FAKE_PORT, .hex = "", .parts = 3, .why = "still to come: PORT stats"},
    };
    EXPECT(odds, (&(struct channel_options){.timeout_ms = 3000, .plain = true}));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(lengths_that_do_not_fit_are_told),
    cmocka_unit_test(groups_may_point_at_each_other),
    cmocka_unit_test(what_never_ends_is_given_up),
    cmocka_unit_test(a_part_that_never_comes_is_named),
};
TEST_MAIN(tests)
