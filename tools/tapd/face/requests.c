/* SPDX-License-Identifier: Apache-2.0
 *
 * What the controller is asked: taps are added, removed, extended, listed. */
#include "base/none.h"
#include "tapd/face/controller_inside.h"
#include "tapd/install/dialect.h"
#include "tapd/log.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static struct tapd_tap *read_tap(const struct tapd_controller *controller, const char *json,
                                 struct base_buffer *why)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_tap *tap;
    if (tapd_tap_read(controller->policy, "request", json, strlen(json), &tap, &diagnostics)) {
        tapd_controller_explain(&diagnostics, why);
        return NULL;
    }
    if (tap->until_ms && tap->until_ms <= tapd_now_ms(controller)) {
        base_put_text(why, "\"until\" is over already\n");
        tapd_tap_free(tap);
        return NULL;
    }
    return tap;
}

/* A tap of the policy that is over keeps its name. */
static bool is_taken(const struct tapd_controller *controller, const char *name)
{
    return tapd_policy_find(controller->policy, name) ||
           tapd_roster_find(&controller->roster, name) != INDEX_NONE;
}

static bool cannot_say(const struct match *matches, size_t n, uint8_t version,
                       struct base_error *error)
{
    struct base_arena none = {0}; /* it has no actions that could be others */
    for (size_t i = 0; i < n; i++) {
        const struct flow_entry entry = {.match = matches[i]}, *said;
        if (tapd_dialect(&entry, version, &none, &said, error) > 0) {
            return true;
        }
    }
    return false;
}

/* Whether the switches of the sources can match what the tap is about, as far as is known which
 * OpenFlow they speak. (What only shows when a switch connects is told in /status.) */
static bool can_match(const struct tapd_controller *controller, const struct tapd_tap *tap,
                      struct base_buffer *why)
{
    const struct topology *topology = controller->policy->topology;
    for (size_t i = 0; i < tap->n_sources; i++) {
        size_t sw = tap->sources[i].sw;
        struct tapd_switch_report report = tapd_installer_report(controller->installer, sw);
        struct base_error error;
        if (report.protocol &&
            (cannot_say(tap->matches, tap->n_matches, report.protocol->version, &error) ||
             cannot_say(tap->excepted, tap->n_excepted, report.protocol->version, &error))) {
            base_put_format(why, "%s speaks OpenFlow %s: %s\n", topology->switches[sw].name,
                            report.protocol->name, error.text);
            return false;
        }
    }
    return true;
}

enum tapd_outcome tapd_controller_put(struct tapd_controller *controller, struct tapd_tap *tap,
                                      enum tapd_origin origin, struct base_buffer *why)
{
    struct tapd_roster roster;
    if (!can_match(controller, tap, why)) {
        tapd_tap_free(tap);
        return TAPD_BAD;
    }
    if (tapd_roster_copy(&controller->roster, &roster) ||
        tapd_roster_add(&roster, tap, origin, tapd_now_ms(controller))) {
        base_put_text(why, "out of memory\n");
        tapd_tap_free(tap);
        return TAPD_FAILED;
    }
    enum tapd_outcome outcome = tapd_controller_change(controller, &roster, why);
    if (outcome == TAPD_DONE) {
        tapd_log("tap %s added%s", tap->name, tapd_tap_ends(tap) ? ", for a time" : "");
    }
    return outcome;
}

enum tapd_outcome tapd_controller_add(struct tapd_controller *controller, const char *json,
                                      struct base_buffer *why)
{
    struct tapd_tap *tap = read_tap(controller, json, why);
    if (!tap) {
        return TAPD_BAD;
    }
    if (is_taken(controller, tap->name)) {
        base_put_format(why, "there is a tap \"%s\" already\n", tap->name);
        tapd_tap_free(tap);
        return TAPD_CONFLICT;
    }
    return tapd_controller_put(controller, tap, TAPD_FROM_REQUEST, why);
}

/* Why no tap of this name can be asked for; TAPD_DONE: nothing is against it. `index`: the tap that
 * it takes the place of; INDEX_NONE: none. */
