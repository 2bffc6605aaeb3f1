/* SPDX-License-Identifier: Apache-2.0
 *
 * Three switches that do what is expected of them, and each change of a list: to an entry, a port,
 * a group, to what is expected, to the budget. All that is said of each and not of the right ones
 * stands in every_change.txt, which
 *
 *   WRITE=1 build/harness/state/every_change_test
 *
 * writes anew: look at what git says of it. */
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/match.h"
#include "state/finding.h"
#include "state/state.h"
#include "testing/cmocka.h"
#include "testing/whole.h"
#include "testing/yaml_memory.h"

enum { N_SWITCHES = 3, N_PORTS = 9, MAX_ROWS = 32 };

static const char topology_text[] =
    "name: t\n"
    "protocols: [OpenFlow10, OpenFlow13]\n"
    "switches: {s1: {dpid: 1}, s2: {dpid: 2}, s3: {dpid: 3}}\n"
    "hosts:\n"
    "  h1: {mac: '00:00:00:00:00:01', ip: 10.0.0.1, port: 's1:1'}\n"
    "  h2: {mac: '00:00:00:00:00:02', ip: 10.0.0.2, port: 's1:2'}\n"
    "  h3: {mac: '00:00:00:00:00:03', ip: 10.0.0.3, port: 's2:1'}\n"
    "links: [['s1:6', 's2:6'], ['s1:7', 's2:7'], ['s2:8', 's3:1'], ['s1:8', 's3:2']]\n";

static const char expected_text[] =
    "topology: t.yaml\n"
    "ports:\n"
    "  s1:\n"
    "    1:\n"
    "      - {match: 'tcp,tp_dst=80', output: [2, 6], may: [3, controller]}\n"
    "      - {match: 'udp', mod_vlan_vid: 5, output: [6], expires: 60s}\n"
    "      - {output: [2]}\n"
    "    2: {output: [1, 7], may: [4]}\n"
    "    3: drop\n"
    "    4: {actions: 'output:2,flood'}\n"
    "  s2:\n"
    "    1: {failover: [6, 7, 8]}\n"
    "    2: {one_of: [6, 7]}\n"
    "    3:\n"
    "      - {match: 'dl_vlan=5', strip_vlan: true, output: [1]}\n"
    "      - {match: 'arp', output: [controller, 1]}\n"
    "      - {output: [8, 9]}\n"
    "    4: {output: [normal]}\n"
    "    5: {failover: [7, 8]}\n"
    "  s3:\n"
    "    1:\n"
    "      - {match: 'tcp,tp_dst=1', output: [2]}\n"
    "      - {match: 'tcp,tp_dst=2', output: [3]}\n"
    "      - {match: 'tcp,tp_dst=3', output: [4]}\n"
    "      - {match: 'tcp,tp_dst=4', output: [5]}\n"
    "      - {match: 'tcp,tp_dst=5', output: [2, 3]}\n"
    "      - {match: 'tcp,tp_dst=6', output: [2, 4]}\n"
    "      - {match: 'tcp,tp_dst=7', output: [2, 5]}\n"
    "      - {match: 'tcp,tp_dst=8', output: [3, 4]}\n"
    "      - {match: 'tcp', output: [2]}\n"
    "      - {output: [local]}\n"
    "    2:\n"
    "      - {match: 'tcp,tp_dst=1', actions: drop}\n"
    "      - {match: 'tcp,tp_dst=2', actions: drop}\n"
    "      - {match: 'tcp,tp_dst=3', actions: drop}\n"
    "      - {match: 'tcp,tp_dst=4', actions: drop}\n"
    "      - {match: 'tcp,tp_dst=5', actions: drop}\n"
    "      - {match: 'tcp,tp_dst=6', actions: drop}\n"
    "      - {match: 'tcp,tp_dst=7', actions: drop}\n"
    "      - {match: 'tcp,tp_dst=8', actions: drop}\n"
    "      - {match: 'tcp,tp_dst=9', actions: drop}\n"
    "      - drop\n"
    "entries:\n"
    "  s1:\n"
    "    - 'priority=9,tcp,in_port=1,tp_dst=80 actions=output:2,output:6'\n"
    "    - 'cookie=0x7,priority=9,udp,in_port=1,hard_timeout=60 "
    "actions=mod_vlan_vid:5,output:6'\n"
    "    - 'priority=5,in_port=1 actions=output:2'\n"
    "    - 'idle_timeout=70,in_port=2 actions=output:1,output:7'\n"
    "    - 'in_port=4 actions=output:2,flood'\n"
    "  s2: ['priority=3,in_port=4 actions=normal', 'table=1,priority=2,in_port=1 "
    "actions=group:1']\n"
    "groups:\n"
    "  s2: ['group_id=1,type=ff,bucket=watch_port:6,actions=output:6,bucket=watch_port:7,"
    "actions=output:7,bucket=watch_port:8,actions=output:8', "
    "'group_id=3,type=ff,bucket=watch_port:7,actions=output:7,bucket=watch_port:8,actions=output:8'"
    ", "
    "'group_id=2,type=select,bucket=actions=output:6,bucket=actions=output:7']\n"
    "  s3: []\n"
    "names: {s2: {1: second}}\n";

static const char failover[] =
    "group_id=1,type=ff,bucket=watch_port:6,actions=output:6,bucket=watch_port:7,actions=output:7,"
    "bucket=watch_port:8,actions=output:8";

