/* SPDX-License-Identifier: Apache-2.0
 *
 * A set of headers of one sender at one receiver: do they arrive as often as
 * they should, and in the form that they should have? */
#include "base/memory.h"
#include "prove/inside.h"
#include "space/atoms.h"

#include <stdlib.h>
#include <string.h>

bool prove_claim_names(const struct prove_sender *sender, const struct claim *claim, size_t host)
{
    const struct claim *claims = sender->context->expectation->claims;
    if (claim->to != HOST_ALL) {
        return claim->to == host;
    }
    for (size_t i = 0; i < sender->n_claims; i++) {
        const struct claim *other = &claims[sender->claims[i]];
        if (other->group == claim->group && other->to == host) {
            return false;
        }
    }
    return host != claim->from;
}

/* -------------------------------------------------------------------- copies */

/* The question: a header that arrives more often than `wanted`, or less often
 * although it is known what becomes of it. */
struct counting {
    size_t n_arrivals; /* of the regions; those behind them are unknown */
    size_t wanted;
    size_t *budget;
    struct header example;
};

static enum space_answer count_copies(void *aux, const struct space_atom *atom, bool *leave_out)
{
    struct counting *counting = aux;
    size_t n = atom->n_inside;
    bool unknown = n > 0 && atom->inside[n - 1] >= counting->n_arrivals;
    n -= unknown;
    /* Regions are taken in order: headers that are in an unknown one are in no further arrival. */
    *leave_out = unknown || n > counting->wanted;
    if (n > counting->wanted || (atom->is_whole && !unknown && n < counting->wanted)) {
        return space_region_find(&atom->set, counting->budget, &counting->example);
    }
    return SPACE_EMPTY;
}

/* What has to do with the set: arrivals, and where it is not known what becomes of
 * headers. */
static size_t gather_regions(struct prove_sender *sender, const struct space_region *set, size_t to,
                             size_t *n_arrivals)
{
    size_t n = 0;
    for (size_t i = sender->arrivals.first[to]; i < sender->arrivals.first[to + 1]; i++) {
        if (match_overlaps(&sender->arrivals.all[i]->region.cube, &set->cube)) {
            sender->regions[n++] = &sender->arrivals.all[i]->region;
        }
    }
    *n_arrivals = n;
    for (size_t i = 0; i < sender->actual.n_unknowns; i++) {
        if (match_overlaps(&sender->actual.unknowns[i].region.cube, &set->cube) &&
            prove_may_reach(sender, &sender->actual.unknowns[i], to)) {
            sender->regions[n++] = &sender->actual.unknowns[i].region;
        }
    }
    return n;
}

long prove_copies_of(const struct prove_arrivals *arrivals, const struct header *header, size_t to,
                     const struct path_arrival **last)
{
    long n = 0;
    for (size_t i = arrivals->first[to]; i < arrivals->first[to + 1]; i++) {
        if (space_region_has(&arrivals->all[i]->region, header)) {
            *last = arrivals->all[i];
            n++;
        }
    }
    return n;
}

static enum space_answer prove_copies(struct prove_sender *sender, const struct space_region *set,
                                      size_t to, size_t *budget,
                                      struct prove_refutation *refutation)
{
    struct counting counting = {.wanted = (size_t)refutation->expected, .budget = budget};
    if (sender->arrivals.first[to] == sender->arrivals.first[to + 1] && counting.wanted == 0) {
        return SPACE_EMPTY;
    }
    size_t n = gather_regions(sender, set, to, &counting.n_arrivals);
    enum space_answer answer =
        space_atoms(set, sender->regions, n, budget, count_copies, &counting);
    if (answer == SPACE_FOUND) {
        refutation->to = to;
        refutation->example = counting.example;
        refutation->copies =
            prove_copies_of(&sender->arrivals, &counting.example, to, &refutation->arrival);
        if (refutation->copies < refutation->expected) {
            refutation->arrival = NULL;
        }
    }
    return answer;
}

/* -------------------------------------------------------------------- endless */

/* The set and the region; the caller frees `out`. SPACE_EMPTY: they surely have nothing in
 * common; SPACE_OPEN: no memory. */
static enum space_answer intersect(const struct space_region *set,
                                   const struct space_region *region, struct space_region *out)
{
    if (!match_intersect(&set->cube, &region->cube, &out->cube)) {
        return SPACE_EMPTY;
    }
    enum space_answer answer = space_leave_region(out, set);
    return answer == SPACE_FOUND ? space_leave_region(out, region) : answer;
}

