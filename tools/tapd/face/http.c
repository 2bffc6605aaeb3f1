/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP server below the requests: connections, limits, tokens and replies, on libevent. */
#include "tapd/face/http.h"

#include "tapd/log.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    MAX_BODY_BYTES = 256 << 10,
    /* Beyond that evhttp reads no more, and says so in HTML. */
    MAX_READ_BYTES = 16 << 20,
    MAX_HEADER_BYTES = 16 << 10,
    TIMEOUT_S = 10, /* of a connection on which nothing moves */
    BACKLOG = 64,
    REST_S = 1, /* after a connection could not be taken */
};

struct tapd_http {
    struct evhttp *server;
    char *token;
    char *path; /* of the unix socket; NULL: there is none */
    tapd_http_handler *handler;
    void *owner;
};

static int open_socket(struct tapd_http *http, const char *address, int *fd,
                       struct base_error *error);
static void on_request(struct evhttp_request *request, void *arg);

void tapd_http_fail(struct tapd_http_reply *reply, int status, const char *format, ...)
{
    char text[8192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    json_decref(reply->body);
    *reply = (struct tapd_http_reply){.status = status, .body = json_pack("{s:s}", "error", text)};
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
    (void)arg; /* evhttp's */
    tapd_log("can not take a request: %s", strerror(errno));
    if (event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT, on_resume, listener,
                        &rest) == 0) {
        evconnlistener_disable(listener);
    }
}

static int serve(struct tapd_http *http, struct event_base *base, int fd, struct base_error *error)
{
    http->server = evhttp_new(base);
    struct evconnlistener *listener =
        http->server
            ? evconnlistener_new(base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
                                 BACKLOG, fd)
            : NULL;
    if (!listener) {
        close(fd);
        return base_fail(error, "can not listen: %s", strerror(errno));
    }
    if (!evhttp_bind_listener(http->server, listener)) {
        evconnlistener_free(listener);
        return base_fail(error, "out of memory");
    }
    evconnlistener_set_error_cb(listener, on_accept_error);
    evhttp_set_max_body_size(http->server, MAX_READ_BYTES);
    evhttp_set_max_headers_size(http->server, MAX_HEADER_BYTES);
    evhttp_set_timeout(http->server, TIMEOUT_S);
    evhttp_set_allowed_methods(http->server, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PATCH |
                                                 EVHTTP_REQ_DELETE | EVHTTP_REQ_HEAD |
                                                 EVHTTP_REQ_PUT | EVHTTP_REQ_OPTIONS);
    evhttp_set_gencb(http->server, on_request, http);
    return 0;
}

struct tapd_http *tapd_http_new(struct event_base *base, const char *address, const char *token,
                                tapd_http_handler *handler, void *owner, struct base_error *error)
{
    struct tapd_http *http = calloc(1, sizeof *http);
    int fd = -1;
    if (!http) {
        base_fail(error, "out of memory");
        return NULL;
    }
    *http = (struct tapd_http){
        .handler = handler, .owner = owner, .token = token ? strdup(token) : NULL};
    if ((token && !http->token) || open_socket(http, address, &fd, error) ||
        serve(http, base, fd, error)) {
        base_fail_in(error, "%s", address);
        tapd_http_free(http);
        return NULL;
    }
    return http;
}

void tapd_http_free(struct tapd_http *http)
{
    if (!http) {
        return;
    }
    if (http->server) {
        evhttp_free(http->server);
    }
    if (http->path) {
        unlink(http->path);
    }
    free(http->path);
    free(http->token);
    free(http);
}

/* Where to listen */

/* A socket file that somebody left behind may go; one where somebody answers may not. */
static bool is_stale(const struct sockaddr_un *path)
{
    struct stat file;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool stale = lstat(path->sun_path, &file) == 0 && S_ISSOCK(file.st_mode) && fd >= 0 &&
                 connect(fd, (const struct sockaddr *)path, sizeof *path) != 0 &&
                 errno == ECONNREFUSED;
    if (fd >= 0) {
        close(fd);
    }
    return stale;
}

static int new_socket(int family, int *fd, struct base_error *error)
{
    *fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return *fd < 0 ? base_fail(error, "can not make a socket: %s", strerror(errno)) : 0;
}

/* The file is there for nobody else, not even for a moment: the umask says so. */
static int open_unix(struct tapd_http *http, const char *text, int *fd, struct base_error *error)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    if (strlen(text) == 0 || strlen(text) >= sizeof path.sun_path) {
        return base_fail(error, "expected a path of 1 to %zu bytes", sizeof path.sun_path - 1);
    }
    memcpy(path.sun_path, text, strlen(text));
    if (new_socket(AF_UNIX, fd, error)) {
        return -1;
    }
    if (is_stale(&path)) {
        unlink(path.sun_path);
    }
    mode_t mask = umask(0177);
    int status = bind(*fd, (const struct sockaddr *)&path, sizeof path);
    int failure = errno;
    umask(mask);
    if (status) {
        close(*fd);
        return base_fail(error, "can not listen: %s", strerror(failure));
    }
    http->path = strdup(text);
    return 0;
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static int open_inet(const struct addrinfo *found, bool has_token, int *fd,
                     struct base_error *error)
{
    if (!has_token && !is_loopback(found->ai_addr)) {
        return base_fail(error, "other machines can reach this address; it needs --token-file");
    }
    if (new_socket(found->ai_family, fd, error)) {
        return -1;
    }
    setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(*fd, found->ai_addr, found->ai_addrlen)) {
        close(*fd);
        return base_fail(error, "can not listen: %s", strerror(errno));
    }
    return 0;
}

