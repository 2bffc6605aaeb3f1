/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults that come and go under checks in a row. */
#ifndef FAULTS_SOAK_H
#define FAULTS_SOAK_H

#include "faults/fault.h"

#include <stdio.h>

struct soak_options {
    const char *expected;
    unsigned long long seed, n_checks;
    const struct fault *kind; /* the only one; NULL: all that an everyday check is to judge */
    bool verbose;             /* a line a check */
};

/* What came of the checks, and what the machine had of each when there was no fault: after the
 * first tenth, and in the end. */
struct soak_figures {
    unsigned long long n_faulty, n_right; /* compared: a fault, none, during the whole check */
    unsigned long long n_within;          /* something changed meanwhile: not compared */
    unsigned long long n_wrong, n_changes, n_kinds;
    struct soak_size {
        size_t n_processes, n_descriptors; /* in the lab; of this program */
        long check_kilobytes;              /* of the largest check so far */
    } early, late;
};

/* So much may memory be more in the end: each check is a process, and the faults of the other nine
 * tenths are others, of which more may be to tell. AddressSanitizer keeps what is freed. */
#ifdef __SANITIZE_ADDRESS__
enum { SOAK_SLACK_KILOBYTES = 1 << 20 };
#else
enum { SOAK_SLACK_KILOBYTES = 4096 };
#endif

/* Makes and unmakes faults at random, at most two at once, before checks and during them. A check
 * during which nothing changes must say what is so: what the record of the fault names, exit
 * status 1 of two faults, 0 of none. Wrong verdicts are told on stdout. -1 if the lab cannot be
 * used, or does not become right again. */
int soak_run(const struct soak_options *options, struct soak_figures *figures,
             struct base_error *error);

/* Two tests (TAP): no verdict was wrong, of networks with a fault and without; nothing grows.
 * Returns whether both passed. */
bool soak_print(const struct soak_figures *figures, FILE *out);

#endif
