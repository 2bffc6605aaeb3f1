/* SPDX-License-Identifier: Apache-2.0
 *
 * Taps that come by themselves, from a sample to the entries of a switch; and tables that are
 * written where there is no switch. */
#include "tapd/face/controller_testing.h"

#include "sflow/golden.h"

#include <arpa/inet.h>

/* Of TCP that comes in at port 3 of the switch with datapath id 2, as the samples have it. */
#define WAITING                                                                                    \
    "topology: t.yaml\npairs: [[h1, h2]]\n"                                                        \
    "taps: [{name: busy, source: h1, to: c1, for: 60s, when: {match: tcp, above: 0pps}}]\n"

static void put_sampled_topology(const struct world *world, const char *version)
{
    char text[1024];
    snprintf(text, sizeof text,
             "name: t\n"
             "switches: {s2: {dpid: 2, openflow: \"%s\"}}\n"
             "hosts:\n"
             "  h1: {mac: 00:00:00:00:00:01, port: s2:3}\n"
             "  h2: {mac: 00:00:00:00:00:02, port: s2:2}\n"
             "  c1: {mac: 00:00:00:00:00:c1, port: s2:9, role: capture}\n",
             world->sw.endpoint);
    put_file("t.yaml", text);
    snprintf(text, sizeof text, "switches:\n  s2: {openflow: \"%s\"%s}\n", world->sw.endpoint,
             version);
    put_file("state", text); /* the lab file: the directory has no other */
}

/* With the next sequence number of its agent: what comes twice does not count. */
static void send_next(int fd, const uint8_t *bytes, size_t n_bytes)
{
    enum { SEQUENCE_AT = 19 }; /* the last byte of it */
    static uint8_t number;
    uint8_t copy[2048];
    memcpy(copy, bytes, n_bytes);
    copy[SEQUENCE_AT] = ++number;
    assert_int_equal(send(fd, copy, n_bytes, 0), n_bytes);
}

static int64_t expiry; /* of the tap, when it was first seen */

static struct tapd_tap_now only_tap(const struct world *world)
{
    struct tapd_tap_now now = {0};
    assert_true(tapd_controller_next(world->controller, &now));
    return now;
}

static bool has_come(const struct world *world)
{
    return tapd_controller_n_taps(world->controller) == 1 && is_installed(world) &&
           world->sw.table.n_entries == 3;
}

static bool is_extended(const struct world *world)
{
    return only_tap(world).expires_ms > expiry;
}

static bool has_gone(const struct world *world)
{
    return tapd_controller_n_taps(world->controller) == 0 && is_installed(world) &&
           world->sw.table.n_entries == 2;
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void a_tap_comes_stays_and_goes_with_its_traffic(void **state)
{
    (void)state;
    struct world world;
    prepare(&world);
    world.sw.dpid = 2;
    put_sampled_topology(&world, "");
    put_file("p.yaml", WAITING);
    unlink(world.state);
    world.options.sflow = "127.0.0.1:0";
    start(&world);
    await(&world, is_installed);
    assert_int_equal(tapd_controller_n_taps(world.controller), 0);
    int fd = connect_to(tapd_traffic_port(tapd_controller_traffic(world.controller)));
    send_next(fd, golden_port, sizeof golden_port);
    send_next(fd, golden_dropped, sizeof golden_dropped);
    await(&world, has_come);
    assert_string_equal(only_tap(&world).tap->name, "busy@s2:3");
    assert_int_equal(only_tap(&world).origin, TAPD_FROM_TRAFFIC);
    assert_saved(&world, "\"traffic\"", true);
    assert_int_equal(
        tapd_controller_replace(world.controller,
                                "{\"name\": \"busy@s2:3\", \"source\": \"h1\", \"to\": \"c1\"}",
                                &world.why),
        TAPD_CONFLICT);
    assert_string_equal(base_buffer_text(&world.why), "the tap \"busy@s2:3\" came by itself\n");
    expiry = only_tap(&world).expires_ms;
    world.controller->epoch_ms += 30000; /* half of its life later there is traffic still */
    send_next(fd, golden_dropped, sizeof golden_dropped);
    await(&world, is_extended);
    assert_saved(&world, "busy", true);
    world.controller->epoch_ms += 90000; /* and then there is none any more */
    tapd_force_await_expiry(world.controller);
    await(&world, has_gone);
    assert_saved(&world, "busy", false);
    assert_told("tap busy@s2:3 added, for a time\n"
                "tap busy@s2:3 extended: it ends in 60 s\n"
                "1 tap has ended");
    close(fd);
    end(&world);
}

/* As a switch of each version is told them. */
static void tables_are_written_without_a_switch(void **state)
{
    (void)state;
    static const struct {
        const char *version, *said, *unsaid;
    } cases[] = {{"", "output:2,push_vlan:0x8100,mod_vlan_vid:7", "output:2,mod"},
                 {", version: 1.0", "output:2,mod_vlan_vid:7", "push_vlan"},
                 {", version: 1.3", "output:2,push_vlan:0x8100,mod_vlan_vid:7", "output:2,mod"}};
    struct world world;
    prepare(&world);
    put_file("p.yaml", "topology: t.yaml\npairs: [[h1, h2]]\n"
                       "taps: [{name: web, source: h1, to: c1, tag: 7}]\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct base_buffer out = {0};
        put_sampled_topology(&world, cases[i].version);
        const struct tapd_controller_options options = {.policy = world.policy, .lab = world.state};
        if (tapd_controller_format(&options, &out, &world.why)) {
            fail_msg("%s", base_buffer_text(&world.why));
        }
        if (!strstr(base_buffer_text(&out), cases[i].said) ||
            strstr(base_buffer_text(&out), cases[i].unsaid)) {
            fail_msg("%s: %s", cases[i].version, base_buffer_text(&out));
        }
        base_buffer_free(&out);
    }
    put_file("p.yaml", "topology: t.yaml\npairs: [[h1, h7]]\n");
    const struct tapd_controller_options wrong = {.policy = world.policy, .lab = world.state};
    assert_int_equal(tapd_controller_format(&wrong, &world.reply, &world.why), -1);
    assert_non_null(strstr(base_buffer_text(&world.why), "h7"));
    assert_int_equal(world.reply.n_bytes, 0);
    end(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_tap_comes_stays_and_goes_with_its_traffic),
    cmocka_unit_test(tables_are_written_without_a_switch),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
