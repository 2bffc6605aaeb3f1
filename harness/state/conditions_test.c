/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries whose match OpenFlow 1.0 cannot say: masks of any shape are decided
 * exactly; a condition on a field that is not modelled leaves open what the
 * entry may take, and nothing passes for it. */

#include "testing/state_of.h"

struct row {
    const char *match;    /* of a case of port 1; NULL: everything */
    const char *declared; /* its actions; what the case leaves drops */
    const char *flows[3]; /* of the switch */
    enum verdict verdict;
    const char *reason; /* if it is inconclusive */
};

static void check_row(const struct row *row)
{
    struct world world;
    make_world(&world);
    expect(&world, 1, row->match ? row->match : "", row->declared);
    if (row->match) {
        expect(&world, 1, "", "drop");
    }
    for (int i = 0; i < 3 && row->flows[i]; i++) {
        add_flow(&world, row->flows[i]);
    }
    judge(&world);
    const struct result *result = get_result(&world, "state/s1/1");
    if (result->verdict != row->verdict) {
        fail_msg("%s: %d instead of %d (%s)", row->flows[0], result->verdict, row->verdict,
                 result->detail ? result->detail : "");
    }
    if (row->reason) {
        assert_non_null(strstr(result->finding->open, row->reason));
    }
    free_world(&world);
}

static void masks_of_any_shape_are_decided(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /* 1025 to 2047 go another way than 1024. */
        {"tcp,tp_dst=1024",
         "output:2",
         {"in_port=1,tcp,tp_dst=0x400/0xfc00 actions=output:2"},
         VERDICT_FAIL,
         NULL},
        {"tcp,tp_dst=0x400/0xfc00",
         "output:2",
         {"in_port=1,tcp,tp_dst=0x400/0xfc00 actions=output:2"},
         VERDICT_PASS,
         NULL},
        {"udp,nw_src=10.0.0.1",
         "output:2",
         {"in_port=1,udp,nw_src=10.0.0.1/255.0.0.255 actions=output:2"},
         VERDICT_FAIL,
         NULL},
        {NULL,
         "output:2",
         {"in_port=1,vlan_tci=0x1000/0x1000 actions=output:2"},
         VERDICT_FAIL,
         NULL},
        {NULL,
         "output:2",
         {"in_port=1,vlan_tci=0x1000/0x1000 actions=output:2",
          "in_port=1,vlan_tci=0x0000/0x1fff actions=output:2"},
         VERDICT_PASS,
         NULL},
        {NULL,
         "output:2",
         {"in_port=1,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=output:2",
          "in_port=1,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00 actions=output:2"},
         VERDICT_PASS,
         NULL},
        {NULL,
         "output:2",
         {"in_port=1,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=output:2"},
         VERDICT_FAIL,
         NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_row(&rows[i]);
    }
}

/* Rewritten or not. */
static void what_the_header_has_of_ipv6_and_sctp_is_decided(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"tcp6,tp_dst=80",
         "output:2",
         {"in_port=1,tcp6,tp_dst=80 actions=output:2"},
         VERDICT_PASS,
         NULL},
        {"tcp6,tp_dst=80",
         "output:2",
         {"in_port=1,tcp6,tp_dst=81 actions=output:2"},
         VERDICT_FAIL,
         NULL},
        {"dl_type=0x86dd",
         "output:2",
         {"in_port=1,ipv6 actions=mod_tp_dst:80,output:2"},
         VERDICT_FAIL,
         NULL},
        {"sctp,tp_dst=80",
         "output:2",
         {"in_port=1,sctp,tp_dst=80 actions=mod_tp_dst:80,output:2"},
         VERDICT_PASS,
         NULL},
        {"tcp6",
         "output:2",
         {"in_port=1,tcp6 actions=set_field:80->tcp_dst,output:2"},
         VERDICT_FAIL,
         NULL},
        {"sctp",
         "mod_tp_src:80,output:2",
         {"in_port=1,sctp actions=set_field:80->sctp_src,output:2"},
         VERDICT_PASS,
         NULL},
        {"ipv6,ipv6_dst=2001:db8::/32",
         "set_field:::1->ipv6_src,output:2",
         {"in_port=1,ipv6,ipv6_dst=2001:db8::/32 actions=set_field:::1->ipv6_src,output:2"},
         VERDICT_PASS,
         NULL},
        {"ipv6,ipv6_dst=2001:db8::/32",
         "output:2",
         {"in_port=1,ipv6,ipv6_dst=2001:db8::/33 actions=output:2",
          "in_port=1,ipv6,ipv6_dst=2001:db8:8000::/33 actions=output:2"},
         VERDICT_PASS,
         NULL},
        {"ipv6,ipv6_dst=2001:db8::/32",
         "output:2",
         {"in_port=1,ipv6,ipv6_dst=2001:db8::/33 actions=output:2"},
         VERDICT_FAIL,
         NULL},
        {"ipv6,ipv6_src=::1/::ffff",
         "output:2",
         {"in_port=1,ipv6,ipv6_src=::1/::ff actions=output:2"},
         VERDICT_FAIL,
         NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_row(&rows[i]);
    }
}

