/* SPDX-License-Identifier: Apache-2.0
 *
 * What did the peer not like? */
#include "openflow/error.h"
#include "openflow/check.h"
#include "openflow/of13/multipart.h"
#include "openflow/of13/wire.h"

#include <ctype.h>

enum { MAX_CODES = 16 };

struct error_type {
    const char *name;
    const char *codes[MAX_CODES];
};

static const struct error_type types[] = {
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

/* OpenFlow 1.3.5, section 7.4.4. */
static const struct error_type types13[] = {
    {"OFPET_HELLO_FAILED", {"OFPHFC_INCOMPATIBLE", "OFPHFC_EPERM"}},
    {"OFPET_BAD_REQUEST",
     {"OFPBRC_BAD_VERSION", "OFPBRC_BAD_TYPE", "OFPBRC_BAD_MULTIPART", "OFPBRC_BAD_EXPERIMENTER",
      "OFPBRC_BAD_EXP_TYPE", "OFPBRC_EPERM", "OFPBRC_BAD_LEN", "OFPBRC_BUFFER_EMPTY",
      "OFPBRC_BUFFER_UNKNOWN", "OFPBRC_BAD_TABLE_ID", "OFPBRC_IS_SLAVE", "OFPBRC_BAD_PORT",
      "OFPBRC_BAD_PACKET", "OFPBRC_MULTIPART_BUFFER_OVERFLOW"}},
    {"OFPET_BAD_ACTION",
     {"OFPBAC_BAD_TYPE", "OFPBAC_BAD_LEN", "OFPBAC_BAD_EXPERIMENTER", "OFPBAC_BAD_EXP_TYPE",
      "OFPBAC_BAD_OUT_PORT", "OFPBAC_BAD_ARGUMENT", "OFPBAC_EPERM", "OFPBAC_TOO_MANY",
      "OFPBAC_BAD_QUEUE", "OFPBAC_BAD_OUT_GROUP", "OFPBAC_MATCH_INCONSISTENT",
      "OFPBAC_UNSUPPORTED_ORDER", "OFPBAC_BAD_TAG", "OFPBAC_BAD_SET_TYPE", "OFPBAC_BAD_SET_LEN",
      "OFPBAC_BAD_SET_ARGUMENT"}},
    {"OFPET_BAD_INSTRUCTION",
     {"OFPBIC_UNKNOWN_INST", "OFPBIC_UNSUP_INST", "OFPBIC_BAD_TABLE_ID", "OFPBIC_UNSUP_METADATA",
      "OFPBIC_UNSUP_METADATA_MASK", "OFPBIC_BAD_EXPERIMENTER", "OFPBIC_BAD_EXP_TYPE",
      "OFPBIC_BAD_LEN", "OFPBIC_EPERM"}},
    {"OFPET_BAD_MATCH",
     {"OFPBMC_BAD_TYPE", "OFPBMC_BAD_LEN", "OFPBMC_BAD_TAG", "OFPBMC_BAD_DL_ADDR_MASK",
      "OFPBMC_BAD_NW_ADDR_MASK", "OFPBMC_BAD_WILDCARDS", "OFPBMC_BAD_FIELD", "OFPBMC_BAD_VALUE",
      "OFPBMC_BAD_MASK", "OFPBMC_BAD_PREREQ", "OFPBMC_DUP_FIELD", "OFPBMC_EPERM"}},
    {"OFPET_FLOW_MOD_FAILED",
     {"OFPFMFC_UNKNOWN", "OFPFMFC_TABLE_FULL", "OFPFMFC_BAD_TABLE_ID", "OFPFMFC_OVERLAP",
      "OFPFMFC_EPERM", "OFPFMFC_BAD_TIMEOUT", "OFPFMFC_BAD_COMMAND", "OFPFMFC_BAD_FLAGS"}},
    {"OFPET_GROUP_MOD_FAILED",
     {"OFPGMFC_GROUP_EXISTS", "OFPGMFC_INVALID_GROUP", "OFPGMFC_WEIGHT_UNSUPPORTED",
      "OFPGMFC_OUT_OF_GROUPS", "OFPGMFC_OUT_OF_BUCKETS", "OFPGMFC_CHAINING_UNSUPPORTED",
      "OFPGMFC_WATCH_UNSUPPORTED", "OFPGMFC_LOOP", "OFPGMFC_UNKNOWN_GROUP", "OFPGMFC_CHAINED_GROUP",
      "OFPGMFC_BAD_TYPE", "OFPGMFC_BAD_COMMAND", "OFPGMFC_BAD_BUCKET", "OFPGMFC_BAD_WATCH",
      "OFPGMFC_EPERM"}},
    {"OFPET_PORT_MOD_FAILED",
     {"OFPPMFC_BAD_PORT", "OFPPMFC_BAD_HW_ADDR", "OFPPMFC_BAD_CONFIG", "OFPPMFC_BAD_ADVERTISE",
      "OFPPMFC_EPERM"}},
    {"OFPET_TABLE_MOD_FAILED", {"OFPTMFC_BAD_TABLE", "OFPTMFC_BAD_CONFIG", "OFPTMFC_EPERM"}},
    {"OFPET_QUEUE_OP_FAILED", {"OFPQOFC_BAD_PORT", "OFPQOFC_BAD_QUEUE", "OFPQOFC_EPERM"}},
    {"OFPET_SWITCH_CONFIG_FAILED", {"OFPSCFC_BAD_FLAGS", "OFPSCFC_BAD_LEN", "OFPSCFC_EPERM"}},
    {"OFPET_ROLE_REQUEST_FAILED", {"OFPRRFC_STALE", "OFPRRFC_UNSUP", "OFPRRFC_BAD_ROLE"}},
    {"OFPET_METER_MOD_FAILED",
     {"OFPMMFC_UNKNOWN", "OFPMMFC_METER_EXISTS", "OFPMMFC_INVALID_METER", "OFPMMFC_UNKNOWN_METER",
      "OFPMMFC_BAD_COMMAND", "OFPMMFC_BAD_FLAGS", "OFPMMFC_BAD_RATE", "OFPMMFC_BAD_BURST",
      "OFPMMFC_BAD_BAND", "OFPMMFC_BAD_BAND_VALUE", "OFPMMFC_OUT_OF_METERS",
      "OFPMMFC_OUT_OF_BANDS"}},
    {"OFPET_TABLE_FEATURES_FAILED",
     {"OFPTFFC_BAD_TABLE", "OFPTFFC_BAD_METADATA", "OFPTFFC_BAD_TYPE", "OFPTFFC_BAD_LEN",
      "OFPTFFC_BAD_ARGUMENT", "OFPTFFC_EPERM"}},
};
enum { N_ERROR_TYPES_13 = sizeof types13 / sizeof types13[0] };

int of_decode_error(struct base_reader *body, uint8_t version, struct of_error *of_error,
                    struct base_error *error)
{
    of_error->version = version;
    of_error->type = base_read_be16(body);
    of_error->code = base_read_be16(body);
    of_error->n_data = base_reader_left(body);
    of_error->data = base_read_bytes(body, of_error->n_data);
    return of_check_read(body, "error message", error);
}

static const struct error_type *find(uint8_t version, uint16_t type)
{
    if (version >= OF13_VERSION) {
        return type < N_ERROR_TYPES_13 ? &types13[type] : NULL;
    }
    return type < N_ERROR_TYPES ? &types[type] : NULL;
}

const char *of_error_type_name(uint8_t version, uint16_t type)
{
    const struct error_type *found = find(version, type);
    return found ? found->name : NULL;
}

const char *of_error_code_name(uint8_t version, uint16_t type, uint16_t code)
{
    const struct error_type *found = find(version, type);
    return found && code < MAX_CODES ? found->codes[code] : NULL;
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
    bool is_13 = base_read_u8(&in) >= OF13_VERSION;
    uint8_t type = base_read_u8(&in);
    base_read_skip(&in, 2);
    uint32_t xid = base_read_be32(&in);
    if (!in.failed) {
        const char *name = is_13 ? of13_type_name(type) : of_type_name(type);
        base_put_format(out, " about %s type %u xid 0x%x", name ? name : "message", type, xid);
    }
    base_put_format(out, " (%s)", of_hex(of_error->data, of_error->n_data).text);
}

void of_error_format(const struct of_error *of_error, struct base_buffer *out)
{
    const char *type = of_error_type_name(of_error->version, of_error->type);
    const char *code = of_error_code_name(of_error->version, of_error->type, of_error->code);
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
