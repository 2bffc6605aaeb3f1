/* SPDX-License-Identifier: Apache-2.0
 *
 * Thresholds with a clock of the test's own: what is told, and what is not. */
#include "sflow/trigger.h"

#include "ofctl/match.h"
#include "testing/cmocka.h"

#include <stdio.h>
#include <string.h>

static const uint8_t seed[16] = {9};

/* What was told, as text: "add 1:4 until 11000; ". */
struct told {
    char text[4096];
    struct sflow_event last;
};

static void note_event(void *context, const struct sflow_event *event)
{
    static const char *const words[] = {"add", "extend", "remove", "refuse"};
    struct told *told = context;
    size_t n = strlen(told->text);
    told->last = *event;
    snprintf(told->text + n, sizeof told->text - n, "%s %u:%u; ", words[event->kind], event->key.sw,
             event->key.flow.in_port);
}

static void assert_told(struct told *told, const char *text)
{
    assert_string_equal(told->text, text);
    told->text[0] = '\0';
}

/* tcp above 1 Mbps, gone below 500 kbps; 10 s; one second of window. */
static struct sflow_threshold tcp_threshold(enum sflow_per per)
{
    struct sflow_threshold threshold = {.unit = SFLOW_BITS_PER_S,
                                        .above = 1000000,
                                        .below = 500000,
                                        .over_ms = 1000,
                                        .min_samples = 1,
                                        .lifetime_ms = 10000,
                                        .per = per,
                                        .max_taps = 3};
    assert_int_equal(ofctl_parse_match("tcp", &threshold.match, NULL, NULL), 0);
    return threshold;
}

static struct sflow_trigger *start(const struct sflow_threshold *threshold, struct told *told)
{
    struct base_error error = {""};
    struct sflow_trigger *trigger =
        sflow_trigger_new(threshold, 1, 100, seed, note_event, told, &error);
    assert_string_equal(error.text, "");
    assert_non_null(trigger);
    return trigger;
}

static struct header frame(uint16_t in_port, uint8_t proto, uint16_t tp_src)
{
    return (struct header){.in_port = in_port,
                           .dl_type = DL_TYPE_IP,
                           .nw_proto = proto,
                           .nw_src = 0x0a000008,
                           .nw_dst = 0x0a000009,
                           .tp_src = tp_src,
                           .tp_dst = 80};
}

/* One TCP flow that enters switch 1: a frame of so many bytes every 10 ms; 1,250
 * bytes are 1 Mbps. Returns the end. */
static uint64_t run(struct sflow_trigger *trigger, uint16_t port, uint64_t from_ms, uint64_t to_ms,
                    uint64_t bytes)
{
    struct header header = frame(port, NW_PROTO_TCP, 4711);
    for (uint64_t now = from_ms; now < to_ms; now += 10) {
        sflow_trigger_note(trigger, 1, &header, bytes, 1, now);
        sflow_trigger_tick(trigger, now);
    }
    return to_ms;
}

static void a_tap_comes_stays_and_goes(void **state)
{
    (void)state;
    struct told told = {0};
    struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
    struct sflow_trigger *trigger = start(&threshold, &told);
    uint64_t now = run(trigger, 4, 1000, 5000, 1200); /* 960 kbps */
    assert_told(&told, "");
    assert_int_equal(sflow_trigger_next_ms(trigger), UINT64_MAX);
    run(trigger, 4, now, now + 1000, 2500); /* 2 Mbps */
    assert_told(&told, "add 1:4; ");
    assert_int_equal(told.last.port.sw, 1);
    assert_int_equal(told.last.port.port, 4);
    assert_true(told.last.rate.bits_per_s > 1000000);
    uint64_t expires = told.last.expires_ms;
    assert_in_range(expires, 15000, 16000);
    assert_int_equal(sflow_trigger_next_ms(trigger), expires);
    sflow_trigger_tick(trigger, expires - 1);
    assert_told(&told, "");
    sflow_trigger_tick(trigger, expires);
    assert_told(&told, "remove 1:4; ");
    sflow_trigger_tick(trigger, expires + 1);
    assert_told(&told, "");
    sflow_trigger_free(trigger);
}

