/* SPDX-License-Identifier: Apache-2.0
 *
 * Which results that fail have one and the same cause, and which of them says it best? */
#include "blame/cause.h"

#include "model/port.h"

#include <string.h>

/* What could not be decided may be the cause of what fails. */
static bool fails(const struct result *result)
{
    return result->cause &&
           (result->verdict == VERDICT_FAIL || result->verdict == VERDICT_INCONCLUSIVE);
}

static struct cause *find_cause(struct report *report, const char *where)
{
    for (size_t i = 0; i < report->n_causes; i++) {
        if (strcmp(report->causes[i].where, where) == 0) {
            return &report->causes[i];
        }
    }
    return NULL;
}

/* Whether the place is an end of the cable. */
static bool is_end(const char *cable, const char *place)
{
    size_t n = strlen(place), n_cable = strlen(cable);
    return (strncmp(cable, place, n) == 0 && strncmp(cable + n, " - ", 3) == 0) ||
           (n_cable > n + 3 && strcmp(cable + n_cable - n, place) == 0 &&
            strncmp(cable + n_cable - n - 3, " - ", 3) == 0);
}

/* The result that says what is wrong at this place; NULL: none does. */
static const struct result *state_at(const struct report *report, const char *place)
{
    for (size_t i = 0; i < report->n_results; i++) {
        const struct result *result = &report->results[i];
        if (fails(result) && result->kind == RESULT_STATE && strcmp(result->cause, place) == 0) {
            return result;
        }
    }
    return NULL;
}

/* The first port that has the same entry to blame: one of those that take
 * packets of several ports. */
static const struct result *same_entry(const struct report *report, const struct result *result)
{
    const struct result *state = state_at(report, result->cause);
    const char *entry = state ? state->says[SAYS_ADVERTISED] : NULL;
    for (size_t i = 0; entry && strstr(entry, "actions=") && i < report->n_results; i++) {
        const struct result *other = &report->results[i];
        if (fails(other) && other->kind == RESULT_STATE && other->cause_kind == CAUSE_TABLE &&
            other->says[SAYS_ADVERTISED] && strcmp(other->says[SAYS_ADVERTISED], entry) == 0 &&
            strcmp(other->switch_name, state->switch_name) == 0) {
            return other;
        }
    }
    return result;
}

/* Whether the result says that this cable, and another one, are in each other's places. */
static bool tells_exchange(const struct result *result, const char *cable)
{
    static const char prefix[] = "wiring/";
    return result->kind == RESULT_WIRING && result->cause_kind == CAUSE_SWAP &&
           strcmp(result->id + strlen(prefix), cable) == 0;
}

/* The result whose cause this result has: a cable at a port that is down has no
 * link because of the port; frames that do not come out of it may come out of another. */
static const struct result *root_of(const struct report *report, const struct result *result)
{
    if (result->cause_kind == CAUSE_TABLE) {
        return same_entry(report, result);
    }
    for (size_t i = 0; result->cause_kind == CAUSE_CABLE && i < report->n_results; i++) {
        const struct result *other = &report->results[i];
        if (fails(other) &&
            ((other->cause_kind == CAUSE_PORT && is_end(result->cause, other->cause)) ||
             tells_exchange(other, result->cause))) {
            return other;
        }
    }
    return result;
}

/* Of results of one cause the first that is not about traffic tells it best, if there is one at its
 * very place: what a switch says is nearer to it than what frames did. */
static void lead(struct report *report, struct cause *cause)
{
    size_t best = 0;
    for (size_t i = cause->n_results; i-- > 0;) {
        const struct result *result = &report->results[cause->results[i]];
        const struct result *so_far = &report->results[cause->results[best]];
        bool is_here = strcmp(result->cause, cause->where) == 0,
             was_here = best > 0 && strcmp(so_far->cause, cause->where) == 0;
        best = result->kind != RESULT_TRAFFIC && (is_here || !was_here) ? i : best;
    }
    size_t index = cause->results[best];
    memmove(cause->results + 1, cause->results, best * sizeof *cause->results);
    cause->results[0] = index;
    bool told = report->results[cause->results[0]].verdict == VERDICT_FAIL;
    for (size_t i = 1; i < cause->n_results; i++) {
        report->results[cause->results[i]].is_consequence = told;
    }
    const char *detail = report->results[cause->results[0]].detail;
    cause->why = detail
                     ? base_arena_format(&report->arena, "%.*s", (int)strcspn(detail, "\n"), detail)
                     : NULL;
}

