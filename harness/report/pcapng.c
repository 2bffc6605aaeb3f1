/* SPDX-License-Identifier: Apache-2.0
 *
 * Where are the frames of a result written, and under which comment? */
#include "report/pcapng.h"

#include "report/escape.h"

#include <assert.h>

/* Host names are clean: yaml/ takes no others. Comments quote frames and errors. */
static void put_frame(struct base_buffer *out, const struct frame_captured *frame)
{
    struct base_buffer clean = {0};
    struct frame_captured cleaned = *frame;
    if (frame->comment) {
        report_put_clean(&clean, frame->comment);
        cleaned.comment = base_buffer_text(&clean);
    }
    frame_pcapng_put(&cleaned, out);
    report_drop_scratch(&clean, out);
}

void report_pcapng(const struct frame_captured *frames, size_t n_frames,
                   const char *const *interfaces, size_t n_interfaces, struct base_buffer *out)
{
    frame_pcapng_begin(interfaces, n_interfaces, out);
    for (size_t i = 0; i < n_frames; i++) {
        assert(frames[i].interface < n_interfaces);
        put_frame(out, &frames[i]);
    }
}