static const char *const right_rows[N_SWITCHES][MAX_ROWS] = {
    {"priority=9,tcp,in_port=1,tp_dst=80 actions=output:2,output:6",
     "cookie=0x7,priority=9,udp,in_port=1,hard_timeout=60 actions=mod_vlan_vid:5,output:6",
     "priority=5,in_port=1 actions=output:2", "idle_timeout=70,in_port=2 actions=output:1,output:7",
     "in_port=4 actions=output:2,flood"},
    {failover,
     "group_id=3,type=ff,bucket=watch_port:7,actions=output:7,bucket=watch_port:8,actions=output:8",
     "group_id=2,type=select,bucket=actions=output:6,bucket=actions=output:7",
     "table=0,priority=9,in_port=1 actions=goto_table:1",
     "table=0,priority=9,in_port=2 actions=group:2", "table=0,priority=9,in_port=5 actions=group:3",
     "table=0,priority=8,in_port=3 actions=goto_table:1", "priority=3,in_port=4 actions=normal",
     "table=1,priority=2,in_port=1 actions=group:1",
     "table=1,priority=7,in_port=3,dl_vlan=5 actions=strip_vlan,output:1",
     "table=1,priority=6,in_port=3,arp actions=controller,output:1",
     "table=1,priority=5,in_port=3 actions=output:8,output:9"},
    {"priority=9,tcp,in_port=1,tp_dst=1 actions=output:2",
     "priority=9,tcp,in_port=1,tp_dst=2 actions=output:3",
     "priority=9,tcp,in_port=1,tp_dst=3 actions=output:4",
     "priority=9,tcp,in_port=1,tp_dst=4 actions=output:5",
     "priority=9,tcp,in_port=1,tp_dst=5 actions=output:2,output:3",
     "priority=9,tcp,in_port=1,tp_dst=6 actions=output:2,output:4",
     "priority=9,tcp,in_port=1,tp_dst=7 actions=output:2,output:5",
     "priority=9,tcp,in_port=1,tp_dst=8 actions=output:3,output:4",
     "priority=8,tcp,in_port=1 actions=output:2", "priority=1,in_port=1 actions=output:LOCAL"},
};

/* A change of what is there, or of what is expected: lines are found by how they begin. */
struct change {
    size_t sw;
    const char *row;        /* NULL: none; the row that begins so is … */
    const char *instead[6]; /* … these; with no `row` they are there besides */
    const char *text, *put; /* in the expectation the one in the place of the other */
    size_t budget;
    unsigned run_ms;
};

