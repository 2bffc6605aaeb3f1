/* SPDX-License-Identifier: Apache-2.0
 *
 * Which token do requests need, and does nobody else know it? */
#include "base/token_file.h"

#include "base/secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TOKEN_BYTES = 4095 };

/* A line, or what there is of it: more than MAX_TOKEN_BYTES are not read. */
static char *read_line(FILE *file, struct base_error *error)
{
    char line[MAX_TOKEN_BYTES + 1];
    size_t n = 0;
    int byte;
    while ((byte = getc(file)) != EOF && byte != '\n') {
        if (byte == '\0') {
            base_fail(error, "a NUL in the token");
            return NULL;
        }
        if (n == MAX_TOKEN_BYTES) {
            base_fail(error, "a token of more than %d bytes", MAX_TOKEN_BYTES);
            return NULL;
        }
        line[n++] = (char)byte;
    }
    line[n] = '\0';
    line[strcspn(line, "\r")] = '\0';
    if (ferror(file)) {
        base_fail(error, "%s", strerror(errno));
        return NULL;
    }
    if (!*line) {
        base_fail(error, "expected a token in its first line");
        return NULL;
    }
    char *token = strdup(line);
    if (!token) {
        base_fail(error, "out of memory");
    }
    return token;
}

char *base_token_file_read(const char *path, struct base_error *error)
{
    FILE *file = fopen(path, "re");
    char *token = NULL;
    if (!file) {
        base_fail(error, "%s", strerror(errno));
    } else if (base_secret_check(fileno(file), "token", error) == 0) {
        token = read_line(file, error);
    }
    if (!token) {
        base_fail_in(error, "%s", path);
    }
    if (file) {
        fclose(file);
    }
    return token;
}
