/* SPDX-License-Identifier: Apache-2.0
 *
 * A pair of hosts. */
#ifndef MODEL_PAIR_H
#define MODEL_PAIR_H

#include <stddef.h>

/* Some traffic from one host to another is forbidden, and no frame shows whether
 * it gets through. */
struct unprobed_pair {
    size_t from, to;
    const char *reason; /* why no frame shows it */
};

#endif
