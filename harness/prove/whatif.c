/* SPDX-License-Identifier: Apache-2.0
 *
 * Which claims turn when one entry of a table changes? */
#include "prove/whatif.h"

#include "base/memory.h"
#include "path/affected.h"
#include "prove/inside.h"

#include <stdlib.h>

/* How a change is taken back. */
struct step {
    enum { ADDED, REMOVED, MODIFIED } kind;
    size_t sw, row;
    struct space_actions was;
    size_t journal; /* where it begins */
};

/* A standing that was overwritten. */
struct turn {
    size_t what;
    struct prove_standing before;
};

struct prove_whatif {
    struct prove_context context;
    struct switch_state *copies; /* by switch; what is not of the table is borrowed */
    struct prove_standing *standings;
    size_t n_standings;
    struct turn *journal; /* of all steps */
    size_t n_journal, journal_capacity;
    struct step *steps;
    size_t n_steps, steps_capacity;
    bool hurries;
    bool *whole; /* by host: all of it was decided again, for this change */
    struct path_affected affected;
};

static int copy_tables(struct prove_whatif *whatif, const struct switch_dump *switches);
static int decide_sender(struct prove_whatif *whatif, size_t from);
static int begin(struct prove_whatif *whatif, const struct step *step);
static int decide_again(struct prove_whatif *whatif, size_t sw, size_t row);

/* ------------------------------------------------------------------- public */

static int open_all(struct prove_whatif *whatif, const struct switch_dump *switches)
{
    const struct expectation *expectation = whatif->context.expectation;
    size_t n_hosts = expectation->topology->n_hosts, n = expectation->n_claims + 2 * n_hosts;
    whatif->standings = base_calloc(n + 1, sizeof *whatif->standings);
    whatif->n_standings = n;
    whatif->whole = base_calloc(n_hosts + 1, sizeof *whatif->whole);
    int status = whatif->standings && whatif->whole ? copy_tables(whatif, switches) : -1;
    for (size_t from = 0; from < n_hosts && status == 0; from++) {
        status = decide_sender(whatif, from);
    }
    return status;
}

int prove_whatif_open(const struct expectation *expectation, const struct switch_dump *switches,
                      const struct prove_options *options, struct prove_whatif **whatif,
                      struct base_error *error)
{
    struct prove_whatif *made = base_calloc(1, sizeof *made);
    *whatif = made;
    if (made) {
        made->context = (struct prove_context){
            .expectation = expectation,
            .topology = expectation->topology,
            .budget = options ? options->budget : 0,
        };
        if (open_all(made, switches) == 0) {
            return 0;
        }
    }
    prove_whatif_free(made);
    *whatif = NULL;
    return base_fail(error, "out of memory");
}

void prove_whatif_free(struct prove_whatif *whatif)
{
    if (!whatif) {
        return;
    }
    prove_context_close(&whatif->context);
    for (size_t i = 0; whatif->copies && i < whatif->context.topology->n_switches; i++) {
        flow_table_free(&whatif->copies[i].flows);
    }
    path_affected_free(&whatif->affected);
    free(whatif->copies);
    free(whatif->standings);
    free(whatif->whole);
    free(whatif->journal);
    free(whatif->steps);
    free(whatif);
}

const struct prove_standing *prove_whatif_standings(const struct prove_whatif *whatif, size_t *n)
{
    *n = whatif->n_standings;
    return whatif->standings;
}

void prove_whatif_hurry(struct prove_whatif *whatif, bool hurries)
{
    whatif->hurries = hurries;
}

int prove_whatif_add(struct prove_whatif *whatif, size_t sw, const struct flow_entry *entry,
                     size_t *row)
{
    struct flow_table *flows = &whatif->copies[sw].flows;
    struct flow_entry *added = flow_table_add(flows);
    if (!added) {
        return -1;
    }
    *added = *entry;
    *row = flows->n_entries - 1;
    struct step step = {.kind = ADDED, .sw = sw, .row = *row};
    path_network_note(&whatif->context.actual, sw, entry);
    return begin(whatif, &step) < 0 ||
                   space_table_insert(&whatif->context.actual.tables[sw], *row) < 0
               ? -1
               : decide_again(whatif, sw, *row);
}

int prove_whatif_remove(struct prove_whatif *whatif, size_t sw, size_t row)
{
    struct step step = {.kind = REMOVED, .sw = sw, .row = row};
    if (begin(whatif, &step) < 0) {
        return -1;
    }
    space_table_remove(&whatif->context.actual.tables[sw], row);
    return decide_again(whatif, sw, row);
}

