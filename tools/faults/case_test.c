/* SPDX-License-Identifier: Apache-2.0
 *
 * What are cases chosen from, what is done in one, and what is told of it? */
#include "faults/case.h"

#include "faults/fake_lab_testing.h"

#include <sys/stat.h>

/* A tapproof that finds what was done to an entry, as far as it sees. */
static struct {
    char wrong[2][32]; /* the places of entries that were modified, "s1:2" */
    size_t n_wrong, n_checks;
    bool blind;      /* it finds nothing */
    bool blames;     /* it blames somebody else, too */
    size_t n_echoes; /* so many checks after a fault was undone find it still */
    const char *seen;
    off_t n_told; /* bytes on stdout when the last fault was made */
} checker;

static int check(struct base_buffer *out)
{
    bool still = checker.n_wrong == 0 && checker.n_echoes > 0;
    size_t n = checker.blind ? 0 : still ? 1 : checker.n_wrong;
    const char *divider = "";
    checker.n_checks++;
    base_put_text(out, "{\"results\": [");
    for (size_t i = 0; i < n; i++, divider = ", ") {
        char *colon = strchr(checker.wrong[i], ':');
        base_put_format(out, "%s{\"verdict\": \"fail\", \"id\": \"state/%.*s/%s\"}", divider,
                        (int)(colon - checker.wrong[i]), checker.wrong[i], colon + 1);
    }
    base_put_text(out, "], \"causes\": [");
    divider = "";
    for (size_t i = 0; i < n; i++, divider = ", ") {
        base_put_format(out, "%s{\"where\": \"%s\"}", divider, checker.wrong[i]);
    }
    base_put_format(out, "%s]}",
                    n && checker.blames ? ", {\"where\": \"s9\", \"kind\": \"x\"}" : "");
    checker.n_echoes -= still;
    return n > 0;
}

static int answer(const char *command, struct base_buffer *out)
{
    unsigned sw;
    if (strstr(command, " --json - ")) {
        return check(out);
    }
    if (sscanf(command, "ovs-ofctl --strict mod-flows s%u ", &sw) == 1) {
        const char *port = strstr(command, "in_port=");
        struct stat told;
        checker.n_told = fstat(STDOUT_FILENO, &told) == 0 ? told.st_size : 0;
        snprintf(checker.wrong[checker.n_wrong++], sizeof *checker.wrong, "s%u:%c", sw,
                 port ? port[8] : '*');
    }
    if (strstr(command, "replace-flows") && checker.n_wrong > 0) {
        checker.n_wrong--;
    }
    if (strstr(command, "dump-flows") && checker.seen && checker.n_wrong > 0) {
        base_put_text(out, checker.seen);
    }
    return 0;
}

/* What of stdout a run says; the score is the caller's to free. */
static char said[16384];

static int run_cases(struct case_options options, struct score *score, struct base_error *error)
{
    FILE *file = tmpfile();
    int before = dup(STDOUT_FILENO);
    options.expected = fake_expected;
    options.n_cases = options.n_cases ? options.n_cases : 1;
    options.seed = 7;
    *score = (struct score){0};
    error->text[0] = '\0';
    fake_begin(fake.refused);
    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    int status = cases_run(&options, score, error);
    fflush(stdout);
    dup2(before, STDOUT_FILENO);
    close(before);
    rewind(file);
    said[fread(said, 1, sizeof said - 1, file)] = '\0';
    fclose(file);
    checker.n_wrong = checker.n_echoes = 0;
    return status;
}

/* Of one case of this kind. */
static struct score_case run_one(struct case_options options, const char *kind)
{
    struct base_error error;
    struct score score;
    options.kind = fault_find(kind);
    if (run_cases(options, &score, &error)) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(score.n_cases, 1);
    struct score_case row = score.cases[0];
    score_free(&score);
    assert_ptr_equal(row.fault, options.kind);
    assert_int_equal(row.seed, 7);
    return row;
}

static void assert_done(const char *part, bool is_done)
{
    if ((strstr(base_buffer_text(&fake.done), part) != NULL) != is_done) {
        fail_msg("%s: %s", part, base_buffer_text(&fake.done));
    }
}

static void assert_said(const char *part)
{
    if (!strstr(said, part)) {
        fail_msg("%s: %s", part, said);
    }
}

