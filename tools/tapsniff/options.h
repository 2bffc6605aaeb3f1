/* SPDX-License-Identifier: Apache-2.0
 *
 * What the command line says. Pure: no file is read, nothing is printed. */
#ifndef TAPSNIFF_OPTIONS_H
#define TAPSNIFF_OPTIONS_H

#include "base/buffer.h"
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
    const char *recorded;       /* path of a capture file, in place of the hosts; NULL */
    bool hex, quiet, no_time;
    bool habit; /* of those who know tcpdump: what it asks for is so anyway */
};

/* Reads argv[1] and on; argv is reordered (base/options.h). Texts of `options`
 * live as long as argv, but the caller frees `filter`, after a failure too.
 * Fails on a usage error. */
int tapsniff_options_parse(int argc, char **argv, struct tapsniff_options *options,
                           struct base_error *error);

/* Appends what --help prints. */
void tapsniff_options_format_help(struct base_buffer *out);

#endif
