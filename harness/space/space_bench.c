/* SPDX-License-Identifier: Apache-2.0
 *
 * What each entry of a large table takes of its packets (is it hidden?) and
 * what each port does, beside the same by binary decision diagrams (BuDDy,
 * where it is installed); and packets looked up. Random entries in five fields
 * on 48 ports. `space_bench [ENTRIES]`. */
#include "space/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if __has_include(<bdd.h>)
#define HAS_BDD 1
#include "testing/bdd.h"
#include "testing/naive.h"
#else
#define HAS_BDD 0
#endif

enum { PORTS = 48, OUTPUTS = 8, LOOKUPS = 1000000 };

struct tally {
    size_t n_hidden, n_open;
    size_t by_output[OUTPUTS]; /* entries that are not hidden */
    size_t n_misses;           /* ports where some packets find no entry */
};

/* Of this process: what else the machine does is not counted. */
static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static uint32_t below(uint64_t *state, uint32_t n)
{
    *state ^= *state >> 12; /* xorshift64*, Vigna 2016 */
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * 0x2545f4914f6cdd1d) >> 33) % n;
}

/* Addresses of few networks, so that entries overlap. */
static void random_prefix(uint64_t *state, uint32_t *value, uint32_t *mask)
{
    static const uint8_t lengths[] = {12, 16, 16, 20, 24, 24, 24, 28, 32, 32};
    uint8_t length = lengths[below(state, sizeof lengths)];
    *mask = length ? UINT32_MAX << (32 - length) : 0;
    *value = (0x0a000000 | below(state, 1u << 24)) & *mask;
}

static struct match random_match(uint64_t *state)
{
    static const uint8_t protos[] = {NW_PROTO_TCP, NW_PROTO_UDP};
    struct match match = match_in_port((uint16_t)(1 + below(state, PORTS)));
    match.mask.dl_type = 0xffff;
    match.value.dl_type = DL_TYPE_IP;
    random_prefix(state, &match.value.nw_src, &match.mask.nw_src);
    random_prefix(state, &match.value.nw_dst, &match.mask.nw_dst);
    if (below(state, 4)) {
        match.mask.nw_proto = 0xff;
        match.value.nw_proto = protos[below(state, 2)];
        match.mask.tp_src = below(state, 4) ? 0 : 0xffff;
        match.value.tp_src = (uint16_t)below(state, 1024) & match.mask.tp_src;
        match.mask.tp_dst = below(state, 2) ? 0 : 0xffff;
        match.value.tp_dst = (uint16_t)below(state, 1024) & match.mask.tp_dst;
    }
    return match;
}

static void fill(struct flow_table *flows, size_t n)
{
    static struct action outputs[OUTPUTS];
    uint64_t state = 0x853c49e6748fea9b;
    for (uint16_t i = 0; i < OUTPUTS; i++) {
        outputs[i].port = PORTS + 1 + i;
    }
    for (size_t i = 0; i < n; i++) {
        struct flow_entry *entry = flow_table_add(flows);
        if (!entry) {
            abort();
        }
        entry->match = random_match(&state);
        entry->priority = (uint16_t)(UINT16_MAX - i * UINT16_MAX / n);
        entry->actions = &outputs[below(&state, OUTPUTS)];
        entry->n_actions = 1;
    }
}

static size_t output_of(const struct flow_table *flows, size_t entry)
{
    return flows->entries[entry].actions->port - PORTS - 1u;
}

static void take_entry(struct space_table *table, size_t entry, struct tally *tally)
{
    const struct match *match = &table->flows->entries[entry].match;
    size_t budget = 100000;
    enum space_answer answer = space_table_find(table, entry, match, &budget, NULL);
    tally->n_hidden += answer == SPACE_EMPTY;
    tally->n_open += answer == SPACE_OPEN;
    tally->by_output[output_of(table->flows, entry)] += answer == SPACE_FOUND;
}

static double by_cubes(const struct flow_table *flows, struct tally *tally)
{
    struct space_table table;
    double start = now_ms();
    if (space_table_index(&table, flows, NULL) < 0) {
        abort();
    }
    for (uint16_t port = 1; port <= PORTS; port++) {
        struct space_entries list = space_table_port(&table, port);
        struct match all = match_in_port(port);
        size_t budget = 10000000;
        for (size_t i = 0; i < list.n_entries; i++) {
            take_entry(&table, list.entries[i], tally);
        }
        tally->n_misses += space_table_find(&table, ENTRY_NONE, &all, &budget, NULL) == SPACE_FOUND;
    }
    double ms = now_ms() - start;
    space_table_free(&table);
    return ms;
}

#if HAS_BDD
/* As the textbook has it: what is left of a port's packets shrinks entry by
 * entry; entries stand by priority. (The union of what each output gets, which
 * would take four times as long, is left out.) */
static double by_diagrams(const struct flow_table *flows, struct tally *tally)
{
    double start = now_ms();
    bdd_begin(4000000);
    for (uint16_t port = 1; port <= PORTS; port++) {
        struct match all = match_in_port(port);
        BDD rest = bdd_of(&all);
        for (size_t i = 0; i < flows->n_entries; i++) {
            if (flows->entries[i].match.value.in_port == port) {
                BDD match = bdd_of(&flows->entries[i].match);
                BDD effective = bdd_addref(bdd_and(match, rest));
                tally->n_hidden += effective == bddfalse;
                tally->by_output[output_of(flows, i)] += effective != bddfalse;
                bdd_into(&rest, match, bddop_diff);
                bdd_delref(effective);
                bdd_delref(match);
            }
        }
        tally->n_misses += rest != bddfalse;
        bdd_delref(rest);
    }
    bdd_done();
    return now_ms() - start;
}
#endif

static void bench_lookup(const struct flow_table *flows)
{
    struct space_table table;
    uint64_t state = 1;
    size_t n_found = 0;
    if (space_table_index(&table, flows, NULL) < 0 || space_table_prepare(&table) < 0) {
        abort();
    }
    double start = now_ms();
    for (size_t i = 0; i < LOOKUPS; i++) {
        struct match match = flows->entries[below(&state, (uint32_t)flows->n_entries)].match;
        struct header header = match.value;
        bool ambiguous;
        header.nw_src |= below(&state, 1u << 24) & ~match.mask.nw_src;
        header.nw_dst |= below(&state, 1u << 24) & ~match.mask.nw_dst;
        n_found += indexed_lookup(&table, &header, &ambiguous) != ENTRY_NONE;
    }
    double ms = now_ms() - start;
    printf("look-up             %8.0f a second in %zu groups of masks (%zu of %d found)\n",
           LOOKUPS / ms * 1e3, table.n_groups, n_found, LOOKUPS);
    space_table_free(&table);
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoull(argv[1], NULL, 0) : 100000;
    struct flow_table flows = {0};
    struct tally cubes = {0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    fill(&flows, n);
    double ms = by_cubes(&flows, &cubes);
    printf("%zu entries, %d ports: effective matches and behaviour\n", n, PORTS);
    printf("by cubes            %8.1f ms  (%zu hidden, %zu not decided)\n", ms, cubes.n_hidden,
           cubes.n_open);
#if HAS_BDD
    struct tally diagrams = {0};
    double diagrams_ms = by_diagrams(&flows, &diagrams);
    printf("by BuDDy            %8.1f ms  x%.1f  (%s)\n", diagrams_ms, diagrams_ms / ms,
           memcmp(&cubes, &diagrams, sizeof cubes) == 0 ? "the same result" : "ANOTHER RESULT");
#endif
    bench_lookup(&flows);
    flow_table_free(&flows);
    return 0;
}
