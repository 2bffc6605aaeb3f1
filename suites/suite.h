/* SPDX-License-Identifier: Apache-2.0
 *
 * A conformance suite: a cmocka program that checks one expectation file and
 * reports each expectation of its kind as one test, named by its stable id.
 * The tests are made at run time from whatever file is given:
 *
 *   SUITE EXPECTED [LAB]         TAP on stdout; exit status as tapproof's
 *
 * LAB is $TAPPROOF_LAB if it is not given. All four suites call the same run
 * as `tapproof check`. */
#ifndef SUITES_SUITE_H
#define SUITES_SUITE_H

#include "model/result.h"

#include <stdbool.h>

struct suite {
    const char *name;
    bool traffic;                             /* sends frames; otherwise reads tables */
    bool (*has)(const struct result *result); /* which results are its tests */
};

/* The whole of main(). Exit status as tapproof's, of the results of this kind: 0 all
 * passed, or the expectation says nothing of the kind; 1 one failed; 2 bad arguments or
 * files; 3 one could not be judged and none failed, or all were skipped. */
int suite_main(const struct suite *suite, int argc, char **argv);

/* Whether the id of a traffic result says this kind: "mirrored"… */
bool suite_is_kind(const struct result *result, const char *kind);

#endif
