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

uint16_t loop_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    getsockname(fd, (struct sockaddr *)&address, &(socklen_t){sizeof address});
    close(fd);
    return ntohs(address.sin_port);
}
