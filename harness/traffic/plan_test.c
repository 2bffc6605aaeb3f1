/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan: a probe in every class of headers, of every kind that the class
 * has, what must arrive of it and in which form, and sentinels behind them. */
#include "ofctl/match.h"
#include "testing/cmocka.h"
#include "traffic/classes.h"
#include "traffic/plan.h"
#include "yaml/load.h"

#include <stdlib.h>
#include <string.h>

struct planned {
    struct expectation *expectation;
    struct traffic_plan plan;
};

static struct planned plan_of(const char *path, const struct traffic_extra *extras, size_t n_extras)
{
    static const bool all[64] = {[0 ... 63] = true};
    struct planned planned = {0};
    struct yaml_diagnostics diagnostics = {0};
    assert_int_equal(yaml_load_expectation(path, &planned.expectation, &diagnostics), 0);
    yaml_diagnostics_free(&diagnostics);
    struct traffic_plan_options options = {.sends = all, .extras = extras, .n_extras = n_extras};
    struct path_declared declared;
    assert_int_equal(path_declared_open(&declared, planned.expectation), 0);
    assert_int_equal(traffic_plan(&declared, &options, &planned.plan, NULL), 0);
    path_declared_close(&declared);
    return planned;
}

static void planned_free(struct planned *planned)
{
    traffic_plan_free(&planned->plan);
    expectation_free(planned->expectation);
}

static size_t host(const struct planned *planned, const char *name)
{
    size_t found = topology_find_host(planned->expectation->topology, name);
    assert_true(found != HOST_NONE);
    return found;
}

/* How many probes of `from` lie in the match, and have so many arrivals at `to`. */
static size_t count(const struct planned *planned, const char *from, const char *text,
                    const char *to, unsigned copies)
{
    struct match match;
    size_t n = 0;
    assert_int_equal(ofctl_parse_match(text, &match, NULL, NULL), 0);
    for (size_t p = 0; p < planned->plan.n_probes; p++) {
        const struct traffic_probe *probe = &planned->plan.probes[p];
        n += probe->from == host(planned, from) && match_takes(&match, &probe->header) &&
             traffic_plan_copies(probe, host(planned, to)) == copies;
    }
    return n;
}

static void every_claim_has_a_probe(void **state)
{
    static const char *const paths[] = {
        "expected/demon/simulated.yaml", "expected/demon/always-forward.yaml",
        "expected/patch-panel/patched.yaml", "expected/fabric/taps.yaml"};
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct planned planned = plan_of(paths[i], NULL, 0);
        for (size_t c = 0; c < planned.expectation->n_claims; c++) {
            const struct claim *claim = &planned.expectation->claims[c];
            size_t n = 0;
            for (size_t p = 0; p < planned.plan.n_probes; p++) {
                const struct traffic_probe *probe = &planned.plan.probes[p];
                n += probe->from == claim->from && match_takes(&claim->match, &probe->header);
                if (claim->to != HOST_ALL && probe->from == claim->from &&
                    match_takes(&claim->match, &probe->header)) {
                    assert_int_equal(traffic_plan_copies(probe, claim->to), claim->copies);
                }
            }
            assert_true(n > 0);
        }
        planned_free(&planned);
    }
}

/* A claim without a match is about all frames: one of each kind. */
static void every_kind_is_tried(void **state)
{
    static const char *const kinds[] = {"dl_type=0x88b5,dl_vlan=65535",
                                        "dl_dst=ff:ff:ff:ff:ff:ff",
                                        "dl_vlan=2049",
                                        "arp",
                                        "udp",
                                        "tcp",
                                        "icmp"};
    (void)state;
    struct planned planned = plan_of("expected/demon/simulated.yaml", NULL, 0);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        assert_true(count(&planned, "h1", kinds[i], "h11", 1) > 0);
        assert_true(count(&planned, "h5", kinds[i], "h11", 0) > 0);
    }
    planned_free(&planned);
}

/* Both sides of each case are probed, and expected to differ. */
static void cases_divide_the_headers(void **state)
{
    (void)state;
    struct planned planned = plan_of("expected/fabric/taps.yaml", NULL, 0);
    assert_true(count(&planned, "h43", "udp,tp_dst=53", "c1", 1) > 0);
    assert_int_equal(count(&planned, "h43", "udp,tp_dst=53", "c1", 0), 0);
    assert_true(count(&planned, "h43", "udp", "c1", 0) > 0);
    assert_true(count(&planned, "h43", "tcp", "c1", 0) > 0);
    assert_true(count(&planned, "h11", "tcp,tp_dst=80", "c1", 1) > 0);
    assert_true(count(&planned, "h11", "tcp", "c1", 0) > 0);
    assert_true(count(&planned, "h24", "arp", "c2", 1) > 0);
    planned_free(&planned);
}

/* c3 gets h31's frames as sent, c4 gets h32's with VLAN 32. */
static void rewrites_are_expected(void **state)
{
    (void)state;
    struct planned planned = plan_of("expected/fabric/taps.yaml", NULL, 0);
    for (size_t p = 0; p < planned.plan.n_probes; p++) {
        const struct traffic_probe *probe = &planned.plan.probes[p];
        for (size_t i = 0; i < probe->n_arrivals; i++) {
            const struct traffic_expected_arrival *arrival = &probe->arrivals[i];
            if (arrival->host == host(&planned, "c4") && probe->from == host(&planned, "h32")) {
                assert_int_equal(arrival->as[0].vlan_tci & (VLAN_TAGGED | VLAN_VID),
                                 VLAN_TAGGED | 32);
            }
            if (arrival->host == host(&planned, "c3")) {
                assert_int_equal(arrival->as[0].vlan_tci, 0);
            }
        }
    }
    planned_free(&planned);
}

static void sentinels_are_last(void **state)
{
    (void)state;
    struct planned planned = plan_of("expected/demon/simulated.yaml", NULL, 0);
    size_t n = 0;
    for (size_t p = 0; p < planned.plan.n_probes; p++) {
        const struct traffic_probe *probe = &planned.plan.probes[p];
        bool ends = p + 1 == planned.plan.n_probes || probe[1].from != probe->from;
        assert_true(!probe->sentinel || probe->n_arrivals > 0);
        if (ends && probe->sentinel) {
            n++;
        }
        if (!ends) {
            assert_true(!probe->sentinel || probe[1].sentinel);
        }
    }
    assert_int_equal(n, 6); /* h1..h4, h6, h7; what the others send must not arrive */
    planned_free(&planned);
}

static void differences_are_probed_too(void **state)
{
    (void)state;
    struct header header = {.in_port = 5, .dl_type = DL_TYPE_IP, .nw_proto = 47, .nw_dst = 7};
    struct traffic_extra extra = {.from = 4, .header = header};
    struct planned planned = plan_of("expected/demon/simulated.yaml", &extra, 1);
    assert_int_equal(count(&planned, "h5", "ip,nw_proto=47,nw_dst=0.0.0.7", "h11", 0), 1);
    planned_free(&planned);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_claim_has_a_probe),  cmocka_unit_test(every_kind_is_tried),
    cmocka_unit_test(cases_divide_the_headers), cmocka_unit_test(rewrites_are_expected),
    cmocka_unit_test(sentinels_are_last),       cmocka_unit_test(differences_are_probed_too),
};

TEST_MAIN(tests)
