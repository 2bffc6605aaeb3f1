/* SPDX-License-Identifier: Apache-2.0
 *
 * From the tables that are there to those that are wanted: flow-mods in an order
 * that neither leaks nor interrupts. Pure.
 *
 * Between two states every switch does with every header, at each moment, at least
 * what both states do with it, and nothing that neither does; and no switch sends
 * more than before until all switches have stopped sending what is no longer wanted.
 * So what two states have in common is never interrupted, and nothing ever arrives
 * that neither of them delivers. That takes two phases: first each header falls back
 * to what both states do with it, then it gets what is new. Within a table entries
 * are written from the highest priority down, and then those that are left over
 * deleted from the lowest up: a header never falls through to a third entry
 * (checked for each step in difference_random_test.c). Where something is only added
 * or only removed one phase is empty. What moves from one link to another is not
 * in common: its copies pause between the phases, unless the new way can be got ready before,
 * because nothing goes by it yet or it stays as it is (ready.h). Then two phases come before those:
 * entries for links without frames are written, and then each header goes from the old way to the
 * new at once.
 *
 * Entries without the policy's cookie belong to somebody else. */
#ifndef TAPD_INSTALL_DIFFERENCE_H
#define TAPD_INSTALL_DIFFERENCE_H

#include "model/flow_mod.h"
#include "tapd/plan/compile.h"

enum {
    /* An entry that ends so much earlier or later than wanted is left as it is. Earlier:
     * a switch may count in whole seconds, no more; traffic extends a tap when a quarter
     * of its lifetime has gone (sflow/trigger.h), and the shortest one is then renewed at
     * once. Later does no harm: the controller ends it. */
    TAPD_EARLY_TOLERANCE_MS = 1000,
    TAPD_LATE_TOLERANCE_MS = 3000,
};

struct tapd_step {
    size_t sw;
    struct flow_mod mod; /* FLOW_ADD, FLOW_MODIFY_STRICT (counters and timeouts stay) or
                            FLOW_DELETE_STRICT; actions belong to the difference */
};

/* Steps that may be sent together: to each switch in their order, and a BARRIER
 * behind them. The next wave begins when all barriers of this one are answered
 * and none of its steps was refused; if a switch is lost on the way, what is left
 * is thrown away and the difference made again from what is there then. */
struct tapd_wave {
    size_t first, n_steps; /* in tapd_difference.steps */
    bool settles; /* it is to wait for a little before: a switch may go on forwarding by its old
                     table for some milliseconds after its barrier, and this is another phase */
    bool grows;   /* the last phase */
};

enum tapd_foreign_kind {
    TAPD_FOREIGN_APART,   /* takes no header that is ours */
    TAPD_FOREIGN_BENEATH, /* takes only headers which ours leave: it forwards what the policy drops
                           */
    TAPD_FOREIGN_HIDES,   /* takes headers before ours do, and does something else with them */
    TAPD_FOREIGN_BLOCKS,  /* same match and priority as ours, which cannot be installed */
};

/* An entry that is not ours. */
struct tapd_foreign {
    size_t sw;
    struct flow_entry entry; /* actions belong to the actual table */
    enum tapd_foreign_kind kind;
    const struct flow_entry *ours; /* HIDES, BLOCKS: the first of them; in the network's table */
};

/* What a switch does not have even after all steps. */
struct tapd_lack {
    size_t n_blocked;   /* wanted entries that a foreign one keeps out */
    size_t n_held;      /* wanted entries that do not send all they should: the switch behind a link
                           is not known. To be made again when it is */
    size_t n_unsaid;    /* entries, wanted or ours there, that the switch's version of OpenFlow
                           cannot say: neither add nor delete */
    const char *unsaid; /* the first of them, and why */
};

struct tapd_difference {
    struct tapd_step *steps;
    size_t n_steps;
    struct tapd_wave *waves;
    size_t n_waves;
    struct tapd_foreign *foreign; /* by switch, in the order of the table */
    size_t n_foreign;
    struct tapd_lack *lacks; /* by switch */
    struct base_arena arena;
};

/* age_sec: how long ago the network was compiled. What ends has so much less left;
 * what has nothing left is not wanted. actual: by switch, what is installed there as
 * read from it; NULL: not known,
 * nothing is planned for it, and nothing new is sent to where it may come from or
 * get to it (unless the policy leaves it to another controller). versions: by switch, which is
 * spoken, on the wire; NULL: 1.3 with all. With own_tables
 * foreign entries of the first table are deleted as if they were ours, and are not
 * reported. No steps: the tables are as they should be. -1 without memory; then and
 * else tapd_difference_free. */
int tapd_difference_make(const struct tapd_network *network, unsigned age_sec,
                         const struct flow_table *const *actual, const uint8_t *versions,
                         bool own_tables, struct tapd_difference *difference);
void tapd_difference_free(struct tapd_difference *difference);

/* "hides", "blocks", …: what a report says of a foreign entry. */
const char *tapd_foreign_words(enum tapd_foreign_kind kind);

#endif
