/* SPDX-License-Identifier: Apache-2.0
 *
 * Dumps of a real switch: a private Open vSwitch in namespaces of its own,
 * whose bridge `br1' is reached over its management socket. What ovs-ofctl
 * prints is what we must have seen. Skipped where there is no Open vSwitch or
 * no namespace. */
#include "channel/channel.h"

#include "ofctl/flow.h"
#include "testing/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MANY = 20000 }; /* 2 MB, more than 30 messages */

/* In $1. Says "up" when the switch answers. When its stdin is closed, the shell
 * ends, and with it, being the first process of the namespace, all the others. */
static const char START[] =
    "trap '' PIPE; trap 'cd /; rm -rf \"$1\"' EXIT; set -e; cd \"$1\"; PATH=$PATH:/usr/sbin:/sbin\n"
    "export OVS_RUNDIR=$1 OVS_DBDIR=$1 OVS_LOGDIR=$1 OVS_SYSCONFDIR=$1\n"
    "ip link set lo up\n"
    "ovsdb-tool create conf.db /usr/share/openvswitch/vswitch.ovsschema\n"
    "ovsdb-server conf.db --remote=punix:$1/db.sock --no-chdir --unixctl=$1/db.ctl"
    " --pidfile=$1/db.pid --log-file=$1/db.log --detach\n"
    "ovs-vsctl --timeout=20 --db=unix:$1/db.sock --no-wait init\n"
    "ovs-vswitchd --enable-dummy unix:$1/db.sock --no-chdir --unixctl=$1/v.ctl"
    " --pidfile=$1/v.pid --log-file=$1/v.log --detach\n"
    "ovs-vsctl --timeout=20 --db=unix:$1/db.sock -- add-br br1 -- set bridge br1 "
    "datapath_type=dummy"
    " fail-mode=secure other-config:datapath-id=00000000000000a1"
    " -- add-port br1 p1 -- set interface p1 type=dummy ofport_request=1"
    " -- add-port br1 p2 -- set interface p2 type=dummy ofport_request=2\n"
    "ovs-ofctl -O OpenFlow10 show unix:$1/br1.mgmt > show\n"
    "echo up; read -r wait\n";

struct live {
    char directory[32];
    char endpoint[64];
    pid_t pid; /* of unshare */
    int stdin_fd;
    bool is_up;
};

static void run_start(struct live *live, int in_fd, int out_fd)
{
    dup2(in_fd, STDIN_FILENO);
    dup2(out_fd, STDOUT_FILENO);
    if (!freopen("/dev/null", "w", stderr)) {
        _exit(127);
    }
    execlp("unshare", "unshare", "-r", "-n", "-m", "-p", "-f", "--kill-child=KILL", "--mount-proc",
           "sh", "-c", START, "sh", live->directory, (char *)NULL);
    _exit(127);
}

static int set_up(void **state)
{
    static struct live live;
    int in[2], out[2];
    char up[3] = "";
    *state = &live;
    strcpy(live.directory, "/tmp/live-XXXXXX");
    if (!mkdtemp(live.directory) || pipe(in) || pipe(out)) {
        return -1;
    }
    snprintf(live.endpoint, sizeof live.endpoint, "unix:%s/br1.mgmt", live.directory);
    live.pid = fork();
    if (live.pid == 0) {
        close(in[1]);
        close(out[0]);
        run_start(&live, in[0], out[1]);
    }
    close(in[0]);
    close(out[1]);
    live.stdin_fd = in[1];
    live.is_up = read(out[0], up, 2) == 2 && strcmp(up, "up") == 0;
    close(out[0]);
    return live.pid < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    struct live *live = *state;
    char command[128];
    close(live->stdin_fd);
    waitpid(live->pid, NULL, 0);
    snprintf(command, sizeof command, "rm -rf %s", live->directory);
    return system(command);
}

static void need(const struct live *live)
{
    if (!live->is_up) {
        cannot_run("no private Open vSwitch (openvswitch-switch, and user namespaces)");
    }
}

/* An ovs-ofctl command on the bridge; $BRIDGE is its socket, $D the directory. */
static FILE *ofctl(const struct live *live, const char *command, const char *mode)
{
    char line[2048];
    int n =
        snprintf(line, sizeof line, "D=%s BRIDGE=%s; %s", live->directory, live->endpoint, command);
    assert_in_range(n, 0, sizeof line - 1);
    FILE *pipe = popen(line, mode);
    assert_non_null(pipe);
    return pipe;
}

