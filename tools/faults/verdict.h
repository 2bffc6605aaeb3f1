/* SPDX-License-Identifier: Apache-2.0
 *
 * What the program says of a network with a fault in it, and whether that is
 * what the fault's record wants. */
#ifndef FAULTS_VERDICT_H
#define FAULTS_VERDICT_H

#include "faults/fault.h"

#include <jansson.h>

struct verdict_report {
    int status;   /* of tapproof check */
    json_t *json; /* its report; NULL: there is none */
    double ms;
};

/* Runs `tapproof check` with this expectation. */
int verdict_check(struct faults_lab *lab, const char *options, const char *expected,
                  struct verdict_report *report, struct base_error *error);
void verdict_free(struct verdict_report *report);

/* Whether the findings are those that the record names: as it says of `found`,
 * `silent` and the exit status. Otherwise `why` says what is missing. */
bool verdict_found(const struct faults_lab *lab, const struct injection *injection,
                   const struct verdict_report *report, struct base_buffer *why);

/* Whether a cause names the place ... */
bool verdict_names(const struct faults_lab *lab, const struct injection *injection,
                   const struct verdict_report *report);

/* ... and every cause is at the place of one of these faults. */
bool verdict_blames_only(const struct faults_lab *lab, const struct injection *injections,
                         size_t n_injections, const struct verdict_report *report,
                         struct base_buffer *why);

#endif
