/* SPDX-License-Identifier: Apache-2.0
 *
 * Which part of a tap does an error of tapd mean? */
#include "tapctl/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t n_characters(const char *text)
{
    size_t n = 0;
    for (; *text; text++) {
        n += (*text & 0xc0) != 0x80;
    }
    return n;
}

/* Of a value as tapd reads it: on one line, json_dumps(…, 0). */
static size_t length_of(const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    size_t n = text ? n_characters(text) : 0;
    free(text);
    return n;
}

/* The key at a column, which counts from 1, of {"name": "web", "to": "h11"}; NULL: none. */
static const char *key_at(const json_t *tap, size_t column)
{
    size_t end = 1; /* behind the brace */
    for (void *at = json_object_iter((json_t *)(uintptr_t)tap); at;
         at = json_object_iter_next((json_t *)(uintptr_t)tap, at)) {
        const char *key = json_object_iter_key(at);
        end += n_characters(key) + 4 + length_of(json_object_iter_value(at)) + 2; /* "": and ,␣ */
        if (column <= end) {
            return key;
        }
    }
    return NULL;
}

/* Whether the line says where; the lines that show the place follow. */
static bool put_line(const char *line, size_t n_bytes, const json_t *tap, const char *name,
                     struct base_buffer *out)
{
    static const char kind[] = "error: ";
    size_t column;
    int n_read = 0;
    const char *key = NULL;
    if (sscanf(line, "request:1:%zu: %n", &column, &n_read) == 1 && n_read > 0 &&
        (size_t)n_read <= n_bytes) {
        key = column > 1 ? key_at(tap, column) : NULL;
        base_put_format(out, "%s: %s%s", name, key ? key : "", key ? ": " : "");
        line += n_read;
        n_bytes -= (size_t)n_read;
        size_t n_kind = strncmp(line, kind, strlen(kind)) == 0 ? strlen(kind) : 0;
        line += n_kind;
        n_bytes -= n_kind;
    }
    base_put_bytes(out, line, n_bytes);
    base_put_text(out, "\n");
    return n_read > 0;
}

void tapctl_place_put(const char *said, const json_t *tap, const char *name,
                      struct base_buffer *out)
{
    bool is_placed = false;
    while (*said) {
        size_t n = strcspn(said, "\n");
        if (!is_placed || *said != ' ') { /* the text, and where in it */
            is_placed = put_line(said, n, tap, name, out);
        }
        said += n + (said[n] == '\n');
    }
}
