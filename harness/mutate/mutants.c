/* SPDX-License-Identifier: Apache-2.0
 *
 * Which small changes of a flow table would a mistake make? */
#include "mutate/mutants.h"

#include "base/memory.h"
#include "ofctl/action.h"
#include "ofctl/match.h"

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
    struct base_buffer id;  /* of the entry, then of the mutant behind it */
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
        if (!action_sends(&maker->entry->actions[i])) {
            status = make_without(maker, "rewrite-dropped", i);
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
    const struct flow_entry *entries = behind->maker->state->flows.entries;
    (void)match;
    bool same_table = entries[entry].table_id == behind->maker->entry->table_id;
    if (same_table && (behind->best == ENTRY_NONE ||
                       space_table_precedes(behind->maker->table, entry, behind->best))) {
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
    if (entry->priority == 0) {
        return 0;
    }
    maker->no_memory |= !space_table_overlapping(
        maker->table, &entry->match, 0, space_rank(entry) - 1, &budget, choose_behind, &behind);
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

/* ------------------------------------------------------------------ all of them */

static int (*const makers[])(struct maker *maker) = {make_removed,  make_outputs, make_added,
                                                     make_rewrites, make_wider,   make_narrower,
                                                     make_swapped,  make_timeout};

static int make_row(struct maker *maker)
{
    int status = 0;
    maker->actions = base_calloc(maker->entry->n_actions + 1u, sizeof *maker->actions);
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
    base_buffer_free(&maker.id);
    return status;
}
