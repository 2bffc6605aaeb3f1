/* SPDX-License-Identifier: Apache-2.0
 *
 * What every unit test includes: cmocka with the headers that it needs, and
 * nothing of ours. One group a test binary; TAP on stdout (cmocka prints one
 * plan a group). TEST_FILTER=PATTERN runs those tests only whose name matches
 * (* and ?); `make unit T=PATTERN` sets it. */
#ifndef TESTING_CMOCKA_H
#define TESTING_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Ends a test that this machine cannot run, before it has allocated anything:
 * skipped, or failed where REQUIRE_LIVE=1 says that nothing may be skipped. */
static inline void cannot_run(const char *why)
{
    const char *required = getenv("REQUIRE_LIVE");
    if (required && required[0] == '1') {
        fail_msg("cannot run: %s", why);
    }
    print_message("# skipped: %s\n", why);
    skip();
}

static __attribute__((constructor)) void filter_tests(void)
{
    cmocka_set_test_filter(getenv("TEST_FILTER"));
}

#define TEST_MAIN(tests)                                                                           \
    int main(void)                                                                                 \
    {                                                                                              \
        cmocka_set_message_output(CM_OUTPUT_TAP);                                                  \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    }

#endif