static void run(const struct live *live, const char *command)
{
    assert_int_equal(pclose(ofctl(live, command, "w")), 0);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **sorted_text(const struct flow_table *flows)
{
    char **lines = calloc(flows->n_entries + 1, sizeof *lines);
    assert_non_null(lines);
    for (size_t i = 0; i < flows->n_entries; i++) {
        struct base_buffer line = {0};
        ofctl_format_flow(&flows->entries[i], FLOW_NO_STATS, &line);
        lines[i] = base_buffer_take_text(&line);
        assert_non_null(lines[i]);
    }
    qsort(lines, flows->n_entries, sizeof *lines, by_text);
    return lines;
}

/* Both sorted, line by line. */
static void assert_as_ofctl_says(const struct live *live, const struct flow_table *flows)
{
    char line[1024];
    size_t n = 0;
    char **ours = sorted_text(flows);
    FILE *theirs = ofctl(live,
                         "ovs-ofctl -O OpenFlow10 --no-stats --no-names dump-flows "
                         "$BRIDGE | sed -n 's/^ //p' | LC_ALL=C sort",
                         "r");
    while (fgets(line, sizeof line, theirs)) {
        line[strcspn(line, "\n")] = '\0';
        assert_true(n < flows->n_entries);
        assert_string_equal(ours[n], line);
        free(ours[n++]);
    }
    assert_int_equal(pclose(theirs), 0);
    assert_int_equal(n, flows->n_entries);
    free(ours);
}

static struct channel *open_bridge(const struct live *live)
{
    const struct channel_target target = {.name = "br1", .endpoint = live->endpoint};
    const struct channel_options patient = {.timeout_ms = 30000};
    struct channel *channel;
    struct base_error error;
    assert_int_equal(channel_open(&target, 1, &patient, &channel, &error), 0);
    return channel;
}

/* Dumps, and compares what came with what ovs-ofctl prints. */
static void dump_and_compare(struct channel *channel, const struct live *live, size_t n_flows)
{
    struct channel_dump dump;
    struct base_error error;
    assert_int_equal(channel_dump(channel, CHANNEL_FLOWS | CHANNEL_PORTS, &dump, &error), 0);
    if (!dump.ok) {
        fail_msg("%s", dump.reason);
    }
    assert_int_equal(dump.state.flows.n_entries, n_flows);
    assert_int_equal(dump.repeats, 0);
    assert_int_equal(dump.n_strays, 0);
    assert_as_ofctl_says(live, &dump.state.flows);
    switch_state_free(&dump.state);
}

static void the_switch_and_its_ports_are_described(void **state)
{
    const struct live *live = *state;
    need(live);
    struct channel *channel = open_bridge(live);
    struct channel_dump dump;
    struct base_error error;
    assert_int_equal(channel_dump(channel, CHANNEL_PORTS, &dump, &error), 0);
    assert_true(dump.ok);
    assert_int_equal(dump.state.datapath_id, 0xa1);
    assert_int_equal(dump.state.n_ports, 3);
    assert_string_equal(switch_state_port(&dump.state, 1)->name, "p1");
    assert_string_equal(switch_state_port(&dump.state, 2)->name, "p2");
    assert_string_equal(switch_state_port(&dump.state, PORT_LOCAL)->name, "br1");
    for (size_t i = 0; i < 3; i++) {
        assert_true(dump.state.ports[i].has_counters);
    }
    switch_state_free(&dump.state);
    channel_close(channel);
}

static void entries_of_every_form_are_those_of_ovs_ofctl(void **state)
{
    const struct live *live = *state;
    need(live);
    struct channel *channel = open_bridge(live);
    run(live, "ovs-ofctl del-flows $BRIDGE");
    dump_and_compare(channel, live, 0);
    run(live, "printf '%s\n'"
              " actions=drop"
              " in_port=1,actions=output:2"
              " priority=7,arp,arp_tpa=10.0.0.1,actions=flood"
              " priority=9,tcp,nw_src=10.1.0.0/16,tp_dst=80,actions=mod_tp_dst:8080,output:2,1"
              " cookie=0xabc,idle_timeout=9,hard_timeout=99,icmp,icmp_type=8,actions=normal"
              " dl_vlan=5,dl_vlan_pcp=3,actions=strip_vlan,output:1"
              " dl_vlan=0xffff,actions=mod_vlan_vid:7,mod_vlan_pcp:1,in_port"
              " dl_src=00:00:00:00:00:01,dl_type=0x88b5,actions=controller:128,local"
              " udp,nw_tos=32,nw_dst=10.0.0.9,actions=mod_nw_src:1.2.3.4,mod_nw_tos:4,enqueue:1:2"
              " | ovs-ofctl -O OpenFlow10 add-flows $BRIDGE -");
    dump_and_compare(channel, live, 9);
    channel_close(channel);
}

/* Matches that OpenFlow 1.0 has no bits for. */
static const char *const BEYOND[] = {
    "in_port=1,ip,nw_ttl=64",
    "tcp,tp_dst=0x400/0xfc00",
    "udp,nw_src=10.0.0.1/255.0.0.255",
    "vlan_tci=0x1000/0x1000",
    "vlan_tci=0x0000/0x1fff",
    "vlan_tci=0x0000/0x0fff",
    "vlan_tci=0x1003/0x100f",
    "vlan_tci=0x3000/0x3000",
    "vlan_tci=0x0005/0x0fff",
    "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00",
    "dl_dst=00:00:00:00:00:00/01:00:00:00:00:00",
    "dl_src=00:11:00:00:00:00/00:ff:00:00:00:00",
    "tcp,tcp_flags=+rst",
    "tcp,tcp_flags=+syn-ack,tp_src=5",
    "tcp,tcp_flags=0x2/0x2",
    "tcp,tcp_flags=2",
    "tcp,tcp_flags=0",
    "arp,arp_sha=00:00:00:00:00:05,arp_op=1",
    "arp,arp_tha=00:00:00:00:00:05/ff:00:00:00:00:00,arp_spa=10.0.0.0/255.0.255.0",
    "ip,nw_frag=no",
    "ip,nw_frag=yes",
    "ip,nw_frag=first",
    "ip,nw_frag=later",
    "ip,nw_frag=not_later",
    "ip,nw_ecn=2",
    "ip,nw_ecn=1,nw_tos=32,nw_ttl=3,in_port=2",
    "ipv6",
    "ipv6,ipv6_dst=2001:db8::/32",
    "tcp6,ipv6_src=::1,tp_dst=80",
    "udp6,tp_src=0x10/0xfff0",
    "icmp6,icmp_type=135,nd_target=fe80::1,nd_sll=00:00:00:00:00:07",
    "icmp6,icmp_type=136,icmp_code=0,nd_tll=00:00:00:00:00:07",
    "ipv6,nw_proto=99,nw_tos=8,nw_ecn=1,nw_ttl=255",
    "ipv6,ipv6_label=0x5",
    "ipv6,ipv6_label=0x10/0xff",
    "ipv6,nw_frag=no",
    "sctp6,tp_dst=9",
    "ipv6,ipv6_dst=::5/::f",
    "sctp,tp_src=5,tp_dst=0x100/0xff00",
    "ip,nw_proto=50",
    "metadata=5",
    "metadata=0x5/0xff",
    "reg0=0",
    "reg0=0x1/0xff,in_port=1",
    "reg7=4294967295",
    "tun_id=0x5",
    "tun_id=0/0xff",
    "tun_src=1.2.3.4",
    "tun_dst=1.2.3.0/24",
    "pkt_mark=7",
    "pkt_mark=0/0xf",
    "ct_state=+est+trk,ip",
    "ct_state=-new+trk,tcp,tp_dst=80",
    "ct_zone=5",
    "ct_mark=0x1/0x3",
    "ct_label=0x123456789abcdef0123",
    "conj_id=7,ip",
    "mpls,mpls_label=100,mpls_tc=2,mpls_bos=1",
    "mplsm,mpls_ttl=9",
    "rarp",
    "dl_type=0x88cc",
    "dl_type=0x8847,mpls_bos=0",
};
enum { N_BEYOND = sizeof BEYOND / sizeof *BEYOND };

static void what_openflow_1_0_cannot_say_is_told_too(void **state)
{
    const struct live *live = *state;
    need(live);
    struct channel *channel = open_bridge(live);
    run(live, "ovs-ofctl del-flows $BRIDGE");
    FILE *flows = ofctl(live, "ovs-ofctl add-flows $BRIDGE -", "w");
    for (int i = 0; i < N_BEYOND; i++) {
        fprintf(flows, "priority=%d,%s,actions=output:2\n", 1000 + i, BEYOND[i]);
    }
    assert_int_equal(pclose(flows), 0);
    dump_and_compare(channel, live, N_BEYOND);
    channel_close(channel);
}

static void a_large_table_is_whole(void **state)
{
    const struct live *live = *state;
    need(live);
    struct channel *channel = open_bridge(live);
    run(live, "ovs-ofctl del-flows $BRIDGE");
    FILE *flows = ofctl(live, "ovs-ofctl -O OpenFlow10 add-flows $BRIDGE -", "w");
    for (unsigned i = 0; i < MANY; i++) {
        fprintf(flows, "priority=%u,ip,nw_dst=10.0.%u.%u,actions=output:%u\n", i % 100 + 1, i >> 8,
                i & 255, i % 48 + 1);
    }
    assert_int_equal(pclose(flows), 0);
    dump_and_compare(channel, live, MANY);
    run(live, "ovs-ofctl -O OpenFlow10 add-flow $BRIDGE in_port=1,actions=2");
    dump_and_compare(channel, live, MANY + 1);
    channel_close(channel);
}

/* After 6 s the switch asks with an echo; after 60 it has closed the session.
 * Its clock is moved, not ours. */
static void an_idle_session_goes_on(void **state)
{
    const struct live *live = *state;
    need(live);
    struct channel *channel = open_bridge(live);
    run(live, "ovs-ofctl del-flows $BRIDGE");
    dump_and_compare(channel, live, 0);
    run(live, "PATH=$PATH:/usr/sbin; ovs-appctl -t $D/v.ctl time/stop >/dev/null");
    run(live, "ovs-appctl -t $D/v.ctl time/warp 6000 500 >/dev/null");
    dump_and_compare(channel, live, 0);
    run(live, "ovs-appctl -t $D/v.ctl time/warp 60000 500 >/dev/null");
    dump_and_compare(channel, live, 0);
    channel_close(channel);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_switch_and_its_ports_are_described),
    cmocka_unit_test(entries_of_every_form_are_those_of_ovs_ofctl),
    cmocka_unit_test(what_openflow_1_0_cannot_say_is_told_too),
    cmocka_unit_test(a_large_table_is_whole),
    cmocka_unit_test(an_idle_session_goes_on),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
