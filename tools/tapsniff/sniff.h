/* SPDX-License-Identifier: Apache-2.0
 *
 * The run: takes what arrives at the stations, and shows, saves and counts it. */
#ifndef TAPSNIFF_SNIFF_H
#define TAPSNIFF_SNIFF_H

#include "base/buffer.h"
#include "stations/lab.h"
#include "tapsniff/filter.h"
#include "tapsniff/options.h"

#include <signal.h>
#include <stdio.h>

struct tapsniff_counters {
    uint64_t n_captured; /* frames that arrived */
    uint64_t n_shown;    /* of them those that the filter took */
    uint64_t n_lost;     /* by the capture; STATION_DROPS_UNKNOWN: it failed */
    bool told;           /* its failure has been reported */
};

struct tapsniff_sniff {
    const struct tapsniff_options *options;
    const struct tapsniff_filter *filter;
    struct stations_lab *lab; /* open */
    const volatile sig_atomic_t *stop;
    FILE *lines; /* a line each goes there; NULL: none */
    FILE *save;  /* a pcapng file; NULL: none */
    /* What tapsniff_sniff_run leaves. */
    struct tapsniff_counters *counters; /* by station */
    uint64_t n_shown;
    bool failed; /* a station failed or lost frames */
    /* The rest is its own. */
    int name_width;
    struct base_buffer text;
};

/* Runs until it is stopped, has shown enough, or its time is over. Problems of
 * stations go to `errors` at once, and set `failed`. Fails without memory or if
 * a file cannot be written. */
int tapsniff_sniff_run(struct tapsniff_sniff *sniff, FILE *errors, struct base_error *error);

/* The same of the frames of an open capture file, as if the only host of `lab` had heard them.
 * Fails, too, if the file is cut off or damaged; what stands in front of that was shown. */
int tapsniff_sniff_replay(struct tapsniff_sniff *sniff, pcap_t *file, struct base_error *error);

/* Appends "h11: 12 captured, 3 shown, 0 lost by the capture", a line a host; those
 * that saw nothing share one. */
void tapsniff_sniff_count(const struct tapsniff_sniff *sniff, struct base_buffer *out);

/* Frees the counters and the scratch memory. */
void tapsniff_sniff_free(struct tapsniff_sniff *sniff);

#endif
