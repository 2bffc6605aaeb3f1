/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests over HTTP to questions and orders for the controller, and its answers as JSON. */
#include "tapd/face/api.h"

#include "base/memory.h"
#include "tapd/face/metrics.h"
#include "tapd/face/tap_json.h"
#include "tapd/face/waiting.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef void answer(struct tapd_controller *controller, const char *name,
                    const struct tapd_http_request *request, struct tapd_http_reply *reply);

static answer get_status, get_health, get_metrics, get_taps, get_tap, add_tap, extend_tap,
    remove_tap, get_sflow, reload;

/* NAME stands for one word of the path. */
static const struct route {
    const char *path;
    enum tapd_http_method method;
    answer *answer;
    bool has_body;
} ROUTES[] = {
    {"/status", TAPD_HTTP_GET, get_status, false},
    {"/healthz", TAPD_HTTP_GET, get_health, false},
    {"/metrics", TAPD_HTTP_GET, get_metrics, false},
    {"/taps", TAPD_HTTP_GET, get_taps, false},
    {"/taps", TAPD_HTTP_POST, add_tap, true},
    {"/taps/NAME", TAPD_HTTP_GET, get_tap, false},
    {"/taps/NAME", TAPD_HTTP_PATCH, extend_tap, true},
    {"/taps/NAME", TAPD_HTTP_DELETE, remove_tap, false},
    {"/taps/NAME/extend", TAPD_HTTP_POST, extend_tap, true},
    {"/sflow", TAPD_HTTP_GET, get_sflow, false},
    {"/reload", TAPD_HTTP_POST, reload, false},
};
enum { N_ROUTES = sizeof ROUTES / sizeof *ROUTES };

static const char placeholder[] = "NAME";

/* Whether the path is one of this form; *name is the word in place of NAME,
 * malloc'd. False without memory, too. */
static bool fits(const char *form, const char *path, char **name)
{
    const char *hole = strstr(form, placeholder);
    if (!hole) {
        return strcmp(form, path) == 0;
    }
    size_t n_before = (size_t)(hole - form);
    const char *rest = hole + strlen(placeholder);
    if (strncmp(form, path, n_before) != 0) {
        return false;
    }
    size_t n_name = strcspn(path + n_before, "/");
    if (n_name == 0 || strcmp(path + n_before + n_name, rest) != 0) {
        return false;
    }
    *name = base_calloc(1, n_name + 1);
    if (*name) {
        memcpy(*name, path + n_before, n_name);
    }
    return *name != NULL;
}

/* What a path takes: "GET, HEAD"; malloc'd, NULL without memory. */
static char *list_methods(const char *path)
{
    static const char *const names[] = {[TAPD_HTTP_GET] = "GET, HEAD",
                                        [TAPD_HTTP_POST] = "POST",
                                        [TAPD_HTTP_PATCH] = "PATCH",
                                        [TAPD_HTTP_DELETE] = "DELETE"};
    struct base_buffer text = {0};
    for (size_t i = 0; i < N_ROUTES; i++) {
        char *name = NULL;
        if (fits(ROUTES[i].path, path, &name)) {
            base_put_format(&text, "%s%s", text.n_bytes ? ", " : "", names[ROUTES[i].method]);
        }
        free(name);
    }
    return base_buffer_take_text(&text);
}

void tapd_api_handle(void *controller, const struct tapd_http_request *request,
                     struct tapd_http_reply *reply)
{
    bool known = false;
    for (size_t i = 0; i < N_ROUTES; i++) {
        const struct route *route = &ROUTES[i];
        char *name = NULL;
        if (!fits(route->path, request->path, &name)) {
            continue;
        }
        known = true;
        if (route->method == request->method) {
            if (request->body && !route->has_body) {
                tapd_http_fail(reply, 400, "expected no body");
            } else {
                route->answer(controller, name, request, reply);
            }
            free(name);
            return;
        }
        free(name);
    }
    if (known) {
        tapd_http_fail(reply, 405, "%s does not take this method", request->path);
        reply->allow = list_methods(request->path);
    } else {
        tapd_http_fail(
            reply, 404,
            "no %s; there are /status, /healthz, /metrics, /taps, /taps/NAME, /taps/NAME/extend, "
            "/sflow and /reload",
            request->path);
    }
}

