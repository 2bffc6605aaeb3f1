/* SPDX-License-Identifier: Apache-2.0
 *
 * Which checks of a soak are right, and which of its figures pass? */
#include "faults/soak.h"

#include "faults/fake_lab_testing.h"

#include <dirent.h>
#include <sys/stat.h>
#include <time.h>

static long slept_ms;

/* Nothing here depends on time: a check within which something changes has not ended. */
int nanosleep(const struct timespec *time, struct timespec *left)
{
    (void)left;
    slept_ms += time->tv_nsec / 1000000;
    return 0;
}

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

/* What is wrong, by switch: the id of what a check finds; "": nothing. */
static char wrong[FAKE_SWITCHES][16];
static size_t n_made, n_undone;
static int found_status; /* of a check that finds something */

/* Whole at any time: a check may read it meanwhile. */
static void replace(const char *name, const char *text)
{
    char from[64], to[64];
    fake_write("new", text);
    snprintf(from, sizeof from, "%s/new", fake_directory);
    snprintf(to, sizeof to, "%s/%s", fake_directory, name);
    assert_int_equal(rename(from, to), 0);
}

static void write_report(void)
{
    char text[512] = "{\"results\": [", status[8] = "0";
    for (size_t i = 0; i < FAKE_SWITCHES; i++) {
        if (*wrong[i]) {
            snprintf(text + strlen(text), 128, "%s{\"verdict\": \"fail\", \"id\": \"%s\"}",
                     *status == '0' ? "" : ", ", wrong[i]);
            snprintf(status, sizeof status, "%d", found_status);
        }
    }
    strcat(text, "]}");
    replace("report", text);
    replace("status", status);
}

static int answer(const char *command, struct base_buffer *out)
{
    (void)out;
    unsigned sw;
    if (sscanf(command, "ovs-ofctl --strict mod-flows s%u ", &sw) == 1) {
        const char *port = strstr(command, "in_port=");
        snprintf(wrong[sw - 1], sizeof *wrong, "state/s%u/%c", sw, port ? port[8] : '*');
        n_made++;
        write_report();
    }
    if (sscanf(command, "ovs-ofctl -O %*s replace-flows s%u ", &sw) == 1) {
        wrong[sw - 1][0] = '\0';
        n_undone++;
        write_report();
    }
    return 0;
}

static int run(struct soak_figures *figures, int status, size_t n_checks, struct base_error *error)
{
    const struct soak_options options = {.expected = fake_expected,
                                         .seed = 3,
                                         .n_checks = n_checks,
                                         .kind = fault_find("output-missing")};
    found_status = status;
    n_made = n_undone = 0;
    memset(wrong, 0, sizeof wrong);
    write_report();
    fake_begin(fake.refused);
    return soak_run(&options, figures, error);
}

static size_t count_entries(const char *path)
{
    size_t n = 0;
    DIR *directory = opendir(path);
    assert_non_null(directory);
    while (readdir(directory)) {
        n++;
    }
    closedir(directory);
    return n;
}

static void verdicts_are_those_of_the_network(void **state)
{
    (void)state;
    struct soak_figures figures;
    struct base_error error;
    slept_ms = 0;
    assert_int_equal(run(&figures, 1, 30, &error), 0);
    assert_int_equal(figures.n_wrong, 0);
    assert_int_equal(figures.n_faulty + figures.n_right + figures.n_within, 30);
    assert_true(figures.n_faulty > 5 && figures.n_right > 0);
    assert_int_equal(figures.n_kinds, 1);
    assert_true(figures.n_changes >= n_made && n_made > 3);
    assert_int_equal(n_made, n_undone);
    assert_in_range(slept_ms, 1, 100000);
    assert_int_equal(figures.early.n_descriptors, figures.late.n_descriptors);
    assert_true(figures.early.n_processes > 0 && figures.late.n_processes > 0);
    assert_in_range(figures.early.check_kilobytes, 1, figures.late.check_kilobytes);
    enum { OTHERS = 20 }; /* files in /proc that are no process: there are more */
    assert_in_range(figures.early.n_processes, 1, count_entries("/proc") - OTHERS);
}

static void wrong_verdicts_are_counted_and_told(void **state)
{
    (void)state;
    struct soak_figures figures;
    struct base_error error;
    for (int status = 0; status <= 3; status += 3) { /* it is not 1, whatever it reports */
        assert_int_equal(run(&figures, status, 12, &error), 0);
        assert_int_equal(figures.n_wrong, figures.n_faulty);
        assert_true(figures.n_faulty > 3);
    }
}

/* Each step is refused in turn: it is told, but where a fault cannot be made, and none is left. */
static void a_soak_that_cannot_go_on_ends(void **state)
{
    (void)state;
    struct soak_figures figures;
    struct base_error error = {""};
    assert_int_equal(run(&figures, 1, 3, &error), 0);
    size_t n_steps = fake.n_steps, n_told = 0;
    for (fake.refused = 1; fake.refused <= n_steps; fake.refused++) {
        error.text[0] = '\0';
        if (run(&figures, 1, 3, &error)) {
            assert_non_null(strstr(error.text, "refused"));
            n_told++;
        }
    }
    assert_true(n_told > n_steps / 2);
    fake.refused = 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_wrong_verdict_fails),
    cmocka_unit_test(what_grows_fails),
    cmocka_unit_test(verdicts_are_those_of_the_network),
    cmocka_unit_test(wrong_verdicts_are_counted_and_told),
    cmocka_unit_test(a_soak_that_cannot_go_on_ends),
};

/* $4 is where the report is to be: `tapproof check --packet-out --json FILE EXPECTED`. */
static int set_up(void **state)
{
    static char program[64];
    fake_set_up(state);
    fake_write("tapproof", "#!/bin/sh\ncd \"${0%/*}\" && cp report \"$4\" && exit $(cat status)\n");
    snprintf(program, sizeof program, "%s/tapproof", fake_directory);
    assert_int_equal(chmod(program, 0700), 0);
    setenv("TAPPROOF", program, 1);
    fake.answer = answer;
    fake.forks = true;
    return 0;
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, fake_tear_down);
}
