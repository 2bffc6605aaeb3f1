/* SPDX-License-Identifier: Apache-2.0
 *
 * Each rule of OpenFlow 1.0.0, section 4.6, and of the head of change/edit.h, by
 * an example; what random flow-mods do, against a real switch, is tested in
 * edit_live_test.c. */
#include "change/edit.h"

#include "ofctl/flow.h"
#include "ofctl/flow_mod.h"
#include "testing/cmocka.h"

#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The entries with their statistics but durations, sorted, "; " between them. */
static void put_table(const struct flow_table *table, struct base_buffer *out)
{
    char **lines = calloc(table->n_entries + 1, sizeof *lines);
    assert_non_null(lines);
    for (size_t i = 0; i < table->n_entries; i++) {
        struct base_buffer line = {0};
        ofctl_format_flow(&table->entries[i], FLOW_NO_STATS, &line);
        base_put_format(&line, " #%u", (unsigned)table->entries[i].n_packets);
        lines[i] = base_buffer_take_text(&line);
    }
    qsort(lines, table->n_entries, sizeof *lines, by_text);
    for (size_t i = 0; i < table->n_entries; i++) {
        base_put_format(out, "%s%s", i ? "; " : "", lines[i]);
        free(lines[i]);
    }
    free(lines);
}

/* A table (";" between entries), flow-mods (";" between them) and what is there
 * afterwards, with "#PACKETS" behind each entry; "refused" behind it if the last
 * one was. */
struct row {
    const char *before, *mods, *after;
};

static void for_each_part(const char *text, void (*each)(void *aux, const char *part), void *aux)
{
    char *copy = strdup(text), *rest = copy;
    assert_non_null(copy);
    for (char *part; (part = strsep(&rest, ";"));) {
        part += strspn(part, " ");
        if (*part) {
            each(aux, part);
        }
    }
    free(copy);
}

static void add_entry(void *aux, const char *text)
{
    assert_int_equal(ofctl_parse_flow(text, aux, NULL, NULL, NULL), 0);
}

struct world {
    struct change_edit edit;
    struct base_arena arena;
    int status;
};

static void apply(void *aux, const char *text)
{
    struct world *world = aux;
    struct flow_mod mod;
    struct base_error error = {""};
    const struct flow_entry *overlaps;
    if (ofctl_parse_flow_mod(text, &world->arena, &mod, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
    world->status = change_edit_apply(&world->edit, &mod, &overlaps);
}

static void check_row(const struct row *row)
{
    struct world world = {0};
    struct flow_table before = {0};
    struct base_buffer text = {0};
    for_each_part(row->before, add_entry, &before);
    assert_int_equal(change_edit_begin(&world.edit, &before), 0);
    for_each_part(row->mods, apply, &world);
    struct flow_table after = change_edit_end(&world.edit);
    put_table(&after, &text);
    base_put_text(&text, world.status == 1 ? " refused" : "");
    if (strcmp(base_buffer_text(&text), row->after) != 0) {
        fail_msg("%s + %s:\n%s\ninstead of\n%s", row->before, row->mods, base_buffer_text(&text),
                 row->after);
    }
    base_buffer_free(&text);
    flow_table_free(&after);
    flow_table_free(&before);
    change_edit_free(&world.edit);
    static const struct change_edit empty;
    assert_memory_equal(&world.edit, &empty, sizeof empty);
    base_arena_free(&world.arena);
}

static void check_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        check_row(&rows[i]);
    }
}
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

#define A "n_packets=7,idle_timeout=9,cookie=5,in_port=1,actions=2"

static void add_inserts_or_replaces(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", "in_port=1,actions=2", "in_port=1 actions=output:2 #0"},
        /* same match and priority: replaced, counters, cookie and timeouts too */
        {A, "add in_port=1,actions=3", "in_port=1 actions=output:3 #0"},
        /* another priority: another entry */
        {A, "add priority=4,in_port=1,actions=3",
         "cookie=0x5, idle_timeout=9, in_port=1 actions=output:2 #7; "
         "priority=4,in_port=1 actions=output:3 #0"},
        /* another table: another entry */
        {A, "add table=1,in_port=1,actions=3",
         "cookie=0x5, idle_timeout=9, in_port=1 actions=output:2 #7; "
         "table=1, in_port=1 actions=output:3 #0"},
        {A, "delete; in_port=1,actions=3", "in_port=1 actions=output:3 #0"},
    };
    CHECK(rows);
}

