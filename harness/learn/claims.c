/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims from where the headers of each host go (path/forward.h). What is
 * proposed here is proved by prove/prove.h, and only what was proved is kept;
 * a sender keeps its claims only if they say all that arrives. */
#include "base/memory.h"
#include "learn/inside.h"
#include "ofctl/match.h"
#include "path/forward.h"
#include "prove/prove.h"

#include <stdlib.h>

/* More matches of one pair of hosts than this are no sentence any more. */
enum { MATCHES_MAX = 32 };

/* "These hosts' frames of this match arrive there": one item of `traffic:`. */
struct target {
    enum claim_kind kind;
    size_t to;
};
struct item {
    struct match match;
    unsigned copies; /* of delivered and mirrored targets */
    struct target *targets;
    size_t n_targets, targets_capacity;
    size_t *from;
    size_t n_from, from_capacity;
};

struct drafting {
    struct learn_run *run;
    struct path_network network;
    struct path_reach *reaches; /* by host */
    struct expectation draft;   /* the ports learned, and every claim that is proposed */
    size_t claims_capacity;
    size_t *first; /* by host: where its claims begin in the draft, and one more */
    bool *holds;   /* by claim of the draft */
    struct item *items;
    size_t n_items, items_capacity;
};

/* ------------------------------------------------------------------- propose */

static int propose(struct drafting *drafting, const struct claim *claim)
{
    struct expectation *draft = &drafting->draft;
    const char *id = base_arena_format(&draft->arena, "%zu", draft->n_claims);
    if (!id || base_grow(&draft->claims, draft->n_claims, &drafting->claims_capacity,
                         sizeof *draft->claims) < 0) {
        return -1;
    }
    draft->claims[draft->n_claims] = *claim;
    draft->claims[draft->n_claims].id = id;
    draft->claims[draft->n_claims].group = draft->n_claims;
    draft->n_claims++;
    return 0;
}

/* How often the header arrives at the host. */
static unsigned copies_of(const struct path_reach *reach, size_t to, const struct header *header)
{
    unsigned n = 0;
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        n += reach->arrivals[i].host == to && space_region_has(&reach->arrivals[i].region, header);
    }
    return n;
}

/* All frames; and, if they are few, those of each way on which some arrive. */
static int propose_pair(struct drafting *drafting, size_t from, size_t to)
{
    const struct path_reach *reach = &drafting->reaches[from];
    const struct topology_host *host = &drafting->run->topology->hosts[to];
    struct claim claim = {
        .kind = host->capture ? CLAIM_MIRRORED : CLAIM_DELIVERED, .from = from, .to = to};
    size_t n = 0;
    int status = 0;
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        n += reach->arrivals[i].host == to;
    }
    for (size_t i = 0; i < reach->n_arrivals && status == 0; i++) {
        const struct path_arrival *arrival = &reach->arrivals[i];
        if (arrival->host != to) {
            continue;
        }
        claim.copies = copies_of(reach, to, &arrival->example);
        claim.match = match_any();
        status = propose(drafting, &claim);
        claim.match = match_without_port(&arrival->region.cube);
        if (status == 0 && n <= MATCHES_MAX) {
            status = propose(drafting, &claim);
        }
        if (n > MATCHES_MAX) {
            break;
        }
    }
    if (n == 0 && host->capture && reach->n_arrivals > 0) {
        claim.kind = CLAIM_ISOLATED;
        claim.match = match_any();
        status = propose(drafting, &claim);
    }
    return status;
}

/* Why what becomes of a sender's frames is not known, or is no claim; NULL: it is known. */
static const char *followed_badly(const struct path_reach *reach)
{
    return reach->n_loops > 0      ? "some of its frames go round endlessly"
           : reach->n_unknowns > 0 ? reach->unknowns[0].reason
           : reach->exhausted      ? "not decided within the budget"
                                   : NULL;
}

