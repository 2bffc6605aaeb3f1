/* SPDX-License-Identifier: Apache-2.0
 *
 * How is a tap said in JSON: what was asked for, how it is, which way it goes, what it carried? */
#include "tapd/face/tap_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

json_t *tapd_time_json(int64_t ms)
{
    char text[32];
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + n, sizeof text - n, ".%03dZ", (int)(ms % 1000));
    return json_string(text);
}

static json_t *tally_to_json(const struct tapd_tally *tally)
{
    return json_pack("{s:I, s:I, s:f, s:f, s:b}", "packets", (json_int_t)tally->n_packets, "bytes",
                     (json_int_t)tally->n_bytes, "packets_per_s", tally->packets_per_sec,
                     "bits_per_s", tally->bits_per_sec, "exact", tally->exact);
}

static json_t *way_to_json(const struct tapd_controller *controller, const struct tapd_way *way)
{
    const struct topology *topology = tapd_controller_policy(controller)->topology;
    json_t *path = json_array();
    for (size_t i = 0; i < way->n_hops; i++) {
        const struct tapd_hop *hop = &way->hops[i];
        json_t *value = json_pack("{s:s, s:i, s:i}", "switch", topology->switches[hop->in.sw].name,
                                  "in", hop->in.port, "out", hop->out);
        if (hop->tag != TAPD_UNTAGGED) {
            json_object_set_new(value, "tag", json_integer(hop->tag));
        }
        json_array_append_new(path, value);
    }
    return path;
}

static void add_condition(const struct tapd_controller *controller, size_t index, json_t *value)
{
    const struct tapd_conditions *conditions = tapd_controller_conditions(controller);
    const struct tapd_condition *condition = &conditions->items[index];
    json_object_set_new(value, "state", json_string(tapd_tap_state_name(condition->state)));
    if (condition->why) {
        json_object_set_new(value, "why", json_string(condition->why));
    }
    json_object_set_new(value, "since", tapd_time_json(condition->since_ms));
    json_object_set_new(value, "path", way_to_json(controller, &conditions->network->ways[index]));
    json_object_set_new(value, "in", tally_to_json(&condition->in));
    json_object_set_new(value, "out", tally_to_json(&condition->out));
}

json_t *tapd_tap_json(const struct tapd_controller *controller, const struct tapd_tap_now *now)
{
    struct base_buffer text = {0};
    tapd_tap_format(tapd_controller_policy(controller), now->tap, &text);
    json_t *value = json_loads(base_buffer_text(&text), 0, NULL);
    base_buffer_free(&text);
    if (value) {
        json_object_set_new(value, "origin", json_string(tapd_origin_name(now->origin)));
        if (now->id != 0) {
            int64_t left_ms = now->expires_ms - tapd_now_ms(controller);
            json_object_set_new(value, "ends_in_s", json_integer((left_ms + 999) / 1000));
        }
        add_condition(controller, now->index, value);
    }
    return value;
}

/* FNV-1a, 64 bits: two edits of one tap have to differ, and nobody gains anything if they do not.
 */
void tapd_tap_etag(const struct tapd_controller *controller, const struct tapd_tap_now *now,
                   char etag[TAPD_ETAG_SIZE])
{
    struct base_buffer text = {0};
    uint64_t hash = UINT64_C(14695981039346656037);
    tapd_tap_format(tapd_controller_policy(controller), now->tap, &text);
    base_put_be64(&text, (uint64_t)now->expires_ms);
    base_put_be32(&text, now->id);
    for (size_t i = 0; i < text.n_bytes; i++) {
        hash = (hash ^ text.data[i]) * UINT64_C(1099511628211);
    }
    base_buffer_free(&text);
    snprintf(etag, TAPD_ETAG_SIZE, "\"%016" PRIx64 "\"", hash);
}

bool tapd_tap_tell(const struct tapd_controller *controller, const char *name, int status,
                   struct tapd_http_reply *reply)
{
    struct tapd_tap_now now;
    char etag[TAPD_ETAG_SIZE];
    if (!tapd_controller_find(controller, name, &now)) {
        return false;
    }
    *reply = (struct tapd_http_reply){.status = status, .body = tapd_tap_json(controller, &now)};
    tapd_tap_etag(controller, &now, etag);
    tapd_http_field(reply, "ETag", "%s", etag);
    return true;
}
