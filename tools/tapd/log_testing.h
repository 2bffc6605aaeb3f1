/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: what tapd tells, kept instead of written. A program that includes this has these
 * functions in place of those of log.c. */
#ifndef TAPD_LOG_TESTING_H
#define TAPD_LOG_TESTING_H

#include "tapd/log.h"
#include "testing/cmocka.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char log_kept[1 << 16]; /* no memory is asked for: tests count that */
static size_t log_length;

static void keep_line(const char *format, va_list arguments)
{
    if (log_length < sizeof log_kept / 2) { /* whatever comes after that */
        int n = vsnprintf(log_kept + log_length, sizeof log_kept / 4, format, arguments);
        log_length += (size_t)n < sizeof log_kept / 4 ? (size_t)n : sizeof log_kept / 4 - 1;
        log_kept[log_length++] = '\n';
        log_kept[log_length] = '\0';
    }
}

void tapd_log(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep_line(format, arguments);
    va_end(arguments);
}

void tapd_log_detail(const char *format, ...)
{
    (void)format;
}

void tapd_log_set_verbose(bool verbose)
{
    (void)verbose;
}

/* Behind the line, which stands whole in the text; NULL: it does not. */
static inline const char *told_line(const char *from, const char *line, size_t n)
{
    while (*from && (strncmp(from, line, n) != 0 || from[n] != '\n')) {
        from += strcspn(from, "\n") + 1;
    }
    return *from ? from + n + 1 : NULL;
}

/* These lines were told in this order, perhaps others between them. Forgets all that was told. */
static inline void assert_told(const char *lines)
{
    const char *at = log_kept;
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        at = told_line(at, lines, n);
        if (!at) {
            fail_msg("expected \"%.*s\" in\n%s", (int)n, lines, log_kept);
        }
        lines += n + (lines[n] == '\n');
    }
    log_length = 0;
    log_kept[0] = '\0';
}

#endif
