/* SPDX-License-Identifier: Apache-2.0
 *
 * What a refutation says: the packet, its way hop by hop, and where the tables
 * and the expectation part. */
#include "blame/inside.h"
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "prove/inside.h"
#include "traffic/round.h"

static void put_port(const struct prove_sender *prover, struct port_ref port,
                     struct base_buffer *out)
{
    base_put_text(out, prover->proof->topology->switches[port.sw].name);
    base_put_text(out, ":");
    port_format(port.port, out);
}

static void put_entry(const struct prove_sender *prover, size_t sw, size_t entry,
                      struct base_buffer *out)
{
    const struct switch_state *state = prover->proof->states[sw];
    base_put_text(out, "  ");
    if (!state) {
        base_put_text(out, "not read");
    } else if (entry == ENTRY_NONE) {
        base_put_text(out, "no entry takes it");
    } else {
        ofctl_format_flow(&state->flows.entries[entry], FLOW_NO_STATS, out);
    }
}

/* ------------------------------------------------------------------------ ways */

/* A line for each switch: "s1:6 -> s3:1  in_port=1 actions=output:11". */
static void put_step(const struct prove_sender *prover, bool is_first, struct port_ref from,
                     struct port_ref in, struct base_buffer *out)
{
    base_put_text(out, "\n");
    if (is_first) {
        base_put_text(out, prover->proof->topology->hosts[prover->from].name);
    } else {
        put_port(prover, from, out);
    }
    base_put_text(out, " -> ");
    put_port(prover, in, out);
}

static void put_way(const struct prove_sender *prover, const struct path_reach_hop *last,
                    bool with_last_entry, struct base_buffer *out)
{
    const struct path_reach_hop *way[PATH_DEPTH + 1];
    size_t n = 0;
    for (const struct path_reach_hop *hop = last; hop && n <= PATH_DEPTH; hop = hop->previous) {
        way[n++] = hop;
    }
    while (n-- > 0) {
        const struct path_reach_hop *hop = way[n];
        struct port_ref from = {.port = hop->out};
        from.sw = hop->previous ? hop->previous->in.sw : 0;
        put_step(prover, !hop->previous, from, hop->in, out);
        if (n > 0 || with_last_entry) {
            put_entry(prover, hop->in.sw, hop->entry, out);
        }
    }
}

/* Along the walk of one packet up to a hop. */
static void put_walk(const struct prove_sender *prover, const struct path_walk *walk, size_t last,
                     struct base_buffer *out)
{
    const struct path_hop *hop = &walk->hops[last];
    struct port_ref from = {0};
    if (hop->previous != HOP_NONE) {
        put_walk(prover, walk, hop->previous, out);
        from = (struct port_ref){.sw = walk->hops[hop->previous].in.sw, .port = hop->out};
    }
    put_step(prover, hop->previous == HOP_NONE, from, hop->in, out);
    put_entry(prover, hop->in.sw, hop->entry, out);
}

/* NULL, or why nothing comes over the cable from hop's predecessor. */
static const char *why_cut(const struct prove_sender *prover, const struct path_walk *walk,
                           const struct path_hop *hop, struct port_ref *at)
{
    const struct path_network *network = &prover->proof->actual;
    if (hop->previous == HOP_NONE) {
        *at = hop->in;
        return path_no_entry(network, hop->in);
    }
    *at = (struct port_ref){.sw = walk->hops[hop->previous].in.sw, .port = hop->out};
    const char *mute = path_no_exit(network, *at);
    if (!mute) {
        *at = hop->in;
    }
    return mute ? mute : path_no_entry(network, hop->in);
}

static void put_cut(const struct prove_sender *prover, struct port_ref at, const char *why,
                    struct base_buffer *out)
{
    if (why) {
        base_put_text(out, "\n");
        put_port(prover, at, out);
        base_put_format(out, " %s", why);
    }
}

