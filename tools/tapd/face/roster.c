/* SPDX-License-Identifier: Apache-2.0
 *
 * Which taps there are now, when each ends, and what of that is kept across restarts. */
#include "tapd/face/roster.h"
#include "base/none.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int tapd_roster_copy(const struct tapd_roster *roster, struct tapd_roster *copy)
{
    *copy = *roster;
    copy->capacity = roster->n_items + 1; /* room for one more */
    copy->items = calloc(copy->capacity, sizeof *copy->items);
    if (!copy->items) {
        return -1;
    }
    if (roster->n_items > 0) {
        memcpy(copy->items, roster->items, roster->n_items * sizeof *copy->items);
    }
    return 0;
}

void tapd_roster_drop(struct tapd_roster *roster)
{
    free(roster->items);
    *roster = (struct tapd_roster){.next_id = 1};
}

static bool has_tap(const struct tapd_roster *roster, const struct tapd_tap *tap)
{
    for (size_t i = 0; roster && i < roster->n_items; i++) {
        if (roster->items[i].tap == tap) {
            return true;
        }
    }
    return false;
}

void tapd_roster_free(struct tapd_roster *roster, const struct tapd_roster *kept)
{
    for (size_t i = 0; i < roster->n_items; i++) {
        const struct tapd_entry *entry = &roster->items[i];
        if (entry->origin != TAPD_FROM_POLICY && !has_tap(kept, entry->tap)) {
            tapd_tap_free((struct tapd_tap *)(uintptr_t)entry->tap);
        }
    }
    tapd_roster_drop(roster);
}

static struct tapd_entry *add_entry(struct tapd_roster *roster, const struct tapd_tap *tap,
                                    enum tapd_origin origin)
{
    if (base_grow(&roster->items, roster->n_items, &roster->capacity, sizeof *roster->items)) {
        return NULL;
    }
    struct tapd_entry *entry = &roster->items[roster->n_items++];
    roster->n_asked++;
    *entry = (struct tapd_entry){.tap = tap, .origin = origin, .fresh = true};
    return entry;
}

static bool has_id(const struct tapd_records *records, uint32_t id)
{
    for (size_t i = 0; i < records->n_items; i++) {
        if (records->items[i].id == id) {
            return true;
        }
    }
    return false;
}

/* One that no tap has, in the roster or in records that are yet to be taken over. */
static uint32_t take_id(struct tapd_roster *roster, const struct tapd_records *records)
{
    uint32_t id;
    do {
        id = roster->next_id++;
        roster->next_id += roster->next_id == 0; /* after 2^32 of them */
    } while (tapd_roster_find_id(roster, id) != INDEX_NONE || has_id(records, id));
    return id;
}

/* The lifetime of its tap. */
static void begin_life(struct tapd_roster *roster, struct tapd_entry *entry, int64_t now_ms,
                       const struct tapd_records *records)
{
    const struct tapd_tap *tap = entry->tap;
    if (!tapd_tap_ends(tap)) {
        entry->id = 0;
        return;
    }
    entry->id = entry->id ? entry->id : take_id(roster, records);
    entry->expires_ms = tap->until_ms ? tap->until_ms : now_ms + tap->lifetime_sec * INT64_C(1000);
}

static int begin(struct tapd_roster *roster, const struct tapd_tap *tap, enum tapd_origin origin,
                 int64_t now_ms, const struct tapd_records *records)
{
    struct tapd_entry *entry = add_entry(roster, tap, origin);
    if (!entry) {
        return -1;
    }
    begin_life(roster, entry, now_ms, records);
    return 0;
}

int tapd_roster_add(struct tapd_roster *roster, const struct tapd_tap *tap, enum tapd_origin origin,
                    int64_t now_ms)
{
    return begin(roster, tap, origin, now_ms, &(struct tapd_records){0});
}

void tapd_roster_replace(struct tapd_roster *roster, size_t index, const struct tapd_tap *tap,
                         int64_t now_ms)
{
    struct tapd_entry *entry = &roster->items[index];
    entry->tap = tap;
    entry->fresh = true;
    begin_life(roster, entry, now_ms, &(struct tapd_records){0});
    roster->n_asked++;
}

size_t tapd_roster_find(const struct tapd_roster *roster, const char *name)
{
    for (size_t i = 0; i < roster->n_items; i++) {
        if (strcmp(roster->items[i].tap->name, name) == 0) {
            return i;
        }
    }
    return INDEX_NONE;
}

size_t tapd_roster_find_id(const struct tapd_roster *roster, uint32_t id)
{
    for (size_t i = 0; i < roster->n_items; i++) {
        if (roster->items[i].id == id) {
            return i;
        }
    }
    return INDEX_NONE;
}

