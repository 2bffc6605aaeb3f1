/* SPDX-License-Identifier: Apache-2.0
 *
 * Where does a message end, what type is it, and is its length right? */
#include "openflow/message.h"
#include "openflow/check.h"

/* The catalogue: what the length of a whole message of each type may be. */
static const struct {
    const char *name;
    const char *section; /* of the OpenFlow Switch Specification 1.0.0 */
    struct of_length_rule length;
} types[] = {
    [OFPT_HELLO] = {"HELLO", "5.5.1", {8, 1}},
    [OFPT_ERROR] = {"ERROR", "5.4.4", {12, 1}},
    [OFPT_ECHO_REQUEST] = {"ECHO_REQUEST", "5.5.2", {8, 1}},
    [OFPT_ECHO_REPLY] = {"ECHO_REPLY", "5.5.3", {8, 1}},
    [OFPT_VENDOR] = {"VENDOR", "5.5.4", {12, 1}},
    [OFPT_FEATURES_REQUEST] = {"FEATURES_REQUEST", "5.3.1", {8, 0}},
    [OFPT_FEATURES_REPLY] = {"FEATURES_REPLY", "5.3.1", {32, OF_PORT_BYTES}},
    [OFPT_GET_CONFIG_REQUEST] = {"GET_CONFIG_REQUEST", "5.3.2", {8, 0}},
    [OFPT_GET_CONFIG_REPLY] = {"GET_CONFIG_REPLY", "5.3.2", {12, 0}},
    [OFPT_SET_CONFIG] = {"SET_CONFIG", "5.3.2", {12, 0}},
    [OFPT_PACKET_IN] = {"PACKET_IN", "5.4.1", {18, 1}},
    [OFPT_FLOW_REMOVED] = {"FLOW_REMOVED", "5.4.2", {88, 0}},
    [OFPT_PORT_STATUS] = {"PORT_STATUS", "5.4.3", {64, 0}},
    [OFPT_PACKET_OUT] = {"PACKET_OUT", "5.3.6", {16, 1}},
    [OFPT_FLOW_MOD] = {"FLOW_MOD", "5.3.3", {72, 8}},
    [OFPT_PORT_MOD] = {"PORT_MOD", "5.3.3", {32, 0}},
    [OFPT_STATS_REQUEST] = {"STATS_REQUEST", "5.3.5", {OF_STATS_HEADER_BYTES, 1}},
    [OFPT_STATS_REPLY] = {"STATS_REPLY", "5.3.5", {OF_STATS_HEADER_BYTES, 1}},
    [OFPT_BARRIER_REQUEST] = {"BARRIER_REQUEST", "5.3.7", {8, 0}},
    [OFPT_BARRIER_REPLY] = {"BARRIER_REPLY", "5.3.7", {8, 0}},
    [OFPT_QUEUE_GET_CONFIG_REQUEST] = {"QUEUE_GET_CONFIG_REQUEST", "5.3.4", {12, 0}},
    [OFPT_QUEUE_GET_CONFIG_REPLY] = {"QUEUE_GET_CONFIG_REPLY", "5.3.4", {16, 8}},
};
_Static_assert(sizeof types / sizeof types[0] == OF_N_TYPES, "every type has its row");

static struct of_header read_header(struct base_reader *in)
{
    struct of_header header;
    header.version = base_read_u8(in);
    header.type = base_read_u8(in);
    header.length = base_read_be16(in);
    header.xid = base_read_be32(in);
    return header;
}

int of_frame(const void *bytes, size_t n_bytes, size_t *n_message, struct base_error *error)
{
    struct base_reader in = base_reader_over(bytes, n_bytes);
    struct of_header header = read_header(&in);
    *n_message = 0;
    if (in.failed) {
        return 0;
    }
    if (header.length < OF_HEADER_BYTES) {
        return base_fail(error, "a message says that it has %u bytes, its header alone has 8 (%s)",
                         header.length, of_hex(bytes, n_bytes).text);
    }
    *n_message = header.length;
    return 0;
}

/* The layout of these two is the same in every version, and the first of them
 * comes before a version is agreed upon. */
static bool any_version(uint8_t type)
{
    return type == OFPT_HELLO || type == OFPT_ERROR;
}

static int check_header(const struct of_header *header, struct base_error *error)
{
    if (header->version != OFP_VERSION && !any_version(header->type)) {
        return base_fail(error, "version is %u, 1 was agreed upon", header->version);
    }
    if (header->type < OF_N_TYPES && !of_length_fits(types[header->type].length, header->length)) {
        return base_fail(error, "has %u bytes, must have %s (section %s)", header->length,
                         of_length_words(types[header->type].length).text,
                         types[header->type].section);
    }
    return 0;
}

int of_open(const void *bytes, size_t n_bytes, struct of_header *header, struct base_reader *body,
            struct base_error *error)
{
    *body = base_reader_over(bytes, n_bytes);
    *header = read_header(body);
    if (body->failed || header->length != n_bytes) {
        return base_fail(error, "message of %zu bytes says that it has %u (%s)", n_bytes,
                         header->length, of_hex(bytes, n_bytes).text);
    }
    if (check_header(header, error)) {
        const char *name = of_type_name(header->type);
        return base_fail_in(error, "%s type %u xid 0x%x (%s)", name ? name : "message",
                            header->type, header->xid, of_hex(bytes, n_bytes).text);
    }
    return 0;
}

const char *of_type_name(uint8_t type)
{
    return type < OF_N_TYPES ? types[type].name : NULL;
}

size_t of_begin(struct base_buffer *out, enum of_type type, uint32_t xid)
{
    size_t begin = out->n_bytes;
    base_put_u8(out, OFP_VERSION);
    base_put_u8(out, (uint8_t)type);
    base_put_be16(out, 0);
    base_put_be32(out, xid);
    return begin;
}

void of_end(struct base_buffer *out, size_t begin)
{
    size_t n_bytes = out->n_bytes - begin;
    if (n_bytes > OFP_MAX_MESSAGE_BYTES) {
        out->failed = true;
        return;
    }
    base_patch_be16(out, begin + 2, (uint16_t)n_bytes);
}

void of_encode_empty(struct base_buffer *out, enum of_type type, uint32_t xid)
{
    of_end(out, of_begin(out, type, xid));
}

void of_encode_bytes(struct base_buffer *out, enum of_type type, uint32_t xid, const void *bytes,
                     size_t n_bytes)
{
    size_t begin = of_begin(out, type, xid);
    base_put_bytes(out, bytes, n_bytes);
    of_end(out, begin);
}
