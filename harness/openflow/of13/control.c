/* SPDX-License-Identifier: Apache-2.0
 *
 * How does a controller change a switch of OpenFlow 1.3, and what does it hear of it? */
#include "openflow/of13/control.h"

#include "openflow/check.h"
#include "openflow/of13/flow_codec.h"
#include "openflow/of13/match_codec.h"
#include "openflow/of13/multipart.h"
#include "openflow/of13/port_codec.h"
#include "openflow/of13/wire.h"
#include "openflow/port_number.h"

static void put_parameters(struct base_buffer *out, const struct of_flow_mod *mod)
{
    base_put_be64(out, mod->entry.cookie);
    (void)base_put_zeros(out, 8); /* no bit of the cookie must agree */
    base_put_u8(out, mod->entry.table_id);
    base_put_u8(out, (uint8_t)mod->command);
    base_put_be16(out, mod->entry.idle_timeout);
    base_put_be16(out, mod->entry.hard_timeout);
    base_put_be16(out, mod->entry.priority);
    base_put_be32(out, mod->buffer_id);
    base_put_be32(out, of_port_to_wire(mod->out_port));
    base_put_be32(out, OF13_ANY);
    base_put_be16(out, mod->flags);
    (void)base_put_zeros(out, 2);
}

int of13_encode_flow_mod(struct base_buffer *out, uint32_t xid, const struct of_flow_mod *mod,
                         struct base_error *error)
{
    if (mod->command > OFPFC_DELETE_STRICT) {
        return base_fail(error, "flow mod: unknown command %u", mod->command);
    }
    size_t begin = of13_begin(out, OFPT_FLOW_MOD, xid);
    put_parameters(out, mod);
    if (of13_encode_match(out, &mod->entry, error) ||
        of13_encode_instructions(out, &mod->entry, error)) {
        out->n_bytes = begin;
        return -1;
    }
    of_end(out, begin);
    return 0;
}

void of13_encode_set_config(struct base_buffer *out, uint32_t xid, uint16_t miss_send_len)
{
    size_t begin = of13_begin(out, OFPT_SET_CONFIG, xid);
    base_put_be16(out, 0);
    base_put_be16(out, miss_send_len);
    of_end(out, begin);
}

int of13_decode_flow_removed(struct base_reader *body, struct base_arena *arena,
                             struct of_flow_removed *removed, struct base_error *error)
{
    *removed = (struct of_flow_removed){0};
    struct flow_entry *entry = &removed->entry;
    entry->cookie = base_read_be64(body);
    entry->priority = base_read_be16(body);
    removed->reason = base_read_u8(body);
    entry->table_id = base_read_u8(body);
    entry->duration_sec = base_read_be32(body);
    entry->duration_nsec = base_read_be32(body);
    entry->idle_timeout = base_read_be16(body);
    entry->hard_timeout = base_read_be16(body);
    entry->n_packets = base_read_be64(body);
    entry->n_bytes = base_read_be64(body);
    return of_check_read(body, "flow removed", error)
               ? -1
               : of13_decode_match(body, arena, entry, error);
}

int of13_decode_port_status(struct base_reader *body, struct of_port_status *status,
                            struct base_error *error)
{
    status->reason = base_read_u8(body);
    base_read_skip(body, 7);
    return of13_decode_port(body, &status->port, error) ? -1
                                                        : of_check_read(body, "port status", error);
}