/* When a quarter of its life is over: not in that millisecond yet. */
static void it_is_extended_once_in_a_quarter_of_its_life(void **state)
{
    (void)state;
    struct told told = {0};
    struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
    struct sflow_trigger *trigger = start(&threshold, &told);
    uint64_t now = run(trigger, 4, 1000, 3000, 2500);
    assert_told(&told, "add 1:4; ");
    uint64_t added = told.last.expires_ms - threshold.lifetime_ms;
    assert_true(added < now);
    now = run(trigger, 4, now, added + 2510, 2500);
    assert_told(&told, "");
    run(trigger, 4, now, now + 10, 2500);
    assert_told(&told, "extend 1:4; ");
    assert_int_equal(told.last.expires_ms, added + 2510 + threshold.lifetime_ms);
    sflow_trigger_free(trigger);
}

static void it_is_extended_while_traffic_is_there(void **state)
{
    (void)state;
    struct told told = {0};
    struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
    struct sflow_trigger *trigger = start(&threshold, &told);
    uint64_t now = run(trigger, 4, 1000, 3000, 2500);
    assert_told(&told, "add 1:4; ");
    now = run(trigger, 4, now, 12000, 750); /* 600 kbps: between the two */
    assert_told(&told, "extend 1:4; extend 1:4; extend 1:4; extend 1:4; ");
    assert_true(told.last.expires_ms > now + 7000);
    run(trigger, 4, now, 24000, 500); /* 400 kbps: less than it takes to stay */
    assert_told(&told, "remove 1:4; ");
    struct sflow_trigger_stats stats = sflow_trigger_stats(trigger);
    assert_int_equal(stats.n_added, 1);
    assert_int_equal(stats.n_extended, 4);
    assert_int_equal(stats.n_removed, 1);
    assert_int_equal(stats.n_taps, 0);
    sflow_trigger_free(trigger);
}

/* A rate around the threshold, for a long time: one tap, never removed. */
static void a_rate_that_swings_does_not_flap(void **state)
{
    (void)state;
    struct told told = {0};
    struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
    struct sflow_trigger *trigger = start(&threshold, &told);
    uint64_t now = 1000;
    for (int i = 0; i < 20; i++) {
        now = run(trigger, 4, now, now + 1500, 1350);
        now = run(trigger, 4, now, now + 1500, 700);
    }
    assert_int_equal(sflow_trigger_stats(trigger).n_added, 1);
    assert_int_equal(sflow_trigger_stats(trigger).n_removed, 0);
    sflow_trigger_free(trigger);
}

static void only_what_matches_at_its_ports_counts(void **state)
{
    (void)state;
    struct told told = {0};
    struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
    const struct port_ref ports[] = {{2, 1}, {1, 4}, {1, 3}};
    threshold.ports = ports;
    threshold.n_ports = 3;
    struct sflow_trigger *trigger = start(&threshold, &told);
    struct header udp = frame(4, NW_PROTO_UDP, 1), tcp = frame(1, NW_PROTO_TCP, 1);
    sflow_trigger_note(trigger, 1, &udp, 1000000, 1, 1000);
    sflow_trigger_note(trigger, 1, &tcp, 1000000, 1, 1000); /* s1:1 is not among them */
    assert_told(&told, "");
    assert_int_equal(sflow_trigger_stats(trigger).n_samples, 0);
    sflow_trigger_note(trigger, 2, &tcp, 1000000, 1, 1000);
    assert_told(&told, "add 2:1; ");
    sflow_trigger_free(trigger);
}

