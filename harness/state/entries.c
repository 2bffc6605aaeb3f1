/* SPDX-License-Identifier: Apache-2.0
 *
 * `entries:` and `tables: exact`. An entry is known by match and priority, of
 * which each table has one (OpenFlow 1.0.0, section 4.6: an ADD of the same
 * replaces it); expected entries are hashed by them, and the table is read
 * through once. */
#include "base/memory.h"
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "state/inside.h"

#include <stdlib.h>

static uint64_t hash_key(const struct flow_entry *entry)
{
    return match_hash(&entry->match, entry->priority);
}

/* In whatever tables. */
static bool same_but_table(const struct flow_entry *a, const struct flow_entry *b)
{
    struct flow_entry moved = *a;
    moved.table_id = b->table_id;
    return flow_same_key(&moved, b);
}

static const struct flow_entry *expected_flow(const struct state_run *run, size_t i)
{
    const struct expectation *expectation = run->expectation;
    return &expectation->entry_flows.entries[expectation->entries[i].flow];
}

/* Files the expected entries of the switch. -1 without memory. */
static int file_expected(struct state_run *run)
{
    const struct expectation *expectation = run->expectation;
    struct state_listed *listed = &run->listed;
    size_t n = 0;
    for (size_t i = 0; i < expectation->n_entries; i++) {
        n += expectation->entries[i].sw == run->sw;
    }
    for (listed->n_slots = 16; listed->n_slots < 2 * n; listed->n_slots *= 2) {
        continue;
    }
    listed->slots = base_calloc(listed->n_slots, sizeof *listed->slots);
    listed->found = base_calloc(expectation->n_entries + 1, sizeof *listed->found);
    if (!listed->slots || !listed->found) {
        return -1;
    }
    for (size_t i = 0; i < expectation->n_entries; i++) {
        if (expectation->entries[i].sw == run->sw) {
            size_t at = hash_key(expected_flow(run, i)) & (listed->n_slots - 1);
            while (listed->slots[at] != 0) {
                at = (at + 1) & (listed->n_slots - 1);
            }
            listed->slots[at] = (uint32_t)i + 1;
            listed->found[i] = ENTRY_NONE;
        }
    }
    return 0;
}

/* Whether it is as it was written: FLOW_HAS_* in `given`, and always actions and table. */
static bool is_as_written(const struct flow_entry *expected, unsigned given,
                          const struct flow_entry *observed)
{
    return actions_equal(expected->actions, expected->n_actions, observed->actions,
                         observed->n_actions) &&
           instructions_equal(expected->instructions, observed->instructions) &&
           expected->table_id == observed->table_id &&
           (!(given & FLOW_HAS_COOKIE) || expected->cookie == observed->cookie) &&
           (!(given & FLOW_HAS_IDLE_TIMEOUT) || expected->idle_timeout == observed->idle_timeout) &&
           (!(given & FLOW_HAS_HARD_TIMEOUT) || expected->hard_timeout == observed->hard_timeout);
}

static void add_unexpected_row(struct state_run *run, size_t entry)
{
    run->listed.unexpected[run->listed.n_unexpected++] = (uint32_t)entry;
}

/* The expected entry i is there. If it was before, in the same table, one of the two is more than
 * the expectation names: the one that is not as it is written, or else the second. */
static void find_again(struct state_run *run, size_t i, size_t entry)
{
    const struct flow_entry *entries = run->state->flows.entries;
    const struct flow_entry *expected = expected_flow(run, i);
    size_t *found = &run->listed.found[i];
    unsigned given = run->expectation->entries[i].given;
    size_t extra = entry;
    if (!is_as_written(expected, given, &entries[*found]) &&
        is_as_written(expected, given, &entries[entry])) {
        extra = *found;
        *found = entry;
    }
    run->listed.is_again[extra] = true;
    add_unexpected_row(run, extra);
}

/* Notes that the switch has it, for the expected entry that means it, and for
 * one that means another table and has found nothing there. Notes it as unexpected if none means
 * it. */
static void account_for(struct state_run *run, size_t entry)
{
    struct state_listed *listed = &run->listed;
    const struct flow_entry *entries = run->state->flows.entries;
    const struct flow_entry *flow = &entries[entry];
    bool expected = false;
    size_t at = hash_key(flow) & (listed->n_slots - 1);
    for (; listed->slots[at] != 0; at = (at + 1) & (listed->n_slots - 1)) {
        size_t i = listed->slots[at] - 1;
        bool same = same_but_table(expected_flow(run, i), flow);
        bool here = same && expected_flow(run, i)->table_id == flow->table_id;
        bool again = here && listed->found[i] != ENTRY_NONE &&
                     entries[listed->found[i]].table_id == flow->table_id;
        if (again) {
            find_again(run, i, entry);
        } else if (here || (same && listed->found[i] == ENTRY_NONE)) {
            listed->found[i] = entry;
        }
        if (here) {
            listed->given[entry] = (uint8_t)run->expectation->entries[i].given;
            expected = true;
        }
    }
    if (!expected) {
        add_unexpected_row(run, entry);
    }
}

static int compare_flows(const void *a, const void *b, void *aux)
{
    const struct flow_entry *entries = aux;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    int order = flow_compare_keys(&entries[i], &entries[j]);
    return order ? order : (i > j) - (i < j);
}

