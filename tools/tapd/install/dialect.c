/* SPDX-License-Identifier: Apache-2.0
 *
 * How does OpenFlow 1.0 say an entry that was compiled for 1.3? */
#include "tapd/install/dialect.h"

#include "openflow/of10/match_codec.h"
#include "openflow/wire.h"

static bool has_tags(const struct flow_entry *entry)
{
    bool found = false;
    for (size_t i = 0; i < entry->n_actions && !found; i++) {
        uint16_t type = entry->actions[i].type;
        found = type == ACTION_PUSH_VLAN || type == ACTION_POP_VLAN;
    }
    return found;
}

/* A tag that is pushed is set instead. (The plan pops none that it pushed itself.) */
static const struct flow_entry *without_pushing(const struct flow_entry *wanted,
                                                struct base_arena *arena)
{
    struct flow_entry *said = base_arena_copy(arena, wanted, sizeof *wanted);
    struct action *actions = base_arena_alloc(arena, wanted->n_actions * sizeof *actions);
    if (!said || !actions) {
        return NULL;
    }
    said->actions = actions;
    said->n_actions = 0;
    for (size_t i = 0; i < wanted->n_actions; i++) {
        if (wanted->actions[i].type != ACTION_PUSH_VLAN) {
            actions[said->n_actions++] = action_plain(&wanted->actions[i]);
        }
    }
    return said;
}

static int check_match(const struct flow_entry *wanted, struct base_error *why)
{
    struct base_buffer bytes = {0};
    int status = of_encode_match(&bytes, &wanted->match, why) ? 1 : 0;
    if (wanted->n_extras > 0) {
        status = 1;
        base_fail(why, "it has no match on %s", field_of(wanted->extras[0].id)->name);
    }
    status = bytes.failed ? -1 : status;
    base_buffer_free(&bytes);
    return status;
}

int tapd_dialect(const struct flow_entry *wanted, uint8_t version, struct base_arena *arena,
                 const struct flow_entry **said, struct base_error *why)
{
    *said = wanted;
    if (version != OFP_VERSION) {
        return 0;
    }
    int status = check_match(wanted, why);
    if (status == 0 && has_tags(wanted)) {
        *said = without_pushing(wanted, arena);
        status = *said ? 0 : -1;
    }
    return status;
}
