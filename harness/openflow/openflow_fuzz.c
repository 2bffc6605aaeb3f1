/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target over every decoder: any bytes are refused with a reason or
 * understood; what was understood can be written, and is then read and written
 * as the same bytes. The length in the header is made right, because of_frame
 * would have cut the stream there. Seeds are in corpus/. */
#include "testing/openflow_peer.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void fuzz_message(const struct base_buffer *message)
{
    struct base_buffer again = {0}, third = {0};
    struct base_error error = {""};
    int rc = recode(message->data, message->n_bytes, &again, &error);
    require(rc >= 0 || error.text[0]);
    if (rc == 0) {
        require(recode(again.data, again.n_bytes, &third, &error) == 0);
        require(again.n_bytes == third.n_bytes);
        require(memcmp(again.data, third.data, again.n_bytes) == 0);
    }
    base_buffer_free(&again);
    base_buffer_free(&third);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_buffer message = {0};
    if (size <= OFP_MAX_MESSAGE_BYTES) {
        base_put_bytes(&message, data, size);
        base_patch_be16(&message, 2, (uint16_t)size);
        fuzz_message(&message);
        base_buffer_free(&message);
    }
    return 0;
}