/* The sender has no claim, for this reason (NULL: it may have some). -1 without memory. */
static int give_up(struct drafting *drafting, size_t from, const char *trouble)
{
    struct learn_draft *draft = drafting->run->draft;
    draft->unclaimed[from] = trouble ? base_arena_text(&draft->expectation.arena, trouble) : NULL;
    return trouble && !draft->unclaimed[from] ? -1 : 0;
}

static int propose_sender(struct drafting *drafting, size_t from)
{
    const struct topology *topology = drafting->run->topology;
    struct path_reach *reach = &drafting->reaches[from];
    size_t budget = drafting->run->budget;
    if (path_reach(&drafting->network, topology->hosts[from].port, &budget, reach) < 0) {
        return -1;
    }
    int status = 0;
    if (reach->n_arrivals == 0) {
        status = propose(drafting,
                         &(struct claim){.kind = CLAIM_ISOLATED, .from = from, .to = HOST_ALL});
    }
    for (size_t to = 0; reach->n_arrivals > 0 && to < topology->n_hosts && status == 0; to++) {
        status = to == from ? 0 : propose_pair(drafting, from, to);
    }
    status = status == 0 ? give_up(drafting, from, followed_badly(reach)) : -1;
    if (status == 0 && drafting->run->draft->unclaimed[from]) {
        path_reach_free(reach); /* of many senders it would be much */
    }
    return status;
}

static int prove_draft(struct drafting *drafting, struct base_error *error)
{
    struct report report = {0};
    drafting->holds = base_calloc(drafting->draft.n_claims + 1, sizeof *drafting->holds);
    int status = drafting->holds ? prove_claims(&drafting->draft, drafting->run->switches, NULL,
                                                &report, NULL, error)
                                 : -1;
    for (size_t i = 0; i < drafting->draft.n_claims && status == 0; i++) {
        drafting->holds[i] = report.results[i].verdict == VERDICT_PASS;
    }
    report_free(&report);
    return status;
}

/* -------------------------------------------------------------------- choose */

/* A claim that holds, and that no other one which holds makes needless. */
static bool is_kept(const struct drafting *drafting, size_t from, size_t claim)
{
    const struct claim *claims = drafting->draft.claims;
    for (size_t i = drafting->first[from]; i < drafting->first[from + 1]; i++) {
        bool wider = i != claim && drafting->holds[i] && claims[i].to == claims[claim].to &&
                     match_within(&claims[claim].match, &claims[i].match);
        if (wider && (i < claim || !match_equal(&claims[i].match, &claims[claim].match))) {
            return false;
        }
    }
    return drafting->holds[claim];
}

/* Whether the claims that hold say every arrival of this way. */
static bool is_said(const struct drafting *drafting, size_t from,
                    const struct path_arrival *arrival, size_t *budget)
{
    struct space_region rest = {.cube = arrival->region.cube};
    enum space_answer answer = space_leave_region(&rest, &arrival->region);
    for (size_t i = drafting->first[from]; i < drafting->first[from + 1] && answer == SPACE_FOUND;
         i++) {
        const struct claim *claim = &drafting->draft.claims[i];
        if (drafting->holds[i] && claim->to == arrival->host) {
            answer = space_leave(&rest, &claim->match);
        }
    }
    answer = answer == SPACE_FOUND ? space_region_find(&rest, budget, NULL) : answer;
    space_region_free(&rest);
    return answer == SPACE_EMPTY;
}

/* Why the sender's traffic, which is known, cannot be said in claims; NULL: it can. */
static const char *trouble_of(const struct drafting *drafting, size_t from)
{
    const struct path_reach *reach = &drafting->reaches[from];
    size_t budget = drafting->run->budget;
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        if (reach->arrivals[i].host == from) {
            return "some of its frames come back to it";
        }
        if (!is_said(drafting, from, &reach->arrivals[i], &budget)) {
            return "what arrives would need more, or more complicated, matches";
        }
    }
    return NULL;
}

/* --------------------------------------------------------------------- items */

