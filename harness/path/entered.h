/* SPDX-License-Identifier: Apache-2.0
 *
 * To which ports may packets come that enter by one, in any form? Over-approximates: may name
 * ports to which none comes, never misses one to which one does. Pure. */
#ifndef PATH_ENTERED_H
#define PATH_ENTERED_H

#include "path/network.h"

/* entered: by network->cables, of zeros; becomes true where a packet that enters by `in` may enter,
 * there or at a further switch. Whatever the tables look at is not asked, and what is open (NORMAL,
 * a switch that was not read) may leave by every port. -1 without memory. */
int path_entered(const struct path_network *network, struct port_ref in, bool *entered);

#endif
