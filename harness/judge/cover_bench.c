/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes for every entry of a backbone, and packets looked up in its tables.
 * `cover_bench [SWITCHES [PREFIXES]]`. Prints how long it took, how many probes
 * there are, and what they do not exercise. */
#include "judge/backbone_testing.h"
#include "judge/cover.h"

#include <time.h>

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void bench_cover(const struct judge_tables *tables)
{
    struct judge_cover_options options = {0};
    struct judge_cover cover;
    size_t counts[JUDGE_MISS_OPEN + 1] = {0};
    options.max_probes = SIZE_MAX;
    double start = now_ms();
    if (judge_cover(tables, &options, &cover) < 0) {
        abort();
    }
    double ms = now_ms() - start;
    for (size_t i = 0; i < cover.n_missed; i++) {
        counts[cover.missed[i].why]++;
    }
    printf("cover    %.0f ms: %zu of %zu entries by %zu probes (%.1f entries a probe); %zu hidden, "
           "%zu unreachable, %zu others\n",
           ms, cover.n_exercised, cover.n_entries, cover.n_probes,
           (double)cover.n_exercised / (double)cover.n_probes, counts[JUDGE_MISS_HIDDEN],
           counts[JUDGE_MISS_UNREACHABLE],
           cover.n_missed - counts[JUDGE_MISS_HIDDEN] - counts[JUDGE_MISS_UNREACHABLE]);
    judge_cover_free(&cover);
}

static void bench_lookup(struct backbone *backbone, const struct judge_tables *tables)
{
    enum { LOOKUPS = 1000000 };
    struct judge_forwarding forwarding = judge_looked_up_in(tables);
    size_t n_out = 0;
    double start = now_ms();
    for (size_t i = 0; i < LOOKUPS; i++) {
        struct header header = {.in_port = 1,
                                .dl_type = DL_TYPE_IP,
                                .nw_dst = 0x10000000 + backbone_below(backbone, 0x60000000)};
        struct space_emission out[8];
        const char *reason;
        size_t entry;
        int n = forwarding.forward(&*tables, i % backbone->n, &header, out, 8, &entry, &reason);
        n_out += n > 0;
    }
    double ms = now_ms() - start;
    printf("look-up  %.0f a second, packet to outputs (%zu of %d forwarded)\n", LOOKUPS / ms * 1e3,
           n_out, LOOKUPS);
}

int main(int argc, char **argv)
{
    size_t n_switches = argc > 1 ? strtoull(argv[1], NULL, 0) : 16;
    size_t n_prefixes = argc > 2 ? strtoull(argv[2], NULL, 0) : 4688;
    struct backbone backbone;
    struct judge_tables tables;
    backbone_make(&backbone, n_switches, n_prefixes);
    double start = now_ms();
    if (judge_tables_index(&tables, &backbone.topology, backbone.by_switch) < 0) {
        abort();
    }
    printf("%zu routers, %zu entries; indexed in %.0f ms\n", n_switches, n_switches * n_prefixes,
           now_ms() - start);
    bench_cover(&tables);
    bench_lookup(&backbone, &tables);
    judge_tables_free(&tables);
    backbone_free(&backbone);
    return 0;
}
