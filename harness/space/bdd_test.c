/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets of headers against an independent oracle: binary decision diagrams.
 * Skipped where BuDDy is not installed. */
#include "space/cube.h"

#include "testing/cmocka.h"
#include "testing/random_space.h"

enum { CASES = 100000, EXCLUDED_MAX = 6, PLENTY = 1000000 };

#if __has_include(<bdd.h>)
#include "testing/bdd.h"

/* The headers that exist, written down from OpenFlow 1.0.0 and IEEE 802.1Q, not
 * from cube.c. */
static BDD existing(void)
{
    struct match tagged = {.value.vlan_tci = VLAN_TAGGED, .mask.vlan_tci = VLAN_TAGGED};
    struct match untagged = {.mask.vlan_tci = 0xffff};
    struct match is_vlan = {.value.dl_type = DL_TYPE_VLAN, .mask.dl_type = 0xffff};
    struct match icmp = {.value = {.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_ICMP},
                         .mask = {.dl_type = 0xffff, .nw_proto = 0xff}};
    struct match icmpv6 = {.value = {.dl_type = DL_TYPE_IPV6, .nw_proto = NW_PROTO_ICMPV6},
                           .mask = {.dl_type = 0xffff, .nw_proto = 0xff}};
    struct match bytes = {.mask = {.tp_src = 0xff00, .tp_dst = 0xff00}};
    struct match no_ecn = {.mask.nw_tos = 3};
    BDD with_tag = bdd_of(&tagged), set = bdd_of(&untagged), byte = bdd_of(&bytes), type;
    bdd_into(&set, with_tag, bddop_or); /* untagged: no vid, no pcp */
    type = bdd_of(&is_vlan);
    bdd_into(&type, with_tag, bddop_imp); /* 0x8100 behind a tag only */
    bdd_into(&set, type, bddop_and);
    type = bdd_of(&icmp);
    bdd_into(&type, bdd_of(&icmpv6), bddop_or);
    bdd_into(&type, byte, bddop_imp);
    bdd_into(&set, type, bddop_and);
    bdd_into(&set, bdd_of(&no_ecn), bddop_and);
    for (uint32_t low = 0; low < DL_TYPE_NOT_ETH2; low++) {
        struct match length = {.value.dl_type = (uint16_t)low, .mask.dl_type = 0xffff};
        bdd_into(&set, bdd_of(&length), bddop_diff);
    }
    return set;
}

/* random_match has few values, so that matches meet; and now and then a prefix
 * or a mask of any kind. */
static struct match random_cube(void)
{
    struct match match = random_match();
    if (match.value.dl_type == DL_TYPE_IP && random_below(3) == 0) {
        match.mask.nw_dst = random_below(33) ? UINT32_MAX << random_below(32) : 0;
        match.value.nw_dst = (0x0a000000 | random_below(1u << 24)) & match.mask.nw_dst;
    }
    if (match.value.dl_type == DL_TYPE_IPV6 && random_below(2) == 0) { /* masks of any shape */
        int i = (int)random_below(16);
        match.mask.ipv6_dst[i] = (uint8_t)random_below(256);
        match.value.ipv6_dst[i] = (uint8_t)random_below(256) & match.mask.ipv6_dst[i];
        match.mask.ipv6_dst[15] = UINT8_MAX;
        match.value.ipv6_dst[15] = (uint8_t)random_below(2);
    }
    if (match.mask.tp_dst && random_below(4) == 0) {
        match.value.tp_dst = 0x0150; /* no ICMP code */
    }
    if (match.mask.dl_type == 0 && random_below(8) == 0) {
        static const uint16_t rare[] = {0x05fe, DL_TYPE_NOT_ETH2, DL_TYPE_VLAN};
        match.mask.dl_type = 0xffff;
        match.value.dl_type = rare[random_below(3)];
    }
    if (random_below(8) == 0) {
        match.mask.dl_dst[0] = (uint8_t)random_below(4);
        match.value.dl_dst[0] = (uint8_t)random_below(4) & match.mask.dl_dst[0];
    }
    if (random_below(4) == 0) {
        match.mask.in_port = 0xffff;
        match.value.in_port = (uint16_t)random_below(3);
    }
    return match;
}

