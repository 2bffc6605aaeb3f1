/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target: what a client sends, at the server's socket, to a controller with taps on
 * demand and a switch that is not there. The first byte says whether a token is asked for (t).
 * Beyond crashes: the client gets one whole answer or none, and the next one is answered. Seeds
 * are in corpus/http. */
#include "tapd/face/api.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LATE "{\"name\": \"late\", \"source\": \"h2\", \"to\": \"c1\", \"for\": \"60s\"}"
#define DATED                                                                                      \
    "{\"name\": \"dated\", \"source\": \"h2\", \"to\": \"c1\", \"until\": "                        \
    "\"2099-01-01T00:00:00Z\"}"

enum { ROUNDS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static char directory[] = "/tmp/http_fuzz.XXXXXX";
static char policy[64], address[64];

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void put_file(const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    must(file != NULL);
    fputs(text, file);
    fclose(file);
}

static void remove_files(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    must(system(command) == 0);
}

/* Once. */
static void make_files(void)
{
    if (policy[0]) {
        return;
    }
    must(mkdtemp(directory) != NULL && atexit(remove_files) == 0);
    snprintf(policy, sizeof policy, "%s/p.yaml", directory);
    snprintf(address, sizeof address, "unix:%s/http", directory);
    put_file("t.yaml", "name: t\n"
                       "switches: {s1: {dpid: 1, openflow: \"tcp:127.0.0.1:1\"}}\n"
                       "hosts:\n"
                       "  h1: {mac: 00:00:00:00:00:01, port: s1:1}\n"
                       "  h2: {mac: 00:00:00:00:00:02, port: s1:2}\n"
                       "  c1: {mac: 00:00:00:00:00:c1, port: s1:9, role: capture}\n");
    put_file("p.yaml", "topology: t.yaml\npairs: [[h1, h2]]\n"
                       "taps: [{name: web, source: h1, to: c1}]\n");
}

/* The answer to these bytes; "" if there is none. */
static void ask(struct event_base *base, const void *bytes, size_t n_bytes, char *reply,
                size_t size)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), room = 1 << 20;
    size_t n_reply = 0;
    strcpy(path.sun_path, address + strlen("unix:"));
    must(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room) == 0);
    must(connect(fd, (const struct sockaddr *)&path, sizeof path) == 0);
    (void)!send(fd, bytes, n_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    for (int i = 0; i < ROUNDS_MAX; i++) {
        must(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
        ssize_t n = recv(fd, reply + n_reply, size - 1 - n_reply, MSG_DONTWAIT);
        n_reply += n > 0 ? (size_t)n : 0;
        if (n == 0) {
            break;
        }
    }
    reply[n_reply] = '\0';
    close(fd);
}

/* Head and body, as long as it says; a stream; nothing, where more of a body was asked for and did
 * not come.
 */
static bool is_whole(const char *reply)
{
    static const char more[] = "HTTP/1.1 100 Continue\r\n\r\n";
    bool asked = strncmp(reply, more, strlen(more)) == 0;
    reply += asked ? strlen(more) : 0;
    if (!reply[0]) {
        return asked;
    }
    if (strstr(reply, "\r\nContent-Type: text/event-stream\r\n")) { /* it has no end */
        return strncmp(reply, "HTTP/1.1 200 ", strlen("HTTP/1.1 200 ")) == 0;
    }
    const char *end = strstr(reply, "\r\n\r\n"), *length = strstr(reply, "Content-Length: ");
    return strncmp(reply, "HTTP/1.1 ", strlen("HTTP/1.1 ")) == 0 && end && length && length < end &&
           (strlen(end + 4) == strtoul(length + strlen("Content-Length: "), NULL, 10) ||
            end[4] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    static char reply[1 << 17];
    static const char status[] = "GET /status HTTP/1.1\r\nAuthorization: bearer secret\r\n\r\n";
    struct base_buffer why = {0};
    struct base_error error;
    make_files();
    if (n_bytes == 0) {
        return -1;
    }
    struct tapd_controller_options options = {.policy = policy};
    struct event_base *base = event_base_new();
    struct tapd_controller *controller = tapd_controller_new(base, &options, NULL, NULL, &why);
    must(controller && tapd_controller_add(controller, LATE, &why) == TAPD_DONE &&
         tapd_controller_add(controller, DATED, &why) == TAPD_DONE);
    struct tapd_http *http = tapd_http_new(base, address, data[0] == 't' ? "secret" : NULL,
                                           tapd_api_handle, controller, &error);
    must(http != NULL);
    ask(base, data + 1, n_bytes - 1, reply, sizeof reply);
    must(!reply[0] || is_whole(reply));
    ask(base, status, strlen(status), reply, sizeof reply);
    must(is_whole(reply) && strstr(reply, "200 OK"));
    tapd_http_free(http);
    tapd_controller_free(controller);
    event_base_free(base);
    base_buffer_free(&why);
    return 0;
}