static const struct change changes[] = {
    /* entries that are not there, take more, do something else, at another rank */
    {.sw = 1, .row = "priority=9,tcp"},
    {.sw = 1, .row = "cookie=0x7"},
    {.sw = 1, .row = "priority=5,in_port=1"},
    {.sw = 1, .row = "priority=5,in_port=1", .instead = {"priority=5 actions=output:2"}},
    {.sw = 1, .row = "priority=5,in_port=1", .instead = {"priority=5,in_port=1 actions=drop"}},
    {.sw = 1, .row = "priority=5,in_port=1", .instead = {"priority=9,in_port=1 actions=output:2"}},
    {.sw = 1, .row = "priority=5,in_port=1", .instead = {"priority=10,in_port=1 actions=output:2"}},
    {.sw = 1, .row = "priority=5,in_port=1", .instead = {"priority=5,in_port=1 actions=normal"}},
    {.sw = 1,
     .row = "priority=5,in_port=1",
     .instead = {"priority=5,in_port=1,arp actions=output:2",
                 "priority=5,in_port=1,ip actions=output:3",
                 "priority=5,in_port=1,ip,nw_tos=4 actions=output:4"}},
    {.sw = 1,
     .row = "priority=9,tcp",
     .instead =
         {"priority=9,tcp,in_port=1,tp_dst=80 actions=output:2,output:6,output:3,controller"}},
    {.sw = 1,
     .row = "priority=9,tcp",
     .instead = {"priority=9,tcp,in_port=1,tp_dst=80 actions=output:2,output:3,output:4"}},
    {.sw = 1,
     .row = "cookie=0x7",
     .instead = {"cookie=0x8,priority=9,udp,in_port=1,hard_timeout=60 "
                 "actions=mod_vlan_vid:5,output:6"}},
    {.sw = 1,
     .row = "cookie=0x7",
     .instead = {"cookie=0x7,priority=9,udp,in_port=1 actions=mod_vlan_vid:5,output:6"}},
    {.sw = 1,
     .row = "cookie=0x7",
     .instead = {"cookie=0x7,priority=9,udp,in_port=1,idle_timeout=59,hard_timeout=60 "
                 "actions=mod_vlan_vid:5,output:6"}},
    {.sw = 1,
     .row = "cookie=0x7",
     .instead = {"cookie=0x7,priority=9,udp,in_port=1,idle_timeout=60,hard_timeout=60 "
                 "actions=mod_vlan_vid:5,output:6"}},
    {.sw = 1, .row = "idle_timeout=70", .instead = {"in_port=2 actions=output:1,output:7"}},
    {.sw = 1,
     .row = "idle_timeout=70",
     .instead = {"in_port=2,idle_timeout=70,hard_timeout=9 actions=output:1,output:7,output:4"}},
    {.sw = 1, .row = "in_port=4", .instead = {"in_port=4 actions=flood"}},
    {.sw = 1, .row = "in_port=4", .instead = {"in_port=4 actions=output:2,all"}},
    {.sw = 1, .row = "in_port=4", .instead = {"in_port=4 actions=normal"}},
    {.sw = 1, .row = "in_port=4", .instead = {"in_port=4 actions=mod_nw_tos:4,output:2,flood"}},
    /* more entries: hidden, rivals of which one is right, or none, or not known; far ports */
    {.sw = 1, .instead = {"priority=4,in_port=1,tcp actions=output:4"}},
    {.sw = 1,
     .instead = {"priority=4,in_port=1,tcp actions=output:4", "priority=3,in_port=1 actions=drop",
                 "priority=3,in_port=4,udp actions=drop", "priority=2,in_port=2 actions=drop",
                 "priority=1,in_port=1,arp actions=drop"}},
    {.sw = 1, .instead = {"priority=5,tcp actions=output:2,output:6"}},
    {.sw = 1,
     .instead = {"priority=5,tcp actions=drop", "priority=5,tcp,tp_src=7 actions=output:2"}},
    {.sw = 1, .instead = {"priority=9,in_port=1,tcp,tp_src=7 actions=output:6"}},
    {.sw = 1, .instead = {"priority=9,in_port=1,tcp,tp_src=7 actions=normal"}},
    {.sw = 1, .instead = {"priority=9,in_port=1,tcp,tp_src=7 actions=mod_vlan_vid:5,normal"}},
    {.sw = 1, .instead = {"priority=9,in_port=1 actions=group:9"}},
    {.sw = 1, .instead = {"priority=5,udp actions=group:9", "priority=5,tcp actions=output:9"}},
    {.sw = 1,
     .instead = {"priority=9,ip actions=output:2", "priority=9,tcp,nw_tos=8 actions=drop"}},
    {.sw = 1,
     .instead = {"priority=9,in_port=1,ip,nw_src=10.0.0.1 actions=output:2",
                 "priority=9,in_port=1,ip,nw_dst=10.0.0.2 actions=output:3",
                 "priority=9,in_port=1,ip,nw_dst=10.0.0.3 actions=output:4",
                 "priority=9,in_port=1,ip,nw_dst=10.0.0.4 actions=output:5"}},
    {.sw = 1,
     .instead = {"priority=12,in_port=1,tcp,tp_src=1 actions=output:3",
                 "priority=12,in_port=1,ip,nw_tos=8 actions=output:4",
                 "priority=11,in_port=1,arp actions=output:5",
                 "priority=11,in_port=1,icmp actions=output:7",
                 "priority=11,in_port=1,dl_vlan=9 actions=output:8"}},
    {.sw = 1,
     .instead = {"priority=12,in_port=1,tcp actions=output:3",
                 "priority=12,in_port=1,ip actions=output:4",
                 "priority=12,in_port=1 actions=mod_vlan_vid:5,normal"}},
    {.sw = 1,
     .instead = {"priority=12,in_port=1,tcp actions=output:3",
                 "priority=11,in_port=1 actions=mod_vlan_vid:5,normal"}},
    {.sw = 1,
     .instead = {"priority=12,in_port=1,tcp,tp_src=7 actions=output:3",
                 "priority=12,in_port=1,tcp actions=output:4",
                 "priority=12,in_port=1,ip actions=output:5"}},
    {.sw = 1,
     .instead = {"priority=12,arp,in_port=1,nw_src=0.0.0.0/1 actions=output:2",
                 "priority=12,arp,in_port=1,nw_src=128.0.0.0/1 actions=output:2",
                 "priority=11,arp,in_port=1 actions=output:3",
                 "priority=11,arp,in_port=1,nw_dst=10.0.0.1 actions=mod_vlan_vid:5,normal"}},
    {.sw = 1, .instead = {"in_port=77 actions=output:2", "in_port=LOCAL actions=output:1"}},
    {.sw = 1, .instead = {"in_port=CONTROLLER actions=output:1", "in_port=9 actions=output:6"}},
    {.sw = 1, .instead = {"actions=output:5", "in_port=3,tcp actions=output:6"}},
    {.sw = 1, .instead = {"in_port=3 actions=output:3", "in_port=5 actions=output:5"}},
    {.sw = 1, .instead = {"in_port=3 actions=in_port"}},
    {.sw = 1,
     .instead = {"priority=9,in_port=1,udp,hard_timeout=4 actions=mod_vlan_vid:5,output:6",
                 "priority=9,in_port=1,udp,hard_timeout=9 actions=mod_vlan_vid:5,output:6"}},
    {.sw = 1,
     .instead = {"priority=6,in_port=1,arp,hard_timeout=1 actions=output:2",
                 "priority=6,in_port=1,icmp,hard_timeout=2 actions=output:2",
                 "priority=6,in_port=1,sctp,idle_timeout=3 actions=output:2",
                 "priority=6,in_port=1,dl_type=0x1234,hard_timeout=4 actions=output:2",
                 "priority=6,in_port=1,dl_type=0x1235,hard_timeout=5 actions=output:2"}},
    {.sw = 1, .instead = {"priority=5,in_port=1,hard_timeout=7,idle_timeout=6 actions=output:2"}},
    {.sw = 1, .run_ms = 70000},
    {.sw = 1, .run_ms = 60000},
    {.sw = 1, .run_ms = 59999},
    /* tables of a pipeline */
    {.sw = 2, .row = "table=0,priority=9,in_port=1"},
    {.sw = 2, .row = "table=0,priority=9,in_port=2"},
    {.sw = 2, .row = "table=0,priority=9,in_port=2", .instead = {"in_port=2 actions=output:6"}},
    {.sw = 2, .row = "table=0,priority=9,in_port=2", .instead = {"in_port=2 actions=group:1"}},
    {.sw = 2, .row = "table=0,priority=9,in_port=1", .instead = {"in_port=1 actions=group:2"}},
    {.sw = 2, .row = "table=0,priority=9,in_port=1", .instead = {"in_port=1 actions=output:6"}},
    {.sw = 2, .row = "table=0,priority=9,in_port=1", .instead = {"in_port=1 actions=output:7"}},
    {.sw = 2, .row = "table=0,priority=9,in_port=1", .instead = {"actions=goto_table:1"}},
    {.sw = 2, .row = "table=0,priority=8", .instead = {"in_port=3,tcp actions=goto_table:1"}},
    {.sw = 2, .row = "priority=3"},
    {.sw = 2, .row = "priority=3", .instead = {"table=1,priority=3,in_port=4 actions=normal"}},
    {.sw = 2, .row = "priority=3", .instead = {"priority=3,in_port=4 actions=output:1,normal"}},
    {.sw = 2, .row = "table=1,priority=2", .instead = {"table=1,priority=2 actions=group:1"}},
    {.sw = 2, .row = "table=1,priority=7"},
    {.sw = 2,
     .row = "table=1,priority=6",
     .instead = {"table=1,priority=7,in_port=3,arp actions=drop"}},
    {.sw = 2,
     .row = "table=1,priority=5",
     .instead = {"table=1,priority=5,in_port=3,hard_timeout=4 actions=output:8,output:9"}},
    {.sw = 2, .instead = {"table=1,priority=7,in_port=3,ip actions=output:8"}},
    {.sw = 2, .instead = {"table=1,priority=4,in_port=3,ip actions=output:8"}},
    {.sw = 2, .instead = {"table=1,priority=5,ip actions=output:8"}},
    {.sw = 2, .instead = {"table=1,priority=5,tcp actions=normal", "priority=8,ip actions=drop"}},
    {.sw = 2, .instead = {"table=1,priority=9,in_port=3,tcp actions=meter:1,output:8,output:9"}},
    {.sw = 2,
     .instead = {"table=2,priority=9,in_port=3 actions=drop", "in_port=5 actions=group:2"}},
    {.sw = 2, .instead = {"in_port=6 actions=group:1", "in_port=7 actions=group:9"}},
    {.sw = 2, .row = "table=0,priority=9,in_port=5", .instead = {"in_port=5 actions=output:7"}},
    {.sw = 2, .row = "table=0,priority=9,in_port=5", .instead = {"in_port=5 actions=output:8"}},
    {.sw = 2, .row = "table=0,priority=9,in_port=5", .instead = {"in_port=5 actions=group:1"}},
    /* groups */
    {.sw = 2, .row = "group_id=3"},
    {.sw = 2, .row = "group_id=1"},
    {.sw = 2, .row = "group_id=2"},
    {.sw = 2,
     .row = "group_id=1",
     .instead = {"group_id=1,type=ff,bucket=watch_port:6,actions=output:6,bucket=watch_port:7,"
                 "actions=output:8,bucket=watch_port:8,actions=output:7"}},
    {.sw = 2,
     .row = "group_id=1",
     .instead = {"group_id=1,type=ff,bucket=watch_port:6,actions=output:6,bucket=watch_port:8,"
                 "actions=output:7,bucket=watch_port:7,actions=output:8"}},
    {.sw = 2,
     .row = "group_id=1",
     .instead = {"group_id=1,type=ff,bucket=watch_port:6,actions=output:6"}},
    {.sw = 2,
     .row = "group_id=1",
     .instead = {"group_id=1,type=select,bucket=actions=output:6,bucket=actions=output:7"}},
    {.sw = 2,
     .row = "group_id=2",
     .instead = {"group_id=2,type=select,bucket=actions=output:6,bucket=actions=output:8"}},
    {.sw = 2,
     .row = "group_id=2",
     .instead = {"group_id=2,type=ff,bucket=watch_port:6,actions=output:6,bucket=watch_port:7,"
                 "actions=output:7"}},
    {.sw = 2, .instead = {"group_id=5,type=all,bucket=actions=output:6", "group_id=0,type=all"}},
    {.sw = 3, .instead = {"group_id=3,type=all,bucket=actions=output:6"}},
    {.sw = 1, .instead = {"group_id=3,type=all,bucket=actions=output:6"}},
    {.sw = 2, .instead = {"version 1"}},
    {.sw = 3, .instead = {"version 1"}},
    {.sw = 2, .row = "group_id=2", .instead = {"version 1"}},
    /* more cases than are looked at one by one */
    {.sw = 3, .row = "priority=9,tcp,in_port=1,tp_dst=5"},
    {.sw = 3, .row = "priority=8", .instead = {"priority=8,in_port=1 actions=output:2"}},
    {.sw = 3, .row = "priority=8", .instead = {"priority=9,tcp,in_port=1 actions=output:2"}},
    {.sw = 3, .row = "priority=8", .instead = {"priority=10,tcp,in_port=1 actions=output:2"}},
    {.sw = 3, .row = "priority=1", .instead = {"priority=1,in_port=1 actions=output:5"}},
    {.sw = 3,
     .row = "priority=1",
     .instead = {"priority=1,in_port=1,hard_timeout=3 actions=output:LOCAL"}},
    {.sw = 3, .instead = {"priority=9,tcp,tp_src=7 actions=output:5,output:4"}},
    {.sw = 3, .instead = {"priority=9,tcp,tp_src=7 actions=group:4"}},
    {.sw = 3, .instead = {"no port 2", "no port 2"}},
    {.sw = 3, .instead = {"in_port=2 actions=output:3"}},
    {.sw = 3, .budget = 1, .instead = {"in_port=2 actions=output:3"}},
    {.sw = 3, .budget = 20, .instead = {"in_port=2 actions=output:3"}},
    /* ports */
    {.sw = 1, .instead = {"port 1 1 0"}},
    {.sw = 1, .instead = {"port 1 0 1"}},
    {.sw = 1, .instead = {"port 1 4 0", "port 3 1 0"}},
    {.sw = 1, .instead = {"port 2 32 0"}},
    {.sw = 1, .instead = {"port 2 0 1", "port 6 1 0", "port 7 32 1"}},
    {.sw = 1, .instead = {"port 5 1 0", "port 9 1 0"}},
    {.sw = 1, .instead = {"port 6 16 0"}},
    {.sw = 1, .instead = {"port 8 16 0", "port 8 32 0"}},
    {.sw = 1, .instead = {"no port 3"}},
    {.sw = 1, .instead = {"no port 7"}},
    {.sw = 1, .instead = {"no port 9"}},
    {.sw = 1, .instead = {"no port 9", "actions=output:2"}},
    {.sw = 1, .instead = {"no port 8", "in_port=8 actions=output:2"}},
    {.sw = 1, .instead = {"no port 8", "priority=3 actions=output:2"}},
    {.sw = 1, .instead = {"no ports"}},
    {.sw = 2, .instead = {"port 6 1 0"}},
    {.sw = 2, .instead = {"port 7 0 1"}},
    {.sw = 2, .instead = {"port 8 32 0"}},
    {.sw = 2, .instead = {"port 6 1 0", "port 7 1 0", "port 8 1 0"}},
    {.sw = 2, .instead = {"no port 6"}},
    {.sw = 2, .instead = {"no ports"}},
    {.sw = 3, .instead = {"port 65534 1 0"}},
    {.sw = 3, .instead = {"no port 10"}},
    {.sw = 3, .instead = {"no ports"}},
    /* switches */
    {.sw = 1, .row = "unread", .instead = {"connection refused"}},
    {.sw = 2, .row = "unread"},
    {.sw = 3, .row = "unread", .instead = {"no answer"}},
    {.sw = 1, .instead = {"dpid 9"}},
    {.sw = 2, .instead = {"dpid 3"}},
    {.sw = 3, .instead = {"dpid 1"}},
    /* what is expected */
    {.text = "names:", .put = "unlisted: any\nnames:"},
    {.sw = 1, .instead = {"actions=output:5"}, .text = "names:", .put = "unlisted: any\nnames:"},
    {.text = "names:", .put = "controller: any\nnames:"},
    {.sw = 2,
     .row = "table=1,priority=6",
     .instead = {"table=1,priority=6,in_port=3,arp actions=output:1"},
     .text = "names:",
     .put = "controller: any\nnames:"},
    {.text = "names:", .put = "expires: 60s\nnames:"},
    {.text = "names:", .put = "expires: any\nnames:"},
    {.text = ", expires: 60s", .put = ""},
    {.text = ", expires: 60s", .put = ", expires: any"},
    {.text = "    3: drop\n", .put = "    # 3\n"},
    {.text = "    3: drop\n", .put = "    3: {output: [9, 5]}\n"},
    {.text = "      - {output: [2]}\n", .put = "      # 1\n"},
    {.text = "      - {output: [2]}\n", .put = "      - {output: [2], may: [1, 7, local]}\n"},
    {.text = ", may: [3, controller]", .put = ""},
    {.text = "failover: [6, 7, 8]", .put = "failover: [6, 8, 7]"},
    {.text = "failover: [6, 7, 8]", .put = "failover: [6, 7]"},
    {.text = "failover: [6, 7, 8]", .put = "failover: [7, 6]"},
    {.text = "failover: [6, 7, 8]", .put = "output: [6]"},
    {.text = "one_of: [6, 7]", .put = "one_of: [6, 8]"},
    {.text = "one_of: [6, 7]", .put = "output: [6], may: [7]"},
    {.text = "one_of: [6, 7]", .put = "failover: [6, 7]"},
    {.text = "    4: {output: [normal]}\n", .put = "    4: {output: [1, 2]}\n"},
    {.text = "names:", .put = "ignore: [{switch: s1, port: 3, reason: a}]\nnames:"},
    {.text = "names:",
     .put = "ignore: [{port: 1, reason: a}, {port: 1, switch: s2, reason: b}]\nnames:"},
    {.text = "names:", .put = "ignore: [{cookie: 0x7/0xf, reason: a}]\nnames:"},
    {.text = "names:",
     .put = "ignore: [{switch: s2, table: 1, reason: a}, {match: arp, reason: b}]\nnames:"},
    {.text = "names:",
     .put = "ignore: [{match: 'in_port=1', reason: a}, {port: 1, table: 0, reason: b}]\nnames:"},
    {.text = "names:",
     .put = "ignore: [{switch: s3, match: tcp, reason: a}, {switch: s3, table: 0, reason: "
            "b}]\nnames:"},
    {.sw = 1,
     .row = "unread",
     .text = "names:",
     .put = "ignore: [{switch: s1, port: 2, reason: a}, {port: 2, reason: b}]\nnames:"},
    {.sw = 2,
     .row = "unread",
     .text = "names:",
     .put = "ignore: [{switch: s1, port: 1, reason: a}, {port: 1, reason: b}]\nnames:"},
    {.text = "names:", .put = "tables: exact\nnames:"},
    {.text = "  s2: ['priority=3", .put = "  s3: []\n  s2: ['priority=3"},
    {.text = "  s2: ['priority=3",
     .put = "  s3: ['priority=9,tcp,in_port=1,tp_dst=5 actions=drop']\n  s2: ['priority=3"},
    /* `tables: exact`: besides, again, in another table */
    {.sw = 1,
     .instead = {"priority=5,in_port=1 actions=output:3", "priority=5,in_port=1 actions=output:2",
                 "table=1,priority=5,in_port=1 actions=output:2"},
     .text = "names:",
     .put = "tables: exact\nnames:"},
    {.sw = 1,
     .row = "priority=5,in_port=1",
     .instead = {"priority=5,in_port=1 actions=output:3", "priority=5,in_port=1 actions=output:2"},
     .text = "names:",
     .put = "tables: exact\nnames:"},
    {.sw = 1,
     .instead = {"cookie=0x9,priority=9,udp,in_port=1 actions=drop", "in_port=8 actions=drop",
                 "in_port=8,hard_timeout=3 actions=drop", "in_port=8,idle_timeout=3 actions=drop"},
     .text = "names:",
     .put = "tables: exact\nnames:"},
    {.sw = 2,
     .row = "priority=3",
     .instead = {"table=1,priority=3,in_port=4 actions=normal"},
     .text = "names:",
     .put = "tables: exact\nnames:"},
    {.sw = 2,
     .instead = {"table=1,priority=3,in_port=4 actions=drop", "table=1,actions=drop"},
     .text = "names:",
     .put = "tables: exact\nnames:"},
    {.sw = 1,
     .instead = {"in_port=3 actions=drop"},
     .text = "names:",
     .put = "tables: exact\nignore: [{match: 'in_port=3', reason: a}]\nnames:"},
    /* budgets */
    {.budget = 1},
    {.budget = 10},
    {.sw = 1, .budget = 8, .instead = {"priority=5,tcp actions=output:2,output:6"}},
    {.sw = 1, .budget = 40, .instead = {"priority=5,tcp actions=output:2,output:6"}},
    {.sw = 1, .budget = 4, .instead = {"priority=6,in_port=1,arp,hard_timeout=1 actions=output:2"}},
};

