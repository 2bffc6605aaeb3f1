/* SPDX-License-Identifier: Apache-2.0
 *
 * `traffic:` of an expectation: claims, their ids, and which contradict each
 * other. */
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

static const char topology_text[] = "name: t\n"
                                    "switches: {s1: {dpid: 1}}\n"
                                    "hosts:\n"
                                    "  h1: {mac: 00:00:00:00:00:01, port: s1:1}\n"
                                    "  h2: {mac: 00:00:00:00:00:02, port: s1:2}\n"
                                    "  h3: {mac: 00:00:00:00:00:03, port: s1:3}\n"
                                    "  capture: {mac: 00:00:00:00:00:04, port: s1:4}\n";

/* Loads the claims as the lines from 3 on, and compares the errors. */
static struct expectation *load(const char *claims, const char *errors)
{
    struct base_buffer text = {0}, shown = {0};
    base_put_format(&text, "topology: t\ntraffic:\n%s", claims);
    struct memory_file files[] = {{"x", base_buffer_text(&text), 0}, {"t", topology_text, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct expectation *x = NULL;
    int result = yaml_load_expectation(&from, "x", &x, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &shown), errors);
    assert_int_equal(result, *errors ? -1 : 0);
    base_buffer_free(&text);
    base_buffer_free(&shown);
    yaml_diagnostics_free(&diagnostics);
    return x;
}

static void refuse(const char *claims, const char *errors)
{
    assert_null(load(claims, errors));
}

static void accept(const char *claims)
{
    struct expectation *x = load(claims, "");
    assert_non_null(x);
    expectation_free(x);
}

static void expands_claims(void **state)
{
    (void)state;
    struct expectation *x =
        load("  - {from: h1, delivered: [h2, h3], mirrored: capture, copies: 2}\n"
             "  - {from: [h2, h3], isolated: all, delivered: h1}\n"
             "  - {from: capture, delivered: h1, copies: 3}\n",
             "");
    static const struct {
        const char *id;
        enum claim_kind kind;
        size_t from, to;
        unsigned copies;
        size_t group;
        int line, column;
    } wanted[] = {
        {"traffic/h1/delivered/h2", CLAIM_DELIVERED, 0, 1, 1, 0, 3, 28},
        {"traffic/h1/delivered/h3", CLAIM_DELIVERED, 0, 2, 1, 0, 3, 32},
        {"traffic/h1/mirrored/capture", CLAIM_MIRRORED, 0, 3, 2, 0, 3, 47},
        {"traffic/h2/delivered/h1", CLAIM_DELIVERED, 1, 0, 1, 1, 4, 48},
        {"traffic/h2/isolated/all", CLAIM_ISOLATED, 1, HOST_ALL, 0, 1, 4, 32},
        {"traffic/h3/delivered/h1", CLAIM_DELIVERED, 2, 0, 1, 1, 4, 48},
        {"traffic/h3/isolated/all", CLAIM_ISOLATED, 2, HOST_ALL, 0, 1, 4, 32},
        {"traffic/capture/delivered/h1", CLAIM_DELIVERED, 3, 0, 3, 2, 5, 32},
    };
    size_t n = sizeof wanted / sizeof *wanted;
    assert_int_equal(x->n_claims, n);
    for (size_t i = 0; i < n; i++) {
        const struct claim *claim = &x->claims[i];
        assert_string_equal(claim->id, wanted[i].id);
        assert_int_equal(claim->kind, wanted[i].kind);
        assert_int_equal(claim->from, wanted[i].from);
        assert_true(claim->to == wanted[i].to);
        assert_int_equal(claim->copies, wanted[i].copies);
        assert_int_equal(claim->group, wanted[i].group);
        assert_int_equal(claim->place.line, wanted[i].line);
        assert_int_equal(claim->place.column, wanted[i].column);
        assert_null(claim->match_text);
    }
    expectation_free(x);
}

static void names_claims_by_their_match(void **state)
{
    (void)state;
    struct expectation *x = load("  - {from: h1, match: \"tcp, tp_dst=80\", delivered: h2}\n"
                                 "  - {from: h1, match: \" udp  tp_dst=53 \", delivered: h2}\n"
                                 "  - {from: h1, match: arp, mirrored: h3}\n"
                                 "  - {from: h2, match: \"\", mirrored: h3}\n",
                                 "");
    assert_string_equal(x->claims[0].id, "traffic/h1/delivered/h2/tcp,tp_dst=80");
    assert_string_equal(x->claims[0].match_text, "tcp, tp_dst=80");
    assert_int_equal(x->claims[0].match.value.tp_dst, 80);
    assert_string_equal(x->claims[1].id, "traffic/h1/delivered/h2/udp,tp_dst=53");
    assert_string_equal(x->claims[2].id, "traffic/h1/mirrored/h3/arp");
    assert_string_equal(x->claims[3].id, "traffic/h2/mirrored/h3");
    assert_null(x->claims[3].match_text);
    expectation_free(x);
}

static void reports_bad_claims(void **state)
{
    (void)state;
    refuse("  - {delivered: h2}\n"
           "  - {from: h4, delivered: [captur, x]}\n"
           "  - {from: h1}\n"
           "  - {from: [], delivered: h2}\n"
           "  - {from: [capture, h2], delivered: [h2, h3]}\n"
           "  - {from: h1, isolated: h2, copies: 2}\n"
           "  - {from: h1, delivered: h3, copies: 0}\n"
           "  - {from: all, delivered: h3}\n"
           "  - {from: h1, delivered: all}\n"
           "  - {from: h1, match: \"in_port=1\", delivered: h2}\n"
           "  - {form: h1}\n"
           "  - h1\n",
           "x:3:5: a claim needs the key \"from\"\n"
           "x:4:12: unknown host \"h4\"; expected one of h1, h2, h3, capture\n"
           "x:4:28: unknown host \"captur\"; did you mean \"capture\"?\n"
           "x:4:36: unknown host \"x\"; expected one of h1, h2, h3, capture\n"
           "x:5:5: the claim says nothing; expected \"delivered\", \"mirrored\" or \"isolated\"\n"
           "x:6:12: expected at least one host, found none\n"
           "x:7:39: h2 is also in \"from\"; a claim is about what others receive\n"
           "x:8:5: \"copies\" needs \"delivered\" or \"mirrored\"\n"
           "x:9:39: expected a number of copies from 1 to 1000, found \"0\"\n"
           "x:10:12: unknown host \"all\"; expected one of h1, h2, h3, capture\n"
           "x:11:27: unknown host \"all\"; expected one of h1, h2, h3, capture\n"
           "x:12:23: a claim's match cannot have in_port: the sender says it\n"
           "x:13:6: unknown key \"form\" in a claim; did you mean \"from\"?\n"
           "x:14:5: expected a mapping with the keys of a claim, found \"h1\"\n");
}

static void reports_empty_lists(void **state)
{
    (void)state;
    refuse("  - {from: h1, delivered: []}\n",
           "x:3:5: the claim says nothing; expected \"delivered\", \"mirrored\" or \"isolated\"\n");
    accept("  - {from: h1, delivered: [], isolated: all}\n");
}

static void reports_claims_twice(void **state)
{
    (void)state;
    refuse("  - {from: h1, delivered: [h2, h2]}\n"
           "  - {from: [h2, h1], isolated: h3}\n"
           "  - {from: h1, isolated: [h3]}\n",
           "x:3:32: the claim traffic/h1/delivered/h2 is there twice, first in line 3, column 28\n"
           "x:5:27: the claim traffic/h1/isolated/h3 is there twice, first in line 4, column 32\n");
}

static void reports_contradictions(void **state)
{
    (void)state;
    refuse("  - {from: h1, delivered: h2}\n"
           "  - {from: h1, isolated: h2}\n",
           "x:4:26: traffic/h1/isolated/h2 contradicts traffic/h1/delivered/h2 in line 3, column "
           "27: the same frames arrive, and do not\n");
    refuse("  - {from: h1, isolated: all}\n"
           "  - {from: h1, mirrored: capture, match: tcp}\n",
           "x:4:26: traffic/h1/mirrored/capture/tcp contradicts traffic/h1/isolated/all in line 3, "
           "column 26: the same frames arrive, and do not\n");
    refuse("  - {from: h1, delivered: h2, mirrored: h2}\n",
           "x:3:41: traffic/h1/mirrored/h2 contradicts traffic/h1/delivered/h2 in line 3, column "
           "27: the same frames are either delivered or mirrored\n");
    refuse("  - {from: h1, mirrored: h2, match: tcp, copies: 2}\n"
           "  - {from: h1, mirrored: h2, match: \"tcp,tp_dst=80\"}\n",
           "x:4:26: traffic/h1/mirrored/h2/tcp,tp_dst=80 contradicts traffic/h1/mirrored/h2/tcp "
           "in line 3, column 26: the same frames arrive in different numbers\n");
}

/* The same with matches that no frame fulfils at once, or with other senders. */
static void accepts_what_can_be_true(void **state)
{
    (void)state;
    accept("  - {from: h1, delivered: h2, match: tcp}\n"
           "  - {from: h1, isolated: h2, match: udp}\n");
    accept("  - {from: h1, isolated: all, match: arp}\n"
           "  - {from: h1, mirrored: capture, match: tcp}\n");
    accept("  - {from: h1, isolated: all, mirrored: capture}\n"
           "  - {from: h1, isolated: h2}\n"
           "  - {from: h2, delivered: capture}\n");
    accept("  - {from: h1, mirrored: h2, match: udp, copies: 2}\n"
           "  - {from: h1, mirrored: h2, match: tcp}\n"
           "  - {from: h1, mirrored: h2, match: \"tcp,tp_dst=80\"}\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(expands_claims),           cmocka_unit_test(names_claims_by_their_match),
    cmocka_unit_test(reports_bad_claims),       cmocka_unit_test(reports_empty_lists),
    cmocka_unit_test(reports_claims_twice),     cmocka_unit_test(reports_contradictions),
    cmocka_unit_test(accepts_what_can_be_true),
};

TEST_MAIN(tests)
