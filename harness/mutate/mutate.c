/* SPDX-License-Identifier: Apache-2.0
 *
 * Which mutants are tried, and how one is: by mutate_state.c against the ports and
 * the entries, by prove/whatif.h against the claims; if neither notices it
 * mutate_line.c says what would. */
#include "mutate/mutate.h"

#include "mutate/inside.h"
#include "ofctl/flow.h"
#include "prove/prove.h"

#include <stdlib.h>

static int open_mutator(struct mutate_run *mutator);
static void close_mutator(struct mutate_run *mutator);
static int try_all(struct mutate_run *mutator, bool tries);
static int visit_mutant(void *aux, const struct mutate_mutant *mutant);

/* ------------------------------------------------------------------- public */

static int mutate(struct mutate_run *mutator)
{
    struct mutations *mutations = mutator->mutations;
    if (state_judge(mutator->expectation, mutator->switches, NULL, &mutations->base,
                    mutator->error) < 0 ||
        prove_claims(mutator->expectation, mutator->switches, NULL, &mutations->base,
                     mutator->error) < 0) {
        return -1;
    }
    if (report_verdict(&mutations->base) != VERDICT_PASS) {
        return 0;
    }
    if (open_mutator(mutator) < 0 || try_all(mutator, false) < 0) {
        return -1;
    }
    size_t limit = mutator->options->limit;
    mutator->n_left = limit > 0 && limit < mutator->n_open ? limit : mutator->n_open;
    mutations->n_unsampled = mutator->n_open - mutator->n_left;
    return try_all(mutator, true) < 0 ? -1 : mutate_keep_lines(mutator);
}

int mutate_expectation(const struct expectation *expectation, const struct switch_dump *switches,
                       const struct mutate_options *options, struct mutations *mutations,
                       struct base_error *error)
{
    struct mutate_run mutator = {.expectation = expectation,
                                 .switches = switches,
                                 .options = options,
                                 .mutations = mutations,
                                 .error = error,
                                 .random = options->seed};
    *mutations = (struct mutations){.lists_switch = expectation->lists_switch};
    mutations->base.expectation = expectation->file;
    int status = mutate(&mutator);
    close_mutator(&mutator);
    return status == 0 ? 0 : base_fail(error, "out of memory");
}

/* ------------------------------------------------------------------ all of them */

static int open_mutator(struct mutate_run *mutator)
{
    return prove_whatif_open(mutator->expectation, mutator->switches, NULL, &mutator->whatif,
                             mutator->error);
}

static void close_mutator(struct mutate_run *mutator)
{
    prove_whatif_free(mutator->whatif);
    learned_free(&mutator->learned);
    free(mutator->wanted);
}

/* Mutants that are not to be tried are only counted. */
static int try_all(struct mutate_run *mutator, bool tries)
{
    const struct topology *topology = mutator->expectation->topology;
    int status = 0;
    mutator->tries = tries;
    for (size_t sw = 0; sw < topology->n_switches && status == 0; sw++) {
        if (!mutator->switches[sw].dumped) {
            continue;
        }
        mutator->sw = sw;
        mutator->state = mutator->switches[sw].state;
        if (space_table_index(&mutator->table, &mutator->state->flows, NULL) < 0) {
            return -1;
        }
        status = mutate_mutants_each(topology->switches[sw].name, mutator->state, &mutator->table,
                                     visit_mutant, mutator);
        space_table_free(&mutator->table);
    }
    return status;
}

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
static bool is_chosen(struct mutate_run *mutator)
{
    bool chosen = next_random(&mutator->random) % mutator->n_open < mutator->n_left;
    mutator->n_open--;
    mutator->n_left -= chosen;
    return chosen;
}

static int try_mutant(struct mutate_run *mutator, const struct mutate_mutant *mutant);

