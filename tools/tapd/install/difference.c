/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow-mods from the tables that are there to those that are wanted, in two phases of waves. */
#include "tapd/install/difference.h"

#include "ofctl/flow.h"
#include "openflow/of13/wire.h"
#include "tapd/install/dialect.h"
#include "tapd/install/foreign.h"
#include "tapd/install/transition.h"

#include <stdlib.h>
#include <string.h>

/* A step and where it belongs. */
struct placed {
    enum tapd_phase phase;
    uint16_t layer;
    size_t number; /* in the order in which they were told */
    struct tapd_step step;
};

struct differing {
    const struct tapd_network *network;
    unsigned age_sec;
    const struct flow_table *const *actual;
    const uint8_t *versions;
    bool own_tables;
    struct tapd_difference *out;
    size_t sw; /* the one that is looked at */
    struct placed *placed;
    size_t n_placed, placed_capacity, foreign_capacity;
    struct tapd_held held;
    struct tapd_around around;
    struct tapd_ready ready;
    bool pauses;               /* something that could move does not */
    struct base_arena scratch; /* of one switch */
    bool failed;
};

/* ------------------------------------------------------------------ steps */

static void place_mod(void *context, enum tapd_phase phase, const struct flow_mod *mod)
{
    struct differing *d = context;
    size_t n_bytes = mod->flow.n_actions * sizeof *mod->flow.actions;
    struct action *actions =
        n_bytes > 0 ? base_arena_copy(&d->out->arena, mod->flow.actions, n_bytes) : NULL;
    if ((n_bytes > 0 && !actions) ||
        base_grow(&d->placed, d->n_placed, &d->placed_capacity, sizeof *d->placed) < 0) {
        d->failed = true;
        return;
    }
    struct placed *placed = &d->placed[d->n_placed];
    *placed = (struct placed){phase, d->network->layers[d->sw], d->n_placed, {d->sw, *mod}};
    placed->step.mod.flow.actions = actions;
    d->n_placed++;
}

/* Taking away, sources are before destinations; else they are behind. */
static int by_wave(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->phase != y->phase) {
        return x->phase < y->phase ? -1 : 1;
    }
    if (x->layer != y->layer) {
        return (x->phase == TAPD_SHRINK) == (x->layer > y->layer) ? -1 : 1;
    }
    if (x->step.sw != y->step.sw) {
        return x->step.sw < y->step.sw ? -1 : 1;
    }
    return x->number < y->number ? -1 : x->number > y->number;
}

static int make_waves(struct differing *d)
{
    struct tapd_difference *out = d->out;
    out->steps = base_arena_alloc(&out->arena, d->n_placed * sizeof *out->steps);
    out->waves = base_arena_alloc(&out->arena, d->n_placed * sizeof *out->waves);
    if (!out->steps || !out->waves) {
        return -1;
    }
    if (d->n_placed > 0) {
        qsort(d->placed, d->n_placed, sizeof *d->placed, by_wave);
    }
    for (size_t i = 0; i < d->n_placed; i++) {
        const struct placed *at = &d->placed[i], *before = i > 0 ? at - 1 : NULL;
        if (!before || before->phase != at->phase || before->layer != at->layer) {
            out->waves[out->n_waves++] =
                (struct tapd_wave){.first = i,
                                   .settles = before && before->phase != at->phase,
                                   .grows = at->phase == TAPD_GROW};
        }
        out->waves[out->n_waves - 1].n_steps++;
        out->steps[out->n_steps++] = at->step;
    }
    return 0;
}

/* ------------------------------------------------------------------- rows */

/* OpenFlow 1.0 cannot say of which table an entry is to be deleted. */
static bool is_ours(const struct differing *d, const struct flow_entry *entry)
{
    return entry->table_id == 0 &&
           (d->own_tables || tapd_is_own(d->network->policy, entry->cookie));
}

