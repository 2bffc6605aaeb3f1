/* SPDX-License-Identifier: Apache-2.0
 *
 * What has changed with the taps since a client heard last? */
#include "tapd/face/events.h"

#include "base/clock.h"
#include "tapd/face/controller_inside.h"
#include "tapd/face/tap_json.h"
#include "yaml/index.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_KEPT = 1000,
    UNSENT_BYTES_MAX = 64 << 10, /* of a client; the others of its events are in the record */
    ALIVE_MS = 15000,
};

/* What was last told of a tap. */
struct told {
    char *name, *why;
    enum tapd_tap_state state;
    bool is_there;
};

struct stream {
    struct tapd_events *events;
    struct tapd_http_client *client;
    uint64_t next; /* id of the event that it gets next */
    size_t unsent; /* bytes, at the last look */
    struct stream *following;
};

struct tapd_events {
    struct tapd_watch watch; /* the first member: on_changed is given it */
    struct tapd_controller *controller;
    struct event *alive;
    struct told *told;
    size_t n_told;
    char *kept[N_KEPT];         /* by id % N_KEPT */
    uint64_t first_id, next_id; /* of those that are kept; of the one to come */
    struct stream *streams;
};

/* Streams */

static void pump(void *owner)
{
    struct stream *stream = owner;
    const struct tapd_events *events = stream->events;
    if (stream->next < events->first_id || stream->next > events->next_id) {
        tapd_http_send(stream->client, "event: lost\ndata: {}\n\n", pump);
        stream->next = stream->next > events->next_id ? events->next_id : events->first_id;
    }
    while (stream->next < events->next_id && tapd_http_unsent(stream->client) < UNSENT_BYTES_MAX) {
        const char *text = events->kept[stream->next++ % N_KEPT];
        tapd_http_send(stream->client, text ? text : "", pump);
    }
}

static void remove_stream(void *owner)
{
    struct stream *stream = owner;
    struct stream **at = &stream->events->streams;
    while (*at != stream) {
        at = &(*at)->following;
    }
    *at = stream->following;
    free(stream);
}

/* A line that says nothing; who has not read since the last one is gone. */
static void on_alive(evutil_socket_t fd, short events_seen, void *arg)
{
    (void)fd;
    (void)events_seen;
    struct tapd_events *events = arg;
    const struct timeval delay = base_timeval(ALIVE_MS);
    struct stream *following;
    for (struct stream *stream = events->streams; stream; stream = following) {
        size_t unsent = tapd_http_unsent(stream->client);
        following = stream->following;
        if (unsent > 0 && unsent == stream->unsent) {
            tapd_http_end(stream->client);
            remove_stream(stream);
            continue;
        }
        stream->unsent = unsent;
        tapd_http_send(stream->client, unsent ? "" : ":\n\n", pump);
    }
    evtimer_add(events->alive, &delay);
}

/* The record */

static void put_event(struct tapd_events *events, json_t *data_own)
{
    char **place = &events->kept[events->next_id % N_KEPT];
    struct base_buffer text = {0};
    char *data = data_own ? json_dumps(data_own, JSON_COMPACT) : NULL;
    base_put_format(&text, "id: %" PRIu64 "\nevent: tap\ndata: %s\n\n", events->next_id,
                    data ? data : "{}");
    free(data);
    json_decref(data_own);
    free(*place);
    *place = base_buffer_take_text(&text);
    events->next_id++;
    if (events->next_id - events->first_id > N_KEPT) {
        events->first_id++;
    }
}

static void put_condition(struct tapd_events *events, const struct tapd_condition *condition)
{
    json_t *data = json_pack("{s:s, s:s}", "name", condition->name, "state",
                             tapd_tap_state_name(condition->state));
    if (condition->why) {
        json_object_set_new(data, "why", json_string(condition->why));
    }
    json_object_set_new(data, "since", tapd_time_json(condition->since_ms));
    put_event(events, data);
}

static void free_told(struct tapd_events *events)
{
    for (size_t i = 0; i < events->n_told; i++) {
        free(events->told[i].name);
        free(events->told[i].why);
    }
    free(events->told);
    events->told = NULL;
    events->n_told = 0;
}

/* As it is now; without memory taps are told again. */
static void remember(struct tapd_events *events, const struct tapd_conditions *conditions)
{
    free_told(events);
    events->told = calloc(conditions->n_items + 1, sizeof *events->told);
    for (size_t i = 0; events->told && i < conditions->n_items; i++) {
        const struct tapd_condition *condition = &conditions->items[i];
        events->told[events->n_told++] =
            (struct told){.name = strdup(condition->name),
                          .why = condition->why ? strdup(condition->why) : NULL,
                          .state = condition->state};
    }
}

