/* SPDX-License-Identifier: Apache-2.0
 *
 * Where one of several known things happens to a packet, and it is not known which: is what should
 * become of it false whichever it is? */
#include "path/follow.h"
#include "prove/inside.h"

#include "base/memory.h"

#include <limits.h>
#include <stdlib.h>

/* A packet, and what is said of it. */
struct asking {
    const struct prove_sender *sender;
    const struct claim *claim; /* NULL: that nothing strays */
    const struct header *header;
};

static bool is_among(const struct path_reach *reach, const struct header *header)
{
    bool found = reach->exhausted;
    for (size_t i = 0; i < reach->n_unknowns && !found; i++) {
        found = space_region_has(&reach->unknowns[i].region, header);
    }
    return found;
}

/* Whether a claim of the sender says how often the packet arrives at the host. */
static bool is_claimed(const struct asking *asking, size_t to)
{
    const struct prove_sender *sender = asking->sender;
    bool found = false;
    for (size_t i = 0; i < sender->n_claims && !found; i++) {
        const struct claim *claim = &sender->context->expectation->claims[sender->claims[i]];
        found = (claim->to == to || (claim->to == HOST_ALL && to != sender->from)) &&
                match_takes(&claim->match, asking->header);
    }
    return found;
}

/* How many copies may arrive at the host. */
static void find_bounds(const struct asking *asking, size_t to, long *least, long *most)
{
    const struct prove_sender *sender = asking->sender;
    const struct path_arrival *unused;
    *least = 0;
    *most = LONG_MAX;
    if (asking->claim) {
        if (prove_claim_names(sender, asking->claim, to)) {
            *least = *most = (long)asking->claim->copies;
        }
    } else if (sender->n_claims > 0) {
        *most = is_claimed(asking, to) ? LONG_MAX : 0;
    } else {
        *least = prove_copies_of(&sender->expected, asking->header, to, &unused);
        *most = prove_copies_of(&sender->allowed, asking->header, to, &unused);
    }
}

/* Whether the walk is known, and not what is said; where first. */
static bool is_refuted(const struct asking *asking, const struct path_walk *walk,
                       struct prove_refutation *refutation)
{
    size_t n_hosts = asking->sender->context->topology->n_hosts;
    bool refuted = false;
    for (size_t to = 0; to < n_hosts && walk->known && !refuted; to++) {
        long n = (long)path_walk_copies(walk, to), least, most;
        find_bounds(asking, to, &least, &most);
        refuted = n < least || n > most;
        if (refuted) {
            *refutation = (struct prove_refutation){.example = *asking->header,
                                                    .to = to,
                                                    .expected = n < least ? least : most,
                                                    .copies = n};
        }
    }
    return refuted;
}

bool prove_anyhow(const struct prove_sender *sender, const struct claim *claim,
                  const struct prove_opening *opening, struct prove_refutation *refutation)
{
    const struct prove_context *context = sender->context;
    struct asking asking = {.sender = sender, .claim = claim, .header = &opening->example};
    struct space_choices choices = {.rivals = true};
    struct prove_refutation found = {0};
    bool refuted =
        opening->either &&
        (claim || sender->n_claims > 0 ||
         (!is_among(&sender->declared, asking.header) && !is_among(&sender->most, asking.header)));
    struct path_walk *walk = refuted ? base_calloc(1, sizeof *walk) : NULL;
    size_t n = 0;
    refuted = walk != NULL;
    do {
        if (refuted) {
            path_follow_chosen(&context->actual, context->topology->hosts[sender->from].port,
                               asking.header, NULL, &choices, walk);
            refuted = is_refuted(&asking, walk, n == 0 ? &found : refutation);
            found.elsewhere |=
                n++ > 0 && (refutation->to != found.to || refutation->copies != found.copies);
        }
    } while (refuted && space_choices_next(&choices));
    free(walk);
    if (refuted) {
        *refutation = found;
        refutation->either = opening->either;
    }
    return refuted;
}
