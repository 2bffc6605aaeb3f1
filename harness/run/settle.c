/* SPDX-License-Identifier: Apache-2.0
 *
 * Do frames and tables agree yet, and which round of probes is judged? */
#include "run/inside.h"

#include "base/memory.h"

enum {
    /* Where nothing is seen to change, two rounds that agree with each other, so far apart,
     * are the truth, even if the tables say something else. */
    AGREE_MS = 500,
    LATE_MS = 1000,
    LATE_STEP_MS = 50,
    ROUNDS_MIN = 3, /* before frames and tables are said not to agree */
    /* While the network changes, rounds are so far apart: a part of the time that it has
     * taken so far. */
    PAUSE_PART = 8,
};

static struct traffic_round *last_round(const struct checking *checking)
{
    return checking->rounds[checking->n_rounds - 1];
}

int run_checking_add_round(struct checking *checking)
{
    struct traffic_round *round = NULL;
    if (base_grow(&checking->rounds, checking->n_rounds, &checking->rounds_capacity,
                  sizeof *checking->rounds) < 0 ||
        !(round = base_malloc(sizeof *round))) {
        return base_fail(checking->error, "out of memory");
    }
    checking->rounds[checking->n_rounds++] = round;
    checking->now.round = round;
    checking->probing.rounds = checking->rounds;
    checking->probing.n_rounds = checking->n_rounds;
    return traffic_round_init(round, &checking->plan, checking->stations.captures,
                              checking->topology->n_hosts) < 0
               ? base_fail(checking->error, "out of memory")
               : 0;
}

/* Frames may still be under way. */
static void heed_interrupt(struct checking *checking)
{
    if (run_is_interrupted(checking->world)) {
        checking->report->interrupted = true;
        run_stations_distrust(&checking->stations, RUN_INTERRUPTED);
    }
}

static int next_round(struct checking *checking, unsigned repeats)
{
    struct traffic_harmless harmless;
    if (run_checking_add_round(checking) < 0 || run_checking_harmless(checking, &harmless) < 0) {
        return -1;
    }
    checking->report->timing.rounds++;
    run_probing_weigh(&checking->probing, &checking->now.tables, &harmless);
    run_probing_round(&checking->probing, last_round(checking), repeats);
    traffic_harmless_close(&harmless);
    heed_interrupt(checking);
    return 0;
}

static int first_round(struct checking *checking)
{
    unsigned repeats = RUN_REPEATS;
    if (checking->options->thorough) {
        repeats = traffic_plan_repeats(&checking->plan, checking->topology->n_hosts, RUN_SENDINGS);
        if (repeats == 0) {
            return base_fail(checking->error, "out of memory");
        }
        repeats = repeats > RUN_REPEATS ? repeats : RUN_REPEATS;
    }
    return next_round(checking, repeats);
}

static bool tables_known(const struct checking *checking)
{
    for (size_t i = 0; i < checking->topology->n_switches; i++) {
        if (!checking->now.states.right[i]) {
            return false;
        }
    }
    return true;
}

/* Frames do what the tables say; where the tables are not known, what the
 * expectation says. */
static bool round_explained(const struct checking *checking)
{
    const struct traffic_round *round = last_round(checking);
    return traffic_round_follows(round, &checking->plan, &checking->now.tables) &&
           (tables_known(checking) || traffic_round_conforms(round, &checking->plan));
}

static bool has_excuse(const struct checking *checking, const struct traffic_round *round)
{
    for (size_t p = 0; p < checking->plan.n_probes; p++) {
        if (round->excuses[p]) {
            return true;
        }
    }
    return false;
}

/* The last round deviates without an excuse, and none did before: it may have to be judged,
 * whatever the next ones show. So the counters are read that tell where its frames went. */
static int keep_first(struct checking *checking)
{
    if (checking->first.round || !traffic_round_fails(last_round(checking), &checking->plan)) {
        return 0;
    }
    run_checking_be_patient(checking);
    if (run_checking_count_early(checking) < 0 || run_checking_count(checking) < 0) {
        return -1;
    }
    run_excuse_note_changes(checking, &checking->now.states, &checking->now.later);
    run_excuse_round(checking, &checking->now, last_round(checking));
    return 0;
}

/* Reads the switches again; the round before is excused by what has changed meanwhile. */
static int read_again(struct checking *checking)
{
    struct run_look before = checking->now;
    checking->now = (struct run_look){0};
    int status = run_checking_read(checking, checking->reads, &checking->now.states);
    if (status == 0) {
        run_excuse_note_changes(checking, &before.states, &checking->now.states);
        run_excuse_round(checking, &before, last_round(checking));
    }
    bool fails = traffic_round_fails(before.round, &checking->plan);
    if (fails && before.counted && !checking->first.round) {
        checking->first = before;
    } else {
        run_look_free(&before);
    }
    return status < 0 ? -1 : run_checking_index(checking);
}

