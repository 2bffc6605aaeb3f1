/* SPDX-License-Identifier: Apache-2.0
 *
 * What was changing on the way of a probe, or did this machine do to it, so that what it did says
 * nothing of the network at rest? */
#include "ofctl/match.h"
#include "run/inside.h"

void run_excuse_note_changes(struct checking *checking, const struct run_states *before,
                             const struct run_states *after)
{
    for (size_t sw = 0; sw < checking->topology->n_switches; sw++) {
        const struct switch_state *a = before->right[sw], *b = after->right[sw];
        if (a && b && flow_tables_differ(&a->flows, &b->flows)) {
            checking->changed_ns[sw] = run_checking_now_ns(checking);
        }
    }
}

static const char *entry_text(const struct checking *checking, size_t sw,
                              const struct flow_entry *entry, double age_ms,
                              struct base_arena *arena)
{
    struct base_buffer text = {0};
    base_put_format(&text, "%s priority=%u", checking->topology->switches[sw].name,
                    entry->priority);
    struct base_buffer conditions = {0};
    ofctl_format_conditions(entry, &conditions);
    if (conditions.n_bytes > 0) {
        base_put_format(&text, ",%s", base_buffer_text(&conditions));
    }
    base_buffer_free(&conditions);
    base_put_format(&text, " was %.1f s old", age_ms / 1000);
    return base_arena_take(arena, &text);
}

/* What was changing at one hop; NULL: nothing. */
static const char *hop_excuse(const struct checking *checking, const struct run_look *look,
                              const struct path_hop *hop, struct base_arena *arena)
{
    size_t sw = hop->in.sw;
    const struct switch_state *state = look->states.right[sw];
    double converge_ms = checking->options->converge_ms;
    size_t n_rows = state ? path_n_rows(&look->tables, sw, hop->entry) : 0;
    for (size_t i = 0; i < n_rows; i++) {
        const struct flow_entry *entry =
            &state->flows.entries[path_row(&look->tables, sw, hop->entry, i, &hop->header)];
        double age_ms = entry->duration_sec * 1e3 + entry->duration_nsec / 1e6;
        if (age_ms < converge_ms) {
            return entry_text(checking, sw, entry, age_ms, arena);
        }
    }
    uint64_t changed_ns = checking->changed_ns[sw];
    return changed_ns > 0 && run_checking_ms_since(checking, changed_ns) < converge_ms
               ? base_arena_format(arena, "the table of %s changed",
                                   checking->topology->switches[sw].name)
               : NULL;
}

static bool is_claimed(const struct expectation *expectation, size_t from, size_t to)
{
    bool claimed = false;
    for (size_t i = 0; i < expectation->n_claims && !claimed; i++) {
        const struct claim *claim = &expectation->claims[i];
        claimed = claim->from == from && expectation_claim_names(expectation, claim, to);
    }
    return claimed;
}

/* All that is wrong with a probe is that hosts got it of which no claim speaks. */
static bool strays_alone(const struct checking *checking, const struct traffic_round *round,
                         size_t p)
{
    const struct traffic_plan *plan = &checking->plan;
    bool strays = false;
    for (size_t host = 0; host < round->n_hosts; host++) {
        const struct traffic_seen *seen = traffic_round_seen(round, p, host);
        if (traffic_seen_conforms(round, plan, p, host)) {
            continue;
        }
        strays = seen->altered == 0 && seen->late == 0 &&
                 seen->copies > traffic_plan_most(&plan->probes[p], host) * round->sent[p] &&
                 !is_claimed(checking->expectation, plan->probes[p].from, host);
        if (!strays) {
            return false;
        }
    }
    return strays;
}

/* NORMAL floods what is for a host that it does not know; a switch may learn a while after hosts
 * spoke (a frame that a flow of its cache takes teaches Open vSwitch nothing at once). */
static const char *normal_excuse(const struct checking *checking, const struct traffic_round *round,
                                 size_t p, struct base_arena *arena)
{
    uint64_t spoke_ns = checking->probing.spoke_ns;
    double age_ms = spoke_ns > 0 ? run_checking_ms_since(checking, spoke_ns) : 0;
    bool young = spoke_ns > 0 && age_ms < checking->options->converge_ms;
    return young && checking->probing.touches[p].normal && strays_alone(checking, round, p)
               ? base_arena_format(arena, "what NORMAL knows of hosts was %.1f s old",
                                   age_ms / 1000)
               : NULL;
}

