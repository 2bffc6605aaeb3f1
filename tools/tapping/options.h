/* SPDX-License-Identifier: Apache-2.0
 *
 * What the command line says. Pure: no file is read, nothing is printed. */
#ifndef TAPPING_OPTIONS_H
#define TAPPING_OPTIONS_H

#include "base/buffer.h"
#include "base/error.h"
#include "model/match.h"

#include <stddef.h>

enum {
    TAPPING_SIZE_MAX = 9216,    /* bytes of a frame */
    TAPPING_RATE_MAX = 1000000, /* frames a second */
};

struct tapping_options {
    bool help, version;                      /* then nothing else counts */
    const char *from, *to;                   /* `to` NULL: no host in particular */
    const char *topology, *lab;              /* NULL: as the environment says */
    const char *mirrored, *isolated, *watch; /* lists of hosts, or NULL */
    bool echo;                               /* the kernel of the far host answers */
    struct match form; /* fields of the frames that are not chosen by default; always a dl_type */
    size_t size;       /* bytes at least */
    uint64_t count;    /* 0: until it is interrupted */
    uint64_t interval_ns; /* 0: flood */
    uint64_t duration_ns; /* 0: no end */
    uint64_t timeout_ns;  /* how long a frame may take */
    double max_loss;      /* percent; 100: only if nothing came at all */
    bool quiet;
    const char *json; /* path; "-": stdout in place of the text; NULL */
};

/* Reads argv[1] and on; argv is reordered (base/options.h). Texts of `options`
 * live as long as argv. Fails on a usage error. */
int tapping_options_parse(int argc, char **argv, struct tapping_options *options,
                          struct base_error *error);

/* Appends what --help prints. */
void tapping_options_format_help(struct base_buffer *out);

#endif