struct world {
    struct expectation *expectation;
    struct switch_state states[N_SWITCHES];
    struct switch_dump dumps[N_SWITCHES];
    struct state_options options;
    struct report report;
};

static void add_row(struct switch_state *state, const char *row)
{
    struct base_error error;
    bool is_group = strncmp(row, "group_id", 8) == 0;
    struct port *port = state->ports;
    unsigned number, config, link;
    int n;
    if (sscanf(row, "port %u %u %u%n", &number, &config, &link, &n) == 3) {
        for (; port->number != number; port++) {
            assert_true(port < state->ports + state->n_ports);
        }
        port->config = config;
        port->state = link;
    } else if (sscanf(row, "no port %u", &number) == 1) {
        size_t at = number - 1;
        memmove(port + at, port + at + 1, (state->n_ports - at - 1) * sizeof *port);
        state->n_ports--;
    } else if (sscanf(row, "version %u", &number) == 1) {
        state->version = (uint8_t)number;
    } else if (sscanf(row, "dpid %u", &number) == 1) {
        state->datapath_id = number;
    } else if (strcmp(row, "no ports") == 0) {
        state->n_ports = 0;
    } else if ((is_group ? ofctl_parse_group(row, &state->groups, NULL, &error)
                         : ofctl_parse_reported_flow(row, &state->flows, NULL, &error)) < 0) {
        fail_msg("%s: %s", row, error.text);
    }
}

