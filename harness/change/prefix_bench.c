/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables that are hard for a list of exclusions: the forwarding table of a
 * backbone router, whose prefixes lie in each other, and prefixes of two
 * fields at random, which all overlap. What is decided of them, and how long it
 * takes. `prefix_bench [PREFIXES]`. */
#include "change/diff.h"
#include "ofctl/match.h"
#include "prove/prove.h"
#include "state/state.h"
#include "testing/backbone.h"

#include <sys/resource.h>
#include <time.h>

/* Of this process: what else the machine does is not counted. */
static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void count_hidden(void *aux, size_t entry, size_t by)
{
    (void)entry;
    (void)by;
    ++*(size_t *)aux;
}

static void bench_table(const struct flow_table *flows)
{
    struct space_table table;
    size_t n_hidden = 0, n_open = 0, n_alone = 0, budget;
    double start = now_ms();
    if (space_table_index(&table, flows, NULL) < 0) {
        abort();
    }
    for (size_t i = 0; i < flows->n_entries; i++) {
        budget = 100000;
        enum space_answer answer =
            space_table_find(&table, i, &flows->entries[i].match, &budget, NULL);
        n_hidden += answer == SPACE_EMPTY;
        n_open += answer == SPACE_OPEN;
    }
    double ms = now_ms() - start;
    printf("  every entry        %8.1f ms  (%zu hidden, %zu not decided)\n", ms, n_hidden, n_open);
    start = now_ms();
    budget = BUDGET_UNLIMITED;
    if (space_table_hidden(&table, &budget, count_hidden, &n_alone) < 0) {
        abort();
    }
    printf("  hidden by one      %8.1f ms  (%zu)\n", now_ms() - start, n_alone);
    struct match all = match_in_port(1);
    start = now_ms();
    budget = BUDGET_UNLIMITED;
    enum space_answer answer = space_table_find(&table, ENTRY_NONE, &all, &budget, NULL);
    printf("  packets that none takes %3.1f ms  (%s, %zu comparisons)\n", now_ms() - start,
           answer == SPACE_FOUND   ? "there are"
           : answer == SPACE_EMPTY ? "none"
                                   : "not decided",
           SIZE_MAX - budget);
    space_table_free(&table);
}

static void report_times(const char *what, double ms, const struct report *report)
{
    printf("  %-18s %8.1f ms  (%zu pass, %zu fail, %zu inconclusive)\n", what, ms,
           report_count(report, VERDICT_PASS), report_count(report, VERDICT_FAIL),
           report_count(report, VERDICT_INCONCLUSIVE));
    for (size_t i = 0; i < report->n_results; i++) {
        if (report->results[i].verdict == VERDICT_INCONCLUSIVE) {
            printf("    %s: %s\n", report->results[i].id, report->results[i].detail);
        }
    }
}

static void judge(const char *what, const struct expectation *expectation,
                  const struct switch_dump *switches)
{
    struct report report = {0};
    double start = now_ms();
    if (state_judge(expectation, switches, NULL, &report, NULL) < 0) {
        abort();
    }
    report_times(what, now_ms() - start, &report);
    report_free(&report);
}

/* Port 1 of router 0: by one case, and by the table itself, longest first. */
static int compare_length(const void *a, const void *b)
{
    const struct expected_case *x = a, *y = b;
    return __builtin_popcount(y->match.mask.nw_dst) - __builtin_popcount(x->match.mask.nw_dst);
}

static void bench_state(struct backbone *backbone, const struct switch_dump *switches)
{
    const struct flow_table *flows = &backbone->states[0].flows;
    struct expected_case *cases = backbone_memory(flows->n_entries + 1, sizeof *cases);
    struct expected_port port = {.port = {.port = 1}, .cases = cases, .n_cases = 1};
    bool lists[BACKBONE_SWITCHES_MAX] = {true}, exact[BACKBONE_SWITCHES_MAX] = {0};
    struct expectation expectation = {.file = "bench",
                                      .topology = &backbone->topology,
                                      .ports = &port,
                                      .n_ports = 1,
                                      .lists_switch = lists,
                                      .unlisted_any = true,
                                      .exact_switch = exact};
    cases[0] = (struct expected_case){.match = match_in_port(1),
                                      .actions = flows->entries[0].actions,
                                      .n_actions = flows->entries[0].n_actions};
    judge("one case a port", &expectation, switches);
    for (size_t i = 0; i < flows->n_entries; i++) {
        const struct flow_entry *entry = &flows->entries[i];
        cases[i] = (struct expected_case){
            .match = entry->match, .actions = entry->actions, .n_actions = entry->n_actions};
        cases[i].match.value.in_port = 1;
        cases[i].match.mask.in_port = UINT16_MAX;
    }
    qsort(cases, flows->n_entries, sizeof *cases, compare_length);
    port.n_cases = flows->n_entries;
    judge("a case a prefix", &expectation, switches);
    free(cases);
}

static void bench_diff(const struct switch_state *a, const struct switch_state *b, const char *what)
{
    struct change_diff diff = {0};
    size_t budget = CHANGE_DIFF_BUDGET;
    double start = now_ms();
    if (change_diff(a, b, &budget, &diff) < 0) {
        abort();
    }
    printf("  %-18s %8.1f ms  (%zu changes%s)\n", what, now_ms() - start, diff.n_changes,
           diff.open ? ", NOT ALL DECIDED" : "");
    change_diff_free(&diff);
}

