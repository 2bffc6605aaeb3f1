/* SPDX-License-Identifier: Apache-2.0
 *
 * One switch as the installer sees it: its table and ports, whether an entry is its own, whether it
 * has what is wanted, and when it is left out. */
#include "tapd/install/installer_inside.h"
#include "tapd/log.h"

#include <stdlib.h>
#include <string.h>

/* What is known of a switch agrees with what is wanted. */
bool tapd_target_is_right(const struct tapd_target *target)
{
    return !target->session || (target->known && target->compared && !target->stale &&
                                !target->refuses && target->n_steps == 0 && target->n_harms == 0 &&
                                target->lack.n_blocked == 0 && target->lack.n_held == 0 &&
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

void tapd_target_forget(struct tapd_target *target)
{
    free(target->order);
    target->order = NULL;
    flow_table_free(&target->table);
    target->table = (struct flow_table){0};
    target->known = false;
}

static int by_key(const void *a, const void *b)
{
    return flow_compare_keys(*(const struct flow_entry *const *)a,
                             *(const struct flow_entry *const *)b);
}

static bool sort_table(struct tapd_target *target)
{
    const struct flow_table *table = &target->table;
    target->order = calloc(table->n_entries + 1, sizeof(const struct flow_entry *));
    for (size_t i = 0; target->order && i < table->n_entries; i++) {
        target->order[i] = &table->entries[i];
    }
    if (target->order) {
        qsort(target->order, table->n_entries, sizeof *target->order, by_key);
    }
    return target->order != NULL;
}

const struct flow_entry *tapd_target_find(struct tapd_target *target,
                                          const struct flow_entry *entry)
{
    if (!target->order && !sort_table(target)) {
        return NULL;
    }
    const struct flow_entry *const *found =
        bsearch(&entry, target->order, target->table.n_entries, sizeof *target->order, by_key);
    return found && tapd_target_is_own(target, *found) ? *found : NULL;
}

void tapd_target_take_port(struct tapd_target *target, const struct of_port_status *status)
{
    size_t at = 0;
    while (at < target->n_ports && target->ports[at].number < status->port.number) {
        at++;
    }
    struct port *port = &target->ports[at];
    bool known = at < target->n_ports && port->number == status->port.number;
    if (status->reason == OFPPR_DELETE) {
        target->n_ports -= known;
        if (known) {
            memmove(port, port + 1, (target->n_ports - at) * sizeof *port);
        }
    } else if (known) {
        *port = status->port;
    } else {
        size_t capacity = target->n_ports;
        if (base_grow(&target->ports, target->n_ports, &capacity, sizeof *target->ports) == 0) {
            port = &target->ports[at];
            memmove(port + 1, port, (target->n_ports++ - at) * sizeof *port);
            *port = status->port;
        }
    }
}

static const char *not_counted_on(const struct tapd_target *target)
{
    if (!target->session) {
        return NULL; /* another controller's */
    }
    if (!tapd_session_is_up(target->session)) {
        return tapd_monotonic_ms() - target->away_ms >= TAPD_AWAY_MS ? "is away" : NULL;
    }
    return tapd_session_is_silent(target->session) ? "says nothing" : NULL;
}

const char *tapd_installer_no_passage(const struct tapd_installer *installer, struct port_ref from,
                                      struct port_ref to)
{
    const struct tapd_target *sender = &installer->targets[from.sw];
    const struct tapd_target *receiver = &installer->targets[to.sw];
    const char *why = not_counted_on(sender);
    why = why ? why : not_counted_on(receiver);
    why = why ? why : port_no_exit(sender->ports, sender->n_ports, from.port);
    return why ? why : port_no_entry(receiver->ports, receiver->n_ports, to.port);
}