/* A header of the set that is in the region, and in `also` (NULL: anything). */
static enum space_answer find_in(const struct space_region *set, const struct space_region *region,
                                 const struct space_region *also, size_t *budget,
                                 struct header *example)
{
    struct space_region two = {0}, three = {0};
    const struct space_region *all = also ? &three : &two;
    enum space_answer answer = intersect(set, region, &two);
    if (answer == SPACE_FOUND && also) {
        answer = intersect(&two, also, &three);
    }
    if (answer == SPACE_FOUND) {
        answer = space_region_find(all, budget, example);
    }
    space_region_free(&two);
    space_region_free(&three);
    return answer;
}

/* Copies that leave a loop come again and again. */
static enum space_answer prove_endless(struct prove_sender *sender, const struct space_region *set,
                                       size_t to, size_t *budget,
                                       struct prove_refutation *refutation)
{
    enum space_answer answer = SPACE_EMPTY;
    for (size_t i = 0; i < sender->actual.n_loops; i++) {
        const struct path_loop *loop = &sender->actual.loops[i];
        for (size_t j = sender->arrivals.first[to]; j < sender->arrivals.first[to + 1]; j++) {
            const struct path_arrival *arrival = sender->arrivals.all[j];
            if (!path_hop_leads(loop->first, arrival->hop)) {
                continue;
            }
            answer = find_in(set, &loop->region, &arrival->region, budget, &refutation->example);
            if (answer != SPACE_EMPTY) {
                refutation->to = to;
                refutation->copies = -1;
                refutation->arrival = arrival;
                return answer;
            }
        }
    }
    return answer;
}

/* -------------------------------------------------------------------- altered */

/* The question: a header of one arrival that has another form than each of
 * those that are declared for it. */
struct comparing {
    const struct space_rewrite *rewrite;
    const struct path_arrival *const *declared;
    size_t n_declared;
    const struct space_region **regions; /* of these */
    const struct space_rewrite **forms;  /* scratch */
    size_t *budget;
    struct header example;
};

static enum space_answer compare_forms(void *aux, const struct space_atom *atom, bool *leave_out)
{
    static const struct space_rewrite as_sent;
    struct comparing *comparing = aux;
    size_t n = 0;
    for (size_t i = 0; i < atom->n_inside; i++) {
        const struct space_rewrite *form = &comparing->declared[atom->inside[i]]->rewrite;
        *leave_out |= memcmp(form, comparing->rewrite, sizeof *form) == 0;
        comparing->forms[n++] = form;
    }
    if (*leave_out || !atom->is_whole) {
        return SPACE_EMPTY;
    }
    if (n == 0) {
        comparing->forms[n++] = &as_sent;
    }
    return space_differs_from_all(&atom->set, comparing->rewrite, comparing->forms, n,
                                  comparing->budget, &comparing->example);
}

/* The headers of the arrival that are in the set. */
static enum space_answer compare_arrival(const struct space_region *set,
                                         const struct path_arrival *arrival,
                                         struct comparing *comparing)
{
    struct space_region both = {0};
    enum space_answer answer = intersect(set, &arrival->region, &both);
    comparing->rewrite = &arrival->rewrite;
    if (answer == SPACE_FOUND) {
        answer = space_atoms(&both, comparing->regions, comparing->n_declared, comparing->budget,
                             compare_forms, comparing);
    }
    space_region_free(&both);
    return answer;
}

/* What is declared to arrive at the host; the forms that a header may have. */
static bool open_comparing(const struct prove_sender *sender, size_t to,
                           struct comparing *comparing)
{
    size_t begin = sender->expected.first[to], n = sender->expected.first[to + 1] - begin;
    comparing->declared = sender->expected.all + begin;
    comparing->n_declared = n;
    comparing->regions = base_calloc(n + 1, sizeof(*comparing->regions));
    comparing->forms = base_calloc(n + 1, sizeof(*comparing->forms));
    for (size_t i = 0; comparing->regions && i < n; i++) {
        comparing->regions[i] = &comparing->declared[i]->region;
    }
    return comparing->regions && comparing->forms;
}

static enum space_answer prove_forms(struct prove_sender *sender, const struct space_region *set,
                                     size_t to, size_t *budget, struct prove_refutation *refutation)
{
    struct comparing comparing = {.budget = budget};
    enum space_answer answer = open_comparing(sender, to, &comparing) ? SPACE_EMPTY : SPACE_OPEN;
    for (size_t i = sender->arrivals.first[to];
         i < sender->arrivals.first[to + 1] && answer == SPACE_EMPTY; i++) {
        answer = compare_arrival(set, sender->arrivals.all[i], &comparing);
        if (answer == SPACE_FOUND) {
            refutation->to = to;
            refutation->example = comparing.example;
            refutation->altered = true;
            refutation->copies =
                prove_copies_of(&sender->arrivals, &comparing.example, to, &refutation->arrival);
            refutation->arrival = sender->arrivals.all[i];
        }
    }
    free(comparing.regions);
    free(comparing.forms);
    return answer;
}

