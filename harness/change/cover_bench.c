/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes for every entry of a backbone, planned anew and after one changed entry,
 * and packets looked up in its tables. `cover_bench [SWITCHES [PREFIXES
 * [CHANGES]]]`. Prints how long it took, how many probes there are, and what they
 * do not exercise. */
#include "testing/backbone.h"
#include "testing/replan.h"

#include <time.h>

static double read_ms(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static double now_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

/* Returns how long it took, in milliseconds of the processor. */
static double bench_cover(const struct path_network *tables)
{
    struct traffic_cover_options options = {0};
    struct traffic_cover cover;
    size_t counts[TRAFFIC_MISS_OPEN + 1] = {0};
    options.max_probes = SIZE_MAX;
    double start = now_ms(), start_cpu = read_ms(CLOCK_PROCESS_CPUTIME_ID);
    if (traffic_cover(tables, &options, &cover) < 0) {
        abort();
    }
    double ms = now_ms() - start, cpu_ms = read_ms(CLOCK_PROCESS_CPUTIME_ID) - start_cpu;
    for (size_t i = 0; i < cover.n_missed; i++) {
        counts[cover.missed[i].why]++;
    }
    printf("cover    %.0f ms: %zu of %zu entries by %zu probes (%.1f entries a probe); %zu hidden, "
           "%zu unreachable, %zu others\n",
           ms, cover.n_exercised, cover.n_entries, cover.n_probes,
           (double)cover.n_exercised / (double)cover.n_probes, counts[TRAFFIC_MISS_HIDDEN],
           counts[TRAFFIC_MISS_UNREACHABLE],
           cover.n_missed - counts[TRAFFIC_MISS_HIDDEN] - counts[TRAFFIC_MISS_UNREACHABLE]);
    traffic_cover_free(&cover);
    return cpu_ms;
}

/* One changed entry: it sends elsewhere, it goes, or a prefix within it comes. */
static void change(struct backbone *backbone, struct change_replan *replan)
{
    static const struct action elsewhere[] = {{.port = 1}, {.port = 2}, {.port = 3},
                                              {.port = 4}, {.port = 5}, {.port = 6}};
    size_t sw = backbone_below(backbone, (uint32_t)backbone->n);
    const struct flow_table *flows = &backbone->states[sw].flows;
    struct flow_entry flow = flows->entries[backbone_below(backbone, (uint32_t)flows->n_entries)];
    uint32_t kind = backbone_below(backbone, 3);
    if (kind == 0) {
        if (change_replan_remove(replan, sw, &flow) < 0) {
            abort();
        }
        return;
    }
    flow.actions = &elsewhere[backbone_below(backbone, 6)];
    flow.n_actions = 1;
    if (kind == 1) {
        uint32_t half = (~flow.match.mask.nw_dst >> 1) + 1;
        flow.match.mask.nw_dst |= half;
        flow.match.value.nw_dst |= half;
        flow.priority++;
    }
    if (change_replan_put(replan, sw, &flow) < 0) {
        abort();
    }
}

static int compare_ms(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void print_times(const char *clock, double *ms, size_t n, double anew_ms)
{
    qsort(ms, n, sizeof *ms, compare_ms);
    printf(
        "  %-9s p50 %.3f ms, p99 %.3f ms, most %.3f ms; anew takes %.0f times the p50, %.0f times "
        "the p99\n",
        clock, ms[n / 2], ms[n * 99 / 100], ms[n - 1], anew_ms / ms[n / 2],
        anew_ms / ms[n * 99 / 100]);
}

/* As many probes as a cover of the same tables made anew has. */
static void compare_probes(const struct backbone *backbone, const struct change_replan *replan,
                           size_t n_changes)
{
    struct traffic_cover_options options = {.max_probes = SIZE_MAX};
    struct anew anew;
    anew_make(&anew, replan, &backbone->topology, backbone->by_switch, &options);
    printf("  after %zu changes %zu probes; anew %zu (%.3f)\n", n_changes,
           change_replan_n_probes(replan), anew.cover.n_probes,
           (double)change_replan_n_probes(replan) / (double)anew.cover.n_probes);
    anew_free(&anew);
}

static void bench_replan(struct backbone *backbone, size_t n_changes, double anew_ms)
{
    struct traffic_cover_options options = {.max_probes = SIZE_MAX};
    double start = now_ms();
    struct change_replan *replan =
        change_replan_begin(&backbone->topology, backbone->by_switch, &options);
    double *ms = calloc(n_changes, sizeof *ms), *cpu_ms = calloc(n_changes, sizeof *ms);
    if (!replan || !ms || !cpu_ms) {
        abort();
    }
    printf("re-plan  begun in %.0f ms; %zu random changes of one entry\n", now_ms() - start,
           n_changes);
    for (size_t i = 0; i < n_changes; i++) {
        double begin = now_ms(), begin_cpu = read_ms(CLOCK_PROCESS_CPUTIME_ID);
        change(backbone, replan);
        ms[i] = now_ms() - begin;
        cpu_ms[i] = read_ms(CLOCK_PROCESS_CPUTIME_ID) - begin_cpu;
    }
    print_times("wall", ms, n_changes, anew_ms);
    print_times("processor", cpu_ms, n_changes, anew_ms);
    compare_probes(backbone, replan, n_changes);
    change_replan_free(replan);
    free(ms);
    free(cpu_ms);
}

static void bench_lookup(struct backbone *backbone, const struct path_network *tables)
{
    enum { LOOKUPS = 1000000 };
    size_t n_out = 0;
    double start = now_ms();
    for (size_t i = 0; i < LOOKUPS; i++) {
        struct header header = {.in_port = 1,
                                .dl_type = DL_TYPE_IP,
                                .nw_dst = 0x10000000 + backbone_below(backbone, 0x60000000)};
        struct space_emission out[PATH_OUTPUTS];
        struct path_step step;
        path_step(tables, i % backbone->n, &header, out, &step);
        n_out += step.n_sent > 0;
    }
    double ms = now_ms() - start;
    printf("look-up  %.0f a second, packet to outputs (%zu of %d forwarded)\n", LOOKUPS / ms * 1e3,
           n_out, LOOKUPS);
}

int main(int argc, char **argv)
{
    size_t n_switches = argc > 1 ? strtoull(argv[1], NULL, 0) : 16;
    size_t n_prefixes = argc > 2 ? strtoull(argv[2], NULL, 0) : 4688;
    size_t n_changes = argc > 3 ? strtoull(argv[3], NULL, 0) : 1000;
    struct backbone backbone;
    struct path_network tables;
    backbone_make(&backbone, n_switches, n_prefixes);
    double start = now_ms();
    if (path_network_open_dumps(&tables, &backbone.topology, backbone.by_switch, NULL) < 0) {
        abort();
    }
    printf("%zu routers, %zu entries; indexed in %.0f ms\n", n_switches, n_switches * n_prefixes,
           now_ms() - start);
    double anew_ms = bench_cover(&tables);
    bench_replan(&backbone, n_changes, anew_ms);
    bench_lookup(&backbone, &tables);
    path_network_close(&tables);
    backbone_free(&backbone);
    return 0;
}
