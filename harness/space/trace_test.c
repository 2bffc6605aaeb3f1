/* SPDX-License-Identifier: Apache-2.0
 *
 * What random tables do with random packets, against a real switch: a private
 * Open vSwitch, of which `ofproto/trace` is asked: which entry takes the packet,
 * where it leaves, and as what. Skipped where there is none, or where
 * namespaces are refused. TRACE_TABLES=200 asks for 10,000 packets. */
#include "space/table.h"

#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "space/rewrite.h"
#include "testing/cmocka.h"
#include "testing/naive.h"
#include "testing/random_space.h"

#include <stdio.h>
#include <unistd.h>

enum { TABLES = 16, PACKETS = 50, MAX_ENTRIES = 40, MAX_ACTIONS = 8, LINE = 1024 };

/* In the directory $1, for each of $2 tables: installs the flows of `flows.N`,
 * asks for each line of `packets.N`, and writes the answers to stdout. */
static const char script[] =
    "cd \"$1\" || exit 77\n"
    "export OVS_RUNDIR=\"$1\" OVS_DBDIR=\"$1\" OVS_LOGDIR=\"$1\" OVS_SYSCONFDIR=\"$1\"\n"
    "for s in /usr/share/openvswitch /usr/local/share/openvswitch; do\n"
    "  [ -f $s/vswitch.ovsschema ] && schema=$s/vswitch.ovsschema\n"
    "done\n"
    "ip link set lo up\n"
    "{ ovsdb-tool create db \"$schema\" &&\n"
    "  ovsdb-server \"$1/db\" --remote=punix:\"$1/db.sock\" --no-chdir --unixctl=\"$1/db.ctl\" \\\n"
    "    --pidfile=\"$1/db.pid\" --log-file=/dev/null --detach &&\n"
    "  ovs-vsctl --db=unix:\"$1/db.sock\" --no-wait init &&\n"
    "  ovs-vswitchd --enable-dummy \"unix:$1/db.sock\" --no-chdir --unixctl=\"$1/v.ctl\" \\\n"
    "    --pidfile=\"$1/v.pid\" --log-file=/dev/null --detach &&\n"
    "  ovs-vsctl --db=unix:\"$1/db.sock\" add-br br -- set bridge br datapath_type=dummy \\\n"
    "    fail-mode=secure protocols=OpenFlow10 \\\n"
    "    -- add-port br p1 -- set interface p1 type=dummy ofport_request=1 \\\n"
    "    -- add-port br p2 -- set interface p2 type=dummy ofport_request=2 \\\n"
    "    -- add-port br p3 -- set interface p3 type=dummy ofport_request=3 &&\n"
    "  ovs-ofctl mod-port br p3 no-flood; } >&2 || exit 77\n"
    "n=0\n"
    "while [ $n -lt \"$2\" ]; do\n"
    "  { ovs-ofctl del-flows br && ovs-ofctl add-flows br flows.$n; } >&2 || exit 77\n"
    "  while read -r packet; do\n"
    "    ovs-appctl -t \"$1/v.ctl\" ofproto/trace --names br \"$packet\" || echo failed\n"
    "  done < packets.$n\n"
    "  n=$((n + 1))\n"
    "done\n";

static void random_rewrite(struct action *action)
{
    static const uint16_t types[] = {ACTION_SET_VLAN_VID, ACTION_SET_VLAN_PCP, ACTION_STRIP_VLAN,
                                     ACTION_SET_DL_SRC,   ACTION_SET_NW_SRC,   ACTION_SET_NW_DST,
                                     ACTION_SET_NW_TOS,   ACTION_SET_TP_SRC,   ACTION_SET_TP_DST};
    *action = (struct action){.type = types[random_below(UNIVERSE_COUNT(types))]};
    switch (action->type) {
    case ACTION_SET_VLAN_VID:
        action->vlan_vid = (uint16_t)random_below(4096);
        break;
    case ACTION_SET_VLAN_PCP:
        action->vlan_pcp = (uint8_t)random_below(8);
        break;
    case ACTION_SET_DL_SRC:
        action->dl_addr[0] = 0x0a;
        action->dl_addr[5] = (uint8_t)random_below(256);
        break;
    case ACTION_SET_NW_SRC:
    case ACTION_SET_NW_DST:
        action->nw_addr = 0x0a000000 + random_below(65536);
        break;
    case ACTION_SET_NW_TOS:
        action->nw_tos = (uint8_t)(random_below(64) << 2);
        break;
    case ACTION_SET_TP_SRC:
    case ACTION_SET_TP_DST:
        action->tp_port = (uint16_t)(1 + random_below(255)); /* fits into an ICMP type */
        break;
    default:
        break;
    }
}