void tapd_roster_end(struct tapd_roster *roster, size_t index)
{
    struct tapd_entry *entry = &roster->items[index];
    if (entry->origin == TAPD_FROM_POLICY) {
        entry->over = true;
        return;
    }
    roster->n_items--;
    memmove(entry, entry + 1, (roster->n_items - index) * sizeof *entry);
}

static bool has_ended(const struct tapd_entry *entry, int64_t now_ms)
{
    return entry->id != 0 && !entry->over && entry->expires_ms <= now_ms;
}

size_t tapd_roster_expire(struct tapd_roster *roster, int64_t now_ms)
{
    size_t n = 0;
    for (size_t i = roster->n_items; i-- > 0;) {
        if (has_ended(&roster->items[i], now_ms)) {
            tapd_roster_end(roster, i);
            n++;
        }
    }
    return n;
}

void tapd_roster_settle(struct tapd_roster *roster)
{
    for (size_t i = 0; i < roster->n_items; i++) {
        roster->items[i].fresh = false;
    }
}

int64_t tapd_roster_next_ms(const struct tapd_roster *roster)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < roster->n_items; i++) {
        const struct tapd_entry *entry = &roster->items[i];
        if (entry->id != 0 && !entry->over && entry->expires_ms < next) {
            next = entry->expires_ms;
        }
    }
    return next;
}

/* Whole seconds until then, as a hard_timeout has them. */
static uint16_t left_sec(int64_t expires_ms, int64_t now_ms)
{
    int64_t left = (expires_ms - now_ms + 999) / 1000;
    return (uint16_t)(left < 1 ? 1 : left > UINT16_MAX ? UINT16_MAX : left);
}

bool tapd_roster_renew(struct tapd_roster *roster, int64_t then_ms)
{
    bool any = false;
    for (size_t i = 0; i < roster->n_items; i++) {
        struct tapd_entry *entry = &roster->items[i];
        bool was_cut = entry->id != 0 && !entry->over &&
                       entry->expires_ms - then_ms > UINT16_MAX * INT64_C(1000);
        entry->fresh |= was_cut;
        any |= was_cut;
    }
    return any;
}

struct tapd_active *tapd_roster_active(const struct tapd_roster *roster, int64_t now_ms,
                                       size_t *n_active)
{
    struct tapd_active *active = calloc(roster->n_items + 1, sizeof *active);
    *n_active = 0;
    for (size_t i = 0; active && i < roster->n_items; i++) {
        const struct tapd_entry *entry = &roster->items[i];
        if (!entry->over) {
            active[(*n_active)++] = (struct tapd_active){
                .tap = entry->tap,
                .id = entry->id,
                .left_sec = entry->id ? left_sec(entry->expires_ms, now_ms) : 0,
            };
        }
    }
    return active;
}

static char *tap_text(const struct tapd_policy *policy, const struct tapd_tap *tap)
{
    struct base_buffer text = {0};
    if (tap->is_asked) { /* its names may be of other ports when it is read again */
        base_put_bytes(&text, tap->source->bytes.data, tap->source->bytes.n_bytes);
    } else {
        tapd_tap_format(policy, tap, &text);
    }
    return base_buffer_take_text(&text);
}

int tapd_roster_to_records(const struct tapd_roster *roster, const struct tapd_policy *policy,
                           struct tapd_records *records)
{
    *records = (struct tapd_records){.next_id = roster->next_id};
    for (size_t i = 0; i < roster->n_items; i++) {
        const struct tapd_entry *entry = &roster->items[i];
        struct tapd_record *record = tapd_records_add(records);
        if (!record) {
            return -1;
        }
        *record = (struct tapd_record){.origin = entry->origin,
                                       .tap = tap_text(policy, entry->tap),
                                       .id = entry->id,
                                       .expires_ms = entry->expires_ms,
                                       .over = entry->over};
        if (!record->tap) {
            return -1;
        }
    }
    return 0;
}

static int no_memory(const struct tapd_policy *policy, struct yaml_diagnostics *diagnostics)
{
    struct yaml_source source = {.file = policy->file, .diagnostics = diagnostics};
    yaml_error_at(&source, 0, 0, "out of memory");
    return -1;
}

static int restore(const struct tapd_record *record, const struct tapd_policy *policy,
                   const struct tapd_tap *tap, struct tapd_roster *roster,
                   struct yaml_diagnostics *diagnostics)
{
    struct tapd_entry *entry = add_entry(roster, tap, record->origin);
    if (!entry) {
        return no_memory(policy, diagnostics);
    }
    entry->id = record->id;
    entry->expires_ms = record->expires_ms;
    entry->over = record->over;
    return 0;
}

