/* SPDX-License-Identifier: Apache-2.0
 *
 * Which headers are said to be like another, where it hangs on one thing. That they do share its
 * fate is asked by path/agreement_test.c. */
#include "path/alike.h"

#include "ofctl/match.h"
#include "testing/line.h"

#include <stdio.h>

enum { PLENTY = 1000000, FLOWS = 4 };

/* A header with what the text says and zeros. */
static struct header header_of(const char *text)
{
    struct match match;
    struct base_error error;
    if (ofctl_parse_match(text, &match, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
    match.value.in_port = 1;
    return match.value;
}

static bool is_like(const struct path_alike *alike, const char *text)
{
    struct header header = header_of(text);
    bool is = match_takes(&alike->cube, &header);
    for (size_t i = 0; i < alike->n_less && is; i++) {
        is = !match_takes(&alike->less[i], &header);
    }
    return is;
}

static void find(struct line *line, const char *text, size_t *budget, struct path_alike *alike)
{
    static struct path_walk walk;
    static const struct path_watch stops = {.stops = true};
    struct header header = header_of(text);
    path_follow(&line->network, (struct port_ref){0, 1}, &header, &stops, &walk);
    path_alike(&line->network, &walk, budget, alike);
    assert_true(is_like(alike, text));
}

/* Tables of s1; a header, one that is like it, and one that is not; an entry of s2 that goes before
 * the one that takes the rest there. */
static const struct {
    const char *flows[FLOWS];
    const char *header, *like, *unlike;
    const char *second;
} cases[] = {
    /* no entry takes it, and one of the lowest priority would take the other */
    {{"priority=0,tcp,actions=output:2"}, "udp", "ip,nw_proto=2", "tcp", NULL},
    {{"tcp,actions=output:2"}, "tcp,tp_dst=1", "tcp,tp_dst=2", "udp", NULL},
    /* what another entry of the rank does with it */
    {{"priority=7,tcp,actions=output:2", "priority=7,ip,nw_src=10.0.0.1,actions=output:3", NULL},
     "tcp",
     "tcp,nw_src=10.0.0.2",
     "tcp,nw_src=10.0.0.1",
     NULL},
    {{"priority=7,ip,actions=mod_nw_tos:32,output:2",
      "priority=7,ip,nw_src=10.0.0.1,actions=output:2", NULL},
     "ip,nw_proto=9,nw_src=10.0.0.1,nw_tos=32",
     "ip,nw_proto=8,nw_src=10.0.0.1,nw_tos=32",
     "ip,nw_proto=9,nw_src=10.0.0.1,nw_tos=64",
     NULL},
    {{"priority=7,ip,actions=mod_nw_tos:32,output:2",
      "priority=7,ip,nw_src=10.0.0.1,actions=output:2", NULL},
     "ip,nw_proto=9,nw_src=10.0.0.1,nw_tos=64",
     "ip,nw_proto=9,nw_src=10.0.0.1,nw_tos=96",
     "ip,nw_proto=9,nw_src=10.0.0.1,nw_tos=32",
     NULL},
    /* two copies by one port */
    {{"priority=7,ip,actions=output:2,mod_nw_tos:32,output:2",
      "priority=7,ip,nw_src=10.0.0.1,actions=output:2,mod_nw_tos:64,output:2", NULL},
     "ip,nw_proto=9,nw_src=10.0.0.1,nw_tos=32",
     "ip,nw_proto=8,nw_src=10.0.0.1,nw_tos=32",
     "ip,nw_proto=9,nw_src=10.0.0.1,nw_tos=64",
     NULL},
    /* the same does what is rewritten, whatever it was before */
    {{"ip,actions=mod_nw_tos:32,output:3"}, "ip,nw_tos=4", "ip,nw_tos=8", "arp", NULL},
    {{"actions=mod_tp_dst:9,output:3"}, "tcp,tp_dst=1", "tcp,tp_dst=2", "udp", NULL},
    {{"actions=mod_tp_dst:9,output:3"}, "ip,nw_proto=9", "ip,nw_proto=8", "icmp", NULL},
    {{"actions=mod_nw_src:10.0.0.1,output:3"}, "arp", "dl_type=0x88b5", "ip", NULL},
    /* a tag that is added has the priority that the packet had none of */
    {{"actions=mod_vlan_vid:5,output:3", NULL},
     "udp",
     "udp,tp_dst=9",
     "tcp",
     "priority=50000,tcp,dl_vlan_pcp=0,actions=drop"},
    /* what is asked of a tag is asked of those that had one */
    {{"actions=mod_vlan_pcp:0,output:3"},
     "udp",
     "arp",
     "udp,dl_vlan=1",
     "priority=50000,dl_vlan=0,actions=drop"},
};

static void likeness_hangs_on_what_decides(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct line line;
        struct path_alike alike;
        size_t budget = PLENTY;
        line_make(&line);
        for (size_t f = 0; f < FLOWS && cases[i].flows[f]; f++) {
            line_flow(&line, 0, cases[i].flows[f]);
        }
        if (cases[i].second) {
            line_flow(&line, 1, cases[i].second);
        }
        line_flow(&line, 1, "actions=output:2");
        line_open(&line);
        find(&line, cases[i].header, &budget, &alike);
        if (!is_like(&alike, cases[i].like) || is_like(&alike, cases[i].unlike)) {
            fail_msg("%zu: %s: like %s: %d, like %s: %d", i, cases[i].header, cases[i].like,
                     is_like(&alike, cases[i].like), cases[i].unlike,
                     is_like(&alike, cases[i].unlike));
        }
        free(alike.less);
        line_close(&line);
    }
}

/* Over the budget it is like itself alone. */
static void over_the_budget_it_is_alone(void **state)
{
    (void)state;
    struct line line;
    struct path_alike alike;
    line_make(&line);
    for (int i = 0; i < 20; i++) { /* of many masks: more than look-ups by hash answer */
        char text[96];
        snprintf(text, sizeof text, "priority=%d,ip,nw_src=10.0.0.0/%d,actions=drop", 20 + i,
                 8 + i);
        line_flow(&line, 0, text);
    }
    line_flow(&line, 0, "priority=1,udp,actions=output:2");
    line_open(&line);
    size_t budget = PLENTY;
    find(&line, "udp,tp_dst=1", &budget, &alike);
    assert_true(is_like(&alike, "udp,tp_dst=2"));
    free(alike.less);
    budget = 0;
    find(&line, "udp,tp_dst=1", &budget, &alike);
    assert_false(is_like(&alike, "udp,tp_dst=2"));
    assert_int_equal(alike.n_less, 0);
    free(alike.less);
    line_close(&line);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(likeness_hangs_on_what_decides),
    cmocka_unit_test(over_the_budget_it_is_alone),
};

TEST_MAIN(tests)