/* An address of IPv6. */
static void random_set_field(struct flow_table *table, struct action *action)
{
    struct field_value field = {.n_bytes = 16};
    field.id = random_below(2) ? FIELD_IPV6_SRC : FIELD_IPV6_DST;
    universe_ipv6(universe_nw[random_below(3)], false, field.value);
    memset(field.mask, UINT8_MAX, field.n_bytes);
    *action = (struct action){.type = ACTION_SET_FIELD,
                              .field = base_arena_copy(&table->arena, &field, sizeof field)};
    assert_non_null(action->field);
}

/* Rewrites, then outputs: the final flow that the switch tells is what leaves. */
static void random_actions(struct flow_table *table, struct flow_entry *entry)
{
    static const uint16_t ports[] = {1, 2, 3, PORT_IN_PORT, PORT_FLOOD, PORT_ALL, PORT_LOCAL};
    struct action *actions = base_arena_alloc(&table->arena, MAX_ACTIONS * sizeof *actions);
    assert_non_null(actions);
    entry->n_actions = (uint16_t)random_below(5);
    for (size_t i = 0; i < entry->n_actions; i++) {
        random_rewrite(&actions[i]);
        if (entry->match.value.dl_type == DL_TYPE_IPV6 && random_below(2)) {
            random_set_field(table, &actions[i]);
        }
    }
    for (unsigned n = random_below(4); n > 0; n--) {
        actions[entry->n_actions++] =
            (struct action){.port = ports[random_below(UNIVERSE_COUNT(ports))]};
    }
    entry->actions = actions;
}

/* Overlapping priorities and prefixes; no two entries that the switch would
 * take for one. An entry's cookie is its number, from 1. */
static void random_entry(struct flow_table *table)
{
    struct match match = random_match();
    uint16_t priority = (uint16_t)random_below(32);
    if (random_below(2)) {
        match.mask.in_port = 0xffff;
        match.value.in_port = (uint16_t)(1 + random_below(3));
    }
    if (header_has_nw(&match.value) && random_below(2)) {
        match.mask.nw_dst = UINT32_MAX << random_below(32);
        match.value.nw_dst = (0x0a000000 + random_below(4)) & match.mask.nw_dst;
    }
    for (size_t i = 0; i < table->n_entries; i++) {
        if (table->entries[i].priority == priority &&
            match_equal(&table->entries[i].match, &match)) {
            return;
        }
    }
    struct flow_entry *entry = flow_table_add(table);
    assert_non_null(entry);
    entry->match = match;
    entry->priority = priority;
    entry->cookie = table->n_entries;
    random_actions(table, entry);
}

/* A packet where two entries meet, if they do: there priorities matter. */
static struct header random_packet(const struct flow_table *table)
{
    struct match cube = table->entries[random_below((unsigned)table->n_entries)].match;
    struct match in_port = match_in_port((uint16_t)(1 + random_below(3)));
    struct header header;
    for (int i = 0; i < 3; i++) {
        match_intersect(&cube, &table->entries[random_below((unsigned)table->n_entries)].match,
                        &cube);
    }
    match_intersect(&cube, &in_port, &cube);
    assert_true(space_member(&cube, &header));
    if (header.dl_type == DL_TYPE_IPV6 && !cube.mask.ipv6_src[0]) {
        universe_ipv6(universe_nw[random_below(UNIVERSE_COUNT(universe_nw))], false,
                      header.ipv6_src);
    }
    if (random_below(2) && header_has_nw(&header) && !cube.mask.nw_src) {
        header.nw_src = universe_nw[random_below(UNIVERSE_COUNT(universe_nw))];
    }
    return header;
}

static FILE *open_file(const char *directory, const char *file, size_t number)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s.%zu", directory, file, number);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    return out;
}

