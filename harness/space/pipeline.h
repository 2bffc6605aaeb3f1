/* SPDX-License-Identifier: Apache-2.0
 *
 * Several tables as one: what a pipeline of OpenFlow 1.3 (1.3.5, section 5.1) does with packets, as
 * a single table that does the same (header space analysis, Kazemian, Varghese, McKeown, NSDI 2012:
 * the composition of transfer functions).
 *
 * An entry of the one table, a leaf, stands for a way through the tables: its match are the
 * packets, as they enter the switch, that may go this way; leaves of a higher rank go before it, as
 * their entries do; its actions are all that happens to the packet, instructions and groups
 * resolved:
 *   - apply_actions at once; write_actions and clear_actions as the action set, which is executed
 *     where the pipeline ends, in the order of section 5.10, an output only without a group;
 *   - what no entry of a further table takes is dropped (section 5.4);
 *   - metadata is 0 at the start, and known ever after: only constants are written;
 *   - of a group ALL each bucket, of INDIRECT the one, of FAST FAILOVER the first that lives, by
 * the state of ports; each is an action set of its own, on a copy (ACTION_COPY); where buckets only
 * send by the ports that they watch all stand side by side (ACTION_FAILOVER);
 *   - a meter lets everything pass.
 * Of a group SELECT whose choice is the switch's the buckets that live stand side by side
 * (ACTION_ONE_OF). What is not known is open (ACTION_OPEN), by name: an action that is not
 * modelled, missing groups and those that call each other in a circle, a second tag, two entries of
 * one priority that do not go on alike, written actions where no entry takes the packet (Open
 * vSwitch executes them, the specification drops it), and a pipeline that is too large. */
#ifndef SPACE_PIPELINE_H
#define SPACE_PIPELINE_H

#include "model/state.h"
#include "space/table.h"

/* More leaves than this are not composed: then everything is open, and says so. */
enum { SPACE_LEAVES = 1 << 18 };

/* Rows of one table that go on alike. A packet that comes to them is taken by the first in whose
 * cube it is; a row may have two. */
struct space_merged {
    const struct match *cubes; /* of packets as they enter the switch */
    const uint32_t *rows;      /* by cube */
    size_t n_cubes;
};

/* The entries through which a leaf leads: rows of the switch's table, in the order in which they
 * take the packet. None: too large a pipeline, of which everything is open. */
struct space_way {
    const uint32_t *rows;
    const struct space_merged *const *merged; /* by row: those of which it is one; NULL: none */
    size_t n_rows;
};

/* How tables are composed. Zero, and NULL: all of them, row by row. */
struct space_composition {
    const bool *left_out; /* by row: it is treated as if it were not there; NULL: none is */
    /* Rows of a table that go on alike are one: what all others of the table leave is theirs, and
     * these have holes. A table of n sources and one of m destinations come to n + m leaves, and
     * not to n * m. A way then has one of these rows, of the oldest (space_way_row). */
    bool merges;
    const uint8_t *kinds; /* by row, if it merges: those of two kinds, and all of SPACE_SINGLE, stay
                             apart; NULL: there is one kind */
};
enum { SPACE_SINGLE = UINT8_MAX };

/* Zero-initialise. */
struct space_pipeline {
    struct flow_table flows;                /* leaves, the highest rank first */
    struct space_way *ways;                 /* by leaf; in the arena of flows */
    const struct space_holes *const *holes; /* as in space_table */
};

/* Whether the table of the switch is more than one of OpenFlow 1.0: it must be composed before it
 * is asked what becomes of a packet. */
bool space_pipeline_has(const struct switch_state *state);

/* Composes the tables of the switch. `state` must outlive it. -1 without memory, and then there is
 * nothing to free. */
int space_pipeline_compose(const struct switch_state *state, const struct space_composition *how,
                           struct space_pipeline *pipeline);

/* The nth row that takes a packet, which comes to the leaf of this way (NULL: none in particular).
 */
uint32_t space_way_row(const struct space_way *way, size_t nth, const struct header *header);

/* As space_table_index, of the leaves. */
int space_pipeline_index(const struct space_pipeline *pipeline, struct space_table *table);

/* Frees what was composed; the pipeline is empty and usable then. */
void space_pipeline_free(struct space_pipeline *pipeline);

#endif
