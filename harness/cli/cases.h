/* SPDX-License-Identifier: Apache-2.0
 *
 * Several expectations on one command line: files, and directories of them. */
#ifndef CLI_CASES_H
#define CLI_CASES_H

#include "cli/cli.h"

/* Loads what the operands name into job->cases: each file once, and of a directory all *.yaml and
 * *.yml below it, by name, but hidden ones and tapproof.yaml. -1 and diagnostics. */
int cli_cases_load(struct cli_job *job, struct yaml_diagnostics *diagnostics);

/* Frees them. */
void cli_cases_free(struct cli_job *job);

#endif
