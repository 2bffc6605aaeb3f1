/* SPDX-License-Identifier: Apache-2.0
 *
 * What does tapd answer to a request? (libcurl.) */
#include "tapctl/server.h"

#include "base/buffer.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ANSWER_BYTES = 256 << 20 };

struct http_server {
    struct tapctl_server server; /* the first member */
    CURL *curl;
    char *socket;              /* NULL: it is at a host */
    char *root;                /* "http://HOST:PORT" */
    struct curl_slist *fields; /* of each request */
};

static size_t take_bytes(char *bytes, size_t size, size_t n, void *owner)
{
    struct base_buffer *answer = owner;
    if (answer->n_bytes + size * n > MAX_ANSWER_BYTES) {
        return 0;
    }
    base_put_bytes(answer, bytes, size * n);
    return answer->failed ? 0 : size * n;
}

static void set_request(struct http_server *http, const struct tapctl_request *request,
                        const char *url, const char *body, struct base_buffer *answer)
{
    curl_easy_reset(http->curl);
    curl_easy_setopt(http->curl, CURLOPT_URL, url);
    curl_easy_setopt(http->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(http->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(http->curl, CURLOPT_UNIX_SOCKET_PATH, http->socket);
    curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, http->fields);
    curl_easy_setopt(http->curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(http->curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(http->curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, answer);
    if (body) {
        curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, body);
    }
}

static int perform(struct http_server *http, long *status, struct base_error *error)
{
    char words[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, words);
    CURLcode code = curl_easy_perform(http->curl);
    curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, NULL);
    long reason = 0;
    curl_easy_getinfo(http->curl, CURLINFO_OS_ERRNO, &reason);
    if (code == CURLE_COULDNT_CONNECT && http->socket && reason != 0) {
        return base_fail(error, "no answer: %s: %s", http->socket, strerror((int)reason));
    }
    if (code != CURLE_OK) {
        return base_fail(error, "no answer: %s", *words ? words : curl_easy_strerror(code));
    }
    curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, status);
    return 0;
}

static int ask(struct tapctl_server *server, const struct tapctl_request *request,
               struct tapctl_answer *answer, struct base_error *error)
{
    struct http_server *http = (struct http_server *)(void *)server;
    struct base_buffer url = {0}, bytes = {0};
    json_error_t wrong;
    long status = 0;
    *answer = (struct tapctl_answer){0};
    base_put_format(&url, "%s%s", http->root, request->path);
    char *body = request->body ? json_dumps(request->body, 0) : NULL;
    if (url.failed || (request->body && !body)) {
        base_fail(error, "out of memory");
    } else {
        set_request(http, request, base_buffer_text(&url), body, &bytes);
        if (perform(http, &status, error) == 0) {
            answer->status = (int)status;
            answer->body = json_loadb((const char *)bytes.data, bytes.n_bytes, 0, &wrong);
            if (!answer->body) {
                base_fail(error, "status %ld, and no JSON: is this tapd?", status);
            }
        }
    }
    free(body);
    base_buffer_free(&url);
    base_buffer_free(&bytes);
    return answer->body ? 0 : -1;
}

static void free_server(struct tapctl_server *server)
{
    struct http_server *http = (struct http_server *)(void *)server;
    if (http->curl) {
        curl_easy_cleanup(http->curl);
    }
    curl_slist_free_all(http->fields);
    free(http->socket);
    free(http->root);
    free(http);
}

/* A line of a request's head that begins so. 0, or -1 without memory. */
static int add_field(struct http_server *http, const char *start, const char *rest)
{
    struct base_buffer line = {0};
    base_put_format(&line, "%s%s", start, rest);
    struct curl_slist *fields =
        line.failed ? NULL : curl_slist_append(http->fields, base_buffer_text(&line));
    base_buffer_free(&line);
    http->fields = fields ? fields : http->fields;
    return fields ? 0 : -1;
}

static int set_address(struct http_server *http, const char *address, struct base_error *error)
{
    static const char scheme[] = "unix:";
    struct base_buffer root = {0};
    bool is_path = strncmp(address, scheme, strlen(scheme)) == 0;
    if (is_path && address[strlen(scheme)]) {
        http->socket = strdup(address + strlen(scheme));
        http->root = http->socket ? strdup("http://tapd") : NULL;
    } else if (!is_path && strchr(address, ':') && !strpbrk(address, "/@?# \t")) {
        base_put_format(&root, "http://%s", address);
        http->root = base_buffer_take_text(&root);
    } else {
        return base_fail(error, "%s: expected unix:PATH or HOST:PORT", address);
    }
    return http->root ? 0 : base_fail(error, "out of memory");
}

struct tapctl_server *tapctl_server_new(const char *address, const char *token,
                                        struct base_error *error)
{
    struct http_server *http = calloc(1, sizeof *http);
    if (!http) {
        base_fail(error, "out of memory");
        return NULL;
    }
    http->server = (struct tapctl_server){.ask = ask, .free = free_server};
    if (set_address(http, address, error)) {
        free_server(&http->server);
        return NULL;
    }
    http->curl = curl_easy_init();
    if (!http->curl || add_field(http, "Content-Type: ", "application/json") < 0 ||
        (token && add_field(http, "Authorization: Bearer ", token) < 0)) {
        base_fail(error, "out of memory");
        free_server(&http->server);
        return NULL;
    }
    return &http->server;
}