static void make_states(struct world *world, const struct change *change)
{
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        struct switch_state *state = &world->states[sw];
        *state = (struct switch_state){.datapath_id = sw + 1, .version = 4, .n_tables = 2};
        state->ports = calloc(N_PORTS + 1, sizeof *state->ports);
        for (; state->n_ports < N_PORTS; state->n_ports++) {
            state->ports[state->n_ports].number = (uint16_t)(state->n_ports + 1);
        }
        state->ports[state->n_ports++].number = PORT_LOCAL;
        world->dumps[sw] = (struct switch_dump){.dumped = true, .state = state};
        bool here = change->sw == sw + 1, found = false;
        for (size_t i = 0; right_rows[sw][i]; i++) {
            bool is = here && change->row &&
                      strncmp(right_rows[sw][i], change->row, strlen(change->row)) == 0;
            found |= is;
            for (size_t j = 0; is && change->instead[j]; j++) {
                add_row(state, change->instead[j]);
            }
            if (!is) {
                add_row(state, right_rows[sw][i]);
            }
        }
        bool unread = here && change->row && strcmp(change->row, "unread") == 0;
        if (unread) {
            world->dumps[sw] = (struct switch_dump){.reason = change->instead[0]};
        }
        assert_true(found || !here || !change->row || unread);
        for (size_t j = 0; here && !change->row && change->instead[j]; j++) {
            add_row(state, change->instead[j]);
        }
    }
}

