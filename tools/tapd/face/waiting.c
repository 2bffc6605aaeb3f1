/* SPDX-License-Identifier: Apache-2.0
 *
 * When is a request answered that waits for its tap? */
#include "tapd/face/waiting.h"

#include "base/clock.h"
#include "base/duration.h"
#include "tapd/face/query.h"
#include "tapd/face/tap_json.h"

#include <stdlib.h>
#include <string.h>

struct waiting {
    struct tapd_watch watch; /* the first member: on_changed is given it */
    struct tapd_controller *controller;
    struct tapd_http_client *client;
    struct event *timer;
    char *name;
    bool is_asked; /* it was asked for just now; else somebody waits for it to be up */
};

int tapd_wait_read(const char *query, unsigned *ms, struct tapd_http_reply *reply)
{
    char *text = tapd_query_get(query, "wait");
    uint64_t ns = 0;
    bool is_good =
        !text || (base_duration_parse(text, &ns) && ns <= TAPD_WAIT_MAX_MS * UINT64_C(1000000));
    free(text);
    *ms = (unsigned)(ns / 1000000);
    if (!is_good) {
        tapd_http_fail(reply, 400, "expected wait=5s, at most %d s", TAPD_WAIT_MAX_MS / 1000);
        return -1;
    }
    return 0;
}

static void end(void *owner)
{
    struct waiting *waiting = owner;
    tapd_controller_unwatch(waiting->controller, &waiting->watch);
    if (waiting->timer) {
        event_free(waiting->timer);
    }
    free(waiting->name);
    free(waiting);
}

static void answer(struct waiting *waiting, int status)
{
    struct tapd_http_reply reply = {0};
    struct tapd_http_client *client = waiting->client;
    if (!tapd_tap_tell(waiting->controller, waiting->name, status, &reply)) {
        tapd_http_fail(&reply, 404, "the tap \"%s\" has ended", waiting->name);
    } else if (waiting->is_asked) {
        tapd_http_field(&reply, "Location", "/taps/%s", waiting->name);
    }
    end(waiting);
    tapd_http_answer(client, &reply);
}

static const struct tapd_condition *find(const struct waiting *waiting)
{
    const struct tapd_conditions *conditions = tapd_controller_conditions(waiting->controller);
    for (size_t i = 0; i < conditions->n_items; i++) {
        if (strcmp(conditions->items[i].name, waiting->name) == 0) {
            return &conditions->items[i];
        }
    }
    return NULL;
}

static void on_changed(struct tapd_watch *watch)
{
    struct waiting *waiting = (struct waiting *)(void *)watch;
    const struct tapd_condition *condition = find(waiting);
    if (!condition || condition->state == TAPD_UP ||
        (waiting->is_asked && condition->state != TAPD_PENDING)) {
        answer(waiting, waiting->is_asked ? 201 : 200);
    }
}

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct waiting *waiting = arg;
    answer(waiting, waiting->is_asked ? 202 : 200);
}

int tapd_wait(struct tapd_controller *controller, const struct tapd_http_request *request,
              const char *name, unsigned ms)
{
    const struct timeval limit = base_timeval(ms);
    struct waiting *waiting = calloc(1, sizeof *waiting);
    if (!waiting) {
        return -1;
    }
    *waiting = (struct waiting){.watch.changed = on_changed,
                                .controller = controller,
                                .client = request->client,
                                .is_asked = request->method != TAPD_HTTP_GET,
                                .name = strdup(name)};
    waiting->timer = evtimer_new(tapd_controller_base(controller), on_timer, waiting);
    if (!waiting->name || !waiting->timer || evtimer_add(waiting->timer, &limit)) {
        end(waiting);
        return -1;
    }
    tapd_controller_watch(controller, &waiting->watch);
    tapd_http_defer(request, ms, end, waiting);
    on_changed(&waiting->watch); /* it may be there already */
    return 0;
}