/* Whether all that is wrong with a probe is that copies are missing, or (`late`) that they came
 * late. */
static bool is_all(const struct checking *checking, const struct traffic_round *round, size_t p,
                   bool late)
{
    const struct traffic_plan *plan = &checking->plan;
    bool all = !traffic_probe_conforms(round, plan, p);
    for (size_t host = 0; host < round->n_hosts && all; host++) {
        const struct traffic_seen *seen = traffic_round_seen(round, p, host);
        unsigned most = traffic_plan_most(&plan->probes[p], host) * round->sent[p];
        all = traffic_seen_conforms(round, plan, p, host) ||
              (seen->altered == 0 && seen->copies <= most && (seen->late > 0) == late);
    }
    return all;
}

/* How many frames of a probe are missing at the host that misses the most. */
static uint64_t count_missing(const struct checking *checking, const struct traffic_round *round,
                              size_t p)
{
    uint64_t most = 0;
    for (size_t host = 0; host < round->n_hosts && round->sent[p] > 0; host++) {
        uint64_t wanted =
            (uint64_t)traffic_plan_copies(&checking->plan.probes[p], host) * round->sent[p];
        uint64_t came = traffic_seen_count(round, p, host);
        bool captures = round->captures[host];
        most = captures && wanted > came + most ? wanted - came : most;
    }
    return most;
}

bool run_excuse_lost(const struct checking *checking, const struct traffic_round *round)
{
    uint64_t missing = 0;
    for (size_t p = 0; p < checking->plan.n_probes && round->n_lost > 0; p++) {
        missing += count_missing(checking, round, p);
    }
    return missing > 0 && missing <= round->n_lost;
}

/* How long after its sending the latest copy of a probe came. */
static uint64_t latest_ns(const struct traffic_round *round, size_t p)
{
    uint64_t latest_ns = 0;
    for (size_t host = 0; host < round->n_hosts; host++) {
        uint64_t late_ns = traffic_round_seen(round, p, host)->late_ns;
        latest_ns = late_ns > latest_ns ? late_ns : latest_ns;
    }
    return latest_ns;
}

/* That this process had to wait excuses the first round alone: what is always late is late. */
static const char *machine_excuse(const struct checking *checking,
                                  const struct traffic_round *round, size_t p, bool lost,
                                  struct base_arena *arena)
{
    if (lost && is_all(checking, round, p, false)) {
        return base_arena_format(arena, RUN_MACHINE_LOST, (unsigned long long)round->n_lost);
    }
    bool late = is_all(checking, round, p, true);
    if (late && latest_ns(round, p) <= round->stalled_ns) {
        return RESULT_BUSY;
    }
    uint64_t waited_ms = round->waited_ns / 1000000;
    return round->number == 1 && waited_ms >= RUN_SETTLE_MS && late
               ? base_arena_format(arena, "this process had to wait %.1f s for a processor",
                                   (double)waited_ms / 1e3)
               : NULL;
}

void run_excuse_by_machine(const struct checking *checking, struct traffic_round *round)
{
    bool lost = run_excuse_lost(checking, round);
    for (size_t p = 0; p < checking->plan.n_probes; p++) {
        if (round->sent[p] > 0 && !round->excuses[p]) {
            round->excuses[p] = machine_excuse(checking, round, p, lost, &round->arena);
        }
    }
}

void run_excuse_round(const struct checking *checking, const struct run_look *look,
                      struct traffic_round *round)
{
    const struct traffic_plan *plan = &checking->plan;
    struct path_walk walk;
    for (size_t p = 0; p < plan->n_probes; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
        if (!round->sent[p] || round->excuses[p]) {
            continue;
        }
        path_follow_from(&look->tables, probe->from, &probe->header, &walk);
        bool deviates = !traffic_probe_conforms(round, plan, p) ||
                        (walk.known && !traffic_probe_follows(round, p, &walk));
        for (size_t i = 0; deviates && i < walk.n_hops && !round->excuses[p]; i++) {
            round->excuses[p] = hop_excuse(checking, look, &walk.hops[i], &round->arena);
        }
        if (deviates && !round->excuses[p]) {
            round->excuses[p] = normal_excuse(checking, round, p, &round->arena);
        }
    }
    run_excuse_by_machine(checking, round);
}
