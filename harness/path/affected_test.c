/* SPDX-License-Identifier: Apache-2.0
 *
 * Which headers may come to an entry: none that does is missed, and few that do not are named. */
#include "path/affected.h"

#include "testing/cmocka.h"
#include "testing/line.h"

#include <stdio.h>

static bool is_named(const struct path_affected *affected, size_t host, const struct header *header)
{
    for (size_t i = 0; i < affected->n_headers; i++) {
        if (affected->headers[i].host == host && match_takes(&affected->headers[i].cube, header)) {
            return true;
        }
    }
    return false;
}

static struct header from(uint16_t in_port, uint32_t nw_src)
{
    return (struct header){.in_port = in_port, .dl_type = DL_TYPE_IP, .nw_src = nw_src};
}

/* s1 passes so many addresses of host a on, each by an entry of its own; of b nothing. */
static void assert_named(uint32_t n)
{
    struct line line;
    struct path_affected affected = {0};
    line_make(&line);
    for (uint32_t i = 0; i < n; i++) {
        char text[96];
        snprintf(text, sizeof text, "in_port=1,ip,nw_src=10.0.%u.1,actions=output:3", 2 * i);
        line_flow(&line, 0, text);
    }
    line_flow(&line, 1, "in_port=1,ip,actions=output:2");
    line_open(&line);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(path_affected_find(&line.network, 1, 0, &affected), 0);
        for (uint32_t i = 0; i < n; i++) {
            struct header header = from(1, 0x0a000001 + (2 * i << 8));
            assert_true(is_named(&affected, LINE_A, &header));
            header.in_port = 2;
            assert_false(is_named(&affected, LINE_B, &header));
        }
        const struct header dropped = from(1, 0x0b000001);
        assert_true(!is_named(&affected, LINE_A, &dropped) || n > 32); /* a list that is too long
                                                                          becomes the whole port */
    }
    path_affected_free(&affected);
    assert_int_equal(affected.n_headers, 0);
    line_close(&line);
}

static void whatever_is_sent_there_is_named(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1, 2, 31, 32, 33, 40, 100};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        assert_named(counts[i]);
    }
}

/* Each of so many entries of s1 makes one set more to look for; with too many of them every host
 * may send whatever it likes. */
static void of_too_many_sets_everything_is_named(void **state)
{
    (void)state;
    for (uint32_t n = 4095; n <= 4096; n++) { /* and the set of the entry itself */
        struct line line;
        struct path_affected affected = {0};
        line_make(&line);
        for (uint32_t i = 0; i < n; i++) {
            char text[96];
            snprintf(text, sizeof text, "in_port=1,ip,nw_src=10.%u.%u.1,actions=output:3", i >> 7,
                     2 * (i & 127));
            line_flow(&line, 0, text);
        }
        line_flow(&line, 1, "in_port=1,ip,actions=output:2");
        line_open(&line);
        assert_int_equal(path_affected_find(&line.network, 1, 0, &affected), 0);
        const struct header by_b = {.in_port = 2}, by_c = {.in_port = 2, .dl_type = DL_TYPE_ARP};
        assert_int_equal(is_named(&affected, LINE_B, &by_b), n == 4096);
        assert_int_equal(is_named(&affected, LINE_C, &by_c), n == 4096);
        assert_int_equal(affected.n_headers, n == 4096 ? LINE_HOSTS : 1);
        path_affected_free(&affected);
        line_close(&line);
    }
}

static void what_its_own_host_sends_is_named(void **state)
{
    (void)state;
    struct line line;
    struct path_affected affected = {0};
    line_make(&line);
    line_flow(&line, 1, "priority=2,udp,actions=output:2");
    line_flow(&line, 1, "in_port=2,ip,actions=output:1");
    line_open(&line);
    assert_int_equal(path_affected_find(&line.network, 1, 1, &affected), 0);
    struct header header = from(2, 1);
    assert_true(is_named(&affected, LINE_C, &header));
    header.in_port = 1;
    assert_false(is_named(&affected, LINE_A, &header));
    assert_false(is_named(&affected, LINE_C, &header));
    path_affected_free(&affected);
    line_close(&line);
}

/* Each host's headers stand together, and none of them is in another of them. */
static void headers_are_named_once_by_host(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "in_port=2,ip,nw_src=10.0.0.1,actions=output:3", "in_port=1,udp,actions=output:3",
        "in_port=2,ip,nw_src=10.0.0.0/8,actions=output:3", "in_port=1,tcp,actions=output:3",
        "in_port=2,ip,nw_src=10.0.0.2,actions=output:3"};
    struct line line;
    struct path_affected affected = {0};
    line_make(&line);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        line_flow(&line, 0, texts[i]);
    }
    line_flow(&line, 1, "ip,actions=output:2");
    line_open(&line);
    assert_int_equal(path_affected_find(&line.network, 1, 0, &affected), 0);
    static const size_t wanted[] = {LINE_A, LINE_A, LINE_B, LINE_C};
    assert_int_equal(affected.n_headers, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(affected.headers[i].host, wanted[i]);
    }
    path_affected_free(&affected);
    line_close(&line);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(whatever_is_sent_there_is_named),
    cmocka_unit_test(of_too_many_sets_everything_is_named),
    cmocka_unit_test(what_its_own_host_sends_is_named),
    cmocka_unit_test(headers_are_named_once_by_host),
};
TEST_MAIN(tests)