/* What came of a change: `done` if it is done. */
static void reply_outcome(enum tapd_outcome outcome, struct base_buffer *why, int done,
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

/* Taps */

static void get_taps(struct tapd_controller *controller, const char *name,
                     const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)name;
    (void)request;
    json_t *taps = json_array();
    size_t n = tapd_controller_n_taps(controller);
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(taps, tapd_tap_json(controller, i));
    }
    *reply = (struct tapd_http_reply){.status = 200, .body = json_pack("{s:o}", "taps", taps)};
}

static void get_tap(struct tapd_controller *controller, const char *name,
                    const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    unsigned wait_ms;
    if (tapd_wait_read(request->query, &wait_ms, reply)) {
        return;
    }
    json_t *tap = tapd_tap_find_json(controller, name);
    if (tap && wait_ms > 0 && tapd_wait(controller, request, name, wait_ms) == 0) {
        json_decref(tap);
    } else if (tap) {
        *reply = (struct tapd_http_reply){.status = 200, .body = tap};
    } else {
        tapd_http_fail(reply, 404, "there is no tap \"%s\"", name);
    }
}

/* It is there, and on its way to the switches. */
static void accept_tap(struct tapd_controller *controller, const struct tapd_http_request *request,
                       const char *name, unsigned wait_ms, struct tapd_http_reply *reply)
{
    if (wait_ms > 0 && tapd_wait(controller, request, name, wait_ms) == 0) {
        return;
    }
    *reply = (struct tapd_http_reply){.status = 202,
                                      .body = tapd_tap_find_json(controller, name),
                                      .location = tapd_tap_location(name)};
}

static void add_tap(struct tapd_controller *controller, const char *unused,
                    const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)unused;
    struct base_buffer why = {0};
    unsigned wait_ms;
    char *json = json_is_object(request->body) ? json_dumps(request->body, 0) : NULL;
    if (!json) {
        tapd_http_fail(reply, 400, "expected a tap: {\"name\": …, \"source\": …, \"to\": …}");
        return;
    }
    if (tapd_wait_read(request->query, &wait_ms, reply) == 0) {
        enum tapd_outcome outcome = tapd_controller_add(controller, json, &why);
        const char *name = json_string_value(json_object_get(request->body, "name"));
        reply_outcome(outcome, &why, 202, NULL, reply);
        if (outcome == TAPD_DONE && name) {
            accept_tap(controller, request, name, wait_ms, reply);
        }
    }
    free(json);
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

static void extend_tap(struct tapd_controller *controller, const char *name,
                       const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    const char *lifetime;
    struct base_buffer why = {0};
    if (read_lifetime(request->body, &lifetime, reply)) {
        return;
    }
    enum tapd_outcome outcome = tapd_controller_extend(controller, name, lifetime, &why);
    reply_outcome(outcome, &why, 200,
                  outcome == TAPD_DONE ? tapd_tap_find_json(controller, name) : NULL, reply);
}

static void remove_tap(struct tapd_controller *controller, const char *name,
                       const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)request;
    struct base_buffer why = {0};
    enum tapd_outcome outcome = tapd_controller_remove(controller, name, &why);
    reply_outcome(outcome, &why, 200, json_pack("{s:s}", "removed", name), reply);
}

static void get_sflow(struct tapd_controller *controller, const char *name,
                      const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)name;
    (void)request;
    const struct tapd_traffic *traffic = tapd_controller_traffic(controller);
    if (traffic) {
        *reply = (struct tapd_http_reply){.status = 200, .body = tapd_traffic_report(traffic)};
    } else {
        tapd_http_fail(reply, 404, "no samples are listened for: tapd was started without --sflow");
    }
}

static void reload(struct tapd_controller *controller, const char *name,
                   const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)name;
    (void)request;
    struct base_buffer why = {0};
    enum tapd_outcome outcome = tapd_controller_reload(controller, &why);
    const char *file = tapd_controller_policy(controller)->file;
    reply_outcome(outcome, &why, 200, json_pack("{s:s}", "reloaded", file), reply);
}

/* Status */

