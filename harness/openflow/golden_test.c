/* SPDX-License-Identifier: Apache-2.0
 *
 * Every golden message through decoder and encoder; cut and damaged in every
 * place. What the fields mean is tested beside each codec. */
#include "testing/cmocka.h"

#include "testing/golden.h"
#include "testing/openflow_peer.h"

#include <stdlib.h>
#include <string.h>

static void every_type_has_a_golden_message(void **state)
{
    (void)state;
    bool seen[OF_N_TYPES] = {false};
    for (size_t i = 0; i < n_goldens; i++) {
        struct base_buffer bytes = {0};
        unhex(goldens[i].hex, &bytes);
        seen[bytes.data[1]] = true;
        base_buffer_free(&bytes);
    }
    for (uint8_t type = 0; type < OF_N_TYPES; type++) {
        if (!seen[type]) {
            fail_msg("no golden message for %s", of_type_name(type));
        }
    }
}

static void check_same_bytes(const struct golden *golden, const struct base_buffer *bytes,
                             const struct base_buffer *again)
{
    if (again->n_bytes != bytes->n_bytes) {
        fail_msg("%s: %zu bytes written, %zu read", golden->name, again->n_bytes, bytes->n_bytes);
    }
    for (size_t i = 0; golden->canonical && i < bytes->n_bytes; i++) {
        if (bytes->data[i] != again->data[i]) {
            fail_msg("%s: byte %zu is 0x%02x, must be 0x%02x", golden->name, i, again->data[i],
                     bytes->data[i]);
        }
    }
}

static void golden_messages_are_written_as_they_were_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_goldens; i++) {
        struct base_buffer bytes = {0}, again = {0};
        struct base_error error = {""};
        unhex(goldens[i].hex, &bytes);
        if (recode(bytes.data, bytes.n_bytes, &again, &error)) {
            fail_msg("%s: %s", goldens[i].name, error.text);
        }
        assert_false(again.failed);
        check_same_bytes(&goldens[i], &bytes, &again);
        base_buffer_free(&bytes);
        base_buffer_free(&again);
    }
}

/* n_bytes of a message, as a message: in memory of its own, so that a sanitizer
 * sees a read behind them, and with a header that says n_bytes. */
static int recode_cut(const struct base_buffer *bytes, size_t n_bytes, struct base_error *error)
{
    struct base_buffer again = {0};
    uint8_t *cut = malloc(n_bytes ? n_bytes : 1);
    assert_non_null(cut);
    memcpy(cut, bytes->data, n_bytes);
    if (n_bytes >= 4) {
        cut[2] = (uint8_t)(n_bytes >> 8);
        cut[3] = (uint8_t)n_bytes;
    }
    int rc = recode(cut, n_bytes, &again, error);
    free(cut);
    base_buffer_free(&again);
    return rc;
}

/* Where a message may end: behind bytes of free length, or between records. */
static bool may_end_at(const uint8_t *message, size_t n_bytes)
{
    size_t body = n_bytes - (n_bytes < OF_STATS_HEADER_BYTES ? 0 : OF_STATS_HEADER_BYTES);
    switch (message[1]) {
    case OFPT_HELLO:
    case OFPT_ECHO_REQUEST:
    case OFPT_ECHO_REPLY:
        return n_bytes >= 8;
    case OFPT_ERROR:
    case OFPT_VENDOR:
        return n_bytes >= 12;
    case OFPT_FEATURES_REPLY:
        return n_bytes >= 32 && (n_bytes - 32) % 48 == 0;
    case OFPT_PACKET_IN:
        return n_bytes >= 18;
    case OFPT_PACKET_OUT: /* never read */
        return n_bytes >= 16;
    case OFPT_QUEUE_GET_CONFIG_REPLY: /* never read */
        return n_bytes >= 16 && n_bytes % 8 == 0;
    case OFPT_FLOW_MOD: /* a list of actions may end anywhere between two */
        return n_bytes >= 72 && n_bytes % 8 == 0;
    case OFPT_STATS_REQUEST: /* never read */
        return n_bytes >= 12;
    case OFPT_STATS_REPLY:
        return n_bytes >= 12 && (message[9] == OFPST_FLOW || message[9] == 0xff ||
                                 (message[9] == OFPST_TABLE && body % OF_TABLE_STATS_BYTES == 0) ||
                                 (message[9] == OFPST_PORT && body % OF_PORT_STATS_BYTES == 0) ||
                                 (message[9] == OFPST_QUEUE && body % OF_QUEUE_STATS_BYTES == 0));
    default:
        return false;
    }
}

