/* SPDX-License-Identifier: Apache-2.0
 *
 * How long does a test run an event loop, and at which port may it listen? */
#include "testing/loop.h"

#include "testing/cmocka.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_S = 30 };

static void on_late(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    ((struct loop_patience *)arg)->over = true;
}

void loop_begin(struct loop_patience *patience, struct event_base *base)
{
    const struct timeval limit = {.tv_sec = PATIENCE_S};
    *patience = (struct loop_patience){.base = base, .timer = evtimer_new(base, on_late, patience)};
    assert_non_null(patience->timer);
    evtimer_add(patience->timer, &limit);
}

bool loop_turn(struct loop_patience *patience)
{
    assert_int_equal(event_base_loop(patience->base, EVLOOP_ONCE), 0);
    return !patience->over;
}

void loop_end(struct loop_patience *patience)
{
    event_free(patience->timer);
}

static bool is_free(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool is_free = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return is_free;
}

/* Below those that the kernel gives to whoever asks for any, in other places for each process. */
uint16_t loop_free_port(void)
{
    enum { LOWEST = 10000, N_PORTS = 22000, STEP = 101, TRIES = 1000 };
    static unsigned at;
    at = at ? at : (unsigned)getpid() * 37;
    for (int i = 0; i < TRIES; i++) {
        uint16_t port = (uint16_t)(LOWEST + (at += STEP) % N_PORTS);
        if (is_free(port)) {
            return port;
        }
    }
    fail_msg("no port is free");
    return 0;
}