static enum tapd_outcome find_place(const struct tapd_controller *controller, const char *name,
                                    size_t *index, struct base_buffer *why)
{
    *index = tapd_roster_find(&controller->roster, name);
    if (tapd_policy_find(controller->policy, name)) {
        base_put_format(why, "the tap \"%s\" is one of the policy; change %s\n", name,
                        controller->policy->file);
        return TAPD_CONFLICT;
    }
    if (*index != INDEX_NONE && controller->roster.items[*index].origin != TAPD_FROM_REQUEST) {
        base_put_format(why, "the tap \"%s\" came by itself\n", name);
        return TAPD_CONFLICT;
    }
    return TAPD_DONE;
}

enum tapd_outcome tapd_controller_replace(struct tapd_controller *controller, const char *json,
                                          struct base_buffer *why)
{
    struct tapd_roster roster;
    size_t index;
    struct tapd_tap *tap = read_tap(controller, json, why);
    if (!tap) {
        return TAPD_BAD;
    }
    enum tapd_outcome outcome = find_place(controller, tap->name, &index, why);
    if (outcome == TAPD_DONE && index == INDEX_NONE) {
        return tapd_controller_put(controller, tap, TAPD_FROM_REQUEST, why);
    }
    if (outcome == TAPD_DONE && !can_match(controller, tap, why)) {
        outcome = TAPD_BAD;
    } else if (outcome == TAPD_DONE && tapd_roster_copy(&controller->roster, &roster)) {
        base_put_text(why, "out of memory\n");
        outcome = TAPD_FAILED;
    }
    if (outcome != TAPD_DONE) {
        tapd_tap_free(tap);
        return outcome;
    }
    tapd_roster_replace(&roster, index, tap, tapd_now_ms(controller));
    outcome = tapd_controller_change(controller, &roster, why);
    if (outcome == TAPD_DONE) {
        tapd_log("tap %s replaced", tap->name);
    }
    return outcome;
}

/* Which one of the roster. */
static enum tapd_outcome find(const struct tapd_controller *controller, const char *name,
                              size_t *index, struct base_buffer *why)
{
    *index = tapd_roster_find(&controller->roster, name);
    if (*index != INDEX_NONE && !controller->roster.items[*index].over) {
        return TAPD_DONE;
    }
    const struct tapd_tap *own = tapd_policy_find(controller->policy, name);
    if (own && !tapd_tap_ends(own)) {
        base_put_format(why, "the tap \"%s\" is one of the policy, and stays; change %s\n", name,
                        controller->policy->file);
        return TAPD_CONFLICT;
    }
    base_put_format(why, "there is no tap \"%s\"\n", name);
    return TAPD_NOT_FOUND;
}

enum tapd_outcome tapd_controller_remove(struct tapd_controller *controller, const char *name,
                                         struct base_buffer *why)
{
    size_t index;
    struct tapd_roster roster;
    enum tapd_outcome outcome = find(controller, name, &index, why);
    if (outcome != TAPD_DONE) {
        return outcome;
    }
    if (tapd_roster_copy(&controller->roster, &roster)) {
        base_put_text(why, "out of memory\n");
        return TAPD_FAILED;
    }
    tapd_roster_end(&roster, index);
    outcome = tapd_controller_change(controller, &roster, why);
    if (outcome == TAPD_DONE) {
        tapd_log("tap %s removed", name);
    }
    return outcome;
}

/* The same tap with another lifetime; what was asked for by name goes on being so. */
static struct tapd_tap *with_lifetime(const struct tapd_controller *controller,
                                      const struct tapd_tap *tap, const char *lifetime,
                                      struct base_buffer *why)
{
    struct base_buffer text = {0};
    if (tap->is_asked) {
        base_put_bytes(&text, tap->source->bytes.data, tap->source->bytes.n_bytes);
    } else {
        tapd_tap_format(controller->policy, tap, &text);
    }
    json_t *value = json_loads(base_buffer_text(&text), 0, NULL);
    base_buffer_free(&text);
    json_object_del(value, "until");
    json_object_set_new(value, "for", json_string(lifetime));
    char *json = json_dumps(value, 0);
    struct tapd_tap *changed = json ? read_tap(controller, json, why) : NULL;
    free(json);
    json_decref(value);
    return changed;
}

