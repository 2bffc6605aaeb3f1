/* SPDX-License-Identifier: Apache-2.0
 *
 * Which single table does what the tables of a pipeline do? The ways through them, from table 0 on,
 * each with the packets that may go it. */
#include "space/pipeline.h"

#include "base/memory.h"
#include "base/none.h"
#include "space/resolve.h"
#include "space/stage.h"

#include <stdlib.h>

#define TOO_LARGE "its tables have more ways than are followed"

enum { BUDGET = 1 << 27, N_TABLES = UINT8_MAX + 1, OF_1_0 = 1 };

/* The order of leaves: of each entry on the way the priority, and whether it is one of two that
 * compete; before that, of no entry, and of what all others leave. */
enum { KEY_REST = 0, KEY_MISS = 2, KEY_FIRST = 4, KEY_COMPETES = 1 };

struct leaf {
    struct flow_entry flow;
    const struct space_holes *holes;
    struct space_way way;
    const uint32_t *key;
    size_t n_key;
    size_t nth; /* in which they were found */
};

struct composer {
    const struct switch_state *state;
    const struct space_composition *how;
    uint64_t matched[N_TABLES]; /* the bits of metadata that entries from this table on match */
    struct space_stage *stages; /* N_TABLES */
    bool *others;               /* by row: of another table, or left out; scratch */
    struct space_list_of_actions actions; /* that are executed on the way; a stack */
    struct space_list_of_actions written; /* into the action set; a stack */
    uint32_t key[N_TABLES], rows[N_TABLES];
    const struct space_merged *merged[N_TABLES]; /* by row, as in struct space_way */
    size_t n_rows;
    struct leaf *leaves;
    size_t n_leaves, capacity;
    size_t budget;
    struct base_arena *arena;
    bool no_memory, too_large;
};

/* Packets on their way, and how much of the stacks is theirs. */
struct node {
    struct match cube;               /* as they entered, */
    const struct space_holes *holes; /* but for these */
    uint32_t without;                /* bits: classes of packets of which none is left */
    struct space_rewrite rewrite;
    uint64_t metadata;
    uint32_t queue_id;
    bool queued;
    size_t n_actions, written_begin, n_written;
    size_t n_key, n_rows;
    const struct field_value *depends; /* a condition that is not known to hold; NULL: none */
};