static void what_is_found_at_its_place_is_a_hit(void **state)
{
    (void)state;
    struct score_case row = run_one((struct case_options){0}, "output-missing");
    assert_true(row.found && row.located && row.clean_after && !row.pair && !row.seed_way);
    assert_true(row.ms > 0);
    assert_int_equal(row.n_named, 1);
    assert_false(score_is_miss(&row));
    assert_string_equal(said, "");
    assert_int_equal(checker.n_checks, 2);
    assert_done("tapproof check --packet-out  --json - DIR/expected.yaml", true);
    row = run_one((struct case_options){.verbose = true, .no_packet_out = true}, "output-missing");
    assert_said("ok   output-missing at s");
    assert_done("tapproof check  --json - DIR/expected.yaml", true);
    checker.seen = " in_port=9 actions=output:1\n";
    row = run_one((struct case_options){.verbose = true}, "output-missing");
    assert_true(row.seed_way);
    assert_said(", the seed's way notices it)");
    checker.seen = NULL;
}

static void what_is_not_is_told_with_its_seed(void **state)
{
    (void)state;
    checker.blind = true;
    struct score_case row = run_one((struct case_options){0}, "output-missing");
    checker.blind = false;
    assert_true(!row.found && !row.located && row.clean_after && row.n_named == 0);
    assert_said("MISS output-missing at s");
    assert_said("    again: faults run ");
    assert_said(" --kind output-missing --seed 7 --cases 1\n");
    assert_said("exit status 0 (expected 1), nothing of what must be found");
    checker.blames = true;
    row = run_one((struct case_options){0}, "output-missing");
    checker.blames = false;
    assert_true(row.found && !row.located);
    assert_int_equal(row.n_named, 1);
    assert_said("blames s9 (x)");
}

static void each_case_is_told_at_once(void **state)
{
    (void)state;
    struct score score;
    struct base_error error;
    const struct case_options two = {
        .kind = fault_find("output-missing"), .n_cases = 2, .verbose = true};
    assert_int_equal(run_cases(two, &score, &error), 0);
    assert_int_equal(score.n_cases, 2);
    assert_true(checker.n_told > 0);
    score_free(&score);
}

static void a_network_is_right_again_or_it_is_told(void **state)
{
    (void)state;
    struct score score;
    struct base_error error;
    checker.n_echoes = 2;
    checker.n_checks = 0;
    struct score_case row = run_one((struct case_options){0}, "output-missing");
    assert_true(row.found && row.located && !row.clean_after);
    assert_int_equal(checker.n_checks, 4);
    assert_said("    after it was undone: exit status 1 (expected 0)");
    checker.n_echoes = 5;
    checker.n_checks = 0;
    assert_int_equal(
        run_cases((struct case_options){.kind = fault_find("output-missing")}, &score, &error), -1);
    assert_int_equal(checker.n_checks, 6);
    assert_string_equal(error.text, "seed 7: the network did not become right again");
    assert_int_equal(score.n_cases, 1);
    score_free(&score);
}

/* Steps of a case, behind those with which the lab is opened, are refused in turn. */
static void a_case_that_cannot_be_made_is_undone_and_told(void **state)
{
    (void)state;
    struct score score;
    struct base_error error;
    fake.refused = 0;
    run_one((struct case_options){0}, "output-missing");
    size_t n_steps = fake.n_steps;
    for (fake.refused = 1; fake.refused <= n_steps; fake.refused++) {
        assert_int_equal(
            run_cases((struct case_options){.kind = fault_find("output-missing")}, &score, &error),
            -1);
        assert_non_null(strstr(error.text, "refused"));
        bool made = strstr(base_buffer_text(&fake.done), "mod-flows");
        assert_done("--may-create mod-group s3", made); /* with which it begins to be undone */
        assert_int_equal(strncmp(error.text, "seed 7: ", 8) == 0, made);
        score_free(&score);
    }
    fake.refused = 0;
}

static void pairs_are_two_faults_apart(void **state)
{
    (void)state;
    struct score_case row =
        run_one((struct case_options){.pairs = true, .verbose = true}, "output-missing");
    assert_true(row.found && row.pair && row.clean_after);
    if (row.n_named != 2)
        fail_msg("%s%s", said, base_buffer_text(&fake.done));
    assert_said("ok   output-missing at s");
    assert_said(" and output-missing at s");
    assert_said(" --cases 1 --pairs\n");
    char *done = base_buffer_take_text(&fake.done), *first = strstr(done, "mod-flows s");
    char *second = strstr(first + 1, "mod-flows s"), *undone = strstr(second, "replace-flows s");
    assert_int_not_equal(first[11], second[11]);
    assert_int_equal(undone[15], second[11]); /* the last one first */
    assert_null(strstr(second + 1, "mod-flows"));
    free(done);
}

