/* SPDX-License-Identifier: Apache-2.0
 *
 * Endpoints: what is accepted, and what the errors say. */
#include "model/endpoint.h"

#include "testing/cmocka.h"

#include <stdio.h>
#include <string.h>

static struct endpoint parsed(const char *text)
{
    struct endpoint endpoint;
    struct base_error error = {""};
    if (endpoint_parse(text, &endpoint, &error)) {
        fail_msg("%s", error.text);
    }
    return endpoint;
}

static void assert_tcp(const char *text, enum endpoint_kind kind, const char *host, uint16_t port)
{
    struct endpoint endpoint = parsed(text);
    assert_int_equal(endpoint.kind, kind);
    assert_string_equal(endpoint.host, host);
    assert_int_equal(endpoint.port, port);
}

static void accepts_what_ovs_ofctl_accepts(void **state)
{
    (void)state;
    assert_tcp("tcp:10.0.0.1", ENDPOINT_TCP, "10.0.0.1", 6653);
    assert_tcp("tcp:switch.example:65535", ENDPOINT_TCP, "switch.example", 65535);
    assert_tcp("tcp:[fe80::1%eth0]:1", ENDPOINT_TCP, "fe80::1%eth0", 1);
    assert_tcp("tcp:[::1]", ENDPOINT_TCP, "::1", 6653);
    assert_tcp("ptcp:", ENDPOINT_PTCP, "", 6653);
    assert_tcp("ptcp:6634", ENDPOINT_PTCP, "", 6634);
    assert_tcp("ptcp:6634:127.0.0.1", ENDPOINT_PTCP, "127.0.0.1", 6634);
    assert_tcp("ptcp::[::1]", ENDPOINT_PTCP, "::1", 6653);
    assert_tcp("ssl:[::1]:6654", ENDPOINT_TCP, "::1", 6654);
    assert_tcp("pssl::127.0.0.1", ENDPOINT_PTCP, "127.0.0.1", 6653);
    assert_true(parsed("ssl:h").tls && parsed("pssl:").tls);
    assert_false(parsed("tcp:h").tls || parsed("ptcp:").tls || parsed("unix:/x").tls);
    struct endpoint endpoint = parsed("unix:/run/a:b.mgmt");
    assert_int_equal(endpoint.kind, ENDPOINT_UNIX);
    assert_string_equal(endpoint.path, "/run/a:b.mgmt");
}

static void assert_refused(const char *text, const char *why)
{
    struct endpoint endpoint;
    struct base_error error = {""};
    assert_int_equal(endpoint_parse(text, &endpoint, &error), -1);
    if (!strstr(error.text, why) || !strstr(error.text, text)) {
        fail_msg("\"%s\": expected \"%s\", got \"%s\"", text, why, error.text);
    }
}

static void refuses_and_says_why(void **state)
{
    (void)state;
    const char *const bad_ports[] = {"tcp:h:0",     "tcp:h:65536", "tcp:h:",  "tcp:h:x",
                                     "tcp:h:+6653", "tcp:h:66 ",   "ptcp:0",  "ptcp:65536",
                                     "ptcp:h",      "tcp:[::1]:",  "ptcp:-1", "tcp:h:99999999999"};
    for (size_t i = 0; i < sizeof bad_ports / sizeof *bad_ports; i++) {
        assert_refused(bad_ports[i], "is not a TCP port");
    }
    assert_refused("tcp:", "host");
    assert_refused("tcp::6653", "host");
    assert_refused("tcp:[::1", "host");
    assert_refused("tcp:::1", "host");
    assert_refused("tcp:fe80::1", "brackets");
    assert_refused("tcp:[::1]6653", "brackets");
    assert_refused("ptcp:6653:", "host");
    assert_refused("ptcp:6653:h:1", "host");
    assert_refused("ptcp:127.0.0.1", "[PORT][:HOST]");
    assert_refused("unix:", "path is missing");
    assert_refused("ssl:h:0", "is not a TCP port");
    assert_refused("pssl:127.0.0.1", "[PORT][:HOST]");
    assert_refused("10.0.0.1:6653", "expected tcp:");
    assert_refused("", "expected tcp:");
    assert_refused("TCP:h", "expected tcp:");
}

