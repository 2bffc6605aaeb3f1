/* SPDX-License-Identifier: Apache-2.0
 *
 * What may a run send, and what did it not send? */
#include "run/harmless.h"

#include "ofctl/match.h"

#include <sys/random.h>

int run_harmless_open(struct traffic_harmless *harmless, const struct path_network *tables,
                      const struct path_declared *declared, const struct run_stations *stations,
                      const struct run_options *options, struct base_error *error)
{
    if (traffic_harmless_open(harmless, tables, declared) < 0) {
        return base_fail(error, "out of memory");
    }
    harmless->sends = stations->captures;
    harmless->addresses = stations->addresses;
    harmless->allow_flood = options->allow_flood;
    if (getrandom(&harmless->fresh, sizeof harmless->fresh, 0) != sizeof harmless->fresh) {
        traffic_harmless_close(harmless);
        return base_fail(error, "no random numbers for fresh frames");
    }
    return 0;
}

/* The item of this kind and reason; a new one, if there is none. */
static struct unsent *find(struct report *report, const struct traffic_withheld *withheld)
{
    for (size_t i = 0; i < report->n_unsent; i++) {
        struct unsent *unsent = &report->unsent[i];
        if (unsent->kind == withheld->kind && unsent->reason == withheld->reason) {
            return unsent;
        }
    }
    struct unsent *unsent = &report->unsent[report->n_unsent++];
    *unsent = (struct unsent){.kind = withheld->kind, .reason = withheld->reason};
    return unsent;
}

int run_harmless_report(const struct traffic_plan *plan, const struct topology *topology,
                        struct report *report)
{
    report->n_unsent = 0;
    report->unsent = base_arena_alloc(&report->arena, plan->n_withheld * sizeof *report->unsent);
    for (size_t i = 0; report->unsent && i < plan->n_withheld; i++) {
        const struct traffic_withheld *withheld = &plan->withheld[i];
        struct unsent *unsent = find(report, withheld);
        if (unsent->n++ == 0) {
            unsent->from = topology->hosts[withheld->from].name;
            unsent->example = ofctl_header_text(&withheld->header, &report->arena);
        }
        if (!unsent->example) {
            return -1;
        }
    }
    return report->unsent ? 0 : -1;
}
