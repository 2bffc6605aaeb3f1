/* SPDX-License-Identifier: Apache-2.0
 *
 * What each action rewrites, and what two rewrites do one after another. */
#include "space/rewrite.h"

#include "ofctl/action.h"
#include "ofctl/match.h"
#include "testing/cmocka.h"
#include "testing/random_space.h"

static struct space_rewrite rewrite_of(const char *text)
{
    struct base_arena arena = {0};
    struct space_rewrite rewrite = {0};
    const struct action *actions;
    size_t n;
    assert_int_equal(ofctl_parse_actions(text, &arena, &actions, &n, NULL, NULL), 0);
    for (size_t i = 0; i < n; i++) {
        assert_true(space_rewrite_add(&rewrite, &actions[i]));
    }
    base_arena_free(&arena);
    return rewrite;
}

static struct header header_of(const char *text)
{
    struct match match;
    struct base_error error;
    if (ofctl_parse_match(text, &match, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
    return match.value;
}

#define TAGS ",dl_vlan=5,dl_vlan_pcp=3,dl_src=00:00:00:00:00:01,dl_dst=00:00:00:00:00:02"
#define NW   ",nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_tos=16"
#define TP   ",tp_src=1,tp_dst=2"

static const struct {
    const char *actions, *before, *after;
} cases[] = {
    {"mod_vlan_vid:9", "arp", "arp,dl_vlan=9,dl_vlan_pcp=0"},
    {"mod_vlan_vid:9", "arp,dl_vlan=5,dl_vlan_pcp=3", "arp,dl_vlan=9,dl_vlan_pcp=3"},
    {"mod_vlan_pcp:7", "arp,dl_vlan=5,dl_vlan_pcp=3", "arp,dl_vlan=5,dl_vlan_pcp=7"},
    {"mod_vlan_pcp:7", "arp", "arp,dl_vlan=0,dl_vlan_pcp=7"},
    {"strip_vlan", "arp,dl_vlan=5,dl_vlan_pcp=3", "arp"},
    {"strip_vlan,mod_vlan_vid:9", "arp,dl_vlan=5,dl_vlan_pcp=3", "arp,dl_vlan=9,dl_vlan_pcp=0"},
    {"mod_vlan_pcp:7,mod_vlan_vid:9", "arp", "arp,dl_vlan=9,dl_vlan_pcp=7"},
    {"mod_dl_src:00:00:00:00:00:07", "arp,dl_src=00:00:00:00:00:01,dl_dst=00:00:00:00:00:02",
     "arp,dl_src=00:00:00:00:00:07,dl_dst=00:00:00:00:00:02"},
    {"mod_dl_dst:ff:00:00:00:00:07", "arp,dl_src=00:00:00:00:00:01,dl_dst=00:00:00:00:00:02",
     "arp,dl_src=00:00:00:00:00:01,dl_dst=ff:00:00:00:00:07"},
    {"mod_nw_src:1.2.3.4", "ip" NW, "ip,nw_src=1.2.3.4,nw_dst=10.0.0.2,nw_tos=16"},
    {"mod_nw_dst:1.2.3.4", "ip" NW, "ip,nw_src=10.0.0.1,nw_dst=1.2.3.4,nw_tos=16"},
    {"mod_nw_tos:252", "ip" NW, "ip,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_tos=252"},
    {"mod_nw_src:1.2.3.4,mod_nw_dst:1.2.3.4,mod_nw_tos:4", "arp,nw_src=10.0.0.1",
     "arp,nw_src=10.0.0.1"},
    {"mod_tp_src:65535", "tcp" TP, "tcp,tp_src=65535,tp_dst=2"},
    {"mod_tp_dst:65535", "udp" TP, "udp,tp_src=1,tp_dst=65535"},
    {"mod_tp_src:8,mod_tp_dst:9", "ip,nw_proto=47", "ip,nw_proto=47"},
    {"mod_tp_src:8,mod_tp_dst:9", "sctp" TP, "sctp,tp_src=8,tp_dst=9"},
    {"mod_tp_src:8,mod_tp_dst:9", "tcp6" TP, "tcp6,tp_src=8,tp_dst=9"},
    {"mod_tp_src:8,mod_tp_dst:9", "udp6" TP, "udp6,tp_src=8,tp_dst=9"},
    {"mod_tp_src:8,mod_tp_dst:9", "sctp6" TP, "sctp6,tp_src=8,tp_dst=9"},
    {"mod_tp_src:264,mod_tp_dst:9", "icmp6,icmp_type=3", "icmp6,icmp_type=8,icmp_code=9"},
    {"mod_tp_src:8,mod_tp_dst:9", "ipv6,nw_proto=1", "ipv6,nw_proto=1"},
    {"mod_nw_src:1.2.3.4,mod_nw_dst:1.2.3.4,mod_nw_tos:4", "tcp6" TP, "tcp6,nw_tos=4" TP},
    {"mod_nw_tos:4", "ipv6,nw_proto=50,nw_tos=8", "ipv6,nw_proto=50,nw_tos=4"},
    {"mod_tp_src:8,mod_tp_dst:9", "icmp,icmp_type=3,icmp_code=1", "icmp,icmp_type=8,icmp_code=9"},
    {"mod_tp_src:9,mod_nw_tos:4,mod_dl_dst:00:00:00:00:00:07", "tcp" TAGS NW TP,
     "tcp,dl_vlan=5,dl_vlan_pcp=3,dl_src=00:00:00:00:00:01,dl_dst=00:00:00:00:00:07,"
     "nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_tos=4,tp_src=9,tp_dst=2"},
};

static void each_action_rewrites_its_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct space_rewrite rewrite = rewrite_of(cases[i].actions);
        struct header before = header_of(cases[i].before), after = header_of(cases[i].after);
        struct header is = space_rewritten(&rewrite, &before);
        if (!header_equal(&is, &after)) {
            fail_msg("%s of %s is not %s", cases[i].actions, cases[i].before, cases[i].after);
        }
    }
    struct space_rewrite nothing = {0};
    assert_false(space_rewrite_add(&nothing, &(struct action){.type = ACTION_VENDOR}));
}

