/* SPDX-License-Identifier: Apache-2.0
 *
 * A conformance suite: a cmocka program that checks one expectation file and
 * reports each expectation of its kind as one test, named by its stable id.
 * The tests are made at run time from whatever file is given:
 *
 *   SUITE EXPECTED [LAB]         TAP on stdout; exit status 0: all passed
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

/* The whole of main(). Exit status: 0, the number of failed tests, or as
 * tapproof's: 2 for bad arguments or files. */
int suite_main(const struct suite *suite, int argc, char **argv);

/* Whether the id of a traffic result says this kind: "mirrored"… */
bool suite_is_kind(const struct result *result, const char *kind);

#endif
