/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests over HTTP to questions and orders for the controller, and its answers as JSON. */
#include "tapd/face/api.h"

#include "base/memory.h"
#include "tapd/face/api_inside.h"
#include "tapd/face/events.h"
#include "tapd/face/metrics.h"
#include "tapd/face/openapi.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static tapd_api_answer get_status, get_health, get_metrics, get_sflow, get_description, reload;

/* NAME stands for one word of the path. */
static const struct route {
    const char *path;
    enum tapd_http_method method;
    tapd_api_answer *answer;
    bool has_body;
} ROUTES[] = {
    {"/status", TAPD_HTTP_GET, get_status, false},
    {"/healthz", TAPD_HTTP_GET, get_health, false},
    {"/metrics", TAPD_HTTP_GET, get_metrics, false},
    {"/taps", TAPD_HTTP_GET, tapd_api_get_taps, false},
    {"/taps", TAPD_HTTP_POST, tapd_api_add_tap, true},
    {"/taps/NAME", TAPD_HTTP_GET, tapd_api_get_tap, false},
    {"/taps/NAME", TAPD_HTTP_PUT, tapd_api_put_tap, true},
    {"/taps/NAME", TAPD_HTTP_PATCH, tapd_api_extend_tap, true},
    {"/taps/NAME", TAPD_HTTP_DELETE, tapd_api_remove_tap, false},
    {"/taps/NAME/extend", TAPD_HTTP_POST, tapd_api_extend_tap, true},
    {"/sflow", TAPD_HTTP_GET, get_sflow, false},
    {"/events", TAPD_HTTP_GET, tapd_events_answer, false},
    {"/openapi.json", TAPD_HTTP_GET, get_description, false},
    {"/reload", TAPD_HTTP_POST, reload, false},
};
enum { N_ROUTES = sizeof ROUTES / sizeof *ROUTES };

static const char *const METHODS[] = {[TAPD_HTTP_GET] = "GET, HEAD",
                                      [TAPD_HTTP_POST] = "POST",
                                      [TAPD_HTTP_PUT] = "PUT",
                                      [TAPD_HTTP_PATCH] = "PATCH",
                                      [TAPD_HTTP_DELETE] = "DELETE"};

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
    struct base_buffer text = {0};
    for (size_t i = 0; i < N_ROUTES; i++) {
        char *name = NULL;
        if (fits(ROUTES[i].path, path, &name)) {
            base_put_format(&text, "%s%s", text.n_bytes ? ", " : "", METHODS[ROUTES[i].method]);
        }
        free(name);
    }
    return base_buffer_take_text(&text);
}

bool tapd_api_route(size_t index, const char **path, const char **methods)
{
    if (index >= N_ROUTES) {
        return false;
    }
    *path = ROUTES[index].path;
    *methods = METHODS[ROUTES[index].method];
    return true;
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
            } else if (!name || tapd_api_is_wanted(controller, name, request, reply)) {
                route->answer(controller, name, request, reply);
            }
            free(name);
            return;
        }
        free(name);
    }
    if (known) {
        tapd_http_fail(reply, 405, "%s does not take this method", request->path);
        char *methods = list_methods(request->path);
        tapd_http_field(reply, "Allow", "%s", methods ? methods : "");
        free(methods);
    } else {
        tapd_http_fail(
            reply, 404,
            "no %s; there are /status, /healthz, /metrics, /taps, /taps/NAME, /taps/NAME/extend, "
            "/events, /sflow, /reload and /openapi.json",
            request->path);
    }
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

static void get_description(struct tapd_controller *controller, const char *name,
                            const struct tapd_http_request *request, struct tapd_http_reply *reply)
{
    (void)controller;
    (void)name;
    (void)request;
    *reply = (struct tapd_http_reply){.status = 200, .body = tapd_openapi_json()};
    if (!reply->body) {
        tapd_http_fail(reply, 500, "out of memory");
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
    tapd_api_outcome(outcome, &why, 200, json_pack("{s:s}", "reloaded", file), reply);
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
}
