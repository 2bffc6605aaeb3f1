/* SPDX-License-Identifier: Apache-2.0
 *
 * How long it takes to prove every claim of a fabric: 48 leaves with 4 hosts
 * each, 16 spines, on every switch an entry for each of the 8 addresses of each
 * host: 98,304 in all. Each host claims what it delivers to each other one, by
 * prefix: 36,672 claims. `prove_bench [ROUNDS]`. Then the same where one leaf sends
 * one address to another of its hosts too, and where it drops it; and one entry
 * after the other changed and changed back, with the claims kept decided. */
#include "prove/whatif.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LEAVES = 48, SPINES = 16, SWITCHES = LEAVES + SPINES, HOSTS_A_LEAF = 4, ADDRESSES = 8 };
enum { HOSTS = LEAVES * HOSTS_A_LEAF, CLAIMS = HOSTS * (HOSTS - 1) };

struct fabric {
    struct topology_switch switches[SWITCHES];
    struct topology_host hosts[HOSTS];
    struct topology_link links[LEAVES * SPINES];
    struct topology topology;
    struct switch_state states[SWITCHES];
    struct switch_dump read[SWITCHES];
    struct claim claims[CLAIMS];
    bool lists[SWITCHES];
    struct expectation expectation;
    struct base_arena arena;
};

/* Of this process: what else the machine does is not counted. */
static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void cable(struct fabric *fabric)
{
    for (size_t i = 0; i < SWITCHES; i++) {
        fabric->switches[i].name = base_arena_format(&fabric->arena, "s%zu", i + 1);
    }
    for (size_t i = 0; i < HOSTS; i++) {
        fabric->hosts[i].name = base_arena_format(&fabric->arena, "h%zu", i + 1);
        fabric->hosts[i].port =
            (struct port_ref){.sw = i / HOSTS_A_LEAF, .port = (uint16_t)(1 + i % HOSTS_A_LEAF)};
    }
    for (size_t i = 0; i < LEAVES * SPINES; i++) {
        size_t leaf = i / SPINES, spine = i % SPINES;
        fabric->links[i].a = (struct port_ref){leaf, (uint16_t)(HOSTS_A_LEAF + 1 + spine)};
        fabric->links[i].b = (struct port_ref){LEAVES + spine, (uint16_t)(1 + leaf)};
    }
    fabric->topology = (struct topology){.switches = fabric->switches,
                                         .n_switches = SWITCHES,
                                         .hosts = fabric->hosts,
                                         .n_hosts = HOSTS,
                                         .links = fabric->links,
                                         .n_links = LEAVES * SPINES};
}

/* Towards a host: down, or up to the spine of this address. */
static uint16_t port_towards(size_t sw, size_t host, size_t address)
{
    size_t leaf = host / HOSTS_A_LEAF;
    if (sw >= LEAVES) {
        return (uint16_t)(1 + leaf);
    }
    return (uint16_t)(sw == leaf ? 1 + host % HOSTS_A_LEAF
                                 : HOSTS_A_LEAF + 1 + (host + address) % SPINES);
}

static void fill_table(struct fabric *fabric, size_t sw)
{
    struct flow_table *flows = &fabric->states[sw].flows;
    for (size_t i = 0; i < HOSTS * ADDRESSES; i++) {
        struct flow_entry *entry = flow_table_add(flows);
        struct action *action = base_arena_alloc(&flows->arena, 2 * sizeof *action);
        if (!entry || !action) {
            abort();
        }
        action[0].port = port_towards(sw, i / ADDRESSES, i % ADDRESSES);
        entry->match.value =
            (struct header){.dl_type = DL_TYPE_IP, .nw_dst = 0x0a000000 + (uint32_t)i};
        entry->match.mask = (struct header){.dl_type = UINT16_MAX, .nw_dst = UINT32_MAX};
        entry->priority = FLOW_PRIORITY_DEFAULT;
        entry->actions = action;
        entry->n_actions = 1;
    }
    fabric->read[sw] = (struct switch_dump){.dumped = true, .state = &fabric->states[sw]};
}

