/* SPDX-License-Identifier: Apache-2.0
 *
 * Which small changes of flow tables and groups would a mistake make? */
#include "mutate/mutants.h"

#include "base/memory.h"
#include "ofctl/action.h"
#include "ofctl/match.h"
#include "space/pipeline.h"

#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_SEC = 60 };

/* A row whose mutants are being made. */
struct maker {
    const char *name;
    const struct switch_state *state;
    struct space_table *table;
    mutate_mutant_visit *visit;
    void *aux;

    size_t row;
    const struct flow_entry *entry;
    struct action *actions; /* scratch: the entry's, and room for one more */
    struct instructions more;
    const struct group *group; /* whose mutants are being made */
    struct base_buffer id;     /* of the entry, then of the mutant behind it */
    size_t id_bytes;
    bool no_memory; /* to look through the table: a twin, or the entry behind, may be missing */
};

/* What names an entry: its table and priority, if they are not the usual ones,
 * and its match. */
static void put_key(const struct flow_entry *entry, struct base_buffer *out)
{
    struct base_buffer match = {0};
    ofctl_format_match(&entry->match, &match);
    if (entry->table_id != 0) {
        base_put_format(out, "table=%u,", entry->table_id);
    }
    if (entry->priority != FLOW_PRIORITY_DEFAULT || match.n_bytes == 0) {
        base_put_format(out, "priority=%u%s", entry->priority, match.n_bytes > 0 ? "," : "");
    }
    base_put_text(out, base_buffer_text(&match));
    out->failed |= match.failed;
    base_buffer_free(&match);
}

/* ------------------------------------------------------------------ one more */

/* The row with nothing changed. The id is begun: "KIND". */
static struct mutate_mutant begin(struct maker *maker, const char *kind)
{
    maker->id.n_bytes = maker->id_bytes;
    base_put_format(&maker->id, "/%s", kind);
    return (struct mutate_mutant){.row = maker->row,
                                  .other = ENTRY_NONE,
                                  .now = *maker->entry,
                                  .region = maker->entry->match};
}

static int end(struct maker *maker, struct mutate_mutant *mutant)
{
    mutant->id = base_buffer_text(&maker->id);
    return maker->id.failed ? -1 : maker->visit(maker->aux, mutant);
}

struct twin {
    const struct match *match;
    size_t but[2];
    bool found;
};

static bool compare_twin(void *aux, uint32_t entry, const struct match *match)
{
    struct twin *twin = aux;
    twin->found = entry != twin->but[0] && entry != twin->but[1] && match_equal(match, twin->match);
    return !twin->found;
}

/* Whether a row that the mutant does not change has this table, priority and match. */
static bool has_twin(struct maker *maker, const struct mutate_mutant *mutant,
                     const struct flow_entry *entry)
{
    struct twin twin = {.match = &entry->match, .but = {mutant->row, mutant->other}};
    size_t budget = BUDGET_UNLIMITED;
    maker->no_memory |= !space_table_overlapping(maker->table, &entry->match, space_rank(entry),
                                                 space_rank(entry), &budget, compare_twin, &twin);
    return twin.found;
}

/* ------------------------------------------------------------------- actions */

static int make_removed(struct maker *maker)
{
    struct mutate_mutant mutant = begin(maker, "removed");
    mutant.gone = true;
    return end(maker, &mutant);
}

/* The same action again in one list has a name of its own. */
static void put_repetition(struct maker *maker, size_t at)
{
    size_t n = 1;
    for (size_t i = 0; i < at; i++) {
        n += action_equal(&maker->entry->actions[i], &maker->entry->actions[at]);
    }
    if (n > 1) {
        base_put_format(&maker->id, "@%zu", n);
    }
}