static void a_path_fits_a_socket_address(void **state)
{
    (void)state;
    char text[5 + 108 + 1] = "unix:";
    memset(text + 5, 'p', 107);
    assert_int_equal(strlen(parsed(text).path), 107);
    memset(text + 5, 'p', 108);
    assert_refused(text, "too long");
}

static void a_fingerprint_is_as_openssl_prints_it(void **state)
{
    (void)state;
    static const char with[] = "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
                               "0f:1e:2d:3c:4b:5a:69:78:87:96:a5:b4:c3:d2:e1:f0";
    static const char without[] = "00112233445566778899aAbBcCdDeEfF"
                                  "0F1E2D3C4B5A69788796A5B4C3D2E1F0";
    static const uint8_t expected[] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                       0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
                                       0x0f, 0x1e, 0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78,
                                       0x87, 0x96, 0xa5, 0xb4, 0xc3, 0xd2, 0xe1, 0xf0};
    uint8_t got[ENDPOINT_FINGERPRINT_BYTES];
    assert_true(endpoint_parse_fingerprint(with, got));
    assert_memory_equal(got, expected, sizeof got);
    memset(got, 0, sizeof got);
    assert_true(endpoint_parse_fingerprint(without, got));
    assert_memory_equal(got, expected, sizeof got);
    char bad[100];
    for (size_t n = 0; n < sizeof without - 1; n++) {
        snprintf(bad, sizeof bad, "%.*s", (int)n, without);
        assert_false(endpoint_parse_fingerprint(bad, got));
        strcpy(bad, without);
        bad[n] = 'g';
        assert_false(endpoint_parse_fingerprint(bad, got));
    }
    snprintf(bad, sizeof bad, "%s:", without);
    assert_false(endpoint_parse_fingerprint(bad, got));
    snprintf(bad, sizeof bad, "%s0", without);
    assert_false(endpoint_parse_fingerprint(bad, got));
    snprintf(bad, sizeof bad, "%c:%s", without[0], without + 1);
    assert_false(endpoint_parse_fingerprint(bad, got));
}

static void what_is_missing_comes_from_elsewhere(void **state)
{
    (void)state;
    const struct endpoint_tls all = {.key = "k",
                                     .certificate = "c",
                                     .ca = "a",
                                     .has_fingerprint = true,
                                     .fingerprint = {1, [31] = 2}};
    struct endpoint_tls none = {0}, own = {.key = "K", .certificate = "C"}, ca = {.ca = "A"},
                        pinned = {.has_fingerprint = true, .fingerprint = {7}};
    endpoint_tls_complete(&none, &all);
    assert_string_equal(none.key, "k");
    assert_string_equal(none.certificate, "c");
    assert_string_equal(none.ca, "a");
    assert_true(none.has_fingerprint);
    assert_memory_equal(none.fingerprint, all.fingerprint, sizeof all.fingerprint);
    endpoint_tls_complete(&own, &all);
    assert_string_equal(own.key, "K");
    assert_string_equal(own.certificate, "C");
    assert_string_equal(own.ca, "a");
    endpoint_tls_complete(&ca, &all);
    assert_string_equal(ca.ca, "A");
    assert_string_equal(ca.key, "k");
    endpoint_tls_complete(&pinned, &all);
    assert_int_equal(pinned.fingerprint[0], 7);
    /* a key and its certificate are from one place */
    struct endpoint_tls half = {.certificate = "C"};
    endpoint_tls_complete(&half, &all);
    assert_null(half.key);
    struct endpoint_tls other = {.key = "K"};
    endpoint_tls_complete(&other, &all);
    assert_null(other.certificate);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(accepts_what_ovs_ofctl_accepts),
    cmocka_unit_test(refuses_and_says_why),
    cmocka_unit_test(a_fingerprint_is_as_openssl_prints_it),
    cmocka_unit_test(what_is_missing_comes_from_elsewhere),
    cmocka_unit_test(a_path_fits_a_socket_address),
};
TEST_MAIN(tests)
