/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside judge/whatif: which headers of which hosts may come to an entry. */
#ifndef JUDGE_AFFECTED_H
#define JUDGE_AFFECTED_H

#include "space/network.h"

/* Headers of a host, as sent. */
struct judge_headers {
    size_t host;
    struct match cube;
};

/* Zero-initialise before use. */
struct judge_affected {
    struct judge_headers *headers; /* by host */
    size_t n_headers, capacity;
    struct judge_wanted *wanted; /* scratch */
    size_t n_wanted, wanted_capacity;
};

/* All headers of hosts that this entry of a switch may take, whatever it does and
 * whether it is indexed or not; perhaps more, as ways are followed backwards
 * without regard to what several entries together take away. rewritten: by
 * switch, the bits that any action of its table may have changed. -1 without
 * memory. */
int judge_affected_find(struct space_network *network, const struct header *rewritten, size_t sw,
                        size_t entry, struct judge_affected *affected);
void judge_affected_free(struct judge_affected *affected);

#endif
