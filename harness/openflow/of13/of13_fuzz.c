/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target over the decoders of OpenFlow 1.3: any bytes are refused with a reason or
 * understood. What was understood of an entry or a group, if it can be written, is read and written
 * as the same bytes; and it has a text that is read back as the same. The length in the header is
 * made right, because of_frame would have cut the stream there. */
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "openflow/control.h"
#include "openflow/of13/flow_codec.h"
#include "openflow/of13/group_codec.h"
#include "openflow/of13/match_codec.h"
#include "openflow/protocol.h"
#include "testing/openflow_peer.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ENTRIES = 1000, VERSION = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* The bytes of one match. False: OpenFlow 1.3 cannot say it. */
static bool write_match(const struct flow_entry *entry, struct base_buffer *out)
{
    struct base_error error = {""};
    bool written = of13_encode_match(out, entry, &error) == 0;
    require(written || error.text[0]);
    return written && !out->failed;
}

/* Reads what was written and writes it once more. */
static void write_again(const struct base_buffer *bytes, uint8_t table_id, struct base_buffer *out)
{
    struct base_reader in = base_reader_over(bytes->data, bytes->n_bytes);
    struct base_arena arena = {0};
    struct flow_entry read = {.table_id = table_id};
    require(of13_decode_match(&in, &arena, &read, NULL) == 0);
    require(write_match(&read, out));
    base_arena_free(&arena);
}

/* What NXM says of a tag and no frame has is a field of its own once it was read as OXM: after that
 * all stays as it is.
 */
static void check_match(const struct flow_entry *entry)
{
    struct base_buffer once = {0}, twice = {0}, thrice = {0};
    if (write_match(entry, &once)) {
        write_again(&once, entry->table_id, &twice);
        write_again(&twice, entry->table_id, &thrice);
        require(twice.n_bytes == once.n_bytes && thrice.n_bytes == once.n_bytes);
        require(memcmp(twice.data, thrice.data, twice.n_bytes) == 0);
    }
    base_buffer_free(&once);
    base_buffer_free(&twice);
    base_buffer_free(&thrice);
}

static void check_entry(const struct flow_entry *entry)
{
    struct base_buffer bytes = {0}, text = {0};
    struct base_error error = {""};
    check_match(entry);
    require(of13_encode_instructions(&bytes, entry, &error) == 0 || error.text[0]);
    ofctl_format_flow(entry, FLOW_WITH_STATS, &text);
    require(text.n_bytes > 0);
    base_buffer_free(&bytes);
    base_buffer_free(&text);
}

static void check_groups(const struct group_table *groups)
{
    struct base_buffer text = {0};
    for (size_t i = 0; i < groups->n_groups; i++) {
        struct base_error error = {""};
        ofctl_format_group(&groups->groups[i], &text);
        require(peer_put_buckets(&text, &groups->groups[i], &error) == 0 || error.text[0]);
    }
    for (size_t i = 0; i < groups->n_meters; i++) {
        ofctl_format_meter(&groups->meters[i], &text);
    }
    base_buffer_free(&text);
}

static int take_reply(const struct of_protocol *protocol, struct base_reader *body,
                      struct switch_state *state, struct base_error *error)
{
    struct of_stats stats;
    if (protocol->open_stats(body, &stats, error)) {
        return -1;
    }
    struct base_buffer question = {0};
    protocol->ask(&question, 1, stats.kind);
    require(question.n_bytes >= 16 && question.n_bytes % 8 == 0);
    base_buffer_free(&question);
    switch (stats.kind) {
    case OFPST_FLOW:
        return protocol->flows(body, &state->flows, MAX_ENTRIES, error);
    case OFPST_PORT:
        return protocol->counters(body, state, error);
    case OFPST_PORT_DESC:
        return protocol->ports(body, state, error);
    case OFPST_GROUP_DESC:
        return protocol->groups(body, &state->groups, error);
    case OFPST_METER_CONFIG:
        return protocol->meters(body, &state->groups, error);
    case OFPST_METER:
        return protocol->meter_counters(body, &state->groups, error);
    default:
        return 0;
    }
}

/* What comes unasked. */
static int take_event(const struct of_header *header, struct base_reader *body,
                      struct base_error *error)
{
    struct of_flow_removed removed;
    struct of_port_status status;
    struct base_arena arena = {0};
    if (header->type == OFPT_PORT_STATUS) {
        return of_control(VERSION)->port_status(body, &status, error);
    }
    int result = of_control(VERSION)->flow_removed(body, &arena, &removed, error);
    if (result == 0) {
        check_entry(&removed.entry);
    }
    base_arena_free(&arena);
    return result;
}

static void answer_hello(uint32_t versions)
{
    struct base_buffer out = {0};
    of_format_versions(versions, &out);
    of_encode_hello(&out, 1, versions);
    base_buffer_free(&out);
}

static int take(const struct base_buffer *message, struct switch_state *state,
                struct base_error *error)
{
    const struct of_protocol *protocol = of_protocol(VERSION);
    struct of_header header;
    struct base_reader body;
    if (protocol->open(message->data, message->n_bytes, &header, &body, error)) {
        return -1;
    }
    switch (header.type) {
    case OFPT_HELLO:
        answer_hello(of_decode_hello(&header, body));
        return 0;
    case OFPT_FEATURES_REPLY:
        return protocol->features(&body, state, error);
    case OFPT_STATS_REPLY:
        return take_reply(protocol, &body, state, error);
    case OFPT_FLOW_REMOVED:
    case OFPT_PORT_STATUS:
        return take_event(&header, &body, error);
    default:
        return 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_buffer message = {0};
    struct switch_state state = {0};
    struct base_error error = {""};
    if (size < 4 || size > OFP_MAX_MESSAGE_BYTES) {
        return 0;
    }
    base_put_bytes(&message, data, size);
    base_patch_be16(&message, 2, (uint16_t)size);
    require(take(&message, &state, &error) == 0 || error.text[0]);
    for (size_t i = 0; i < state.flows.n_entries; i++) {
        check_entry(&state.flows.entries[i]);
    }
    check_groups(&state.groups);
    switch_state_free(&state);
    base_buffer_free(&message);
    return 0;
}
