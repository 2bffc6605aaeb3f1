/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: what another program says of our output. */
#ifndef TESTING_TOOL_H
#define TESTING_TOOL_H

#include "base/buffer.h"
#include "testing/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Runs a shell command whose "$1" is a file with these bytes; what it says is
 * appended to `said`. Returns its wait status. */
int tool_run(const char *command, const struct base_buffer *bytes, struct base_buffer *said);

/* Ends the test (cannot_run) if the probe, a shell command, fails. */
void tool_needs(const char *probe, const char *name);

/* Random text of up to `most` bytes: syntax of every format, controls, whole
 * and broken UTF-8. The same sequence for the same seed. */
void tool_random_text(unsigned *seed, char *text, size_t most);

#endif
