/* SPDX-License-Identifier: Apache-2.0
 *
 * How does ovs-ofctl write groups? */
#include "ofctl/group.h"

#include "base/token.h"
#include "model/port.h"
#include "ofctl/action.h"
#include "ofctl/flow_reader.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- format */

static void put_bucket(const struct group *group, const struct bucket *bucket,
                       struct base_buffer *out)
{
    base_put_text(out, ",bucket=");
    if (bucket->weight != (group->type == GROUP_SELECT)) {
        base_put_format(out, "weight:%u,", bucket->weight);
    }
    if (bucket->watch_port != PORT_NONE) {
        base_put_text(out, "watch_port:");
        port_format(bucket->watch_port, out);
        base_put_text(out, ",");
    }
    if (bucket->watch_group != GROUP_NONE) {
        base_put_format(out, "watch_group:%u,", bucket->watch_group);
    }
    base_put_text(out, "actions=");
    ofctl_format_actions(bucket->actions, bucket->n_actions, out);
}

void ofctl_format_group(const struct group *group, struct base_buffer *out)
{
    base_put_format(out, "group_id=%u,type=", group->id);
    if (group->type < N_GROUP_TYPES) {
        base_put_text(out, group_type_names[group->type]);
    } else {
        base_put_format(out, "%u", group->type);
    }
    for (size_t i = 0; i < group->n_buckets; i++) {
        put_bucket(group, &group->buckets[i], out);
    }
}

/* ----------------------------------------------------------------------- parse */

/* A group that is being read, and the bucket whose words come. */
struct reading {
    struct group_table *table;
    struct group group;
    struct bucket *buckets;
    size_t capacity;
    bool has_id, has_type;
    bool in_bucket;
    const char *list; /* where its actions begin */
};

static bool take_head(struct reading *reading, struct word name, struct word value)
{
    uint64_t number;
    if (word_is(name, "group_id")) {
        reading->has_id = word_number(value, GROUP_NONE - 1, &number);
        reading->group.id = reading->has_id ? (uint32_t)number : 0;
        return reading->has_id;
    }
    if (!word_is(name, "type")) {
        return false;
    }
    reading->has_type = false;
    for (uint8_t type = 0; type < N_GROUP_TYPES; type++) {
        if (word_is(value, group_type_names[type]) ||
            (type == GROUP_FAILOVER && word_is(value, "fast_failover"))) {
            reading->group.type = type;
            reading->has_type = true;
        }
    }
    return reading->has_type;
}

/* A word in front of the actions of a bucket. 1: it is none. */
static int take_bucket_word(struct bucket *bucket, struct word name, struct word value)
{
    uint64_t number = 0;
    if (word_is(name, "weight")) {
        bool valid = word_number(value, UINT16_MAX, &number);
        bucket->weight = (uint16_t)number;
        return valid ? 0 : -1;
    }
    if (word_is(name, "watch_port")) {
        return word_port(value, &bucket->watch_port) ? 0 : -1;
    }
    if (word_is(name, "watch_group")) {
        bool valid = word_number(value, GROUP_NONE - 1, &number);
        bucket->watch_group = (uint32_t)number;
        return valid ? 0 : -1;
    }
    if (word_is(name, "bucket_id")) {
        return word_number(value, UINT32_MAX, &number) ? 0 : -1;
    }
    return 1;
}

static int end_bucket(struct reading *reading, const char *end, size_t *column,
                      struct base_error *error)
{
    if (!reading->in_bucket) {
        return 0;
    }
    struct bucket *bucket = &reading->buckets[reading->group.n_buckets - 1];
    size_t n_actions = 0;
    while (reading->list && end > reading->list && (end[-1] == ',' || end[-1] == ' ')) {
        end--;
    }
    char *list = strndup(reading->list ? reading->list : "",
                         reading->list ? (size_t)(end - reading->list) : 0);
    int status =
        list ? ofctl_read_actions(list, ACTIONS_OF_13 | ACTIONS_OF_SWITCH, &reading->table->arena,
                                  &bucket->actions, &n_actions, column, error)
             : base_fail(error, "out of memory");
    free(list);
    bucket->n_actions = status ? 0 : (uint16_t)n_actions;
    reading->in_bucket = false;
    return status;
}

static int begin_bucket(struct reading *reading, struct base_error *error)
{
    if (base_grow(&reading->buckets, reading->group.n_buckets, &reading->capacity,
                  sizeof *reading->buckets)) {
        return base_fail(error, "out of memory");
    }
    reading->buckets[reading->group.n_buckets++] =
        (struct bucket){.watch_port = PORT_NONE,
                        .watch_group = GROUP_NONE,
                        .weight = reading->group.type == GROUP_SELECT};
    reading->in_bucket = true;
    reading->list = NULL;
    return 0;
}

static int bad_word(const struct token *token, struct base_error *error)
{
    return base_fail(error, "bad word \"%.*s\" of a group", WORD(token->key));
}

/* "weight:2", "actions=output:1" or "output:1": what follows bucket= at once, or stands behind it.
 */
static int take_in_bucket(struct reading *reading, const struct token *token,
                          struct base_error *error)
{
    struct bucket *bucket = &reading->buckets[reading->group.n_buckets - 1];
    if (reading->list) {
        return 0; /* one of its actions */
    }
    if (word_is(token->key, "actions") || word_is(token->key, "action")) {
        reading->list = token->value.at;
        return 0;
    }
    int status = take_bucket_word(bucket, token->key, token->value);
    if (status > 0) {
        reading->list = token->key.at;
    }
    return status < 0 ? bad_word(token, error) : 0;
}

static int take(struct reading *reading, const struct token *token, size_t *column,
                struct base_error *error)
{
    if (word_is(token->key, "bucket") && token->divider == '=') {
        struct token inner = {.value = {NULL, 0}};
        const char *at = token->value.at;
        if (end_bucket(reading, token->key.at, column, error) || begin_bucket(reading, error)) {
            return -1;
        }
        return token_next(&at, &inner) ? take_in_bucket(reading, &inner, error) : 0;
    }
    if (reading->group.n_buckets > 0) {
        return take_in_bucket(reading, token, error);
    }
    return take_head(reading, token->key, token->value) ? 0 : bad_word(token, error);
}

static int keep(struct reading *reading, struct base_error *error)
{
    if (!reading->has_id || !reading->has_type) {
        return base_fail(error, "a group needs %s", reading->has_id ? "type=" : "group_id=");
    }
    reading->group.buckets = base_arena_copy(&reading->table->arena, reading->buckets,
                                             reading->group.n_buckets * sizeof *reading->buckets);
    struct group *group = group_table_add(reading->table);
    if (!group || (reading->group.n_buckets > 0 && !reading->group.buckets)) {
        return base_fail(error, "out of memory");
    }
    *group = reading->group;
    return 0;
}

int ofctl_parse_group(const char *text, struct group_table *table, size_t *column,
                      struct base_error *error)
{
    struct reading reading = {.table = table};
    struct token token = {.key.at = text};
    const char *at = text;
    size_t ignored;
    int status = 0;
    column = column ? column : &ignored;
    *column = 0;
    while (!status && token_next(&at, &token)) {
        status = take(&reading, &token, column, error);
        *column = status ? (size_t)(token.key.at - text) : 0;
    }
    status = status || end_bucket(&reading, at, column, error) || keep(&reading, error);
    free(reading.buckets);
    return status ? -1 : 0;
}
