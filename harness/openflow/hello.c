/* SPDX-License-Identifier: Apache-2.0
 *
 * Which versions does each side speak? */
#include "openflow/message.h"

enum { BITMAP = 1, ELEMENT_BYTES = 8, MAX_VERSION = 31 };

void of_encode_hello(struct base_buffer *out, uint32_t xid, uint32_t versions)
{
    size_t begin = of_begin(out, OFPT_HELLO, xid);
    int highest = 31 - __builtin_clz(versions | 1); /* none is said as 1.0 alone */
    if (highest > OFP_VERSION) {
        if (!out->failed) {
            out->data[begin] = (uint8_t)highest;
        }
        base_put_be16(out, BITMAP);
        base_put_be16(out, ELEMENT_BYTES);
        base_put_be32(out, versions);
    }
    of_end(out, begin);
}

/* Those of the element; 0: there is none. */
static uint32_t listed_versions(struct base_reader body)
{
    while (base_reader_left(&body) >= ELEMENT_BYTES) {
        uint16_t type = base_read_be16(&body), length = base_read_be16(&body);
        if (length < 4) {
            break;
        }
        struct base_reader element = base_read_child(&body, length - 4u);
        base_read_skip(&body, (8 - length % 8) % 8);
        if (type == BITMAP && base_reader_left(&element) >= 4) {
            return base_read_be32(&element);
        }
    }
    return 0;
}

uint32_t of_decode_hello(const struct of_header *header, struct base_reader body)
{
    uint32_t listed = listed_versions(body);
    uint8_t highest = header->version < MAX_VERSION ? header->version : MAX_VERSION;
    return listed ? listed : UINT32_MAX >> (31 - highest) & ~UINT32_C(1);
}

void of_format_versions(uint32_t versions, struct base_buffer *out)
{
    const char *divider = "";
    for (int version = 1; version <= MAX_VERSION; version++) {
        if (versions >> version & 1) {
            base_put_format(out, "%s1.%d", divider, version - 1);
            divider = ", ";
        }
    }
}