/* `copies` counts one kind only: of several copies each kind is an item of its own. */
static bool belongs(const struct item *item, const struct claim *claim)
{
    unsigned copies = claim->kind == CLAIM_ISOLATED ? 1 : claim->copies;
    return item->copies == copies && match_equal(&item->match, &claim->match) &&
           (copies == 1 || item->targets[0].kind == claim->kind);
}

static struct item *add_item(struct drafting *drafting, const struct claim *claim)
{
    if (base_grow(&drafting->items, drafting->n_items, &drafting->items_capacity,
                  sizeof *drafting->items) < 0) {
        return NULL;
    }
    struct item *item = &drafting->items[drafting->n_items];
    *item = (struct item){.match = claim->match,
                          .copies = claim->kind == CLAIM_ISOLATED ? 1 : claim->copies};
    if (base_grow(&item->from, 0, &item->from_capacity, sizeof *item->from) < 0) {
        return NULL;
    }
    item->from[item->n_from++] = claim->from;
    drafting->n_items++;
    return item;
}

/* Puts the claim into an item of the sender's, which begin at `first`. */
static int add_target(struct drafting *drafting, size_t first, const struct claim *claim)
{
    struct item *item = NULL;
    for (size_t i = first; i < drafting->n_items && !item; i++) {
        item = belongs(&drafting->items[i], claim) ? &drafting->items[i] : NULL;
    }
    item = item ? item : add_item(drafting, claim);
    if (!item || base_grow(&item->targets, item->n_targets, &item->targets_capacity,
                           sizeof *item->targets) < 0) {
        return -1;
    }
    item->targets[item->n_targets++] = (struct target){claim->kind, claim->to};
    return 0;
}

static bool same_item(const struct item *a, const struct item *b)
{
    bool same =
        a->copies == b->copies && a->n_targets == b->n_targets && match_equal(&a->match, &b->match);
    for (size_t i = 0; i < a->n_targets && same; i++) {
        same = a->targets[i].kind == b->targets[i].kind && a->targets[i].to == b->targets[i].to;
    }
    return same;
}

static void free_item(struct item *item)
{
    free(item->targets);
    free(item->from);
}

/* The last item, if others say the same of other senders, becomes one with theirs. */
static int merge_last(struct drafting *drafting)
{
    struct item *last = &drafting->items[drafting->n_items - 1];
    for (struct item *item = drafting->items; item < last; item++) {
        if (!same_item(item, last)) {
            continue;
        }
        if (base_grow(&item->from, item->n_from, &item->from_capacity, sizeof *item->from) < 0) {
            return -1;
        }
        item->from[item->n_from++] = last->from[0];
        free_item(last);
        drafting->n_items--;
        return 0;
    }
    return 0;
}

static int keep_sender(struct drafting *drafting, size_t from)
{
    size_t first = drafting->n_items;
    const char *const *unclaimed = &drafting->run->draft->unclaimed[from];
    int status = *unclaimed ? 0 : give_up(drafting, from, trouble_of(drafting, from));
    if (*unclaimed) {
        return status;
    }
    for (size_t i = drafting->first[from]; i < drafting->first[from + 1] && status == 0; i++) {
        if (is_kept(drafting, from, i)) {
            status = add_target(drafting, first, &drafting->draft.claims[i]);
        }
    }
    if (status == 0 && drafting->n_items == first + 1) {
        status = merge_last(drafting);
    }
    return status;
}

/* -------------------------------------------------------------------- claims */

