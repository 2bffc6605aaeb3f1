/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames as the command line wants them. */
#include "tapping/form.h"

#include "ofctl/match.h"
#include "testing/cmocka.h"

#include <string.h>

static struct topology_host hosts[] = {
    {.name = "h1", .mac = {0, 0, 0, 0, 0, 1}, .has_ip = true, .ip = 0x0a000001},
    {.name = "h2", .mac = {0, 0, 0, 0, 0, 2}, .has_ip = true, .ip = 0x0a000002},
    {.name = "cap", .mac = {0, 0, 0, 0, 0, 0xb}},
};
static const struct topology topology = {.file = "net.yaml", .hosts = hosts, .n_hosts = 3};
enum { H1, H2, CAP };

static struct tapping_options options_of(const char *from, const char *to, const char *match)
{
    struct tapping_options options = {.from = from, .to = to};
    assert_int_equal(ofctl_parse_match(match, &options.form, NULL, NULL), 0);
    return options;
}

/* The form as ovs-ofctl would print it. */
static void assert_form(const char *from, const char *to, const char *match, const char *expected)
{
    struct tapping_options options = options_of(from, to, match);
    struct tapping_form form;
    struct base_error error;
    struct base_buffer text = {0};
    if (tapping_form_make(&options, &topology, &form, &error) < 0) {
        fail_msg("%s", error.text);
    }
    ofctl_format_header(&form.header, &text);
    if (!strstr(base_buffer_text(&text), expected)) {
        fail_msg("'%s' does not have '%s'", base_buffer_text(&text), expected);
    }
    base_buffer_free(&text);
}

static void has_the_addresses_of_the_hosts(void **state)
{
    (void)state;
    assert_form("h1", "h2", "dl_type=0x88b5",
                "dl_src=00:00:00:00:00:01,dl_dst=00:00:00:00:00:02,dl_type=0x88b5");
    assert_form("h1", "h2", "icmp",
                "dl_src=00:00:00:00:00:01,dl_dst=00:00:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,"
                "nw_tos=0,icmp_type=8,icmp_code=0");
    assert_form("h1", "h2", "udp", "tp_src=40000,tp_dst=9");
    assert_form("h1", "h2", "arp",
                "dl_dst=00:00:00:00:00:02,arp_spa=10.0.0.1,arp_tpa=10.0.0.2,arp_op=1");
}

/* A frame to oneself goes nowhere by a switch that learns; ARP that looks for somebody is asked for
 * with its address. */
static void floods_only_if_it_is_told_to(void **state)
{
    (void)state;
    assert_form("h1", NULL, "udp",
                "dl_dst=00:00:00:00:00:01,nw_src=10.0.0.1,nw_dst=255.255.255.255");
    assert_form("h1", NULL, "dl_type=0x88b5", "dl_dst=00:00:00:00:00:01");
    assert_form("h1", NULL, "arp", "dl_dst=00:00:00:00:00:01");
    assert_form("h1", "10.0.0.99", "udp", "dl_dst=00:00:00:00:00:01,");
    assert_form("h1", "10.0.0.99", "arp", "dl_dst=ff:ff:ff:ff:ff:ff,");
    assert_form("h1", NULL, "udp,dl_dst=ff:ff:ff:ff:ff:ff", "dl_dst=ff:ff:ff:ff:ff:ff,");
}

static void takes_what_the_match_says_instead(void **state)
{
    (void)state;
    assert_form("h1", "h2", "tcp,tp_dst=80,dl_dst=02:00:00:00:00:09,nw_src=192.0.2.1,dl_vlan=7",
                "dl_vlan=7,dl_vlan_pcp=0,dl_src=00:00:00:00:00:01,dl_dst=02:00:00:00:00:09,"
                "nw_src=192.0.2.1,nw_dst=10.0.0.2,nw_tos=0,tp_src=40000,tp_dst=80");
    assert_form("cap", "h1", "udp,nw_src=192.0.2.0/24", "nw_src=192.0.2.0,");
    assert_form("h1", "h2", "arp,nw_proto=2", "arp_op=2");
}

/* Hosts believe what ARP tells: not the frame's own address, if it tells another host's. */
static void arp_tells_the_address_of_the_owner(void **state)
{
    (void)state;
    static const struct {
        const char *match;
        const uint8_t *sha;
    } pairs[] = {{"arp", hosts[H1].mac},
                 {"arp,arp_spa=10.0.0.2", hosts[H2].mac},
                 {"arp,arp_spa=10.0.0.99", NULL}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct tapping_options options = options_of("h1", "h2", pairs[i].match);
        struct tapping_form form;
        assert_int_equal(tapping_form_make(&options, &topology, &form, NULL), 0);
        assert_ptr_equal(form.arp_sha, pairs[i].sha);
    }
}

static void finds_hosts_by_their_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *to;
        size_t host;
    } pairs[] = {{"h2", H2},
                 {"10.0.0.2", H2},
                 {"00:00:00:00:00:0b", CAP},
                 {"10.0.0.99", HOST_NONE},
                 {"02:00:00:00:00:99", HOST_NONE}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct tapping_options options = options_of("h1", pairs[i].to, "dl_type=0x88b5");
        struct tapping_form form;
        assert_int_equal(tapping_form_make(&options, &topology, &form, NULL), 0);
        assert_int_equal(form.to, pairs[i].host);
    }
    assert_form("h1", "10.0.0.2", "dl_type=0x88b5", "dl_dst=00:00:00:00:00:02");
    assert_form("h1", "10.0.0.99", "icmp",
                "dl_dst=00:00:00:00:00:01,nw_src=10.0.0.1,nw_dst=10.0.0.99");
    assert_form("h1", "02:00:00:00:00:99", "dl_type=0x88b5", "dl_dst=02:00:00:00:00:99");
}

static void assert_refused(struct tapping_options options, const char *words)
{
    struct tapping_form form;
    struct base_error error;
    assert_int_equal(tapping_form_make(&options, &topology, &form, &error), -1);
    if (!strstr(error.text, words)) {
        fail_msg("'%s' does not say '%s'", error.text, words);
    }
}

static void says_what_is_missing(void **state)
{
    (void)state;
    assert_refused(options_of("caps", "h2", "icmp"),
                   "'caps' is no host of net.yaml; did you mean 'cap'?");
    assert_refused(options_of("h1", "cpa", "icmp"),
                   "'cpa' is no host, IPv4 or MAC address of net.yaml; did you mean 'cap'?");
    assert_refused(options_of("cap", "h1", "udp"), "cap has no ip in net.yaml");
    assert_refused(options_of("h1", "cap", "udp"), "no IPv4 address of cap is known");
    struct tapping_options echo = options_of("h1", "h2", "udp");
    echo.echo = true;
    assert_refused(echo, "no kernel answers such frames");
    echo = options_of("h1", "h2", "icmp,icmp_type=13");
    echo.echo = true;
    assert_refused(echo, "no kernel answers such frames");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(has_the_addresses_of_the_hosts),
    cmocka_unit_test(floods_only_if_it_is_told_to),
    cmocka_unit_test(takes_what_the_match_says_instead),
    cmocka_unit_test(arp_tells_the_address_of_the_owner),
    cmocka_unit_test(finds_hosts_by_their_addresses),
    cmocka_unit_test(says_what_is_missing),
};
TEST_MAIN(tests)
