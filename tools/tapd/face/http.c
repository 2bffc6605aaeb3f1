/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP server below the requests: who may ask, how much and for how long; one request and one
 * reply a connection. Not evhttp: that keeps a body before anybody can look at the token, and a
 * connection for as long as a byte comes now and then. */
#include "tapd/face/http.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "tapd/face/http_inside.h"
#include "tapd/log.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MAX_BODY_BYTES = 256 << 10,
    MAX_HEAD_BYTES = 16 << 10,
    MAX_READ_BYTES =
        16 << 10, /* at once. No watermark: libevent 2.1 crashes there without memory */
    MAX_CLIENTS = 64,
    DEADLINE_MS = 10000, /* of a request, and once more of its reply */
    BACKLOG = 64,
    REST_S = 1, /* after a connection could not be taken */
};

struct tapd_http {
    struct event_base *base;
    struct evconnlistener *listener;
    struct tapd_http_limits limits;
    char *token;
    char *path; /* of the unix socket; NULL: there is none */
    tapd_http_handler *handler;
    void *owner;
    struct tapd_http_client *clients; /* the last one that came is the first */
    size_t n_clients, n_streams;
};

/* A connection: a request, a reply, and then whatever else comes is thrown away until the other end
 * closes too: closed at once, the kernel would take the reply back. */
struct tapd_http_client {
    struct tapd_http *http;
    struct bufferevent *peer;
    struct event *deadline;
    char *text; /* of the head; NULL: it has not come yet */
    struct tapd_http_head head;
    struct in6_addr address;    /* zeros: of this machine */
    bool is_answered, is_ended; /* the other end will not send any more */
    bool is_stream;             /* its reply goes on */
    void (*gone)(void *owner);  /* not NULL: it waits for a reply, or for more of it */
    void (*sent)(void *owner);  /* of a stream; may be NULL */
    void *waiting;              /* owner of these */
    struct tapd_http_client *next;
};

static void free_reply(struct tapd_http_reply *reply)
{
    json_decref(reply->body);
    free(reply->text);
    free(reply->fields);
    *reply = (struct tapd_http_reply){0};
}

