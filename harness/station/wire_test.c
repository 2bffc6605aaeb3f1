/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of station/wire.h, whole, cut and too long. */
#include "station/wire.h"

#include "testing/cmocka.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void messages_are_written_as_documented(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    station_wire_put(&out, STATION_WIRE_OPEN, "ns", 3, "eth0", 4);
    station_wire_put(&out, STATION_WIRE_SYNC, NULL, 0, NULL, 0);
    assert_int_equal(out.n_bytes, 13);
    assert_memory_equal(out.data, "\1\0\7ns\0eth0\6\0\0", 13);
    base_buffer_free(&out);
}

static void the_longest_body_has_65535_bytes(void **state)
{
    (void)state;
    static const uint8_t frame[STATION_WIRE_BODY_MAX];
    struct base_buffer out = {0};
    station_wire_put(&out, STATION_WIRE_SEND, frame, sizeof frame - 1, frame, 1);
    assert_false(out.failed);
    assert_int_equal(out.n_bytes, 3 + STATION_WIRE_BODY_MAX);
    assert_memory_equal(out.data, "\4\xff\xff", 3);
    station_wire_put(&out, STATION_WIRE_SEND, frame, sizeof frame, frame, 1);
    assert_true(out.failed);
    base_buffer_free(&out);
}

static void messages_are_taken_when_they_are_whole(void **state)
{
    (void)state;
    static const char bytes[] = "\5\0\3abc\7\0\0";
    for (size_t n = 0; n < sizeof bytes; n++) {
        struct base_reader reader = base_reader_over(bytes, n), body;
        uint8_t type = 0;
        bool first = station_wire_take(&reader, &type, &body);
        assert_int_equal(first, n >= 6);
        if (!first) {
            assert_ptr_equal(reader.at, bytes);
            continue;
        }
        assert_int_equal(type, STATION_WIRE_ARRIVAL);
        assert_int_equal(base_reader_left(&body), 3);
        assert_memory_equal(body.at, "abc", 3);
        assert_int_equal(station_wire_take(&reader, &type, &body), n >= 9);
        assert_int_equal(base_reader_left(&reader), n >= 9 ? 0 : n - 6);
    }
}

/* Whether the first n bytes are no greeting; *greeted, and what is left of them. */
static bool is_refused(const char *bytes, size_t n, bool *greeted, size_t *n_left)
{
    struct base_buffer in = {0};
    base_put_bytes(&in, bytes, n);
    bool refused = !station_wire_greet(&in, greeted);
    *n_left = in.n_bytes;
    base_buffer_free(&in);
    return refused;
}

static void a_greeting_is_known_from_its_first_byte(void **state)
{
    (void)state;
    const size_t n_bytes = strlen(STATION_WIRE_GREETING);
    char other[64] = STATION_WIRE_GREETING "\1";
    bool greeted;
    size_t n_left;
    for (size_t n = 0; n <= n_bytes + 1; n++) {
        assert_false(is_refused(other, n, &greeted, &n_left));
        assert_int_equal(greeted, n >= n_bytes);
        assert_int_equal(n_left, greeted ? n - n_bytes : n);
    }
    for (size_t i = 0; i < n_bytes; i++) {
        other[i] ^= 1;
        assert_true(is_refused(other, n_bytes, &greeted, &n_left));
        assert_false(greeted);
        assert_false(is_refused(other, i, &greeted, &n_left));
        assert_false(greeted);
        other[i] ^= 1;
    }
}

static void bytes_are_read_behind_those_that_are_there(void **state)
{
    (void)state;
    struct base_buffer in = {0};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    base_put_text(&in, "ab");
    assert_int_equal(write(ends[1], "cde", 3), 3);
    assert_int_equal(station_wire_read(ends[0], &in), 3);
    assert_int_equal(in.n_bytes, 5);
    assert_memory_equal(in.data, "abcde", 5);
    station_wire_drop(&in, 2);
    assert_int_equal(in.n_bytes, 3);
    assert_memory_equal(in.data, "cde", 3);
    close(ends[1]);
    assert_int_equal(station_wire_read(ends[0], &in), 0);
    close(ends[0]);
    assert_int_equal(station_wire_read(ends[0], &in), -1);
    assert_int_equal(errno, EBADF);
    assert_int_equal(in.n_bytes, 3);
    station_wire_drop(&in, 3);
    assert_int_equal(in.n_bytes, 0);
    base_buffer_free(&in);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(messages_are_written_as_documented),
    cmocka_unit_test(the_longest_body_has_65535_bytes),
    cmocka_unit_test(messages_are_taken_when_they_are_whole),
    cmocka_unit_test(a_greeting_is_known_from_its_first_byte),
    cmocka_unit_test(bytes_are_read_behind_those_that_are_there),
};
TEST_MAIN(tests)
