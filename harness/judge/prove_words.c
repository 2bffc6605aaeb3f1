/* SPDX-License-Identifier: Apache-2.0
 *
 * What a refutation says: the packet, its way hop by hop, and where the tables
 * and the expectation part. */
#include "judge/locate.h"
#include "judge/prove_inside.h"
#include "judge/round.h"

static void put_port(const struct judge_prover *prover, struct port_ref port,
                     struct base_buffer *out)
{
    base_put_text(out, prover->proof->topology->switches[port.sw].name);
    base_put_text(out, ":");
    port_format(port.port, out);
}

static const char *take_text(const struct judge_prover *prover, struct base_buffer *buffer)
{
    const char *text = base_arena_text(&prover->proof->report->arena, base_buffer_text(buffer));
    base_buffer_free(buffer);
    return text;
}

static const char *packet_text(const struct judge_prover *prover, const struct header *header)
{
    struct base_buffer text = {0};
    header_format(header, &text);
    return take_text(prover, &text);
}

static void put_entry(const struct judge_prover *prover, size_t sw, size_t entry,
                      struct base_buffer *out)
{
    const struct switch_state *state = prover->proof->states[sw];
    if (!state) {
        base_put_text(out, "not read");
    } else if (entry == SIZE_MAX) {
        base_put_text(out, "no entry takes it");
    } else {
        flow_format(&state->flows.entries[entry], FLOW_NO_STATS, out);
    }
}

/* ------------------------------------------------------------------------ ways */

/* A line for each switch: "s1:6 -> s3:1  in_port=1 actions=output:11". */
static void put_step(const struct judge_prover *prover, bool is_first, struct port_ref from,
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
    base_put_text(out, "  ");
}

static void put_way(const struct judge_prover *prover, const struct space_hop *last,
                    bool with_last_entry, struct base_buffer *out)
{
    const struct space_hop *way[SPACE_REACH_HOPS + 1];
    size_t n = 0;
    for (const struct space_hop *hop = last; hop && n <= SPACE_REACH_HOPS; hop = hop->previous) {
        way[n++] = hop;
    }
    while (n-- > 0) {
        const struct space_hop *hop = way[n];
        struct port_ref from = {.port = hop->out};
        from.sw = hop->previous ? hop->previous->in.sw : 0;
        put_step(prover, !hop->previous, from, hop->in, out);
        if (n > 0 || with_last_entry) {
            put_entry(prover, hop->in.sw, hop->entry, out);
        }
    }
}

/* Along the walk of one packet up to a hop. */
static void put_walk(const struct judge_prover *prover, const struct judge_walk *walk, size_t last,
                     struct base_buffer *out)
{
    const struct judge_hop *hop = &walk->hops[last];
    struct port_ref from = {0};
    if (hop->previous != SIZE_MAX) {
        put_walk(prover, walk, hop->previous, out);
        from = (struct port_ref){.sw = walk->hops[hop->previous].in.sw, .port = hop->out};
    }
    put_step(prover, hop->previous == SIZE_MAX, from, hop->in, out);
    put_entry(prover, hop->in.sw, hop->entry, out);
}

/* The cable by which the switch of this hop should have sent it on; why that
 * cannot carry it. */
static void put_silence(const struct judge_prover *prover, const struct judge_walk *declared,
                        struct port_ref in, struct base_buffer *out)
{
    const struct space_network *network = &prover->proof->actual;
    for (size_t i = 0; i < declared->n_hops; i++) {
        const struct judge_hop *hop = &declared->hops[i];
        if (hop->previous == SIZE_MAX || declared->hops[hop->previous].in.sw != in.sw ||
            declared->hops[hop->previous].in.port != in.port) {
            continue;
        }
        struct port_ref from = {.sw = in.sw, .port = hop->out};
        const char *mute = space_network_mute(network, from);
        const char *deaf = mute ? NULL : space_network_deaf(network, hop->in);
        if (mute || deaf) {
            base_put_text(out, "\n");
            put_port(prover, mute ? from : hop->in, out);
            base_put_format(out, " %s", mute ? mute : deaf);
        }
    }
}

