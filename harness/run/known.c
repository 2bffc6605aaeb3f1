/* SPDX-License-Identifier: Apache-2.0
 *
 * Which results deviate as is known, and which no longer do? */
#include "run/run.h"

#include <string.h>

static struct result *find(const struct report *report, const char *id)
{
    for (size_t i = 0; i < report->n_results; i++) {
        if (strcmp(report->results[i].id, id) == 0) {
            return &report->results[i];
        }
    }
    return NULL;
}

/* It is set aside: it says what it says, and counts no more. What could not be judged is not: it
 * may be anything. */
static int excuse(struct report *report, struct result *result, const struct known_failure *known)
{
    result->known = base_arena_format(&report->arena, "until %s: %s", known->day, known->reason);
    const char *detail = base_arena_format(&report->arena, "known until %s: %s\n%s", known->day,
                                           known->reason, result->detail ? result->detail : "");
    if (!result->known || !detail) {
        return -1;
    }
    result->detail = detail;
    result->verdict = VERDICT_SKIP;
    return 0;
}

/* What passes is not to be excused when it fails again: the line has to go. */
static int refuse(struct report *report, struct result *result, const struct known_failure *known)
{
    result->verdict = VERDICT_FAIL;
    result->source = place_source(known->place, &report->arena);
    result->detail = base_arena_format(
        &report->arena, "it passes, but is listed as known to deviate (%s): take it out of `known`",
        known->reason);
    return result->source && result->detail ? 0 : -1;
}

static int judge(struct report *report, const struct known_failure *known, bool is_over,
                 enum run_known_of of)
{
    struct result *result = find(report, known->id);
    if (!result) {
        if (of == RUN_KNOWN_OF_ALL) {
            report_note(report, "known: %s is no result of this run (%s:%d)", known->id,
                        known->place.file, known->place.line);
        }
        return 0;
    }
    if (result->verdict == VERDICT_PASS) {
        return of == RUN_KNOWN_OF_PROOF ? 0 : refuse(report, result, known);
    }
    if (is_over && result->verdict == VERDICT_FAIL) {
        report_note(report, "known: %s was excused until %s (%s): the time is over", known->id,
                    known->day, known->reason);
        return 0;
    }
    return result->verdict == VERDICT_FAIL ? excuse(report, result, known) : 0;
}

int run_known(const struct expectation *expectation, const struct run_world *world,
              enum run_known_of of, struct report *report)
{
    uint64_t now_s = expectation->n_known > 0 ? world->wall_ns(world) / 1000000000 : 0;
    for (size_t i = 0; i < expectation->n_known; i++) {
        const struct known_failure *known = &expectation->known[i];
        if (judge(report, known, now_s >= known->until, of) < 0) {
            return -1;
        }
    }
    return 0;
}
