/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes for every entry of a backbone, planned anew and after one changed entry,
 * and packets looked up in its tables. `cover_bench [SWITCHES [PREFIXES [LOOKUPS]]]`. Prints
 * how long it took, how many probes there are, and what they do not exercise. */
#include "testing/backbone.h"
#include "traffic/cover.h"

#include <time.h>

/* Of this process: what else the machine does is not counted. */
static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static double bench_cover(const struct path_network *tables, struct traffic_cover *cover)
{
    struct traffic_cover_options options = {.max_probes = SIZE_MAX};
    size_t counts[TRAFFIC_MISS_OPEN + 1] = {0};
    double start = now_ms();
    if (traffic_cover(tables, &options, cover) < 0) {
        abort();
    }
    double ms = now_ms() - start;
    for (size_t i = 0; i < cover->n_missed; i++) {
        counts[cover->missed[i].why]++;
    }
    printf("cover    %.0f ms: %zu of %zu entries by %zu probes (%.1f entries a probe); %zu hidden, "
           "%zu unreachable, %zu others\n",
           ms, cover->n_exercised, cover->n_entries, cover->n_probes,
           (double)cover->n_exercised / (double)cover->n_probes, counts[TRAFFIC_MISS_HIDDEN],
           counts[TRAFFIC_MISS_UNREACHABLE],
           cover->n_missed - counts[TRAFFIC_MISS_HIDDEN] - counts[TRAFFIC_MISS_UNREACHABLE]);
    return ms;
}

/* One changed entry: it sends elsewhere. */
static void bench_kept(struct backbone *backbone, const struct traffic_cover *before,
                       double anew_ms)
{
    static const struct action elsewhere = {.port = 1};
    struct traffic_cover_options options = {.max_probes = SIZE_MAX, .kept = before};
    struct traffic_cover after;
    struct path_network tables;
    struct flow_entry *entry = &backbone->states[backbone->n / 2].flows.entries[0];
    entry->actions = &elsewhere;
    entry->n_actions = 1;
    double start = now_ms();
    if (path_network_open_dumps(&tables, &backbone->topology, backbone->by_switch, NULL) < 0 ||
        traffic_cover(&tables, &options, &after) < 0) {
        abort();
    }
    double ms = now_ms() - start;
    printf("changed  %.0f ms, indexed again; anew takes %.1f times that: %zu probes stay, %zu are "
           "new, %zu go\n",
           ms, anew_ms / ms, after.n_kept, after.n_probes - after.n_kept,
           before->n_probes - after.n_kept);
    traffic_cover_free(&after);
    path_network_close(&tables);
}

static void bench_lookup(struct backbone *backbone, const struct path_network *tables,
                         size_t n_lookups)
{
    size_t n_out = 0;
    double start = now_ms();
    for (size_t i = 0; i < n_lookups; i++) {
        struct header header = {.in_port = 1,
                                .dl_type = DL_TYPE_IP,
                                .nw_dst = 0x10000000 + backbone_below(backbone, 0x60000000)};
        struct space_emission out[PATH_OUTPUTS];
        struct path_step step;
        path_step(tables, i % backbone->n, &header, out, &step);
        n_out += step.n_sent > 0;
    }
    double ms = now_ms() - start;
    printf("look-up  %.0f a second, packet to outputs (%zu of %zu forwarded)\n",
           (double)n_lookups / ms * 1e3, n_out, n_lookups);
}

int main(int argc, char **argv)
{
    size_t n_switches = argc > 1 ? strtoull(argv[1], NULL, 0) : 16;
    size_t n_prefixes = argc > 2 ? strtoull(argv[2], NULL, 0) : 4688;
    struct backbone backbone;
    struct path_network tables;
    struct traffic_cover cover;
    backbone_make(&backbone, n_switches, n_prefixes);
    double start = now_ms();
    if (path_network_open_dumps(&tables, &backbone.topology, backbone.by_switch, NULL) < 0) {
        abort();
    }
    printf("%zu routers, %zu entries; indexed in %.0f ms\n", n_switches, n_switches * n_prefixes,
           now_ms() - start);
    double anew_ms = bench_cover(&tables, &cover);
    bench_lookup(&backbone, &tables, argc > 3 ? strtoull(argv[3], NULL, 0) : 1000000);
    bench_kept(&backbone, &cover, anew_ms);
    traffic_cover_free(&cover);
    path_network_close(&tables);
    backbone_free(&backbone);
    return 0;
}
