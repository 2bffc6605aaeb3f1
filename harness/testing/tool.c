/* SPDX-License-Identifier: Apache-2.0
 *
 * What does another program say of these bytes? */
#include "testing/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int tool_run(const char *command, const struct base_buffer *bytes, struct base_buffer *said)
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

void tool_needs(const char *probe, const char *name)
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

void tool_random_text(unsigned *seed, char *text, size_t most)
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
