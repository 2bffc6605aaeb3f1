/* SPDX-License-Identifier: Apache-2.0
 *
 * Captured frames are bytes of strangers: printing one reads nothing outside it.
 * libFuzzer. */
#include "tapsniff/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    struct base_buffer out = {0};
    tapsniff_print(data, n_bytes, n_bytes, &out);
    tapsniff_print_hex(data, n_bytes, &out);
    base_buffer_free(&out);
    return 0;
}