static bool walk_has(const struct judge_walk *walk, struct port_ref in)
{
    for (size_t i = 0; i < walk->n_hops; i++) {
        if (walk->hops[i].in.sw == in.sw && walk->hops[i].in.port == in.port) {
            return true;
        }
    }
    return false;
}

/* How far a packet comes that should have arrived: along the way that is
 * declared, as far as the tables go it. */
static void put_missing_way(const struct judge_prover *prover, const struct header *header,
                            struct base_buffer *out)
{
    struct judge_walk declared, advertised;
    struct judge_forwarding as_declared = judge_declared_by(prover->proof->expectation);
    struct judge_forwarding as_advertised = judge_advertised_by(prover->proof->states);
    const struct topology *topology = prover->proof->topology;
    judge_walk_from(topology, &as_declared, prover->from, header, &declared);
    judge_walk_from(topology, &as_advertised, prover->from, header, &advertised);
    size_t last = 0;
    for (size_t i = 0; i < advertised.n_hops; i++) {
        if (declared.n_hops <= 1 || walk_has(&declared, advertised.hops[i].in)) {
            last = i;
        }
    }
    put_walk(prover, &advertised, last, out);
    put_silence(prover, &declared, advertised.hops[last].in, out);
}

/* ------------------------------------------------------------------------ results */

static const char *copies_text(const struct judge_prover *prover, long n)
{
    struct base_arena *arena = &prover->proof->report->arena;
    return n < 0 ? "copies without end"
                 : base_arena_format(arena, n == 1 ? "%ld copy" : "%ld copies", n);
}

/* The forms of a packet along a way: behind each switch, from the first on. */
struct forms {
    struct port_ref in[SPACE_REACH_HOPS + 1];
    struct header behind[SPACE_REACH_HOPS + 1];
    size_t n;
};

static void follow_forms(const struct space_arrival *arrival, const struct header *sent,
                         struct forms *forms)
{
    struct header form = space_rewritten(&arrival->rewrite, sent);
    forms->n = arrival->hop->depth + 1u;
    for (const struct space_hop *hop = arrival->hop; hop; hop = hop->previous) {
        forms->in[hop->depth] = hop->in;
        forms->behind[hop->depth] = form;
        form = space_rewritten(&hop->rewrite, sent);
    }
}

/* The first switch behind which the packet has another form than is declared;
 * where no way is declared, than it was sent in. */
