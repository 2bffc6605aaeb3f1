/* SPDX-License-Identifier: Apache-2.0
 *
 * Results that fail → causes: several symptoms of one fault are one finding,
 * with its consequences. Pure. */
#ifndef BLAME_CAUSE_H
#define BLAME_CAUSE_H

#include "model/result.h"
#include "model/topology.h"

/* Groups the results that fail, or were not decided, by `cause`, in the order of the report; a port
 * that is down takes in the cable that has no link therefore. -1 without memory. */
int blame_causes(struct report *report);

#endif
