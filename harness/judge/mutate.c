/* SPDX-License-Identifier: Apache-2.0
 *
 * A change touches no header outside a region (judge/mutants.h). So entries and
 * cases are cut down to that region, which leaves few of them, and the rest of
 * the header space is made to drop on either side: what judge_state then says of
 * the ports is what it would say of the whole table. Claims: judge/whatif.h. */
#include "judge/mutate.h"

#include "judge/diff.h"
#include "judge/learn.h"
#include "judge/mutants.h"
#include "judge/prove.h"
#include "judge/state_switch.h"
#include "judge/whatif.h"

#include <stdlib.h>

enum { ROWS_FEW = 2 };

struct mutator {
    const struct expectation *expectation;
    const struct judge_switch *switches;
    const struct judge_mutate_options *options;
    struct mutations *mutations;
    struct base_error *error;

    struct judge_whatif *whatif;
    struct judge_learned
        learned; /* the ports, without entries that are ignored; when first needed */
    bool has_learned;
    bool *wanted; /* by learned port */

    size_t sw; /* whose mutants are made */
    const struct switch_state *state;
    struct space_table table;
    bool tries;            /* else they are counted */
    size_t n_left, n_open; /* to be chosen, of so many that are still to come */
    uint64_t random;
};

/* One mutant being tried. */
struct trial {
    struct mutator *mutator;
    const struct judge_mutant *mutant;
    struct mutation *told;
    struct match region;
    bool whole;     /* the region is everything, and nothing is cut down */
    uint32_t *rows; /* that overlap the region, in the order of the dump */
    size_t n_rows, rows_capacity;
    struct base_arena arena;
};

static int open_mutator(struct mutator *mutator);
static void close_mutator(struct mutator *mutator);
static int try_all(struct mutator *mutator, bool tries);
static int visit_mutant(void *aux, const struct judge_mutant *mutant);
static int keep_lines(struct mutator *mutator);

/* ------------------------------------------------------------------- public */