/* blocked: by wanted entry. */
static void report_foreign(struct differing *d, const struct flow_entry *entry, bool *blocked)
{
    const struct flow_table *wanted = &d->network->tables[d->sw];
    struct tapd_difference *out = d->out;
    if (base_grow(&out->foreign, out->n_foreign, &d->foreign_capacity, sizeof *out->foreign) < 0) {
        d->failed = true;
        return;
    }
    struct tapd_foreign *foreign = &out->foreign[out->n_foreign++];
    *foreign = (struct tapd_foreign){.sw = d->sw, .entry = *entry};
    tapd_foreign_judge(foreign, wanted);
    if (foreign->kind == TAPD_FOREIGN_BLOCKS) {
        blocked[foreign->ours - wanted->entries] = true;
        out->lacks[d->sw].n_blocked++;
    }
}

/* By port, so that rows which a header can meet are together; those without a port
 * are first. */
static int by_port(const void *a, const void *b)
{
    const struct tapd_row *x = a, *y = b;
    int by_mask = x->match.mask.in_port - y->match.mask.in_port;
    int order = by_mask ? by_mask : x->match.value.in_port - y->match.value.in_port;
    return order ? order : tapd_compare_rows(a, b);
}

/* Old and wanted entry of the same match and priority are one row. */
static size_t join_rows(struct tapd_row *rows, size_t n)
{
    size_t n_joined = 0;
    for (size_t i = 0; i < n; i++) {
        struct tapd_row *last = n_joined > 0 ? &rows[n_joined - 1] : NULL;
        if (last && by_port(last, &rows[i]) == 0) {
            last->old = rows[i].old ? rows[i].old : last->old;
            last->wanted = rows[i].wanted ? rows[i].wanted : last->wanted;
        } else {
            rows[n_joined++] = rows[i];
        }
    }
    return n_joined;
}

/* A wanted entry with the lifetime that it has left; NULL if it has none, or
 * without memory. */
static const struct flow_entry *still_wanted(struct differing *d, const struct flow_entry *entry)
{
    if ((uint32_t)entry->cookie == 0 || d->age_sec == 0) {
        return entry;
    }
    if (entry->hard_timeout <= d->age_sec) {
        return NULL;
    }
    struct flow_entry *aged = base_arena_copy(&d->scratch, entry, sizeof *entry);
    if (aged) {
        aged->hard_timeout = (uint16_t)(entry->hard_timeout - d->age_sec);
    }
    d->failed |= !aged;
    return aged;
}

static void note_unsaid(struct differing *d, const struct flow_entry *entry, const char *why)
{
    struct tapd_lack *lack = &d->out->lacks[d->sw];
    struct base_buffer text = {0};
    if (lack->n_unsaid++ == 0) {
        ofctl_format_flow(entry, FLOW_NO_STATS, &text);
        base_put_format(&text, ": %s", why);
        lack->unsaid = base_arena_copy(&d->out->arena, base_buffer_text(&text), text.n_bytes + 1);
        d->failed |= !lack->unsaid;
        base_buffer_free(&text);
    }
}

/* The entry as the switch can be told it; NULL if it cannot. */
static const struct flow_entry *as_told(struct differing *d, const struct flow_entry *entry)
{
    uint8_t version = d->versions ? d->versions[d->sw] : OF13_VERSION;
    const struct flow_entry *said;
    struct base_error why;
    int status = tapd_dialect(entry, version, &d->scratch, &said, &why);
    if (status > 0) {
        note_unsaid(d, entry, why.text);
    }
    d->failed |= status < 0;
    return status == 0 ? said : NULL;
}