static int make_without(struct maker *maker, const char *kind, size_t at)
{
    const struct flow_entry *entry = maker->entry;
    struct mutate_mutant mutant = begin(maker, kind);
    base_put_text(&maker->id, "/");
    if (entry->actions[at].type == ACTION_OUTPUT) {
        port_format(entry->actions[at].port, &maker->id);
    } else {
        ofctl_format_actions(&entry->actions[at], 1, &maker->id);
    }
    put_repetition(maker, at);
    for (size_t i = 0, n = 0; i < entry->n_actions; i++) {
        if (i != at) {
            maker->actions[n++] = entry->actions[i];
        }
    }
    mutant.now.actions = maker->actions;
    mutant.now.n_actions--;
    return end(maker, &mutant);
}

static bool is_used(const struct maker *maker, uint16_t port)
{
    const struct match *match = &maker->entry->match;
    return (match->mask.in_port == UINT16_MAX && match->value.in_port == port) ||
           actions_send_to(maker->entry->actions, maker->entry->n_actions, port);
}

/* The next lower [0] and the next higher [1] port of the switch that the entry
 * does not have already; 0: there is none. */
static void find_neighbours(const struct maker *maker, uint16_t port, uint16_t next[2])
{
    next[0] = next[1] = 0;
    for (size_t i = 0; i < maker->state->n_ports && port <= PORT_MAX; i++) {
        uint16_t number = maker->state->ports[i].number;
        if (number == port || number > PORT_MAX || is_used(maker, number)) {
            continue;
        }
        if (number < port) {
            next[0] = number;
        } else if (next[1] == 0) {
            next[1] = number;
        }
    }
}

static int make_moved(struct maker *maker, size_t at)
{
    const struct flow_entry *entry = maker->entry;
    uint16_t next[2];
    int status = 0;
    find_neighbours(maker, entry->actions[at].port, next);
    for (size_t side = 0; side < 2 && status == 0; side++) {
        if (next[side] == 0) {
            continue;
        }
        struct mutate_mutant mutant = begin(maker, "output-moved");
        base_put_format(&maker->id, "/%u", entry->actions[at].port);
        put_repetition(maker, at);
        base_put_format(&maker->id, "/%u", next[side]);
        memcpy(maker->actions, entry->actions, entry->n_actions * sizeof *maker->actions);
        maker->actions[at].port = next[side];
        mutant.now.actions = maker->actions;
        status = end(maker, &mutant);
    }
    return status;
}

static int make_outputs(struct maker *maker)
{
    int status = 0;
    for (size_t i = 0; i < maker->entry->n_actions && status == 0; i++) {
        if (action_sends(&maker->entry->actions[i])) {
            status = make_without(maker, "output-removed", i);
            status = status == 0 ? make_moved(maker, i) : status;
        }
    }
    return status;
}

static int make_one_more(struct maker *maker, uint16_t port)
{
    const struct flow_entry *entry = maker->entry;
    struct mutate_mutant mutant = begin(maker, "output-added");
    base_put_format(&maker->id, "/%u", port);
    if (entry->n_actions > 0) {
        memcpy(maker->actions, entry->actions, entry->n_actions * sizeof *maker->actions);
    }
    maker->actions[entry->n_actions] = (struct action){.type = ACTION_OUTPUT, .port = port};
    mutant.now.actions = maker->actions;
    mutant.now.n_actions++;
    return end(maker, &mutant);
}

/* A port is next to several outputs, perhaps; each is added once. */
static bool is_next_to(const struct maker *maker, uint16_t port, uint16_t to)
{
    uint16_t next[2];
    find_neighbours(maker, to, next);
    return next[0] == port || next[1] == port;
}

static int make_added(struct maker *maker)
{
    const struct flow_entry *entry = maker->entry;
    int status = 0;
    for (size_t i = 0; i < maker->state->n_ports && status == 0; i++) {
        uint16_t port = maker->state->ports[i].number;
        bool near = entry->match.mask.in_port == UINT16_MAX &&
                    is_next_to(maker, port, entry->match.value.in_port);
        for (size_t j = 0; j < entry->n_actions && !near; j++) {
            near =
                action_sends(&entry->actions[j]) && is_next_to(maker, port, entry->actions[j].port);
        }
        status = near ? make_one_more(maker, port) : 0;
    }
    return status;
}