static int look_again(struct checking *checking)
{
    run_progress(checking->options, "frames and tables disagree: looking again");
    return keep_first(checking) < 0 || read_again(checking) < 0
               ? -1
               : next_round(checking, RUN_REPEATS_CONFIRM);
}

/* NORMAL may not have learned yet what it needs to know for a probe of the last round. */
static bool may_learn(const struct checking *checking)
{
    const struct traffic_round *round = last_round(checking);
    bool may = false;
    for (size_t p = 0; p < checking->plan.n_probes && !may; p++) {
        may = round->excuses[p] && checking->probing.touches[p].normal &&
              !traffic_probe_conforms(round, &checking->plan, p);
    }
    return may;
}

/* No switch is quicker than it is, and nobody wants thousands of rounds of one that takes
 * minutes. */
static void pause(struct checking *checking, uint64_t start_ns)
{
    double left_ms = checking->options->converge_ms - run_checking_ms_since(checking, start_ns);
    double ms = run_checking_ms_since(checking, start_ns) / PAUSE_PART;
    if (left_ms > 0) {
        run_probing_drain(&checking->probing, (unsigned)(ms < left_ms ? ms : left_ms));
    }
}

/* Whether two rounds in a row agree with each other, and with the tables; or do not agree
 * with them, and nothing was seen to change that they might yet follow. */
static bool is_settled(struct checking *checking, uint64_t start_ns, uint64_t equal_since_ns)
{
    bool explained = round_explained(checking) && !may_learn(checking);
    if (explained) {
        checking->report->timing.converge_ms = (double)(equal_since_ns - start_ns) / 1e6;
    }
    return explained || (!has_excuse(checking, last_round(checking)) &&
                         run_checking_ms_since(checking, equal_since_ns) >= AGREE_MS);
}

/* A switch that was just changed may still forward by its old table although it acknowledged
 * the change. So a first round that the tables explain is believed; after one that they do not
 * explain, only two in a row that are equal: if they are explained, or if they lie far apart
 * and nothing on the way of a probe that deviates was seen to change. Those rounds send each
 * probe often, so that a cable which loses frames now and then is not taken for a switch that
 * was changing. If nothing comes to agree in time, the last round that deviated counts.
 * `settled`: false then. */
static int settle_rounds(struct checking *checking, bool *settled)
{
    uint64_t start_ns = run_checking_now_ns(checking), equal_since_ns = start_ns;
    uint64_t begun_ms = 0; /* the last round, after the first one */
    bool confirms = false; /* time is over, but the last round was explained: one more */
    if (first_round(checking) < 0) {
        return -1;
    }
    *settled = round_explained(checking);
    if (!*settled || !traffic_round_conforms(last_round(checking), &checking->plan)) {
        run_excuse_round(checking, &checking->now, last_round(checking));
        *settled = *settled && !may_learn(checking);
    }
    /* Time alone decides nothing: on a busy machine a round may take all of it. One that has begun
     * in time may be of before the network has converged. */
    while (!*settled && !checking->report->interrupted && !checking->probing.storms &&
           (confirms || checking->report->timing.rounds < ROUNDS_MIN ||
            begun_ms < checking->options->converge_ms)) {
        uint64_t round_ns = run_checking_now_ns(checking);
        begun_ms = (round_ns - start_ns) / 1000000;
        if (look_again(checking) < 0) {
            return -1;
        }
        struct traffic_round *last = last_round(checking);
        run_excuse_round(checking, &checking->now, last);
        if (!traffic_round_equal(last, checking->rounds[checking->n_rounds - 2], &checking->plan)) {
            equal_since_ns = round_ns;
        } else {
            *settled = is_settled(checking, start_ns, equal_since_ns);
        }
        confirms = !confirms && round_explained(checking);
        if (!*settled && !confirms && has_excuse(checking, last)) {
            pause(checking, start_ns);
        }
    }
    return 0;
}

/* Judges an earlier round without what was read around it: only hosts tell where its frames
 * went. */
static int judge_earlier(struct checking *checking, const struct traffic_round *round)
{
    run_states_free(&checking->now.early);
    run_states_free(&checking->now.later);
    checking->now.round = round;
    return run_checking_expect_counts(checking, &checking->now);
}

/* The first round that deviates without an excuse; if rounds did not come to agree, the last
 * one that deviates. NULL: there is none. */
