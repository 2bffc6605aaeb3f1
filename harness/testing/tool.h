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
static inline int tool_run(const char *command, const struct base_buffer *bytes,
                           struct base_buffer *said)
{
    char path[] = "/tmp/tapproof-report-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes->data, bytes->n_bytes), bytes->n_bytes);
    close(fd);
    struct base_buffer line = {0};
    base_put_format(&line, "set -- %s; %s", path, command);
    FILE *pipe = popen(base_buffer_text(&line), "r");
    assert_non_null(pipe);
    char chunk[4096];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, pipe)) > 0;) {
        base_put_bytes(said, chunk, n);
    }
    int status = pclose(pipe);
    unlink(path);
    base_buffer_free(&line);
    return status;
}

/* Ends the test (cannot_run) if the probe, a shell command, fails. */
static inline void tool_needs(const char *probe, const char *name)
{
    struct base_buffer command = {0};
    base_put_format(&command, "%s >/dev/null 2>&1", probe);
    int status = system(base_buffer_text(&command));
    base_buffer_free(&command);
    if (status != 0) {
        char why[128];
        snprintf(why, sizeof why, "%s is not installed", name);
        cannot_run(why);
    }
}

/* Random text of up to `most` bytes: syntax of every format, controls, whole
 * and broken UTF-8. The same sequence for the same seed. */
static inline void tool_random_text(unsigned *seed, char *text, size_t most)
{
    static const char *const pieces[] = {
        "]]>", "<!--", "&amp;",        "\"",           "'",        "\\", "#", " # TODO ",
        "\n",  "\t",   "...",          "---",          "\x1b[31m", "≠",  "é", "𝄞",
        ": ",  "\x01", "\xef\xbb\xbf", "\xed\xa0\x80",
    };
    size_t n = (size_t)rand_r(seed) % most;
    size_t at = 0;
    while (at < n) {
        size_t i = (size_t)rand_r(seed) % (2 * sizeof pieces / sizeof *pieces);
        if (i < sizeof pieces / sizeof *pieces && strlen(pieces[i]) < most - at) {
            memcpy(text + at, pieces[i], strlen(pieces[i]));
            at += strlen(pieces[i]);
        } else {
            text[at++] = (char)(1 + rand_r(seed) % 255);
        }
    }
    text[at] = 0;
}

#endif
