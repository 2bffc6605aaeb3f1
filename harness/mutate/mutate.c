/* SPDX-License-Identifier: Apache-2.0
 *
 * Which mutants are tried, and how one is: by state.c against the ports and
 * the entries, by prove/whatif.h against the claims; if neither notices it
 * line.c says what would. */
#include "mutate/mutate.h"

#include "mutate/inside.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "path/step.h"
#include "space/pipeline.h"

#include <stdlib.h>

/* -------------------------------------------------------------------- claims */

/* Whether a frame of this host may meet the mutant: it is not for those of another host's port. */
static bool may_meet(const struct mutate_trial *trial, size_t from)
{
    struct port_ref in = {.sw = trial->run->sw, .port = trial->region.value.in_port};
    bool is_one = !trial->whole && trial->region.mask.in_port == UINT16_MAX;
    struct peer peer = topology_peer(trial->run->expectation->topology, in);
    return !is_one || peer.kind != PEER_HOST || peer.host == from;
}

static void sense_standings(struct mutate_trial *trial)
{
    const struct expectation *expectation = trial->run->expectation;
    const struct topology_host *hosts = expectation->topology->hosts;
    size_t n, n_claims = expectation->n_claims, n_hosts = expectation->topology->n_hosts;
    const struct prove_standing *standings = prove_whatif_standings(trial->run->whatif, &n);
    for (size_t i = 0; i < n; i++) {
        if (standings[i].verdict == VERDICT_PASS) {
            continue;
        }
        size_t from = i < n_claims ? expectation->claims[i].from
                                   : (i - n_claims) % (n_hosts ? n_hosts : 1),
               to = standings[i].to;
        if (standings[i].verdict == VERDICT_INCONCLUSIVE && !may_meet(trial, from)) {
            continue;
        }
        const char *id =
            i < n_claims ? expectation->claims[i].id
            : i < n_claims + n_hosts
                ? base_arena_format(&trial->arena, "traffic/%s/stray/%s", hosts[from].name,
                                    to < n_hosts ? hosts[to].name : "all")
                : base_arena_format(&trial->arena, "traffic/%s/loop", hosts[from].name);
        mutate_trial_sense(trial, SENSED_BY_TRAFFIC, standings[i].verdict, id ? id : "traffic");
    }
}

/* One row, and how many changes that took. After the last one a failure is enough. */
static int change_row(struct mutate_trial *trial, size_t row, bool is_last, size_t *n_changes)
{
    struct prove_whatif *whatif = trial->run->whatif;
    size_t sw = trial->run->sw, unused;
    const struct flow_entry *before = &trial->run->state->flows.entries[row];
    const struct flow_entry *now = mutate_trial_row(trial, row);
    ++*n_changes;
    prove_whatif_hurry(whatif, is_last);
    if (now && now->priority == before->priority && match_equal(&now->match, &before->match)) {
        return prove_whatif_modify(whatif, sw, row, now->actions, now->n_actions);
    }
    prove_whatif_hurry(whatif, is_last && !now);
    int status = prove_whatif_remove(whatif, sw, row);
    if (status == 0 && now) {
        prove_whatif_hurry(whatif, is_last);
        status = prove_whatif_add(whatif, sw, now, &unused);
        ++*n_changes;
    }
    return status;
}

static int try_claims(struct mutate_trial *trial)
{
    const struct mutate_mutant *mutant = trial->mutant;
    size_t n_changes = 0;
    if (mutant->is_lifetime) {
        return 0;
    }
    if (trial->run->any_composed) {
        return mutate_whole_claims(trial);
    }
    bool is_alone = mutant->other == ENTRY_NONE;
    int status = change_row(trial, mutant->row, is_alone, &n_changes);
    if (status == 0 && !is_alone) {
        status = change_row(trial, mutant->other, true, &n_changes);
    }
    if (status == 0) {
        sense_standings(trial);
    }
    while (status == 0 && n_changes-- > 0) {
        status = prove_whatif_undo(trial->run->whatif);
    }
    return status;
}

/* ----------------------------------------------------------------------- one */

