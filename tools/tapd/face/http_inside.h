/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the HTTP server: where it listens, and what the head of a request says. */
#ifndef TAPD_FACE_HTTP_INSIDE_H
#define TAPD_FACE_HTTP_INSIDE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Listens at an address as tapd_http_new takes it. *path is the socket file, malloc'd; NULL: none.
 * 0, or -1 with an error. */
int tapd_http_listen(const char *address, bool has_token, int *fd, char **path,
                     struct base_error *error);

/* The head of a request (RFC 9112, sections 2 to 6), as far as it matters here. The texts stand
 * in what was read. */
struct tapd_http_head {
    const char *method;
    const char *target;        /* as it was sent: "/taps/a%20b?x" */
    const char *authorization; /* NULL: none; so below */
    const char *expect;
    const char *origin;
    const char *transfer_encoding;
    const char *content_length;
    const char *if_match;
    const char *if_none_match;
    const char *last_event_id;
    size_t n_body; /* bytes that follow */
};

/* How many of these bytes are the head, with the empty line that ends it; 0: it has not ended. */
size_t tapd_http_head_length(const char *bytes, size_t n_bytes);

/* Reads a head of that length; text[n_bytes] is 0, and the text is cut into pieces. 0, or -1 with
 * what is wrong with it. */
int tapd_http_head_read(char *text, size_t n_bytes, struct tapd_http_head *head,
                        struct base_error *error);

#endif
