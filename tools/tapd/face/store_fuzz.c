/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target: the file of `tapd --state`, from its text to the tables. Beyond crashes: what
 * is refused is told why, and nothing of it is used; what is read, and what becomes of it under a
 * policy, is the same when it is saved and read again; no two taps have one name, or one id, not
 * even with one that is new; each ends. Seeds are in corpus/store. */
#include "tapd/face/roster.h"

#include "testing/yaml_memory.h"

#include <stdlib.h>
#include <unistd.h>

static const char topology[] = "name: t\n"
                               "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
                               "hosts:\n"
                               "  h1: {mac: 00:00:00:00:00:01, port: s1:1}\n"
                               "  h2: {mac: 00:00:00:00:00:02, port: s1:2}\n"
                               "  c1: {mac: 00:00:00:00:00:c1, port: s2:9, role: capture}\n"
                               "links: [[s1:5, s2:1]]\n";
static const char taps[] = "topology: t\n"
                           "taps:\n"
                           "  - {name: stays, source: h2, to: c1}\n"
                           "  - {name: ends, source: h1, to: c1, for: 60s}\n"
                           "  - {name: busy, source: [h1, h2], to: c1, for: 60s,\n"
                           "     when: {above: 10Mbps}}\n";
enum { NOW = 1000000 }; /* ms */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

/* In memory: each save waits for the disk. */
static char directory[] = "/dev/shm/store_fuzz.XXXXXX", path[64];

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void remove_files(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    must(system(command) == 0);
}

static void put_file(const void *data, size_t n_bytes)
{
    if (!path[0]) {
        must(mkdtemp(directory) != NULL && atexit(remove_files) == 0);
        snprintf(path, sizeof path, "%s/state", directory);
    }
    FILE *file = fopen(path, "w");
    must(file && fwrite(data, 1, n_bytes, file) == n_bytes && fclose(file) == 0);
}

static bool says_the_same(const struct tapd_record *a, const struct tapd_record *b)
{
    return a->origin == b->origin && a->id == b->id && a->expires_ms == b->expires_ms &&
           a->over == b->over && strcmp(a->tap, b->tap) == 0;
}

static void check_saved(struct tapd_store *store, const struct tapd_records *records)
{
    struct tapd_records again;
    must(tapd_store_save(store, records, NULL) == 0);
    must(tapd_store_open(path, &again, NULL) == NULL); /* it is ours */
    tapd_store_close(store);
    store = tapd_store_open(path, &again, NULL);
    must(store && again.next_id == records->next_id && again.n_items == records->n_items);
    for (size_t i = 0; i < again.n_items; i++) {
        must(says_the_same(&again.items[i], &records->items[i]));
    }
    tapd_records_free(&again);
    tapd_store_close(store);
}

static void check_result(int result, struct yaml_diagnostics *diagnostics)
{
    struct base_buffer shown = {0};
    must((result == 0) == (diagnostics->n_items + diagnostics->n_more == 0));
    yaml_format_diagnostics(diagnostics, &shown);
    base_buffer_free(&shown);
    yaml_diagnostics_free(diagnostics);
}

static void check_roster(const struct tapd_policy *policy, const struct tapd_roster *roster)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_network *network;
    size_t n_active;
    for (size_t i = 0; i < roster->n_items; i++) {
        const struct tapd_entry *entry = &roster->items[i];
        must(tapd_roster_find(roster, entry->tap->name) == i);
        must(entry->id == 0 || tapd_roster_find_id(roster, entry->id) == i);
    }
    struct tapd_active *active = tapd_roster_active(roster, NOW, &n_active);
    must(active != NULL);
    check_result(tapd_compile(policy, active, n_active, NULL, &network, &diagnostics),
                 &diagnostics);
    tapd_network_free(network);
    free(active);
}

static void check_kept(const struct tapd_policy *policy, const struct tapd_roster *roster)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_records records;
    struct tapd_roster again;
    must(tapd_roster_to_records(roster, policy, &records) == 0);
    must(tapd_roster_from_records(&records, policy, path, NOW, &again, &diagnostics) == 0);
    must(again.n_items == roster->n_items && again.next_id == roster->next_id);
    for (size_t i = 0; i < again.n_items; i++) {
        must(again.items[i].id == roster->items[i].id &&
             strcmp(again.items[i].tap->name, roster->items[i].tap->name) == 0);
    }
    tapd_roster_free(&again, NULL);
    tapd_records_free(&records);
}

/* One after the other. */
static void check_ends(const struct tapd_roster *roster)
{
    struct tapd_roster copy;
    must(tapd_roster_copy(roster, &copy) == 0);
    tapd_roster_settle(&copy);
    for (int64_t next; (next = tapd_roster_next_ms(&copy)) != INT64_MAX;) {
        must(next > NOW);
        tapd_roster_renew(&copy, next);
        must(tapd_roster_expire(&copy, next) > 0);
    }
    tapd_roster_drop(&copy);
}

/* What is asked for then has an id of its own, before and after it is replaced. */
static void check_new(const struct tapd_policy *policy, const struct tapd_roster *roster)
{
    const struct tapd_tap *tap = tapd_policy_find(policy, "ends");
    struct tapd_roster copy;
    must(tapd_roster_copy(roster, &copy) == 0);
    must(tapd_roster_add(&copy, tap, TAPD_FROM_REQUEST, NOW) == 0);
    size_t last = copy.n_items - 1;
    must(tapd_roster_find_id(&copy, copy.items[last].id) == last);
    tapd_roster_replace(&copy, last, tap, NOW + 1);
    must(tapd_roster_find_id(&copy, copy.items[last].id) == last);
    tapd_roster_drop(&copy);
}

static void take_over(const struct tapd_records *records)
{
    struct memory_file files[] = {{"t", topology, 0}, {"p", taps, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_roster roster;
    struct tapd_policy *policy;
    must(tapd_policy_load_from(&from, "p", &policy, &diagnostics) == 0);
    int status = tapd_roster_from_records(records, policy, path, NOW, &roster, &diagnostics);
    check_result(status, &diagnostics);
    if (status == 0) {
        check_roster(policy, &roster);
        check_kept(policy, &roster);
        check_ends(&roster);
        check_new(policy, &roster);
    }
    tapd_roster_free(&roster, NULL);
    tapd_policy_free(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    struct tapd_records records;
    struct base_error error = {""};
    put_file(data, n_bytes);
    struct tapd_store *store = tapd_store_open(path, &records, &error);
    must(store ? records.next_id > 0 : error.text[0] && records.n_items == 0);
    if (store) {
        check_saved(store, &records);
        take_over(&records);
    }
    tapd_records_free(&records);
    return 0;
}
