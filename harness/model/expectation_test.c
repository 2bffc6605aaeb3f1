/* SPDX-License-Identifier: Apache-2.0
 *
 * Expectations: which port is listed, and which hosts a claim is about. */
#include "model/expectation.h"

#include "model/port.h"
#include "testing/cmocka.h"

#include <stdlib.h>

static void finds_a_listed_port(void **state)
{
    (void)state;
    struct expected_port ports[] = {
        {.port = {0, 1}}, {.port = {0, 3}}, {.port = {2, 1}}, {.port = {2, 2}}, {.port = {2, 9}}};
    struct expectation expectation = {.ports = ports, .n_ports = 5};
    for (size_t i = 0; i < 5; i++) {
        assert_ptr_equal(expectation_port(&expectation, ports[i].port), &ports[i]);
    }
    assert_null(expectation_port(&expectation, (struct port_ref){0, 2}));
    assert_null(expectation_port(&expectation, (struct port_ref){1, 1}));
    assert_null(expectation_port(&expectation, (struct port_ref){3, 1}));
    expectation.n_ports = 0;
    expectation.ports = NULL;
    assert_null(expectation_port(&expectation, (struct port_ref){0, 1}));
}

static void a_claim_speaks_of_a_packet(void **state)
{
    (void)state;
    struct claim claims[] = {
        {.from = 0, .to = 1, .kind = CLAIM_MIRRORED, .match = match_any()},
        {.from = 0, .to = 2, .kind = CLAIM_DELIVERED, .match = match_any()},
    };
    struct expectation expectation = {.claims = claims, .n_claims = 1};
    struct header header = {.dl_type = DL_TYPE_IP}, other = {.dl_type = DL_TYPE_ARP};
    claims[1].match.value.dl_type = DL_TYPE_IP;
    claims[1].match.mask.dl_type = 0xffff;
    assert_true(expectation_speaks_of(&expectation, 0, 1, &header));
    assert_false(expectation_speaks_of(&expectation, 0, 3, &header));
    assert_false(expectation_speaks_of(&expectation, 1, 1, &header));
    expectation.n_claims = 2;
    assert_true(expectation_speaks_of(&expectation, 0, 3, &header)); /* it is for host 2 */
    assert_false(expectation_speaks_of(&expectation, 0, 3, &other));
}

enum { N_HOSTS = 5 };

static void expect_names(const struct expectation *expectation, size_t claim, const char *wanted)
{
    char named[N_HOSTS + 1] = "";
    for (size_t host = 0; host < N_HOSTS; host++) {
        bool names = expectation_claim_names(expectation, &expectation->claims[claim], host);
        named[host] = names ? (char)('0' + host) : '.';
    }
    assert_string_equal(named, wanted);
}

static void a_claim_about_all_leaves_out_what_its_group_names(void **state)
{
    (void)state;
    struct claim claims[] = {
        /* {from: 0, delivered: [1], isolated: all} */
        {.kind = CLAIM_DELIVERED, .from = 0, .to = 1, .group = 0},
        {.kind = CLAIM_ISOLATED, .from = 0, .to = HOST_ALL, .group = 0},
        /* {from: [2, 3], mirrored: [4], isolated: all}: a group, by sender */
        {.kind = CLAIM_MIRRORED, .from = 2, .to = 4, .group = 1},
        {.kind = CLAIM_ISOLATED, .from = 2, .to = HOST_ALL, .group = 1},
        {.kind = CLAIM_ISOLATED, .from = 3, .to = HOST_ALL, .group = 1},
        {.kind = CLAIM_MIRRORED, .from = 3, .to = 0, .group = 1},
        /* the same sender again, in a group of its own */
        {.kind = CLAIM_ISOLATED, .from = 3, .to = HOST_ALL, .group = 2},
    };
    const struct expectation expectation = {.claims = claims, .n_claims = 7};
    expect_names(&expectation, 0, ".1...");
    expect_names(&expectation, 1, "..234");
    expect_names(&expectation, 2, "....4");
    expect_names(&expectation, 3, "01.3.");
    expect_names(&expectation, 4, ".12.4"); /* the one that is named comes behind it */
    expect_names(&expectation, 5, "0....");
    expect_names(&expectation, 6, "012.4");
}

static void claims_have_names(void **state)
{
    (void)state;
    assert_string_equal(claim_kind_name(CLAIM_DELIVERED), "delivered");
    assert_string_equal(claim_kind_name(CLAIM_MIRRORED), "mirrored");
    assert_string_equal(claim_kind_name(CLAIM_ISOLATED), "isolated");
}

static void tables_have_names(void **state)
{
    (void)state;
    struct table_name names[] = {{1, 0, "acl"}, {1, 2, "vlan"}, {2, 2, "other"}};
    const struct expectation expectation = {.table_names = names, .n_table_names = 3};
    assert_string_equal(expectation_table_name(&expectation, 1, 0), "acl");
    assert_string_equal(expectation_table_name(&expectation, 1, 2), "vlan");
    assert_string_equal(expectation_table_name(&expectation, 2, 2), "other");
    assert_null(expectation_table_name(&expectation, 2, 0));
    assert_null(expectation_table_name(&expectation, 0, 0));
}

static void what_is_not_judged_is_listed_once(void **state)
{
    (void)state;
    static const uint16_t may[] = {3, PORT_CONTROLLER};
    struct expected_case c = {.may = may, .n_may = 1};
    struct expectation expectation = {.controller_any = false};
    uint16_t ports[3] = {0};
    assert_int_equal(expectation_unjudged(&expectation, NULL, ports), 0);
    assert_int_equal(expectation_unjudged(&expectation, &c, ports), 1);
    assert_int_equal(ports[0], 3);
    expectation.controller_any = true;
    assert_int_equal(expectation_unjudged(&expectation, NULL, ports), 1);
    assert_int_equal(ports[0], PORT_CONTROLLER);
    for (c.n_may = 1; c.n_may <= 2; c.n_may++) {
        assert_int_equal(expectation_unjudged(&expectation, &c, ports), 2);
        assert_int_equal(ports[1], PORT_CONTROLLER);
    }
}

/* Under AddressSanitizer: nothing leaks. */
static void an_expectation_is_freed_with_its_topology(void **state)
{
    (void)state;
    struct expectation *expectation = calloc(1, sizeof *expectation);
    assert_non_null(expectation);
    expectation->topology = calloc(1, sizeof *expectation->topology);
    expectation->file = base_arena_text(&expectation->arena, "expected.yaml");
    assert_non_null(flow_table_add(&expectation->entry_flows));
    expectation_free(expectation);
    expectation_free(NULL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(finds_a_listed_port),
    cmocka_unit_test(a_claim_speaks_of_a_packet),
    cmocka_unit_test(a_claim_about_all_leaves_out_what_its_group_names),
    cmocka_unit_test(claims_have_names),
    cmocka_unit_test(tables_have_names),
    cmocka_unit_test(what_is_not_judged_is_listed_once),
    cmocka_unit_test(an_expectation_is_freed_with_its_topology),
};

TEST_MAIN(tests)