/* The row has these actions now; `*same`: as good as before. */
static int give_actions(struct prove_whatif *whatif, size_t sw, size_t row,
                        const struct space_actions *list, bool *same)
{
    struct space_table *table = &whatif->context.actual.tables[sw];
    struct flow_entry *entry = &whatif->copies[sw].flows.entries[row];
    uint32_t before = table->action_ids[row];
    space_table_remove(table, row);
    entry->actions = list->actions;
    entry->n_actions = list->n_actions;
    int status = space_table_insert(table, row);
    *same = table->action_ids[row] == before;
    return status;
}

int prove_whatif_modify(struct prove_whatif *whatif, size_t sw, size_t row,
                        const struct action *actions, size_t n_actions)
{
    const struct flow_entry *entry = &whatif->copies[sw].flows.entries[row];
    const struct space_actions list = {.actions = actions, .n_actions = (uint16_t)n_actions};
    struct step step = {.kind = MODIFIED,
                        .sw = sw,
                        .row = row,
                        .was = {.actions = entry->actions, .n_actions = entry->n_actions}};
    const struct flow_entry changed = {.actions = actions, .n_actions = (uint16_t)n_actions};
    bool same;
    path_network_note(&whatif->context.actual, sw, &changed);
    if (begin(whatif, &step) < 0 || give_actions(whatif, sw, row, &list, &same) < 0) {
        return -1;
    }
    return same ? 0 : decide_again(whatif, sw, row);
}

int prove_whatif_undo(struct prove_whatif *whatif)
{
    const struct step *step = &whatif->steps[--whatif->n_steps];
    struct space_table *table = &whatif->context.actual.tables[step->sw];
    bool unused;
    while (whatif->n_journal > step->journal) {
        const struct turn *turn = &whatif->journal[--whatif->n_journal];
        whatif->standings[turn->what] = turn->before;
    }
    if (step->kind == MODIFIED) {
        return give_actions(whatif, step->sw, step->row, &step->was, &unused);
    }
    if (step->kind == REMOVED) {
        return space_table_insert(table, step->row);
    }
    space_table_remove(table, step->row);
    whatif->copies[step->sw].flows.n_entries--;
    return 0;
}

/* ------------------------------------------------------------------- tables */

static int copy_table(struct prove_whatif *whatif, size_t sw, const struct switch_state *state)
{
    struct switch_state *copy = &whatif->copies[sw];
    *copy = *state;
    copy->flows = (struct flow_table){0};
    for (size_t i = 0; i < state->flows.n_entries; i++) {
        struct flow_entry *entry = flow_table_add(&copy->flows);
        if (!entry) {
            return -1;
        }
        *entry = state->flows.entries[i];
    }
    whatif->context.states[sw] = copy;
    return 0;
}

static int copy_tables(struct prove_whatif *whatif, const struct switch_dump *switches)
{
    struct prove_context *context = &whatif->context;
    size_t n = context->topology->n_switches;
    context->states = base_calloc(n + 1, sizeof(*context->states));
    whatif->copies = base_calloc(n + 1, sizeof *whatif->copies);
    int status = context->states && whatif->copies ? 0 : -1;
    for (size_t i = 0; i < n && status == 0; i++) {
        status = switches[i].dumped ? copy_table(whatif, i, switches[i].state) : 0;
    }
    return status == 0 ? prove_context_open(context) : -1;
}

/* ---------------------------------------------------------------- standings */

static size_t stray_of(const struct prove_whatif *whatif, size_t from)
{
    return whatif->context.expectation->n_claims + from;
}

static size_t loop_of(const struct prove_whatif *whatif, size_t from)
{
    return stray_of(whatif, from) + whatif->context.topology->n_hosts;
}

static int set_standing(struct prove_whatif *whatif, size_t what,
                        const struct prove_standing *standing)
{
    if (base_grow(&whatif->journal, whatif->n_journal, &whatif->journal_capacity,
                  sizeof *whatif->journal) < 0) {
        return -1;
    }
    whatif->journal[whatif->n_journal++] =
        (struct turn){.what = what, .before = whatif->standings[what]};
    whatif->standings[what] = *standing;
    return 0;
}

static struct prove_standing standing_of(const struct prove_refutation *refutation,
                                         const struct prove_opening *opening)
{
    struct prove_standing standing = {.to = HOST_NONE};
    if (refutation) {
        standing = (struct prove_standing){
            .verdict = VERDICT_FAIL, .example = refutation->example, .to = refutation->to};
    } else {
        standing.verdict = opening->open || opening->unknown ? VERDICT_INCONCLUSIVE : VERDICT_PASS;
    }
    return standing;
}

