/* SPDX-License-Identifier: Apache-2.0
 *
 * How many datagrams or samples were lost on the way? */
#include "sflow/sequence.h"

static void begin(struct sflow_sequence *sequence, uint32_t number, uint32_t uptime_ms)
{
    sequence->started = true;
    sequence->highest = number;
    sequence->uptime_ms = uptime_ms;
    sequence->seen = 1;
    sequence->uptimes_ms[number % 64] = uptime_ms;
}

static void go_ahead(struct sflow_sequence *sequence, uint32_t ahead, uint32_t number,
                     uint32_t uptime_ms)
{
    uint64_t seen = ahead < 64 ? sequence->seen << ahead : 0;
    sequence->n_lost += ahead - 1;
    begin(sequence, number, uptime_ms);
    sequence->seen |= seen;
}

/* False: it has come before. */
static bool come_late(struct sflow_sequence *sequence, uint32_t behind, uint32_t uptime_ms)
{
    uint64_t bit = behind < 64 ? UINT64_C(1) << behind : 0;
    uint32_t *known_ms = &sequence->uptimes_ms[(sequence->highest - behind) % 64];
    bool again = (sequence->seen & bit) != 0 && *known_ms == uptime_ms;
    sequence->n_late++;
    sequence->n_twice += again;
    sequence->n_lost -=
        !(sequence->seen & bit) && sequence->n_lost > 0; /* it was counted as lost */
    sequence->seen |= bit;
    *known_ms = bit ? uptime_ms : *known_ms;
    return !again;
}

bool sflow_sequence_note(struct sflow_sequence *sequence, uint32_t number, uint32_t uptime_ms)
{
    sequence->n_received++;
    if (!sequence->started) {
        begin(sequence, number, uptime_ms);
        return true;
    }
    uint32_t ahead = number - sequence->highest, behind = sequence->highest - number;
    if (ahead >= 1 && ahead <= SFLOW_GAP_MAX) {
        go_ahead(sequence, ahead, number, uptime_ms);
    } else if (behind <= SFLOW_LATE_MAX && sequence->uptime_ms - uptime_ms <= SFLOW_LATE_MS) {
        return come_late(sequence, behind, uptime_ms);
    } else {
        sequence->n_restarts++;
        begin(sequence, number, uptime_ms);
    }
    return true;
}