static int make_rewrites(struct maker *maker)
{
    int status = 0;
    for (size_t i = 0; i < maker->entry->n_actions && status == 0; i++) {
        const struct action *action = &maker->entry->actions[i];
        if (!action_sends(action)) {
            bool is_group = action->type == ACTION_GROUP;
            status = make_without(maker, is_group ? "group-dropped" : "rewrite-dropped", i);
        }
    }
    return status;
}

/* --------------------------------------------------------------------- match */

static struct match without(const struct match *match, const struct header *bits)
{
    struct match rest = {.value = match->value, .mask = header_without(&match->mask, bits)};
    match_normalize(&rest);
    return rest;
}

static int make_match(struct maker *maker, const char *kind, const char *what,
                      const struct match *match)
{
    struct mutate_mutant mutant = begin(maker, kind);
    base_put_format(&maker->id, "/%s", what);
    mutant.now.match = *match;
    if (match->mask.vlan_tci != maker->entry->match.mask.vlan_tci) {
        mutant.now.tci_mask = 0; /* how it was said */
    }
    mutant.region = match_within(&mutant.region, match) ? *match : mutant.region;
    return has_twin(maker, &mutant, &mutant.now) ? 0 : end(maker, &mutant);
}

static int make_wider(struct maker *maker)
{
    const struct match *match = &maker->entry->match;
    int status = 0;
    for (size_t i = 0; i < N_HEADER_PARTS && status == 0; i++) {
        struct match wider = without(match, &header_parts[i].bits);
        if (!match_equal(&wider, match)) {
            status = make_match(maker, "widened", header_parts[i].name, &wider);
        }
    }
    return status;
}

static int make_narrow(struct maker *maker, const char *what, const struct match *to)
{
    const struct match *match = &maker->entry->match;
    struct match narrower;
    return match_intersect(match, to, &narrower) && !match_equal(&narrower, match)
               ? make_match(maker, "narrowed", what, &narrower)
               : 0;
}

static int make_narrower(struct maker *maker)
{
    static const char *const kinds[] = {"ip", "tcp", "dl_vlan=0xffff", "tcp,tp_dst=80",
                                        "udp,tp_dst=53"};
    const struct switch_state *state = maker->state;
    struct match match;
    int status = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && status == 0; i++) {
        status = ofctl_parse_match(kinds[i], &match, NULL, NULL) < 0
                     ? -1
                     : make_narrow(maker, kinds[i], &match);
    }
    if (status == 0 && state->n_ports > 0) {
        char what[sizeof "in_port=65535"];
        snprintf(what, sizeof what, "in_port=%u", state->ports[0].number);
        match = match_in_port(state->ports[0].number);
        status = make_narrow(maker, what, &match);
    }
    return status;
}

/* ------------------------------------------------------------------ priority */

struct behind {
    const struct maker *maker;
    size_t best;
};

static bool choose_behind(void *aux, uint32_t entry, const struct match *match)
{
    struct behind *behind = aux;
    (void)match;
    if (behind->best == ENTRY_NONE ||
        space_table_precedes(behind->maker->table, entry, behind->best)) {
        behind->best = entry;
    }
    return true;
}

static bool same_in_port(const struct match *a, const struct match *b)
{
    return a->mask.in_port == UINT16_MAX && b->mask.in_port == UINT16_MAX &&
           a->value.in_port == b->value.in_port;
}

