/* SPDX-License-Identifier: Apache-2.0
 *
 * Findings in words: the rooms that judge say why a result does not pass as data
 * (state/finding.h), and here it becomes text. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "model/result.h"

/* Fills in `detail` of each result that has a finding and no detail yet; and
 * `observed`, `expected` and what is advertised where they are prose: ports that
 * cannot do what is expected, lifetimes. To be called when everything was judged,
 * before causes are looked for (blame/cause.h) and the report is written; what the
 * findings point into must still be there. Results added later may have it called
 * again. 0, or -1 without memory. */
int report_words(struct report *report);

#endif
