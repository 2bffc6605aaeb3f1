/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries of a table of a pipeline do the same next, and of which is it open which takes a
 * packet? */
#include "space/stage.h"

#include "base/memory.h"
#include "space/pipeline.h"

#include <stdlib.h>

enum { CLASSES_MAX = 256 }; /* further ones have one entry each */

struct indexing {
    struct space_stage *stage;
    const uint64_t *matched;
    const uint8_t *kinds;
    uint32_t entry; /* whose rivals are looked for */
    bool no_memory;
};

static const struct flow_entry *flow_of(const struct indexing *indexing, size_t row)
{
    return &indexing->stage->table.flows->entries[row];
}

/* ---------------------------------------------------------------------- classes */

static bool go_alike(const struct flow_entry *a, const struct flow_entry *b)
{
    return (!space_goes_on(a) && !space_goes_on(b)) ||
           (instructions_equal(a->instructions, b->instructions) &&
            actions_equal(a->actions, a->n_actions, b->actions, b->n_actions));
}

/* The instructions without what makes no difference. */
static struct instructions relevant(const struct indexing *indexing, const struct flow_entry *flow)
{
    struct instructions more = flow->instructions ? *flow->instructions : (struct instructions){0};
    uint64_t matched = more.goto_table == NO_GOTO ? 0 : indexing->matched[more.goto_table];
    more.metadata_mask &= matched;
    more.metadata &= more.metadata_mask;
    more.writes_metadata = more.metadata_mask != 0;
    return more;
}

static uint8_t kind_of(const struct indexing *indexing, size_t row)
{
    return indexing->kinds ? indexing->kinds[row] : 0;
}

static bool is_like(const struct indexing *indexing, size_t a, size_t b)
{
    const struct flow_entry *x = flow_of(indexing, a), *y = flow_of(indexing, b);
    const uint32_t *ids = indexing->stage->table.action_ids;
    struct instructions of_x = relevant(indexing, x), of_y = relevant(indexing, y);
    return x->idle_timeout == y->idle_timeout && x->hard_timeout == y->hard_timeout &&
           kind_of(indexing, a) == kind_of(indexing, b) && instructions_equal(&of_x, &of_y) &&
           (ids[a] == ids[b] || actions_equal(x->actions, x->n_actions, y->actions, y->n_actions));
}

/* Whether the entry asks for what is not known of packets. */
static bool asks_beyond(const struct flow_entry *flow)
{
    bool beyond = false;
    for (size_t i = 0; i < flow->n_extras; i++) {
        beyond |= flow->extras[i].id != FIELD_METADATA;
    }
    return beyond;
}

static int classify(const struct indexing *indexing)
{
    struct space_stage *stage = indexing->stage;
    uint32_t firsts[CLASSES_MAX] = {0};
    size_t n = stage->table.flows->n_entries;
    stage->classes = base_calloc(n + 1, sizeof *stage->classes);
    for (size_t i = 0; i < n && stage->classes; i++) {
        uint32_t alike = 0;
        stage->classes[i] = SPACE_ALONE;
        if (!stage->table.indexed[i] || asks_beyond(flow_of(indexing, i)) ||
            kind_of(indexing, i) == SPACE_SINGLE) {
            continue;
        }
        while (alike < stage->n_classes && !is_like(indexing, i, firsts[alike])) {
            alike++;
        }
        if (alike == stage->n_classes && alike < CLASSES_MAX) {
            firsts[stage->n_classes++] = (uint32_t)i;
        }
        stage->classes[i] = alike < CLASSES_MAX ? alike : SPACE_ALONE;
    }
    return stage->classes ? 0 : -1;
}

/* ----------------------------------------------------------------------- rivals */

static bool meet(void *aux, uint32_t other, const struct match *match)
{
    struct indexing *indexing = aux;
    struct space_stage *stage = indexing->stage;
    uint32_t entry = indexing->entry, *classes = stage->classes;
    (void)match;
    if (other <= entry || (classes[other] == classes[entry] && classes[entry] != SPACE_ALONE)) {
        return true;
    }
    classes[entry] = classes[other] = SPACE_ALONE;
    if (!go_alike(flow_of(indexing, entry), flow_of(indexing, other))) {
        if (base_grow(&stage->rivals, stage->n_rivals, &stage->capacity, sizeof *stage->rivals) <
            0) {
            indexing->no_memory = true;
            return false;
        }
        stage->rivals[stage->n_rivals++] = (struct space_rivals){entry, other};
    }
    return true;
}

static int find_rivals(struct indexing *indexing, size_t *budget)
{
    struct space_table *table = &indexing->stage->table;
    bool done = true;
    for (size_t i = 0; i < table->flows->n_entries && done && !indexing->no_memory; i++) {
        const struct flow_entry *flow = flow_of(indexing, i);
        uint32_t rank = space_rank(flow);
        indexing->entry = (uint32_t)i;
        done = !table->indexed[i] ||
               space_table_overlapping(table, &flow->match, rank, rank, budget, meet, indexing);
    }
    return done && !indexing->no_memory ? 0 : -1;
}

/* ----------------------------------------------------------------------- public */

uint64_t space_field_number(const uint8_t bytes[8])
{
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++) {
        number = number << 8 | bytes[i];
    }
    return number;
}

int space_stage_index(struct space_stage *stage, const struct flow_table *flows, const bool *others,
                      const uint64_t matched[UINT8_MAX + 1], const uint8_t *kinds, size_t *budget)
{
    struct indexing indexing = {.stage = stage, .matched = matched, .kinds = kinds};
    stage->is_ready = space_table_index(&stage->table, flows, others) == 0;
    return stage->is_ready && classify(&indexing) == 0 ? find_rivals(&indexing, budget) : -1;
}

void space_stage_free(struct space_stage *stage)
{
    space_table_free(&stage->table);
    free(stage->rivals);
    free(stage->classes);
    *stage = (struct space_stage){0};
}