/* The cables by which it was to go on from this port, and which carry nothing. */
static void put_cuts(const struct prove_sender *prover, const struct path_walk *declared,
                     struct port_ref in, struct base_buffer *out)
{
    struct port_ref at;
    for (size_t i = 0; i < declared->n_hops; i++) {
        const struct path_hop *hop = &declared->hops[i];
        if (hop->previous != HOP_NONE && port_ref_equal(declared->hops[hop->previous].in, in)) {
            const char *why = why_cut(prover, declared, hop, &at);
            put_cut(prover, at, why, out);
        }
    }
    for (size_t i = 0; i < declared->n_arrivals; i++) {
        const struct path_walk_arrival *arrival = &declared->arrivals[i];
        at = (struct port_ref){.sw = in.sw, .port = arrival->header.in_port};
        if (port_ref_equal(declared->hops[arrival->hop].in, in)) {
            put_cut(prover, at, path_no_exit(&prover->proof->actual, at), out);
        }
    }
}

static bool walk_has(const struct path_walk *walk, struct port_ref in)
{
    for (size_t i = 0; i < walk->n_hops; i++) {
        if (port_ref_equal(walk->hops[i].in, in)) {
            return true;
        }
    }
    return false;
}

/* The first hop of the way that is declared which the tables or cables do not
 * make: its number in `declared`; n_hops: they make all of them. */
static size_t first_missed(const struct prove_sender *prover, const struct path_walk *declared,
                           const struct path_walk *advertised)
{
    struct port_ref at;
    size_t i = 0;
    while (i < declared->n_hops && walk_has(advertised, declared->hops[i].in) &&
           !why_cut(prover, declared, &declared->hops[i], &at)) {
        i++;
    }
    return i;
}

/* The hop behind which a packet is missing, in `advertised`: where the tables
 * leave the way that is declared; where none is, the last one. `*sure`: it is
 * known that it was to go on from there. */
static size_t missing_behind(const struct prove_sender *prover, const struct path_walk *declared,
                             const struct path_walk *advertised, size_t to, bool *sure)
{
    size_t missed = first_missed(prover, declared, advertised), last = HOP_NONE;
    if (missed < declared->n_hops && missed > 0) {
        last = declared->hops[missed].previous;
    }
    for (size_t i = 0; i < declared->n_arrivals && last == HOP_NONE; i++) {
        last = declared->arrivals[i].host == to ? declared->arrivals[i].hop : HOP_NONE;
    }
    *sure = last != HOP_NONE;
    for (size_t i = 0; i < advertised->n_hops && *sure; i++) {
        if (port_ref_equal(advertised->hops[i].in, declared->hops[last].in)) {
            return i;
        }
    }
    *sure = false;
    return advertised->n_hops - 1;
}

/* How far a packet comes that should have arrived; the suspect, or NULL. */
static const char *put_missing_way(const struct prove_sender *prover,
                                   const struct prove_refutation *refutation,
                                   struct base_buffer *out)
{
    struct path_walk declared, advertised;
    const struct header *example = &refutation->example;
    struct base_buffer suspect = {0};
    bool sure;
    path_follow_from(&prover->proof->declared.network, prover->from, example, &declared);
    path_follow_from(&prover->proof->actual, prover->from, example, &advertised);
    size_t last = missing_behind(prover, &declared, &advertised, refutation->to, &sure);
    put_walk(prover, &advertised, last, out);
    put_cuts(prover, &declared, advertised.hops[last].in, out);
    if (!sure) {
        return NULL;
    }
    put_port(prover, advertised.hops[last].in, &suspect);
    return base_arena_take(&prover->proof->report->arena, &suspect);
}

/* ------------------------------------------------------------------------ results */

const char *prove_copies_text(const struct prove_context *proof, long n)
{
    struct base_arena *arena = &proof->report->arena;
    return n < 0 ? "copies without end"
                 : base_arena_format(arena, n == 1 ? "%ld copy" : "%ld copies", n);
}

/* The forms of a packet along a way: behind each switch, from the first on. */
struct forms {
    struct port_ref in[PATH_DEPTH + 1];
    struct header behind[PATH_DEPTH + 1];
    size_t n;
};

static void follow_forms(const struct path_arrival *arrival, const struct header *sent,
                         struct forms *forms)
{
    struct header form = space_rewritten(&arrival->rewrite, sent);
    forms->n = arrival->hop->depth + 1u;
    for (const struct path_reach_hop *hop = arrival->hop; hop; hop = hop->previous) {
        forms->in[hop->depth] = hop->in;
        forms->behind[hop->depth] = form;
        form = space_rewritten(&hop->rewrite, sent);
    }
}

