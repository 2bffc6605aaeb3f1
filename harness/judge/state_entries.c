/* SPDX-License-Identifier: Apache-2.0
 *
 * `entries:` and `tables: exact`. An entry is known by match and priority, of
 * which a table has one (OpenFlow 1.0.0, section 4.6: an ADD of the same
 * replaces it); expected entries are hashed by them, and the table is read
 * through once. */
#include "judge/state_switch.h"

#include <stdlib.h>

struct lookup {
    struct judge_run *run;
    uint32_t *slots; /* index in expectation->entries + 1; 0: free */
    size_t n_slots;  /* a power of two, or 0 */
    size_t *found;   /* by expected entry: index in the table, SIZE_MAX: not there */
    uint32_t *unexpected;
    size_t n_unexpected;
};

static uint64_t hash_key(const struct flow_entry *entry)
{
    struct space_words value = space_words(&entry->match.value);
    struct space_words mask = space_words(&entry->match.mask);
    uint64_t hash = entry->priority;
    for (int i = 0; i < SPACE_WORDS; i++) {
        hash = (hash ^ value.word[i]) * 0x9e3779b97f4a7c15;
        hash = (hash ^ hash >> 32 ^ mask.word[i]) * 0xc2b2ae3d27d4eb4f;
        hash ^= hash >> 29;
    }
    return hash;
}

static bool same_key(const struct flow_entry *a, const struct flow_entry *b)
{
    return a->priority == b->priority && match_equal(&a->match, &b->match);
}

static const struct flow_entry *expected_flow(const struct judge_run *run, size_t i)
{
    const struct expectation *expectation = run->expectation;
    return &expectation->entry_flows.entries[expectation->entries[i].flow];
}

/* Files the expected entries of the switch; how many they are. -1 without memory. */
static int file_expected(struct lookup *lookup)
{
    const struct expectation *expectation = lookup->run->expectation;
    size_t n = 0;
    for (size_t i = 0; i < expectation->n_entries; i++) {
        n += expectation->entries[i].sw == lookup->run->sw;
    }
    for (lookup->n_slots = 16; lookup->n_slots < 2 * n; lookup->n_slots *= 2) {
        continue;
    }
    lookup->slots = calloc(lookup->n_slots, sizeof *lookup->slots);
    lookup->found = calloc(expectation->n_entries + 1, sizeof *lookup->found);
    if (!lookup->slots || !lookup->found) {
        return -1;
    }
    for (size_t i = 0; i < expectation->n_entries; i++) {
        if (expectation->entries[i].sw == lookup->run->sw) {
            size_t at = hash_key(expected_flow(lookup->run, i)) & (lookup->n_slots - 1);
            while (lookup->slots[at] != 0) {
                at = (at + 1) & (lookup->n_slots - 1);
            }
            lookup->slots[at] = (uint32_t)i + 1;
            lookup->found[i] = SIZE_MAX;
        }
    }
    return 0;
}

/* Notes that the table has it, for each expected entry that means it. */
static bool account_for(struct lookup *lookup, size_t entry)
{
    const struct flow_entry *flow = &lookup->run->state->flows.entries[entry];
    bool expected = false;
    size_t at = hash_key(flow) & (lookup->n_slots - 1);
    for (; lookup->slots[at] != 0; at = (at + 1) & (lookup->n_slots - 1)) {
        size_t i = lookup->slots[at] - 1;
        if (same_key(expected_flow(lookup->run, i), flow)) {
            lookup->found[i] = entry;
            expected = true;
        }
    }
    return expected;
}

static int compare_flows(const void *a, const void *b, void *aux)
{
    const struct flow_entry *entries = aux;
    const struct flow_entry *x = &entries[*(const uint32_t *)a],
                            *y = &entries[*(const uint32_t *)b];
    return x->priority != y->priority ? (x->priority < y->priority ? 1 : -1)
                                      : memcmp(&x->match, &y->match, sizeof x->match);
}

static int read_table(struct lookup *lookup)
{
    struct flow_table flows = lookup->run->state->flows;
    lookup->unexpected = calloc(flows.n_entries + 1, sizeof *lookup->unexpected);
    if (!lookup->unexpected) {
        return -1;
    }
    for (size_t i = 0; i < flows.n_entries; i++) {
        if (!lookup->run->left_out[i] && !account_for(lookup, i)) {
            lookup->unexpected[lookup->n_unexpected++] = (uint32_t)i;
        }
    }
    if (lookup->n_unexpected > 1) {
        qsort_r(lookup->unexpected, lookup->n_unexpected, sizeof *lookup->unexpected, compare_flows,
                flows.entries);
    }
    return 0;
}

