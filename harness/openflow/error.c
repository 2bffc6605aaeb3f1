/* SPDX-License-Identifier: Apache-2.0
 *
 * What did the peer not like? */
#include "openflow/error.h"
#include "openflow/check.h"

#include <ctype.h>

enum { MAX_CODES = 9 };

static const struct {
    const char *name;
    const char *codes[MAX_CODES];
} types[] = {
    [OFPET_HELLO_FAILED] = {"OFPET_HELLO_FAILED", {"OFPHFC_INCOMPATIBLE", "OFPHFC_EPERM"}},
    [OFPET_BAD_REQUEST] = {"OFPET_BAD_REQUEST",
                           {"OFPBRC_BAD_VERSION", "OFPBRC_BAD_TYPE", "OFPBRC_BAD_STAT",
                            "OFPBRC_BAD_VENDOR", "OFPBRC_BAD_SUBTYPE", "OFPBRC_EPERM",
                            "OFPBRC_BAD_LEN", "OFPBRC_BUFFER_EMPTY", "OFPBRC_BUFFER_UNKNOWN"}},
    [OFPET_BAD_ACTION] = {"OFPET_BAD_ACTION",
                          {"OFPBAC_BAD_TYPE", "OFPBAC_BAD_LEN", "OFPBAC_BAD_VENDOR",
                           "OFPBAC_BAD_VENDOR_TYPE", "OFPBAC_BAD_OUT_PORT", "OFPBAC_BAD_ARGUMENT",
                           "OFPBAC_EPERM", "OFPBAC_TOO_MANY", "OFPBAC_BAD_QUEUE"}},
    [OFPET_FLOW_MOD_FAILED] = {"OFPET_FLOW_MOD_FAILED",
                               {"OFPFMFC_ALL_TABLES_FULL", "OFPFMFC_OVERLAP", "OFPFMFC_EPERM",
                                "OFPFMFC_BAD_EMERG_TIMEOUT", "OFPFMFC_BAD_COMMAND",
                                "OFPFMFC_UNSUPPORTED"}},
    [OFPET_PORT_MOD_FAILED] = {"OFPET_PORT_MOD_FAILED",
                               {"OFPPMFC_BAD_PORT", "OFPPMFC_BAD_HW_ADDR"}},
    [OFPET_QUEUE_OP_FAILED] = {"OFPET_QUEUE_OP_FAILED",
                               {"OFPQOFC_BAD_PORT", "OFPQOFC_BAD_QUEUE", "OFPQOFC_EPERM"}},
};
enum { N_ERROR_TYPES = sizeof types / sizeof types[0] };

int of_decode_error(struct base_reader *body, struct of_error *of_error, struct base_error *error)
{
    of_error->type = base_read_be16(body);
    of_error->code = base_read_be16(body);
    of_error->n_data = base_reader_left(body);
    of_error->data = base_read_bytes(body, of_error->n_data);
    return of_check_read(body, "error message", error);
}

const char *of_error_type_name(uint16_t type)
{
    return type < N_ERROR_TYPES ? types[type].name : NULL;
}

const char *of_error_code_name(uint16_t type, uint16_t code)
{
    return type < N_ERROR_TYPES && code < MAX_CODES ? types[type].codes[code] : NULL;
}

static void format_text(const struct of_error *of_error, struct base_buffer *out)
{
    enum { SHOWN = 128 };
    base_put_text(out, ": \"");
    for (size_t i = 0; i < of_error->n_data && i < SHOWN && of_error->data[i]; i++) {
        base_put_format(out, "%c", isprint(of_error->data[i]) ? of_error->data[i] : '?');
    }
    base_put_text(out, "\"");
}

static void format_offender(const struct of_error *of_error, struct base_buffer *out)
{
    struct base_reader in = base_reader_over(of_error->data, of_error->n_data);
    base_read_skip(&in, 1);
    uint8_t type = base_read_u8(&in);
    base_read_skip(&in, 2);
    uint32_t xid = base_read_be32(&in);
    if (!in.failed) {
        const char *name = of_type_name(type);
        base_put_format(out, " about %s type %u xid 0x%x", name ? name : "message", type, xid);
    }
    base_put_format(out, " (%s)", of_hex(of_error->data, of_error->n_data).text);
}

void of_error_format(const struct of_error *of_error, struct base_buffer *out)
{
    const char *type = of_error_type_name(of_error->type);
    const char *code = of_error_code_name(of_error->type, of_error->code);
    if (type) {
        base_put_text(out, type);
    } else {
        base_put_format(out, "error type %u", of_error->type);
    }
    if (code) {
        base_put_format(out, " %s", code);
    } else {
        base_put_format(out, " code %u", of_error->code);
    }
    if (of_error->type == OFPET_HELLO_FAILED && of_error->n_data > 0) {
        format_text(of_error, out);
    } else {
        format_offender(of_error, out);
    }
}
