/* SPDX-License-Identifier: Apache-2.0
 *
 * Which single table does what the tables of a pipeline do? The ways through them, from table 0 on,
 * each with the packets that may go it. */
#include "space/pipeline.h"

#include "base/memory.h"
#include "base/none.h"
#include "space/resolve.h"
#include "space/table.h"

#include <stdlib.h>

#define TOO_LARGE "its tables have more ways than are followed"

enum { BUDGET = 1 << 27, N_TABLES = UINT8_MAX + 1, OF_1_0 = 1 };

/* The order of leaves: of each entry on the way the priority, and whether it is one of two that
 * compete; of no entry 0. */
enum { KEY_MISS = 0, KEY_FIRST = 2, KEY_COMPETES = 1 };

/* Entries of one rank that take the same packet, and do not go on alike. */
struct rivals {
    uint32_t a, b;
};

/* One table of the switch. */
struct stage {
    bool is_ready;
    struct space_table table;
    struct rivals *rivals;
    size_t n_rivals, capacity;
};

struct leaf {
    struct flow_entry flow;
    struct space_way way;
    const uint32_t *key;
    size_t n_key;
    size_t nth; /* in which they were found */
};

struct composer {
    const struct switch_state *state;
    const bool *left_out;
    struct stage *stages;                 /* N_TABLES */
    bool *others;                         /* by row: of another table, or left out; scratch */
    struct space_list_of_actions actions; /* that are executed on the way; a stack */
    struct space_list_of_actions written; /* into the action set; a stack */
    uint32_t key[N_TABLES], rows[N_TABLES];
    size_t n_rows;
    bool metered;
    struct leaf *leaves;
    size_t n_leaves, capacity;
    size_t budget;
    struct base_arena *arena;
    bool no_memory, too_large;
};

/* Packets on their way, and how much of the stacks is theirs. */
struct node {
    struct match cube; /* as they entered */
    struct space_rewrite rewrite;
    uint64_t metadata;
    uint32_t queue_id;
    bool queued, metered;
    size_t n_actions, written_begin, n_written;
    size_t n_key, n_rows;
    const struct field_value *depends; /* a condition that is not known to hold; NULL: none */
};

bool space_pipeline_has(const struct switch_state *state)
{
    bool has = false;
    for (size_t i = 0; i < state->flows.n_entries && state->version > OF_1_0 && !has; i++) {
        const struct flow_entry *flow = &state->flows.entries[i];
        has = flow->table_id != 0 || flow->instructions;
        for (size_t j = 0; j < flow->n_actions && !has; j++) {
            uint16_t type = flow->actions[j].type;
            has = type == ACTION_GROUP || type == ACTION_SET_QUEUE || type == ACTION_PUSH_VLAN ||
                  type == ACTION_SET_FIELD;
        }
    }
    return has;
}

/* ---------------------------------------------------------------------- tables */

static const struct flow_entry *flow_of(const struct composer *composer, size_t row)
{
    return &composer->state->flows.entries[row];
}

static bool goes_on(const struct flow_entry *flow)
{
    return flow->instructions && flow->instructions->goto_table != NO_GOTO;
}

static bool go_alike(const struct flow_entry *a, const struct flow_entry *b)
{
    return (!goes_on(a) && !goes_on(b)) ||
           (instructions_equal(a->instructions, b->instructions) &&
            actions_equal(a->actions, a->n_actions, b->actions, b->n_actions));
}

struct meeting {
    struct composer *composer;
    struct stage *stage;
    uint32_t entry;
};

static bool meet(void *aux, uint32_t other, const struct match *match)
{
    const struct meeting *meeting = aux;
    struct stage *stage = meeting->stage;
    (void)match;
    if (other > meeting->entry &&
        !go_alike(flow_of(meeting->composer, meeting->entry), flow_of(meeting->composer, other))) {
        if (base_grow(&stage->rivals, stage->n_rivals, &stage->capacity, sizeof *stage->rivals) <
            0) {
            meeting->composer->no_memory = true;
            return false;
        }
        stage->rivals[stage->n_rivals++] = (struct rivals){meeting->entry, other};
    }
    return true;
}

