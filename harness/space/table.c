/* SPDX-License-Identifier: Apache-2.0
 *
 * The index over a flow table: entries by ingress port, by actions, by mask,
 * and by what they overlap. */
#include "space/table.h"

#include "base/memory.h"
#include "space/groups.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ numbers */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15;
    return hash ^ hash >> 32;
}

static struct space_actions actions_of(const struct flow_entry *flow)
{
    return (struct space_actions){
        .actions = flow->actions, .n_actions = flow->n_actions, .open = flow_open(flow)};
}

static bool same_actions(const void *aux, uint32_t id, const void *key)
{
    const struct space_actions *a = &((const struct space_table *)aux)->id_actions[id], *b = key;
    return a->open == b->open && a->n_actions == b->n_actions &&
           (a->n_actions == 0 ||
            memcmp(a->actions, b->actions, a->n_actions * sizeof *a->actions) == 0);
}

/* Bytes that no action uses may differ between equal actions: then one list
 * gets two numbers, which costs time and nothing else. */
static uint64_t hash_actions(const struct space_actions *list)
{
    uint64_t hash = mix(list->n_actions, (uintptr_t)list->open);
    for (size_t i = 0; i < list->n_actions; i++) {
        uint64_t words[2];
        memcpy(words, &list->actions[i], sizeof words);
        hash = mix(mix(hash, words[0]), words[1]);
    }
    return hash;
}

static bool same_mask(const void *aux, uint32_t id, const void *key)
{
    const struct space_table *table = aux;
    return memcmp(&table->groups[id].mask, key, sizeof table->groups[id].mask) == 0;
}

static int number_actions(struct space_table *table, const struct space_actions *list, uint32_t *id)
{
    if (base_grow(&table->id_actions, table->actions.n_ids, &table->ids_capacity,
                  sizeof *table->id_actions) < 0) {
        return -1;
    }
    size_t n = table->actions.n_ids;
    if (base_intern(&table->actions, hash_actions(list), same_actions, table, list, id) < 0) {
        return -1;
    }
    if (*id == n) {
        table->id_actions[n] = *list;
    }
    return 0;
}

static int number_mask(struct space_table *table, const struct header *mask, uint32_t *id)
{
    if (base_grow(&table->groups, table->n_groups, &table->groups_capacity, sizeof *table->groups) <
            0 ||
        base_intern(&table->masks, header_hash(mask, 0), same_mask, table, mask, id) < 0) {
        return -1;
    }
    if (*id == table->n_groups) {
        table->groups[table->n_groups++] = (struct space_group){
            .mask = *mask, .is_wide = header_is_wide(mask), .min_rank = UINT32_MAX};
    }
    return 0;
}

/* `like`: an entry that has its numbers, and may have equal ones; ENTRY_NONE: none. */
static int number_entry(struct space_table *table, size_t entry, size_t like)
{
    const struct flow_entry *flow = &table->flows->entries[entry];
    const struct flow_entry *other = like == ENTRY_NONE ? NULL : &table->flows->entries[like];
    const struct space_actions list = actions_of(flow);
    if (other && same_actions(table, table->action_ids[like], &list)) {
        table->action_ids[entry] = table->action_ids[like];
    } else if (number_actions(table, &list, &table->action_ids[entry]) < 0) {
        return -1;
    }
    if (other && same_mask(table, table->group_ids[like], &flow->match.mask)) {
        table->group_ids[entry] = table->group_ids[like];
    } else if (number_mask(table, &flow->match.mask, &table->group_ids[entry]) < 0) {
        return -1;
    }
    struct space_group *group = &table->groups[table->group_ids[entry]];
    uint32_t rank = space_rank(flow);
    group->min_rank = rank < group->min_rank ? rank : group->min_rank;
    group->max_rank = rank > group->max_rank ? rank : group->max_rank;
    return 0;
}

/* -------------------------------------------------------------------- lists */