static int make_swapped(struct maker *maker)
{
    const struct flow_entry *entry = maker->entry;
    struct behind behind = {.maker = maker, .best = ENTRY_NONE};
    size_t budget = BUDGET_UNLIMITED;
    uint32_t rank = space_rank(entry), last = rank - entry->priority; /* of its table */
    maker->no_memory |= !space_table_overlapping(maker->table, &entry->match, last, rank - 1,
                                                 &budget, choose_behind, &behind);
    if (behind.best == ENTRY_NONE) {
        return 0;
    }
    struct mutate_mutant mutant = begin(maker, "priority-swapped");
    const struct flow_entry *other = &maker->state->flows.entries[behind.best];
    base_put_text(&maker->id, "/");
    put_key(other, &maker->id);
    mutant.other = behind.best;
    mutant.other_now = *other;
    mutant.now.priority = other->priority;
    mutant.other_now.priority = entry->priority;
    mutant.region = same_in_port(&entry->match, &other->match)
                        ? match_in_port(entry->match.value.in_port)
                        : match_any();
    return has_twin(maker, &mutant, &mutant.now) || has_twin(maker, &mutant, &mutant.other_now)
               ? 0
               : end(maker, &mutant);
}

/* ------------------------------------------------------------------- timeout */

static int make_timeout(struct maker *maker)
{
    bool has = maker->entry->hard_timeout > 0;
    struct mutate_mutant mutant = begin(maker, has ? "timeout-dropped" : "timeout-added");
    mutant.is_lifetime = true;
    mutant.now.hard_timeout = has ? 0 : TIMEOUT_SEC;
    return end(maker, &mutant);
}

/* -------------------------------------------------------------- instructions */

/* The mutant that has maker->more. */
static int end_with(struct maker *maker, struct mutate_mutant *mutant)
{
    mutant->now.instructions = &maker->more;
    return end(maker, mutant);
}

static int make_goto(struct maker *maker)
{
    uint8_t table = maker->more.goto_table;
    if (table == NO_GOTO) {
        return 0;
    }
    struct mutate_mutant mutant = begin(maker, "goto-dropped");
    maker->more.goto_table = NO_GOTO;
    int status = end_with(maker, &mutant);
    if (status == 0 && table < FLOW_TABLE_MAX) {
        mutant = begin(maker, "goto-moved");
        maker->more.goto_table = (uint8_t)(table + 1);
        base_put_format(&maker->id, "/%u", maker->more.goto_table);
        status = end_with(maker, &mutant);
    }
    maker->more.goto_table = table;
    return status;
}

/* maker->actions has room for one action more than are applied, or than are written. */
static int make_unwritten(struct maker *maker)
{
    const struct instructions before = maker->more;
    int status = 0;
    for (size_t at = 0; at < before.n_written && status == 0; at++) {
        struct mutate_mutant mutant = begin(maker, "written-dropped");
        base_put_text(&maker->id, "/");
        ofctl_format_actions(&before.written[at], 1, &maker->id);
        maker->more.n_written = 0;
        for (size_t i = 0; i < before.n_written; i++) {
            if (i != at) {
                maker->actions[maker->more.n_written++] = before.written[i];
            }
        }
        maker->more.written = maker->actions;
        status = end_with(maker, &mutant);
        maker->more = before;
    }
    return status;
}

/* What is written and what is applied, the other way round. */
static int make_applied(struct maker *maker)
{
    const struct instructions before = maker->more;
    const struct flow_entry *entry = maker->entry;
    bool sends = false;
    for (size_t i = 0; i < entry->n_actions; i++) {
        sends |= action_sends(&entry->actions[i]);
    }
    if (before.n_written > 0 && entry->n_actions == 0) {
        struct mutate_mutant mutant = begin(maker, "write-applied");
        mutant.now.actions = before.written;
        mutant.now.n_actions = before.n_written;
        maker->more.n_written = 0;
        maker->more.writes = false;
        int status = end_with(maker, &mutant);
        maker->more = before;
        return status;
    }
    if (before.n_written == 0 && sends && space_pipeline_has(maker->state)) {
        struct mutate_mutant mutant = begin(maker, "applied-written");
        mutant.now.n_actions = 0;
        maker->more.written = entry->actions;
        maker->more.n_written = entry->n_actions;
        maker->more.writes = true;
        int status = end_with(maker, &mutant);
        maker->more = before;
        return status;
    }
    return 0;
}

