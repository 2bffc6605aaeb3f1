/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: is a text, as a whole, what a file says? */
#ifndef TESTING_WHOLE_H
#define TESTING_WHOLE_H

#include "base/buffer.h"
#include "testing/cmocka.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fails, and shows the first line that differs, unless the text is that of the file; the path is
 * relative to the root of the repository. Where WRITE is set in the environment the file is
 * written instead: read it before you commit it. */
static inline void assert_whole(const char *text, const char *path)
{
    FILE *file = fopen(path, getenv("WRITE") ? "w+" : "r");
    if (!file) {
        fail_msg("%s: cannot be opened; it should say:\n%s", path, text);
        return;
    }
    if (getenv("WRITE")) {
        fputs(text, file);
        rewind(file);
    }
    char *line = NULL;
    size_t size = 0, number = 1;
    ssize_t n;
    for (; (n = getline(&line, &size, file)) > 0 && strncmp(line, text, (size_t)n) == 0; number++) {
        text += n;
    }
    fclose(file);
    if (n > 0 || *text) {
        fail_msg("%s:%zu\n- %s+ %.*s", path, number, n > 0 ? line : "\n", (int)strcspn(text, "\n"),
                 text);
    }
    free(line);
}

/* For what is too long for a file: appends "NAME: N bytes, FNV-1a" of the text to `sums`, and
 * empties it. With SHOW in the environment the text itself goes to stdout, so that two versions can
 * be compared. */
static inline void put_whole_sum(struct base_buffer *sums, const char *name,
                                 struct base_buffer *text)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text->n_bytes; i++) {
        sum = (sum ^ text->data[i]) * UINT64_C(0x100000001b3);
    }
    if (getenv("SHOW")) {
        printf("# %s\n%s", name, base_buffer_text(text));
    }
    base_put_format(sums, "%s: %zu bytes, %016" PRIx64 "\n", name, text->n_bytes, sum);
    base_buffer_free(text);
}

#endif