/* What is there and ours, and what is wanted; and what is somebody else's. */
static struct tapd_row *collect_rows(struct differing *d, size_t *n_rows)
{
    const struct flow_table *old = d->actual[d->sw], *wanted = &d->network->tables[d->sw];
    size_t n = 0;
    bool *blocked = base_arena_alloc(&d->scratch, wanted->n_entries);
    struct tapd_row *rows =
        base_arena_alloc(&d->scratch, (old->n_entries + wanted->n_entries) * sizeof *rows);
    for (size_t i = 0; rows && blocked && i < old->n_entries; i++) {
        const struct flow_entry *entry = &old->entries[i];
        if (!is_ours(d, entry)) {
            report_foreign(d, entry, blocked);
        } else if (as_told(d, entry)) { /* else it can be neither changed nor taken away */
            rows[n++] =
                (struct tapd_row){.match = entry->match, .priority = entry->priority, .old = entry};
        }
    }
    for (size_t i = 0; rows && blocked && i < wanted->n_entries; i++) {
        const struct flow_entry *entry = still_wanted(d, &wanted->entries[i]);
        entry = entry ? as_told(d, entry) : NULL;
        if (entry && !blocked[i]) {
            rows[n++] = (struct tapd_row){
                .match = entry->match, .priority = entry->priority, .wanted = entry};
        }
    }
    if (n > 1) {
        qsort(rows, n, sizeof *rows, by_port);
    }
    *n_rows = join_rows(rows, n);
    return blocked ? rows : NULL;
}

/* The rows of each port on their own, unless there are some that every port
 * meets. */
static void differ(struct differing *d)
{
    size_t n_rows, n;
    struct tapd_row *rows = collect_rows(d, &n_rows);
    d->failed |= !rows;
    bool apart = n_rows > 0 && rows && rows[0].match.mask.in_port == UINT16_MAX;
    if (!apart && rows && n_rows > 0) {
        qsort(rows, n_rows, sizeof *rows, tapd_compare_rows);
    }
    for (size_t first = 0; rows && first < n_rows && !d->failed; first += n) {
        size_t n_held;
        bool pauses = false;
        for (n = 1; first + n < n_rows; n++) {
            if (apart && rows[first + n].match.value.in_port != rows[first].match.value.in_port) {
                break;
            }
        }
        struct tapd_rows some = {rows + first, n};
        d->failed |= tapd_transition(d->sw, &some, &d->around, place_mod, d, &d->scratch, &n_held,
                                     &pauses) < 0;
        d->pauses |= pauses;
        d->out->lacks[d->sw].n_held += n_held;
    }
    base_arena_free(&d->scratch);
}

static void differ_all(struct differing *d)
{
    size_t n_switches = d->network->policy->topology->n_switches;
    for (size_t sw = 0; sw < n_switches && !d->failed; sw++) {
        if (d->network->policy->owns[sw] && d->actual[sw]) {
            d->sw = sw;
            differ(d);
        }
    }
}

/* To move what would pause otherwise, where its new way can be got ready before. */
static void begin_again(struct differing *d)
{
    size_t n_switches = d->network->policy->topology->n_switches;
    d->n_placed = d->out->n_foreign = 0;
    memset(d->out->lacks, 0, n_switches * sizeof *d->out->lacks);
    d->failed |= tapd_ready_find(&d->ready, d->network, d->actual, d->versions, &d->out->arena) < 0;
    d->around.ready = d->failed ? NULL : &d->ready;
}

int tapd_difference_make(const struct tapd_network *network, unsigned age_sec,
                         const struct flow_table *const *actual, const uint8_t *versions,
                         bool own_tables, struct tapd_difference *difference)
{
    *difference = (struct tapd_difference){0};
    struct differing d = {.network = network,
                          .age_sec = age_sec,
                          .actual = actual,
                          .versions = versions,
                          .own_tables = own_tables,
                          .out = difference};
    size_t n_switches = network->policy->topology->n_switches;
    difference->lacks = base_arena_alloc(&difference->arena, n_switches * sizeof(struct tapd_lack));
    d.around.held = &d.held;
    d.failed =
        !difference->lacks || tapd_held_find(&d.held, network, actual, &difference->arena) < 0;
    differ_all(&d);
    if (d.pauses && !d.failed && !d.held.ahead) {
        begin_again(&d);
        differ_all(&d);
    }
    int result = d.failed ? -1 : make_waves(&d);
    free(d.placed);
    return result;
}

void tapd_difference_free(struct tapd_difference *difference)
{
    free(difference->foreign);
    base_arena_free(&difference->arena);
    *difference = (struct tapd_difference){0};
}
