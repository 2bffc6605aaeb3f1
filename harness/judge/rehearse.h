/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims, judged by the tables alone: every probe that a check would send is
 * followed through the tables, and what arrives is judged as if it had been
 * seen. No frame is sent. It says no more than the probes do: claims are decided
 * for the headers of the probes, not for all. Pure. */
#ifndef JUDGE_REHEARSE_H
#define JUDGE_REHEARSE_H

#include "judge/traffic.h"

/* Adds results as judge_traffic does. `states` by switch, NULL: not read; the
 * claims of a sender whose probes come to such a switch, or to where a table
 * does not say what it does, are inconclusive. `extras`: headers to try
 * besides (judge/plan.h). -1 only without memory. */
int judge_rehearse(const struct expectation *expectation, const struct switch_state *const *states,
                   const struct judge_extra *extras, size_t n_extras, struct report *report,
                   struct base_error *error);

#endif