/* ----------------------------------------------------------------- results */

static void put_comma(struct base_buffer *out)
{
    base_put_text(out, out->n_bytes > 0 ? ", " : "");
}

static void put_number_difference(const char *field, unsigned expected, unsigned observed,
                                  struct base_buffer *out)
{
    if (expected != observed) {
        put_comma(out);
        base_put_format(out, "%s is %u instead of %u", field, observed, expected);
    }
}

/* Empty: the entry is as it was written. */
static void put_entry_difference(const struct flow_entry *expected, unsigned given,
                                 const struct flow_entry *observed, struct base_buffer *out)
{
    if (!actions_equal(expected->actions, expected->n_actions, observed->actions,
                       observed->n_actions)) {
        base_put_text(out, "actions are ");
        actions_format(observed->actions, observed->n_actions, out);
        base_put_text(out, " instead of ");
        actions_format(expected->actions, expected->n_actions, out);
    }
    if (given & FLOW_HAS_COOKIE && expected->cookie != observed->cookie) {
        put_comma(out);
        base_put_format(out, "cookie is 0x%llx instead of 0x%llx",
                        (unsigned long long)observed->cookie, (unsigned long long)expected->cookie);
    }
    if (given & FLOW_HAS_IDLE_TIMEOUT) {
        put_number_difference("idle_timeout", expected->idle_timeout, observed->idle_timeout, out);
    }
    if (given & FLOW_HAS_HARD_TIMEOUT) {
        put_number_difference("hard_timeout", expected->hard_timeout, observed->hard_timeout, out);
    }
}

static int add_expected(struct lookup *lookup, size_t i)
{
    struct judge_run *run = lookup->run;
    struct report *report = run->report;
    const struct expected_entry *expected = &run->expectation->entries[i];
    const struct flow_entry *flow = expected_flow(run, i), *observed = NULL;
    char *id = base_arena_format(&report->arena, "entry/%s/%zu", run->name, expected->number);
    struct result *result = judge_add_result(run, RESULT_ENTRY, id, expected->place);
    if (!result) {
        return -1;
    }
    struct base_buffer detail = {0};
    if (lookup->found[i] == SIZE_MAX) {
        base_put_text(&detail, "there is no entry of this match and priority");
    } else {
        observed = &run->state->flows.entries[lookup->found[i]];
        put_entry_difference(flow, expected->given, observed, &detail);
    }
    if (detail.n_bytes > 0) {
        result->expected = judge_entry_text(report, flow);
        result->observed = observed ? judge_entry_text(report, observed) : "no entry";
        judge_fail_result(result, result->expected, result->observed);
        result->detail = judge_take_text(report, &detail);
    }
    return 0;
}

static int add_unexpected(struct lookup *lookup, uint32_t entry)
{
    struct judge_run *run = lookup->run;
    const struct flow_entry *flow = &run->state->flows.entries[entry];
    struct base_buffer match = {0}, id = {0};
    match_format(&flow->match, &match);
    base_put_format(&id, "entry/%s/unexpected/priority=%u%s%s", run->name, flow->priority,
                    match.n_bytes > 0 ? "," : "", base_buffer_text(&match));
    base_buffer_free(&match);
    struct result *result =
        judge_add_result(run, RESULT_ENTRY, judge_take_text(run->report, &id), (struct place){0});
    if (!result) {
        return -1;
    }
    result->expected = "no entry";
    result->observed = judge_entry_text(run->report, flow);
    judge_fail_result(result, result->expected, result->observed);
    result->detail = "tables: exact, and no entry of the expectation names it";
    return 0;
}

static int add_results(struct lookup *lookup)
{
    struct judge_run *run = lookup->run;
    const struct expectation *expectation = run->expectation;
    int failed = 0;
    for (size_t i = 0; i < expectation->n_entries && !failed; i++) {
        if (expectation->entries[i].sw == run->sw) {
            failed = add_expected(lookup, i);
        }
    }
    for (size_t i = 0; expectation->tables_exact && i < lookup->n_unexpected && !failed; i++) {
        failed = add_unexpected(lookup, lookup->unexpected[i]);
    }
    return failed;
}

int judge_entries(struct judge_run *run)
{
    if (!run->expectation->exact_switch[run->sw]) {
        return 0;
    }
    struct lookup lookup = {.run = run};
    int failed = file_expected(&lookup);
    if (!failed) {
        failed = read_table(&lookup);
    }
    if (!failed) {
        failed = add_results(&lookup);
    }
    free(lookup.slots);
    free(lookup.found);
    free(lookup.unexpected);
    return failed;
}
