/* SPDX-License-Identifier: Apache-2.0
 *
 * Captured frames are bytes of strangers: none may read outside itself,
 * whatever it is parsed, recognised or compared as. libFuzzer; the first byte divides the input
 * into the two frames that are compared; seeds are in corpus/frame. */
#include "frame/difference.h"
#include "frame/parse.h"
#include "frame/probe.h"

#include "base/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    static const struct frame_run run = {.nonce = 1};
    struct base_reader reader = base_reader_over(data, n_bytes);
    size_t n_first = base_read_u8(&reader);
    struct base_reader first = base_read_child(&reader, n_first);
    size_t n_one = base_reader_left(&first), n_two = base_reader_left(&reader);
    struct base_buffer out = {0};
    struct frame_view view;
    struct frame_mark mark;
    struct header one, two;
    frame_dissect(reader.at, n_two, 1, &view);
    frame_recognize(&run, reader.at, n_two, &mark);
    if (n_one > 0 && n_two > 0) {
        frame_difference(first.at, n_one, reader.at, n_two, &out);
        frame_parse(first.at, n_one, 1, &one);
        frame_parse_cut(reader.at, n_two, n_two + 1, 1, &two);
        frame_is_answer(&one, &two);
    }
    base_buffer_free(&out);
    return 0;
}