static const char *entry_text(struct mutate_run *run, const struct flow_entry *entry)
{
    return ofctl_flow_text(entry, FLOW_NO_STATS, &run->mutations->arena);
}

static const char *group_text(struct mutate_run *run, const struct group *group)
{
    struct base_buffer text = {0};
    ofctl_format_group(group, &text);
    return base_arena_take(&run->mutations->arena, &text);
}

/* NULL without memory. */
static struct mutation *add_mutation(struct mutate_run *run, const struct mutate_mutant *mutant)
{
    struct mutations *mutations = run->mutations;
    if (base_grow(&mutations->items, mutations->n_items, &mutations->capacity,
                  sizeof *mutations->items) < 0) {
        return NULL;
    }
    struct mutation *mutation = &mutations->items[mutations->n_items++];
    *mutation =
        (struct mutation){.id = base_arena_text(&mutations->arena, mutant->id), .line = INDEX_NONE};
    bool is_entry = mutant->row != ENTRY_NONE, gone = is_entry && mutant->gone;
    mutation->before = is_entry ? entry_text(run, &run->state->flows.entries[mutant->row])
                                : group_text(run, &run->state->groups.groups[mutant->group]);
    mutation->after = gone       ? NULL
                      : is_entry ? entry_text(run, &mutant->now)
                                 : group_text(run, &mutant->group_now);
    return mutation->id && mutation->before && (mutation->after || gone) ? mutation : NULL;
}

static int settle(struct mutate_trial *trial)
{
    struct mutation *mutation = trial->mutation;
    for (size_t by = 0; by < N_MUTATION_SENSES; by++) {
        if (mutation->sensed[by]) {
            mutation->open = NULL;
            mutation->fate = MUTATION_NOTICED;
            return 0;
        }
    }
    mutation->fate = MUTATION_UNDECIDED;
    bool is_open = mutation->open && trial->run->mutations->n_open == 0;
    return is_open ? 0 : mutate_trial_compare(trial);
}

static int try_mutant(struct mutate_run *run, const struct mutate_mutant *mutant)
{
    struct mutate_mutant own = *mutant;
    struct mutate_trial trial = {.run = run, .mutant = &own};
    size_t n_bytes = mutant->now.n_actions * sizeof(struct action);
    void *actions = base_arena_alloc(&run->mutations->arena, n_bytes + 1);
    if (actions && n_bytes > 0) {
        memcpy(actions, mutant->now.actions, n_bytes);
    }
    own.now.actions = actions; /* the tables of the claims keep them */
    trial.mutation = add_mutation(run, mutant);
    int status = trial.mutation && actions && mutate_trial_open(&trial) == 0 &&
                         mutate_trial_state(&trial) == 0 && try_claims(&trial) == 0
                     ? settle(&trial)
                     : -1;
    mutate_trial_close(&trial);
    return status;
}

/* ------------------------------------------------------------------ all of them */

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* Whether this one is among those chosen: as many as are left, of as many as are
 * still to come (Knuth, volume 2, section 3.4.2, algorithm S). */
static bool is_chosen(struct mutate_run *run)
{
    bool chosen = next_random(&run->random) % run->n_open < run->n_left;
    run->n_open--;
    run->n_left -= chosen;
    return chosen;
}

/* Whether the rest is left. */
static bool stops(struct mutate_run *run)
{
    const struct mutate_options *options = run->options;
    struct report *base = &run->mutations->base;
    if (!base->interrupted && options->stops && options->stops(options->aux)) {
        base->interrupted = true;
        report_note(base, "interrupted: what had not been judged is inconclusive");
    }
    return base->interrupted;
}

static int visit_mutant(void *aux, const struct mutate_mutant *mutant)
{
    struct mutate_run *run = aux;
    const struct mutate_options *options = run->options;
    bool selected = !options->selects || options->selects(options->aux, mutant->id);
    if (!run->tries) {
        run->n_open += selected;
        run->mutations->n_deselected += !selected;
        return 0;
    }
    if (run->n_left > 0 && stops(run)) {
        run->mutations->n_unsampled += run->n_left;
        run->n_left = 0;
    }
    return selected && is_chosen(run) ? try_mutant(run, mutant) : 0;
}

