/* SPDX-License-Identifier: Apache-2.0
 *
 * Which headers of which hosts may come to an entry. Over-approximates: may name headers that do
 * not come there, never misses one that does. Pure. */
#ifndef PATH_AFFECTED_H
#define PATH_AFFECTED_H

#include "path/network.h"

/* Headers of a host, as sent. */
struct path_headers {
    size_t host;
    struct match cube;
};

/* Zero-initialise before use. */
struct path_affected {
    struct path_headers *headers; /* by host */
    size_t n_headers, capacity;
    struct path_wanted *wanted; /* scratch */
    size_t n_wanted, wanted_capacity;
};

/* Finds the headers that hosts send and this entry may take, whatever its actions; the entry need
 * not be in the index of its table. Ways are followed backwards without regard to what several
 * entries together take away; not past entries of one rank that compete, behind which everything is
 * open anyway. `affected` may be used again. -1 without memory. */
int path_affected_find(struct path_network *network, size_t sw, size_t entry,
                       struct path_affected *affected);

/* Frees the lists; `affected` is empty afterwards and may be used again. */
void path_affected_free(struct path_affected *affected);

#endif
