/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests about taps: which there are, one more, another one in its place, longer, no longer. */
#include "tapd/face/api_inside.h"

#include "base/memory.h"
#include "tapd/face/query.h"
#include "tapd/face/tap_json.h"
#include "tapd/face/waiting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_MAX = 1000 };

void tapd_api_outcome(enum tapd_outcome outcome, struct base_buffer *why, int done,
                      json_t *body_own, struct tapd_http_reply *reply)
{
    static const int statuses[] = {
        [TAPD_BAD] = 400, [TAPD_NOT_FOUND] = 404, [TAPD_CONFLICT] = 409, [TAPD_FAILED] = 500};
    if (outcome == TAPD_DONE) {
        *reply = (struct tapd_http_reply){.status = done, .body = body_own};
    } else {
        size_t n = why->n_bytes;
        json_decref(body_own);
        while (n > 0 && why->data[n - 1] == '\n') {
            n--;
        }
        why->n_bytes = n;
        bool is_told = n > 0; /* else there was no memory for it */
        tapd_http_fail(reply, is_told ? statuses[outcome] : 500, "%s",
                       is_told ? base_buffer_text(why) : "out of memory");
    }
    base_buffer_free(why);
}

/* Which taps are wanted; *reply says what is wrong with the query. */
struct wish {
    char *state, *after; /* NULL: any */
    size_t limit;        /* 0: all */
};

static void free_wish(struct wish *wish)
{
    free(wish->state);
    free(wish->after);
}

static bool is_state(const char *name)
{
    bool is_one = false;
    for (size_t i = 0; i <= TAPD_DOWN; i++) {
        is_one |= strcmp(name, tapd_tap_state_name((enum tapd_tap_state)i)) == 0;
    }
    return is_one;
}

static int read_wish(const char *query, struct wish *wish, struct tapd_http_reply *reply)
{
    char *limit = tapd_query_get(query, "limit"), *end = limit;
    unsigned long n = limit ? strtoul(limit, &end, 10) : 0;
    bool is_number = !limit || (*limit >= '0' && *limit <= '9' && !*end && n > 0 && n <= PAGE_MAX);
    free(limit);
    if (!is_number) {
        tapd_http_fail(reply, 400, "expected limit=100, at most %d", PAGE_MAX);
        return -1;
    }
    *wish = (struct wish){tapd_query_get(query, "state"), tapd_query_get(query, "after"), n};
    if (wish->state && !is_state(wish->state)) {
        tapd_http_fail(reply, 400, "expected state=pending, up, degraded or down");
        return -1;
    }
    return 0;
}

static bool is_wished(const struct tapd_controller *controller, const struct wish *wish,
                      const struct tapd_tap_now *now)
{
    const struct tapd_conditions *conditions = tapd_controller_conditions(controller);
    const char *state = tapd_tap_state_name(conditions->items[now->index].state);
    return (!wish->state || strcmp(wish->state, state) == 0) &&
           (!wish->after || strcmp(now->tap->name, wish->after) > 0);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct tapd_tap_now *)a)->tap->name,
                  ((const struct tapd_tap_now *)b)->tap->name);
}

/* Those wished for, malloc'd, by name if there is a limit. NULL without memory. */
static struct tapd_tap_now *list_taps(const struct tapd_controller *controller,
                                      const struct wish *wish, size_t *n)
{
    struct tapd_tap_now *list = base_calloc(tapd_controller_n_taps(controller) + 1, sizeof *list);
    *n = 0;
    for (struct tapd_tap_now now = {0}; list && tapd_controller_next(controller, &now);) {
        if (is_wished(controller, wish, &now)) {
            list[(*n)++] = now;
        }
    }
    if (list && wish->limit) {
        qsort(list, *n, sizeof *list, compare_names);
    }
    return list;
}

/* Where the page behind this tap is. */
static void add_next(const struct wish *wish, const char *last, struct tapd_http_reply *reply)
{
    char path[512];
    snprintf(path, sizeof path, "/taps?limit=%zu&after=%s%s%s", wish->limit, last,
             wish->state ? "&state=" : "", wish->state ? wish->state : "");
    json_object_set_new(reply->body, "next", json_string(path));
    tapd_http_field(reply, "Link", "<%s>; rel=\"next\"", path);
}

