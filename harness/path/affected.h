/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside prove/whatif: which headers of which hosts may come to an entry. */
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

/* All headers of hosts that this entry of a switch may take, whatever it does and
 * whether it is indexed or not; perhaps more, as ways are followed backwards
 * without regard to what several entries together take away. rewritten: by
 * switch, the bits that any action of its table may have changed. -1 without
 * memory. */
int path_affected_find(struct path_network *network, const struct header *rewritten, size_t sw,
                       size_t entry, struct path_affected *affected);
void path_affected_free(struct path_affected *affected);

#endif
