/* SPDX-License-Identifier: Apache-2.0
 *
 * The frames of ours that were sent and seen, kept for whoever wants to look
 * at those of a failure. */
#ifndef RUN_FRAMES_H
#define RUN_FRAMES_H

#include "judge/round.h"
#include "report/pcapng.h"

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

/* A pcapng file with the frames of the probes that did not conform in this
 * round, in the order of time, an interface for each host; each frame's comment
 * says what it is. */
void run_frames_write(struct run_frames *frames, const struct judge_plan *plan,
                      const struct judge_round *round, uint16_t round_number,
                      const struct topology *topology, struct base_buffer *out);

void run_frames_free(struct run_frames *frames);

#endif