/* {"taps": […]} of the first `n`; NULL without memory. */
static json_t *page_to_json(const struct tapd_controller *controller,
                            const struct tapd_tap_now *list, size_t n)
{
    json_t *taps = json_array();
    bool is_whole = list && taps;
    for (size_t i = 0; is_whole && i < n; i++) {
        is_whole = json_array_append_new(taps, tapd_tap_json(controller, &list[i])) == 0;
    }
    if (!is_whole) {
        json_decref(taps);
        return NULL;
    }
    return json_pack("{s:o}", "taps", taps);
}

static void put_page(const struct tapd_controller *controller, const struct wish *wish,
                     struct tapd_http_reply *reply)
{
    size_t n;
    struct tapd_tap_now *list = list_taps(controller, wish, &n);
    size_t n_page = wish->limit && wish->limit < n ? wish->limit : n;
    *reply =
        (struct tapd_http_reply){.status = 200, .body = page_to_json(controller, list, n_page)};
    if (!reply->body) {
        tapd_http_fail(reply, 500, "out of memory");
    } else if (n_page < n) {
        add_next(wish, list[n_page - 1].tap->name, reply);
    }
    free(list);
}

void tapd_api_get_taps(struct tapd_controller *controller, const char *name,
                       const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)name;
    struct wish wish = {0};
    if (read_wish(request->query, &wish, reply) == 0) {
        put_page(controller, &wish, reply);
    }
    free_wish(&wish);
}

/* The tap is told as it is now. */
static void tell_tap(const struct tapd_controller *controller, const char *name, int status,
                     struct tapd_http_reply *reply)
{
    if (!tapd_tap_tell(controller, name, status, reply)) {
        tapd_http_fail(reply, 404, "there is no tap \"%s\"", name);
    }
}

void tapd_api_get_tap(struct tapd_controller *controller, const char *name,
                      const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    unsigned wait_ms;
    struct tapd_tap_now now;
    if (tapd_wait_read(request->query, &wait_ms, reply)) {
        return;
    }
    if (wait_ms == 0 || !tapd_controller_find(controller, name, &now) ||
        tapd_wait(controller, request, name, wait_ms)) {
        tell_tap(controller, name, 200, reply);
    }
}

/* Whether a list of entity tags (RFC 9110, section 13.1.1) has this one; "" is that of what is not
 * there. `weakly`: whether "W/" stands in front of it or not (section 8.8.3.2). */
static bool has_etag(const char *list, const char *etag, bool weakly)
{
    size_t n = strlen(etag), n_tag;
    if (n == 0 || strcmp(list, "*") == 0) {
        return n > 0;
    }
    for (const char *at = list + strspn(list, ", \t"); *at; at += strspn(at, ", \t")) {
        bool is_weak = strncmp(at, "W/", 2) == 0;
        at += is_weak ? 2 : 0;
        if (*at != '"') {
            return false;
        }
        n_tag = 1 + strcspn(at + 1, "\"");
        n_tag += at[n_tag] == '"';
        if (n_tag == n && strncmp(at, etag, n) == 0 && (weakly || !is_weak)) {
            return true;
        }
        at += n_tag;
    }
    return false;
}

bool tapd_api_is_wanted(const struct tapd_controller *controller, const char *name,
                        const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    struct tapd_tap_now now;
    char etag[TAPD_ETAG_SIZE] = "";
    if (request->method == TAPD_HTTP_GET || (!request->if_match && !request->if_none_match)) {
        return true;
    }
    if (tapd_controller_find(controller, name, &now)) {
        tapd_tap_etag(controller, &now, etag);
    }
    if ((request->if_match && !has_etag(request->if_match, etag, false)) ||
        (request->if_none_match && has_etag(request->if_none_match, etag, true))) {
        tapd_http_fail(reply, 412,
                       *etag ? "the tap \"%s\" is not, or no longer, what it is said to be"
                             : "there is no tap \"%s\"",
                       name);
        if (*etag) {
            tapd_http_field(reply, "ETag", "%s", etag);
        }
        return false;
    }
    return true;
}

