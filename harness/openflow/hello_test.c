/* SPDX-License-Identifier: Apache-2.0
 *
 * HELLO: which versions are offered, and which does a peer offer? */
#include "testing/cmocka.h"

#include "openflow/message.h"
#include "testing/golden.h"

#include <string.h>

static void assert_written(uint32_t versions, const char *hex)
{
    struct base_buffer out = {0}, expected = {0};
    unhex(hex, &expected);
    of_encode_hello(&out, 7, versions);
    assert_int_equal(out.n_bytes, expected.n_bytes);
    assert_memory_equal(out.data, expected.data, out.n_bytes);
    base_buffer_free(&out);
    base_buffer_free(&expected);
}

/* The second is what ovs-ofctl -O OpenFlow13 sends. */
static void hello_lists_what_is_above_1_0(void **state)
{
    (void)state;
    assert_written(1 << 1, "01 00 0008 00000007");
    assert_written(1 << 4, "04 00 0010 00000007 0001 0008 00000010");
    assert_written(1 << 4 | 1 << 1, "04 00 0010 00000007 0001 0008 00000012");
}

static void a_peer_offers_what_it_lists(void **state)
{
    (void)state;
    static const struct {
        uint8_t version;
        const char *body;
        uint32_t versions;
        const char *text;
    } hellos[] = {
        {1, "", 1 << 1, "1.0"},
        {4, "", 0x1e, "1.0, 1.1, 1.2, 1.3"},
        {0, "", 0, ""},
        {255, "", 0xfffffffe, NULL},
        {6, "0001 0008 00000050", 0x50, "1.3, 1.5"},
        {4, "0001 0008 00000010 0001 0008 00000002", 0x10, "1.3"},
        {4, "0002 0006 ffff 0000 0001 0008 00000012", 0x12, "1.0, 1.3"},
        {4, "0001 000c 00000012 00000000", 0x12, "1.0, 1.3"},
        {2, "0001 0004 0000 0000", 0x06, "1.0, 1.1"},     /* no room for a bitmap */
        {2, "0001 0000 00000010 00*8", 0x06, "1.0, 1.1"}, /* no length */
        {2, "0001 0010 00000010", 0x06, "1.0, 1.1"},      /* cut short */
        {2, "0001 0008 0000", 0x06, "1.0, 1.1"},
    };
    for (size_t i = 0; i < sizeof hellos / sizeof *hellos; i++) {
        struct base_buffer bytes = {0}, text = {0};
        struct of_header header = {.version = hellos[i].version};
        unhex(hellos[i].body, &bytes);
        uint32_t versions = of_decode_hello(&header, base_reader_over(bytes.data, bytes.n_bytes));
        assert_int_equal(versions, hellos[i].versions);
        of_format_versions(versions, &text);
        if (hellos[i].text) {
            assert_string_equal(base_buffer_text(&text), hellos[i].text);
        }
        base_buffer_free(&bytes);
        base_buffer_free(&text);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(hello_lists_what_is_above_1_0),
    cmocka_unit_test(a_peer_offers_what_it_lists),
};

TEST_MAIN(tests)