/* The words of the fields of a protocol; trace takes tp_src for TCP's only. */
static void write_packet(FILE *out, const struct header *header)
{
    static const struct {
        uint8_t nw_proto;
        const char *src, *dst;
    } words[] = {{NW_PROTO_TCP, "tcp_src", "tcp_dst"},
                 {NW_PROTO_UDP, "udp_src", "udp_dst"},
                 {NW_PROTO_SCTP, "sctp_src", "sctp_dst"},
                 {NW_PROTO_ICMP, "icmp_type", "icmp_code"},
                 {NW_PROTO_ICMPV6, "icmpv6_type", "icmpv6_code"}};
    struct base_buffer packet = {0};
    struct match match = match_exactly(header);
    match.mask.tp_src = match.mask.tp_dst = match.value.tp_src = match.value.tp_dst = 0;
    ofctl_format_match(&match, &packet);
    for (size_t i = 0; i < UNIVERSE_COUNT(words) && header_has_tp(header); i++) {
        if (words[i].nw_proto == header->nw_proto) {
            base_put_format(&packet, ",%s=%u,%s=%u", words[i].src, header->tp_src, words[i].dst,
                            header->tp_dst);
        }
    }
    base_put_text(&packet, header_has_ip(header) ? ",nw_ttl=64" : "");
    fprintf(out, "%s\n", base_buffer_text(&packet));
    base_buffer_free(&packet);
}

struct scene {
    struct flow_table flows;
    struct space_table table;
    struct header packets[PACKETS];
};

static void make_scene(const char *directory, size_t number, struct scene *scene)
{
    for (unsigned n = 4 + random_below(MAX_ENTRIES - 4); n > 0; n--) {
        random_entry(&scene->flows);
    }
    assert_int_equal(space_table_index(&scene->table, &scene->flows, NULL), 0);
    assert_int_equal(space_table_prepare(&scene->table), 0);
    FILE *out = open_file(directory, "flows", number);
    for (size_t i = 0; i < scene->flows.n_entries; i++) {
        struct base_buffer text = {0};
        ofctl_format_flow(&scene->flows.entries[i], FLOW_NO_STATS, &text);
        fprintf(out, "%s\n", base_buffer_text(&text));
        base_buffer_free(&text);
    }
    fclose(out);
    out = open_file(directory, "packets", number);
    for (size_t i = 0; i < PACKETS; i++) {
        scene->packets[i] = random_packet(&scene->flows);
        write_packet(out, &scene->packets[i]);
    }
    fclose(out);
}

/* The header of "Final flow: …", without the fields that struct header does not have. Of packets
 * without ports it tells some that no frame has. */
static struct header final_header(char *text, bool has_tp)
{
    struct base_buffer known = {0};
    struct match match;
    struct base_error error;
    text[strcspn(text, "\n")] = '\0';
    for (char *field = strtok(text, ","); field; field = strtok(NULL, ",")) {
        static const char *const later[] = {
            "in_port=",  "nw_ecn=",  "nw_ttl=",  "nw_frag=",    "tcp_flags=",
            "vlan_tci1", "arp_sha=", "arp_tha=", "ipv6_label=", "nd_"};
        bool is_later =
            !has_tp && (strncmp(field, "tp_", 3) == 0 || strncmp(field, "icmp_", 5) == 0);
        for (size_t i = 0; i < UNIVERSE_COUNT(later); i++) {
            is_later |= strncmp(field, later[i], strlen(later[i])) == 0;
        }
        base_put_format(&known, "%s%s", is_later ? "" : ",", is_later ? "" : field);
    }
    if (ofctl_parse_match(base_buffer_text(&known) + 1, &match, NULL, &error) < 0) {
        fail_msg("%s: %s", base_buffer_text(&known), error.text);
    }
    base_buffer_free(&known);
    return match.value;
}

/* The ports among "Datapath actions: pop_vlan,p2,br,…", as a count by port. */
static void count_outputs(const char *text, unsigned counts[5])
{
    static const char *const names[] = {"", "p1", "p2", "p3", "br"};
    int depth = 0;
    for (const char *at = text; *at && *at != '\n'; at += *at == ',') {
        size_t n = strcspn(at, ",()\n");
        for (size_t i = 1; i < 5 && depth == 0; i++) {
            counts[i] += n == strlen(names[i]) && strncmp(at, names[i], n) == 0;
        }
        at += n;
        for (; *at == '(' || *at == ')'; at++) {
            depth += *at == '(' ? 1 : -1;
        }
    }
}

/* What the switch says of one packet. */
struct answer {
    char final[LINE], datapath[LINE];
    size_t entry; /* ENTRY_NONE: none takes it */
};