static void load(struct world *world, const struct change *change)
{
    struct base_buffer text = {0}, errors = {0};
    const char *at = change->text ? strstr(expected_text, change->text) : expected_text;
    assert_non_null(at);
    base_put_bytes(&text, expected_text, (size_t)(at - expected_text));
    base_put_text(&text, change->put ? change->put : "");
    base_put_text(&text, at + (change->text ? strlen(change->text) : 0));
    struct memory_file files[] = {{.path = "t.yaml", .text = topology_text},
                                  {.path = "e.yaml", .text = base_buffer_text(&text)},
                                  {.path = NULL}};
    struct yaml_files memory = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    if (yaml_load_expectation(&memory, "e.yaml", &world->expectation, &diagnostics) < 0) {
        fail_msg("%s", memory_errors(&diagnostics, &errors));
    }
    yaml_diagnostics_free(&diagnostics);
    base_buffer_free(&text);
}

/* --------------------------------------------------------------- what is said of it */

static void put(struct base_buffer *out, const char *name, const char *text)
{
    if (text) {
        base_put_format(out, "; %s ", name);
        for (; *text; text++) {
            base_put_format(out, "%c", *text == '\n' ? '|' : *text);
        }
    }
}

static void put_flow(struct base_buffer *out, const char *name, const struct flow_entry *flow)
{
    struct base_arena arena = {0};
    put(out, name, flow ? ofctl_flow_text(flow, FLOW_NO_STATS, &arena) : NULL);
    base_arena_free(&arena);
}

