/* SPDX-License-Identifier: Apache-2.0
 *
 * sFlow datagrams are bytes of strangers: any are refused with a reason or read
 * to their end, and what was checked is read to its end, with a reason for what is broken in it.
 * libFuzzer; seeds are in corpus/datagram. */
#include "sflow/datagram.h"

#include "frame/parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    struct base_error error = {""};
    struct sflow_datagram datagram;
    struct sflow_sample sample;
    char text[SFLOW_ADDRESS_TEXT];
    if (sflow_check(data, n_bytes, &error)) {
        require(error.text[0]);
        return 0;
    }
    require(sflow_open(data, n_bytes, &datagram, &error) == 0);
    sflow_address_format(&datagram.agent, text);
    while (sflow_next(&datagram, &sample, &error) > 0) {
        bool broken = sample.n_broken > 0 || sample.kind == SFLOW_BROKEN;
        struct header header;
        require(broken == (error.text[0] != '\0'));
        error.text[0] = '\0';
        frame_parse_cut(sample.flow.header, sample.flow.n_header_bytes, sample.flow.frame_bytes, 1,
                        &header);
    }
    require(!error.text[0]);
    return 0;
}
