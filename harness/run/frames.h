/* SPDX-License-Identifier: Apache-2.0
 *
 * The frames of ours that were sent and seen, kept for those who want to look
 * at those of a failure. */
#ifndef RUN_FRAMES_H
#define RUN_FRAMES_H

#include "frame/probe.h"
#include "report/pcapng.h"
#include "traffic/round.h"

struct run_frame {
    size_t probe, host; /* where it was sent or seen */
    uint16_t round;
    struct frame_captured frame;
};

/* Zero-initialise before use. */
struct run_frames {
    struct run_frame *items;
    size_t n_items, capacity;
    struct base_arena arena;
};

/* Copies the bytes. Without memory the frame is left out. */
void run_frames_add(struct run_frames *frames, const struct run_frame *frame);

/* Appends a pcapng file of the probes that did not conform in the last round: what was
 * sent and what came, on an interface for each host, and what should have come,
 * on one for each host beside it ("h11 expected"), in the order of time. Each
 * frame's comment says what it is, and which claim it is about. */
struct run_frames_of {
    const struct expectation *expectation;
    const struct traffic_plan *plan;
    const struct traffic_round *round;
    uint16_t round_number;
    const struct frame_run *run;
};
void run_frames_write(struct run_frames *frames, const struct run_frames_of *of,
                      struct base_buffer *out);

/* Frees the frames that were kept; `frames` is empty and usable then. */
void run_frames_free(struct run_frames *frames);

#endif