static void prove(const char *what, struct backbone *backbone, const struct switch_dump *switches,
                  struct claim *claims, size_t n)
{
    bool lists[BACKBONE_SWITCHES_MAX] = {0};
    struct expectation expectation = {.file = "bench",
                                      .topology = &backbone->topology,
                                      .claims = claims,
                                      .n_claims = n,
                                      .lists_switch = lists};
    struct report report = {0};
    for (size_t i = 0; i < n; i++) {
        claims[i].kind = claims[i].copies ? CLAIM_DELIVERED : CLAIM_ISOLATED;
        claims[i].group = i;
        claims[i].place.file = "bench";
    }
    double start = now_ms();
    if (prove_claims(&expectation, switches, NULL, &report, NULL, NULL) < 0) {
        abort();
    }
    report_times(what, now_ms() - start, &report);
    report_free(&report);
}

static void bench_refuted(struct backbone *backbone, const struct switch_dump *switches)
{
    struct claim claims[] = {{.id = "a", .from = 0, .to = 1},
                             {.id = "b", .from = 0, .to = 2},
                             {.id = "c", .from = 1, .to = 3, .copies = 1}};
    prove("claims, refuted", backbone, switches, claims, 3);
}

/* All prefixes and what is left of IP go to one host: that it gets all of it once
 * is true, and no single entry shows it. */
static void bench_proved(struct backbone *backbone, const struct switch_dump *switches)
{
    static const struct action to_host = {.port = 2};
    struct claim claims[] = {{.id = "all", .from = 0, .to = 1, .copies = 1},
                             {.id = "tcp", .from = 0, .to = 1, .copies = 1},
                             {.id = "other", .from = 0, .to = 2}};
    struct flow_table *flows = &backbone->states[0].flows;
    ofctl_parse_match("ip", &claims[0].match, NULL, NULL);
    ofctl_parse_match("tcp,nw_dst=64.0.0.0/3", &claims[1].match, NULL, NULL);
    struct flow_entry *rest = flow_table_add(flows);
    if (!rest) {
        abort();
    }
    rest->match = claims[0].match;
    for (size_t i = 0; i < flows->n_entries; i++) {
        flows->entries[i].actions = &to_host;
        flows->entries[i].n_actions = 1;
    }
    prove("claims, proved", backbone, switches, claims, 3);
}

/* ------------------------------------------------------------------ two fields */

static uint32_t random_prefix(struct backbone *backbone, uint32_t *mask)
{
    *mask = UINT32_MAX << (32 - 1 - backbone_below(backbone, 16));
    return backbone_below(backbone, INT32_MAX) * 2u & *mask;
}

/* Sources and destinations, short prefixes of both, each over all others. */
static void fill_two_fields(struct backbone *backbone, size_t n)
{
    static const struct action outputs[] = {{.port = 2}, {.port = 3}, {.port = 5}};
    struct flow_table *flows = &backbone->states[0].flows;
    flows->n_entries = 0;
    for (size_t i = 0; i < n; i++) {
        struct flow_entry *entry = flow_table_add(flows);
        if (!entry) {
            abort();
        }
        *entry = (struct flow_entry){.actions = &outputs[i % 3], .n_actions = 1};
        entry->match.value.dl_type = DL_TYPE_IP;
        entry->match.mask.dl_type = UINT16_MAX;
        entry->match.value.nw_src = random_prefix(backbone, &entry->match.mask.nw_src);
        entry->match.value.nw_dst = random_prefix(backbone, &entry->match.mask.nw_dst);
        entry->priority = (uint16_t)backbone_below(backbone, UINT16_MAX);
    }
}

int main(int argc, char **argv)
{
    size_t n_prefixes = argc > 1 ? strtoull(argv[1], NULL, 0) : 100000;
    struct backbone backbone;
    struct switch_dump switches[2];
    setvbuf(stdout, NULL, _IOLBF, 0);
    backbone_make(&backbone, 2, n_prefixes);
    for (size_t i = 0; i < 2; i++) {
        switches[i] = (struct switch_dump){.dumped = true, .state = &backbone.states[i]};
        backbone.topology.switches[i].dpid = i + 1;
    }
    printf("%zu prefixes as a backbone has them\n", n_prefixes);
    bench_table(&backbone.states[0].flows);
    bench_diff(&backbone.states[0], &backbone.states[0], "diff, the same");
    bench_diff(&backbone.states[0], &backbone.states[1], "diff, all others");
    bench_state(&backbone, switches);
    bench_refuted(&backbone, switches);
    bench_proved(&backbone, switches);
    size_t n_hard = n_prefixes < 10000 ? n_prefixes : 10000;
    printf("%zu short prefixes of two fields, at random\n", n_hard);
    fill_two_fields(&backbone, n_hard);
    bench_table(&backbone.states[0].flows);
    bench_diff(&backbone.states[0], &backbone.states[0], "diff, the same");
    bench_state(&backbone, switches);
    bench_refuted(&backbone, switches);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("memory at most %.0f MB\n", (double)usage.ru_maxrss / 1024);
    backbone_free(&backbone);
    return 0;
}