static void taps_are_for_ports_flows_or_once(void **state)
{
    (void)state;
    static const struct {
        enum sflow_per per;
        const char *text;
    } rows[] = {
        {SFLOW_PER_PORT, "add 1:3; add 1:4; "},
        {SFLOW_PER_FLOW, "add 1:3; add 1:3; add 1:4; "},
        {SFLOW_PER_THRESHOLD, "add 0:0; "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct told told = {0};
        struct sflow_threshold threshold = tcp_threshold(rows[i].per);
        struct sflow_trigger *trigger = start(&threshold, &told);
        struct header one = frame(3, NW_PROTO_TCP, 1), two = frame(3, NW_PROTO_TCP, 2),
                      three = frame(4, NW_PROTO_TCP, 1);
        sflow_trigger_note(trigger, 1, &one, 1000000, 1, 1000);
        one.nw_tos = 0x20; /* the same flow */
        sflow_trigger_note(trigger, 1, &one, 1000000, 1, 1000);
        sflow_trigger_note(trigger, 1, &two, 1000000, 1, 1000);
        sflow_trigger_note(trigger, 1, &three, 1000000, 1, 1000);
        assert_told(&told, rows[i].text);
        assert_int_equal(told.last.key.flow.nw_src, i == 1 ? 0x0a000008 : 0);
        sflow_trigger_free(trigger);
    }
}

static void no_more_than_the_cap(void **state)
{
    (void)state;
    struct told told = {0};
    struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
    struct sflow_trigger *trigger = start(&threshold, &told);
    for (uint16_t port = 1; port <= 9; port++) {
        struct header header = frame(port, NW_PROTO_TCP, 1);
        sflow_trigger_note(trigger, 1, &header, 1000000, 1, 1000);
    }
    assert_told(&told, "add 1:1; add 1:2; add 1:3; refuse 1:4; ");
    assert_int_equal(sflow_trigger_stats(trigger).n_refused, 6);
    sflow_trigger_tick(trigger, 11000);
    assert_int_equal(sflow_trigger_stats(trigger).n_taps, 0);
    told.text[0] = '\0';
    run(trigger, 9, 11000, 11500, 5000);
    assert_told(&told, "add 1:9; ");
    sflow_trigger_free(trigger);
}

/* One sample of a thousand frames is no rate yet. */
static void few_samples_decide_nothing(void **state)
{
    (void)state;
    struct told told = {0};
    struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
    threshold.min_samples = 3;
    struct sflow_trigger *trigger = start(&threshold, &told);
    struct header header = frame(4, NW_PROTO_TCP, 1);
    sflow_trigger_note(trigger, 1, &header, 1500000, 1000, 1000);
    sflow_trigger_note(trigger, 1, &header, 1500000, 1000, 1010);
    assert_told(&told, "");
    sflow_trigger_note(trigger, 1, &header, 1500000, 1000, 1020);
    assert_told(&told, "add 1:4; ");
    sflow_trigger_free(trigger);
}

static void above_nothing_is_the_first_frame(void **state)
{
    (void)state;
    struct told told = {0};
    struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
    threshold.unit = SFLOW_PACKETS_PER_S;
    threshold.above = threshold.below = 0;
    threshold.over_ms = 5000; /* one frame in 5 s is less than 1 pps */
    struct sflow_trigger *trigger = start(&threshold, &told);
    struct header header = frame(4, NW_PROTO_TCP, 1);
    sflow_trigger_note(trigger, 1, &header, 64, 1, 1000);
    assert_told(&told, "add 1:4; ");
    sflow_trigger_tick(trigger, 11000);
    assert_told(&told, "remove 1:4; ");
    sflow_trigger_free(trigger);
}

static void one_that_was_removed_comes_back_with_the_next_sample(void **state)
{
    (void)state;
    struct told told = {0};
    struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
    struct sflow_trigger *trigger = start(&threshold, &told);
    run(trigger, 4, 1000, 1500, 5000);
    assert_told(&told, "add 1:4; ");
    sflow_trigger_forget(trigger, 0, &told.last.key);
    sflow_trigger_forget(trigger, 0, &told.last.key);
    sflow_trigger_forget(trigger, 1, &told.last.key);
    assert_int_equal(sflow_trigger_stats(trigger).n_taps, 0);
    run(trigger, 4, 1500, 1510, 5000);
    assert_told(&told, "add 1:4; ");
    sflow_trigger_free(trigger);
}

static void those_behind_one_that_was_removed_stay(void **state)
{
    (void)state;
    struct told told = {0};
    struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
    struct sflow_trigger *trigger = start(&threshold, &told);
    struct sflow_key keys[3];
    for (uint16_t i = 0; i < 3; i++) {
        struct header header = frame((uint16_t)(i + 1), NW_PROTO_TCP, 1);
        sflow_trigger_note(trigger, 1, &header, 1000000, 1, 1000);
        keys[i] = told.last.key;
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(sflow_trigger_stats(trigger).n_taps, 3 - i);
        sflow_trigger_forget(trigger, 0, &keys[i]);
    }
    assert_int_equal(sflow_trigger_stats(trigger).n_taps, 0);
    sflow_trigger_free(trigger);
}

/* What two frames must have alike to be of one flow. */
static void a_flow_has_addresses_ports_and_a_protocol(void **state)
{
    (void)state;
    struct told told = {0};
    struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_FLOW);
    threshold.match = (struct match){0};
    threshold.max_taps = 20;
    struct sflow_trigger *trigger = start(&threshold, &told);
    struct header frames[10];
    for (size_t i = 0; i < 10; i++) {
        frames[i] = frame(3, NW_PROTO_TCP, 1);
    }
    frames[1].in_port = 4;
    frames[2].dl_type = DL_TYPE_ARP;
    frames[3].nw_proto = NW_PROTO_UDP;
    frames[4].nw_src++;
    frames[5].nw_dst++;
    frames[6].tp_src++;
    frames[7].tp_dst++;
    frames[8].dl_src[0] = 2; /* the same flow as the first, as the last one is */
    for (size_t i = 0; i < 10; i++) {
        sflow_trigger_note(trigger, 1, &frames[i], 1000000, 1, 1000);
        assert_int_equal(sflow_trigger_stats(trigger).n_taps, i < 8 ? i + 1 : 8);
    }
    sflow_trigger_free(trigger);
}