static void conditions_that_are_not_modelled_leave_it_open(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"ip",
         "output:2",
         {"in_port=1,ip,nw_ttl=64 actions=output:2"},
         VERDICT_INCONCLUSIVE,
         "nw_ttl"},
        /* It may take what the entry below does something else with. */
        {NULL,
         "output:2",
         {"priority=9,in_port=1,tcp,tcp_flags=+rst actions=drop",
          "priority=8,in_port=1 actions=output:2"},
         VERDICT_INCONCLUSIVE,
         "tcp_flags"},
        {NULL,
         "output:2",
         {"in_port=1,ct_state=+est actions=output:2"},
         VERDICT_INCONCLUSIVE,
         "ct_state"},
        {"arp",
         "output:2",
         {"in_port=1,arp,arp_sha=00:00:00:00:00:05 actions=output:2"},
         VERDICT_INCONCLUSIVE,
         "arp_sha"},
        {"ipv6",
         "output:2",
         {"in_port=1,ipv6,ipv6_label=5 actions=output:2"},
         VERDICT_INCONCLUSIVE,
         "ipv6_label"},
        {NULL, "output:2", {"in_port=1,tun_id=0 actions=output:2"}, VERDICT_INCONCLUSIVE, "tun_id"},
        {NULL,
         "output:2",
         {"in_port=1,vlan_tci=0/0x0fff actions=output:2"},
         VERDICT_INCONCLUSIVE,
         "vlan_tci"},
        /* What it cannot take is decided: here, every frame that is not IP. */
        {"ip",
         "output:2",
         {"in_port=1,ip actions=output:2", "in_port=1,arp,arp_op=1 actions=output:3"},
         VERDICT_FAIL,
         NULL},
        {"arp",
         "output:2",
         {"priority=9,in_port=1,ip,nw_ttl=64 actions=output:2"},
         VERDICT_FAIL,
         NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_row(&rows[i]);
    }
}

/* Whether it takes the packet or not, the same comes of it. */
static void conditions_that_make_no_difference_are_decided(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NULL,
         "output:2",
         {"priority=9,in_port=1,tcp,tcp_flags=+rst actions=output:2",
          "priority=8,in_port=1 actions=output:2"},
         VERDICT_PASS,
         NULL},
        {NULL,
         "output:2",
         {"priority=9,in_port=1,tcp,tcp_flags=+rst actions=output:3",
          "priority=8,in_port=1 actions=output:3"},
         VERDICT_FAIL,
         NULL},
        {NULL, "drop", {"priority=9,ip,nw_ttl=1 actions=drop"}, VERDICT_PASS, NULL},
        {NULL,
         "drop",
         {"priority=9,ip,nw_ttl=1 actions=drop", "priority=8,in_port=2 actions=output:3"},
         VERDICT_PASS,
         NULL},
        {NULL,
         "output:2",
         {"priority=9,ip,nw_ttl=1 actions=output:2", "priority=9,in_port=1 actions=output:2"},
         VERDICT_PASS,
         NULL},
        {"tcp,tp_dst=80",
         "output:2",
         {"priority=9,in_port=1,ip,nw_ttl=1 actions=drop",
          "priority=10,in_port=1,tcp,tp_dst=80 actions=output:2"},
         VERDICT_PASS,
         NULL},
        {"tcp,tp_dst=80",
         "output:2",
         {"priority=9,in_port=1,ip,nw_ttl=1 actions=drop",
          "priority=8,in_port=1,tcp,tp_dst=80 actions=output:2"},
         VERDICT_INCONCLUSIVE,
         "nw_ttl"},
        /* It makes a difference for what is not of the case. */
        {"tcp",
         "output:2",
         {"priority=9,in_port=1,ip,nw_ttl=1 actions=drop", "priority=8,in_port=1,tcp actions=drop",
          "priority=7,in_port=1 actions=output:3"},
         VERDICT_FAIL,
         NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_row(&rows[i]);
    }
}

static void registers_are_zero_in_the_first_table(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NULL, "output:2", {"in_port=1,reg0=0,metadata=0 actions=output:2"}, VERDICT_PASS, NULL},
        {NULL, "drop", {"in_port=1,reg0=1 actions=output:2"}, VERDICT_PASS, NULL},
        {NULL, "output:2", {"in_port=1,metadata=0x1/0xff actions=output:2"}, VERDICT_FAIL, NULL},
        {NULL,
         "output:3",
         {"priority=9,in_port=1,reg0=1 actions=output:2", "in_port=1 actions=output:3"},
         VERDICT_PASS,
         NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_row(&rows[i]);
    }
}

/* It may take what one of the same priority takes, which stands before it in the dump, too. */
static void of_one_priority_the_open_one_may_win(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NULL,
         "drop",
         {"priority=5,in_port=1 actions=drop", "priority=5,in_port=1,ip,nw_ttl=9 actions=output:2"},
         VERDICT_INCONCLUSIVE,
         "nw_ttl"},
        {NULL,
         "drop",
         {"priority=5,in_port=1 actions=drop", "priority=5,in_port=1,arp actions=goto_table:1"},
         VERDICT_INCONCLUSIVE,
         "two entries of the same priority"},
        {NULL,
         "drop",
         {"priority=6,in_port=1 actions=drop", "priority=5,in_port=1,arp actions=goto_table:1"},
         VERDICT_PASS,
         NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_row(&rows[i]);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(of_one_priority_the_open_one_may_win),
    cmocka_unit_test(masks_of_any_shape_are_decided),
    cmocka_unit_test(what_the_header_has_of_ipv6_and_sctp_is_decided),
    cmocka_unit_test(conditions_that_are_not_modelled_leave_it_open),
    cmocka_unit_test(conditions_that_make_no_difference_are_decided),
    cmocka_unit_test(registers_are_zero_in_the_first_table),
};

TEST_MAIN(tests)
