/* SPDX-License-Identifier: Apache-2.0
 *
 * How does a session ask to be told nothing that it has not asked for? */
#include "openflow/of13/async.h"

#include "openflow/of13/wire.h"

enum { SET_ASYNC = 28, SET_ASYNC_BYTES = 32, MASKS_BYTES = 24 };

void of13_encode_quiet(struct base_buffer *out, uint32_t xid)
{
    base_put_u8(out, OF13_VERSION);
    base_put_u8(out, SET_ASYNC);
    base_put_be16(out, SET_ASYNC_BYTES);
    base_put_be32(out, xid);
    base_put_zeros(out, MASKS_BYTES);
}
