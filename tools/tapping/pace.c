/* SPDX-License-Identifier: Apache-2.0
 *
 * When may the next frame be sent? */
#include "tapping/pace.h"

bool tapping_pace_may_send(const struct tapping_pace *pace, uint64_t now_ns, uint64_t in_flight)
{
    return now_ns >= pace->next_ns && in_flight < pace->window;
}

void tapping_pace_sent(struct tapping_pace *pace, uint64_t now_ns)
{
    uint64_t oldest_ns = now_ns > TAPPING_CATCH_UP_NS ? now_ns - TAPPING_CATCH_UP_NS : 0;
    uint64_t due_ns = pace->next_ns > oldest_ns ? pace->next_ns : oldest_ns;
    pace->next_ns = (pace->started ? due_ns : now_ns) + pace->interval_ns;
    pace->started = true;
}