static int visit_mutant(void *aux, const struct mutate_mutant *mutant)
{
    struct mutate_run *mutator = aux;
    const struct mutate_options *options = mutator->options;
    bool selected = !options->selects || options->selects(options->aux, mutant->id);
    if (!mutator->tries) {
        mutator->n_open += selected;
        mutator->mutations->n_deselected += !selected;
        return 0;
    }
    return selected && is_chosen(mutator) ? try_mutant(mutator, mutant) : 0;
}

/* -------------------------------------------------------------------- claims */

static void sense_standings(struct mutate_trial *trial)
{
    const struct expectation *expectation = trial->mutator->expectation;
    const struct topology_host *hosts = expectation->topology->hosts;
    size_t n, n_claims = expectation->n_claims, n_hosts = expectation->topology->n_hosts;
    const struct prove_standing *standings = prove_whatif_standings(trial->mutator->whatif, &n);
    for (size_t i = 0; i < n; i++) {
        if (standings[i].verdict == VERDICT_PASS) {
            continue;
        }
        size_t from = (i - n_claims) % (n_hosts ? n_hosts : 1), to = standings[i].to;
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
    struct prove_whatif *whatif = trial->mutator->whatif;
    size_t sw = trial->mutator->sw, unused;
    const struct flow_entry *before = &trial->mutator->state->flows.entries[row];
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
    bool is_alone = mutant->other == SIZE_MAX;
    int status = change_row(trial, mutant->row, is_alone, &n_changes);
    if (status == 0 && !is_alone) {
        status = change_row(trial, mutant->other, true, &n_changes);
    }
    if (status == 0) {
        sense_standings(trial);
    }
    while (status == 0 && n_changes-- > 0) {
        status = prove_whatif_undo(trial->mutator->whatif);
    }
    return status;
}

/* ----------------------------------------------------------------------- one */

static const char *entry_text(struct mutate_run *mutator, const struct flow_entry *entry)
{
    return ofctl_flow_text(entry, FLOW_NO_STATS, &mutator->mutations->arena);
}

static struct mutation *add_mutation(struct mutate_run *mutator, const struct mutate_mutant *mutant)
{
    struct mutations *mutations = mutator->mutations;
    const struct flow_entry *before = &mutator->state->flows.entries[mutant->row];
    if (base_grow(&mutations->items, mutations->n_items, &mutations->capacity,
                  sizeof *mutations->items) < 0) {
        return NULL;
    }
    struct mutation *told = &mutations->items[mutations->n_items++];
    *told = (struct mutation){.id = base_arena_text(&mutations->arena, mutant->id),
                              .before = entry_text(mutator, before),
                              .after = mutant->gone ? NULL : entry_text(mutator, &mutant->now),
                              .line = SIZE_MAX};
    return told;
}

static int settle(struct mutate_trial *trial)
{
    struct mutation *told = trial->told;
    for (size_t by = 0; by < N_MUTATION_SENSES; by++) {
        if (told->sensed[by]) {
            told->open = NULL;
            told->fate = MUTATION_NOTICED;
            return 0;
        }
    }
    told->fate = MUTATION_UNDECIDED;
    return told->open ? 0 : mutate_trial_compare(trial);
}

static int try_mutant(struct mutate_run *mutator, const struct mutate_mutant *mutant)
{
    struct mutate_mutant own = *mutant;
    struct mutate_trial trial = {.mutator = mutator, .mutant = &own};
    size_t n_bytes = mutant->now.n_actions * sizeof(struct action);
    void *actions = base_arena_alloc(&mutator->mutations->arena, n_bytes + 1);
    if (actions && n_bytes > 0) {
        memcpy(actions, mutant->now.actions, n_bytes);
    }
    own.now.actions = actions; /* the tables of the claims keep them */
    trial.told = add_mutation(mutator, mutant);
    int status = trial.told && actions && mutate_trial_open(&trial) == 0 &&
                         mutate_trial_state(&trial) == 0 && try_claims(&trial) == 0
                     ? settle(&trial)
                     : -1;
    mutate_trial_close(&trial);
    return status;
}
