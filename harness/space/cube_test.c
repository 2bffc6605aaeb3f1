/* SPDX-License-Identifier: Apache-2.0
 *
 * Is a header found in a cube less others exactly where there is one? By enumeration
 * and by example. */
#include "space/cube.h"

#include "ofctl/match.h"
#include "testing/cmocka.h"
#include "testing/random_space.h"

enum { PLENTY = 1000000, MANY_MATCHES = 12 };

static struct match parsed(const char *text)
{
    struct match match;
    struct base_error error;
    if (ofctl_parse_match(text, &match, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
    return match;
}

static bool is_normal(const struct match *match)
{
    struct match copy = *match;
    match_normalize(&copy);
    return match_equal(&copy, match);
}

/* Every operation on pairs of random matches, against the universe. */
static void pairs_agree_with_enumeration(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    for (int round = 0; round < 2000; round++) {
        struct match a = random_match(), b = random_match(), both;
        bool overlaps = false, contains = true;
        for (size_t i = 0; i < universe.n_headers; i++) {
            bool in_a = match_takes(&a, &universe.headers[i]);
            bool in_b = match_takes(&b, &universe.headers[i]);
            overlaps |= in_a && in_b;
            contains &= in_a || !in_b;
        }
        assert_int_equal(match_overlaps(&a, &b), overlaps);
        assert_int_equal(match_within(&b, &a), contains);
        assert_int_equal(match_intersect(&a, &b, &both), overlaps);
        for (size_t i = 0; overlaps && i < universe.n_headers; i++) {
            const struct header *header = &universe.headers[i];
            assert_int_equal(match_takes(&both, header),
                             match_takes(&a, header) && match_takes(&b, header));
        }
        assert_true(!overlaps || is_normal(&both));
    }
    free(universe.headers);
}

static bool in_none(const struct header *header, const struct match *matches, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (match_takes(&matches[i], header)) {
            return false;
        }
    }
    return true;
}

static void find_agrees_with_enumeration(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    int n_empty = 0;
    for (int round = 0; round < 3000; round++) {
        struct match cube = random_match(), matches[MANY_MATCHES];
        const struct match *excluded[MANY_MATCHES];
        size_t n = random_below(MANY_MATCHES + 1), budget = PLENTY;
        struct header example;
        bool found = false;
        for (size_t i = 0; i < n; i++) {
            matches[i] = random_match();
            excluded[i] = &matches[i];
        }
        for (size_t i = 0; i < universe.n_headers && !found; i++) {
            const struct header *header = &universe.headers[i];
            found = match_takes(&cube, header) && in_none(header, matches, n);
        }
        assert_int_equal(space_find(&cube, excluded, n, &budget, &example),
                         found ? SPACE_FOUND : SPACE_EMPTY);
        if (found) {
            assert_true(match_takes(&cube, &example));
            assert_true(in_none(&example, matches, n));
        }
        n_empty += !found;
    }
    assert_in_range(n_empty, 300, 2700); /* both answers were asked for */
    free(universe.headers);
}

static void what_no_header_has(void **state)
{
    (void)state;
    struct match cube = {{.vlan_tci = 5}, {.vlan_tci = VLAN_TAGGED | VLAN_VID}};
    assert_true(match_is_empty(&cube)); /* an id without a tag */
    cube = parsed("dl_vlan=0xffff");
    assert_false(match_is_empty(&cube));
    cube = (struct match){{.dl_type = 0x05fe}, {.dl_type = 0xffff}};
    assert_true(match_is_empty(&cube)); /* a length */
    cube = parsed("dl_type=0x05ff");
    assert_false(match_is_empty(&cube));
    cube = (struct match){{.dl_type = 0x0100}, {.dl_type = 0xff00}};
    assert_true(match_is_empty(&cube)); /* 0x0100 to 0x01ff: all of them lengths */
    cube = (struct match){{.dl_type = 0x0500}, {.dl_type = 0xff00}};
    assert_false(match_is_empty(&cube)); /* 0x05ff */
    cube = (struct match){{.dl_type = DL_TYPE_VLAN}, {.vlan_tci = VLAN_TAGGED, .dl_type = 0xffff}};
    assert_true(match_is_empty(&cube)); /* a tag without a tag before it */
    cube.mask.dl_type = 0x7fff;         /* or 0x0100, a length */
    cube.value.dl_type &= 0x7fff;
    assert_true(match_is_empty(&cube));
    cube.mask.dl_type = 0xfffe; /* or 0x8101 */
    cube.value.dl_type = DL_TYPE_VLAN;
    assert_false(match_is_empty(&cube));
    cube = parsed("icmp");
    cube.value.tp_src = cube.mask.tp_src = 0x100;
    assert_true(match_is_empty(&cube));
    cube = parsed("ip");
    cube.value.nw_tos = cube.mask.nw_tos = 2;
    assert_true(match_is_empty(&cube));
}

/* `n` matches, made by `change` of one, cover `cube`, and without the last of
 * them they do not. */
static void check_cover(struct match cube, struct match piece, size_t n,
                        void (*change)(struct match *, size_t))
{
    struct match *pieces = calloc(n, sizeof *pieces);
    const struct match **excluded = calloc(n, sizeof(*excluded));
    for (size_t i = 0; i < n; i++) {
        pieces[i] = piece;
        change(&pieces[i], i);
        excluded[i] = &pieces[i];
    }
    size_t budget = 100 * (size_t)PLENTY;
    struct header example;
    assert_int_equal(space_find(&cube, excluded, n, &budget, NULL), SPACE_EMPTY);
    assert_int_equal(space_find(&cube, excluded, n - 1, &budget, &example), SPACE_FOUND);
    assert_true(match_takes(&pieces[n - 1], &example));
    free(pieces);
    free(excluded);
}

static void change_icmp_type(struct match *match, size_t i)
{
    match->value.tp_src = (uint16_t)i;
}

static void change_tos(struct match *match, size_t i)
{
    match->value.nw_tos = (uint8_t)(i << 2);
}

static void change_pcp(struct match *match, size_t i)
{
    if (i == 0) {
        *match = parsed("dl_vlan=0xffff");
    } else {
        match->value.vlan_tci = (uint16_t)((i - 1) << VLAN_PCP_SHIFT) | VLAN_TAGGED;
    }
}

static void change_dl_type(struct match *match, size_t i)
{
    match->value.dl_type = (uint16_t)(DL_TYPE_NOT_ETH2 + i);
}

/* All values that exist cover a field, although its bits have more. */
static void covers_of_all_values(void **state)
{
    (void)state;
    check_cover(parsed("icmp"), parsed("icmp,icmp_type=0"), 256, change_icmp_type);
    check_cover(parsed("ip"), parsed("ip,nw_tos=0"), 64, change_tos);
    struct match pcp = {{0}, {.vlan_tci = VLAN_TAGGED | VLAN_PCP}};
    check_cover(match_any(), pcp, 9, change_pcp);
    check_cover(parsed("dl_vlan=7,dl_type=0x05ff"), parsed("dl_type=0x05ff"), 1, change_dl_type);
}

static void members_are_plausible(void **state)
{
    (void)state;
    struct match match = parsed("in_port=3");
    struct header header;
    assert_true(space_member(&match, &header));
    assert_int_equal(header.in_port, 3);
    assert_int_equal(header.dl_type, DL_TYPE_PROBE);
    assert_int_equal(header.vlan_tci, 0);
    assert_int_equal(header.nw_src, 0);
    assert_int_equal(header.dl_src[0] & 1, 0);
    match = parsed("dl_vlan_pcp=3,dl_vlan=0,icmp");
    assert_true(space_member(&match, &header));
    assert_int_equal(header.vlan_tci, 3 << VLAN_PCP_SHIFT | VLAN_TAGGED);
    assert_int_equal(header.tp_src, 8);
    assert_int_equal(header.tp_dst, 0);
    match = parsed("arp");
    assert_true(space_member(&match, &header));
    assert_int_equal(header.nw_proto, 1);
    assert_int_equal(header.tp_dst, 0);
    assert_int_equal(header.nw_tos, 0);
    match = parsed("dl_type=0x8100");
    assert_true(space_member(&match, &header));
    assert_true(header.vlan_tci & VLAN_TAGGED);
}

/* Whatever part of the type is given: a header has one that there is. */
static void members_have_a_type(void **state)
{
    (void)state;
    size_t n_members = 0;
    for (unsigned i = 0; i < 20000; i++) {
        struct match cube = {0};
        struct header member;
        uint16_t bits = (uint16_t)(random_below(3) ? 0xffff : random_below(0x10000));
        cube.mask.dl_type = (uint16_t)(bits & ~(random_below(8) << random_below(14)));
        cube.value.dl_type =
            (uint16_t)((random_below(2) ? random_below(0x800) : 0x8100 + random_below(8)) &
                       cube.mask.dl_type);
        cube.mask.vlan_tci = random_below(2) ? VLAN_TAGGED : 0;
        cube.value.vlan_tci = random_below(2) ? cube.mask.vlan_tci : 0;
        bool has = space_member(&cube, &member);
        assert_int_equal(has, !match_is_empty(&cube));
        if (has) {
            n_members++;
            assert_true(match_takes(&cube, &member));
            assert_true(header_type_exists(member.dl_type, member.vlan_tci & VLAN_TAGGED));
        }
    }
    assert_in_range(n_members, 1000, 19000);
}

static void budget_is_kept(void **state)
{
    (void)state;
    struct match cube = match_any(), piece = parsed("dl_type=0x88b5");
    const struct match *excluded[] = {&piece};
    size_t budget = 1;
    assert_int_equal(space_find(&cube, excluded, 1, &budget, NULL), SPACE_OPEN);
    assert_int_equal(budget, 0);
    budget = 100;
    assert_int_equal(space_find(&cube, excluded, 1, &budget, NULL), SPACE_FOUND);
    assert_in_range(budget, 1, 99);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(pairs_agree_with_enumeration),
    cmocka_unit_test(find_agrees_with_enumeration),
    cmocka_unit_test(what_no_header_has),
    cmocka_unit_test(covers_of_all_values),
    cmocka_unit_test(members_are_plausible),
    cmocka_unit_test(members_have_a_type),
    cmocka_unit_test(budget_is_kept),
};

TEST_MAIN(tests)