static void check_outputs(const struct flow_entry *entry, const struct header *packet,
                          struct answer *answer)
{
    static const struct port ports[] = {{.number = 1},
                                        {.number = 2},
                                        {.number = 3, .config = PORT_CONFIG_NO_FLOOD},
                                        {.number = PORT_LOCAL}};
    unsigned counts[5] = {0}, ours[5] = {0};
    struct space_emission out[16];
    const char *reason = "";
    int n = naive_apply(entry->actions, entry->n_actions, ports, 4, packet, out, 16, &reason);
    assert_in_range(n, 0, 16);
    struct space_rewrite rewrite = {0};
    for (size_t i = 0; i < entry->n_actions; i++) {
        space_rewrite_add(&rewrite, &entry->actions[i]);
    }
    struct header after = space_rewritten(&rewrite, packet);
    bool unchanged = strncmp(answer->final, "unchanged", 9) == 0;
    if (unchanged && n > 0) {
        assert_memory_equal(&after, packet, sizeof after);
    } else if (n > 0) { /* of two entries that drop, it may have chosen the other one */
        struct header theirs = final_header(answer->final, header_has_tp(packet));
        theirs.in_port = packet->in_port;
        assert_memory_equal(&after, &theirs, sizeof after);
    }
    for (int i = 0; i < n; i++) {
        ours[out[i].port == PORT_LOCAL ? 4 : out[i].port]++;
        assert_memory_equal(&out[i].header, &after, sizeof after);
    }
    count_outputs(answer->datapath, counts);
    assert_memory_equal(counts, ours, sizeof counts);
}

/* Where entries of one priority compete, the switch may choose any of them. */
static bool check_packet(const struct scene *scene, const struct header *packet,
                         struct answer *answer)
{
    bool ambiguous;
    size_t taker = indexed_lookup(&scene->table, packet, &ambiguous);
    const struct flow_entry *entries = scene->flows.entries;
    if (taker == ENTRY_NONE) {
        assert_true(answer->entry == ENTRY_NONE);
        return false;
    }
    assert_true(answer->entry < scene->flows.n_entries);
    assert_int_equal(entries[answer->entry].priority, entries[taker].priority);
    assert_true(match_takes(&entries[answer->entry].match, packet));
    check_outputs(&entries[ambiguous ? answer->entry : taker], packet, answer);
    return ambiguous;
}

/* Of one packet, up to its last line. False: there is none. */
static bool read_answer(FILE *in, struct answer *answer)
{
    char line[LINE];
    while (fgets(line, sizeof line, in)) {
        const char *cookie = strstr(line, ", cookie 0x");
        if (strncmp(line, " 0. ", 4) == 0) {
            answer->entry = cookie ? strtoul(cookie + 9, NULL, 16) - 1 : ENTRY_NONE;
        } else if (strncmp(line, "Final flow: ", 12) == 0) {
            strcpy(answer->final, line + 12);
        } else if (strncmp(line, "Datapath actions: ", 18) == 0) {
            strcpy(answer->datapath, line + 18);
            return true;
        }
    }
    return false;
}

static size_t run_switch(const char *directory, const struct scene *scenes, size_t n_scenes)
{
    char command[sizeof script + 512];
    struct answer answer;
    size_t n = 0, n_ambiguous = 0;
    snprintf(command, sizeof command,
             "unshare -r -n -m -p -f --kill-child=KILL --mount-proc sh -s '%s' %zu "
             "<<'END' 2>'%s/log'\n%sEND",
             directory, n_scenes, directory, script);
    FILE *in = popen(command, "r");
    assert_non_null(in);
    for (; n < n_scenes * PACKETS && read_answer(in, &answer); n++) {
        const struct scene *scene = &scenes[n / PACKETS];
        n_ambiguous += check_packet(scene, &scene->packets[n % PACKETS], &answer);
    }
    pclose(in);
    print_message("# %zu packets, %zu of them taken by entries that compete\n", n, n_ambiguous);
    return n;
}

static void agrees_with_open_vswitch(void **state)
{
    (void)state;
    const char *root = getenv("TMPDIR"), *wanted = getenv("TRACE_TABLES");
    size_t n_scenes = wanted ? strtoul(wanted, NULL, 10) : TABLES;
    char directory[128], command[256];
    struct scene *scenes = calloc(n_scenes, sizeof *scenes);
    assert_non_null(scenes);
    snprintf(directory, sizeof directory, "%s/tapproof-trace.XXXXXX", root ? root : "/tmp");
    assert_non_null(mkdtemp(directory));
    for (size_t i = 0; i < n_scenes; i++) {
        make_scene(directory, i, &scenes[i]);
    }
    size_t n = run_switch(directory, scenes, n_scenes);
    for (size_t i = 0; i < n_scenes; i++) {
        space_table_free(&scenes[i].table);
        flow_table_free(&scenes[i].flows);
    }
    free(scenes);
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    assert_int_equal(system(command), 0);
    if (n == 0) {
        cannot_run("no private Open vSwitch");
    }
    assert_int_equal(n, n_scenes * PACKETS);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(agrees_with_open_vswitch),
};

TEST_MAIN(tests)