/* --------------------------------------------------------------------- claims */

static enum space_answer prove_host(struct prove_sender *sender, const struct space_region *set,
                                    size_t to, size_t *budget, struct prove_refutation *refutation)
{
    enum space_answer answer = prove_endless(sender, set, to, budget, refutation);
    if (answer == SPACE_EMPTY) {
        answer = prove_copies(sender, set, to, budget, refutation);
    }
    if (answer == SPACE_EMPTY && refutation->expected > 0) {
        answer = prove_forms(sender, set, to, budget, refutation);
    }
    return answer;
}

/* Headers of the set come to a place where it is not known what becomes of them. */
static void note_opening(const struct path_unknown *unknown, const struct header *example,
                         struct prove_opening *opening)
{
    bool either =
        strcmp(unknown->reason, SPACE_COMPETITION) == 0 || path_is_choice(unknown->reason);
    opening->unknown = opening->unknown ? opening->unknown : unknown;
    if (either && !opening->either) {
        opening->either = unknown;
        opening->example = *example;
    }
}

/* Whether headers of the set come to such a place, but they might arrive at `to`. */
static void look_for_unknown(const struct prove_sender *sender, const struct space_region *set,
                             size_t to, size_t *budget, struct prove_opening *opening)
{
    for (size_t i = 0; i < sender->actual.n_unknowns && !opening->unknown; i++) {
        const struct path_unknown *unknown = &sender->actual.unknowns[i];
        struct header example;
        enum space_answer answer = prove_may_reach(sender, unknown, to)
                                       ? find_in(set, &unknown->region, NULL, budget, &example)
                                       : SPACE_EMPTY;
        opening->open = opening->open || answer == SPACE_OPEN;
        if (answer == SPACE_FOUND) {
            note_opening(unknown, &example, opening);
        }
    }
}

enum space_answer prove_sender_set(struct prove_sender *sender, const struct space_region *set,
                                   size_t to, size_t *budget, struct prove_refutation *refutation,
                                   struct prove_opening *opening)
{
    enum space_answer answer = prove_host(sender, set, to, budget, refutation);
    /* What is missing may be in what was not looked at any more. */
    bool sure = refutation->altered ? !sender->declared.exhausted
                                    : !sender->actual.exhausted || refutation->arrival;
    if (answer == SPACE_FOUND && sure) {
        return SPACE_FOUND;
    }
    opening->open = opening->open || answer != SPACE_EMPTY || sender->actual.exhausted;
    look_for_unknown(sender, set, to, budget, opening);
    return SPACE_EMPTY;
}

/* ---------------------------------------------------------------------- extra */

/* The question: headers of a region that arrive in more of the first regions
 * than of the next ones, or in fewer, and are in none of the rest, which are unknown. */
struct exceeding {
    size_t n_actual, n_declared; /* of the regions */
    bool fewer;                  /* the other way round */
    bool anyhow;                 /* in whatever number */
    size_t *budget;
    struct header example;
};

static enum space_answer compare_numbers(void *aux, const struct space_atom *atom, bool *leave_out)
{
    struct exceeding *exceeding = aux;
    size_t n_actual = 0, n_declared = 0;
    for (size_t i = 0; i < atom->n_inside; i++) {
        size_t region = atom->inside[i];
        bool actual = region < exceeding->n_actual;
        bool declared = !actual && region < exceeding->n_actual + exceeding->n_declared;
        *leave_out |= !actual && !declared;
        n_actual += actual;
        n_declared += declared;
    }
    bool asked = exceeding->fewer ? n_actual < n_declared : n_actual > n_declared;
    if (*leave_out || !atom->is_whole || (!exceeding->anyhow && !asked)) {
        return SPACE_EMPTY;
    }
    return space_region_find(&atom->set, exceeding->budget, &exceeding->example);
}

/* Arrivals, declared arrivals, and where it is not declared what is to happen: the least, or the
 * most. */
static size_t gather_declared(struct prove_sender *sender, size_t to, struct exceeding *exceeding)
{
    const struct path_reach *declared = exceeding->fewer ? &sender->declared : &sender->most;
    const struct prove_arrivals *arrivals = &sender->arrivals,
                                *expected = exceeding->fewer ? &sender->expected : &sender->allowed;
    size_t n = 0;
    for (size_t i = arrivals->first[to]; i < arrivals->first[to + 1]; i++) {
        sender->regions[n++] = &arrivals->all[i]->region;
    }
    exceeding->n_actual = n;
    for (size_t i = expected->first[to]; i < expected->first[to + 1]; i++) {
        sender->regions[n++] = &expected->all[i]->region;
    }
    exceeding->n_declared = n - exceeding->n_actual;
    for (size_t i = 0; i < declared->n_unknowns; i++) {
        sender->regions[n++] = &declared->unknowns[i].region;
    }
    return n;
}