/* The first switch behind which the packet has another form than is declared;
 * where no way is declared, than it was sent in. */
static const char *altering_switch(const struct prove_sender *prover,
                                   const struct path_arrival *arrival, const struct header *example)
{
    struct forms actual, declared = {0};
    struct base_buffer text = {0};
    size_t i = 0;
    follow_forms(arrival, example, &actual);
    for (size_t d = 0; d < prover->declared.n_arrivals; d++) {
        const struct path_arrival *other = &prover->declared.arrivals[d];
        if (other->host == arrival->host && space_region_has(&other->region, example)) {
            follow_forms(other, example, &declared);
            break;
        }
    }
    while (i + 1 < actual.n && (declared.n == 0 || i + 1 < declared.n) &&
           memcmp(&actual.behind[i], declared.n ? &declared.behind[i] : example, sizeof *example) ==
               0) {
        i++;
    }
    put_port(prover, actual.in[i], &text);
    return base_arena_take(&prover->proof->report->arena, &text);
}

/* The first hop of a way that should not be which is not declared. */
static const char *leaking_switch(const struct prove_sender *prover,
                                  const struct prove_refutation *refutation)
{
    struct blame_view view = {.expected = &prover->proof->declared.network,
                              .tables = &prover->proof->actual,
                              .states = prover->proof->states,
                              .arena = &prover->proof->report->arena};
    struct blame_place place;
    blame_open(&view, prover->from, &refutation->example, refutation->to, &place);
    blame_tables(&view, &place);
    return place.suspect;
}

/* In what form it arrives. */
static void put_form(const struct prove_refutation *refutation, struct base_buffer *out)
{
    struct header arrives = space_rewritten(&refutation->arrival->rewrite, &refutation->example);
    arrives.in_port = refutation->arrival->out;
    ofctl_format_header(&arrives, out);
}

static void put_what(const struct prove_sender *prover, const struct prove_refutation *refutation,
                     struct base_buffer *out)
{
    const char *name = prover->proof->topology->hosts[refutation->to].name;
    if (refutation->altered) {
        base_put_format(out, "it arrives at %s altered: ", name);
        put_form(refutation, out);
    } else if (refutation->copies == 0) {
        base_put_format(out, "it does not arrive at %s", name);
    } else if (refutation->copies < 0) {
        base_put_format(out, "it goes round for ever, and arrives at %s each time", name);
    } else if (refutation->expected == 0 && refutation->copies == 1) {
        base_put_format(out, "it arrives at %s", name);
    } else {
        base_put_format(out, "it arrives at %s %ld time%s instead of %ld", name, refutation->copies,
                        refutation->copies == 1 ? "" : "s", refutation->expected);
    }
}

static void put_arrival(const struct prove_sender *prover, const struct path_arrival *arrival,
                        struct base_buffer *out)
{
    struct port_ref from = {.sw = arrival->hop->in.sw, .port = arrival->out};
    put_way(prover, arrival->hop, true, out);
    base_put_text(out, "\n");
    put_port(prover, from, out);
    base_put_format(out, " -> %s", prover->proof->topology->hosts[arrival->host].name);
}

/* The ways to the receiver that this packet takes; of many, the first. */
static void put_arrivals(const struct prove_sender *prover,
                         const struct prove_refutation *refutation, struct base_buffer *out)
{
    enum { WAYS_MAX = 8 };
    size_t n = 0;
    for (size_t i = prover->arrivals.first[refutation->to];
         i < prover->arrivals.first[refutation->to + 1]; i++) {
        const struct path_arrival *arrival = prover->arrivals.all[i];
        bool wanted = !refutation->altered || arrival == refutation->arrival;
        if (wanted && space_region_has(&arrival->region, &refutation->example) && n++ < WAYS_MAX) {
            put_arrival(prover, arrival, out);
        }
    }
    if (n > WAYS_MAX) {
        base_put_format(out, "\nand by %zu more ways", n - WAYS_MAX);
    }
}