static void put_set(struct base_buffer *out, const struct state_set *set)
{
    base_put_text(out, "\n  set: ");
    ofctl_format_actions(set->expected, set->n_expected, out);
    base_put_text(out, " not ");
    ofctl_format_actions(set->does, set->n_does, out);
    for (size_t i = 0; i < set->n_tolerated; i++) {
        base_put_format(out, " (%u)", set->tolerated[i]);
    }
    put_flow(out, "entry", set->entry);
    put_flow(out, "rival", set->rival);
    put_flow(out, "right", set->right);
    base_put_text(out, "; in ");
    ofctl_format_match(&set->where.within, out);
    base_put_format(out, "; %s%s", set->where.is_whole ? "whole " : "",
                    set->where.is_cube ? "cube" : "");
}

static void put_finding(struct base_buffer *out, const struct state_finding *found)
{
    base_put_format(out, "; kind %d", found->kind);
    if (found->kind == STATE_OTHER_SWITCH) {
        base_put_format(out, " %u is of %s", (unsigned)found->datapath_id,
                        found->other ? found->other->name : "none");
    }
    if (found->kind == STATE_PORT) {
        base_put_format(out, " %u %s", found->port, found->is_listed ? "" : "unlisted");
        for (size_t i = 0; i < found->n_down; i++) {
            base_put_format(out, " without %u", found->down[i]);
        }
    }
    for (size_t i = 0; i < found->n_troubles; i++) {
        const struct state_trouble *trouble = &found->troubles[i];
        base_put_format(out, "; %s %u %s", trouble->is_egress ? "out" : "in", trouble->port,
                        trouble->why);
    }
    if (found->late) {
        put_flow(out, "late", found->late);
        base_put_format(out, ", of %zu, not %u s", found->n_late, found->late_expires_sec);
    }
    if (found->is_open) {
        put(out, "open", found->open ? found->open : "budget");
        put_flow(out, "open by", found->open_entry);
        put_flow(out, "and", found->open_rival);
    }
    put(out, "table", found->table_name);
    for (size_t i = 0; i < found->n_sets && i < STATE_SETS_SHOWN; i++) {
        put_set(out, &found->sets[i]);
    }
    if (found->n_sets > STATE_SETS_SHOWN) {
        base_put_format(out, "\n  of %zu", found->n_sets);
    }
}

