/* SPDX-License-Identifier: Apache-2.0
 *
 * What is written to stderr, and what is only counted: repeats, floods, and lines that nobody
 * reads.
 */
#include "tapd/log.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MAX_TEXT = 2048,
    MAX_LINE = 4096, /* a pipe takes as much at once, or none (PIPE_BUF) */
    REPEAT_MS = 10000,
    BURST = 1000,
    LINE_MS = 50, /* a line more may be written after so long */
};

static struct {
    bool is_verbose;
    char last[MAX_TEXT];
    uint64_t told_ns;  /* when that was written last */
    size_t n_repeats;  /* of it, since */
    size_t n_left_out; /* other lines */
    uint64_t spent_ns; /* up to when the lines that may be written are used up */
} book;

/* Whether it was written; never waits. */
static bool put_bytes(const char *bytes, size_t n_bytes)
{
    struct pollfd writable = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&writable, 1, 0) <= 0 || !(writable.revents & POLLOUT)) {
        return false;
    }
    ssize_t n = send(STDERR_FILENO, bytes, n_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == ENOTSOCK) {
        n = write(STDERR_FILENO, bytes, n_bytes);
    }
    return n == (ssize_t)n_bytes;
}

static bool put_line(const char *text)
{
    char line[MAX_LINE] = "tapd: ";
    size_t n = strlen(line);
    for (const char *at = text; *at && n < sizeof line - 8; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte == '\n' && at[1]) {
            n += (size_t)snprintf(line + n, sizeof line - n, "\n      ");
        } else if (byte >= ' ' && byte < 0x7f) {
            line[n++] = *at;
        } else if (byte != '\n') {
            n += (size_t)snprintf(line + n, sizeof line - n, "\\x%02x", byte);
        }
    }
    line[n++] = '\n';
    return put_bytes(line, n);
}

static bool put_count(size_t *n, const char *what)
{
    char text[80];
    snprintf(text, sizeof text, "%zu %s", *n, what);
    if (*n > 0 && !put_line(text)) {
        return false;
    }
    *n = 0;
    return true;
}

/* Whether one more line may be written now: so many at once, and then one in so long. */
static bool may_tell(uint64_t now_ns)
{
    const uint64_t line_ns = LINE_MS * UINT64_C(1000000), full_ns = BURST * line_ns;
    if (book.spent_ns < now_ns) {
        book.spent_ns = now_ns;
    }
    if (book.spent_ns - now_ns > full_ns - line_ns) {
        return false;
    }
    book.spent_ns += line_ns;
    return true;
}

static void tell(const char *format, va_list arguments)
{
    char text[MAX_TEXT];
    uint64_t now_ns = base_now_ns();
    vsnprintf(text, sizeof text, format, arguments);
    if (strcmp(text, book.last) == 0 && base_ms_since(book.told_ns) < REPEAT_MS) {
        book.n_repeats++;
        return;
    }
    if (!may_tell(now_ns) || !put_count(&book.n_repeats, "more of these") ||
        !put_count(&book.n_left_out, "lines were left out here") || !put_line(text)) {
        book.n_left_out++;
        return;
    }
    memcpy(book.last, text, sizeof text);
    book.told_ns = now_ns;
}

void tapd_log(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(format, arguments);
    va_end(arguments);
}

void tapd_log_detail(const char *format, ...)
{
    if (!book.is_verbose) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    tell(format, arguments);
    va_end(arguments);
}

void tapd_log_set_verbose(bool verbose)
{
    book.is_verbose = verbose;
}