/* Of each class the cube around it is that of one that is wider, and has fewer fields. */
static void classes_stand_in_one_another(void **state)
{
    (void)state;
    static const enum space_class around[N_SPACE_CLASSES] = {
        [SPACE_TCP] = SPACE_IP,     [SPACE_UDP] = SPACE_IP,     [SPACE_SCTP] = SPACE_IP,
        [SPACE_ICMP] = SPACE_IP,    [SPACE_TCP6] = SPACE_IPV6,  [SPACE_UDP6] = SPACE_IPV6,
        [SPACE_SCTP6] = SPACE_IPV6, [SPACE_ICMP6] = SPACE_IPV6,
    };
    for (int c = 0; c < N_SPACE_CLASSES; c++) {
        enum space_class wider = space_class_around((enum space_class)c);
        struct header more = header_without(&space_class_fields[wider], &space_class_fields[c]);
        assert_int_equal(wider, around[c]);
        assert_true(header_is_zero(&more));
        assert_int_equal(space_class_of(&space_class_cubes[c].value), c);
    }
}

static struct space_rewrite random_rewrite(void)
{
    static const char *const actions[] = {
        "mod_vlan_vid:9", "mod_vlan_vid:1",      "mod_vlan_pcp:2",
        "strip_vlan",     "mod_nw_src:10.0.0.2", "mod_nw_tos:32",
        "mod_tp_dst:80",  "mod_tp_src:7",        "mod_dl_dst:00:00:00:00:00:07"};
    struct space_rewrite all = {0};
    for (unsigned n = random_below(4); n > 0; n--) {
        struct space_rewrite one = rewrite_of(actions[random_below(9)]);
        all = space_rewrite_then(&all, &one);
    }
    return all;
}

/* One rewrite after another is what their sum does; a cube's image holds what becomes of each of
 * its headers. */
static void rewrites_add_up(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    for (int round = 0; round < 20000; round++) {
        struct space_rewrite first = random_rewrite(), second = random_rewrite();
        struct space_rewrite both = space_rewrite_then(&first, &second);
        const struct header *header = &universe.headers[random_below((unsigned)universe.n_headers)];
        struct header once = space_rewritten(&first, header);
        struct header twice = space_rewritten(&second, &once);
        struct header sum = space_rewritten(&both, header);
        assert_memory_equal(&sum, &twice, sizeof sum);
        struct match cube = random_match(), image = space_image(&first, &cube), normal = image;
        assert_true(!match_takes(&cube, header) || match_takes(&image, &once));
        match_normalize(&normal);
        assert_memory_equal(&image, &normal, sizeof image);
    }
    free(universe.headers);
}

/* An image holds little more than what becomes of the cube. */
static void images_are_narrow(void **state)
{
    (void)state;
    static const struct {
        const char *actions, *cube, *image;
    } images[] = {
        {"mod_vlan_vid:9", "in_port=1", "in_port=1,dl_vlan=9"},
        {"mod_vlan_vid:9", "dl_vlan=5,dl_vlan_pcp=3", "dl_vlan=9,dl_vlan_pcp=3"},
        {"strip_vlan", "dl_vlan=5", "dl_vlan=0xffff"},
        {"mod_nw_tos:32", "arp", "arp"},
        {"mod_nw_tos:32", "ip,nw_src=10.0.0.0/8", "ip,nw_src=10.0.0.0/8,nw_tos=32"},
        {"mod_nw_src:10.0.0.2", "tcp,nw_src=10.0.0.0/8", "tcp,nw_src=10.0.0.2"},
        {"mod_tp_dst:80", "ip", "ip"},
        {"mod_tp_dst:80", "udp,tp_src=1", "udp,tp_src=1,tp_dst=80"},
        {"mod_tp_dst:80", "ipv6", "ipv6"},
        {"mod_tp_dst:80,mod_nw_src:10.0.0.2", "udp6,tp_src=1", "udp6,tp_src=1,tp_dst=80"},
        {"mod_nw_tos:32", "ipv6", "ipv6,nw_tos=32"},
    };
    for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
        struct space_rewrite rewrite = rewrite_of(images[i].actions);
        struct match cube, wanted;
        assert_int_equal(ofctl_parse_match(images[i].cube, &cube, NULL, NULL), 0);
        assert_int_equal(ofctl_parse_match(images[i].image, &wanted, NULL, NULL), 0);
        struct match image = space_image(&rewrite, &cube);
        if (!match_equal(&image, &wanted)) {
            fail_msg("%s of %s is not %s", images[i].actions, images[i].cube, images[i].image);
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_action_rewrites_its_field),
    cmocka_unit_test(classes_stand_in_one_another),
    cmocka_unit_test(rewrites_add_up),
    cmocka_unit_test(images_are_narrow),
};

TEST_MAIN(tests)