static void put_cycle(const struct prove_sender *prover, const struct path_loop *loop,
                      struct base_buffer *out)
{
    put_way(prover, loop->again, false, out);
    base_put_text(out, "  where it came before, in the same form");
}

static void disagree(const struct prove_sender *prover, struct result *result)
{
    result->verdict = VERDICT_FAIL;
    result->disagrees = true;
    result->disagree[0] = SAYS_DECLARED;
    result->disagree[1] = SAYS_ADVERTISED;
    result->says[SAYS_DECLARED] = prove_copies_text(prover->proof, result->expected_count);
    result->says[SAYS_ADVERTISED] = prove_copies_text(prover->proof, result->observed_count);
    result->says[SAYS_OBSERVED] = "not looked for";
}

/* "1 copy, altered: in_port=1,…". */
static const char *altered_text(const struct prove_sender *prover,
                                const struct prove_refutation *refutation)
{
    struct base_buffer text = {0};
    base_put_format(&text, "%s, altered: ", prove_copies_text(prover->proof, refutation->copies));
    put_form(refutation, &text);
    return base_arena_take(&prover->proof->report->arena, &text);
}

void prove_refute(struct prove_sender *prover, const struct prove_refutation *refutation,
                  struct result *result)
{
    struct base_buffer detail = {0};
    put_what(prover, refutation, &detail);
    if (refutation->loop) {
        put_cycle(prover, refutation->loop, &detail);
    } else if (refutation->copies > 0) {
        put_arrivals(prover, refutation, &detail);
    }
    if (!refutation->arrival) {
        result->suspect = put_missing_way(prover, refutation, &detail);
    } else if (refutation->altered) {
        result->suspect = altering_switch(prover, refutation->arrival, &refutation->example);
    } else {
        result->suspect = leaking_switch(prover, refutation);
    }
    result->detail = base_arena_take(&prover->proof->report->arena, &detail);
    result->expected_count = refutation->expected;
    result->observed_count = refutation->copies;
    if (refutation->copies < 0) {
        result->is_count = false;
        result->expected = prove_copies_text(prover->proof, refutation->expected);
        result->observed = prove_copies_text(prover->proof, refutation->copies);
    }
    result->example = ofctl_header_text(&refutation->example, &prover->proof->report->arena);
    disagree(prover, result);
    if (refutation->altered) {
        result->says[SAYS_ADVERTISED] = altered_text(prover, refutation);
    }
}

void prove_refute_loop(struct prove_sender *prover, const struct path_loop *loop,
                       struct result *result)
{
    struct base_buffer detail = {0}, suspect = {0};
    base_put_text(&detail, "it goes round for ever");
    put_cycle(prover, loop, &detail);
    put_port(prover, loop->first->in, &suspect);
    result->detail = base_arena_take(&prover->proof->report->arena, &detail);
    result->suspect = base_arena_take(&prover->proof->report->arena, &suspect);
    result->example = ofctl_header_text(&loop->example, &prover->proof->report->arena);
    result->observed_count = -1;
    disagree(prover, result);
    result->is_count = false;
    result->says[SAYS_DECLARED] = NULL;
    result->expected = "no packet goes round for ever";
    result->observed =
        base_arena_format(&prover->proof->report->arena, "%zu loop%s", prover->actual.n_loops,
                          prover->actual.n_loops == 1 ? "" : "s");
    result->says[SAYS_ADVERTISED] = result->observed;
}

void prove_leave_open(struct prove_sender *prover, const struct path_unknown *unknown,
                      struct result *result)
{
    struct base_buffer detail = {0};
    result->verdict = VERDICT_INCONCLUSIVE;
    result->observed_count = -1;
    result->says[SAYS_ADVERTISED] = NULL;
    if (!unknown) {
        result->detail = "not decided within the budget";
        return;
    }
    base_put_text(&detail, "it is not known what ");
    put_port(prover, unknown->hop->in, &detail);
    base_put_format(&detail, " does with some of these headers: %s", unknown->reason);
    put_way(prover, unknown->hop, unknown->hop->entry != ENTRY_NONE, &detail);
    result->detail = base_arena_take(&prover->proof->report->arena, &detail);
    result->example = ofctl_header_text(&unknown->example, &prover->proof->report->arena);
}