/* ------------------------------------------------------ one place of several */

/* The next of "A or B or C"; its length in `*n`. NULL behind the last one. */
static const char *next_place(const char **rest, size_t *n)
{
    const char *place = *rest, *end = place ? strstr(place, " or ") : NULL;
    *n = !place ? 0 : end ? (size_t)(end - place) : strlen(place);
    *rest = end ? end + strlen(" or ") : NULL;
    return place;
}

static bool names(const char *causes, const char *place, size_t n)
{
    size_t n_other;
    for (const char *other; (other = next_place(&causes, &n_other));) {
        if (n_other == n && memcmp(other, place, n) == 0) {
            return true;
        }
    }
    return false;
}

static size_t count_naming(const struct report *report, const char *place, size_t n)
{
    size_t n_naming = 0;
    for (size_t i = 0; i < report->n_results; i++) {
        n_naming += fails(&report->results[i]) && names(report->results[i].cause, place, n);
    }
    return n_naming;
}

/* Of several places that may be at fault the one that most results name. */
static void decide(struct report *report, struct result *result)
{
    const char *rest = result->cause, *best = NULL;
    size_t n, n_best = 0, most = 0;
    bool tie = false;
    for (const char *place; (place = next_place(&rest, &n));) {
        size_t n_naming = count_naming(report, place, n);
        tie = n_naming == most || (tie && n_naming < most);
        if (n_naming > most) {
            most = n_naming;
            best = place;
            n_best = n;
        }
    }
    if (best && !tie) {
        const char *cause = base_arena_format(&report->arena, "%.*s", (int)n_best, best);
        result->cause = cause ? cause : result->cause;
        result->cause_kind = strstr(result->cause, " - ") ? CAUSE_CABLE : CAUSE_SWITCH;
    }
}

static void decide_all(struct report *report)
{
    for (size_t i = 0; i < report->n_results; i++) {
        struct result *result = &report->results[i];
        if (fails(result) && strstr(result->cause, " or ")) {
            decide(report, result);
        }
    }
}

/* The cause that this result is a consequence of; a new one if it is the first. */
static struct cause *cause_of(struct report *report, const struct result *result)
{
    const struct result *root = root_of(report, result);
    struct cause *cause = find_cause(report, root->cause);
    if (!cause) {
        cause = &report->causes[report->n_causes++];
        *cause = (struct cause){.kind = root->cause_kind, .where = root->cause};
    }
    return cause;
}

static int list_results(struct report *report, struct cause *const *of)
{
    for (size_t i = 0; i < report->n_causes; i++) {
        struct cause *cause = &report->causes[i];
        cause->results =
            base_arena_alloc(&report->arena, cause->n_results * sizeof *cause->results);
        if (!cause->results) {
            return -1;
        }
        cause->n_results = 0;
    }
    for (size_t i = 0; i < report->n_results; i++) {
        if (of[i]) {
            of[i]->results[of[i]->n_results++] = i;
        }
    }
    for (size_t i = 0; i < report->n_causes; i++) {
        lead(report, &report->causes[i]);
    }
    return 0;
}

int blame_causes(struct report *report)
{
    size_t n = report_count(report, VERDICT_FAIL) + report_count(report, VERDICT_INCONCLUSIVE);
    struct cause **of =
        base_arena_alloc(&report->arena, (report->n_results + 1) * sizeof(struct cause *));
    report->causes = base_arena_alloc(&report->arena, (n + 1) * sizeof *report->causes);
    report->n_causes = 0;
    if (!report->causes || !of) {
        return -1;
    }
    decide_all(report);
    for (size_t i = 0; i < report->n_results; i++) {
        if (fails(&report->results[i])) {
            struct result *result = &report->results[i];
            of[i] = cause_of(report, result);
            of[i]->n_results++;
            if (result->suspect && result->cause_kind == CAUSE_CABLE &&
                strcmp(result->cause, of[i]->where) != 0) {
                result->suspect = of[i]->where;
            }
        }
    }
    return list_results(report, of);
}
