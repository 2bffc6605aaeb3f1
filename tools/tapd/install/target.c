/* SPDX-License-Identifier: Apache-2.0
 *
 * One switch as the installer sees it: whether an entry is its own, whether it
 * has what is wanted, and when it is left out. */
#include "tapd/install/installer_inside.h"
#include "tapd/log.h"

#include <string.h>

/* What is known of a switch agrees with what is wanted. */
bool tapd_target_is_right(const struct tapd_target *target)
{
    return !target->session ||
           (target->known && target->compared && !target->stale && !target->refuses &&
            target->n_steps == 0 && target->lack.n_blocked == 0 && target->lack.n_held == 0 &&
            target->lack.n_unsaid == 0 && tapd_session_is_up(target->session));
}

bool tapd_installer_is_installed(const struct tapd_installer *installer)
{
    for (size_t i = 0; installer && i < installer->n_targets; i++) {
        if (!tapd_target_is_right(&installer->targets[i])) {
            return false;
        }
    }
    return installer && installer->network && installer->stage == STAGE_RESTING && !installer->due;
}

void tapd_target_refuse(struct tapd_target *target, const struct base_error *why)
{
    if (!target->refuses && strcmp(target->trouble.text, why->text) != 0) {
        tapd_log("%s: %s", target->name, why->text);
        target->trouble = *why;
    }
    target->refuses = true;
    target->installer->abandoned = true;
}

bool tapd_target_is_own(const struct tapd_target *target, const struct flow_entry *entry)
{
    const struct tapd_network *network = target->installer->network;
    return network && tapd_is_own(network->policy, entry->cookie);
}