/* Whether there is still a tap with `when` that asks for such a tap: RULE, or
 * RULE@PORT. */
static bool is_ruled(const struct tapd_policy *policy, const char *name)
{
    size_t n = strcspn(name, "@");
    for (size_t i = 0; i < policy->n_taps; i++) {
        const struct tapd_tap *tap = policy->taps[i];
        if (tap->when && strlen(tap->name) == n && strncmp(tap->name, name, n) == 0) {
            return true;
        }
    }
    return false;
}

/* A tap on demand: read again, because ports and hosts may be others now. */
static int restore_tap(const struct tapd_record *record, const struct tapd_policy *policy,
                       const char *file, struct tapd_roster *roster,
                       struct yaml_diagnostics *diagnostics)
{
    struct tapd_tap *tap;
    if (tapd_tap_read(policy, file, record->tap, strlen(record->tap), &tap, diagnostics)) {
        return -1;
    }
    if (record->origin == TAPD_FROM_TRAFFIC && !is_ruled(policy, tap->name)) {
        tapd_tap_free(tap);
        return 0;
    }
    if (record->origin == TAPD_FROM_REQUEST && tapd_policy_find(policy, tap->name)) {
        struct yaml_source source = {.file = policy->file, .diagnostics = diagnostics};
        const struct tapd_tap *own = tapd_policy_find(policy, tap->name);
        yaml_error_at(&source, own->place.line, own->place.column,
                      "a tap named \"%s\" was asked for on demand, and is still there", tap->name);
        tapd_tap_free(tap);
        return -1;
    }
    if (tapd_roster_find(roster, tap->name) != INDEX_NONE) {
        struct yaml_source source = {.file = file, .diagnostics = diagnostics};
        yaml_error_at(&source, 0, 0, "two taps have the name \"%s\"", tap->name);
        tapd_tap_free(tap);
        return -1;
    }
    if (restore(record, policy, tap, roster, diagnostics)) {
        tapd_tap_free(tap);
        return -1;
    }
    return 0;
}

static bool says_the_same(const struct tapd_record *record, const json_t *tap)
{
    json_t *recorded = json_loads(record->tap, 0, NULL);
    bool same = recorded && json_equal(recorded, tap);
    json_decref(recorded);
    return same;
}

/* The record of a tap of the policy, unless it says something else by now. */
static const struct tapd_record *find_record(const struct tapd_records *records,
                                             const struct tapd_policy *policy,
                                             const struct tapd_tap *tap)
{
    const struct tapd_record *found = NULL;
    char *text = tap_text(policy, tap);
    json_t *value = text ? json_loads(text, 0, NULL) : NULL;
    for (size_t i = 0; value && !found && i < records->n_items; i++) {
        const struct tapd_record *record = &records->items[i];
        if (record->origin == TAPD_FROM_POLICY && says_the_same(record, value)) {
            found = record;
        }
    }
    json_decref(value);
    free(text);
    return found;
}

static int add_policy_taps(const struct tapd_records *records, const struct tapd_policy *policy,
                           int64_t now_ms, struct tapd_roster *roster,
                           struct yaml_diagnostics *diagnostics)
{
    for (size_t i = 0; i < policy->n_taps; i++) {
        const struct tapd_tap *tap = policy->taps[i];
        if (!tapd_tap_ends(tap) || tap->when) {
            continue;
        }
        const struct tapd_record *record = find_record(records, policy, tap);
        if (record ? restore(record, policy, tap, roster, diagnostics)
                   : begin(roster, tap, TAPD_FROM_POLICY, now_ms, records)) {
            return no_memory(policy, diagnostics);
        }
    }
    return 0;
}

int tapd_roster_from_records(const struct tapd_records *records, const struct tapd_policy *policy,
                             const char *file, int64_t now_ms, struct tapd_roster *roster,
                             struct yaml_diagnostics *diagnostics)
{
    *roster = (struct tapd_roster){.next_id = records->next_id};
    int status = add_policy_taps(records, policy, now_ms, roster, diagnostics);
    for (size_t i = 0; i < records->n_items; i++) {
        const struct tapd_record *record = &records->items[i];
        bool ended = record->id != 0 && record->expires_ms <= now_ms;
        if (record->origin != TAPD_FROM_POLICY && !ended &&
            restore_tap(record, policy, file, roster, diagnostics)) {
            status = -1;
        }
    }
    tapd_roster_expire(roster, now_ms);
    return status;
}
