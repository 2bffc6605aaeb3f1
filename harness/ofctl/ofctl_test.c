/* SPDX-License-Identifier: Apache-2.0
 *
 * The text forms against ovs-ofctl: `ovs-ofctl -F openflow10 parse-flows -`
 * turns each line into an OpenFlow 1.0 FLOW_MOD and prints it, without a
 * switch. Skipped where there is no ovs-ofctl. */
#include "model/flow.h"

#include "model/port.h"
#include "ofctl/flow.h"
#include "testing/cmocka.h"

#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N_RANDOM = 4000, NOT_FOUND = 127 };

extern char **environ;

/* xorshift64: the same entries on every machine. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static uint64_t below(uint64_t *seed, uint64_t n)
{
    return (next_random(seed) >> 20) % n;
}

static void random_bytes(uint64_t *seed, void *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        ((uint8_t *)bytes)[i] = (uint8_t)below(seed, 256);
    }
}

static uint32_t random_prefix(uint64_t *seed)
{
    uint64_t length = below(seed, 33);
    return length ? UINT32_MAX << (32 - length) : 0;
}

static void random_vlan(uint64_t *seed, struct match *match)
{
    static const uint16_t masks[] = {
        0, 0, VLAN_TAGGED, VLAN_TAGGED | VLAN_VID, VLAN_TAGGED | VLAN_PCP, 0xffff};
    match->mask.vlan_tci = masks[below(seed, sizeof masks / sizeof *masks)];
    match->value.vlan_tci = (uint16_t)(below(seed, 0x10000) | VLAN_TAGGED);
    if (match->mask.vlan_tci == VLAN_TAGGED) {
        match->value.vlan_tci = 0;
    }
}

static void random_packet_fields(uint64_t *seed, struct match *match)
{
    static const uint16_t types[] = {DL_TYPE_IP,    DL_TYPE_IP,  DL_TYPE_IP, DL_TYPE_ARP,
                                     DL_TYPE_PROBE, 0x8035,      0x8847,     0x8848,
                                     DL_TYPE_IPV6,  DL_TYPE_IPV6};
    static const uint8_t protos[] = {
        NW_PROTO_ICMP, NW_PROTO_TCP, NW_PROTO_UDP, NW_PROTO_SCTP, NW_PROTO_ICMPV6, 2, 47, 0};
    struct header *value = &match->value, *mask = &match->mask;
    value->dl_type = types[below(seed, sizeof types / sizeof *types)];
    value->nw_proto = protos[below(seed, sizeof protos / sizeof *protos)];
    mask->dl_type = below(seed, 8) ? UINT16_MAX : 0;
    mask->nw_proto = below(seed, 4) ? UINT8_MAX : 0;
    mask->nw_tos = below(seed, 3) ? 0 : 0xfc;
    mask->nw_src = random_prefix(seed);
    mask->nw_dst = random_prefix(seed);
    if (below(seed, 2)) { /* it reads no mask that begins with a digit */
        memset(mask->ipv6_src, 0xff, sizeof mask->ipv6_src);
        mask->ipv6_src[2 + below(seed, 14)] = (uint8_t)below(seed, 256);
    }
    memset(mask->ipv6_dst, 0xff, below(seed, 17)); /* a prefix */
    mask->tp_src = below(seed, 2) ? UINT16_MAX : 0;
    mask->tp_dst = below(seed, 2) ? UINT16_MAX : 0;
    if (header_is_icmp(value)) {
        value->tp_src &= 0xff;
        value->tp_dst &= 0xff;
    }
}

static uint16_t random_port(uint64_t *seed)
{
    static const uint16_t reserved[] = {PORT_IN_PORT, PORT_TABLE,      PORT_NORMAL, PORT_FLOOD,
                                        PORT_ALL,     PORT_CONTROLLER, PORT_LOCAL};
    if (below(seed, 4) == 0) {
        return reserved[below(seed, sizeof reserved / sizeof *reserved)];
    }
    return (uint16_t)below(seed, below(seed, 2) ? 64 : PORT_MAX);
}

