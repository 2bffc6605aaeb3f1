/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors of a peer, by name and by number. */
#include "testing/cmocka.h"

#include "openflow/error.h"
#include "testing/golden.h"

#include <string.h>

static void errors_have_names(void **state)
{
    (void)state;
    static const struct {
        const char *golden, *text;
    } cases[] = {
        {"error_bad_stat", "OFPET_BAD_REQUEST OFPBRC_BAD_STAT about STATS_REQUEST type 16 xid 0x4 "
                           "(01 10 00 0c 00 00 00 04 00 63 00 00)"},
        {"error_bad_action", "OFPET_BAD_ACTION OFPBAC_BAD_LEN about FLOW_MOD type 14 xid 0xac "
                             "(01 0e 00 50 00 00 00 ac 00 38 20 ff 00 00 00 00 …)"},
        {"error_hello_failed", "OFPET_HELLO_FAILED OFPHFC_INCOMPATIBLE: \"We support version "
                               "0x01, you support version 0x04, no common versions.\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct base_buffer bytes = {0}, text = {0};
        struct of_header header;
        struct of_error of_error;
        struct base_reader body = golden_body(cases[i].golden, &bytes, &header);
        assert_int_equal(of_decode_error(&body, OFP_VERSION, &of_error, NULL), 0);
        of_error_format(&of_error, &text);
        assert_string_equal(base_buffer_text(&text), cases[i].text);
        base_buffer_free(&bytes);
        base_buffer_free(&text);
    }
}

static void every_error_code_of_the_specification_has_a_name(void **state)
{
    (void)state;
    static const uint8_t n_codes[] = {2, 9, 9, 6, 2, 3};
    for (uint16_t type = 0; type < 6; type++) {
        assert_non_null(of_error_type_name(OFP_VERSION, type));
        for (uint16_t code = 0; code < 12; code++) {
            assert_int_equal(of_error_code_name(OFP_VERSION, type, code) != NULL,
                             code < n_codes[type]);
        }
    }
    assert_null(of_error_type_name(OFP_VERSION, 6));
    assert_null(of_error_code_name(OFP_VERSION, 6, 0));
    assert_string_equal(of_error_code_name(OFP_VERSION, OFPET_BAD_ACTION, 8), "OFPBAC_BAD_QUEUE");
    assert_string_equal(of_error_code_name(OFP_VERSION, OFPET_FLOW_MOD_FAILED, 1),
                        "OFPFMFC_OVERLAP");
}

/* OpenFlow 1.3.5, section 7.4.4. */
static void every_error_code_of_1_3_has_a_name(void **state)
{
    (void)state;
    enum { V13 = 4, TYPES = 14 };
    static const uint8_t n_codes[TYPES] = {2, 14, 16, 9, 12, 8, 15, 5, 3, 3, 3, 3, 12, 6};
    for (uint16_t type = 0; type < TYPES; type++) {
        assert_non_null(of_error_type_name(V13, type));
        for (uint16_t code = 0; code < 18; code++) {
            if ((of_error_code_name(V13, type, code) != NULL) != (code < n_codes[type])) {
                fail_msg("type %u, code %u", type, code);
            }
        }
    }
    assert_null(of_error_type_name(V13, TYPES));
    assert_null(of_error_code_name(V13, TYPES, 0));
    assert_string_equal(of_error_type_name(V13, 3), "OFPET_BAD_INSTRUCTION");
    assert_string_equal(of_error_code_name(V13, 13, 5), "OFPTFFC_EPERM");
    struct of_error of_error = {.version = V13, .type = 12, .code = 3};
    struct base_buffer text = {0};
    of_error.data = (const uint8_t *)"\4\35\0\20\0\0\0\7";
    of_error.n_data = 8;
    of_error_format(&of_error, &text);
    assert_string_equal(base_buffer_text(&text),
                        "OFPET_METER_MOD_FAILED OFPMMFC_UNKNOWN_METER about METER_MOD type 29 xid "
                        "0x7 (04 1d 00 10 00 00 00 07)");
    base_buffer_free(&text);
}

static void unknown_errors_are_numbers(void **state)
{
    (void)state;
    struct of_error of_error = {.type = 0xb0c2, .code = 7};
    struct base_buffer text = {0};
    of_error_format(&of_error, &text);
    assert_string_equal(base_buffer_text(&text), "error type 45250 code 7 (no bytes)");
    base_buffer_free(&text);
}

static void a_text_ends_at_128_characters(void **state)
{
    (void)state;
    uint8_t data[200];
    memset(data, 'a', sizeof data);
    data[0] = '\n';
    struct of_error of_error = {OFPET_HELLO_FAILED, 1, data, sizeof data, 0};
    struct base_buffer text = {0};
    of_error_format(&of_error, &text);
    assert_int_equal(text.n_bytes, strlen("OFPET_HELLO_FAILED OFPHFC_EPERM: \"\"") + 128);
    assert_non_null(strstr(base_buffer_text(&text), "EPERM: \"?aaa"));
    base_buffer_free(&text);
    of_error.n_data = 0;
    of_error_format(&of_error, &text);
    assert_string_equal(base_buffer_text(&text), "OFPET_HELLO_FAILED OFPHFC_EPERM (no bytes)");
    base_buffer_free(&text);
}

static void a_message_without_type_and_code_is_refused(void **state)
{
    (void)state;
    struct base_reader body = base_reader_over("\0\1\0", 3);
    struct of_error of_error;
    struct base_error error = {""};
    assert_int_equal(of_decode_error(&body, OFP_VERSION, &of_error, &error), -1);
    assert_string_equal(error.text, "error message is cut short");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(errors_have_names),
    cmocka_unit_test(every_error_code_of_the_specification_has_a_name),
    cmocka_unit_test(every_error_code_of_1_3_has_a_name),
    cmocka_unit_test(unknown_errors_are_numbers),
    cmocka_unit_test(a_text_ends_at_128_characters),
    cmocka_unit_test(a_message_without_type_and_code_is_refused),
};
TEST_MAIN(tests)