static void thresholds_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    struct base_error error = {""};
    struct sflow_threshold rows[] = {tcp_threshold(SFLOW_PER_PORT), tcp_threshold(SFLOW_PER_PORT)};
    rows[1].below = 1000001;
    assert_null(sflow_trigger_new(rows, 2, 100, seed, note_event, NULL, &error));
    assert_string_equal(error.text, "threshold 2: `below' is more than `above'");
    rows[1] = rows[0];
    rows[1].over_ms = 99;
    assert_null(sflow_trigger_new(rows, 2, 100, seed, note_event, NULL, &error));
    assert_string_equal(error.text, "threshold 2: a window of 99 ms, expected at least 100");
    rows[1] = rows[0];
    rows[1].max_taps = 0;
    assert_null(sflow_trigger_new(rows, 2, 100, seed, note_event, NULL, &error));
    assert_string_equal(error.text, "threshold 2: no lifetime, or no tap at all");
}

static void rates_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t value;
        enum sflow_unit unit;
    } good[] = {
        {"10Mbps", 10000000, SFLOW_BITS_PER_S},     {"2.5Gbps", 2500000000, SFLOW_BITS_PER_S},
        {"0.3kbps", 300, SFLOW_BITS_PER_S},         {"64bps", 64, SFLOW_BITS_PER_S},
        {"1Tbps", 1000000000000, SFLOW_BITS_PER_S}, {"1000pps", 1000, SFLOW_PACKETS_PER_S},
        {"5kpps", 5000, SFLOW_PACKETS_PER_S},       {"0pps", 0, SFLOW_PACKETS_PER_S},
    };
    static const char *const bad[] = {"",        "10",    "Mbps",  "10 Mbps", "10mbps",
                                      "1e6bps",  "-1pps", "1.bps", "0x1bps",  "10MBps",
                                      "10Mbpss", ".5bps", "infbps"};
    uint64_t value;
    enum sflow_unit unit;
    struct base_error error = {""};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(sflow_threshold_parse(good[i].text, &value, &unit, &error), 0);
        assert_int_equal(value, good[i].value);
        assert_int_equal(unit, good[i].unit);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(sflow_threshold_parse(bad[i], &value, &unit, &error), -1);
    }
    assert_string_equal(error.text, "found `infbps', expected a rate: 10Mbps, 1000pps");
    assert_int_equal(sflow_threshold_parse("1001Tbps", &value, &unit, &error), -1);
}

