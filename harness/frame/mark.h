/* SPDX-License-Identifier: Apache-2.0
 *
 * The mark by which a probe is known, wherever it arrives and whatever became
 * of its header: 32 bytes of its payload, all numbers big-endian.
 *
 *      0  magic      "tapproof"
 *      8  nonce      of the run
 *     16  number     of the probe in the run's plan; of the speech, FRAME_NO_SPEECH: of none
 *     20  round      in which the frame is sent
 *     22  kind       enum frame_kind
 *     23  zero
 *     24  tag        SipHash-2-4 of the 24 bytes above, with the run's key
 *
 * Without the key no valid tag can be made: frames of others, of older runs and
 * of concurrent runs are never taken for ours. */
#ifndef FRAME_MARK_H
#define FRAME_MARK_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME_MARK_BYTES = 32 };

/* What all marks of a run share. The caller fills it in with random bytes,
 * fresh ones for each run. */
struct frame_run {
    uint64_t nonce;
    uint8_t key[16];
};

/* FRAME_SPEECH: of a host to itself or to another one, so that switches learn where it is; with
 * FRAME_NO_SPEECH it is of a switch, and crosses a cable to be counted. */
enum frame_kind { FRAME_PROBE = 1, FRAME_SENTINEL = 2, FRAME_SPEECH = 3 };

/* Of no speech is this the number. */
#define FRAME_NO_SPEECH UINT32_MAX

struct frame_mark {
    uint32_t number;
    uint16_t round;
    uint8_t kind; /* enum frame_kind */
};

/* Appends the mark, FRAME_MARK_BYTES. */
void frame_mark_put(const struct frame_run *run, const struct frame_mark *mark,
                    struct base_buffer *out);

/* Whether a mark of this run is at this offset; if so, `mark` is filled in. */
bool frame_mark_read(const struct frame_run *run, const void *bytes, size_t n_bytes, size_t offset,
                     struct frame_mark *mark);

/* Reads the mark of any run at this offset. Returns false if there is none.
 * Without the run's key, a forged one is taken for genuine. */
bool frame_mark_peek(const void *bytes, size_t n_bytes, size_t offset, uint64_t *nonce,
                     struct frame_mark *mark);

#define FRAME_NO_MARK SIZE_MAX

/* The first offset from `from` on where a mark of any run may be (its magic is
 * there), or FRAME_NO_MARK. */
size_t frame_mark_find(const void *bytes, size_t n_bytes, size_t from);

#endif