static void put_result(struct base_buffer *out, const struct result *result)
{
    static const char *const causes[] = {"-",     "switch", "table",  "port",
                                         "cable", "swap",   "station"};
    base_put_format(out, "%s %s", verdict_name(result->verdict), result->id);
    if (result->port >= 0) {
        base_put_format(out, " at %d", result->port);
    }
    put(out, "of", result->switch_name);
    put(out, "expected", result->expected);
    put(out, "observed", result->observed);
    for (size_t i = 0; i < N_STATEMENTS; i++) {
        const char *says = result->says[i];
        bool same = says && ((result->expected && strcmp(says, result->expected) == 0) ||
                             (result->observed && strcmp(says, result->observed) == 0));
        put(out, statement_name((enum statement)i), same ? "so" : says);
    }
    if (result->disagrees) {
        base_put_format(out, "; %d against %d", result->disagree[0], result->disagree[1]);
    }
    put(out, causes[result->cause_kind], result->cause);
    bool suspected =
        result->suspect && result->cause && strcmp(result->suspect, result->cause) == 0;
    put(out, "suspect", suspected ? "it" : result->suspect);
    put(out, "example", result->example);
    put(out, "written", result->source);
    put(out, "because", result->detail);
    if (result->finding) {
        put_finding(out, result->finding);
    }
    base_put_text(out, "\n");
}

static void judge(struct world *world, const struct change *change)
{
    struct base_error error;
    *world = (struct world){.options = {.budget = change->budget, .run_ms = change->run_ms}};
    load(world, change);
    make_states(world, change);
    assert_int_equal(
        state_judge(world->expectation, world->dumps, &world->options, &world->report, &error), 0);
}

static void free_world(struct world *world)
{
    report_free(&world->report);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        switch_state_free(&world->states[sw]);
    }
    expectation_free(world->expectation);
}

/* All, line by line. */
static void put_report(struct base_buffer *out, const struct report *report)
{
    for (size_t i = 0; i < report->n_results; i++) {
        put_result(out, &report->results[i]);
    }
    for (size_t i = 0; i < report->n_notes; i++) {
        base_put_format(out, "note %s\n", report->notes[i]);
    }
    for (size_t i = 0; i < report->n_ignored; i++) {
        const struct ignored *ignored = &report->ignored[i];
        base_put_format(out, "ignored %s: %s; %s; %zu entries, %zu ports\n", ignored->text,
                        ignored->reason, ignored->source, ignored->n_entries, ignored->n_ports);
    }
}

/* What an exception takes, asked row by row and port by port. */
static void put_ignored(struct base_buffer *out, const struct world *world)
{
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        const struct flow_table *flows = &world->states[sw].flows;
        for (size_t i = 0; i < flows->n_entries; i++) {
            const struct exception *by =
                state_ignored_entry(world->expectation, sw, &flows->entries[i]);
            if (by) {
                base_put_format(out, "s%zu: row %zu, as %s\n", sw + 1, i, by->reason);
            }
        }
        for (uint16_t port = 1; port <= N_PORTS; port++) {
            const struct exception *by =
                state_ignored_port(world->expectation, (struct port_ref){sw, port});
            if (by) {
                base_put_format(out, "s%zu: port %u, as %s\n", sw + 1, port, by->reason);
            }
        }
    }
}

/* The paragraphs of one (a line, and those behind it that are set in) that the other does not have.
 * */
static void put_new(struct base_buffer *out, const char *text, const char *other)
{
    while (*text) {
        size_t n = strcspn(text, "\n") + 1;
        while (strncmp(text + n, "  ", 2) == 0) {
            n += strcspn(text + n, "\n") + 1;
        }
        char *paragraph = strndup(text, n);
        const char *at = strstr(other, paragraph);
        if (!at || (at > other && at[-1] != '\n')) {
            base_put_text(out, paragraph);
        }
        free(paragraph);
        text += n;
    }
}

/* Of what is gone only the name. */
static void put_gone(struct base_buffer *out, const struct report *before,
                     const struct report *after)
{
    for (size_t i = 0; i < before->n_results; i++) {
        bool found = false;
        for (size_t j = 0; j < after->n_results && !found; j++) {
            found = strcmp(before->results[i].id, after->results[j].id) == 0;
        }
        if (!found) {
            base_put_format(out, "gone %s\n", before->results[i].id);
        }
    }
}

static void put_change(struct base_buffer *out, const struct change *change)
{
    base_put_text(out, "\n# ");
    if (change->sw) {
        base_put_format(out, "s%zu: %s ->", change->sw, change->row ? change->row : "");
    }
    for (size_t i = 0; change->instead[i]; i++) {
        base_put_format(out, " %s;", change->instead[i]);
    }
    put(out, "instead of", change->text);
    put(out, "expected", change->put);
    if (change->budget || change->run_ms) {
        base_put_format(out, " budget %zu, run %u ms", change->budget, change->run_ms);
    }
    base_put_text(out, "\n");
}

static void each_change_is_told(void **state)
{
    (void)state;
    struct world right;
    struct base_buffer out = {0}, all = {0};
    judge(&right, &(struct change){0});
    base_put_text(&out, "# Written by every_change_test: what is said of the right switches, then "
                        "what is said besides of each change.\n\n");
    put_report(&all, &right.report);
    base_put_text(&out, base_buffer_text(&all));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct world world;
        struct base_buffer text = {0};
        judge(&world, &changes[i]);
        put_report(&text, &world.report);
        put_change(&out, &changes[i]);
        put_gone(&out, &right.report, &world.report);
        put_new(&out, base_buffer_text(&text), base_buffer_text(&all));
        put_ignored(&out, &world);
        base_buffer_free(&text);
        free_world(&world);
    }
    assert_whole(base_buffer_text(&out), "harness/state/every_change.txt");
    base_buffer_free(&out);
    base_buffer_free(&all);
    free_world(&right);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_change_is_told),
};

TEST_MAIN(tests)
