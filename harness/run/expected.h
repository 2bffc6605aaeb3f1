/* SPDX-License-Identifier: Apache-2.0
 *
 * Loads an expectation, and refuses one that no network can meet. */
#ifndef RUN_EXPECTED_H
#define RUN_EXPECTED_H

#include "yaml/load.h"

/* As yaml_load_expectation. Besides: a claim that contradicts `ports:`
 * (prove_contradictions), unless `ignore:` leaves out something on the way of the packet that
 * shows it: entries that are ignored may do what the claim says. */
int run_load_expectation(const struct yaml_files *files, const char *path,
                         struct expectation **expectation, struct yaml_diagnostics *diagnostics);

#endif