static int reserve(void *items, size_t n, size_t *capacity, size_t bytes)
{
    char **bytes_of = items;
    if (n > *capacity) {
        size_t wanted = n > 2 * *capacity ? n : 2 * *capacity;
        char *grown = base_realloc(*bytes_of, wanted * bytes);
        if (!grown) {
            return -1;
        }
        memset(grown + *capacity * bytes, 0, (wanted - *capacity) * bytes);
        *bytes_of = grown;
        *capacity = wanted;
    }
    return 0;
}

static int reserve_rows(struct space_table *table, size_t n)
{
    return reserve(&table->indexed, n, &table->rows_capacity[0], sizeof *table->indexed) < 0 ||
                   reserve(&table->action_ids, n, &table->rows_capacity[1],
                           sizeof *table->action_ids) < 0 ||
                   reserve(&table->group_ids, n, &table->rows_capacity[2],
                           sizeof *table->group_ids) < 0 ||
                   reserve(&table->next_same, n, &table->rows_capacity[3],
                           sizeof *table->next_same) < 0
               ? -1
               : 0;
}

/* Of an entry whose bucket is there. (OpenFlow 1.0 knows no masks of in_port.) */
static struct space_bucket *bucket_of(const struct space_table *table, size_t entry)
{
    const struct match *match = &table->flows->entries[entry].match;
    return &table->buckets[match->mask.in_port ? table->bucket_ids[match->value.in_port] : 0];
}

static int find_bucket(struct space_table *table, size_t entry, struct space_bucket **bucket)
{
    const struct match *match = &table->flows->entries[entry].match;
    uint16_t port = match->value.in_port;
    if (match->mask.in_port &&
        reserve(&table->bucket_ids, port + 1u, &table->n_ports, sizeof *table->bucket_ids) < 0) {
        return -1;
    }
    if (match->mask.in_port && table->bucket_ids[port] == 0) {
        if (base_grow(&table->buckets, table->n_buckets, &table->buckets_capacity,
                      sizeof *table->buckets) < 0) {
            return -1;
        }
        table->bucket_ids[port] = (uint32_t)table->n_buckets;
        table->buckets[table->n_buckets++] = (struct space_bucket){.in_port = port};
    }
    *bucket = bucket_of(table, entry);
    return 0;
}

static int append(struct space_list *list, uint32_t entry)
{
    if (base_grow(&list->entries, list->n, &list->capacity, sizeof *list->entries) < 0) {
        return -1;
    }
    list->entries[list->n++] = entry;
    return 0;
}

/* Where the entry is, or belongs. */
static size_t place_of(const struct space_list *list, uint32_t entry)
{
    size_t begin = 0, end = list->n;
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (list->entries[middle] < entry) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return begin;
}

static int list_insert(struct space_list *list, uint32_t entry)
{
    size_t at = place_of(list, entry);
    if (append(list, entry) < 0) {
        return -1;
    }
    memmove(&list->entries[at + 1], &list->entries[at], (list->n - 1 - at) * sizeof *list->entries);
    list->entries[at] = entry;
    return 0;
}

static void list_remove(struct space_list *list, uint32_t entry)
{
    size_t at = place_of(list, entry);
    list->n--;
    memmove(&list->entries[at], &list->entries[at + 1], (list->n - at) * sizeof *list->entries);
}

/* ------------------------------------------------------------------- public */

/* Neighbours are often alike: each is compared with the one before first. */
static int index_all(struct space_table *table, const bool *left_out)
{
    size_t last = ENTRY_NONE;
    if (table->flows->n_entries >= UINT32_MAX ||
        base_grow(&table->buckets, 0, &table->buckets_capacity, sizeof *table->buckets) < 0 ||
        reserve_rows(table, table->flows->n_entries) < 0) {
        return -1;
    }
    table->buckets[table->n_buckets++] = (struct space_bucket){0};
    for (size_t i = 0; i < table->flows->n_entries; i++) {
        struct space_bucket *bucket;
        if ((left_out && left_out[i]) || flow_never_takes(&table->flows->entries[i])) {
            continue;
        }
        if (number_entry(table, i, last) < 0 || find_bucket(table, i, &bucket) < 0 ||
            append(&bucket->list, (uint32_t)i) < 0 ||
            append(&table->groups[table->group_ids[i]].list, (uint32_t)i) < 0) {
            return -1;
        }
        table->indexed[i] = true;
        table->n_entries++;
        last = i;
    }
    return 0;
}

