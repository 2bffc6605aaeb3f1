/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of cases that cannot begin. (Those that can need a lab: suites/live.) */
#include "faults/case.h"

#include "testing/cmocka.h"

#include <stdlib.h>
#include <string.h>

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
    const struct fault *first = fault_number(0), *other = NULL;
    for (size_t i = 0; i < fault_count() && !other; i++) {
        bool same = strcmp(fault_group_of(fault_number(i)), fault_group_of(first)) == 0;
        other = same ? NULL : fault_number(i);
    }
    assert_non_null(other);
    assert_string_equal(why_not((struct case_options){
                            .expected = "nowhere", .kind = first, .group = fault_group_of(other)}),
                        "no kind of fault is chosen");
}

/* Neither a file nor a lab; kinds that can not stand together are no choice at all. */
static void without_a_lab_nothing_is_made(void **state)
{
    (void)state;
    unsetenv("TAPPROOF_LAB");
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
};
TEST_MAIN(tests)