void tapd_http_fail(struct tapd_http_reply *reply, int status, const char *format, ...)
{
    char text[8192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    free_reply(reply);
    *reply = (struct tapd_http_reply){.status = status, .body = json_pack("{s:s}", "error", text)};
}

void tapd_http_field(struct tapd_http_reply *reply, const char *name, const char *format, ...)
{
    char value[1024];
    struct base_buffer fields = {0};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    base_put_format(&fields, "%s%s: %s\r\n", reply->fields ? reply->fields : "", name, value);
    char *text = base_buffer_take_text(&fields);
    if (text) {
        free(reply->fields);
        reply->fields = text;
    }
}

/* Clients come and go */

static void forget(struct tapd_http_client *client)
{
    if (client->gone) {
        client->gone(client->waiting);
    }
    client->http->n_streams -= client->is_stream;
    struct tapd_http_client **at = &client->http->clients;
    while (*at != client) {
        at = &(*at)->next;
    }
    *at = client->next;
    client->http->n_clients--;
    if (client->deadline) {
        event_free(client->deadline);
    }
    if (client->peer) {
        bufferevent_free(client->peer);
    }
    free(client->text);
    free(client);
}

static size_t count_of(const struct tapd_http *http, const struct in6_addr *address)
{
    size_t n = 0;
    for (const struct tapd_http_client *client = http->clients; client; client = client->next) {
        n += IN6_ARE_ADDR_EQUAL(&client->address, address);
    }
    return n;
}

/* Who has most connections loses the oldest: whoever asks is answered at once, so it is hardly one
 * of those. Streams are few, and stay. */
static void make_room(struct tapd_http *http)
{
    struct tapd_http_client *loser = NULL;
    size_t most = 0;
    if (http->n_clients < http->limits.max_clients) {
        return;
    }
    for (struct tapd_http_client *client = http->clients; client; client = client->next) {
        size_t n = count_of(http, &client->address);
        if (n >= most && !client->is_stream) {
            most = n;
            loser = client;
        }
    }
    if (loser) {
        forget(loser);
    }
}

static void on_deadline(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    forget(arg);
}

/* 0, or -1 without memory. */
static int await_deadline(struct tapd_http_client *client)
{
    const struct timeval deadline = base_timeval(client->http->limits.deadline_ms);
    return event_add(client->deadline, &deadline);
}

/* Requests */

/* Takes as long whatever the difference is. */
static bool is_token(const char *token, const char *given)
{
    size_t n_token = strlen(token), n_given = strlen(given);
    unsigned char differs = n_token != n_given;
    for (size_t i = 0; i < n_given; i++) {
        differs |= (unsigned char)(given[i] ^ token[n_token > 0 ? i % n_token : 0]);
    }
    return n_token > 0 && !differs;
}

static bool is_allowed(const struct tapd_http *http, const char *given)
{
    static const char scheme[] = "Bearer ";
    return !http->token || (given && evutil_ascii_strncasecmp(given, scheme, strlen(scheme)) == 0 &&
                            is_token(http->token, given + strlen(scheme)));
}

#define METHODS_TAKEN "GET, HEAD, POST, PUT, PATCH, DELETE"

static bool find_method(const char *name, enum tapd_http_method *method)
{
    static const struct {
        const char *name;
        enum tapd_http_method method;
    } METHODS[] = {{"GET", TAPD_HTTP_GET},     {"HEAD", TAPD_HTTP_GET},
                   {"POST", TAPD_HTTP_POST},   {"PUT", TAPD_HTTP_PUT},
                   {"PATCH", TAPD_HTTP_PATCH}, {"DELETE", TAPD_HTTP_DELETE}};
    for (size_t i = 0; i < sizeof METHODS / sizeof *METHODS; i++) {
        if (strcmp(name, METHODS[i].name) == 0) {
            *method = METHODS[i].method;
            return true;
        }
    }
    return false;
}

/* What can be said before the body has come. 0, or -1 and the reply. */
static int judge_head(const struct tapd_http_client *client, struct tapd_http_reply *reply)
{
    const struct tapd_http_head *head = &client->head;
    enum tapd_http_method method;
    if (!is_allowed(client->http, head->authorization)) {
        tapd_http_fail(reply, 401, "expected the header Authorization: Bearer TOKEN");
    } else if (head->origin) { /* nor those that a browser shows here */
        tapd_http_fail(reply, 403, "web pages may not ask");
    } else if (!find_method(head->method, &method)) {
        tapd_http_fail(reply, 405, "expected one of " METHODS_TAKEN);
        tapd_http_field(reply, "Allow", METHODS_TAKEN);
    } else if (head->transfer_encoding) {
        tapd_http_fail(reply, 411, "expected a body with Content-Length");
    } else if (head->n_body > MAX_BODY_BYTES) {
        tapd_http_fail(reply, 413, "a body of %zu bytes; at most %d are taken", head->n_body,
                       MAX_BODY_BYTES);
    } else {
        return 0;
    }
    return -1;
}

/* 0 with the body, NULL if there is none; or -1 and what is wrong with it. */
static int read_body(const struct tapd_http_client *client, json_t **body,
                     struct tapd_http_reply *reply)
{
    size_t n_bytes = client->head.n_body;
    json_error_t error = {.text = "out of memory"};
    *body = NULL;
    if (n_bytes == 0) {
        return 0;
    }
    const char *bytes =
        (const char *)evbuffer_pullup(bufferevent_get_input(client->peer), (ev_ssize_t)n_bytes);
    *body = bytes ? json_loadb(bytes, n_bytes, JSON_REJECT_DUPLICATES, &error) : NULL;
    if (!*body) {
        tapd_http_fail(reply, 400, "the body is not JSON: line %d, column %d: %s", error.line,
                       error.column, error.text);
        return -1;
    }
    return 0;
}

/* The path of "/taps?x" or "http://tapd/taps", decoded; NULL if it cannot be read. */
static char *read_path(const char *target)
{
    struct evhttp_uri *uri = evhttp_uri_parse(target);
    const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
    size_t n_path = 0;
    char *decoded = path ? evhttp_uridecode(*path ? path : "/", 0, &n_path) : NULL;
    if (decoded && strlen(decoded) != n_path) {
        free(decoded);
        decoded = NULL;
    }
    if (uri) {
        evhttp_uri_free(uri);
    }
    return decoded;
}

/* What ran out of memory has changed nothing, or has told that it did; else its reply may lack
 * something. */
static void own_up(enum tapd_http_method method, struct tapd_http_reply *reply)
{
    if (base_memory_ran_out() && (method == TAPD_HTTP_GET || reply->status >= 400)) {
        tapd_http_fail(reply, 500, "out of memory");
    }
}

/* Behind the first "?". */
static const char *read_query(const char *target)
{
    const char *mark = strchr(target, '?');
    return mark ? mark + 1 : NULL;
}

static void handle(struct tapd_http_client *client, struct tapd_http_reply *reply)
{
    const struct tapd_http_head *head = &client->head;
    struct tapd_http_request what = {.query = read_query(head->target),
                                     .if_match = head->if_match,
                                     .if_none_match = head->if_none_match,
                                     .last_event_id = head->last_event_id,
                                     .client = client};
    base_memory_begin();
    char *path = read_path(client->head.target);
    if (!path) {
        tapd_http_fail(reply, 400, "the path can not be read");
    } else if (find_method(client->head.method, &what.method) &&
               read_body(client, &what.body, reply) == 0) {
        what.path = path;
        client->http->handler(client->http->owner, &what, reply);
        json_decref(what.body);
    }
    own_up(what.method, reply);
    free(path);
}

/* Replies */

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *words;
    } REASONS[] = {{200, "OK"},
                   {201, "Created"},
                   {202, "Accepted"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {409, "Conflict"},
                   {411, "Length Required"},
                   {412, "Precondition Failed"},
                   {413, "Content Too Large"},
                   {431, "Request Header Fields Too Large"},
                   {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof REASONS / sizeof *REASONS; i++) {
        if (REASONS[i].status == status) {
            return REASONS[i].words;
        }
    }
    return "Internal Server Error";
}

/* HEAD is answered as GET, without the body (RFC 9110, section 9.3.2). */
static void format_reply(const struct tapd_http_client *client, const struct tapd_http_reply *reply,
                         struct evbuffer *out)
{
    char *text = reply->body   ? json_dumps(reply->body, JSON_INDENT(2))
                 : reply->text ? strdup(reply->text)
                               : NULL;
    enum tapd_http_method method = TAPD_HTTP_GET;
    bool is_lost = (reply->body || reply->text) && !text && client->head.method &&
                   find_method(client->head.method, &method) && method == TAPD_HTTP_GET;
    int status = is_lost ? 500 : reply->status; /* what was changed, was changed */
    evbuffer_add_printf(out, "HTTP/1.1 %d %s\r\nConnection: close\r\n", status, reason(status));
    evbuffer_add_printf(out, "%s", status == 401 ? "WWW-Authenticate: Bearer\r\n" : "");
    evbuffer_add_printf(out, "%s", reply->fields ? reply->fields : "");
    if (text) {
        evbuffer_add_printf(out, "Content-Type: %s\r\n",
                            reply->text ? "text/plain; version=0.0.4" : "application/json");
    }
    evbuffer_add_printf(out, "Content-Length: %zu\r\n\r\n", text ? strlen(text) + 1 : 0);
    if (text && (!client->head.method || strcmp(client->head.method, "HEAD") != 0)) {
        evbuffer_add_printf(out, "%s\n", text);
    }
    free(text);
}

/* Takes the body of the reply. */
static void answer(struct tapd_http_client *client, struct tapd_http_reply *reply)
{
    struct evbuffer *input = bufferevent_get_input(client->peer);
    client->is_answered = true;
    await_deadline(client);
    format_reply(client, reply, bufferevent_get_output(client->peer));
    free_reply(reply);
    evbuffer_drain(input, evbuffer_get_length(input));
}

void tapd_http_defer(const struct tapd_http_request *request, unsigned ms,
                     void (*gone)(void *owner), void *owner)
{
    struct tapd_http_client *client = request->client;
    const struct timeval deadline = base_timeval(ms + client->http->limits.deadline_ms);
    client->gone = gone;
    client->waiting = owner;
    event_add(client->deadline, &deadline);
}

void tapd_http_answer(struct tapd_http_client *client, struct tapd_http_reply *reply)
{
    client->gone = NULL;
    answer(client, reply);
}

int tapd_http_stream(const struct tapd_http_request *request, const char *type,
                     void (*gone)(void *owner), void *owner)
{
    struct tapd_http_client *client = request->client;
    struct evbuffer *out = bufferevent_get_output(client->peer);
    bool is_head = strcmp(client->head.method, "HEAD") == 0;
    if (!is_head && 4 * client->http->n_streams >= client->http->limits.max_clients) {
        return -1;
    }
    evbuffer_add_printf(out,
                        "HTTP/1.1 200 OK\r\nConnection: close\r\nCache-Control: no-store\r\n"
                        "Content-Type: %s\r\n\r\n",
                        type);
    if (is_head) {
        client->is_answered = true;
        return 1;
    }
    event_del(client->deadline);
    client->is_stream = true;
    client->http->n_streams++;
    client->gone = gone;
    client->waiting = owner;
    return 0;
}

size_t tapd_http_unsent(const struct tapd_http_client *client)
{
    return evbuffer_get_length(bufferevent_get_output(client->peer));
}

void tapd_http_send(struct tapd_http_client *client, const char *text, void (*sent)(void *owner))
{
    client->sent = sent;
    evbuffer_add(bufferevent_get_output(client->peer), text, strlen(text));
}

void tapd_http_end(struct tapd_http_client *client)
{
    client->gone = NULL;
    client->is_answered = true;
    await_deadline(client);
    if (tapd_http_unsent(client) == 0) {
        shutdown(bufferevent_getfd(client->peer), SHUT_WR);
    }
}

/* 1: the body may come; 0: the head has not ended; -1 and the reply. */
static int take_head(struct tapd_http_client *client, struct tapd_http_reply *reply)
{
    struct evbuffer *input = bufferevent_get_input(client->peer);
    size_t n_bytes = evbuffer_get_length(input);
    const char *bytes = (const char *)evbuffer_pullup(input, -1);
    size_t n_head = bytes ? tapd_http_head_length(bytes, n_bytes) : 0;
    struct base_error error;
    if (n_head == 0 && n_bytes < MAX_HEAD_BYTES) {
        return 0;
    }
    if (n_head == 0 || n_head > MAX_HEAD_BYTES) {
        tapd_http_fail(reply, 431, "a header of more than %d bytes", MAX_HEAD_BYTES);
        return -1;
    }
    client->text = calloc(1, n_head + 1);
    if (!client->text) {
        return -1;
    }
    evbuffer_remove(input, client->text, n_head);
    if (tapd_http_head_read(client->text, n_head, &client->head, &error)) {
        tapd_http_fail(reply, 400, "%s", error.text);
        return -1;
    }
    return judge_head(client, reply) ? -1 : 1;
}

/* Some clients do not send a body before they hear this. */
static void await_body(struct tapd_http_client *client)
{
    size_t n_bytes = evbuffer_get_length(bufferevent_get_input(client->peer));
    if (client->head.expect && n_bytes < client->head.n_body) {
        evbuffer_add_printf(bufferevent_get_output(client->peer), "HTTP/1.1 100 Continue\r\n\r\n");
    }
}

static void on_bytes(struct bufferevent *peer, void *arg)
{
    struct tapd_http_client *client = arg;
    struct evbuffer *input = bufferevent_get_input(peer);
    struct tapd_http_reply reply = {.status = 500};
    if (client->is_answered || client->gone) {
        evbuffer_drain(input, evbuffer_get_length(input));
        return;
    }
    if (!client->text) {
        int taken = take_head(client, &reply);
        if (taken < 0) {
            answer(client, &reply);
        }
        if (taken <= 0) {
            return;
        }
        await_body(client);
    }
    if (evbuffer_get_length(input) >= client->head.n_body) {
        handle(client, &reply);
        if (client->gone || client->is_answered) {
            free_reply(&reply);
        } else {
            answer(client, &reply);
        }
    }
}

static void on_written(struct bufferevent *peer, void *arg)
{
    struct tapd_http_client *client = arg;
    if (client->is_answered && client->is_ended) {
        forget(client);
    } else if (client->is_answered) {
        shutdown(bufferevent_getfd(peer), SHUT_WR);
    } else if (client->gone && client->sent) {
        client->sent(client->waiting);
    }
}

static void on_end(struct bufferevent *peer, short what, void *arg)
{
    struct tapd_http_client *client = arg;
    client->is_ended = true;
    if (client->gone && !(what & BEV_EVENT_ERROR)) {
        return; /* it has nothing more to say, and listens */
    }
    if ((what & BEV_EVENT_ERROR) || !client->is_answered ||
        evbuffer_get_length(bufferevent_get_output(peer)) == 0) {
        forget(client);
    }
}

/* Connections */

static void take_address(struct tapd_http_client *client, const struct sockaddr *address)
{
    if (address->sa_family == AF_INET6) {
        client->address = ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    } else if (address->sa_family == AF_INET) {
        memcpy(&client->address, &((const struct sockaddr_in *)(const void *)address)->sin_addr,
               sizeof(struct in_addr));
    }
}

static void on_client(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
                      int n_address, void *arg)
{
    (void)listener;
    struct tapd_http *http = arg;
    make_room(http);
    struct tapd_http_client *client = calloc(1, sizeof *client);
    if (!client) {
        close(fd);
        return;
    }
    *client = (struct tapd_http_client){.http = http, .next = http->clients};
    http->clients = client;
    http->n_clients++;
    if (n_address > 0) {
        take_address(client, address);
    }
    client->deadline = evtimer_new(http->base, on_deadline, client);
    client->peer = bufferevent_socket_new(http->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!client->peer) {
        close(fd);
    }
    if (!client->peer || !client->deadline || await_deadline(client)) {
        forget(client);
        return;
    }
    bufferevent_setcb(client->peer, on_bytes, on_written, on_end, client);
    bufferevent_set_max_single_read(client->peer,
                                    MAX_READ_BYTES); /* more than asked for, at most */
    if (bufferevent_enable(client->peer, EV_READ | EV_WRITE)) {
        forget(client);
    }
}

static void on_resume(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    evconnlistener_enable(arg);
}

/* Most likely there are no descriptors left: some have to be closed first, and
 * whoever waits goes on waiting. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
    const struct timeval rest = {.tv_sec = REST_S};
    (void)arg;
    tapd_log("can not take a request: %s", strerror(errno));
    if (event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT, on_resume, listener,
                        &rest) == 0) {
        evconnlistener_disable(listener);
    }
}

static int serve(struct tapd_http *http, int fd, struct base_error *error)
{
    http->listener = evconnlistener_new(http->base, on_client, http,
                                        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG, fd);
    if (!http->listener) {
        int failure = errno;
        close(fd);
        return base_fail(error, "can not listen: %s", strerror(failure));
    }
    evconnlistener_set_error_cb(http->listener, on_accept_error);
    return 0;
}

struct tapd_http *tapd_http_new(struct event_base *base, const char *address, const char *token,
                                tapd_http_handler *handler, void *owner, struct base_error *error)
{
    struct tapd_http *http = calloc(1, sizeof *http);
    int fd = -1;
    json_set_alloc_funcs(base_malloc, free); /* so that it is noted when it gets none */
    if (!http) {
        base_fail(error, "out of memory");
        return NULL;
    }
    *http = (struct tapd_http){.base = base,
                               .limits = {.max_clients = MAX_CLIENTS, .deadline_ms = DEADLINE_MS},
                               .handler = handler,
                               .owner = owner,
                               .token = token ? strdup(token) : NULL};
    if (token && !http->token) {
        base_fail(error, "out of memory");
        free(http);
        return NULL;
    }
    if (tapd_http_listen(address, token != NULL, &fd, &http->path, error) ||
        serve(http, fd, error)) {
        base_fail_in(error, "%s", address);
        tapd_http_free(http);
        return NULL;
    }
    return http;
}

void tapd_http_set_limits(struct tapd_http *http, const struct tapd_http_limits *limits)
{
    http->limits = *limits;
}

void tapd_http_free(struct tapd_http *http)
{
    if (!http) {
        return;
    }
    while (http->clients) {
        forget(http->clients);
    }
    if (http->listener) {
        evconnlistener_free(http->listener);
    }
    if (http->path) {
        unlink(http->path);
    }
    free(http->path);
    free(http->token);
    free(http);
}
