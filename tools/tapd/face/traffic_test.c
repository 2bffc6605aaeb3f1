/* SPDX-License-Identifier: Apache-2.0
 *
 * From a datagram to the request for a tap, with an owner of the test's own.
 * What Open vSwitch sampled is in sflow/golden.h: TCP from h8, which enters s2
 * by port 3. */
#include "tapd/face/traffic.h"

#include "sflow/golden.h"
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const char topology_text[] = "name: t\n"
                                    "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
                                    "hosts:\n"
                                    "  h8: {mac: '00:00:00:00:00:08', port: 's2:3'}\n"
                                    "  h9: {mac: '00:00:00:00:00:09', port: 's2:4'}\n"
                                    "  h11: {mac: '00:00:00:00:00:0b', port: 's1:2'}\n"
                                    "links: [['s2:7', 's1:1']]\n";
#define RULE(name, match, more)                                                                    \
    "topology: t.yaml\n"                                                                           \
    "taps:\n"                                                                                      \
    "  - {name: " name ", source: 's2:3-4', to: h11, for: 120s,\n"                                 \
    "     when: {match: " match ", above: 0pps" more "}}\n"

struct setup {
    struct event_base *base;
    struct tapd_policy *policy;
    struct tapd_traffic *traffic;
    int fd;
    char told[256]; /* "add NAME; extend NAME; " */
    bool has, grants;
    int64_t now_ms;
};

static int64_t now_ms(void *owner)
{
    return ((struct setup *)owner)->now_ms;
}

static bool has(void *owner, const char *name)
{
    (void)name;
    return ((struct setup *)owner)->has;
}

static void tell(struct setup *setup, const char *what, const char *name)
{
    size_t n = strlen(setup->told);
    snprintf(setup->told + n, sizeof setup->told - n, "%s %s; ", what, name);
}

static bool add(void *owner, struct tapd_tap *tap_own)
{
    struct setup *setup = owner;
    tell(setup, "add", tap_own->name);
    assert_null(tap_own->when);
    tapd_tap_free(tap_own);
    setup->has = setup->grants;
    tapd_traffic_changed(setup->traffic);
    return setup->grants;
}

static void extend(void *owner, const char *name)
{
    tell(owner, "extend", name);
}

static const struct tapd_traffic_ops ops = {
    .now_ms = now_ms, .has = has, .add = add, .extend = extend};

static struct tapd_policy *load(const char *text)
{
    struct memory_file files[] = {
        {.path = "t.yaml", .text = topology_text}, {.path = "p.yaml", .text = text}, {0}};
    struct yaml_files memory = {.context = files, .read = memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_policy *policy;
    struct base_buffer errors = {0};
    tapd_policy_load_from(&memory, "p.yaml", &policy, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &errors), "");
    base_buffer_free(&errors);
    yaml_diagnostics_free(&diagnostics);
    return policy;
}

static void start(struct setup *setup, const char *policy)
{
    struct base_error error = {""};
    *setup = (struct setup){
        .base = event_base_new(), .policy = load(policy), .grants = true, .now_ms = 1000};
    setup->traffic = tapd_traffic_new(setup->base, "0", setup->policy, &ops, setup, &error);
    assert_string_equal(error.text, "");
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(tapd_traffic_port(setup->traffic)),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    setup->fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(connect(setup->fd, (struct sockaddr *)&to, sizeof to), 0);
}

static void stop(struct setup *setup)
{
    close(setup->fd);
    tapd_traffic_free(setup->traffic);
    tapd_policy_free(setup->policy);
    event_base_free(setup->base);
}

/* With the next sequence number of its agent: what comes twice does not count. */
static void send_next(int fd, const uint8_t *bytes, size_t n_bytes)
{
    enum { SEQUENCE_AT = 19 }; /* the last byte of it */
    static uint8_t number;
    uint8_t copy[2048];
    assert_in_range(n_bytes, SEQUENCE_AT, sizeof copy);
    memcpy(copy, bytes, n_bytes);
    copy[SEQUENCE_AT] = ++number;
    assert_int_equal(send(fd, copy, n_bytes, 0), n_bytes);
}

#define SEND(setup, bytes) send_next((setup)->fd, bytes, sizeof(bytes))

static void assert_told(struct setup *setup, const char *text)
{
    event_base_loop(setup->base, EVLOOP_NONBLOCK);
    assert_string_equal(setup->told, text);
    setup->told[0] = '\0';
}

static json_int_t reported(struct setup *setup, const char *name)
{
    json_t *report = tapd_traffic_report(setup->traffic);
    json_int_t number = json_integer_value(json_object_get(report, name));
    json_decref(report);
    return number;
}

/* The rate of the only tap that traffic made, with so many samples of all packets. */
static void assert_rate(struct setup *setup, const char *name, json_int_t n_samples)
{
    json_t *report = tapd_traffic_report(setup->traffic);
    json_t *rates = json_object_get(report, "rates");
    json_t *rate = json_array_get(rates, 0);
    assert_int_equal(json_array_size(rates), 1);
    assert_string_equal(json_string_value(json_object_get(rate, "tap")), name);
    assert_int_equal(json_integer_value(json_object_get(rate, "samples")), n_samples);
    assert_int_equal(json_integer_value(json_object_get(rate, "packets_per_s")), n_samples);
    assert_int_equal(json_integer_value(json_object_get(rate, "bits_per_s")), n_samples * 78 * 8);
    assert_true(json_is_real(json_object_get(rate, "error_percent")));
    assert_true(json_real_value(json_object_get(rate, "error_percent")) == 0);
    json_decref(report);
}

