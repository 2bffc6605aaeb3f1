/* SPDX-License-Identifier: Apache-2.0
 *
 * What the command line says. Pure: no file is read, nothing is printed. */
#ifndef TAPSNIFF_OPTIONS_H
#define TAPSNIFF_OPTIONS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct tapsniff_options {
    bool help, version;         /* then nothing else counts */
    const char *topology, *lab; /* NULL: as the environment says */
    const char *hosts;          /* a list, or "all" */
    char *filter;               /* of pcap-filter(7); malloc'd; NULL: none */
    const char *match;          /* of ovs-ofctl(8); NULL: none */
    uint64_t count;             /* of frames shown; 0: no end */
    uint64_t duration_ns;       /* 0: no end */
    const char *save;           /* path of a pcapng file; NULL */
    bool hex, quiet, no_time;
};

/* argv[0] is the program. -1: a usage error, in words. getopt(3)'s state is
 * begun anew. The caller frees `filter`, whatever is returned. */
int tapsniff_options_parse(int argc, char **argv, struct tapsniff_options *options,
                           struct base_error *error);

extern const char tapsniff_options_help[];

#endif
