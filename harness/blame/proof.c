/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose fault is it that a header refutes a claim? */
#include "blame/proof.h"

#include "blame/loops.h"

void blame_finding(struct blame_view *view, const struct prove_finding *finding,
                   struct report *report, struct blame_place *place)
{
    struct result *result = &report->results[finding->result];
    bool is_loop = finding->kind == PROVE_LOOPS || finding->copies < 0;
    view->altered = finding->altered;
    blame_open(view, finding->from, &finding->example, finding->to, place);
    if (finding->kind == PROVE_OPEN || finding->reason) { /* its place is known */
        return;
    }
    if (is_loop && view->advertised.loops) {
        blame_circle(view->topology, &view->advertised, report, result);
    } else if (!is_loop && blame_tables(view, place)) {
        result->suspect = place->suspect;
        result->cause_kind = place->cause_kind;
        result->cause = place->cause;
    }
}