static struct match random_match(uint64_t *seed)
{
    struct match match = {0};
    random_bytes(seed, &match.value, sizeof match.value);
    random_vlan(seed, &match);
    random_packet_fields(seed, &match);
    match.value.in_port = random_port(seed);
    match.mask.in_port = below(seed, 3) ? UINT16_MAX : 0;
    memset(match.mask.dl_src, below(seed, 3) ? 0 : 0xff, sizeof match.mask.dl_src);
    memset(match.mask.dl_dst, below(seed, 3) ? 0 : 0xff, sizeof match.mask.dl_dst);
    match_normalize(&match);
    return match;
}

/* ovs-ofctl refuses to rewrite IP addresses, TOS and L4 ports of a packet that
 * the match does not say to be IP, and so on. */
static bool may_rewrite(const struct match *match, uint16_t type)
{
    bool ip = match->mask.dl_type && header_has_ip(&match->value);
    bool ipv4 = ip && match->value.dl_type == DL_TYPE_IP;
    bool l4 = match->mask.nw_proto && header_has_ports(&match->value);
    return type >= ACTION_SET_TP_SRC && type <= ACTION_SET_TP_DST   ? l4
           : type >= ACTION_SET_NW_SRC && type <= ACTION_SET_NW_DST ? ipv4
           : type == ACTION_SET_NW_TOS                              ? ip
                                                                    : true;
}

static struct action random_action(uint64_t *seed, const struct match *match)
{
    struct action action = {.type = (uint16_t)below(seed, ACTION_ENQUEUE + 1)};
    if (!may_rewrite(match, action.type) || below(seed, 3) == 0) {
        action.type = ACTION_OUTPUT;
    }
    random_bytes(seed, &action.dl_addr, sizeof action.dl_addr);
    action.port = random_port(seed);
    if (action.type == ACTION_OUTPUT) {
        action.max_len = action.port == PORT_CONTROLLER ? (uint16_t)below(seed, 65536) : 0;
    } else if (action.type == ACTION_ENQUEUE) {
        action.port = below(seed, 4) ? (uint16_t)below(seed, PORT_MAX) : PORT_IN_PORT;
    } else if (action.type == ACTION_SET_VLAN_VID) {
        action.vlan_vid &= VLAN_VID;
    } else if (action.type == ACTION_SET_VLAN_PCP) {
        action.vlan_pcp &= 7;
    } else if (action.type == ACTION_SET_NW_TOS) {
        action.nw_tos &= 0xfc;
    }
    return action;
}

static void add_random_entry(uint64_t *seed, struct flow_table *table)
{
    struct action actions[4] = {0};
    struct match match = random_match(seed);
    size_t n_actions = below(seed, 5);
    for (size_t i = 0; i < n_actions; i++) {
        actions[i] = random_action(seed, &match);
    }
    struct flow_entry *entry = flow_table_add(table);
    assert_non_null(entry);
    entry->match = match;
    entry->actions = base_arena_copy(&table->arena, actions, sizeof actions);
    assert_non_null(entry->actions);
    entry->n_actions = (uint16_t)n_actions;
    entry->priority = below(seed, 3) ? (uint16_t)below(seed, 65536) : FLOW_PRIORITY_DEFAULT;
    entry->cookie = below(seed, 2) ? next_random(seed) >> below(seed, 64) : 0;
    entry->idle_timeout = below(seed, 2) ? (uint16_t)below(seed, 65536) : 0;
    entry->hard_timeout = below(seed, 2) ? (uint16_t)below(seed, 65536) : 0;
}

