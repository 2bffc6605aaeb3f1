/* SPDX-License-Identifier: Apache-2.0
 *
 * One line an event on stderr, with the time. */
#include "tapd/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_verbose;

static void put_line(const char *format, va_list arguments)
{
    char line[2048] = "tapd: ";
    size_t n = strlen(line);
    int more = vsnprintf(line + n, sizeof line - n - 1, format, arguments);
    n += more < 0 ? 0 : (size_t)more;
    n = n < sizeof line - 1 ? n : sizeof line - 2;
    line[n++] = '\n';
    if (write(STDERR_FILENO, line, n) < 0) {
        return; /* there is nobody to tell */
    }
}

void tapd_log(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_line(format, arguments);
    va_end(arguments);
}

void tapd_log_detail(const char *format, ...)
{
    if (!is_verbose) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    put_line(format, arguments);
    va_end(arguments);
}

void tapd_log_set_verbose(bool verbose)
{
    is_verbose = verbose;
}
