/* SPDX-License-Identifier: Apache-2.0
 *
 * What entries without our cookie do to those that have it: block them, hide them, or neither. */
#include "tapd/install/foreign.h"

#include "tapd/install/action_set.h"

static struct tapd_actions actions_of(const struct flow_entry *entry)
{
    return (struct tapd_actions){entry->actions, entry->n_actions};
}

static bool blocks(const struct flow_entry *foreign, const struct flow_entry *ours)
{
    return foreign->table_id == ours->table_id && foreign->priority == ours->priority &&
           match_equal(&foreign->match, &ours->match);
}

size_t tapd_find_port(const struct flow_table *wanted, uint16_t in_port)
{
    size_t low = 0, high = wanted->n_entries;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (wanted->entries[middle].match.value.in_port < in_port) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Entries that go on to other tables may do anything. */
enum tapd_foreign_kind tapd_foreign_does(const struct flow_entry *foreign,
                                         const struct flow_entry *ours)
{
    struct tapd_actions its = actions_of(foreign), actions = actions_of(ours);
    if (!match_overlaps(&foreign->match, &ours->match)) {
        return TAPD_FOREIGN_APART;
    }
    if (blocks(foreign, ours)) {
        return TAPD_FOREIGN_BLOCKS;
    }
    bool differs = instructions_open(foreign->instructions) || !tapd_sends_same(&its, &actions);
    return foreign->priority >= ours->priority && differs ? TAPD_FOREIGN_HIDES : TAPD_FOREIGN_APART;
}

void tapd_foreign_judge(struct tapd_foreign *foreign, const struct flow_table *wanted)
{
    const struct flow_entry *entry = &foreign->entry;
    struct tapd_actions its = actions_of(entry), none = {0};
    bool covered = false, does_more = instructions_open(entry->instructions);
    foreign->kind = TAPD_FOREIGN_APART;
    uint16_t in_port = entry->match.value.in_port, mask = entry->match.mask.in_port;
    for (size_t i = mask ? tapd_find_port(wanted, in_port) : 0; i < wanted->n_entries; i++) {
        const struct flow_entry *ours = &wanted->entries[i];
        if (mask && ours->match.value.in_port != in_port) {
            break;
        }
        enum tapd_foreign_kind kind = tapd_foreign_does(entry, ours);
        if (kind == TAPD_FOREIGN_BLOCKS || (kind == TAPD_FOREIGN_HIDES && !foreign->ours)) {
            foreign->kind = kind;
            foreign->ours = ours;
        }
        if (kind == TAPD_FOREIGN_BLOCKS) {
            return;
        }
        covered |= ours->priority > entry->priority && match_within(&entry->match, &ours->match);
    }
    if (!foreign->ours && !covered && (does_more || !tapd_sends_within(&its, &none))) {
        foreign->kind = TAPD_FOREIGN_BENEATH;
    }
}

const char *tapd_foreign_words(enum tapd_foreign_kind kind)
{
    static const char *const words[] = {
        [TAPD_FOREIGN_APART] = "changes nothing",
        [TAPD_FOREIGN_BENEATH] = "forwards what the policy drops",
        [TAPD_FOREIGN_HIDES] = "hides an entry of the policy",
        [TAPD_FOREIGN_BLOCKS] = "stands where an entry of the policy should",
    };
    return words[kind];
}