static void claim_all(struct fabric *fabric)
{
    size_t n = 0;
    for (size_t from = 0; from < HOSTS; from++) {
        for (size_t to = 0; to < HOSTS; to++) {
            if (to == from) {
                continue;
            }
            struct claim *claim = &fabric->claims[n];
            *claim = (struct claim){.kind = CLAIM_DELIVERED, .from = from, .to = to, .copies = 1};
            claim->id = base_arena_format(&fabric->arena, "traffic/h%zu/delivered/h%zu", from, to);
            claim->match.value = (struct header){.dl_type = DL_TYPE_IP,
                                                 .nw_dst = 0x0a000000 + (uint32_t)(to * ADDRESSES)};
            claim->match.mask =
                (struct header){.dl_type = UINT16_MAX, .nw_dst = ~(uint32_t)(ADDRESSES - 1)};
            claim->place.file = "bench";
            claim->group = n++;
        }
    }
    fabric->expectation = (struct expectation){.file = "bench",
                                               .topology = &fabric->topology,
                                               .claims = fabric->claims,
                                               .n_claims = n,
                                               .lists_switch = fabric->lists};
}

static int compare_times(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void measure(const char *what, const struct fabric *fabric, size_t rounds)
{
    double *times = calloc(rounds + 1, sizeof *times);
    size_t n_pass = 0, n_results = 0;
    for (size_t i = 0; i < rounds && times; i++) {
        struct report report = {0};
        double start = now_ms();
        if (prove_claims(&fabric->expectation, fabric->read, NULL, &report, NULL, NULL) < 0) {
            abort();
        }
        times[i] = now_ms() - start;
        n_pass = report_count(&report, VERDICT_PASS);
        n_results = report.n_results;
        report_free(&report);
    }
    if (times) {
        qsort(times, rounds, sizeof *times, compare_times);
        printf("%-24s median %7.1f ms  best %7.1f ms  (%zu of %zu proved)\n", what,
               times[rounds / 2], times[0], n_pass, n_results);
    }
    free(times);
}

/* To find out how the claims stand afterwards is no part of it: they are thousands. */
static double time_change(struct prove_whatif *whatif, size_t i, size_t *n_failed)
{
    static const struct action elsewhere = {.port = 2};
    size_t sw = i * 7 % SWITCHES, row = i * 7919 % (HOSTS * ADDRESSES), n = 0;
    double start = now_ms();
    int status = i % 2 ? prove_whatif_modify(whatif, sw, row, &elsewhere, 1)
                       : prove_whatif_remove(whatif, sw, row);
    double changed = now_ms();
    const struct prove_standing *standings = prove_whatif_standings(whatif, &n);
    for (size_t j = 0; j < n; j++) {
        *n_failed += standings[j].verdict == VERDICT_FAIL;
    }
    double undoes = now_ms();
    if (status < 0 || prove_whatif_undo(whatif) < 0) {
        abort();
    }
    return now_ms() - undoes + changed - start;
}

static void measure_changes(const struct fabric *fabric)
{
    enum { CHANGES = 400 };
    double times[CHANGES], start = now_ms();
    struct prove_whatif *whatif;
    size_t n_failed = 0;
    if (prove_whatif_open(&fabric->expectation, fabric->read, NULL, &whatif, NULL) < 0) {
        abort();
    }
    double anew = now_ms() - start;
    for (size_t i = 0; i < CHANGES; i++) {
        times[i] = time_change(whatif, i, &n_failed);
    }
    qsort(times, CHANGES, sizeof *times, compare_times);
    printf("one changed entry        median %7.3f ms  p99 %7.3f ms (%zu claims fail by %d "
           "changes); a start from nothing takes x%.0f\n",
           times[CHANGES / 2], times[CHANGES * 99 / 100], n_failed, CHANGES,
           anew / times[CHANGES / 2]);
    prove_whatif_free(whatif);
}

int main(int argc, char **argv)
{
    size_t rounds = argc > 1 ? strtoull(argv[1], NULL, 0) : 5;
    struct fabric *fabric = calloc(1, sizeof *fabric);
    if (!fabric) {
        abort();
    }
    cable(fabric);
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        fill_table(fabric, sw);
    }
    claim_all(fabric);
    printf("%d switches, %d entries, %d claims\n", SWITCHES, SWITCHES * HOSTS * ADDRESSES, CLAIMS);
    measure("all as claimed", fabric, rounds);
    struct flow_entry *entry = &fabric->states[0].flows.entries[0];
    struct action both[2] = {entry->actions[0], {.port = 2}};
    entry->actions = both;
    entry->n_actions = 2;
    measure("one address leaks", fabric, rounds);
    entry->n_actions = 0;
    measure("one address is dropped", fabric, rounds);
    entry->n_actions = 1;
    measure_changes(fabric);
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        flow_table_free(&fabric->states[sw].flows);
    }
    base_arena_free(&fabric->arena);
    free(fabric);
    return 0;
}
