/* SPDX-License-Identifier: Apache-2.0
 *
 * Random flow-mods, made by a real switch and by change/edit.h: after every
 * batch both have the same table. The switch is a private Open vSwitch; skipped
 * where there is none, or where namespaces are refused. */
#include "change/edit.h"

#include "ofctl/flow.h"
#include "ofctl/flow_mod.h"
#include "testing/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { BATCHES = 84, BATCH = 6, LINE = 1024 };

/* In the directory $1: makes the flow-mods of each file $1/N.mods, and says how
 * that ended and which entries there are then. */
static const char script[] =
    "trap 'rm -rf \"$1\"' EXIT; cd \"$1\" || exit 77; PATH=$PATH:/usr/sbin:/sbin\n"
    "export OVS_RUNDIR=\"$1\" OVS_DBDIR=\"$1\" OVS_LOGDIR=\"$1\" OVS_SYSCONFDIR=\"$1\"\n"
    "{ ip link set lo up\n"
    "  ovsdb-tool create db /usr/share/openvswitch/vswitch.ovsschema &&\n"
    "  ovsdb-server db --remote=punix:\"$1/db.sock\" --no-chdir --unixctl=\"$1/db.ctl\" \\\n"
    "    --pidfile=\"$1/db.pid\" --log-file=/dev/null --detach &&\n"
    "  ovs-vsctl --timeout=20 --db=unix:\"$1/db.sock\" --no-wait init &&\n"
    "  ovs-vswitchd --enable-dummy unix:\"$1/db.sock\" --no-chdir --unixctl=\"$1/v.ctl\" \\\n"
    "    --pidfile=\"$1/v.pid\" --log-file=/dev/null --detach &&\n"
    "  ovs-vsctl --timeout=20 --db=unix:\"$1/db.sock\" add-br br -- set bridge br \\\n"
    "    datapath_type=dummy fail-mode=secure protocols=OpenFlow10; } >&2 || exit 77\n"
    "for i in $(seq 0 $(($2 - 1))); do\n"
    "  ovs-ofctl -O OpenFlow10 add-flows br $i.mods; echo status $?\n"
    "  ovs-ofctl -O OpenFlow10 -F openflow10 --no-names dump-flows br | grep table=; echo end\n"
    "done\n";

/* Below n; the same sequence in every run (xorshift64*, Vigna 2016). */
static unsigned below(unsigned n)
{
    static uint64_t state = 0x2545f4914f6cdd1d;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (unsigned)((state * 0x2545f4914f6cdd1d) >> 33) % n;
}