static int add_claim(struct drafting *drafting, size_t group, size_t from,
                     const struct target *target, const char *match_text)
{
    struct expectation *expectation = &drafting->run->draft->expectation;
    const struct item *item = &drafting->items[group];
    const struct topology_host *hosts = drafting->run->topology->hosts;
    const char *id = base_arena_format(&expectation->arena, "traffic/%s/%s/%s%s%s",
                                       hosts[from].name, claim_kind_name(target->kind),
                                       target->to == HOST_ALL ? "all" : hosts[target->to].name,
                                       match_text ? "/" : "", match_text ? match_text : "");
    if (!id || base_grow(&expectation->claims, expectation->n_claims,
                         &drafting->run->draft->claims_capacity, sizeof *expectation->claims) < 0) {
        return -1;
    }
    expectation->claims[expectation->n_claims++] =
        (struct claim){.id = id,
                       .kind = target->kind,
                       .from = from,
                       .to = target->to,
                       .copies = target->kind == CLAIM_ISOLATED ? 0 : item->copies,
                       .match = item->match,
                       .match_text = match_text,
                       .group = group};
    return 0;
}

static int add_claims_of(struct drafting *drafting, size_t group)
{
    const struct item *item = &drafting->items[group];
    const char *match_text =
        ofctl_match_text(&item->match, &drafting->run->draft->expectation.arena);
    int status = match_text ? 0 : -1;
    match_text = match_text && *match_text ? match_text : NULL;
    for (size_t i = 0; i < item->n_from && status == 0; i++) {
        for (size_t j = 0; j < item->n_targets && status == 0; j++) {
            status = add_claim(drafting, group, item->from[i], &item->targets[j], match_text);
        }
    }
    return status;
}

/* -------------------------------------------------------------------- public */

static int open_network(struct drafting *drafting)
{
    const struct learn_run *run = drafting->run;
    size_t n = run->topology->n_switches;
    const struct switch_state **states = base_calloc(n + 1, sizeof(*states));
    const char **reasons = base_calloc(n + 1, sizeof(*reasons));
    int status = states && reasons ? 0 : -1;
    for (size_t i = 0; i < n && status == 0; i++) {
        states[i] = run->switches[i].dumped ? run->switches[i].state : NULL;
        reasons[i] = "a switch on its way was not read";
    }
    if (status == 0) {
        status = path_network_open_dumps(&drafting->network, run->topology, states, reasons);
    }
    free(states);
    free(reasons);
    return status;
}

static void close_drafting(struct drafting *drafting)
{
    for (size_t i = 0; drafting->reaches && i < drafting->run->topology->n_hosts; i++) {
        path_reach_free(&drafting->reaches[i]);
    }
    for (size_t i = 0; i < drafting->n_items; i++) {
        free_item(&drafting->items[i]);
    }
    path_network_close(&drafting->network);
    base_arena_free(&drafting->draft.arena);
    free(drafting->draft.claims);
    free(drafting->reaches);
    free(drafting->first);
    free(drafting->holds);
    free(drafting->items);
}

int learn_claims(struct learn_run *run, struct base_error *error)
{
    size_t n_hosts = run->topology->n_hosts;
    struct drafting drafting = {.run = run, .draft = run->draft->expectation};
    drafting.draft.arena = (struct base_arena){0};
    if (open_network(&drafting) < 0) {
        return -1;
    }
    drafting.reaches = base_calloc(n_hosts + 1, sizeof *drafting.reaches);
    drafting.first = base_calloc(n_hosts + 1, sizeof *drafting.first);
    run->draft->unclaimed = base_arena_alloc(&run->draft->expectation.arena,
                                             (n_hosts + 1) * sizeof *run->draft->unclaimed);
    int status = drafting.reaches && drafting.first && run->draft->unclaimed ? 0 : -1;
    for (size_t i = 0; i < n_hosts && status == 0; i++) {
        status = propose_sender(&drafting, i);
        drafting.first[i + 1] = drafting.draft.n_claims;
    }
    if (status == 0) {
        status = prove_draft(&drafting, error);
    }
    for (size_t i = 0; i < n_hosts && status == 0; i++) {
        status = keep_sender(&drafting, i);
    }
    for (size_t i = 0; i < drafting.n_items && status == 0; i++) {
        status = add_claims_of(&drafting, i);
    }
    close_drafting(&drafting);
    return status;
}
