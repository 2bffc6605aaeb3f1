/* SPDX-License-Identifier: Apache-2.0
 *
 * When are two actions, or two lists of them, the same. */
#include "model/action.h"

#include <string.h>

bool action_equal(const struct action *a, const struct action *b)
{
    if (a->type != b->type) {
        return false;
    }
    switch ((enum action_type)a->type) {
    case ACTION_OUTPUT:
        return a->port == b->port && a->max_len == b->max_len;
    case ACTION_SET_VLAN_VID: /* vlan_vid and tp_port are one member */
    case ACTION_SET_TP_SRC:
    case ACTION_SET_TP_DST:
        return a->tp_port == b->tp_port;
    case ACTION_SET_VLAN_PCP: /* and so are vlan_pcp and nw_tos */
    case ACTION_SET_NW_TOS:
        return a->nw_tos == b->nw_tos;
    case ACTION_STRIP_VLAN:
        return true;
    case ACTION_SET_DL_SRC:
    case ACTION_SET_DL_DST:
        return memcmp(a->dl_addr, b->dl_addr, sizeof a->dl_addr) == 0;
    case ACTION_SET_NW_SRC:
    case ACTION_SET_NW_DST:
        return a->nw_addr == b->nw_addr;
    case ACTION_ENQUEUE:
        return a->port == b->port && a->queue_id == b->queue_id;
    case ACTION_VENDOR:
        return a->body_bytes == b->body_bytes &&
               (a->body_bytes == 0 || memcmp(a->body, b->body, a->body_bytes) == 0);
    }
    return false; /* a type that no decoder lets in is equal to nothing */
}

bool actions_equal(const struct action *a, size_t n_a, const struct action *b, size_t n_b)
{
    for (size_t i = 0; i < n_a && i < n_b; i++) {
        if (!action_equal(&a[i], &b[i])) {
            return false;
        }
    }
    return n_a == n_b;
}

bool actions_send_to(const struct action *actions, size_t n_actions, uint16_t port)
{
    bool found = false;
    for (size_t i = 0; i < n_actions && !found; i++) {
        found = action_sends(&actions[i]) && actions[i].port == port;
    }
    return found;
}