static const char *one_of(const char *const *texts, size_t n)
{
    return texts[below((unsigned)n)];
}
#define ONE_OF(...)                                                                                \
    one_of((const char *const[]){__VA_ARGS__},                                                     \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* Few values, so that flow-mods meet. */
static void put_match(struct base_buffer *out)
{
    if (below(12) == 0) {
        base_put_format(out,
                        "tcp,in_port=1,dl_vlan=5,dl_vlan_pcp=3,dl_src=00:00:00:00:00:01,"
                        "dl_dst=00:00:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_tos=4,"
                        "tp_src=1,tp_dst=%u",
                        80 + below(2));
        return;
    }
    base_put_text(out, ONE_OF("", "in_port=1", "in_port=2"));
    base_put_text(out, ONE_OF("", "", "", ",dl_vlan=5", ",dl_vlan=0xffff", ",dl_vlan_pcp=3"));
    switch (below(5)) {
    case 0:
        base_put_text(out, ",arp");
        break;
    case 1:
        base_put_text(out, ONE_OF(",ip", ",ip,nw_src=10.0.0.0/8", ",ip,nw_src=10.0.0.1"));
        break;
    case 2:
        base_put_text(out, ONE_OF(",tcp", ",tcp,nw_src=10.0.0.0/8", ",tcp,nw_src=10.0.0.1"));
        base_put_text(out, ONE_OF("", "", ",tp_dst=80", ",tp_dst=81"));
        break;
    default:
        break;
    }
}

static void put_given(struct base_buffer *out)
{
    base_put_text(out, ONE_OF("", "", ",idle_timeout=6000", ",hard_timeout=7000"));
    base_put_text(out, ONE_OF("", "", ",send_flow_rem"));
    base_put_text(out, ",actions=");
    base_put_text(out, ONE_OF("1", "2", "3", "1,2", "drop", "mod_vlan_vid:7,2", "strip_vlan,3",
                              "enqueue:2:1", "in_port", "controller"));
}

/* A file of which one line chooses by cookie is sent in Open vSwitch's own
 * messages, to which other rules apply: there all lines do. */
static enum flow_command random_command(bool by_cookie)
{
    enum flow_command command = below(2) && !by_cookie ? FLOW_ADD : (enum flow_command)below(5);
    if (command == FLOW_ADD && by_cookie) {
        return FLOW_MODIFY;
    }
    /* seldom, or the table would never be large */
    return command == FLOW_DELETE && below(2) ? FLOW_DELETE_STRICT : command;
}

static void put_random_mod(struct base_buffer *out, bool by_cookie, bool last)
{
    enum flow_command command = random_command(by_cookie);
    base_put_format(out, "%s ", flow_command_name(command));
    put_match(out);
    if (command != FLOW_DELETE) {
        base_put_text(out, ONE_OF("", ",priority=7", ",priority=9"));
    }
    base_put_text(out, by_cookie ? ONE_OF(",cookie=1/1", ",cookie=3/-1") : "");
    if (command == FLOW_DELETE || command == FLOW_DELETE_STRICT) {
        base_put_text(out, ONE_OF("", "", "", ",out_port=2", ",out_port=in_port"));
        return;
    }
    base_put_text(out, last ? ONE_OF("", ",check_overlap") : ""); /* ovs-ofctl stops there */
    if (!by_cookie) {
        base_put_text(out, ONE_OF("", "", ",cookie=1", ",cookie=3"));
    }
    put_given(out);
}

static void write_batch(const char *directory, unsigned number, char lines[BATCH][LINE])
{
    char path[256];
    snprintf(path, sizeof path, "%s/%u.mods", directory, number);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (unsigned i = 0; i < BATCH; i++) {
        struct base_buffer text = {0};
        put_random_mod(&text, number % 5 == 4, i + 1 == BATCH);
        snprintf(lines[i], LINE, "%s", base_buffer_text(&text));
        fprintf(file, "%s\n", lines[i]);
        base_buffer_free(&text);
    }
    fclose(file);
}

/* The model's side of a batch; 1 if the last flow-mod was refused. */
static int make_batch(struct change_edit *edit, char lines[BATCH][LINE], struct base_arena *arena)
{
    int status = 0;
    for (unsigned i = 0; i < BATCH; i++) {
        struct flow_mod mod;
        struct base_error error = {""};
        const struct flow_entry *overlaps;
        if (ofctl_parse_flow_mod(lines[i], arena, &mod, NULL, &error) < 0) {
            fail_msg("%s: %s", lines[i], error.text);
        }
        status = change_edit_apply(edit, &mod, &overlaps);
        assert_true(status == 0 || (status == 1 && i + 1 == BATCH));
    }
    return status;
}

static const struct flow_entry *find(const struct change_edit *edit, const struct flow_entry *like)
{
    for (size_t i = 0; i < edit->rows.n_entries; i++) {
        if (!edit->gone[i] && flow_equal(&edit->rows.entries[i], like)) {
            return &edit->rows.entries[i];
        }
    }
    return NULL;
}

static size_t count(const struct change_edit *edit)
{
    size_t n = 0;
    for (size_t i = 0; i < edit->rows.n_entries; i++) {
        n += !edit->gone[i];
    }
    return n;
}

/* The switch's side: "status N", its entries, "end". False: it said nothing. */
static bool compare_batch(FILE *pipe, const struct change_edit *edit, int refused, unsigned number,
                          char lines[BATCH][LINE], size_t *largest)
{
    char line[LINE];
    int status = -1;
    struct flow_table theirs = {0};
    if (!fgets(line, sizeof line, pipe)) {
        return false;
    }
    sscanf(line, "status %d", &status);
    if (status != refused) {
        fail_msg("batch %u: the switch says %d to %s", number, status, lines[BATCH - 1]);
    }
    while (fgets(line, sizeof line, pipe) && strcmp(line, "end\n") != 0) {
        line[strcspn(line, "\n")] = 0;
        assert_int_equal(ofctl_parse_flow(line, &theirs, NULL, NULL, NULL), 0);
        if (!find(edit, &theirs.entries[theirs.n_entries - 1])) {
            fail_msg("batch %u (%s; %s; %s; %s; %s; %s): only the switch has %s", number, lines[0],
                     lines[1], lines[2], lines[3], lines[4], lines[5], line);
        }
    }
    if (theirs.n_entries != count(edit)) {
        fail_msg("batch %u: the switch has %zu entries instead of %zu", number, theirs.n_entries,
                 count(edit));
    }
    *largest = theirs.n_entries > *largest ? theirs.n_entries : *largest;
    flow_table_free(&theirs);
    return true;
}

static void random_flow_mods_do_what_a_switch_does(void **state)
{
    (void)state;
    static char lines[BATCHES][BATCH][LINE];
    char directory[] = "/tmp/change-XXXXXX", command[4096];
    struct flow_table empty = {0};
    struct base_arena arena = {0};
    struct change_edit edit;
    size_t n_refused = 0, largest = 0;
    unsigned n = 0;
    assert_non_null(mkdtemp(directory));
    for (unsigned i = 0; i < BATCHES; i++) {
        write_batch(directory, i, lines[i]);
    }
    snprintf(
        command, sizeof command,
        "unshare -r -n -m -p -f --kill-child=KILL --mount-proc sh -c '%s' sh %s %d 2>/dev/null",
        "eval \"$SCRIPT\"", directory, BATCHES);
    setenv("SCRIPT", script, 1);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(change_edit_begin(&edit, &empty), 0);
    for (; n < BATCHES; n++) {
        int refused = make_batch(&edit, lines[n], &arena);
        n_refused += refused == 1;
        if (!compare_batch(pipe, &edit, refused, n, lines[n], &largest)) {
            break;
        }
    }
    pclose(pipe);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    assert_int_equal(system(command), 0);
    change_edit_free(&edit);
    base_arena_free(&arena);
    if (n == 0) {
        cannot_run("no private Open vSwitch");
    }
    assert_int_equal(n, BATCHES);
    assert_true(n_refused > 5 && largest > 20);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(random_flow_mods_do_what_a_switch_does),
};

TEST_MAIN(tests)
