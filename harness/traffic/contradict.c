/* SPDX-License-Identifier: Apache-2.0
 *
 * Which claims contradict `ports:` of the same expectation? */
#include "traffic/contradict.h"

#include "path/follow.h"

/* Whether the ports say something else of this probe than the claim. */
static bool contradicts(const struct path_declared *declared, const struct claim *claim,
                        const struct traffic_probe *probe, unsigned *copies)
{
    if (probe->sentinel || probe->from != claim->from || claim->to == HOST_ALL ||
        !match_takes(&claim->match, &probe->header)) {
        return false;
    }
    struct path_walk walk;
    path_follow_from(&declared->network, probe->from, &probe->header, &walk);
    *copies = path_walk_copies(&walk, claim->to);
    return walk.known && *copies != claim->copies;
}

void traffic_contradictions(const struct path_declared *declared, const struct traffic_plan *plan,
                            struct report *report)
{
    const struct expectation *expectation = declared->expectation;
    for (size_t i = 0; i < expectation->n_claims; i++) {
        const struct claim *claim = &expectation->claims[i];
        unsigned copies;
        for (size_t p = 0; p < plan->n_probes; p++) {
            if (contradicts(declared, claim, &plan->probes[p], &copies)) {
                report_note(report,
                            "%s:%d:%d: %s wants %u copies, but `ports:` sends %u there (%s): no "
                            "network can do both",
                            claim->place.file, claim->place.line, claim->place.column, claim->id,
                            claim->copies, copies, plan->probes[p].kind);
                break;
            }
        }
    }
}
