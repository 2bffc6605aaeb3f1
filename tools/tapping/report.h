/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run has shown, for people and as JSON. Pure. */
#ifndef TAPPING_REPORT_H
#define TAPPING_REPORT_H

#include "base/buffer.h"
#include "tapping/tally.h"

/* One run at its end. */
struct tapping_summary {
    const char *from, *to; /* `to` NULL: no host in particular */
    const char *frame;     /* in words */
    const struct tapping_tally *tally;
    uint64_t duration_ns;
    double max_loss;     /* percent */
    const char *problem; /* why it could not look; NULL: it could */
};

/* Appends one frame that came to a place: "60 bytes at h2: seq=3 time=0.084 ms". `note`:
 * how it was altered; "" if it was not. */
void tapping_report_line(const struct tapping_place *place, enum tapping_sight sight,
                         uint64_t number, uint64_t latency_ns, size_t n_bytes, const char *note,
                         struct base_buffer *out);

/* Appends the whole summary, as text for a terminal and as one JSON object. */
void tapping_report_text(const struct tapping_summary *summary, struct base_buffer *out);
void tapping_report_json(const struct tapping_summary *summary, struct base_buffer *out);

/* The exit status: 0, 1 or 3, as the help text says. */
int tapping_report_status(const struct tapping_summary *summary);

#endif