static void compare_example(const struct prove_sender *sender,
                            const struct prove_arrivals *expected, size_t to,
                            const struct header *example, struct prove_refutation *refutation)
{
    const struct path_arrival *declared = NULL;
    refutation->to = to;
    refutation->example = *example;
    refutation->copies = prove_copies_of(&sender->arrivals, example, to, &refutation->arrival);
    refutation->expected = prove_copies_of(expected, example, to, &declared);
}

/* The question for headers of one arrival: it is left to those of n regions that some may be in. */
static enum space_answer exceed_at(struct prove_sender *sender, size_t to, size_t i, size_t n,
                                   struct exceeding *exceeding)
{
    const struct path_arrival *const *arrivals = &sender->arrivals.all[sender->arrivals.first[to]];
    struct exceeding here = *exceeding;
    size_t n_here = 0;
    for (size_t j = 0; j < exceeding->n_actual; j++) {
        if (!path_hops_exclude(arrivals[i]->hop, arrivals[j]->hop)) {
            sender->beside[n_here++] = sender->regions[j];
        }
    }
    here.n_actual = n_here;
    for (size_t j = exceeding->n_actual; j < n; j++) {
        sender->beside[n_here++] = sender->regions[j];
    }
    enum space_answer answer = space_atoms(sender->regions[i], sender->beside, n_here,
                                           exceeding->budget, compare_numbers, &here);
    exceeding->example = here.example;
    return answer;
}

enum space_answer prove_sender_extra(struct prove_sender *sender, size_t to, size_t *budget,
                                     struct prove_refutation *refutation,
                                     struct prove_opening *opening)
{
    struct exceeding exceeding = {.budget = budget};
    size_t n = gather_declared(sender, to, &exceeding);
    enum space_answer answer = SPACE_EMPTY;
    for (size_t i = 0; i < exceeding.n_actual && answer == SPACE_EMPTY; i++) {
        answer = exceed_at(sender, to, i, n, &exceeding);
    }
    if (answer == SPACE_FOUND && !sender->most.exhausted) {
        compare_example(sender, &sender->allowed, to, &exceeding.example, refutation);
        return SPACE_FOUND;
    }
    opening->open = opening->open || answer != SPACE_EMPTY || sender->actual.exhausted;
    exceeding.anyhow = true;
    for (size_t i = 0; i < sender->actual.n_unknowns && !opening->unknown; i++) {
        const struct path_unknown *unknown = &sender->actual.unknowns[i];
        answer = prove_may_reach(sender, unknown, to)
                     ? space_atoms(&unknown->region, sender->regions, n, budget, compare_numbers,
                                   &exceeding)
                     : SPACE_EMPTY;
        opening->open = opening->open || answer == SPACE_OPEN;
        if (answer == SPACE_FOUND) {
            note_opening(unknown, &exceeding.example, opening);
        }
    }
    return SPACE_EMPTY;
}

/* What else may arrive at the host, but is not known: behind what gather_declared gave. */
static size_t gather_unknown(struct prove_sender *sender, size_t to, size_t n)
{
    for (size_t i = 0; i < sender->actual.n_unknowns; i++) {
        if (prove_may_reach(sender, &sender->actual.unknowns[i], to)) {
            sender->regions[n++] = &sender->actual.unknowns[i].region;
        }
    }
    return n;
}

enum space_answer prove_sender_missing(struct prove_sender *sender, size_t to, size_t *budget,
                                       struct prove_refutation *refutation,
                                       struct prove_opening *opening)
{
    struct exceeding exceeding = {.budget = budget, .fewer = true};
    size_t n = gather_unknown(sender, to, gather_declared(sender, to, &exceeding));
    size_t end = exceeding.n_actual + exceeding.n_declared;
    enum space_answer answer = SPACE_EMPTY;
    for (size_t i = exceeding.n_actual; i < end && answer == SPACE_EMPTY; i++) {
        answer = space_atoms(sender->regions[i], sender->regions, n, budget, compare_numbers,
                             &exceeding);
    }
    if (answer == SPACE_FOUND && !sender->actual.exhausted && !sender->declared.exhausted) {
        compare_example(sender, &sender->expected, to, &exceeding.example, refutation);
        refutation->arrival = NULL;
        return SPACE_FOUND;
    }
    /* What is missing may be in what was not looked at any more. */
    opening->open = opening->open || answer != SPACE_EMPTY || sender->declared.exhausted ||
                    (exceeding.n_declared > 0 && sender->actual.exhausted);
    for (size_t i = exceeding.n_actual; i < end && !opening->unknown; i++) {
        look_for_unknown(sender, sender->regions[i], to, budget, opening);
    }
    return SPACE_EMPTY;
}