/* The second one cannot be made beside the first: that is no miss. */
static void a_pair_that_cannot_be_made_is_left_out(void **state)
{
    (void)state;
    struct score score;
    struct base_error error;
    struct case_options options = {.kind = fault_find("output-missing"), .pairs = true};
    assert_int_equal(run_cases(options, &score, &error), 0);
    score_free(&score);
    size_t n_before = 0;
    for (fake.refused = 1; n_before < 2; fake.refused++) { /* the step that is the second fault */
        run_cases(options, &score, &error);
        score_free(&score);
        n_before = 0;
        for (const char *at = base_buffer_text(&fake.done); (at = strstr(at, "mod-flows")); at++) {
            n_before++;
        }
    }
    fake.refused--;
    assert_int_equal(run_cases(options, &score, &error), 0);
    assert_int_equal(score.n_cases, 0);
    assert_said("skip output-missing with output-missing: output-missing: refused\n");
    fake.refused = 0;
}

static void a_kind_says_how_it_is_looked_for(void **state)
{
    (void)state;
    struct score_case row = run_one((struct case_options){0}, "nothing");
    assert_true(row.found && row.clean_after && !score_is_miss(&row));
    assert_done("revalidator/purge", true);
    run_one((struct case_options){0}, "storm");
    assert_done("end 4242", true);
    run_one((struct case_options){0}, "wrong-cookie");
    assert_done("--json - DIR/faults-exact.yaml", true);
    assert_done("--json - DIR/expected.yaml", true);
    static char log[64];
    snprintf(log, sizeof log, "%s/log", fake_directory);
    run_one((struct case_options){.log = log}, "output-missing");
    FILE *file = fopen(log, "r");
    assert_non_null(file);
    assert_non_null(fgets(said, sizeof said, file));
    assert_int_equal(strncmp(said, "output-missing 7 0 1 1 1 0 1 ", 29), 0);
    fclose(file);
}

static void kinds_that_fit_nowhere_are_left_out(void **state)
{
    (void)state;
    struct score score;
    struct base_error error;
    assert_int_equal(
        run_cases((struct case_options){.kind = fault_find("doubles-late")}, &score, &error), 0);
    assert_int_equal(score.n_cases, 0);
    assert_string_equal(said, "skip doubles-late: no place for it in this network\n");
}

static const char *why_not(struct case_options options)
{
    static struct base_error error;
    struct score score = {0};
    error.text[0] = '\0';
    assert_int_equal(cases_run(&options, &score, &error), -1);
    return error.text;
}

static void a_group_without_a_kind_is_said(void **state)
{
    (void)state;
    assert_string_equal(why_not((struct case_options){.expected = "nowhere", .group = "none"}),
                        "no kind of fault is chosen");
    /* Not both: the kind is of another group. */
    assert_string_equal(why_not((struct case_options){
                            .expected = "nowhere", .kind = fault_find("storm"), .group = "tables"}),
                        "no kind of fault is chosen");
}

/* Neither a file nor a lab; kinds that can not stand together are no choice at all. */
static void without_a_lab_nothing_is_made(void **state)
{
    (void)state;
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_number(i);
        struct case_options options = {.expected = "/nowhere.yaml", .kind = fault};
        const char *why = why_not(options);
        assert_true(*why && strcmp(why, "no kind of fault is chosen") != 0);
        options.pairs = true;
        bool alone = fault->outcome > OUTCOME_OPEN || fault->lists_entries;
        assert_int_equal(strcmp(why_not(options), "no kind of fault is chosen") == 0, alone);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_group_without_a_kind_is_said),
    cmocka_unit_test(without_a_lab_nothing_is_made),
    cmocka_unit_test(what_is_found_at_its_place_is_a_hit),
    cmocka_unit_test(what_is_not_is_told_with_its_seed),
    cmocka_unit_test(each_case_is_told_at_once),
    cmocka_unit_test(a_network_is_right_again_or_it_is_told),
    cmocka_unit_test(a_case_that_cannot_be_made_is_undone_and_told),
    cmocka_unit_test(pairs_are_two_faults_apart),
    cmocka_unit_test(a_pair_that_cannot_be_made_is_left_out),
    cmocka_unit_test(a_kind_says_how_it_is_looked_for),
    cmocka_unit_test(kinds_that_fit_nowhere_are_left_out),
};

static int set_up(void **state)
{
    fake.answer = answer;
    return fake_set_up(state);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, fake_tear_down);
}