/* A cube without others. */
struct random_set {
    struct match cube, others[EXCLUDED_MAX];
    const struct match *excluded[EXCLUDED_MAX + 1];
    size_t n;
    BDD set;
};

static void build_set(struct random_set *random, BDD exist)
{
    random->set = bdd_of(&random->cube);
    for (size_t i = 0; i < random->n; i++) {
        BDD other = bdd_of(&random->others[i]);
        random->excluded[i] = &random->others[i];
        bdd_into(&random->set, other, bddop_diff);
        bdd_delref(other);
    }
    bdd_into(&random->set, exist, bddop_and);
}

static void random_set(struct random_set *random, BDD exist)
{
    random->cube = random_cube();
    random->n = random_below(EXCLUDED_MAX + 1);
    for (size_t i = 0; i < random->n; i++) {
        struct match other = random_cube();
        random->others[i] = other;
        if (random_below(2)) { /* one that lies within, if they meet */
            match_intersect(&random->cube, &other, &random->others[i]);
        }
    }
    build_set(random, exist);
}

/* The same cube, perhaps with one exclusion less. */
static void nearly_same(struct random_set *random, const struct random_set *model, BDD exist)
{
    *random = *model;
    random->n -= random->n > 0 && random_below(2);
    build_set(random, exist);
}

static void check_pair(const struct match *a, const struct match *b, BDD exist)
{
    struct match both;
    BDD of_a = bdd_of(a), of_b = bdd_of(b), joint = bdd_addref(bdd_and(of_a, of_b));
    assert_int_equal(match_overlaps(a, b), joint != bddfalse);
    assert_int_equal(match_within(b, a), joint == of_b);
    BDD common = bdd_addref(bdd_and(joint, exist));
    bool meet = match_intersect(a, b, &both);
    assert_int_equal(meet, common != bddfalse);
    if (meet) {
        BDD of_both = bdd_of(&both);
        assert_int_equal(of_both, joint);
        bdd_delref(of_both);
    }
    bdd_delref(common);
    bdd_delref(joint);
    bdd_delref(of_a);
    bdd_delref(of_b);
}

/* Whether a has a header that b has not: a outside of b's cube, or in what b
 * leaves out. */
static bool exceeds(struct random_set *a, const struct random_set *b)
{
    size_t budget = PLENTY;
    a->excluded[a->n] = &b->cube;
    bool found = space_find(&a->cube, a->excluded, a->n + 1, &budget, NULL) == SPACE_FOUND;
    for (size_t i = 0; i < b->n && !found; i++) {
        struct match part;
        found = match_intersect(&a->cube, &b->others[i], &part) &&
                space_find(&part, a->excluded, a->n, &budget, NULL) == SPACE_FOUND;
    }
    return found;
}

static void check_sets(struct random_set *a, struct random_set *b)
{
    size_t budget = PLENTY;
    struct header header;
    enum space_answer answer = space_find(&a->cube, a->excluded, a->n, &budget, &header);
    assert_int_equal(answer, a->set == bddfalse ? SPACE_EMPTY : SPACE_FOUND);
    if (answer == SPACE_FOUND) {
        assert_true(bdd_takes(a->set, &header));
    }
    assert_int_equal(!exceeds(a, b) && !exceeds(b, a), a->set == b->set);
}

static void agrees_with_decision_diagrams(void **state)
{
    (void)state;
    bdd_begin(100000);
    BDD exist = existing();
    size_t n_equal = 0, n_empty = 0;
    for (int i = 0; i < CASES; i++) {
        struct random_set a, b;
        random_set(&a, exist);
        if (random_below(4) == 0) {
            nearly_same(&b, &a, exist);
        } else {
            random_set(&b, exist);
        }
        check_pair(&a.cube, &b.cube, exist);
        check_sets(&a, &b);
        n_equal += a.set == b.set;
        n_empty += a.set == bddfalse;
        bdd_delref(a.set);
        bdd_delref(b.set);
    }
    print_message("# %d cases: %zu empty sets, %zu equal pairs\n", CASES, n_empty, n_equal);
    bdd_done();
}
#else
static void agrees_with_decision_diagrams(void **state)
{
    (void)state;
    cannot_run("BuDDy (libbdd-dev) is not installed");
}
#endif

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(agrees_with_decision_diagrams),
};

TEST_MAIN(tests)
