/* SPDX-License-Identifier: Apache-2.0
 *
 * When a report says what a fault's record wants, and which places its causes blame. */
#include "faults/verdict.h"

#include "testing/cmocka.h"

#include <string.h>

/* One switch with a host and one entry: places may speak of all of them. */
static struct topology_switch switches[] = {{.name = "s1"}};
static struct topology_host hosts[] = {{.name = "h1", .port = {0, 1}}};
static struct topology topology = {
    .switches = switches, .n_switches = 1, .hosts = hosts, .n_hosts = 1};
static struct port ports[] = {{.number = 1, .name = "s1-eth1"}};
static struct flow_entry entries[1];
static struct channel_dump dumps[] = {
    {.state = {.ports = ports, .n_ports = 1, .flows = {.entries = entries, .n_entries = 1}}}};
static struct cable cables[] = {{{{.port = {0, 1}}, {.is_host = true, .host = 0}}}};
static struct faults_lab lab = {
    .topology = &topology, .right = dumps, .cables = cables, .n_cables = 1};

static const struct fault FOUND = {.name = "f",
                                   .outcome = OUTCOME_FOUND,
                                   .found = "state:$s",
                                   .silent = "isolation*",
                                   .where = "$s:$p"};

static struct injection make(const struct fault *fault, uint16_t port)
{
    return (struct injection){.fault = fault, .spot.port = port};
}

static struct verdict_report report(int status, const char *json)
{
    struct verdict_report report = {.status = status, .json = json_loads(json, 0, NULL)};
    assert_non_null(report.json);
    return report;
}

/* Whether it is what the record wants; else `missing` is what is said of it. */
static bool is_found(const struct fault *fault, int status, const char *json, const char *missing)
{
    const struct injection injection = make(fault, 1);
    struct verdict_report said = report(status, json);
    struct base_buffer why = {0};
    bool found = verdict_found(&lab, &injection, &said, &why);
    if (!strstr(base_buffer_text(&why), missing)) {
        fail_msg("expected \"%s\" in: %s", missing, base_buffer_text(&why));
    }
    assert_true(!found || why.n_bytes == 0);
    base_buffer_free(&why);
    verdict_free(&said);
    return found;
}

#define FAILS(id)        "{\"id\": \"" id "\", \"verdict\": \"fail\"}"
#define INCONCLUSIVE(id) "{\"id\": \"" id "\", \"verdict\": \"inconclusive\"}"
#define PASSES(id)       "{\"id\": \"" id "\", \"verdict\": \"pass\"}"
#define RESULTS(list)    "{\"results\": [" list "]}"

static void findings(void **state)
{
    (void)state;
    assert_true(is_found(&FOUND, 1, RESULTS(FAILS("x") "," FAILS("state:s1")), ""));
    assert_true(is_found(&FOUND, 1, RESULTS(FAILS("state:s1") "," PASSES("isolation:h1")), ""));
    assert_true(is_found(&FOUND, 1, RESULTS(FAILS("state:s1") "," FAILS("x")), ""));
    assert_false(is_found(&FOUND, 1, RESULTS(FAILS("isolation:h1") "," FAILS("state:s1")),
                          ", something that must not be found"));
    assert_false(is_found(&FOUND, 0, RESULTS(FAILS("state:s1")), "exit status 0 (expected 1)"));
    assert_false(is_found(&FOUND, 3, RESULTS(FAILS("state:s1")), "exit status 3 (expected 1)"));
    assert_false(is_found(&FOUND, 1, RESULTS(FAILS("x")), "nothing of what must be found\n"));
    assert_false(is_found(&FOUND, 1, RESULTS(PASSES("state:s1")), "nothing of what"));
    assert_false(is_found(&FOUND, 1, RESULTS(INCONCLUSIVE("state:s1")), "nothing of what"));
    assert_false(is_found(&FOUND, 1, RESULTS(FAILS("state:s1") "," FAILS("isolation:h1")),
                          ", something that must not be found"));
    assert_false(is_found(&FOUND, 1, RESULTS(FAILS("x")), "fail x: "));
}

static void outcomes(void **state)
{
    (void)state;
    struct fault open = FOUND, right = {.outcome = OUTCOME_SILENT};
    const struct injection injection = make(&right, 1);
    const struct verdict_report none = {0};
    struct base_buffer why = {0};
    open.outcome = OUTCOME_OPEN;
    assert_true(is_found(&open, 3, RESULTS(INCONCLUSIVE("state:s1")), ""));
    assert_true(is_found(&open, 1, RESULTS(FAILS("state:s1")), ""));
    assert_false(is_found(&open, 0, RESULTS(FAILS("state:s1")), "exit status 0"));
    assert_true(is_found(&right, 0, RESULTS(PASSES("x")), ""));
    assert_false(is_found(&right, 1, RESULTS(FAILS("x")), "exit status 1 (expected 0)"));
    assert_false(verdict_found(&lab, &injection, &none, &why)); /* no report */
    base_buffer_free(&why);
}

static void causes_and_places(void **state)
{
    (void)state;
    const struct injection two[] = {make(&FOUND, 1), make(&FOUND, 2)};
    struct base_buffer why = {0};
    struct verdict_report said = report(1, "{\"causes\": [{\"where\": \"s1:9\", \"kind\": \"k\"}, "
                                           "{\"where\": \"s1:2\", \"kind\": \"k\"}]}");
    assert_false(verdict_names(&lab, &two[0], &said));
    assert_true(verdict_names(&lab, &two[1], &said));
    assert_false(verdict_blames_only(&lab, two, 2, &said, &why));
    assert_non_null(strstr(base_buffer_text(&why), "blames s1:9 (k)"));
    assert_null(strstr(base_buffer_text(&why), "s1:2"));
    verdict_free(&said);
    assert_null(said.json);
    said = report(1, "{\"causes\": [{\"where\": \"s1:1\"}, {\"where\": \"s1:2\"}]}");
    assert_true(verdict_blames_only(&lab, two, 2, &said, &why));
    assert_false(verdict_blames_only(&lab, two, 1, &said, &why));
    verdict_free(&said);
    base_buffer_free(&why);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(findings),
    cmocka_unit_test(outcomes),
    cmocka_unit_test(causes_and_places),
};

TEST_MAIN(tests)