static int judge_claim(struct prove_whatif *whatif, struct prove_sender *sender, size_t claim)
{
    struct prove_opening opening = {0};
    struct prove_refutation refutation;
    bool refuted = prove_sender_claim(sender, &whatif->context.expectation->claims[claim],
                                      &refutation, &opening) == SPACE_FOUND;
    struct prove_standing standing = standing_of(refuted ? &refutation : NULL, &opening);
    return set_standing(whatif, claim, &standing);
}

static bool is_unclear(const struct prove_sender *sender)
{
    return sender->actual.n_unknowns > 0 || sender->actual.exhausted;
}

static int judge_strays(struct prove_whatif *whatif, struct prove_sender *sender)
{
    struct prove_opening opening = {0};
    struct prove_refutation refutation;
    enum space_answer answer = SPACE_EMPTY;
    for (size_t to = 0; to < whatif->context.topology->n_hosts && answer == SPACE_EMPTY; to++) {
        answer = prove_sender_stray(sender, to, &refutation, &opening);
    }
    if (answer == SPACE_EMPTY && prove_anyhow(sender, NULL, &opening, &refutation)) {
        answer = SPACE_FOUND;
    }
    struct prove_standing standing =
        standing_of(answer == SPACE_FOUND ? &refutation : NULL, &opening);
    standing.unclear = is_unclear(sender);
    return answer == SPACE_OPEN ? -1
                                : set_standing(whatif, stray_of(whatif, sender->from), &standing);
}

static int judge_loops(struct prove_whatif *whatif, struct prove_sender *sender)
{
    struct prove_standing standing = {.verdict = VERDICT_PASS, .to = HOST_NONE};
    if (sender->actual.n_loops > 0) {
        standing.verdict = VERDICT_FAIL;
        standing.example = sender->actual.loops[0].example;
    }
    return set_standing(whatif, loop_of(whatif, sender->from), &standing);
}

static bool speaks_of(const struct prove_whatif *whatif, size_t from)
{
    const struct prove_context *context = &whatif->context;
    return context->begins[from] < context->begins[from + 1] || context->expectation->n_ports > 0;
}

/* The i-th standing of a sender: its claims, strays, loops. */
static size_t nth_standing(const struct prove_whatif *whatif, const struct prove_sender *sender,
                           size_t i)
{
    return i < sender->n_claims    ? sender->claims[i]
           : i == sender->n_claims ? stray_of(whatif, sender->from)
                                   : loop_of(whatif, sender->from);
}

/* What it is for the headers of the sender. */
static int judge(struct prove_whatif *whatif, struct prove_sender *sender, size_t what)
{
    return what < stray_of(whatif, 0)  ? judge_claim(whatif, sender, what)
           : what < loop_of(whatif, 0) ? judge_strays(whatif, sender)
                                       : judge_loops(whatif, sender);
}

static int decide_sender(struct prove_whatif *whatif, size_t from)
{
    const struct match all = match_any();
    struct prove_sender sender;
    if (!speaks_of(whatif, from)) {
        return 0;
    }
    int status = prove_sender_open(&sender, &whatif->context, from, &all);
    for (size_t i = 0; i < sender.n_claims + 2 && status == 0; i++) {
        status = judge(whatif, &sender, nth_standing(whatif, &sender, i));
    }
    prove_sender_close(&sender);
    return status;
}

/* -------------------------------------------------------------- decide again */

/* What a standing says of the headers in `cube`, which may have changed, and of
 * the others, which have not. */
enum scope {
    NOWHERE, /* it stays, whatever becomes of them */
    THERE,   /* all others conform: they alone decide */
    ANYWHERE
};

static enum scope scope_of(const struct prove_standing *standing, const struct match *cube)
{
    switch (standing->verdict) {
    case VERDICT_PASS:
        return THERE;
    case VERDICT_FAIL:
        return match_takes(cube, &standing->example) ? ANYWHERE : NOWHERE;
    default:
        return ANYWHERE;
    }
}

/* For all headers of its sender that it speaks of. */
static int judge_anew(struct prove_whatif *whatif, size_t from, size_t what)
{
    const struct expectation *expectation = whatif->context.expectation;
    struct match within =
        what < expectation->n_claims ? expectation->claims[what].match : match_any();
    struct prove_sender sender;
    int status = prove_sender_open(&sender, &whatif->context, from, &within) < 0
                     ? -1
                     : judge(whatif, &sender, what);
    prove_sender_close(&sender);
    return status;
}

