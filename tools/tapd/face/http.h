/* SPDX-License-Identifier: Apache-2.0
 *
 * A small HTTP/1.1 server that speaks JSON: on a unix socket, on loopback, or
 * elsewhere behind a token. What the requests mean, is another's (api.h). Without the token no body
 * is kept.
 *
 * Requests and replies have a JSON body or none (one may be text); an error is
 * {"error": "what was wrong"}. */
#ifndef TAPD_FACE_HTTP_H
#define TAPD_FACE_HTTP_H

#include "base/error.h"

#include <event2/event.h>
#include <jansson.h>

enum tapd_http_method {
    TAPD_HTTP_GET,
    TAPD_HTTP_POST,
    TAPD_HTTP_PUT,
    TAPD_HTTP_PATCH,
    TAPD_HTTP_DELETE,
};

struct tapd_http_client; /* who asks */

struct tapd_http_request {
    enum tapd_http_method method;
    const char *path;  /* decoded, without the query: "/taps/web" */
    const char *query; /* as it was sent: "wait=5s"; NULL: there is none */
    const char *if_match, *if_none_match, *last_event_id; /* header fields; NULL: none */
    json_t *body;                                         /* NULL: none */
    struct tapd_http_client *client;
};

struct tapd_http_reply {
    int status;   /* 200, ... */
    json_t *body; /* NULL: none. The server takes the reference. */
    char *text;   /* instead of it, text/plain; malloc'd, the server's then */
    char *fields; /* of the header; tapd_http_field */
};

/* Adds a field to the header of the reply, "Location: /taps/web". Without memory it is left out. */
void tapd_http_field(struct tapd_http_reply *reply, const char *name, const char *format, ...)
    BASE_PRINTF(3, 4);

/* In a handler: the reply comes later, by tapd_http_answer, within so many ms; what the handler
 * sets is not sent. `gone` is called once if the client or the server goes before; then nobody may
 * answer.
 */
void tapd_http_defer(const struct tapd_http_request *request, unsigned ms,
                     void (*gone)(void *owner), void *owner);

/* The reply to a client whose request was deferred. */
void tapd_http_answer(struct tapd_http_client *client, struct tapd_http_reply *reply);

/* In a handler: the reply is a stream of this type without an end, of what tapd_http_send sends;
 * what the handler sets is not sent. `gone` as above. At most a quarter of the clients may have
 * one: -1, and the handler answers. 1: the request was HEAD, and is answered. */
int tapd_http_stream(const struct tapd_http_request *request, const char *type,
                     void (*gone)(void *owner), void *owner);

/* What of a stream has not been sent yet, in bytes. */
size_t tapd_http_unsent(const struct tapd_http_client *client);

/* Sends the text later on; `sent`, with the owner, is called whenever all is sent. */
void tapd_http_send(struct tapd_http_client *client, const char *text, void (*sent)(void *owner));

/* Ends the stream, after what was sent; `gone` is not called any more. */
void tapd_http_end(struct tapd_http_client *client);

/* Sets *reply, which is {500, NULL} before. */
typedef void tapd_http_handler(void *owner, const struct tapd_http_request *request,
                               struct tapd_http_reply *reply);

/* {status, {"error": TEXT}} */
void tapd_http_fail(struct tapd_http_reply *reply, int status, const char *format, ...)
    BASE_PRINTF(3, 4);

struct tapd_http;

/* Serves at `address`: "unix:PATH" (made with mode 0600; a socket of that name where nobody
 * answers is replaced), or "HOST:PORT", "[::1]:PORT". `token` may be NULL only where
 * no other machine can reach: every request needs "Authorization: Bearer TOKEN" then.
 * NULL, with an error, if the address can not be had. The event loop must not run any more
 * when it is freed. */
struct tapd_http *tapd_http_new(struct event_base *base, const char *address, const char *token,
                                tapd_http_handler *handler, void *owner, struct base_error *error);

/* How many clients are served at once, and how long one may take for its request, and again for the
 * reply, whether bytes come or not. One client more takes the place of the oldest of those whose
 * machine has most of them. */
struct tapd_http_limits {
    size_t max_clients;   /* 64, if nothing is set */
    unsigned deadline_ms; /* 10,000 */
};

/* For clients that come from now on. */
void tapd_http_set_limits(struct tapd_http *http, const struct tapd_http_limits *limits);

/* Removes the socket of a unix: address. NULL is legal. */
void tapd_http_free(struct tapd_http *http);

#endif
