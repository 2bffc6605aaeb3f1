/* SPDX-License-Identifier: Apache-2.0
 *
 * A running tapd that answers requests: HTTP with JSON bodies (tapd --help lists them). */
#ifndef TAPCTL_SERVER_H
#define TAPCTL_SERVER_H

#include "base/error.h"

#include <jansson.h>

struct tapctl_request {
    const char *method;  /* "POST" */
    const char *path;    /* as it is sent: "/taps/web?wait=5s" */
    const json_t *body;  /* NULL: none */
    unsigned timeout_ms; /* for the whole of it */
};

struct tapctl_answer {
    int status;   /* 200, ... */
    json_t *body; /* never NULL; the caller's reference */
};

/* Two implementations: tapctl_server_new, and the fake of tests. */
struct tapctl_server {
    /* 0 and the answer, whatever its status is; or -1: nobody answers, not in time, or not JSON. */
    int (*ask)(struct tapctl_server *server, const struct tapctl_request *request,
               struct tapctl_answer *answer, struct base_error *error);
    void (*free)(struct tapctl_server *server);
};

/* The tapd at "unix:PATH" or "HOST:PORT"; nothing is sent yet. `token` may be NULL; both texts must
 * live as long. NULL, with an error: an address of another form, no memory. `server->free` frees
 * it. Proxies of the environment are not asked. */
struct tapctl_server *tapctl_server_new(const char *address, const char *token,
                                        struct base_error *error);

#endif
