/* SPDX-License-Identifier: Apache-2.0
 *
 * The checksum of RFC 1071, against its own example and real packets. */
#include "frame/checksum.h"

#include "model/header.h"
#include "testing/cmocka.h"

/* RFC 1071, section 3: the sum is ddf2. */
static void the_example_of_the_rfc(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    assert_int_equal(frame_checksum(bytes, sizeof bytes), 0xffff ^ 0xddf2);
    assert_int_equal(frame_checksum(bytes, 0), 0xffff);
    assert_int_equal(frame_checksum(bytes, 3), 0xffff ^ (0x0001 + 0xf200));
}

static void carries_are_added_again(void **state)
{
    (void)state;
    static uint8_t ones[65534];
    for (size_t i = 0; i < sizeof ones; i++) {
        ones[i] = 0xff;
    }
    assert_int_equal(frame_checksum(ones, sizeof ones), 0);
    ones[1] = 0xfe;
    assert_int_equal(frame_checksum(ones, sizeof ones), 1);
}

/* A datagram from 10.0.0.1:1 to 10.0.0.2:2 with "abc"; its checksum by hand:
 * 0a00+0001+0a00+0002+0011+000b + 0001+0002+000b+0000 + 6162+6300 = d88f. */
static void a_pseudo_header_is_in_front(void **state)
{
    (void)state;
    static const uint8_t ipv4[20] = {0x45, 0, 0,  31, 0, 0, 0x40, 0, 64, 17,
                                     0,    0, 10, 0,  0, 1, 10,   0, 0,  2};
    static uint8_t udp[] = {0, 1, 0, 2, 0, 11, 0, 0, 'a', 'b', 'c'};
    uint16_t checksum = frame_checksum_over(DL_TYPE_IP, ipv4, 17, udp, sizeof udp);
    assert_int_equal(checksum, 0xffff ^ 0xd88f);
    udp[6] = (uint8_t)(checksum >> 8);
    udp[7] = (uint8_t)checksum;
    assert_int_equal(frame_checksum_over(DL_TYPE_IP, ipv4, 17, udp, sizeof udp), 0);
}

/* A datagram from 2001:db8::1 port 1 to 2001:db8::2 port 2 with "ab"; its checksum by hand:
 * 2 * (2001 + 0db8) + 0001 + 0002 + 0011 + 000a + 0001 + 0002 + 000a + 6162 = bcff. */
static void so_is_that_of_ipv6(void **state)
{
    (void)state;
    static const uint8_t ipv6[40] = {0x60, [4] = 0,  10,   17, 64,  0x20, 1,       0xd,
                                     0xb8, [23] = 1, 0x20, 1,  0xd, 0xb8, [39] = 2};
    static const uint8_t udp[] = {0, 1, 0, 2, 0, 10, 0, 0, 'a', 'b'};
    assert_int_equal(frame_checksum_over(DL_TYPE_IPV6, ipv6, 17, udp, sizeof udp), 0xffff ^ 0xbcff);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(so_is_that_of_ipv6),
    cmocka_unit_test(the_example_of_the_rfc),
    cmocka_unit_test(carries_are_added_again),
    cmocka_unit_test(a_pseudo_header_is_in_front),
};
TEST_MAIN(tests)