/* Other spellings of the same, by hand; ovs-ofctl takes them all. */
static const char *const spellings[] = {
    "in_port=1,dl_vlan=65535,actions=drop",
    "dl_vlan=0x5,actions=1 2 3",
    "dl_vlan=010,in_port=010,actions=",
    "vlan_tci=0xb005,actions=local",
    "vlan_tci=0,actions=in_port",
    "vlan_tci=0xffff/0x0000,actions=1",
    "vlan_vid=0x1005,vlan_pcp=3,actions=1",
    "vlan_vid=0,actions=1",
    "dl_vlan=*,dl_vlan_pcp=*,in_port=*,actions=1",
    "in_port=LOCAL,actions=local,table",
    "in_port=any,actions=1",
    "in_port:1,priority:5,actions=1",
    "eth_type=0x800,ip_proto=6,eth_src=0:0:0:0:0:1,eth_dst=00:00:00:00:00:AB,actions=1",
    "ip,ip_src=10.1.2.3/255.255.0.0,ip_dst=10.0.0.1/32,actions=1",
    "ip,nw_src=10.0.0.0/0,nw_dst=*,actions=1",
    "ip,ip_dscp=8,actions=mod_nw_tos:12",
    "ipv4,actions=1",
    "ip4,actions=1",
    "eth,actions=1",
    "tcp,tcp_src=1,tcp_dst=2,actions=1",
    "udp,udp_src=1,udp_dst=2,actions=1",
    "icmp,icmp_type=3,icmp_code=1,actions=1",
    "icmp,tp_src=3,tp_dst=1,actions=1",
    "sctp,sctp_src=3,sctp_dst=1,actions=1",
    "eth_type=0x86dd,ip_proto=6,tcp_dst=0x50/0xf0,actions=1",
    "tcp6,tp_dst=80,nw_tos=8,actions=mod_tp_dst:5,mod_nw_tos:4,1",
    "udp6,udp_src=1,actions=1",
    "sctp6,sctp_src=1,actions=1",
    "icmp6,icmpv6_type=135,icmpv6_code=0,actions=1",
    "icmp6,icmp_type=128,actions=1",
    "arp,arp_op=1,arp_spa=10.0.0.1,arp_tpa=10.0.0.0/8,actions=1",
    "arp,nw_proto=2,nw_src=10.1.1.1,nw_dst=10.0.0.0/1,actions=1",
    "ip,tcp,actions=1",
    "tp_dst=1,tcp,actions=1",
    "dl_type=5,actions=1",
    "dl_type=0,actions=1",
    "priority=0x10,cookie=10,actions=1",
    "idle_timeout=0x10,hard_timeout=010,actions=1",
    "cookie=0x0, duration=1.2s, n_packets=3, n_bytes=4, idle_age=4, priority=3 actions=1",
    "in_port=1,,dl_vlan=2, actions=1,",
    "action=1",
    "actions=output=2,output(3),OUTPUT:4,Normal",
    "actions=controller,CONTROLLER:0,controller(12),controller(max_len=13),output:controller",
    "actions=enqueue:1:2,enqueue(3,4),enqueue:local:0x10,enqueue:1q2,enqueue(1:2)",
    "actions=set_vlan_vid:0x10,set_vlan_pcp:07,pop_vlan",
    "actions=mod_dl_src:1:2:3:4:5:6,mod_dl_dst=01:02:03:04:05:0F",
    "actions=DROP",
};

static void put_line(FILE *file, const struct flow_entry *entry)
{
    struct base_buffer out = {0};
    ofctl_format_flow(entry, FLOW_NO_STATS, &out);
    fprintf(file, "%s\n", base_buffer_text(&out));
    base_buffer_free(&out);
}

static struct flow_table all_entries(FILE *lines)
{
    struct flow_table table = {0};
    uint64_t seed = 0x5eed;
    for (int i = 0; i < N_RANDOM; i++) {
        add_random_entry(&seed, &table);
        put_line(lines, &table.entries[i]);
    }
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        struct base_error error = {""};
        if (ofctl_parse_flow(spellings[i], &table, NULL, NULL, &error)) {
            fail_msg("\"%s\": %s", spellings[i], error.text);
        }
        fprintf(lines, "%s\n", spellings[i]);
    }
    rewind(lines);
    return table;
}