/* Of a quarter of `above`, one frame of so many is sampled; and of three times as much. */
static void quiet_traffic_makes_no_tap(void **state)
{
    (void)state;
    for (uint32_t sampling = 1; sampling <= 4096; sampling *= 8) {
        struct told told = {0};
        struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
        threshold.min_samples = 0;
        struct header header = frame(4, NW_PROTO_TCP, 4711);
        struct sflow_trigger *trigger = start(&threshold, &told);
        uint64_t random = sampling, now = 0;
        for (uint32_t gap_ms = 40; now < 1000000; now += gap_ms) { /* 1,000 windows */
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            if ((random >> 33) % sampling == 0) {
                sflow_trigger_note(trigger, 1, &header, UINT64_C(1250) * sampling, sampling, now);
            }
        }
        assert_told(&told, "");
        for (uint32_t i = 0; i < 100; i++) {
            sflow_trigger_note(trigger, 1, &header, UINT64_C(1250) * sampling, sampling, now);
        }
        assert_told(&told, "add 1:4; ");
        sflow_trigger_free(trigger);
    }
}

static void a_rate_needs_samples(void **state)
{
    (void)state;
    struct told told = {0};
    struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
    threshold.min_samples = 0;
    struct header header = frame(4, NW_PROTO_TCP, 4711);
    struct sflow_trigger *trigger = start(&threshold, &told);
    sflow_trigger_note(trigger, 1, &header, 1000000, 1, 1000);
    assert_told(&told, ""); /* one */
    sflow_trigger_note(trigger, 1, &header, 1000000, 1, 1000);
    assert_told(&told, "add 1:4; ");
    const struct sflow_rate rate = sflow_trigger_rate(trigger, 0, &told.last.key, 1000);
    assert_int_equal(rate.n_samples, 2);
    assert_int_equal(rate.bits_per_s, 16000000);
    assert_int_equal(sflow_trigger_rate(trigger, 1, &told.last.key, 1000).n_samples, 0);
    sflow_trigger_free(trigger);
    threshold.above = threshold.below = 0; /* the first frame is enough */
    trigger = start(&threshold, &told);
    sflow_trigger_note(trigger, 1, &header, 64 * 4096, 4096, 1000);
    assert_told(&told, "add 1:4; ");
    sflow_trigger_free(trigger);
}

/* Its MAC addresses and tag are zero because they are not known. */
static void a_packet_counts_unless_its_ethernet_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *match, *told;
    } rows[] = {
        {"tcp", "add 1:4; "},
        {"tcp,nw_dst=10.0.0.9", "add 1:4; "},
        {"tcp,dl_src=00:00:00:00:00:00", ""},
        {"tcp,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00", ""},
        {"tcp,dl_vlan=0xffff", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct told told = {0};
        struct sflow_threshold threshold = tcp_threshold(SFLOW_PER_PORT);
        struct header packet = frame(4, NW_PROTO_TCP, 4711);
        assert_int_equal(ofctl_parse_match(rows[i].match, &threshold.match, NULL, NULL), 0);
        struct sflow_trigger *trigger = start(&threshold, &told);
        sflow_trigger_note_packet(trigger, 1, &packet, 1000000, 1, 1000);
        sflow_trigger_note_packet(trigger, 1, &packet, 1000000, 1, 1000);
        assert_told(&told, rows[i].told);
        sflow_trigger_free(trigger);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(quiet_traffic_makes_no_tap),
    cmocka_unit_test(a_rate_needs_samples),
    cmocka_unit_test(a_packet_counts_unless_its_ethernet_is_asked_for),
    cmocka_unit_test(a_tap_comes_stays_and_goes),
    cmocka_unit_test(it_is_extended_once_in_a_quarter_of_its_life),
    cmocka_unit_test(it_is_extended_while_traffic_is_there),
    cmocka_unit_test(a_rate_that_swings_does_not_flap),
    cmocka_unit_test(only_what_matches_at_its_ports_counts),
    cmocka_unit_test(taps_are_for_ports_flows_or_once),
    cmocka_unit_test(no_more_than_the_cap),
    cmocka_unit_test(few_samples_decide_nothing),
    cmocka_unit_test(above_nothing_is_the_first_frame),
    cmocka_unit_test(one_that_was_removed_comes_back_with_the_next_sample),
    cmocka_unit_test(those_behind_one_that_was_removed_stay),
    cmocka_unit_test(a_flow_has_addresses_ports_and_a_protocol),
    cmocka_unit_test(thresholds_that_make_no_sense_are_refused),
    cmocka_unit_test(rates_are_read),
};

TEST_MAIN(tests)
