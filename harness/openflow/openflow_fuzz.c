/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target over every decoder: any bytes are refused with a reason or
 * understood; what was understood can be written, and is then read and written
 * as the same bytes; Open vSwitch's own statistics, with whatever match, as the same text. The
 * length in the header is made right, because of_frame would have cut the stream there. Seeds are
 * in corpus/openflow. */
#include "ofctl/flow.h"
#include "openflow/of10/nxst.h"
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

static void require_same_text(const struct flow_entry *entry)
{
    struct flow_table again = {0};
    struct base_buffer text = {0};
    struct base_error error;
    size_t column;
    ofctl_format_flow(entry, FLOW_WITH_STATS, &text);
    require(ofctl_parse_reported_flow(base_buffer_text(&text), &again, &column, &error) == 0);
    require(flow_equal(entry, &again.entries[0]));
    flow_table_free(&again);
    base_buffer_free(&text);
}

/* As a reply to a request for NXST_FLOW, if it is one. */
static void fuzz_nxst(const struct base_buffer *message)
{
    struct of_header header;
    struct of_stats stats;
    struct base_reader body;
    struct flow_table table = {0};
    struct base_error error = {""};
    if (of_open(message->data, message->n_bytes, &header, &body, &error) == 0 &&
        header.type == OFPT_STATS_REPLY && of_open_stats(&body, &stats, &error) == 0 &&
        stats.kind == OFPST_VENDOR) {
        int status = of_decode_nxst_flow(&body, &table, SIZE_MAX, &error);
        require(status == 0 || error.text[0]);
        for (size_t i = 0; status == 0 && i < table.n_entries; i++) {
            require_same_text(&table.entries[i]);
        }
    }
    flow_table_free(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_buffer message = {0};
    struct base_error error = {""};
    size_t n_message;
    require(of_frame(data, size, &n_message, &error) == 0 || error.text[0]);
    if (size <= OFP_MAX_MESSAGE_BYTES) {
        base_put_bytes(&message, data, size);
        base_patch_be16(&message, 2, (uint16_t)size);
        fuzz_message(&message);
        fuzz_nxst(&message);
        base_buffer_free(&message);
    }
    return 0;
}