int space_table_index(struct space_table *table, const struct flow_table *flows,
                      const bool *left_out)
{
    *table = (struct space_table){.flows = flows};
    int result = index_all(table, left_out);
    if (result < 0) {
        space_table_free(table);
    }
    return result;
}

void space_table_free(struct space_table *table)
{
    for (size_t i = 0; i < table->n_groups; i++) {
        free(table->groups[i].list.entries);
        free(table->groups[i].slots);
    }
    for (size_t i = 0; i < table->n_buckets; i++) {
        free(table->buckets[i].list.entries);
    }
    free(table->groups);
    free(table->buckets);
    free(table->bucket_ids);
    free(table->indexed);
    free(table->action_ids);
    free(table->group_ids);
    free(table->next_same);
    free(table->id_actions);
    free(table->by_rank);
    base_intern_free(&table->actions);
    base_intern_free(&table->masks);
    space_tree_free(&table->tree);
    *table = (struct space_table){0};
}

static struct space_item item_of(const struct space_table *table, size_t entry)
{
    const struct flow_entry *flow = &table->flows->entries[entry];
    return (struct space_item){
        .match = flow->match, .rank = space_rank(flow), .entry = (uint32_t)entry};
}

int space_table_insert(struct space_table *table, size_t entry)
{
    if (flow_never_takes(&table->flows->entries[entry])) {
        return reserve_rows(table, table->flows->n_entries);
    }
    struct space_item item = item_of(table, entry);
    struct space_bucket *bucket;
    if (entry >= UINT32_MAX || reserve_rows(table, entry + 1) < 0 ||
        number_entry(table, entry, ENTRY_NONE) < 0 || find_bucket(table, entry, &bucket) < 0 ||
        list_insert(&bucket->list, item.entry) < 0) {
        return -1;
    }
    struct space_group *group = &table->groups[table->group_ids[entry]];
    if (list_insert(&group->list, item.entry) < 0) {
        list_remove(&bucket->list, item.entry);
        return -1;
    }
    if (space_group_file(table, group, entry) < 0) {
        list_remove(&group->list, item.entry);
        list_remove(&bucket->list, item.entry);
        return -1;
    }
    table->indexed[entry] = true;
    table->n_entries++;
    if (table->has_tree && space_tree_insert(&table->tree, &item) < 0) {
        table->has_tree = false; /* it will be built when it is needed again */
        space_tree_free(&table->tree);
    }
    return 0;
}

void space_table_remove(struct space_table *table, size_t entry)
{
    if (!table->indexed[entry]) { /* it never takes a packet */
        return;
    }
    struct space_item item = item_of(table, entry);
    struct space_group *group = &table->groups[table->group_ids[entry]];
    space_group_unfile(table, group, entry);
    list_remove(&group->list, item.entry);
    list_remove(&bucket_of(table, entry)->list, item.entry);
    if (table->has_tree) {
        space_tree_remove(&table->tree, &item);
    }
    table->indexed[entry] = false;
    table->n_entries--;
}

static struct space_entries entries_of(const struct space_list *list)
{
    return (struct space_entries){.entries = list->entries, .n_entries = list->n};
}

struct space_entries space_table_port(const struct space_table *table, uint16_t in_port)
{
    uint32_t id = in_port < table->n_ports ? table->bucket_ids[in_port] : 0;
    return id ? entries_of(&table->buckets[id].list) : (struct space_entries){0};
}

struct space_entries space_table_any_port(const struct space_table *table)
{
    return entries_of(&table->buckets[0].list);
}