static void overlaps_are_refused_when_asked(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"n_packets=0,in_port=1,actions=1", "check_overlap,tcp,actions=3",
         "in_port=1 actions=output:1 #0 refused"},
        /* of one priority only, and only where a packet is in both */
        {"n_packets=0,in_port=1,actions=1", "check_overlap,priority=3,tcp,actions=3",
         "in_port=1 actions=output:1 #0; priority=3,tcp actions=output:3 #0"},
        {"n_packets=0,in_port=1,actions=1", "check_overlap,in_port=2,actions=3",
         "in_port=1 actions=output:1 #0; in_port=2 actions=output:3 #0"},
        /* the same entry is replaced, whatever else it overlaps with */
        {"n_packets=0,in_port=1,actions=1; n_packets=0,ip,actions=2",
         "check_overlap,in_port=1,actions=3",
         "in_port=1 actions=output:3 #0; ip actions=output:2 #0"},
        {"n_packets=0,in_port=1,actions=1", "modify check_overlap,arp,actions=3",
         "in_port=1 actions=output:1 #0 refused"},
        {"n_packets=0,in_port=1,actions=1", "delete; check_overlap,tcp,actions=3",
         "tcp actions=output:3 #0"},
    };
    CHECK(rows);
}

static void modify_changes_actions_and_cookie_only(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {A, "modify hard_timeout=3,in_port=1,actions=4",
         "idle_timeout=9, in_port=1 actions=output:4 #7"},
        {A, "modify cookie=6,in_port=1,actions=4",
         "cookie=0x6, idle_timeout=9, in_port=1 actions=output:4 #7"},
        /* not strict: whatever the priority, and all entries within the match */
        {"n_packets=1,priority=3,tcp,actions=1; n_packets=2,ip,actions=1; "
         "n_packets=3,arp,actions=1",
         "modify ip,actions=4",
         "arp actions=output:1 #3; ip actions=output:4 #2; priority=3,tcp actions=output:4 #1"},
        /* one that is wider is not within it, so that an entry is added */
        {"n_packets=1,ip,actions=1", "modify idle_timeout=3,tcp,actions=4",
         "idle_timeout=3, tcp actions=output:4 #0; ip actions=output:1 #1"},
        {"n_packets=1,priority=3,tcp,actions=1; n_packets=2,tcp,actions=1",
         "modify_strict tcp,actions=4",
         "priority=3,tcp actions=output:1 #1; tcp actions=output:4 #2"},
        {"n_packets=1,priority=3,tcp,actions=1", "modify_strict tcp,actions=4",
         "priority=3,tcp actions=output:1 #1; tcp actions=output:4 #0"},
        {"n_packets=1,tcp,actions=1", "modify_strict ip,actions=4",
         "ip actions=output:4 #0; tcp actions=output:1 #1"},
        /* chosen by cookie: it stays, and nothing is added */
        {A, "modify cookie=5/-1,actions=4",
         "cookie=0x5, idle_timeout=9, in_port=1 actions=output:4 #7"},
        {A, "modify cookie=6/-1,actions=4",
         "cookie=0x5, idle_timeout=9, in_port=1 actions=output:2 #7"},
        {A, "modify_strict cookie=6/2,in_port=1,actions=4",
         "cookie=0x5, idle_timeout=9, in_port=1 actions=output:2 #7"},
    };
    CHECK(rows);
}

/* Conditions on fields that 1.0 does not have: those of the flow-mod are among those of the entry,
 * or, strictly, the same. */