static bool is_stopped(const struct composer *composer)
{
    return composer->no_memory || composer->too_large;
}

/* A question to a table had no answer. */
static void fall_short(struct composer *composer)
{
    bool is_spent = composer->budget == 0;
    composer->too_large |= is_spent;
    composer->no_memory |= !is_spent;
}

static void find_rivals(struct composer *composer, struct stage *stage)
{
    for (size_t i = 0; i < composer->state->flows.n_entries && !is_stopped(composer); i++) {
        const struct flow_entry *flow = flow_of(composer, i);
        uint32_t rank = space_rank(flow);
        struct meeting meeting = {composer, stage, (uint32_t)i};
        if (stage->table.indexed[i] &&
            !space_table_overlapping(&stage->table, &flow->match, rank, rank, &composer->budget,
                                     meet, &meeting)) {
            fall_short(composer);
        }
    }
}

/* NULL: no memory. */
static struct stage *stage_of(struct composer *composer, uint8_t id)
{
    struct stage *stage = &composer->stages[id];
    size_t n = composer->state->flows.n_entries;
    if (stage->is_ready) {
        return stage;
    }
    for (size_t i = 0; i < n; i++) {
        composer->others[i] =
            flow_of(composer, i)->table_id != id || (composer->left_out && composer->left_out[i]);
    }
    if (space_table_index(&stage->table, &composer->state->flows, composer->others) < 0) {
        composer->no_memory = true;
        return NULL;
    }
    stage->is_ready = true;
    find_rivals(composer, stage);
    return stage;
}

/* ---------------------------------------------------------------------- leaves */

static void open_up(struct composer *composer, const char *reason)
{
    struct space_list_of_actions *list = &composer->actions;
    composer->no_memory |=
        base_grow(&list->actions, list->n, &list->capacity, sizeof *list->actions) < 0;
    if (!composer->no_memory) {
        list->actions[list->n++] = (struct action){.type = ACTION_OPEN, .reason = reason};
    }
}

/* The way ends here, with the actions that are on the stack. */
static void add_leaf(struct composer *composer, const struct node *node)
{
    struct base_arena *arena = composer->arena;
    const struct space_list_of_actions *list = &composer->actions;
    composer->too_large |= composer->n_leaves == SPACE_LEAVES || list->n > UINT16_MAX;
    if (composer->too_large || base_grow(&composer->leaves, composer->n_leaves, &composer->capacity,
                                         sizeof *composer->leaves) < 0) {
        composer->no_memory |= !composer->too_large;
        return;
    }
    struct leaf *leaf = &composer->leaves[composer->n_leaves++];
    *leaf = (struct leaf){.flow = {.match = node->cube,
                                   .n_actions = (uint16_t)list->n,
                                   .extras = node->depends,
                                   .n_extras = node->depends != NULL},
                          .way = {.n_rows = node->n_rows, .metered = node->metered},
                          .n_key = node->n_key,
                          .nth = composer->n_leaves};
    leaf->flow.actions = base_arena_copy(arena, list->actions, list->n * sizeof *list->actions);
    leaf->way.rows = base_arena_copy(arena, composer->rows, node->n_rows * sizeof *composer->rows);
    leaf->key = base_arena_copy(arena, composer->key, node->n_key * sizeof *composer->key);
    composer->no_memory |= arena->failed;
}

static void add_open_leaf(struct composer *composer, const struct node *node, const char *reason)
{
    open_up(composer, reason);
    if (!composer->no_memory) {
        add_leaf(composer, node);
    }
}

/* ------------------------------------------------------------------------ ways */

static void walk(struct composer *composer, const struct node *node, uint8_t table);

/* Whether packets with this metadata meet the conditions beyond the header. *depends: one of them
 * of which that is not known; NULL: it is. */