/* Exit status of ovs-ofctl, NOT_FOUND if there is none. Its warnings about
 * what OpenFlow 1.1 would do go to /dev/null. */
static int run_ofctl(FILE *in, FILE *out)
{
    char *argv[] = {(char[]){"ovs-ofctl"},
                    (char[]){"-F"},
                    (char[]){"any"},
                    (char[]){"--no-names"},
                    (char[]){"-vconsole:emer"},
                    (char[]){"parse-flows"},
                    (char[]){"-"},
                    NULL};
    posix_spawn_file_actions_t files;
    pid_t pid;
    int status;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, fileno(in), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, fileno(out), STDOUT_FILENO);
    int failed = posix_spawnp(&pid, argv[0], &files, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed) {
        return NOT_FOUND;
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    rewind(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The entry as ovs-ofctl prints a FLOW_MOD: its own order and spelling for
 * cookie and timeouts, the same match and actions. */
static char *as_flow_mod(const struct flow_entry *entry, struct base_arena *arena)
{
    struct flow_entry bare = *entry;
    struct base_buffer out = {0}, middle = {0};
    bare.cookie = bare.idle_timeout = bare.hard_timeout = 0;
    ofctl_format_flow(&bare, FLOW_NO_STATS, &out);
    const char *text = base_buffer_text(&out), *actions = strstr(text, "actions=");
    if (entry->cookie) {
        base_put_format(&middle, "cookie:0x%llx ", (unsigned long long)entry->cookie);
    }
    if (entry->idle_timeout) {
        base_put_format(&middle, "idle:%u ", entry->idle_timeout);
    }
    if (entry->hard_timeout) {
        base_put_format(&middle, "hard:%u ", entry->hard_timeout);
    }
    char *line = base_arena_format(arena, "%.*s%s%s", (int)(actions - text), text,
                                   base_buffer_text(&middle), actions);
    base_buffer_free(&out);
    base_buffer_free(&middle);
    return line;
}

/* What ovs-ofctl printed, read as a flow: match, priority and actions. */
static void assert_reads_back(char *line, const struct flow_entry *entry)
{
    static const char *const words[] = {"cookie:", "idle:", "hard:"};
    struct flow_table table = {0};
    struct base_error error = {""};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char *word = strstr(line, words[i]);
        if (word) {
            memset(word, ' ', strcspn(word, " "));
        }
    }
    if (ofctl_parse_flow(line, &table, NULL, NULL, &error)) {
        fail_msg("\"%s\": %s", line, error.text);
    }
    table.entries[0].cookie = entry->cookie;
    table.entries[0].idle_timeout = entry->idle_timeout;
    table.entries[0].hard_timeout = entry->hard_timeout;
    if (!flow_equal(&table.entries[0], entry)) {
        fail_msg("not the same after reading \"%s\"", line);
    }
    flow_table_free(&table);
}

static void agrees_with_ovs_ofctl(void **state)
{
    (void)state;
    FILE *in = tmpfile(), *out = tmpfile();
    assert_non_null(in);
    assert_non_null(out);
    struct flow_table table = all_entries(in);
    int status = run_ofctl(in, out);
    char line[1024];
    size_t n = 0;
    while (status != NOT_FOUND && fgets(line, sizeof line, out)) {
        char *flow = strstr(line, "): ADD ");
        if (flow) {
            flow += strlen("): ADD ");
            flow[strcspn(flow, "\n")] = 0;
            struct flow_entry *entry = &table.entries[n++];
            assert_string_equal(flow, as_flow_mod(entry, &table.arena));
            assert_reads_back(flow, entry);
        }
    }
    size_t n_entries = table.n_entries;
    flow_table_free(&table);
    fclose(in);
    fclose(out);
    if (status == NOT_FOUND) {
        cannot_run("ovs-ofctl is not installed");
    }
    assert_int_equal(status, 0);
    assert_int_equal(n, n_entries);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(agrees_with_ovs_ofctl),
};

TEST_MAIN(tests)
