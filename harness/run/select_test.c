/* SPDX-License-Identifier: Apache-2.0
 *
 * Which ids a run reports, and which of them patterns select. */
#include "run/run.h"

#include "testing/cmocka.h"
#include "yaml/load.h"

#include <stdio.h>
#include <string.h>

static bool selects(const char *pattern, const char *id)
{
    struct run_options options = {.patterns = &pattern, .n_patterns = 1};
    return run_selects(&options, id);
}

static void patterns_select(void **state)
{
    (void)state;
    struct run_options none = {0};
    assert_true(run_selects(&none, "state/s1/1"));
    assert_true(selects("s1/1", "state/s1/1"));
    assert_true(selects("s1/1", "state/s1/11"));
    assert_false(selects("s1/1", "state/s2/1"));
    assert_true(selects("state/s?/1", "state/s1/1"));
    assert_false(selects("state/s?/1", "state/s1/11"));
    assert_true(selects("traffic/*/h11", "traffic/h1/mirrored/h11"));
    const char *two[] = {"s3", "h1/"};
    struct run_options either = {.patterns = two, .n_patterns = 2};
    assert_true(run_selects(&either, "state/s3/1"));
    assert_true(run_selects(&either, "traffic/h1/mirrored/h11"));
    assert_false(run_selects(&either, "traffic/h2/mirrored/h11"));
}

static void remember(void *aux, const char *id)
{
    struct base_buffer *ids = aux;
    base_put_format(ids, "%s\n", id);
}

static void ids_are_unique_and_in_order(void **state)
{
    (void)state;
    struct expectation *expectation = NULL;
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer ids = {0};
    struct run_options options = {0};
    assert_int_equal(yaml_load_expectation(&yaml_disk, "expected/demon/always-forward.yaml",
                                           &expectation, &diagnostics),
                     0);
    size_t n = run_list(expectation, &options, remember, &ids);
    const char *text = base_buffer_text(&ids);
    assert_non_null(strstr(text, "switch/s1\n"));
    assert_non_null(strstr(text, "state/s3/10\n"));
    assert_non_null(strstr(text, "traffic/h1/"));
    for (const char *id = text; *id; id = strchr(id, '\n') + 1) {
        char line[128];
        snprintf(line, sizeof line, "\n%.*s\n", (int)strcspn(id, "\n"), id);
        assert_null(strstr(id, line));
    }
    options.no_traffic = true;
    assert_int_equal(run_list_cables(expectation->topology, &options, NULL, NULL), 0);
    size_t n_state = run_list(expectation, &options, NULL, NULL);
    options = (struct run_options){.no_state = true};
    assert_int_equal(run_list(expectation, &options, NULL, NULL), n - n_state);
    assert_int_equal(n - n_state, expectation->n_claims);
    base_buffer_free(&ids);
    expectation_free(expectation);
}

/* Of links, and of hosts; as those of a check are called. */
static void cables_are_listed(void **state)
{
    (void)state;
    struct expectation *expectation = NULL;
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer ids = {0};
    const char *pattern = "wiring and s1";
    struct run_options options = {.patterns = &pattern, .n_patterns = 1};
    assert_int_equal(yaml_load_expectation(&yaml_disk, "expected/demon/always-forward.yaml",
                                           &expectation, &diagnostics),
                     0);
    assert_int_equal(run_list_cables(expectation->topology, &options, remember, &ids), 10);
    assert_non_null(strstr(base_buffer_text(&ids), "wiring/s1:6 - s3:1\n"));
    assert_non_null(strstr(base_buffer_text(&ids), "wiring/h1 - s1:1\n"));
    pattern = "state";
    assert_int_equal(run_list_cables(expectation->topology, &options, NULL, NULL), 0);
    base_buffer_free(&ids);
    expectation_free(expectation);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(cables_are_listed),
    cmocka_unit_test(patterns_select),
    cmocka_unit_test(ids_are_unique_and_in_order),
};

TEST_MAIN(tests)