static int make_metadata(struct maker *maker)
{
    const struct instructions before = maker->more;
    if (before.metadata_mask == 0) {
        return 0;
    }
    struct mutate_mutant mutant = begin(maker, "metadata-bit");
    maker->more.metadata ^= before.metadata_mask & -before.metadata_mask;
    int status = end_with(maker, &mutant);
    maker->more = before;
    return status;
}

static int make_unmetered(struct maker *maker)
{
    const struct instructions before = maker->more;
    if (before.meter == NO_METER) {
        return 0;
    }
    struct mutate_mutant mutant = begin(maker, "meter-dropped");
    maker->more.meter = NO_METER;
    int status = end_with(maker, &mutant);
    maker->more = before;
    return status;
}

/* -------------------------------------------------------------------- groups */

/* The group with nothing changed, and buckets of its own. */
static struct mutate_mutant begin_group(struct maker *maker, const char *kind,
                                        struct bucket *buckets)
{
    const struct group *group = maker->group;
    struct mutate_mutant mutant = {
        .row = ENTRY_NONE, .other = ENTRY_NONE, .group = maker->row, .group_now = *group};
    maker->id.n_bytes = maker->id_bytes;
    base_put_format(&maker->id, "/%s", kind);
    if (group->n_buckets > 0) {
        memcpy(buckets, group->buckets, group->n_buckets * sizeof *buckets);
    }
    mutant.group_now.buckets = buckets;
    return mutant;
}

static int make_bucket_dropped(struct maker *maker, struct bucket *buckets, size_t at)
{
    struct mutate_mutant mutant = begin_group(maker, "bucket-dropped", buckets);
    base_put_format(&maker->id, "/%zu", at + 1);
    mutant.group_now.n_buckets--;
    memmove(&buckets[at], &buckets[at + 1], (mutant.group_now.n_buckets - at) * sizeof *buckets);
    return end(maker, &mutant);
}

/* The ports of the switch next to this one. */
static void find_next_ports(const struct maker *maker, uint16_t port, uint16_t next[2])
{
    static const struct flow_entry none;
    struct maker asking = *maker;
    asking.entry = &none;
    find_neighbours(&asking, port, next);
}

static int make_watch_moved(struct maker *maker, struct bucket *buckets, size_t at)
{
    uint16_t next[2];
    int status = 0;
    find_next_ports(maker, maker->group->buckets[at].watch_port, next);
    for (size_t side = 0; side < 2 && status == 0; side++) {
        if (next[side] > 0) {
            struct mutate_mutant mutant = begin_group(maker, "watch-moved", buckets);
            base_put_format(&maker->id, "/%zu/%u", at + 1, next[side]);
            buckets[at].watch_port = next[side];
            status = end(maker, &mutant);
        }
    }
    return status;
}

static int make_bucket_moved(struct maker *maker, struct bucket *buckets, size_t at)
{
    const struct bucket *bucket = &maker->group->buckets[at];
    int status = 0;
    for (size_t i = 0; i < bucket->n_actions && status == 0; i++) {
        uint16_t next[2] = {0, 0};
        if (action_sends(&bucket->actions[i])) {
            find_next_ports(maker, bucket->actions[i].port, next);
        }
        for (size_t side = 0; side < 2 && status == 0; side++) {
            if (next[side] > 0) {
                struct mutate_mutant mutant = begin_group(maker, "bucket-moved", buckets);
                base_put_format(&maker->id, "/%zu/%u", at + 1, next[side]);
                memcpy(maker->actions, bucket->actions, bucket->n_actions * sizeof *maker->actions);
                maker->actions[i].port = next[side];
                buckets[at].actions = maker->actions;
                status = end(maker, &mutant);
            }
        }
    }
    return status;
}

static int make_order_swapped(struct maker *maker, struct bucket *buckets)
{
    if (maker->group->type != GROUP_FAILOVER || maker->group->n_buckets < 2) {
        return 0;
    }
    struct mutate_mutant mutant = begin_group(maker, "order-swapped", buckets);
    buckets[0] = maker->group->buckets[1];
    buckets[1] = maker->group->buckets[0];
    return end(maker, &mutant);
}