/* Mutants that are not to be tried are only counted. */
static int try_all(struct mutate_run *run, bool tries)
{
    const struct topology *topology = run->expectation->topology;
    int status = 0;
    run->tries = tries;
    for (size_t sw = 0; sw < topology->n_switches && status == 0; sw++) {
        if (!run->switches[sw].dumped) {
            continue;
        }
        run->sw = sw;
        run->state = run->switches[sw].state;
        run->composed = space_pipeline_has(run->state);
        if (space_table_index(&run->table, &run->state->flows, NULL) < 0) {
            return -1;
        }
        status = mutate_mutants_each(topology->switches[sw].name, run->state, &run->table,
                                     visit_mutant, run);
        space_table_free(&run->table);
    }
    return status;
}

/* ------------------------------------------------------------------- public */

/* How many results it leaves open what NORMAL does, and what switches choose; they are noted. */
static void count_open(const struct prove_findings *findings, struct mutations *mutations)
{
    for (size_t i = 0; i < findings->n_items; i++) {
        const struct prove_finding *finding = &findings->items[i];
        bool is_open = finding->kind == PROVE_OPEN && finding->reason &&
                       mutations->base.results[finding->result].verdict == VERDICT_INCONCLUSIVE;
        bool chosen = is_open && path_is_choice(finding->reason);
        mutations->n_chosen += chosen;
        mutations->n_open += chosen || (is_open && path_is_normal(finding->reason));
    }
}

/* The network as it is. */
static int judge(struct mutate_run *run, struct prove_findings *findings)
{
    struct mutations *mutations = run->mutations;
    struct prove_findings own = {0};
    struct prove_options how = {
        .skips_choices = true, .stops = run->options->stops, .aux = run->options->aux};
    findings = findings ? findings : &own;
    int status = state_judge(run->expectation, run->switches, NULL, &mutations->base, run->error);
    if (status == 0) {
        status = prove_claims(run->expectation, run->switches, &how, &mutations->base, findings,
                              run->error);
    }
    count_open(findings, mutations);
    mutations->untried = report_count(&mutations->base, VERDICT_FAIL) > 0 ||
                         report_count(&mutations->base, VERDICT_PASS) == 0 ||
                         report_count(&mutations->base, VERDICT_INCONCLUSIVE) > mutations->n_open;
    prove_findings_free(&own);
    return status;
}

static int mutate(struct mutate_run *run, struct prove_findings *findings)
{
    struct mutations *mutations = run->mutations;
    if (judge(run, findings) < 0) {
        return -1;
    }
    for (size_t sw = 0; sw < run->expectation->topology->n_switches; sw++) {
        run->any_composed |=
            run->switches[sw].dumped && space_pipeline_has(run->switches[sw].state);
    }
    bool stopped = stops(run); /* then they are counted */
    if (mutations->untried) {
        return 0;
    }
    if ((!stopped && !run->any_composed &&
         prove_whatif_open(run->expectation, run->switches, NULL, &run->whatif, run->error) < 0) ||
        try_all(run, false) < 0) {
        return -1;
    }
    size_t limit = run->options->limit;
    run->n_left = limit > 0 && limit < run->n_open ? limit : run->n_open;
    mutations->n_unsampled = run->n_open - run->n_left;
    return try_all(run, true) < 0 ? -1 : mutate_keep_lines(run);
}

int mutate_expectation(const struct expectation *expectation, const struct switch_dump *switches,
                       const struct mutate_options *options, struct mutations *mutations,
                       struct prove_findings *findings, struct base_error *error)
{
    struct mutate_run run = {.expectation = expectation,
                             .switches = switches,
                             .options = options,
                             .mutations = mutations,
                             .error = error,
                             .random = options->seed};
    *mutations = (struct mutations){.lists_switch = expectation->lists_switch};
    mutations->base.expectation = expectation->file;
    int status = mutate(&run, findings);
    prove_whatif_free(run.whatif);
    learn_draft_free(&run.draft);
    free(run.wanted);
    return status == 0 ? 0 : base_fail(error, "out of memory");
}