static void cut_messages_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_goldens; i++) {
        struct base_buffer bytes = {0};
        unhex(goldens[i].hex, &bytes);
        for (size_t n = 0; n < bytes.n_bytes; n++) {
            struct base_error error = {""};
            int rc = recode_cut(&bytes, n, &error);
            if (rc == 0 && !may_end_at(bytes.data, n)) {
                fail_msg("%s: accepted when cut to %zu bytes", goldens[i].name, n);
            }
            assert_true(rc == 0 || error.text[0]);
        }
        base_buffer_free(&bytes);
    }
}

/* Types whose last field is bytes of free length. */
static bool may_be_longer(const uint8_t *message)
{
    switch (message[1]) {
    case OFPT_HELLO:
    case OFPT_ERROR:
    case OFPT_ECHO_REQUEST:
    case OFPT_ECHO_REPLY:
    case OFPT_VENDOR:
    case OFPT_PACKET_IN:
    case OFPT_PACKET_OUT:
    case OFPT_STATS_REQUEST:
        return true;
    default:
        return message[1] == OFPT_STATS_REPLY && message[8] == 0xff;
    }
}

static void messages_with_a_byte_too_much_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_goldens; i++) {
        struct base_buffer bytes = {0};
        struct base_error error = {""};
        unhex(goldens[i].hex, &bytes);
        base_put_u8(&bytes, 0);
        if ((recode_cut(&bytes, bytes.n_bytes, &error) == 0) != may_be_longer(bytes.data)) {
            fail_msg("%s with a byte more: \"%s\"", goldens[i].name, error.text);
        }
        base_buffer_free(&bytes);
    }
}

/* A reply to OFPST_FLOW may end only behind a record. */
static void cut_flow_records_are_refused(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    for (size_t i = 0; i < n_goldens; i++) {
        if (strcmp(goldens[i].name, "flow_reply") == 0) {
            unhex(goldens[i].hex, &bytes);
        }
    }
    assert_int_equal(bytes.n_bytes, 12 + 96 + 88);
    for (size_t n = 12; n <= bytes.n_bytes; n++) {
        bool whole = n == 12 || n == 12 + 96 || n == bytes.n_bytes;
        struct base_error error = {""};
        assert_int_equal(recode_cut(&bytes, n, &error), whole ? 0 : -1);
        if (!whole) {
            assert_non_null(strstr(error.text, n < 12 + 96 ? "record 1" : "record 2"));
        }
    }
    base_buffer_free(&bytes);
}

/* Every byte set to 0, 0xff, and with each bit turned: no crash, no overrun,
 * and what is accepted can be written and read again. */
static void damaged_messages_do_no_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_goldens; i++) {
        struct base_buffer bytes = {0};
        unhex(goldens[i].hex, &bytes);
        for (size_t at = 0; at < bytes.n_bytes && at < 256; at++) {
            uint8_t good = bytes.data[at];
            for (int way = 0; way < 10; way++) {
                struct base_buffer again = {0}, third = {0};
                struct base_error error = {""};
                bytes.data[at] = way == 8 ? 0 : way == 9 ? 0xff : (uint8_t)(good ^ 1 << way);
                if (recode(bytes.data, bytes.n_bytes, &again, &error) == 0) {
                    assert_int_equal(recode(again.data, again.n_bytes, &third, &error), 0);
                    assert_int_equal(again.n_bytes, third.n_bytes);
                    assert_memory_equal(again.data, third.data, third.n_bytes);
                }
                base_buffer_free(&again);
                base_buffer_free(&third);
            }
            bytes.data[at] = good;
        }
        base_buffer_free(&bytes);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_type_has_a_golden_message),
    cmocka_unit_test(golden_messages_are_written_as_they_were_read),
    cmocka_unit_test(cut_messages_are_refused),
    cmocka_unit_test(messages_with_a_byte_too_much_are_refused),
    cmocka_unit_test(cut_flow_records_are_refused),
    cmocka_unit_test(damaged_messages_do_no_harm),
};
TEST_MAIN(tests)