/* Its end, and nothing else of it, moves; so it keeps its id. `changed`: with another lifetime,
 * which is that of a tap on demand from then on; NULL: the same. It is the roster's, or freed. */
static enum tapd_outcome move_end(struct tapd_controller *controller, size_t index,
                                  struct tapd_tap *changed, struct base_buffer *why)
{
    struct tapd_roster roster;
    const struct tapd_entry *entry = &controller->roster.items[index];
    uint16_t lifetime_sec = changed ? changed->lifetime_sec : entry->tap->lifetime_sec;
    bool keeps = changed && entry->origin == TAPD_FROM_REQUEST;
    int status = tapd_roster_copy(&controller->roster, &roster);
    if (status || !keeps) {
        tapd_tap_free(changed);
    }
    if (status) {
        base_put_text(why, "out of memory\n");
        return TAPD_FAILED;
    }
    roster.items[index].tap = keeps ? changed : entry->tap;
    roster.items[index].fresh = true;
    roster.items[index].expires_ms = tapd_now_ms(controller) + lifetime_sec * INT64_C(1000);
    enum tapd_outcome outcome = tapd_controller_change(controller, &roster, why);
    if (outcome == TAPD_DONE) {
        tapd_log("tap %s extended: it ends in %u s", controller->roster.items[index].tap->name,
                 lifetime_sec);
    }
    return outcome;
}

enum tapd_outcome tapd_controller_extend(struct tapd_controller *controller, const char *name,
                                         const char *lifetime, struct base_buffer *why)
{
    size_t index;
    enum tapd_outcome outcome = find(controller, name, &index, why);
    if (outcome != TAPD_DONE) {
        return outcome;
    }
    const struct tapd_tap *tap = controller->roster.items[index].tap;
    struct tapd_tap *changed = NULL;
    if (tap->lifetime_sec == 0 && !(lifetime && tap->until_ms)) {
        base_put_format(why, "the tap \"%s\" has no lifetime; it %s\n", name,
                        tap->until_ms ? "ends at a date" : "stays until it is removed");
        return TAPD_CONFLICT;
    }
    if (lifetime) {
        changed = with_lifetime(controller, tap, lifetime, why);
        if (!changed) {
            return TAPD_BAD;
        }
        if (changed->lifetime_sec == 0) {
            base_put_text(why, "expected a time, \"120s\"\n");
            tapd_tap_free(changed);
            return TAPD_BAD;
        }
        if (tap->until_ms > tapd_now_ms(controller) + changed->lifetime_sec * INT64_C(1000)) {
            base_put_format(why, "the tap \"%s\" ends at a date that is later than that\n", name);
            tapd_tap_free(changed);
            return TAPD_CONFLICT;
        }
    }
    return move_end(controller, index, changed, why);
}

size_t tapd_controller_n_taps(const struct tapd_controller *controller)
{
    return controller->network->n_ways;
}

/* The ways of a network are those of the policy's taps that stay, then of the roster's. */
bool tapd_controller_next(const struct tapd_controller *controller, struct tapd_tap_now *now)
{
    const struct tapd_network *network = controller->network;
    const struct tapd_roster *roster = &controller->roster;
    size_t index = now->tap ? now->index + 1 : 0, at = now->at;
    if (index >= network->n_ways) {
        return false;
    }
    while (at < roster->n_items && roster->items[at].over) {
        at++;
    }
    *now = (struct tapd_tap_now){.tap = network->ways[index].tap, .index = index, .at = at};
    if (at < roster->n_items && roster->items[at].tap == now->tap) {
        const struct tapd_entry *entry = &roster->items[at];
        now->origin = entry->origin;
        now->id = entry->id;
        now->expires_ms = entry->expires_ms;
        now->at = at + 1;
    }
    return true;
}

bool tapd_controller_find(const struct tapd_controller *controller, const char *name,
                          struct tapd_tap_now *now)
{
    *now = (struct tapd_tap_now){0};
    while (tapd_controller_next(controller, now)) {
        if (strcmp(now->tap->name, name) == 0) {
            return true;
        }
    }
    return false;
}