static int make_type_changed(struct maker *maker, struct bucket *buckets)
{
    bool selects = maker->group->type == GROUP_SELECT;
    if (maker->group->n_buckets < 2) { /* it would do the same */
        return 0;
    }
    struct mutate_mutant mutant = begin_group(maker, "type-changed", buckets);
    mutant.group_now.type = selects ? GROUP_ALL : GROUP_SELECT;
    base_put_format(&maker->id, "/%s", group_type_names[mutant.group_now.type]);
    for (size_t i = 0; i < mutant.group_now.n_buckets; i++) { /* as ovs-ofctl reads them */
        buckets[i].weight = selects ? 0 : 1;
    }
    return end(maker, &mutant);
}

static int make_group(struct maker *maker)
{
    const struct group *group = maker->group;
    size_t most = 0;
    int status = 0;
    for (size_t i = 0; i < group->n_buckets; i++) {
        most = group->buckets[i].n_actions > most ? group->buckets[i].n_actions : most;
    }
    struct bucket *buckets = base_calloc(group->n_buckets + 1, sizeof *buckets);
    maker->actions = base_calloc(most + 1, sizeof *maker->actions);
    maker->id.n_bytes = 0;
    base_put_format(&maker->id, "mutate/%s/group_id=%u", maker->name, group->id);
    maker->id_bytes = maker->id.n_bytes;
    if (!buckets || !maker->actions) {
        status = -1;
    }
    for (size_t i = 0; i < group->n_buckets && status == 0; i++) {
        status = make_bucket_dropped(maker, buckets, i);
        status = status == 0 ? make_bucket_moved(maker, buckets, i) : status;
        status = status == 0 ? make_watch_moved(maker, buckets, i) : status;
    }
    status = status == 0 ? make_order_swapped(maker, buckets) : status;
    status = status == 0 ? make_type_changed(maker, buckets) : status;
    free(buckets);
    free(maker->actions);
    return status;
}

/* ------------------------------------------------------------------ all of them */

static int (*const makers[])(struct maker *maker) = {
    make_removed,  make_outputs,  make_added,     make_rewrites, make_wider,
    make_narrower, make_swapped,  make_timeout,   make_goto,     make_unwritten,
    make_applied,  make_metadata, make_unmetered,
};

static int make_row(struct maker *maker)
{
    static const struct instructions none;
    int status = 0;
    maker->more = maker->entry->instructions ? *maker->entry->instructions : none;
    size_t n = maker->entry->n_actions > maker->more.n_written ? maker->entry->n_actions
                                                               : maker->more.n_written;
    maker->actions = base_calloc(n + 1, sizeof *maker->actions);
    maker->id.n_bytes = 0;
    base_put_format(&maker->id, "mutate/%s/", maker->name);
    put_key(maker->entry, &maker->id);
    maker->id_bytes = maker->id.n_bytes;
    if (!maker->actions) {
        return -1;
    }
    for (size_t i = 0; i < sizeof makers / sizeof *makers && status == 0; i++) {
        status = makers[i](maker);
    }
    free(maker->actions);
    return maker->no_memory ? -1 : status;
}

int mutate_mutants_each(const char *name, const struct switch_state *state,
                        struct space_table *table, mutate_mutant_visit *visit, void *aux)
{
    struct maker maker = {.name = name, .state = state, .table = table, .visit = visit, .aux = aux};
    int status = 0;
    for (size_t row = 0; row < state->flows.n_entries && status == 0; row++) {
        maker.row = row;
        maker.entry = &state->flows.entries[row];
        status = make_row(&maker);
    }
    for (size_t i = 0; i < state->groups.n_groups && space_pipeline_has(state) && status == 0;
         i++) {
        maker.row = i;
        maker.group = &state->groups.groups[i];
        status = make_group(&maker);
    }
    base_buffer_free(&maker.id);
    return status;
}
