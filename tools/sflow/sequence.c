/* SPDX-License-Identifier: Apache-2.0
 *
 * How many datagrams or samples were lost on the way? */
#include "sflow/sequence.h"

static void begin(struct sflow_sequence *sequence, uint32_t number, uint32_t uptime_ms)
{
    sequence->started = true;
    sequence->highest = number;
    sequence->uptime_ms = uptime_ms;
}

void sflow_sequence_note(struct sflow_sequence *sequence, uint32_t number, uint32_t uptime_ms)
{
    sequence->n_received++;
    if (!sequence->started) {
        begin(sequence, number, uptime_ms);
        return;
    }
    uint32_t ahead = number - sequence->highest, behind = sequence->highest - number;
    if (ahead >= 1 && ahead <= SFLOW_GAP_MAX) {
        sequence->n_lost += ahead - 1;
        begin(sequence, number, uptime_ms);
    } else if (behind <= SFLOW_LATE_MAX && sequence->uptime_ms - uptime_ms <= SFLOW_LATE_MS) {
        sequence->n_late++;
        sequence->n_lost -= behind > 0 && sequence->n_lost > 0; /* it was counted as lost */
    } else {
        sequence->n_restarts++;
        begin(sequence, number, uptime_ms);
    }
}
