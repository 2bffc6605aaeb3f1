/* SPDX-License-Identifier: Apache-2.0
 *
 * One error in words: what went wrong, and where in front of it. */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

static void mark_cut(char *text, size_t size, int wanted)
{
    if (wanted >= 0 && (size_t)wanted >= size) {
        memcpy(text + size - 4, "...", 4);
    }
}

int base_fail(struct base_error *error, const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        int wanted = vsnprintf(error->text, sizeof error->text, format, args);
        va_end(args);
        mark_cut(error->text, sizeof error->text, wanted);
    }
    return -1;
}

int base_fail_in(struct base_error *error, const char *format, ...)
{
    if (error) {
        char prefix[256], inner[sizeof error->text];
        va_list args;
        va_start(args, format);
        int wanted = vsnprintf(prefix, sizeof prefix, format, args);
        va_end(args);
        mark_cut(prefix, sizeof prefix, wanted);
        memcpy(inner, error->text, sizeof inner);
        wanted = snprintf(error->text, sizeof error->text, "%s: %s", prefix, inner);
        mark_cut(error->text, sizeof error->text, wanted);
    }
    return -1;
}
