/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups results that fail by their causes: several symptoms of one fault are one
 * finding with its consequences. Pure. */
#ifndef BLAME_CAUSE_H
#define BLAME_CAUSE_H

#include "model/result.h"
#include "model/topology.h"

/* Fills in report->causes from the results that fail or were not decided and have
 * a `cause`, in the order of the report. A port that is down is also the cause of what the
 * cable without a link explains; of several places that one result names ("A or B"),
 * the one that most results name. The first result of a cause is the one that says it
 * best; the others are marked as its consequences if it fails. -1 without memory. */
int blame_causes(struct report *report);

#endif
