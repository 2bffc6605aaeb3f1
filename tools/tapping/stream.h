/* SPDX-License-Identifier: Apache-2.0
 *
 * The run: sends at its pace and takes what arrives until it has sent all or is
 * stopped, and then waits for what is still on its way. */
#ifndef TAPPING_STREAM_H
#define TAPPING_STREAM_H

#include "frame/mark.h"
#include "stations/lab.h"
#include "tapping/form.h"
#include "tapping/options.h"
#include "tapping/pace.h"
#include "tapping/report.h"

#include <signal.h>
#include <stdio.h>

#define PLACE_NONE SIZE_MAX

struct tapping_stream {
    const struct tapping_options *options;
    struct stations_lab *lab;
    const struct tapping_form *form;
    const volatile sig_atomic_t *stop; /* 1: send no more; 2: wait for nothing either */
    FILE *lines;                       /* a line for each arrival; NULL: none */
    /* What tapping_stream_run leaves. */
    struct tapping_tally tally;
    uint64_t duration_ns;      /* of the sending */
    struct base_error problem; /* why it could not look; "": it could */
    /* The rest is its own. */
    struct frame_run run;
    struct tapping_pace pace;
    struct tapping_place *places;
    size_t *place_of; /* by host; PLACE_NONE: no copies are looked for there */
    size_t answers;   /* the place of answers; PLACE_NONE: none are waited for */
    uint64_t flight_ns;
    bool held;                      /* nothing may be sent until a frame arrives */
    struct base_buffer frame, text; /* scratch */
};

/* Chooses the places and opens their stations. Fails if a list names a host that
 * does not exist or has no station (`*usage` is true then), or if a station
 * cannot be opened. Call tapping_stream_close after a failure too. */
int tapping_stream_open(struct tapping_stream *stream, bool *usage, struct base_error *error);

/* Appends the frame with the number 0, in words. */
void tapping_stream_describe(const struct tapping_stream *stream, struct base_buffer *out);

/* Runs to its end; every frame is decided then. A station that fails meanwhile
 * ends the run and is its `problem`. */
void tapping_stream_run(struct tapping_stream *stream);

/* Frees everything but the lab, whose stations stay open. */
void tapping_stream_close(struct tapping_stream *stream);

#endif