static bool is_news(const struct told *told, const struct tapd_condition *condition)
{
    return told->state != condition->state ||
           strcmp(told->why ? told->why : "", condition->why ? condition->why : "") != 0;
}

/* By name; most stand where they stood. */
static struct told *find_told(struct tapd_events *events, const struct yaml_index *names,
                              const char *name, size_t guess)
{
    if (guess < events->n_told && events->told[guess].name &&
        strcmp(events->told[guess].name, name) == 0) {
        return &events->told[guess];
    }
    const struct yaml_entry *at = yaml_index_find(names, name, strlen(name));
    return at ? &events->told[at->number] : NULL;
}

/* Records what is new. Whether there was something. */
static bool compare(struct tapd_events *events, const struct tapd_conditions *conditions)
{
    struct yaml_index names = {0};
    uint64_t before = events->next_id;
    for (size_t i = 0; i < events->n_told; i++) {
        const char *name = events->told[i].name;
        if (name) {
            yaml_index_add(&names, name, strlen(name), i, (struct place){0});
        }
    }
    for (size_t i = 0; i < conditions->n_items; i++) {
        const struct tapd_condition *condition = &conditions->items[i];
        struct told *told = find_told(events, &names, condition->name, i);
        if (told) {
            told->is_there = true;
        }
        if (!told || is_news(told, condition)) {
            put_condition(events, condition);
        }
    }
    yaml_index_free(&names);
    for (size_t i = 0; i < events->n_told; i++) {
        struct told *told = &events->told[i];
        if (!told->is_there && told->name) {
            put_event(events, json_pack("{s:s, s:s, s:o}", "name", told->name, "state", "ended",
                                        "since", tapd_time_json(tapd_now_ms(events->controller))));
        }
        told->is_there = false;
    }
    return events->next_id != before;
}

static void on_changed(struct tapd_watch *watch)
{
    struct tapd_events *events = (struct tapd_events *)(void *)watch;
    const struct tapd_conditions *conditions = tapd_controller_conditions(events->controller);
    if (compare(events, conditions)) {
        remember(events, conditions);
        for (struct stream *stream = events->streams; stream; stream = stream->following) {
            pump(stream);
        }
    }
}

static void free_events(struct tapd_watch *watch)
{
    struct tapd_events *events = (struct tapd_events *)(void *)watch;
    if (events->alive) {
        event_free(events->alive);
    }
    for (size_t i = 0; i < N_KEPT; i++) {
        free(events->kept[i]);
    }
    free_told(events);
    free(events);
}

/* Ids are no smaller than those of an earlier process. */
static struct tapd_events *begin(struct tapd_controller *controller)
{
    const struct timeval delay = base_timeval(ALIVE_MS);
    struct tapd_events *events = calloc(1, sizeof *events);
    if (!events) {
        return NULL;
    }
    events->watch = (struct tapd_watch){.changed = on_changed, .ended = free_events};
    events->controller = controller;
    events->first_id = events->next_id = (uint64_t)tapd_now_ms(controller);
    events->alive = evtimer_new(tapd_controller_base(controller), on_alive, events);
    if (!events->alive || evtimer_add(events->alive, &delay)) {
        free_events(&events->watch);
        return NULL;
    }
    remember(events, tapd_controller_conditions(controller));
    tapd_controller_watch(controller, &events->watch);
    return events;
}

/* NULL: nobody has asked for them yet. */
static struct tapd_events *find(const struct tapd_controller *controller)
{
    struct tapd_watch *watch = controller->watches;
    while (watch && watch->changed != on_changed) {
        watch = watch->next;
    }
    return (struct tapd_events *)(void *)watch;
}

/* Where a stream goes on: behind the event with this id, or with the next one. */
static uint64_t read_next(const struct tapd_events *events, const char *last)
{
    char *end = NULL;
    uint64_t id = last ? strtoull(last, &end, 10) : 0;
    return last && *last >= '0' && *last <= '9' && end && !*end ? id + 1 : events->next_id;
}

void tapd_events_answer(struct tapd_controller *controller, const char *name,
                        const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)name;
    struct tapd_events *events = find(controller);
    struct stream *stream = calloc(1, sizeof *stream);
    events = events ? events : begin(controller);
    if (!events || !stream) {
        tapd_http_fail(reply, 500, "out of memory");
        free(stream);
        return;
    }
    *stream = (struct stream){.events = events, .client = request->client};
    stream->next = read_next(events, request->last_event_id);
    int status = tapd_http_stream(request, "text/event-stream", remove_stream, stream);
    if (status != 0) {
        free(stream);
        if (status < 0) {
            tapd_http_fail(reply, 503, "too many clients listen already");
        }
        return;
    }
    stream->following = events->streams;
    events->streams = stream;
    tapd_http_send(stream->client, ":\n\n", pump);
    pump(stream);
}
