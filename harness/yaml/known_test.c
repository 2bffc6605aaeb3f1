/* SPDX-License-Identifier: Apache-2.0
 *
 * Known failures as they are written in an expectation, and what is wrong with them. */
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"
#include "yaml/write.h"

static struct expectation *load(const char *known, const char *errors)
{
    char text[2048];
    snprintf(text, sizeof text, "topology: t\nports: {}\nknown:\n%s", known);
    struct memory_file files[] = {
        {"x", text, 0},
        {"t", "name: t\nswitches: {s1: {dpid: 1}}\n", 0},
        {0},
    };
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer said = {0};
    struct expectation *x = NULL;
    yaml_load_expectation(&from, "x", &x, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &said), errors);
    base_buffer_free(&said);
    yaml_diagnostics_free(&diagnostics);
    return x;
}

static void they_have_a_reason_and_a_last_day(void **state)
{
    (void)state;
    struct expectation *x = load("  - {id: state/s1/2, reason: \"ticket 42\", until: 2027-01-31}\n"
                                 "  - {until: 2028-02-29, reason: leap, id: wiring/s1:6 - s3:1}\n",
                                 "");
    assert_int_equal(x->n_known, 2);
    assert_string_equal(x->known[0].id, "state/s1/2");
    assert_string_equal(x->known[0].reason, "ticket 42");
    assert_string_equal(x->known[0].day, "2027-01-31");
    assert_int_equal(x->known[0].until, 1801440000); /* 2027-02-01, 0:00 UTC */
    assert_int_equal(x->known[0].place.line, 4);
    assert_string_equal(x->known[1].id, "wiring/s1:6 - s3:1");
    assert_int_equal(x->known[1].until, 1835481600); /* 2028-03-01 */
    struct base_buffer text = {0};
    yaml_write_expectation(x, "t", &text);
    assert_non_null(strstr(base_buffer_text(&text),
                           "known:\n"
                           "  - {id: \"state/s1/2\", reason: \"ticket 42\", until: 2027-01-31}\n"));
    base_buffer_free(&text);
    expectation_free(x);
}

static void what_is_none_is_refused(void **state)
{
    (void)state;
    static const char day[] = "expected a day such as 2027-01-31, found";
    char errors[2048];
    snprintf(errors, sizeof errors,
             "x:4:5: a known failure needs the key \"until\"\n"
             "x:5:40: expected a reason, found only blanks\n"
             "x:6:35: %s \"2027-02-30\"\n"
             "x:7:35: %s \"2027-13-01\"\n"
             "x:8:35: %s \"tomorrow\"\n"
             "x:9:35: %s \"2027-01-311\"\n"
             "x:10:35: %s \"1969-01-01\"\n"
             "x:12:5: \"g\" is known already, line 11\n",
             day, day, day, day, day);
    assert_null(load("  - {id: a, reason: x}\n"
                     "  - {id: a, until: 2027-01-01, reason: \" \"}\n"
                     "  - {id: b, reason: \"why\", until: 2027-02-30}\n"
                     "  - {id: c, reason: \"why\", until: 2027-13-01}\n"
                     "  - {id: d, reason: \"why\", until: tomorrow}\n"
                     "  - {id: e, reason: \"why\", until: 2027-01-311}\n"
                     "  - {id: f, reason: \"why\", until: 1969-01-01}\n"
                     "  - {id: g, reason: \"why\", until: 2027-01-01}\n"
                     "  - {id: g, reason: \"why\", until: 2027-01-01}\n",
                     errors));
    assert_null(load("  x: y\n", "x:4:3: expected a list of known failures, found a mapping\n"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(they_have_a_reason_and_a_last_day),
    cmocka_unit_test(what_is_none_is_refused),
};

TEST_MAIN(tests)
