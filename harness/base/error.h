/* SPDX-License-Identifier: Apache-2.0
 *
 * One error, in words. The function that notices it says what went wrong; one of
 * its callers puts the place in front of it; only a command decides what that
 * means for the exit status.
 *
 * Convention of every room: a function that can fail returns 0 on success and
 * -1 on failure, takes a `struct base_error *` as its last parameter, and has
 * filled it in when it returns -1. The parameter may be NULL. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>

#define BASE_PRINTF(at, first) __attribute__((format(printf, at, first)))

struct base_error {
    char text[512]; /* no newline at the end; cut with "..." when too long */
};

/* Sets the text: what went wrong, where it is noticed. Always returns -1, for
 * `return base_fail(error, ...)`. `error` may be NULL. */
int base_fail(struct base_error *error, const char *format, ...) BASE_PRINTF(2, 3);

/* Puts a prefix and ": " in front of the text that is there: once, by the caller
 * that knows where ("FILE:LINE:COLUMN", "switch s1"). Always returns -1. */
int base_fail_in(struct base_error *error, const char *format, ...) BASE_PRINTF(2, 3);

#endif
