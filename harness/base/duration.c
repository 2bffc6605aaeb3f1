/* SPDX-License-Identifier: Apache-2.0
 *
 * How long is "500ms": a time as people write it, in nanoseconds. */
#include "base/duration.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool base_duration_parse(const char *text, uint64_t *ns)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"", 1e9},   {"s", 1e9},    {"ms", 1e6},  {"us", 1e3},
                 {"m", 60e9}, {"min", 60e9}, {"h", 3600e9}};
    static const double max_ns = 30 * 86400e9;
    char *end;
    double value = strtod(text, &end);
    if (end == text || !(value >= 0)) {
        return false;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(end, units[i].name) == 0 && value * units[i].ns <= max_ns) {
            *ns = (uint64_t)(value * units[i].ns + 0.5);
            return true;
        }
    }
    return false;
}