bool space_pipeline_has(const struct switch_state *state)
{
    bool has = false;
    for (size_t i = 0; i < state->flows.n_entries && !has; i++) {
        const struct flow_entry *flow = &state->flows.entries[i];
        bool is_later = state->version > OF_1_0;
        has = flow->instructions || (is_later && flow->table_id != 0);
        for (size_t j = 0; j < flow->n_actions && is_later && !has; j++) {
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

/* NULL: no memory, or too large. */
static struct space_stage *stage_of(struct composer *composer, uint8_t id)
{
    struct space_stage *stage = &composer->stages[id];
    const struct flow_table *flows = &composer->state->flows;
    if (stage->is_ready) {
        return stage;
    }
    for (size_t i = 0; i < flows->n_entries; i++) {
        composer->others[i] = flow_of(composer, i)->table_id != id ||
                              (composer->how->left_out && composer->how->left_out[i]);
    }
    if (space_stage_index(stage, flows, composer->others, composer->matched, composer->how->kinds,
                          &composer->budget) < 0) {
        fall_short(composer);
        return NULL;
    }
    return stage;
}

/* Fills in composer->matched. */
static void find_matched(struct composer *composer)
{
    for (size_t i = 0; i < composer->state->flows.n_entries; i++) {
        const struct flow_entry *flow = flow_of(composer, i);
        for (size_t j = 0; j < flow->n_extras; j++) {
            bool is_metadata = flow->extras[j].id == FIELD_METADATA;
            composer->matched[flow->table_id] |=
                is_metadata ? space_field_number(flow->extras[j].mask) : 0;
        }
    }
    for (int table = N_TABLES - 1; table > 0; table--) {
        composer->matched[table - 1] |= composer->matched[table];
    }
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
                          .holes = node->holes,
                          .way = {.n_rows = node->n_rows},
                          .n_key = node->n_key,
                          .nth = composer->n_leaves};
    leaf->flow.actions = base_arena_copy(arena, list->actions, list->n * sizeof *list->actions);
    leaf->way.rows = base_arena_copy(arena, composer->rows, node->n_rows * sizeof *composer->rows);
    leaf->way.merged =
        base_arena_copy(arena, composer->merged, node->n_rows * sizeof *composer->merged);
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
        uint64_t value = space_field_number(extra->value);
        const struct field_value *unknown = NULL;
        if (extra->id == FIELD_METADATA) {
            meets = ((node->metadata ^ value) & space_field_number(extra->mask)) == 0;
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

/* The same for those of a protocol, and those of none of its forms. */
static void take_by_protocol(struct composer *composer, const struct node *node,
                             enum field_needs needs, const struct flow_entry *flow)
{
    struct match *cubes = base_arena_alloc(composer->arena, N_SPACE_CLASSES * sizeof *cubes);
    struct space_holes *holes = base_arena_alloc(composer->arena, sizeof *holes);
    struct node rest = *node;
    size_t n = 0;
    if (!cubes || !holes) {
        composer->no_memory = true;
        return;
    }
    for (int c = 0; c < N_SPACE_CLASSES; c++) {
        struct node part = *node;
        if (field_is_of(needs, &space_class_cubes[c])) {
            cubes[n++] = space_class_cubes[c];
            rest.without |= 1u << c;
            if (match_intersect(&node->cube, &space_class_cubes[c], &part.cube)) {
                take(composer, &part, flow);
            }
        }
    }
    *holes = (struct space_holes){cubes, n, node->holes};
    rest.holes = holes;
    take(composer, &rest, flow);
}

/* The entry takes the packets of the node, and is the last of its way. */
static void take(struct composer *composer, const struct node *node, const struct flow_entry *flow)
{
    static const struct instructions none;
    const struct instructions *more = flow->instructions ? flow->instructions : &none;
    struct node next = *node;
    struct space_resolving resolving = {.state = composer->state,
                                        .cube = node->cube,
                                        .without = node->without,
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
    composer->no_memory |= resolving.is_exhausted;
    if (is_stopped(composer)) {
        return;
    }
    if (resolving.needs_tag) {
        take_by_tag(composer, node, flow);
    } else if (resolving.needs_protocol && composer->how->merges) {
        take_by_protocol(composer, node, resolving.needs_protocol, flow);
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
        next.metadata &= composer->matched[more->goto_table];
        next.queue_id = resolving.queue_id;
        next.queued = resolving.queued;
        next.n_actions = composer->actions.n;
        walk(composer, &next, more->goto_table);
    }
}

/* ------------------------------------------------------------------------ merging */

/* Entries of one table that do the same with the packets of a node: what all others of the table
 * leave is theirs. */
struct merged {
    uint32_t class;      /* SPACE_ALONE: none are merged */
    uint32_t row;        /* one of them; the oldest */
    struct match *cubes; /* what they take, the highest rank first; by cube: */
    uint32_t *rows, *ranks;
    size_t n;
    struct match around; /* all of the cubes */
};

/* The largest class among the entries of the list that goes on. */
static uint32_t choose_class(struct composer *composer, const struct space_stage *stage,
                             const struct space_overlapping *list, size_t *n)
{
    uint32_t chosen = SPACE_ALONE;
    size_t *counts = base_calloc(stage->n_classes + 1, sizeof *counts);
    composer->no_memory |= !counts;
    *n = 1;
    for (size_t i = 0; i < list->n_entries && counts; i++) {
        uint32_t class = stage->classes[list->entries[i]];
        if (class != SPACE_ALONE && space_goes_on(flow_of(composer, list->entries[i])) &&
            ++counts[class] > *n) {
            *n = counts[class];
            chosen = class;
        }
    }
    free(counts);
    return chosen;
}

/* The bits that both have in common; ports are told apart as a whole. */
static struct match around_both(const struct match *a, const struct match *b)
{
    struct header differ = header_xor(&a->value, &b->value);
    struct match around = {.mask = header_and(&a->mask, &b->mask)};
    around.mask = header_without(&around.mask, &differ);
    around.mask.in_port = a->value.in_port == b->value.in_port ? around.mask.in_port : 0;
    around.value = header_and(&a->value, &around.mask);
    match_normalize(&around);
    return around;
}

static void merge(struct composer *composer, const struct node *node, uint32_t row,
                  struct merged *merged)
{
    const struct flow_entry *flow = flow_of(composer, row);
    struct match parts[2];
    size_t n = parts_of(node, flow, parts);
    for (size_t i = 0; i < n; i++) {
        merged->around = merged->n == 0 ? parts[i] : around_both(&merged->around, &parts[i]);
        if (merged->n == 0 || flow->duration_sec > flow_of(composer, merged->row)->duration_sec) {
            merged->row = row;
        }
        merged->rows[merged->n] = row;
        merged->ranks[merged->n] = space_rank(flow);
        merged->cubes[merged->n++] = parts[i];
    }
}

/* Which of the entries in the list are merged. */
static void find_merged(struct composer *composer, const struct node *node,
                        const struct space_stage *stage, const struct space_overlapping *list,
                        struct merged *merged)
{
    const struct field_value *depends;
    size_t n = 0;
    *merged = (struct merged){.class = SPACE_ALONE};
    uint32_t class = composer->how->merges ? choose_class(composer, stage, list, &n) : SPACE_ALONE;
    if (class == SPACE_ALONE) {
        return;
    }
    merged->cubes = base_arena_alloc(composer->arena, 2 * n * sizeof *merged->cubes);
    merged->rows = base_arena_alloc(composer->arena, 2 * n * sizeof *merged->rows);
    merged->ranks = base_arena_alloc(composer->arena, 2 * n * sizeof *merged->ranks);
    composer->no_memory |= composer->arena->failed;
    for (size_t i = 0; i < list->n_entries && !composer->no_memory; i++) {
        uint32_t row = list->entries[i];
        if (stage->classes[row] == class && meets_extras(node, flow_of(composer, row), &depends)) {
            merge(composer, node, row, merged);
        }
    }
    merged->class = merged->n > 1 ? class : SPACE_ALONE;
    merged->n = merged->n > 1 ? merged->n : 0;
}

/* Takes from the node what merged entries of a higher rank take. False: nothing is left. */
static bool leave_to_merged(struct composer *composer, const struct merged *merged, uint32_t rank,
                            struct node *node)
{
    size_t end = 0, n = 0;
    while (end < merged->n && merged->ranks[end] > rank) {
        end++;
    }
    composer->too_large |= composer->budget < end;
    if (end == 0 || composer->too_large) {
        return !composer->too_large;
    }
    composer->budget -= end;
    for (size_t i = 0; i < end; i++) {
        if (match_within(&node->cube, &merged->cubes[i])) {
            return false;
        }
        n += match_overlaps(&node->cube, &merged->cubes[i]);
    }
    struct match *cubes =
        n == end ? merged->cubes : base_arena_alloc(composer->arena, (n + 1) * sizeof *cubes);
    struct space_holes *holes = base_arena_alloc(composer->arena, sizeof *holes);
    composer->no_memory |= !cubes || !holes;
    if (composer->no_memory) {
        return false;
    }
    for (size_t i = 0, k = 0; i < end && n < end; i++) {
        if (match_overlaps(&node->cube, &merged->cubes[i])) {
            cubes[k++] = merged->cubes[i];
        }
    }
    *holes = (struct space_holes){cubes, n, node->holes};
    node->holes = n > 0 ? holes : node->holes;
    return true;
}

/* ------------------------------------------------------------------------- tables */

/* No entry takes the packets of the node. */
static void miss(struct composer *composer, const struct node *node, const struct merged *merged)
{
    bool writes = node->n_written > node->written_begin;
    struct node last = *node;
    composer->key[last.n_key++] = KEY_MISS;
    composer->actions.n = node->n_actions;
    if (!leave_to_merged(composer, merged, 0, &last)) {
        return;
    }
    if (writes) {
        add_open_leaf(composer, &last, "written actions, and no entry of a further table takes it");
    } else {
        add_leaf(composer, &last);
    }
}

static void add_row(struct composer *composer, struct node *node, uint32_t row,
                    const struct space_merged *merged)
{
    composer->merged[node->n_rows] = merged;
    composer->rows[node->n_rows++] = row;
}

/* What both take, if they are asked. */
static void compete(struct composer *composer, const struct node *node, struct space_rivals rivals,
                    const struct merged *merged)
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
        if (match_intersect(&parts_a[i / n_b], &parts_b[i % n_b], &both.cube) &&
            leave_to_merged(composer, merged, space_rank(a), &both)) {
            both.depends = node->depends ? node->depends : of_a ? of_a : of_b;
            composer->key[both.n_key++] = KEY_FIRST + 2u * a->priority + KEY_COMPETES;
            add_row(composer, &both, rivals.a, NULL);
            composer->actions.n = node->n_actions;
            add_open_leaf(composer, &both, SPACE_COMPETITION);
        }
    }
}

/* Packets come to an entry, or merged ones, which are given this place in the order. */
static void come_to(struct composer *composer, struct node *next, uint32_t row,
                    const struct space_merged *merged, uint32_t key)
{
    composer->key[next->n_key++] = key;
    add_row(composer, next, row, merged);
    take(composer, next, flow_of(composer, row));
}

/* Asks one entry. True: it surely takes all packets of the node. */
static bool ask(struct composer *composer, const struct node *node, uint32_t row,
                const struct merged *merged, bool is_merged)
{
    const struct flow_entry *flow = flow_of(composer, row);
    const struct field_value *depends;
    struct match parts[2];
    bool all = false;
    if (!meets_extras(node, flow, &depends)) {
        return false;
    }
    size_t n = parts_of(node, flow, parts);
    for (size_t i = 0; i < n && !is_stopped(composer); i++) {
        struct node next = *node;
        all |= match_equal(&parts[i], &node->cube) && !depends;
        next.cube = parts[i];
        next.depends = node->depends ? node->depends : depends;
        if (!is_merged && leave_to_merged(composer, merged, space_rank(flow), &next)) {
            come_to(composer, &next, row, NULL, KEY_FIRST + 2u * flow->priority);
        }
    }
    return all;
}

/* What the others leave. */
static void ask_merged(struct composer *composer, const struct node *node,
                       const struct merged *merged)
{
    struct node next = *node;
    struct space_merged *kept = base_arena_alloc(composer->arena, sizeof *kept);
    next.cube = merged->around;
    if (kept) {
        *kept = (struct space_merged){merged->cubes, merged->rows, merged->n};
        come_to(composer, &next, merged->row, kept, KEY_REST);
    }
    composer->no_memory |= !kept;
}

/* Asks the entries of the list, up to those that nothing comes to. True: they take everything. */
static bool ask_all(struct composer *composer, const struct node *node,
                    const struct space_stage *stage, const struct space_overlapping *list,
                    const struct merged *merged)
{
    bool all = false; /* an entry of this rank takes all packets */
    uint32_t taken = 0;
    for (size_t i = 0; i < list->n_entries && !is_stopped(composer); i++) {
        uint32_t row = list->entries[i], rank = space_rank(flow_of(composer, row));
        bool is_merged = merged->class != SPACE_ALONE && stage->classes[row] == merged->class;
        if (all && rank < taken) {
            break;
        }
        if (ask(composer, node, row, merged, is_merged)) {
            all = true;
            taken = rank;
        }
    }
    return all;
}

/* The packets of the node come to this table. */
static void walk(struct composer *composer, const struct node *node, uint8_t table)
{
    struct space_stage *stage = stage_of(composer, table);
    struct match image = space_image(&node->rewrite, &node->cube);
    struct space_overlapping list = {0};
    struct merged merged;
    if (!stage || is_stopped(composer)) {
        return;
    }
    if (space_list_overlapping(&stage->table, &image, 0, UINT32_MAX, &composer->budget, &list) <
        0) {
        fall_short(composer);
    }
    find_merged(composer, node, stage, &list, &merged);
    bool all = ask_all(composer, node, stage, &list, &merged);
    free(list.entries);
    for (size_t i = 0; i < stage->n_rivals && !is_stopped(composer); i++) {
        compete(composer, node, stage->rivals[i], &merged);
    }
    if (!all && (table != 0 || merged.n > 0) && !is_stopped(composer)) {
        miss(composer, node, &merged);
    }
    if (merged.n > 0 && !is_stopped(composer)) {
        ask_merged(composer, node, &merged);
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
    const struct space_holes **holes =
        base_arena_alloc(composer->arena, (composer->n_leaves + 1) * sizeof *holes);
    pipeline->holes = holes;
    pipeline->ways =
        base_arena_alloc(composer->arena, (composer->n_leaves + 1) * sizeof *pipeline->ways);
    for (size_t i = 0; holes && pipeline->ways && i < composer->n_leaves; i++) {
        struct flow_entry *flow = flow_table_add(&pipeline->flows);
        if (!flow) {
            return -1;
        }
        *flow = composer->leaves[i].flow;
        pipeline->ways[i] = composer->leaves[i].way;
        holes[i] = composer->leaves[i].holes;
    }
    return pipeline->ways && holes ? 0 : -1;
}

static int compose(struct composer *composer, const struct node *all,
                   struct space_pipeline *pipeline)
{
    composer->stages = base_calloc(N_TABLES, sizeof *composer->stages);
    composer->others = base_calloc(composer->state->flows.n_entries + 1, sizeof *composer->others);
    if (!composer->stages || !composer->others) {
        return -1;
    }
    find_matched(composer);
    walk(composer, all, 0);
    if (composer->no_memory || (composer->too_large && give_up(composer) < 0) ||
        number_leaves(composer) < 0) {
        return -1;
    }
    return write_table(composer, pipeline);
}

int space_pipeline_compose(const struct switch_state *state, const struct space_composition *how,
                           struct space_pipeline *pipeline)
{
    static const struct space_composition by_row;
    const struct node all = {.cube = match_any()};
    struct composer *composer = base_calloc(1, sizeof *composer);
    *pipeline = (struct space_pipeline){0};
    if (!composer) {
        return -1;
    }
    *composer = (struct composer){.state = state,
                                  .how = how ? how : &by_row,
                                  .budget = BUDGET,
                                  .arena = &pipeline->flows.arena};
    int status = compose(composer, &all, pipeline);
    for (size_t i = 0; composer->stages && i < N_TABLES; i++) {
        space_stage_free(&composer->stages[i]);
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

uint32_t space_way_row(const struct space_way *way, size_t nth, const struct header *header)
{
    const struct space_merged *merged = header ? way->merged[nth] : NULL;
    size_t i = 0;
    while (merged && i < merged->n_cubes && !match_takes(&merged->cubes[i], header)) {
        i++;
    }
    return merged && i < merged->n_cubes ? merged->rows[i] : way->rows[nth];
}

void space_pipeline_free(struct space_pipeline *pipeline)
{
    flow_table_free(&pipeline->flows);
    pipeline->ways = NULL;
    pipeline->holes = NULL;
}

int space_pipeline_index(const struct space_pipeline *pipeline, struct space_table *table)
{
    int status = space_table_index(table, &pipeline->flows, NULL);
    if (status == 0) {
        table->holes = pipeline->holes;
    }
    return status;
}
