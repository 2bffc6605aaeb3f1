/* SPDX-License-Identifier: Apache-2.0
 *
 * Endpoints: what is accepted, and what the errors say. */
#include "model/endpoint.h"

#include "testing/cmocka.h"

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
    assert_refused("ssl:h:6653", "not supported yet");
    assert_refused("pssl:6653", "not supported yet");
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

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(accepts_what_ovs_ofctl_accepts),
    cmocka_unit_test(refuses_and_says_why),
    cmocka_unit_test(a_path_fits_a_socket_address),
};
TEST_MAIN(tests)
