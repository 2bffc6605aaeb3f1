/* SPDX-License-Identifier: Apache-2.0
 *
 * Which figures of a soak pass. */
#include "faults/soak.h"

#include "testing/cmocka.h"

#include <string.h>

static const struct soak_size small = {20, 12, 50000};

static void assert_printed(const struct soak_figures *figures, bool first, bool second)
{
    char text[1024] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    assert_int_equal(soak_print(figures, out), first && second);
    fclose(out);
    assert_int_equal(strncmp(text, "ok 1 - ", 7) == 0, first);
    assert_int_equal(strncmp(text, "not ok 1 - ", 11) == 0, !first);
    assert_int_equal(strstr(text, "\nok 2 - ") != NULL, second);
    assert_int_equal(strstr(text, "\nnot ok 2 - ") != NULL, !second);
    assert_non_null(strstr(text, "\n1..2\n"));
}

static void a_wrong_verdict_fails(void **state)
{
    (void)state;
    struct soak_figures figures = {
        .n_faulty = 5, .n_right = 3, .n_within = 2, .early = small, .late = small};
    assert_printed(&figures, true, true);
    figures.n_wrong = 1;
    assert_printed(&figures, false, true);
    figures.n_wrong = 0;
    figures.n_faulty = 0; /* then nothing was shown */
    assert_printed(&figures, false, true);
    figures.n_faulty = 5;
    figures.n_right = 0;
    assert_printed(&figures, false, true);
}

static void what_grows_fails(void **state)
{
    (void)state;
    struct soak_figures figures = {.n_faulty = 1, .n_right = 1, .early = small, .late = small};
    figures.late.n_processes++;
    assert_printed(&figures, true, false);
    figures.late = small;
    figures.late.n_descriptors++;
    assert_printed(&figures, true, false);
    figures.late = small;
    figures.late.check_kilobytes += SOAK_SLACK_KILOBYTES;
    assert_printed(&figures, true, true);
    figures.late.check_kilobytes++;
    assert_printed(&figures, true, false);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_wrong_verdict_fails),
    cmocka_unit_test(what_grows_fails),
};

TEST_MAIN(tests)
