/* SPDX-License-Identifier: Apache-2.0
 *
 * The classes into which an expectation divides the headers of one sender:
 * the matches of its claims and of the cases of every port that its frames are
 * expected to enter, carried back through the rewrites on the way. Pure. */
#ifndef TRAFFIC_CLASSES_H
#define TRAFFIC_CLASSES_H

#include "path/declared.h"

/* Above this the rest is left out, and `cut` is set: claims and cases are still judged by the
 * probes that there are. */
enum { TRAFFIC_CLASSES_MAX = 1024 };

struct traffic_classes {
    struct match cubes[TRAFFIC_CLASSES_MAX]; /* [0]: every header; no two equal; in_port fixed */
    size_t n_cubes;
    bool cut; /* there were more */
};

/* The classes of what this host sends. -1 without memory. */
int traffic_classes_of(const struct path_declared *declared, size_t host,
                       struct traffic_classes *classes);

#endif