static const char *altering_switch(const struct judge_prover *prover,
                                   const struct space_arrival *arrival,
                                   const struct header *example)
{
    struct forms actual, declared = {0};
    struct base_buffer text = {0};
    size_t i = 0;
    follow_forms(arrival, example, &actual);
    for (size_t d = 0; d < prover->declared.n_arrivals; d++) {
        const struct space_arrival *other = &prover->declared.arrivals[d];
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
    return take_text(prover, &text);
}

static void locate(const struct judge_prover *prover, const struct judge_refutation *refutation,
                   struct result *result)
{
    struct base_arena *arena = &prover->proof->report->arena;
    struct judge_probe probe = {.from = prover->from, .header = refutation->example};
    struct judge_plan plan = {.probes = &probe, .n_probes = 1};
    struct judge_evidence evidence = {
        .expectation = prover->proof->expectation, .plan = &plan, .before = prover->proof->states};
    if (refutation->altered) {
        result->suspect = altering_switch(prover, refutation->arrival, &refutation->example);
    } else {
        result->suspect =
            judge_locate(&evidence, 0, refutation->to, refutation->arrival != NULL, arena).suspect;
    }
}

static void put_what(const struct judge_prover *prover, const struct judge_refutation *refutation,
                     struct base_buffer *out)
{
    const char *name = prover->proof->topology->hosts[refutation->to].name;
    if (refutation->altered) {
        struct header arrives =
            space_rewritten(&refutation->arrival->rewrite, &refutation->example);
        base_put_format(out, "it arrives at %s altered: ", name);
        arrives.in_port = refutation->arrival->out;
        header_format(&arrives, out);
    } else if (refutation->copies == 0) {
        base_put_format(out, "it does not arrive at %s", name);
    } else if (refutation->copies < 0) {
        base_put_format(out, "it goes round for ever, and arrives at %s each time", name);
    } else if (refutation->expected == 0 && refutation->copies == 1) {
        base_put_format(out, "it arrives at %s", name);
    } else {
        base_put_format(out, "it arrives at %s %ld times instead of %ld", name, refutation->copies,
                        refutation->expected);
    }
}

static void put_arrival(const struct judge_prover *prover, const struct space_arrival *arrival,
                        struct base_buffer *out)
{
    struct port_ref from = {.sw = arrival->hop->in.sw, .port = arrival->out};
    put_way(prover, arrival->hop, true, out);
    base_put_text(out, "\n");
    put_port(prover, from, out);
    base_put_format(out, " -> %s", prover->proof->topology->hosts[arrival->host].name);
}

/* Every way to the receiver that this packet takes. */
static void put_arrivals(const struct judge_prover *prover,
                         const struct judge_refutation *refutation, struct base_buffer *out)
{
    for (size_t i = prover->first[refutation->to]; i < prover->first[refutation->to + 1]; i++) {
        const struct space_arrival *arrival = prover->sorted[i];
        bool wanted = !refutation->altered || arrival == refutation->arrival;
        if (wanted && space_region_has(&arrival->region, &refutation->example)) {
            put_arrival(prover, arrival, out);
        }
    }
}

static void put_cycle(const struct judge_prover *prover, const struct space_loop *loop,
                      struct base_buffer *out)
{
    put_way(prover, loop->again, false, out);
    base_put_text(out, "where it came before, in the same form");
}

static void disagree(const struct judge_prover *prover, struct result *result)
{
    result->verdict = VERDICT_FAIL;
    result->disagrees = true;
    result->disagree[0] = SAYS_DECLARED;
    result->disagree[1] = SAYS_ADVERTISED;
    result->says[SAYS_DECLARED] = copies_text(prover, result->expected_count);
    result->says[SAYS_ADVERTISED] = copies_text(prover, result->observed_count);
}

void judge_refute(struct judge_prover *prover, const struct judge_refutation *refutation,
                  struct result *result)
{
    struct base_buffer detail = {0};
    put_what(prover, refutation, &detail);
    if (refutation->loop) {
        put_cycle(prover, refutation->loop, &detail);
    } else if (refutation->copies > 0) {
        put_arrivals(prover, refutation, &detail);
    }
    if (refutation->copies >= 0 && refutation->copies < refutation->expected) {
        put_missing_way(prover, &refutation->example, &detail);
    }
    result->detail = take_text(prover, &detail);
    result->observed_count = refutation->copies;
    result->example = packet_text(prover, &refutation->example);
    locate(prover, refutation, result);
    disagree(prover, result);
}

void judge_refute_loop(struct judge_prover *prover, const struct space_loop *loop,
                       struct result *result)
{
    struct base_buffer detail = {0}, suspect = {0};
    base_put_text(&detail, "it goes round for ever");
    put_cycle(prover, loop, &detail);
    put_port(prover, loop->first->in, &suspect);
    result->detail = take_text(prover, &detail);
    result->suspect = take_text(prover, &suspect);
    result->example = packet_text(prover, &loop->example);
    result->observed_count = -1;
    disagree(prover, result);
    result->is_count = false;
    result->says[SAYS_DECLARED] = result->says[SAYS_ADVERTISED] = NULL;
    result->expected = "no packet goes round for ever";
    result->observed =
        base_arena_format(&prover->proof->report->arena, "%zu loop%s", prover->actual.n_loops,
                          prover->actual.n_loops == 1 ? "" : "s");
}

void judge_leave_open(struct judge_prover *prover, const struct space_unknown *unknown,
                      struct result *result)
{
    struct base_buffer detail = {0};
    result->verdict = VERDICT_INCONCLUSIVE;
    result->observed_count = -1;
    if (!unknown) {
        result->detail = "not decided within the budget";
        return;
    }
    base_put_text(&detail, "it is not known what ");
    put_port(prover, unknown->hop->in, &detail);
    base_put_format(&detail, " does with some of these headers: %s", unknown->reason);
    put_way(prover, unknown->hop, unknown->hop->entry != SIZE_MAX, &detail);
    result->detail = take_text(prover, &detail);
    result->example = packet_text(prover, &unknown->example);
}