static struct traffic_round *find_deviating(const struct checking *checking, bool settled)
{
    struct traffic_round *found = NULL;
    for (size_t i = 0; i < checking->n_rounds && !found; i++) {
        found =
            traffic_round_fails(checking->rounds[i], &checking->plan) ? checking->rounds[i] : NULL;
    }
    for (size_t i = checking->n_rounds; i-- > 0 && !found && !settled;) {
        found = traffic_round_conforms(checking->rounds[i], &checking->plan) ? NULL
                                                                             : checking->rounds[i];
    }
    return found;
}

/* In a round that is judged for others, what a probe with an excuse did is what it did in
 * the last one. */
static void leave_out_excused(const struct checking *checking, struct traffic_round *round)
{
    const struct traffic_round *last = last_round(checking);
    for (size_t p = 0; p < checking->plan.n_probes; p++) {
        if (round->excuses[p]) {
            round->seen[p] = last->seen[p];
            round->sent[p] = last->sent[p];
        }
    }
}

/* The last round is judged if it deviates: it is the most thorough one. Where that is only since
 * frames were overtaken in it, counters tell more of a first one that they were too late for. */
static int choose(struct checking *checking, bool settled)
{
    const struct traffic_round *last = last_round(checking);
    checking->judged = &checking->now;
    if (!traffic_round_conforms(last, &checking->plan) &&
        !(checking->first.round && traffic_round_came(last, &checking->plan))) {
        return 0;
    }
    struct traffic_round *found = find_deviating(checking, settled);
    bool is_first = found && found == checking->first.round;
    int status = is_first ? run_checking_expect_counts(checking, &checking->first) : 0;
    if (found && traffic_round_fails(found, &checking->plan)) {
        leave_out_excused(checking, found);
    }
    if (is_first) {
        checking->judged = &checking->first;
    } else if (found) {
        status = judge_earlier(checking, found);
    }
    return status;
}

/* What comes late is counted at all ports that it passes before anything else is sent. */
static int listen(struct checking *checking)
{
    unsigned listen_ms = run_listen_ms(checking->options);
    if (!traffic_round_conforms(last_round(checking), &checking->plan) &&
        run_checking_count_early(checking) < 0) {
        return -1;
    }
    if (listen_ms > 0) {
        run_progress(checking->options, "listening");
        run_probing_drain(&checking->probing, listen_ms);
        heed_interrupt(checking);
    }
    return 0;
}

/* No counter tells that what a switch hands to one of several hosts is still on its way. */
static void await_late(struct checking *checking)
{
    uint64_t start_ns = run_checking_now_ns(checking);
    while (traffic_round_misses(last_round(checking), &checking->plan) &&
           run_checking_ms_since(checking, start_ns) < LATE_MS &&
           !run_is_interrupted(checking->world)) {
        run_probing_drain(&checking->probing, LATE_STEP_MS);
    }
}

/* Of what deviates the counters tell more. */
static int count(struct checking *checking)
{
    await_late(checking);
    bool deviates =
        checking->tables_deviate || !traffic_round_conforms(last_round(checking), &checking->plan);
    run_checking_be_patient(checking);
    return deviates ? run_checking_count(checking) : 0;
}

/* Of what this machine may have lost nothing is known to be missing in the network. */
static void distrust_machine(struct checking *checking)
{
    const struct traffic_round *round = checking->judged->round;
    if (run_excuse_lost(checking, round)) {
        const char *problem = base_arena_format(&checking->report->arena, RUN_MACHINE_LOST,
                                                (unsigned long long)round->n_lost);
        run_stations_distrust(&checking->stations, problem);
    }
}

int run_checking_settle(struct checking *checking)
{
    bool settled = false;
    checking->changed_ns =
        base_calloc(checking->topology->n_switches, sizeof *checking->changed_ns);
    if (!checking->changed_ns) {
        return base_fail(checking->error, "out of memory");
    }
    if (settle_rounds(checking, &settled) < 0 ||
        (!checking->report->interrupted && listen(checking) < 0)) {
        return -1;
    }
    if (checking->report->interrupted) {
        checking->judged = &checking->now;
        return 0;
    }
    if (!settled) {
        report_note(checking->report,
                    "frames and tables did not come to agree within %u ms (%u rounds)",
                    checking->options->converge_ms, checking->report->timing.rounds);
    }
    if (count(checking) < 0 || run_checking_wire(checking) < 0) {
        return -1;
    }
    run_excuse_by_machine(checking, checking->rounds[0]);
    if (run_transient_find(checking) < 0 || choose(checking, settled) < 0) {
        return -1;
    }
    distrust_machine(checking);
    return 0;
}
