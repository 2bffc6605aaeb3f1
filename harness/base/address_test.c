/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses: what is accepted, what is printed, and that nothing is written
 * when a text is refused. */
#include "base/address.h"

#include "testing/cmocka.h"

static void mac_both_ways(void **state)
{
    (void)state;
    uint8_t mac[BASE_MAC_BYTES];
    char text[BASE_MAC_TEXT];
    const uint8_t wanted[] = {0x00, 0x19, 0xaf, 0xA0, 0xF9, 0xff};
    assert_true(base_mac_parse("00:19:af:A0:F9:ff", mac));
    assert_memory_equal(mac, wanted, sizeof wanted);
    assert_ptr_equal(base_mac_format(mac, text), text);
    assert_string_equal(text, "00:19:af:a0:f9:ff");
}

static void refuses_what_is_no_mac(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "00:00:00:00:00",
        "00:00:00:00:00:0",
        "00:00:00:00:00:001",
        "00-00-00-00-00-00",
        "0g:00:00:00:00:00",
        "g0:00:00:00:00:00",
        "00:00:00:00:00:0:",
        "00:00:00:00:00:/0",
        "00:00:00:00:00:0@",
        ":0:00:00:00:00:00",
        "00:00:00:00:00:`0",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint8_t mac[BASE_MAC_BYTES] = {1, 2, 3, 4, 5, 6}, before[] = {1, 2, 3, 4, 5, 6};
        assert_false(base_mac_parse(bad[i], mac));
        assert_memory_equal(mac, before, sizeof before);
    }
}

static void ip_both_ways(void **state)
{
    (void)state;
    uint32_t ip = 0;
    char text[BASE_IP_TEXT];
    assert_true(base_ip_parse("10.2.3.255", &ip));
    assert_int_equal(ip, 0x0a0203ff);
    assert_ptr_equal(base_ip_format(ip, text), text);
    assert_string_equal(text, "10.2.3.255");
    assert_string_equal(base_ip_format(UINT32_MAX, text), "255.255.255.255");
    static const char *const bad[] = {"", "10.2.3", "10.2.3.256", "10.2.3.4.5", "h", "10.2.3.4 "};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(base_ip_parse(bad[i], &ip));
        assert_int_equal(ip, 0x0a0203ff);
    }
}

static void ipv6_both_ways(void **state)
{
    (void)state;
    static const uint8_t written[BASE_IPV6_BYTES] = {0x20, 0x01, 0x0d, 0xb8, [14] = 1, [15] = 0xff};
    static const char *const bad[] = {"", "10.0.0.1", "2001:db8::1::", "2001:db8::1/64", "::g"};
    uint8_t ipv6[BASE_IPV6_BYTES] = {0};
    assert_true(base_ipv6_parse("2001:DB8::1ff", ipv6));
    assert_memory_equal(ipv6, written, sizeof written);
    char text[BASE_IPV6_TEXT];
    assert_ptr_equal(base_ipv6_format(ipv6, text), text);
    assert_string_equal(text, "2001:db8::1ff");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(base_ipv6_parse(bad[i], ipv6));
        assert_memory_equal(ipv6, written, sizeof written);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(mac_both_ways),
    cmocka_unit_test(refuses_what_is_no_mac),
    cmocka_unit_test(ip_both_ways),
    cmocka_unit_test(ipv6_both_ways),
};

TEST_MAIN(tests)