static int read_table(struct state_run *run)
{
    struct state_listed *listed = &run->listed;
    struct flow_table flows = run->state->flows;
    listed->given = base_calloc(flows.n_entries + 1, sizeof *listed->given);
    listed->is_again = base_calloc(flows.n_entries + 1, sizeof *listed->is_again);
    listed->unexpected = base_calloc(flows.n_entries + 1, sizeof *listed->unexpected);
    if (!listed->given || !listed->is_again || !listed->unexpected) {
        return -1;
    }
    for (size_t i = 0; i < flows.n_entries; i++) {
        if (!run->left_out[i]) {
            account_for(run, i);
        }
    }
    if (listed->n_unexpected > 1) {
        qsort_r(listed->unexpected, listed->n_unexpected, sizeof *listed->unexpected, compare_flows,
                flows.entries);
    }
    return 0;
}

/* ----------------------------------------------------------------- results */

/* An entry's place is the port whose packets it takes; of one that takes those
 * of every port, the switch. */
static int fail_entry(struct state_run *run, const struct state_finding *found,
                      struct result *result)
{
    struct base_arena *arena = &run->report->arena;
    const struct flow_entry *flow = found->expected ? found->expected : found->observed;
    struct port_ref port = {.sw = run->sw, .port = flow->match.value.in_port};
    result->expected =
        found->expected ? ofctl_flow_text(found->expected, FLOW_NO_STATS, arena) : "no entry";
    result->observed =
        found->observed ? ofctl_flow_text(found->observed, FLOW_NO_STATS, arena) : "no entry";
    state_fail_result(result, result->expected, result->observed);
    result->cause_kind = CAUSE_TABLE;
    result->cause = flow->match.mask.in_port
                        ? topology_port_name(run->expectation->topology, port, arena)
                        : result->switch_name;
    struct state_finding *kept = base_arena_copy(arena, found, sizeof *found);
    if (kept) {
        uint8_t table = found->observed ? found->observed->table_id : flow->table_id;
        kept->table_name = expectation_table_name(run->expectation, run->sw, table);
    }
    result->finding = kept;
    return kept ? 0 : -1;
}

static int add_expected(struct state_run *run, size_t i)
{
    const struct expected_entry *expected = &run->expectation->entries[i];
    struct state_finding found = {
        .kind = STATE_ENTRY_MISSING, .expected = expected_flow(run, i), .given = expected->given};
    char *id = base_arena_format(&run->report->arena, "entry/%s/%zu", run->name, expected->number);
    struct result *result = state_add_result(run, RESULT_ENTRY, id, expected->place);
    if (!result) {
        return -1;
    }
    if (run->listed.found[i] != ENTRY_NONE) {
        found.kind = STATE_ENTRY_DIFFERS;
        found.observed = &run->state->flows.entries[run->listed.found[i]];
        if (is_as_written(found.expected, found.given, found.observed)) {
            return 0;
        }
    }
    return fail_entry(run, &found, result);
}

/* Of unexpected entries of one match and priority the second and so on are numbered. */
static size_t number_of(const struct state_run *run, size_t nth)
{
    const struct state_listed *listed = &run->listed;
    const struct flow_entry *entries = run->state->flows.entries;
    const struct flow_entry *flow = &entries[listed->unexpected[nth]];
    size_t number = 1;
    for (; nth > 0; nth--, number++) {
        if (!flow_same_key(&entries[listed->unexpected[nth - 1]], flow)) {
            break;
        }
    }
    return number;
}

static int add_unexpected(struct state_run *run, size_t nth)
{
    uint32_t entry = run->listed.unexpected[nth];
    size_t number = number_of(run, nth);
    const struct flow_entry *flow = &run->state->flows.entries[entry];
    struct flow_entry plain = *flow;
    struct base_buffer match = {0}, id = {0};
    plain.tci_mask = 0; /* one match, one id, in whatever words a switch says it */
    ofctl_format_conditions(&plain, &match);
    base_put_format(&id, "entry/%s/unexpected/", run->name);
    if (flow->table_id != 0) {
        base_put_format(&id, "table=%u,", flow->table_id);
    }
    base_put_format(&id, "priority=%u%s%s", flow->priority, match.n_bytes ? "," : "",
                    base_buffer_text(&match));
    if (number > 1) {
        base_put_format(&id, "/%zu", number);
    }
    base_buffer_free(&match);
    struct result *result = state_add_result(
        run, RESULT_ENTRY, base_arena_take(&run->report->arena, &id), (struct place){0});
    bool again = run->listed.is_again[entry];
    struct state_finding found = {.kind = again ? STATE_ENTRY_AGAIN : STATE_ENTRY_UNLISTED,
                                  .observed = flow};
    return result ? fail_entry(run, &found, result) : -1;
}

int state_entries_find(struct state_run *run)
{
    if (!run->expectation->exact_switch[run->sw]) {
        return 0;
    }
    return file_expected(run) < 0 || read_table(run) < 0 ? -1 : 0;
}

int state_entries_result(struct state_run *run)
{
    const struct expectation *expectation = run->expectation;
    int failed = 0;
    if (!expectation->exact_switch[run->sw]) {
        if (expectation->tables_exact && expectation->lists_switch[run->sw]) {
            report_note(run->report,
                        "tables: exact, but `entries:` has no key for %s: its entries are not "
                        "compared one by one (write %s: [] for none)",
                        run->name, run->name);
        }
        return 0;
    }
    for (size_t i = 0; i < expectation->n_entries && !failed; i++) {
        if (expectation->entries[i].sw == run->sw) {
            failed = add_expected(run, i);
        }
    }
    for (size_t i = 0; expectation->tables_exact && i < run->listed.n_unexpected && !failed; i++) {
        failed = add_unexpected(run, i);
    }
    return failed;
}

void state_entries_free(struct state_run *run)
{
    free(run->listed.slots);
    free(run->listed.found);
    free(run->listed.given);
    free(run->listed.is_again);
    free(run->listed.unexpected);
}
