/* SPDX-License-Identifier: Apache-2.0
 *
 * Do frames and tables agree yet, and which round of probes counts? */
#include "run/inside.h"

enum {
    /* Two rounds that agree with each other, so far apart, are the truth, even
     * if the tables say something else. */
    AGREE_MS = 500,
    ROUNDS_MIN = 3, /* before frames and tables are said not to agree */
};

/* One round more; the one before is kept for comparison. */
static int next_round(struct checking *checking, unsigned repeats)
{
    traffic_round_free(&checking->previous);
    checking->previous = checking->round;
    checking->probing.previous = checking->report->timing.rounds++ ? &checking->previous : NULL;
    if (traffic_round_init(&checking->round, &checking->plan, checking->stations.captures,
                           checking->topology->n_hosts) < 0) {
        return base_fail(checking->error, "out of memory");
    }
    run_probing_weigh(&checking->probing, &checking->tables);
    run_probing_round(&checking->probing, &checking->round, repeats);
    checking->round_number = checking->probing.round_number;
    return 0;
}

static bool tables_known(const struct checking *checking)
{
    for (size_t i = 0; i < checking->topology->n_switches; i++) {
        if (!checking->states.right[i]) {
            return false;
        }
    }
    return true;
}

/* Frames do what the tables say; where the tables are not known, what the
 * expectation says. */
static bool round_explained(const struct checking *checking)
{
    return traffic_round_follows(&checking->round, &checking->plan, &checking->tables) &&
           (tables_known(checking) || traffic_round_conforms(&checking->round, &checking->plan));
}

/* Nothing was the same twice: a round that deviated is worth more than one
 * that did not. */
static void give_up_settling(struct checking *checking)
{
    report_note(checking->report,
                "frames and tables did not come to agree within %u ms (%u rounds)",
                checking->options->converge_ms, checking->report->timing.rounds);
    if (traffic_round_conforms(&checking->round, &checking->plan)) {
        struct traffic_round last = checking->round;
        checking->round = checking->previous;
        checking->previous = last;
        checking->round_number--;
    }
}

/* A switch that was just changed may still forward by its old table although
 * it acknowledged the change. So a first round that the tables explain is
 * believed; after one that they do not explain, only two in a row that are
 * equal: if they are explained, or if they lie so far apart that no switch is
 * still changing. Those rounds send each probe often, so that a cable which
 * loses frames now and then is not taken for a switch that was changing. If
 * nothing comes to agree in time, the last round that deviated counts. */
int run_checking_settle(struct checking *checking)
{
    uint64_t start_ns = run_checking_now_ns(checking), equal_since_ns = start_ns;
    if (next_round(checking, RUN_REPEATS) < 0) {
        return -1;
    }
    if (round_explained(checking)) {
        return 0;
    }
    /* Time alone decides nothing: on a busy machine a round may take all of it. */
    while (run_checking_ms_since(checking, start_ns) < checking->options->converge_ms ||
           checking->report->timing.rounds < ROUNDS_MIN) {
        uint64_t round_ns = run_checking_now_ns(checking);
        run_progress(checking->options, "frames and tables disagree: looking again");
        if (run_checking_read(checking, &checking->states) < 0 ||
            run_checking_index(checking) < 0 || next_round(checking, RUN_REPEATS_CONFIRM) < 0) {
            return -1;
        }
        if (!traffic_round_equal(&checking->round, &checking->previous, &checking->plan)) {
            equal_since_ns = round_ns;
            continue;
        }
        bool explained = round_explained(checking);
        if (explained) {
            checking->report->timing.converge_ms = (double)(equal_since_ns - start_ns) / 1e6;
        }
        if (explained || run_checking_ms_since(checking, equal_since_ns) >= AGREE_MS) {
            return 0;
        }
    }
    give_up_settling(checking);
    return 0;
}