/* It is there, and on its way to the switches. */
static void accept_tap(struct tapd_controller *controller, const struct tapd_http_request *request,
                       const char *name, unsigned wait_ms, struct tapd_http_reply *reply)
{
    if (wait_ms > 0 && tapd_wait(controller, request, name, wait_ms) == 0) {
        return;
    }
    tell_tap(controller, name, 202, reply);
    tapd_http_field(reply, "Location", "/taps/%s", name);
}

typedef enum tapd_outcome ask_for(struct tapd_controller *controller, const char *json,
                                  struct base_buffer *why);

/* The tap of a body that has a name. */
static void put_tap(struct tapd_controller *controller, const struct tapd_http_request *request,
                    ask_for *ask, struct tapd_http_reply *reply)
{
    struct base_buffer why = {0};
    unsigned wait_ms;
    char *json = json_is_object(request->body) ? json_dumps(request->body, 0) : NULL;
    if (!json) {
        tapd_http_fail(reply, 400, "expected a tap: {\"name\": …, \"source\": …, \"to\": …}");
        return;
    }
    if (tapd_wait_read(request->query, &wait_ms, reply) == 0) {
        enum tapd_outcome outcome = ask(controller, json, &why);
        const char *name = json_string_value(json_object_get(request->body, "name"));
        tapd_api_outcome(outcome, &why, 202, NULL, reply);
        if (outcome == TAPD_DONE && name) {
            accept_tap(controller, request, name, wait_ms, reply);
        }
    }
    free(json);
}

void tapd_api_add_tap(struct tapd_controller *controller, const char *unused,
                      const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)unused;
    put_tap(controller, request, tapd_controller_add, reply);
}

/* The body need not say the name again. */
void tapd_api_put_tap(struct tapd_controller *controller, const char *name,
                      const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    json_t *said = json_object_get(request->body, "name");
    if (json_is_object(request->body) && !said) {
        json_object_set_new(request->body, "name", json_string(name));
    } else if (said && (!json_is_string(said) || strcmp(json_string_value(said), name) != 0)) {
        tapd_http_fail(reply, 400, "expected the name \"%s\", as in the path, or none", name);
        return;
    }
    put_tap(controller, request, tapd_controller_replace, reply);
}

/* {"for": "120s"} or nothing. */
static int read_lifetime(json_t *body, const char **lifetime, struct tapd_http_reply *reply)
{
    static const char expected[] = "expected {\"for\": \"120s\"}";
    *lifetime = json_string_value(json_object_get(body, "for"));
    for (void *at = json_object_iter(body); at; at = json_object_iter_next(body, at)) {
        const char *key = json_object_iter_key(at);
        if (strcmp(key, "for") != 0) {
            tapd_http_fail(reply, 400, "unknown key \"%s\", %s", key, expected);
            return -1;
        }
    }
    if (body && !*lifetime) {
        tapd_http_fail(reply, 400, "%s", expected);
        return -1;
    }
    return 0;
}

void tapd_api_extend_tap(struct tapd_controller *controller, const char *name,
                         const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    const char *lifetime;
    struct base_buffer why = {0};
    if (read_lifetime(request->body, &lifetime, reply)) {
        return;
    }
    enum tapd_outcome outcome = tapd_controller_extend(controller, name, lifetime, &why);
    tapd_api_outcome(outcome, &why, 200, NULL, reply);
    if (outcome == TAPD_DONE) {
        tell_tap(controller, name, 200, reply);
    }
}

void tapd_api_remove_tap(struct tapd_controller *controller, const char *name,
                         const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)request;
    struct base_buffer why = {0};
    enum tapd_outcome outcome = tapd_controller_remove(controller, name, &why);
    tapd_api_outcome(outcome, &why, 200, json_pack("{s:s}", "removed", name), reply);
}