/* The names of the taps that it blocks or hides. */
static json_t *harmed_to_json(const struct tapd_controller *controller, size_t sw, size_t number)
{
    const struct tapd_conditions *conditions = tapd_controller_conditions(controller);
    json_t *names = json_array();
    for (size_t i = 0; i < conditions->n_items; i++) {
        if (tapd_foreign_harms(tapd_controller_installer(controller), sw, number,
                               &conditions->network->ways[i])) {
            json_array_append_new(names, json_string(conditions->items[i].name));
        }
    }
    return names;
}

static json_t *foreign_to_json(const struct tapd_controller *controller, size_t sw,
                               const struct tapd_switch_report *report)
{
    json_t *foreign = json_array();
    for (size_t i = 0; i < report->n_foreign_told; i++) {
        json_array_append_new(foreign,
                              json_pack("{s:s, s:s, s:o}", "entry", report->foreign[i].entry,
                                        "effect", report->foreign[i].words, "taps",
                                        harmed_to_json(controller, sw, i)));
    }
    return foreign;
}

static json_t *switch_to_json(const struct tapd_controller *controller, size_t sw)
{
    const struct topology_switch *item =
        &tapd_controller_policy(controller)->topology->switches[sw];
    struct tapd_switch_report report =
        tapd_installer_report(tapd_controller_installer(controller), sw);
    char dpid[17];
    snprintf(dpid, sizeof dpid, "%016" PRIx64, item->dpid);
    json_t *value =
        json_pack("{s:s, s:s, s:b}", "name", item->name, "dpid", dpid, "owned", report.owned);
    if (report.owned) {
        json_object_update_new(value, json_pack("{s:b, s:b, s:s, s:I, s:I, s:I, s:o}", "connected",
                                                report.up, "installed", report.installed, "trouble",
                                                report.trouble, "entries", (json_int_t)report.n_own,
                                                "wanted", (json_int_t)report.n_wanted, "foreign",
                                                (json_int_t)report.n_foreign, "foreign_entries",
                                                foreign_to_json(controller, sw, &report)));
        json_object_set_new(value, "openflow",
                            report.protocol ? json_string(report.protocol->name) : json_null());
    }
    return value;
}

static json_t *states_to_json(const struct tapd_conditions *conditions)
{
    json_int_t n[TAPD_DOWN + 1] = {0};
    json_t *states = json_object();
    for (size_t i = 0; i < conditions->n_items; i++) {
        n[conditions->items[i].state]++;
    }
    for (size_t i = 0; i <= TAPD_DOWN; i++) {
        json_object_set_new(states, tapd_tap_state_name((enum tapd_tap_state)i),
                            json_integer(n[i]));
    }
    return states;
}

static void get_status(struct tapd_controller *controller, const char *name,
                       const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)name;
    (void)request;
    const struct tapd_policy *policy = tapd_controller_policy(controller);
    json_t *switches = json_array();
    for (size_t i = 0; i < policy->topology->n_switches; i++) {
        json_array_append_new(switches, switch_to_json(controller, i));
    }
    bool installed = tapd_installer_is_installed(tapd_controller_installer(controller));
    *reply = (struct tapd_http_reply){
        .status = 200,
        .body = json_pack("{s:b, s:s, s:I, s:o, s:o}", "installed", installed, "policy",
                          policy->file, "taps", (json_int_t)tapd_controller_n_taps(controller),
                          "taps_by_state", states_to_json(tapd_controller_conditions(controller)),
                          "switches", switches)};
}

static void get_health(struct tapd_controller *controller, const char *name,
                       const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)name;
    (void)request;
    bool well = tapd_is_healthy(controller);
    *reply = (struct tapd_http_reply){
        .status = well ? 200 : 503,
        .body = json_pack("{s:s, s:o}", "health", well ? "ok" : "degraded", "taps_by_state",
                          states_to_json(tapd_controller_conditions(controller)))};
}

static void get_metrics(struct tapd_controller *controller, const char *name,
                        const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)name;
    (void)request;
    *reply = (struct tapd_http_reply){.status = 200, .text = tapd_metrics_text(controller)};
    if (!reply->text) {
        tapd_http_fail(reply, 500, "out of memory");
    }
}