static bool meets_extras(const struct node *node, const struct flow_entry *flow,
                         const struct field_value **depends)
{
    *depends = NULL;
    bool meets = true;
    for (size_t i = 0; i < flow->n_extras && meets; i++) {
        const struct field_value *extra = &flow->extras[i];
        uint64_t value = 0, mask = 0;
        for (size_t j = 0; j < sizeof value; j++) {
            value = value << 8 | extra->value[j];
            mask = mask << 8 | extra->mask[j];
        }
        const struct field_value *unknown = NULL;
        if (extra->id == FIELD_METADATA) {
            meets = ((node->metadata ^ value) & mask) == 0;
        } else {
            meets = extra_effect(extra, 1, &unknown) != EXTRA_NEVER;
            *depends = *depends ? *depends : unknown;
        }
    }
    return meets;
}

/* The packets that the entry's match takes. */
static size_t parts_of(const struct node *node, const struct flow_entry *flow,
                       struct match parts[2])
{
    struct match back[2];
    size_t n = space_preimage(&node->rewrite, &flow->match, back), n_parts = 0;
    for (size_t i = 0; i < n; i++) {
        n_parts += match_intersect(&back[i], &node->cube, &parts[n_parts]) &&
                   !match_is_empty(&parts[n_parts]);
    }
    return n_parts;
}

static bool write_actions(struct composer *composer, struct node *node,
                          const struct instructions *more)
{
    struct space_list_of_actions *list = &composer->written;
    node->written_begin = more->clears ? node->n_written : node->written_begin;
    list->n = node->n_written;
    for (size_t i = 0; i < more->n_written; i++) {
        if (base_grow(&list->actions, list->n, &list->capacity, sizeof *list->actions) < 0) {
            composer->no_memory = true;
            return false;
        }
        list->actions[list->n++] = more->written[i];
    }
    node->n_written = list->n;
    return true;
}

static void take(struct composer *composer, const struct node *node, const struct flow_entry *flow);

/* The same for those without a tag, and those with one. */
static void take_by_tag(struct composer *composer, const struct node *node,
                        const struct flow_entry *flow)
{
    for (uint16_t tag = 0; tag <= VLAN_TAGGED; tag += VLAN_TAGGED) {
        struct node part = *node;
        struct match tagged = {{.vlan_tci = tag}, {.vlan_tci = VLAN_TAGGED}};
        if (match_intersect(&node->cube, &tagged, &part.cube)) {
            take(composer, &part, flow);
        }
    }
}

/* The entry takes the packets of the node, and is the last of its way. */
static void take(struct composer *composer, const struct node *node, const struct flow_entry *flow)
{
    static const struct instructions none;
    const struct instructions *more = flow->instructions ? flow->instructions : &none;
    struct node next = *node;
    struct space_resolving resolving = {.state = composer->state,
                                        .cube = node->cube,
                                        .rewrite = node->rewrite,
                                        .metadata = node->metadata,
                                        .queue_id = node->queue_id,
                                        .queued = node->queued,
                                        .out = &composer->actions};
    composer->actions.n = node->n_actions;
    space_resolve_list(&resolving, flow->actions, flow->n_actions);
    if (more->experimenter || more->unknown) {
        resolving.open = instructions_open(more);
    }
    if (!write_actions(composer, &next, more)) {
        return;
    }
    if (more->goto_table == NO_GOTO && next.n_written > next.written_begin) {
        space_resolve_set(&resolving, &composer->written.actions[next.written_begin],
                          next.n_written - next.written_begin);
    }
    next.metered |= more->meter != NO_METER;
    composer->no_memory |= resolving.is_exhausted;
    if (is_stopped(composer)) {
        return;
    }
    if (resolving.needs_tag) {
        take_by_tag(composer, node, flow);
    } else if (resolving.open) {
        add_open_leaf(composer, &next, resolving.open);
    } else if (more->goto_table == NO_GOTO) {
        add_leaf(composer, &next);
    } else if (more->goto_table <= flow->table_id) {
        add_open_leaf(composer, &next, "goto_table to a table that is not further on");
    } else {
        next.rewrite = resolving.rewrite;
        next.metadata =
            (resolving.metadata & ~more->metadata_mask) | (more->metadata & more->metadata_mask);
        next.queue_id = resolving.queue_id;
        next.queued = resolving.queued;
        next.n_actions = composer->actions.n;
        walk(composer, &next, more->goto_table);
    }
}

