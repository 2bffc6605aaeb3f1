/* SPDX-License-Identifier: Apache-2.0
 *
 * How long do sessions run, all at once? */
#include "base/clock.h"
#include "channel/channel_inside.h"

/* Of silence, at most; or a quarter of the timeout. */
enum { MAX_SILENCE_MS = 1000 };

void channel_loop_end(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    event_base_loopbreak(arg);
}

void channel_loop_interrupt(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct channel *channel = arg;
    channel->interrupted = true;
    event_base_loopbreak(channel->base);
}

int channel_loop_run(struct channel *channel, unsigned grace_ms, struct base_error *error)
{
    const struct timeval timeout = base_timeval(channel->options.timeout_ms);
    const struct timeval grace = base_timeval(grace_ms);
    unsigned quarter_ms = channel->options.timeout_ms / 4 + 1;
    const struct timeval silence =
        base_timeval(quarter_ms < MAX_SILENCE_MS ? quarter_ms : MAX_SILENCE_MS);
    if (channel->n_running == 0) {
        return 0;
    }
    if (event_add(channel->deadline, &timeout) || event_add(channel->grace, &grace) ||
        event_add(channel->silence, &silence) ||
        (channel->interrupt && event_add(channel->interrupt, NULL)) ||
        event_base_dispatch(channel->base)) {
        return base_fail(error, "the event loop can not run");
    }
    event_del(channel->deadline);
    event_del(channel->grace);
    event_del(channel->silence);
    if (channel->interrupt) {
        event_del(channel->interrupt);
    }
    return 0;
}