static void traffic_asks_once_and_again_when_the_tap_has_gone(void **state)
{
    (void)state;
    struct setup setup;
    start(&setup, RULE("web", "tcp", ", per: tap"));
    SEND(&setup, golden_dropped);
    assert_told(&setup, ""); /* which port that is has not been said */
    assert_int_equal(reported(&setup, "unresolved"), 1);
    SEND(&setup, golden_port);
    SEND(&setup, golden_dropped);
    assert_told(&setup, "add web; ");
    SEND(&setup, golden_dropped);
    tapd_traffic_changed(setup.traffic);
    assert_told(&setup, "");
    assert_rate(&setup, "web", 2);
    setup.has = false;
    tapd_traffic_changed(setup.traffic);
    SEND(&setup, golden_dropped);
    assert_told(&setup, "add web; ");
    assert_int_equal(reported(&setup, "added"), 2);
    stop(&setup);
}

static void other_traffic_asks_for_nothing(void **state)
{
    (void)state;
    struct setup setup;
    start(&setup, RULE("web", "udp", ""));
    SEND(&setup, golden_port);
    SEND(&setup, golden_dropped);
    assert_told(&setup, "");
    assert_int_equal(reported(&setup, "flow_samples"), 1);
    assert_int_equal(reported(&setup, "matched"), 0);
    stop(&setup);
}

static void a_tap_that_is_refused_is_not_asked_for_with_every_sample(void **state)
{
    (void)state;
    struct setup setup;
    start(&setup, RULE("web", "tcp", ""));
    setup.grants = false;
    SEND(&setup, golden_port);
    SEND(&setup, golden_dropped);
    SEND(&setup, golden_dropped);
    assert_told(&setup, "add web@s2:3; ");
    tapd_traffic_changed(setup.traffic);
    SEND(&setup, golden_dropped);
    assert_told(&setup, "");
    setup.now_ms += 130000;
    SEND(&setup, golden_dropped);
    assert_told(&setup, "add web@s2:3; ");
    stop(&setup);
}

static void traffic_that_goes_on_extends(void **state)
{
    (void)state;
    struct setup setup;
    start(&setup, RULE("web", "tcp", ""));
    SEND(&setup, golden_port);
    SEND(&setup, golden_dropped);
    assert_told(&setup, "add web@s2:3; ");
    setup.now_ms += 29000;
    SEND(&setup, golden_dropped);
    assert_told(&setup, "");
    setup.now_ms += 2000;
    SEND(&setup, golden_dropped);
    assert_told(&setup, "extend web@s2:3; ");
    stop(&setup);
}

static void one_that_is_there_already_is_extended(void **state)
{
    (void)state;
    struct setup setup;
    start(&setup, RULE("web", "tcp", ""));
    setup.has = true;
    SEND(&setup, golden_port);
    SEND(&setup, golden_dropped);
    assert_told(&setup, "extend web@s2:3; ");
    stop(&setup);
}

static void another_policy_begins_anew(void **state)
{
    (void)state;
    struct setup setup;
    start(&setup, RULE("web", "tcp", ""));
    SEND(&setup, golden_port);
    SEND(&setup, golden_dropped);
    assert_told(&setup, "add web@s2:3; ");
    struct tapd_policy *policy = load(RULE("all", "tcp", ", per: tap"));
    assert_int_equal(tapd_traffic_use(setup.traffic, policy), 0);
    tapd_policy_free(setup.policy);
    setup.policy = policy;
    setup.has = false;
    SEND(&setup, golden_port);
    SEND(&setup, golden_dropped);
    assert_told(&setup, "add all; ");
    stop(&setup);
}

static void declared_agents_are_those_of_the_policy(void **state)
{
    (void)state;
    struct setup setup;
    start(&setup,
          RULE("web", "tcp", "") "sflow: [{agent: 127.0.0.1, switch: s2, ports: {9: 4}}]\n");
    SEND(&setup, golden_dropped);
    assert_told(&setup, "add web@s2:4; ");
    stop(&setup);
    start(&setup, RULE("web", "tcp", "") "sflow: [{agent: 192.0.2.1, switch: s2}]\n");
    SEND(&setup, golden_port);
    SEND(&setup, golden_dropped);
    assert_told(&setup, "");
    assert_int_equal(reported(&setup, "strangers"), 2);
    stop(&setup);
}

static void places_that_cannot_be_had(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           ":",    ":6343",          "x",        "65536", "127.0.0.1",
        "127.0.0.1:", "[]:1", "localhost:6343", "[::1]6343"};
    struct event_base *base = event_base_new();
    struct tapd_policy *policy = load(RULE("web", "tcp", ""));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct base_error error = {""};
        assert_null(tapd_traffic_new(base, bad[i], policy, &ops, NULL, &error));
        assert_non_null(strstr(error.text, "expected"));
    }
    tapd_policy_free(policy);
    event_base_free(base);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(traffic_asks_once_and_again_when_the_tap_has_gone),
    cmocka_unit_test(other_traffic_asks_for_nothing),
    cmocka_unit_test(a_tap_that_is_refused_is_not_asked_for_with_every_sample),
    cmocka_unit_test(traffic_that_goes_on_extends),
    cmocka_unit_test(one_that_is_there_already_is_extended),
    cmocka_unit_test(another_policy_begins_anew),
    cmocka_unit_test(declared_agents_are_those_of_the_policy),
    cmocka_unit_test(places_that_cannot_be_had),
};

TEST_MAIN(tests)