static int judge_again(struct prove_whatif *whatif, struct prove_sender *sender, size_t what)
{
    const struct expectation *expectation = whatif->context.expectation;
    if (what < expectation->n_claims &&
        !match_overlaps(&expectation->claims[what].match, &sender->within)) {
        return 0;
    }
    switch (scope_of(&whatif->standings[what], &sender->within)) {
    case NOWHERE:
        return 0;
    case THERE:
        return judge(whatif, sender, what);
    default:
        return judge_anew(whatif, sender->from, what);
    }
}

static int note_unclear(struct prove_whatif *whatif, size_t from)
{
    struct prove_standing standing = whatif->standings[stray_of(whatif, from)];
    bool noted = standing.unclear;
    standing.unclear = true;
    return noted ? 0 : set_standing(whatif, stray_of(whatif, from), &standing);
}

static int decide_headers(struct prove_whatif *whatif, const struct path_headers *headers)
{
    size_t stray = stray_of(whatif, headers->host);
    struct prove_sender sender;
    int status = prove_sender_open(&sender, &whatif->context, headers->host, &headers->cube);
    bool unclear = status == 0 && (whatif->standings[stray].unclear || is_unclear(&sender));
    for (size_t i = 0; i < sender.n_claims + 2 && status == 0; i++) {
        status = judge_again(whatif, &sender, nth_standing(whatif, &sender, i));
    }
    status = status == 0 && unclear ? note_unclear(whatif, headers->host) : status;
    prove_sender_close(&sender);
    return status;
}

/* Where something of a sender is unknown, its claims depend on whatever the rest
 * of the network does: all of it is decided again. */
static int decide_unclear(struct prove_whatif *whatif)
{
    int status = 0;
    for (size_t from = 0; from < whatif->context.topology->n_hosts && status == 0; from++) {
        whatif->whole[from] = whatif->standings[stray_of(whatif, from)].unclear;
        status = whatif->whole[from] ? decide_sender(whatif, from) : 0;
    }
    return status;
}

static int begin(struct prove_whatif *whatif, const struct step *step)
{
    if (base_grow(&whatif->steps, whatif->n_steps, &whatif->steps_capacity, sizeof *whatif->steps) <
        0) {
        return -1;
    }
    whatif->steps[whatif->n_steps] = *step;
    whatif->steps[whatif->n_steps++].journal = whatif->n_journal;
    return 0;
}

struct hiding {
    const struct match *match;
    bool hidden;
};

static bool hides(void *aux, uint32_t entry, const struct match *match)
{
    struct hiding *hiding = aux;
    (void)entry;
    hiding->hidden = match_within(hiding->match, match);
    return !hiding->hidden;
}

/* One entry of higher rank takes all that this one would. */
static bool is_hidden(struct prove_whatif *whatif, size_t sw, size_t row)
{
    const struct flow_entry *entry = &whatif->copies[sw].flows.entries[row];
    struct hiding hiding = {.match = &entry->match};
    size_t budget = BUDGET_UNLIMITED; /* one look through the table */
    space_table_overlapping(&whatif->context.actual.tables[sw], &entry->match,
                            space_rank(entry) + 1, UINT32_MAX, &budget, hides, &hiding);
    return hiding.hidden;
}

/* Of what the last step has decided something fails, and that is enough. */
static bool is_enough(const struct prove_whatif *whatif)
{
    bool failed = false;
    for (size_t i = whatif->steps[whatif->n_steps - 1].journal;
         whatif->hurries && i < whatif->n_journal && !failed; i++) {
        failed = whatif->standings[whatif->journal[i].what].verdict == VERDICT_FAIL;
    }
    return failed;
}

/* A row has changed, come, or left. */
static int decide_again(struct prove_whatif *whatif, size_t sw, size_t row)
{
    struct path_affected *affected = &whatif->affected;
    if (is_hidden(whatif, sw, row)) {
        return 0;
    }
    for (size_t i = 0; i < whatif->context.topology->n_switches; i++) {
        free(whatif->context.spreads[i]); /* what is unknown may go elsewhere now */
        whatif->context.spreads[i] = NULL;
    }
    int status = decide_unclear(whatif);
    status = status < 0 ? -1 : path_affected_find(&whatif->context.actual, sw, row, affected);
    for (size_t i = 0; i < affected->n_headers && status == 0 && !is_enough(whatif); i++) {
        size_t host = affected->headers[i].host;
        if (!whatif->whole[host] && speaks_of(whatif, host)) {
            status = decide_headers(whatif, &affected->headers[i]);
        }
    }
    return status;
}
