/* SPDX-License-Identifier: Apache-2.0
 *
 * Files in memory, for the unit tests and the fuzz target. */
#ifndef TESTING_YAML_MEMORY_H
#define TESTING_YAML_MEMORY_H

#include "yaml/load.h"

#include <stdio.h>
#include <string.h>

struct memory_file {
    const char *path; /* NULL: behind the last one */
    const char *text;
    size_t n_bytes; /* 0: strlen(text) */
};

/* For struct yaml_files; the context is an array of files. */
static inline int memory_read(void *context, const char *path, struct base_buffer *bytes,
                              struct base_error *error)
{
    for (const struct memory_file *file = context; file->path; file++) {
        if (strcmp(file->path, path) == 0) {
            base_put_bytes(bytes, file->text, file->n_bytes ? file->n_bytes : strlen(file->text));
            return bytes->failed ? base_fail(error, "out of memory") : 0;
        }
    }
    return base_fail(error, "no such file");
}

/* The errors as "FILE:LINE:COLUMN: MESSAGE\n…", without file, line and column
 * where there are none; valid until `text` is freed. */
static inline const char *memory_errors(const struct yaml_diagnostics *diagnostics,
                                        struct base_buffer *text)
{
    for (size_t i = 0; i < diagnostics->n_items; i++) {
        const struct yaml_diagnostic *item = &diagnostics->items[i];
        base_put_format(text, "%s:%d:%d: %s\n", item->place.file, item->place.line,
                        item->place.column, item->message);
    }
    return base_buffer_text(text);
}

#endif