/* "HOST:PORT" in its parts; brackets of an IPv6 address are taken off. */
static int split_address(const char *address, char host[256], const char **port,
                         struct base_error *error)
{
    const char *colon = strrchr(address, ':');
    size_t n_host = colon ? (size_t)(colon - address) : 0;
    if (n_host >= 2 && address[0] == '[' && address[n_host - 1] == ']') {
        address++;
        n_host -= 2;
    } else if (memchr(address, ':', n_host)) {
        n_host = 0;
    }
    if (n_host == 0 || n_host >= 256) {
        return base_fail(error, "expected unix:PATH, HOST:PORT or [ADDRESS]:PORT");
    }
    memcpy(host, address, n_host);
    host[n_host] = '\0';
    *port = colon + 1;
    return 0;
}

static int open_socket(struct tapd_http *http, const char *address, int *fd,
                       struct base_error *error)
{
    static const char unix_prefix[] = "unix:";
    if (strncmp(address, unix_prefix, strlen(unix_prefix)) == 0) {
        return open_unix(http, address + strlen(unix_prefix), fd, error);
    }
    char host[256];
    const char *port = "";
    if (split_address(address, host, &port, error)) {
        return -1;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV},
                    *found;
    int failure = getaddrinfo(host, port, &hints, &found);
    if (failure) {
        return base_fail(error, "%s", gai_strerror(failure));
    }
    int status = open_inet(found, http->token != NULL, fd, error);
    freeaddrinfo(found);
    return status;
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

static bool is_allowed(const struct tapd_http *http, struct evhttp_request *request)
{
    static const char scheme[] = "Bearer ";
    const char *given =
        evhttp_find_header(evhttp_request_get_input_headers(request), "Authorization");
    return !http->token || (given && evutil_ascii_strncasecmp(given, scheme, strlen(scheme)) == 0 &&
                            is_token(http->token, given + strlen(scheme)));
}

static bool find_method(struct evhttp_request *request, enum tapd_http_method *method)
{
    switch (evhttp_request_get_command(request)) {
    case EVHTTP_REQ_GET:
    case EVHTTP_REQ_HEAD:
        *method = TAPD_HTTP_GET;
        return true;
    case EVHTTP_REQ_POST:
        *method = TAPD_HTTP_POST;
        return true;
    case EVHTTP_REQ_PATCH:
        *method = TAPD_HTTP_PATCH;
        return true;
    case EVHTTP_REQ_DELETE:
        *method = TAPD_HTTP_DELETE;
        return true;
    default:
        return false;
    }
}

/* 0 with the body, NULL if there is none; or -1 and what is wrong with it. */
static int read_body(struct evhttp_request *request, json_t **body, struct tapd_http_reply *reply)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    size_t n_bytes = evbuffer_get_length(input);
    *body = NULL;
    if (n_bytes == 0) {
        return 0;
    }
    if (n_bytes > MAX_BODY_BYTES) {
        tapd_http_fail(reply, 413, "a body of %zu bytes; at most %d are taken", n_bytes,
                       MAX_BODY_BYTES);
        return -1;
    }
    json_error_t error = {.text = "out of memory"};
    const char *bytes = (const char *)evbuffer_pullup(input, -1);
    *body = bytes ? json_loadb(bytes, n_bytes, JSON_REJECT_DUPLICATES, &error) : NULL;
    if (!*body) {
        tapd_http_fail(reply, 400, "the body is not JSON: line %d, column %d: %s", error.line,
                       error.column, error.text);
        return -1;
    }
    return 0;
}

static void handle(struct tapd_http *http, struct evhttp_request *request,
                   struct tapd_http_reply *reply)
{
    struct tapd_http_request what;
    const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
    if (!is_allowed(http, request)) {
        evhttp_add_header(evhttp_request_get_output_headers(request), "WWW-Authenticate", "Bearer");
        tapd_http_fail(reply, 401, "expected the header Authorization: Bearer TOKEN");
        return;
    }
    if (evhttp_find_header(evhttp_request_get_input_headers(request), "Origin")) {
        tapd_http_fail(reply, 403,
                       "web pages may not ask"); /* nor those that a browser shows here */
        return;
    }
    if (!find_method(request, &what.method)) {
        tapd_http_fail(reply, 405, "expected GET, HEAD, POST, PATCH or DELETE");
        return;
    }
    size_t n_path;
    char *decoded = evhttp_uridecode(path ? path : "/", 0, &n_path);
    if (decoded && strlen(decoded) == n_path && read_body(request, &what.body, reply) == 0) {
        what.path = decoded;
        http->handler(http->owner, &what, reply);
        json_decref(what.body);
    } else if (!reply->body) {
        tapd_http_fail(reply, 400, "the path can not be read");
    }
    free(decoded);
}

/* HEAD is answered as GET, without the body (RFC 9110, section 9.3.2). */
static void put_body(struct evhttp_request *request, const char *text)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    evhttp_add_header(headers, "Content-Type", "application/json");
    if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD) {
        char n_bytes[24];
        snprintf(n_bytes, sizeof n_bytes, "%zu", strlen(text) + strlen("\n"));
        evhttp_add_header(headers, "Content-Length", n_bytes);
    } else {
        evbuffer_add_printf(evhttp_request_get_output_buffer(request), "%s\n", text);
    }
}

static void on_request(struct evhttp_request *request, void *arg)
{
    struct tapd_http_reply reply = {.status = 500};
    handle(arg, request, &reply);
    char *text = reply.body ? json_dumps(reply.body, JSON_INDENT(2)) : NULL;
    if (text) {
        put_body(request, text);
    }
    free(text);
    json_decref(reply.body);
    evhttp_send_reply(request, reply.status, NULL, NULL);
}