/* No entry takes the packets of the node. */
static void miss(struct composer *composer, const struct node *node)
{
    bool writes = node->n_written > node->written_begin;
    struct node last = *node;
    composer->key[last.n_key++] = KEY_MISS;
    composer->actions.n = node->n_actions;
    if (writes) {
        add_open_leaf(composer, &last, "written actions, and no entry of a further table takes it");
    } else {
        add_leaf(composer, &last);
    }
}

/* What both take, if they are asked. */
static void compete(struct composer *composer, const struct node *node, struct rivals rivals)
{
    const struct flow_entry *a = flow_of(composer, rivals.a), *b = flow_of(composer, rivals.b);
    const struct field_value *of_a, *of_b;
    struct match parts_a[2], parts_b[2];
    if (!meets_extras(node, a, &of_a) || !meets_extras(node, b, &of_b)) {
        return;
    }
    size_t n_a = parts_of(node, a, parts_a), n_b = parts_of(node, b, parts_b);
    for (size_t i = 0; i < n_a * n_b && !is_stopped(composer); i++) {
        struct node both = *node;
        if (match_intersect(&parts_a[i / n_b], &parts_b[i % n_b], &both.cube)) {
            both.depends = node->depends ? node->depends : of_a ? of_a : of_b;
            composer->key[both.n_key++] = KEY_FIRST + 2u * a->priority + KEY_COMPETES;
            composer->rows[both.n_rows++] = rivals.a;
            composer->actions.n = node->n_actions;
            add_open_leaf(composer, &both, SPACE_COMPETITION);
        }
    }
}

/* Asks one entry. True: it surely takes all packets of the node. */
static bool ask(struct composer *composer, const struct node *node, uint32_t row)
{
    const struct flow_entry *flow = flow_of(composer, row);
    const struct field_value *depends;
    struct node next = *node;
    struct match parts[2];
    bool all = false;
    if (!meets_extras(node, flow, &depends)) {
        return false;
    }
    next.depends = node->depends ? node->depends : depends;
    size_t n = parts_of(node, flow, parts);
    for (size_t i = 0; i < n && !is_stopped(composer); i++) {
        next.cube = parts[i];
        next.n_key = node->n_key + 1;
        next.n_rows = node->n_rows + 1;
        composer->key[node->n_key] = KEY_FIRST + 2u * flow->priority;
        composer->rows[node->n_rows] = row;
        take(composer, &next, flow);
        all |= match_equal(&parts[i], &node->cube) && !depends;
    }
    return all;
}

/* The packets of the node come to this table. */
static void walk(struct composer *composer, const struct node *node, uint8_t table)
{
    struct stage *stage = stage_of(composer, table);
    struct match image = space_image(&node->rewrite, &node->cube);
    struct space_overlapping list = {0};
    if (!stage || is_stopped(composer)) {
        return;
    }
    if (space_list_overlapping(&stage->table, &image, 0, UINT32_MAX, &composer->budget, &list) <
        0) {
        fall_short(composer);
    }
    bool all = false; /* an entry of this rank takes all packets */
    uint32_t taken = 0;
    for (size_t i = 0; i < list.n_entries && !is_stopped(composer); i++) {
        uint32_t rank = space_rank(flow_of(composer, list.entries[i]));
        if (all && rank < taken) {
            break;
        }
        if (ask(composer, node, list.entries[i])) {
            all = true;
            taken = rank;
        }
    }
    free(list.entries);
    for (size_t i = 0; i < stage->n_rivals && !is_stopped(composer); i++) {
        compete(composer, node, stage->rivals[i]);
    }
    if (table != 0 && !all && !is_stopped(composer)) {
        miss(composer, node);
    }
}

