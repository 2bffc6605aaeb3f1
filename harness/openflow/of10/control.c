/* SPDX-License-Identifier: Apache-2.0
 *
 * How are the messages written that change a switch? */
#include "openflow/of10/control.h"
#include "openflow/of10/action_codec.h"
#include "openflow/of10/match_codec.h"

static void put_parameters(struct base_buffer *out, const struct of_flow_mod *mod)
{
    base_put_be64(out, mod->entry.cookie);
    base_put_be16(out, mod->command);
    base_put_be16(out, mod->entry.idle_timeout);
    base_put_be16(out, mod->entry.hard_timeout);
    base_put_be16(out, mod->entry.priority);
    base_put_be32(out, mod->buffer_id);
    base_put_be16(out, mod->out_port);
    base_put_be16(out, mod->flags);
}

int of_encode_flow_mod(struct base_buffer *out, uint32_t xid, const struct of_flow_mod *mod,
                       struct base_error *error)
{
    if (mod->command > OFPFC_DELETE_STRICT) {
        return base_fail(error, "flow mod: unknown command %u", mod->command);
    }
    size_t begin = of_begin(out, OFPT_FLOW_MOD, xid);
    if (of_encode_match(out, &mod->entry.match, error)) {
        goto abandon;
    }
    put_parameters(out, mod);
    if (of_encode_actions(out, mod->entry.actions, mod->entry.n_actions, error)) {
        goto abandon;
    }
    of_end(out, begin);
    return 0;
abandon:
    out->n_bytes = begin;
    return -1;
}

void of_encode_set_config(struct base_buffer *out, uint32_t xid, uint16_t miss_send_len)
{
    size_t begin = of_begin(out, OFPT_SET_CONFIG, xid);
    base_put_be16(out, 0);
    base_put_be16(out, miss_send_len);
    of_end(out, begin);
}