static void conditions_choose_too(void **state)
{
    (void)state;
    static const char two[] =
        "n_packets=1,ip,nw_ttl=5,nw_ecn=1,actions=1; n_packets=2,ip,actions=2";
    static const char both[] = "ip actions=output:2 #2; ip,nw_ecn=1,nw_ttl=5 actions=output:1 #1";
    static const struct row rows[] = {
        {two, "delete ip,nw_ecn=1", "ip actions=output:2 #2"},
        {two, "delete ip,nw_ttl=5", "ip actions=output:2 #2"},
        {two, "delete ip,nw_ttl=5,nw_ecn=1", "ip actions=output:2 #2"},
        {two, "delete ip", ""},
        {two, "delete ip,nw_ttl=6", both},
        {two, "delete ip,nw_ttl=5,nw_ecn=2", both},
        {two, "delete_strict ip,nw_ttl=5", both},
        {two, "delete_strict ip,nw_ttl=5,nw_ecn=1", "ip actions=output:2 #2"},
        {two, "delete_strict ip", "ip,nw_ecn=1,nw_ttl=5 actions=output:1 #1"},
    };
    CHECK(rows);
}

static void delete_deletes_what_it_chooses(void **state)
{
    (void)state;
    static const char three[] = "n_packets=1,priority=3,tcp,actions=1; n_packets=2,ip,actions=2,3; "
                                "n_packets=3,arp,actions=enqueue:2:9";
    static const struct row rows[] = {
        {three, "delete", ""},
        {three, "delete ip", "arp actions=enqueue:2:9 #3"},
        {three, "delete tcp", "arp actions=enqueue:2:9 #3; ip actions=output:2,output:3 #2"},
        {three, "delete tcp,in_port=1",
         "arp actions=enqueue:2:9 #3; ip actions=output:2,output:3 #2; "
         "priority=3,tcp actions=output:1 #1"},
        {three, "delete out_port=2", "priority=3,tcp actions=output:1 #1"},
        {three, "delete ip,out_port=1",
         "arp actions=enqueue:2:9 #3; "
         "ip actions=output:2,output:3 #2"},
        {three, "delete_strict tcp",
         "arp actions=enqueue:2:9 #3; ip actions=output:2,output:3 #2; "
         "priority=3,tcp actions=output:1 #1"},
        {three, "delete_strict priority=3,tcp",
         "arp actions=enqueue:2:9 #3; ip actions=output:2,output:3 #2"},
        {three, "delete_strict priority=3,tcp,out_port=2",
         "arp actions=enqueue:2:9 #3; ip actions=output:2,output:3 #2; "
         "priority=3,tcp actions=output:1 #1"},
        {A, "delete cookie=4/4", ""},
        {A, "delete cookie=2/2", "cookie=0x5, idle_timeout=9, in_port=1 actions=output:2 #7"},
        {"n_packets=1,arp,actions=1; n_packets=1,table=2,arp,actions=2", "delete_strict arp", ""},
        {"n_packets=1,arp,actions=1; n_packets=1,table=2,arp,actions=2",
         "delete_strict table=2,arp", "arp actions=output:1 #1"},
        {"n_packets=1,arp,actions=1; n_packets=1,table=2,arp,actions=2", "delete table=0",
         "table=2, arp actions=output:2 #1"},
    };
    CHECK(rows);
}

#define EXACT                                                                                      \
    "in_port=1,dl_vlan=0xffff,dl_src=00:00:00:00:00:01,dl_dst=00:00:00:00:00:02,tcp,"              \
    "nw_src=1.2.3.4,nw_dst=1.2.3.5,nw_tos=4,tp_src=1,tp_dst=2"
#define EXACT_TEXT                                                                                 \
    "priority=65535,tcp,in_port=1,vlan_tci=0x0000,dl_src=00:00:00:00:00:01,"                       \
    "dl_dst=00:00:00:00:00:02,nw_src=1.2.3.4,nw_dst=1.2.3.5,nw_tos=4,tp_src=1,tp_dst=2"

/* Section 3.4: an entry without wildcards is always of the highest priority. */
static void exact_matches_have_the_highest_priority(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", "priority=5," EXACT ",actions=2", EXACT_TEXT " actions=output:2 #0"},
        {"", EXACT ",actions=2; delete_strict priority=9," EXACT, ""},
    };
    CHECK(rows);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(add_inserts_or_replaces),
    cmocka_unit_test(overlaps_are_refused_when_asked),
    cmocka_unit_test(modify_changes_actions_and_cookie_only),
    cmocka_unit_test(conditions_choose_too),
    cmocka_unit_test(delete_deletes_what_it_chooses),
    cmocka_unit_test(exact_matches_have_the_highest_priority),
};

TEST_MAIN(tests)
