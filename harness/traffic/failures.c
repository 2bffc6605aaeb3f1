/* SPDX-License-Identifier: Apache-2.0
 *
 * Which results fail because of frames, and by which probe? */
#include "traffic/traffic.h"

#include "base/memory.h"

#include <stdlib.h>

int traffic_failures_add(struct traffic_failures *failures, const struct traffic_failure *failure)
{
    if (base_grow(&failures->items, failures->n_items, &failures->capacity,
                  sizeof *failures->items) < 0) {
        return -1;
    }
    failures->items[failures->n_items++] = *failure;
    return 0;
}

void traffic_failures_free(struct traffic_failures *failures)
{
    free(failures->items);
    *failures = (struct traffic_failures){0};
}