static int mutate(struct mutator *mutator)
{
    struct mutations *mutations = mutator->mutations;
    if (judge_state(mutator->expectation, mutator->switches, NULL, &mutations->base,
                    mutator->error) < 0 ||
        judge_prove(mutator->expectation, mutator->switches, NULL, &mutations->base,
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
    return try_all(mutator, true) < 0 ? -1 : keep_lines(mutator);
}

int judge_mutate(const struct expectation *expectation, const struct judge_switch *switches,
                 const struct judge_mutate_options *options, struct mutations *mutations,
                 struct base_error *error)
{
    struct mutator mutator = {.expectation = expectation,
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

static int open_mutator(struct mutator *mutator)
{
    return judge_whatif_open(mutator->expectation, mutator->switches, NULL, &mutator->whatif,
                             mutator->error);
}

static void close_mutator(struct mutator *mutator)
{
    judge_whatif_free(mutator->whatif);
    judge_learned_free(&mutator->learned);
    free(mutator->wanted);
}

/* Mutants that are not to be tried are only counted. */
static int try_all(struct mutator *mutator, bool tries)
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
        status = judge_mutants_each(topology->switches[sw].name, mutator->state, &mutator->table,
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
static bool is_chosen(struct mutator *mutator)
{
    bool chosen = next_random(&mutator->random) % mutator->n_open < mutator->n_left;
    mutator->n_open--;
    mutator->n_left -= chosen;
    return chosen;
}

static int try_mutant(struct mutator *mutator, const struct judge_mutant *mutant);

static int visit_mutant(void *aux, const struct judge_mutant *mutant)
{
    struct mutator *mutator = aux;
    const struct judge_mutate_options *options = mutator->options;
    bool selected = !options->selects || options->selects(options->aux, mutant->id);
    if (!mutator->tries) {
        mutator->n_open += selected;
        mutator->mutations->n_deselected += !selected;
        return 0;
    }
    return selected && is_chosen(mutator) ? try_mutant(mutator, mutant) : 0;
}

/* -------------------------------------------------------------- the region only */

static bool add_row(void *aux, uint32_t entry, const struct match *match)
{
    struct trial *trial = aux;
    (void)match;
    if (base_grow(&trial->rows, trial->n_rows, &trial->rows_capacity, sizeof *trial->rows) < 0) {
        return false;
    }
    trial->rows[trial->n_rows++] = entry;
    return true;
}

static int compare_rows(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Whether no frame enters there: state.c judges only entries that name it. */
static bool is_nowhere(const struct mutator *mutator, uint16_t number)
{
    struct port_ref port = {.sw = mutator->sw, .port = number};
    return (number > PORT_MAX || !switch_state_port(mutator->state, number)) &&
           topology_peer(mutator->expectation->topology, port).kind == PEER_NONE;
}

/* Not cut down: where `entries:` speak of entries as they are written, and where
 * it counts which of them name a port. */
static int open_region(struct trial *trial)
{
    struct mutator *mutator = trial->mutator;
    const struct match *region = &trial->mutant->region;
    size_t budget = SIZE_MAX;
    trial->whole = mutator->expectation->exact_switch[mutator->sw] ||
                   (region->mask.in_port && is_nowhere(mutator, region->value.in_port));
    trial->region = trial->whole ? match_any() : *region;
    if (!space_table_overlapping(&mutator->table, &trial->region, 0, UINT32_MAX, &budget, add_row,
                                 trial)) {
        return -1;
    }
    qsort(trial->rows, trial->n_rows, sizeof *trial->rows, compare_rows);
    return 0;
}

/* The row in the mutant; NULL: it is gone. */
static const struct flow_entry *mutated(const struct trial *trial, size_t row)
{
    const struct judge_mutant *mutant = trial->mutant;
    if (row == mutant->row) {
        return mutant->gone ? NULL : &mutant->now;
    }
    return row == mutant->other ? &mutant->other_now : &trial->mutator->state->flows.entries[row];
}

/* Adds the entry, cut down. -1 without memory. */
static int add_cut(const struct trial *trial, const struct flow_entry *entry,
                   struct flow_table *out)
{
    struct match match;
    if (!space_intersect(&entry->match, &trial->region, &match)) {
        return 0;
    }
    struct flow_entry *added = flow_table_add(out);
    if (!added) {
        return -1;
    }
    *added = *entry;
    added->match = match;
    return 0;
}

static int cut_ports(struct trial *trial, struct expectation *cut)
{
    const struct expectation *expectation = trial->mutator->expectation;
    cut->ports = base_arena_alloc(&trial->arena, (expectation->n_ports + 1) * sizeof *cut->ports);
    cut->n_ports = 0;
    for (size_t i = 0; cut->ports && i < expectation->n_ports; i++) {
        const struct expected_port *port = &expectation->ports[i];
        struct match in_port = match_in_port(port->port.port);
        if (port->port.sw != trial->mutator->sw || !space_overlaps(&in_port, &trial->region)) {
            continue;
        }
        struct expected_port *to = &cut->ports[cut->n_ports++];
        *to = *port;
        to->n_cases = 0;
        to->cases = base_arena_alloc(&trial->arena, (port->n_cases + 1) * sizeof *to->cases);
        if (!to->cases) {
            return -1;
        }
        for (size_t c = 0; c < port->n_cases; c++) {
            to->cases[to->n_cases] = port->cases[c];
            to->n_cases += space_intersect(&port->cases[c].match, &trial->region,
                                           &to->cases[to->n_cases].match);
        }
    }
    return cut->ports ? 0 : -1;
}

/* Exceptions of entries go by the match as it is: they were applied before. */
static int cut_exceptions(struct trial *trial, struct expectation *cut)
{
    const struct expectation *expectation = trial->mutator->expectation;
    size_t n = expectation->n_exceptions;
    cut->exceptions = base_arena_alloc(&trial->arena, (n + 1) * sizeof *cut->exceptions);
    cut->n_exceptions = 0;
    for (size_t i = 0; cut->exceptions && i < n; i++) {
        if (!expectation->exceptions[i].has_cookie && !expectation->exceptions[i].has_match) {
            cut->exceptions[cut->n_exceptions++] = expectation->exceptions[i];
        }
    }
    return cut->exceptions ? 0 : -1;
}

/* --------------------------------------------------------------------- state */

static void sense(struct trial *trial, enum mutation_sense by, enum verdict verdict, const char *id)
{
    struct mutation *told = trial->told;
    struct base_arena *arena = &trial->mutator->mutations->arena;
    if (verdict == VERDICT_FAIL && !told->sensed[by]) {
        told->sensed[by] = base_arena_text(arena, id);
    } else if (verdict == VERDICT_INCONCLUSIVE && !told->open) {
        told->open = base_arena_format(arena, "%s is inconclusive", id);
    }
}

static int judge_cut(struct trial *trial, const struct expectation *cut,
                     const struct flow_table *flows)
{
    struct mutator *mutator = trial->mutator;
    struct report report = {0};
    struct switch_state state = *mutator->state;
    state.flows = *flows;
    struct judge_switch known = {.dumped = true, .state = &state};
    int status = judge_state_switch(cut, mutator->sw, &known, NULL, &report, mutator->error);
    for (size_t i = 0; i < report.n_results && status == 0; i++) {
        const struct result *result = &report.results[i];
        sense(trial, result->kind == RESULT_ENTRY ? SENSED_BY_ENTRIES : SENSED_BY_PORTS,
              result->verdict, result->id);
    }
    report_free(&report);
    return status;
}

static int try_region(struct trial *trial)
{
    const struct mutator *mutator = trial->mutator;
    struct expectation cut = *mutator->expectation;
    struct flow_table flows = {0};
    int status =
        trial->whole || (cut_ports(trial, &cut) == 0 && cut_exceptions(trial, &cut) == 0) ? 0 : -1;
    for (size_t i = 0; i < trial->n_rows && status == 0; i++) {
        const struct flow_entry *entry = mutated(trial, trial->rows[i]);
        bool left_out = !entry || (!trial->whole &&
                                   judge_ignored_entry(mutator->expectation, mutator->sw, entry));
        status = left_out ? 0 : add_cut(trial, entry, &flows);
    }
    status = status == 0 ? judge_cut(trial, &cut, &flows) : status;
    flow_table_free(&flows);
    return status;
}

/* What touches much and every port fails at one port, as a rule: each is looked at
 * alone, until one does. */
static int try_ports(struct trial *trial)
{
    const struct expectation *expectation = trial->mutator->expectation;
    struct match region = trial->region;
    int status = 0;
    for (size_t i = 0; i < expectation->n_ports && status == 0; i++) {
        struct port_ref port = expectation->ports[i].port;
        if (port.sw == trial->mutator->sw && !is_nowhere(trial->mutator, port.port) &&
            !trial->told->sensed[SENSED_BY_PORTS]) {
            trial->region.mask.in_port = UINT16_MAX;
            trial->region.value.in_port = port.port;
            status = try_region(trial);
        }
    }
    trial->region = region;
    return status;
}

static int try_state(struct trial *trial)
{
    int status = 0;
    if (!trial->whole && trial->n_rows > ROWS_FEW && !trial->region.mask.in_port) {
        status = try_ports(trial);
    }
    return status < 0 || trial->told->sensed[SENSED_BY_PORTS] ? status : try_region(trial);
}

/* -------------------------------------------------------------------- claims */

static void sense_standings(struct trial *trial)
{
    const struct expectation *expectation = trial->mutator->expectation;
    const struct topology_host *hosts = expectation->topology->hosts;
    size_t n, n_claims = expectation->n_claims, n_hosts = expectation->topology->n_hosts;
    const struct judge_standing *standings = judge_whatif_standings(trial->mutator->whatif, &n);
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
        sense(trial, SENSED_BY_TRAFFIC, standings[i].verdict, id ? id : "traffic");
    }
}

/* One row, and how many changes that took. After the last one a failure is enough. */
static int change_row(struct trial *trial, size_t row, bool is_last, size_t *n_changes)
{
    struct judge_whatif *whatif = trial->mutator->whatif;
    size_t sw = trial->mutator->sw, unused;
    const struct flow_entry *before = &trial->mutator->state->flows.entries[row];
    const struct flow_entry *now = mutated(trial, row);
    ++*n_changes;
    judge_whatif_hurry(whatif, is_last);
    if (now && now->priority == before->priority && match_equal(&now->match, &before->match)) {
        return judge_whatif_modify(whatif, sw, row, now->actions, now->n_actions);
    }
    judge_whatif_hurry(whatif, is_last && !now);
    int status = judge_whatif_remove(whatif, sw, row);
    if (status == 0 && now) {
        judge_whatif_hurry(whatif, is_last);
        status = judge_whatif_add(whatif, sw, now, &unused);
        ++*n_changes;
    }
    return status;
}

static int try_claims(struct trial *trial)
{
    const struct judge_mutant *mutant = trial->mutant;
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
        status = judge_whatif_undo(trial->mutator->whatif);
    }
    return status;
}

/* ----------------------------------------------------------------- unnoticed */

/* The ports as they are, without the entries that are ignored. */
static int learn(struct mutator *mutator)
{
    const struct expectation *expectation = mutator->expectation;
    size_t n = expectation->topology->n_switches;
    struct judge_switch *known = calloc(n + 1, sizeof *known);
    struct switch_state *states = calloc(n + 1, sizeof *states);
    int status = known && states ? 0 : -1;
    for (size_t sw = 0; sw < n && status == 0; sw++) {
        known[sw] = mutator->switches[sw];
        if (!known[sw].dumped) {
            continue;
        }
        const struct flow_table *flows = &known[sw].state->flows;
        states[sw] = *known[sw].state;
        states[sw].flows = (struct flow_table){0};
        known[sw].state = &states[sw];
        for (size_t i = 0; i < flows->n_entries && status == 0; i++) {
            if (!judge_ignored_entry(expectation, sw, &flows->entries[i])) {
                struct flow_entry *entry = flow_table_add(&states[sw].flows);
                status = entry ? 0 : -1;
                if (entry) {
                    *entry = flows->entries[i];
                }
            }
        }
    }
    if (status == 0) {
        status = judge_learn_ports(expectation->topology, known, expectation->expires_sec,
                                   &mutator->learned, mutator->error);
        mutator->wanted = calloc(mutator->learned.expectation.n_ports + 1, sizeof(bool));
        mutator->has_learned = true;
    }
    for (size_t sw = 0; states && sw < n; sw++) {
        flow_table_free(&states[sw].flows);
    }
    free(states);
    free(known);
    return status < 0 || !mutator->wanted ? -1 : 0;
}

/* Wants the line of the port that is told; of a switch not listed so far all. */
static int want_line(struct trial *trial, uint16_t number)
{
    struct mutator *mutator = trial->mutator;
    if (!mutator->has_learned && learn(mutator) < 0) {
        return -1;
    }
    const struct expectation *learned = &mutator->learned.expectation;
    bool all =
        !mutator->expectation->lists_switch[mutator->sw] && !mutator->expectation->unlisted_any;
    for (size_t i = 0; i < learned->n_ports; i++) {
        bool this = learned->ports[i].port.sw == mutator->sw;
        bool is_told = this && learned->ports[i].port.port == number;
        mutator->wanted[i] |= is_told || (this && all);
        trial->told->line = is_told ? i : trial->told->line;
    }
    return 0;
}

static const char *place_text(struct mutator *mutator, const struct exception *exception)
{
    const struct place *place = &exception->place;
    return base_arena_format(&mutator->mutations->arena, "%s:%d:%d",
                             place->file ? place->file : "?", place->line, place->column);
}

/* The exception because of which a change of the row is not seen at this port. */
static const struct exception *exception_of(const struct trial *trial, uint16_t number)
{
    const struct mutator *mutator = trial->mutator;
    const struct expectation *expectation = mutator->expectation;
    const size_t rows[] = {trial->mutant->row, trial->mutant->other};
    struct port_ref port = {.sw = mutator->sw, .port = number};
    const struct exception *exception = judge_ignored_port(expectation, port);
    for (size_t i = 0; i < 2 && rows[i] != SIZE_MAX && !exception; i++) {
        const struct flow_entry *now = mutated(trial, rows[i]);
        exception =
            judge_ignored_entry(expectation, mutator->sw, &mutator->state->flows.entries[rows[i]]);
        if (!exception && now) {
            exception = judge_ignored_entry(expectation, mutator->sw, now);
        }
    }
    return exception;
}

/* From a port where packets are treated otherwise: what would notice that. */
static int propose(struct trial *trial, const struct judge_diff *diff)
{
    struct mutator *mutator = trial->mutator;
    struct mutation *told = trial->told;
    const struct exception *exception = NULL;
    told->fate = diff->open ? MUTATION_UNDECIDED : MUTATION_EQUIVALENT;
    told->open = diff->open ? "over the budget" : NULL;
    for (size_t i = 0; i < diff->n_changes; i++) {
        const struct judge_change *change = &diff->changes[i];
        if (change->others || is_nowhere(mutator, change->in_port)) {
            continue;
        }
        if (change->unknown) {
            told->fate = told->fate == MUTATION_EQUIVALENT ? MUTATION_UNDECIDED : told->fate;
            told->open = change->unknown;
            continue;
        }
        told->fate = MUTATION_UNNOTICED;
        told->open = NULL;
        exception = exception_of(trial, change->in_port);
        if (!exception) {
            return want_line(trial, change->in_port);
        }
    }
    told->ignore = exception ? place_text(mutator, exception) : NULL;
    return 0;
}

/* Whether some packet is treated otherwise. */
static int compare(struct trial *trial)
{
    const struct mutator *mutator = trial->mutator;
    struct flow_table tables[2] = {0};
    struct judge_diff diff = {0};
    size_t budget = JUDGE_DIFF_BUDGET;
    int status = 0;
    for (size_t i = 0; i < trial->n_rows && status == 0; i++) {
        size_t row = trial->rows[i];
        const struct flow_entry *now = mutated(trial, row);
        bool gone = !now || (trial->mutant->is_lifetime && row == trial->mutant->row);
        status = add_cut(trial, &mutator->state->flows.entries[row], &tables[0]);
        status = status == 0 && !gone ? add_cut(trial, now, &tables[1]) : status;
    }
    struct switch_state before = *mutator->state, after = *mutator->state;
    before.flows = tables[0];
    after.flows = tables[1];
    status = status == 0 ? judge_diff(&before, &after, &budget, &diff) : status;
    status = status == 0 ? propose(trial, &diff) : status;
    judge_diff_free(&diff);
    flow_table_free(&tables[0]);
    flow_table_free(&tables[1]);
    return status;
}

/* ----------------------------------------------------------------------- one */

static const char *entry_text(struct mutator *mutator, const struct flow_entry *entry)
{
    struct base_buffer text = {0};
    flow_format(entry, FLOW_NO_STATS, &text);
    const char *copy = base_arena_text(&mutator->mutations->arena, base_buffer_text(&text));
    base_buffer_free(&text);
    return copy;
}

static struct mutation *add_mutation(struct mutator *mutator, const struct judge_mutant *mutant)
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

static int settle(struct trial *trial)
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
    return told->open ? 0 : compare(trial);
}

static int try_mutant(struct mutator *mutator, const struct judge_mutant *mutant)
{
    struct judge_mutant own = *mutant;
    struct trial trial = {.mutator = mutator, .mutant = &own};
    size_t n_bytes = mutant->now.n_actions * sizeof(struct action);
    void *actions = base_arena_alloc(&mutator->mutations->arena, n_bytes + 1);
    if (actions && n_bytes > 0) {
        memcpy(actions, mutant->now.actions, n_bytes);
    }
    own.now.actions = actions; /* the tables of the claims keep them */
    trial.told = add_mutation(mutator, mutant);
    int status = trial.told && actions && open_region(&trial) == 0 && try_state(&trial) == 0 &&
                         try_claims(&trial) == 0
                     ? settle(&trial)
                     : -1;
    free(trial.rows);
    base_arena_free(&trial.arena);
    return status;
}

/* --------------------------------------------------------------------- lines */

/* Copies the wanted ones, and lets their mutations point to the copies. */
static int keep_lines(struct mutator *mutator)
{
    struct mutations *mutations = mutator->mutations;
    const struct expectation *learned = &mutator->learned.expectation;
    struct base_arena *arena = &mutations->arena;
    size_t *lines = calloc(learned->n_ports + 1, sizeof *lines);
    mutations->lines = base_arena_alloc(arena, (learned->n_ports + 1) * sizeof *mutations->lines);
    int status = lines && mutations->lines ? 0 : -1;
    for (size_t i = 0; i < learned->n_ports && status == 0; i++) {
        if (mutator->wanted[i]) {
            struct expected_port *line = &mutations->lines[mutations->n_lines];
            lines[i] = mutations->n_lines++;
            *line = learned->ports[i];
            line->cases = base_arena_copy(arena, line->cases, line->n_cases * sizeof *line->cases);
            status = line->cases || line->n_cases == 0 ? 0 : -1;
        }
    }
    for (size_t i = 0; i < mutations->n_items && status == 0; i++) {
        size_t *line = &mutations->items[i].line;
        *line = *line == SIZE_MAX ? SIZE_MAX : lines[*line];
    }
    free(lines);
    return status;
}