/* ------------------------------------------------------------------------ table */

static int compare_keys(const struct leaf *x, const struct leaf *y)
{
    for (size_t i = 0; i < x->n_key && i < y->n_key; i++) {
        if (x->key[i] != y->key[i]) {
            return x->key[i] > y->key[i] ? -1 : 1;
        }
    }
    return (x->n_key < y->n_key) - (x->n_key > y->n_key);
}

/* The highest first; of one rank in the order in which they were found. */
static int compare_leaves(const void *a, const void *b)
{
    const struct leaf *x = a, *y = b;
    int order = compare_keys(x, y);
    return order ? order : (x->nth > y->nth) - (x->nth < y->nth);
}

/* Nothing is known of such a switch. */
static int give_up(struct composer *composer)
{
    static const struct node all;
    composer->n_leaves = composer->actions.n = 0;
    composer->too_large = false;
    add_open_leaf(composer, &all, TOO_LARGE);
    return composer->no_memory ? -1 : 0;
}

static int number_leaves(struct composer *composer)
{
    size_t rank = 0;
    if (composer->n_leaves > 0) { /* qsort takes no null pointer */
        qsort(composer->leaves, composer->n_leaves, sizeof *composer->leaves, compare_leaves);
    }
    for (size_t i = composer->n_leaves; i-- > 0;) {
        rank += i + 1 < composer->n_leaves &&
                compare_keys(&composer->leaves[i], &composer->leaves[i + 1]) != 0;
        composer->leaves[i].flow.priority = (uint16_t)rank;
    }
    return rank > UINT16_MAX ? give_up(composer) : 0;
}

static int write_table(const struct composer *composer, struct space_pipeline *pipeline)
{
    pipeline->ways =
        base_arena_alloc(composer->arena, (composer->n_leaves + 1) * sizeof *pipeline->ways);
    for (size_t i = 0; pipeline->ways && i < composer->n_leaves; i++) {
        struct flow_entry *flow = flow_table_add(&pipeline->flows);
        if (!flow) {
            return -1;
        }
        *flow = composer->leaves[i].flow;
        pipeline->ways[i] = composer->leaves[i].way;
    }
    return pipeline->ways ? 0 : -1;
}

static int compose(struct composer *composer, struct space_pipeline *pipeline)
{
    static const struct node all;
    composer->stages = base_calloc(N_TABLES, sizeof *composer->stages);
    composer->others = base_calloc(composer->state->flows.n_entries + 1, sizeof *composer->others);
    if (!composer->stages || !composer->others) {
        return -1;
    }
    walk(composer, &all, 0);
    if (composer->no_memory || (composer->too_large && give_up(composer) < 0) ||
        number_leaves(composer) < 0) {
        return -1;
    }
    return write_table(composer, pipeline);
}

int space_pipeline_compose(const struct switch_state *state, const bool *left_out,
                           struct space_pipeline *pipeline)
{
    struct composer *composer = base_calloc(1, sizeof *composer);
    *pipeline = (struct space_pipeline){0};
    if (!composer) {
        return -1;
    }
    *composer = (struct composer){
        .state = state, .left_out = left_out, .budget = BUDGET, .arena = &pipeline->flows.arena};
    int status = compose(composer, pipeline);
    for (size_t i = 0; composer->stages && i < N_TABLES; i++) {
        space_table_free(&composer->stages[i].table);
        free(composer->stages[i].rivals);
    }
    free(composer->stages);
    free(composer->others);
    free(composer->actions.actions);
    free(composer->written.actions);
    free(composer->leaves);
    free(composer);
    if (status < 0) {
        space_pipeline_free(pipeline);
    }
    return status;
}

void space_pipeline_free(struct space_pipeline *pipeline)
{
    flow_table_free(&pipeline->flows);
    pipeline->ways = NULL;
}
