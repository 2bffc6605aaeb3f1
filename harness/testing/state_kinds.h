/* SPDX-License-Identifier: Apache-2.0
 *
 * What a table does against what it should do: deviations of each kind, each with
 * a table that deviates and one that does not. state/state_test.c judges them,
 * report/words_test.c says them in words. */
#ifndef TESTING_STATE_KINDS_H
#define TESTING_STATE_KINDS_H

#include "testing/state_of.h"

struct kind {
    const char *name;
    const char *declared[MAX_CASES]; /* of port 1: match, actions, match, actions… */
    const char *wrong[MAX_CASES], *right[MAX_CASES];
    enum verdict verdict;
    const char *expected, *observed, *detail; /* NULL: not compared */
};

static const struct kind kinds[] = {
    {.name = "an output is missing",
     .declared = {"", "output:2,output:6"},
     .wrong = {"priority=100,in_port=1 actions=output:2"},
     .right = {"priority=100,in_port=1 actions=output:6,output:2"},
     .verdict = VERDICT_FAIL,
     .expected = "output:2,output:6",
     .observed = "output:2",
     .detail = "output:6 is missing"},
    {.name = "an output is extra",
     .declared = {"", "output:2"},
     .wrong = {"in_port=1 actions=output:2,output:6"},
     .right = {"in_port=1 actions=output:2,output:1"}, /* never sent back: no difference */
     .verdict = VERDICT_FAIL,
     .expected = "output:2",
     .observed = "output:2,output:6",
     .detail = "output:6 is extra"},
    {.name = "an output goes elsewhere",
     .declared = {"", "output:2,output:7"},
     .wrong = {"in_port=1 actions=output:2,output:6"},
     .right = {"in_port=1 actions=output:2,output:7"},
     .verdict = VERDICT_FAIL,
     .detail = "output:6 instead of output:7"},
    {.name = "a copy too many",
     .declared = {"", "output:2"},
     .wrong = {"in_port=1 actions=output:2,output:2"},
     .right = {"actions=output:2"},
     .verdict = VERDICT_FAIL,
     .detail = "output:2 is extra"},
    {.name = "outputs where it should drop",
     .declared = {"", "drop"},
     .wrong = {"priority=5 actions=output:3"},
     .right = {"priority=5,in_port=2 actions=output:3"},
     .verdict = VERDICT_FAIL,
     .expected = "drop",
     .observed = "output:3",
     .detail = "output:3 is extra"},
    {.name = "a rewrite is missing",
     .declared = {"", "mod_vlan_vid:5,output:6"},
     .wrong = {"in_port=1 actions=output:6"},
     .right = {"in_port=1 actions=mod_vlan_vid:5,output:6"},
     .verdict = VERDICT_FAIL,
     .detail = "mod_vlan_vid:5 is missing on output:6"},
    {.name = "a rewrite is another one",
     .declared = {"", "output:2,mod_dl_dst:02:00:00:00:00:07,output:6"},
     .wrong = {"in_port=1 actions=output:2,mod_dl_dst:02:00:00:00:00:08,output:6"},
     .right = {"in_port=1 actions=mod_dl_dst:02:00:00:00:00:07,output:6",
               "priority=40000,in_port=1 "
               "actions=output:2,mod_dl_dst:02:00:00:00:00:07,output:6"},
     .verdict = VERDICT_FAIL,
     .detail = "mod_dl_dst:02:00:00:00:00:08 instead of mod_dl_dst:02:00:00:00:00:07 on output:6"},
    {.name = "a rewrite to what is there is none",
     .declared = {"dl_vlan=5", "output:6"},
     .wrong = {"in_port=1,dl_vlan=5 actions=mod_vlan_pcp:0,output:6"},
     .right = {"in_port=1,dl_vlan=5 actions=mod_vlan_vid:5,output:6"},
     .verdict = VERDICT_FAIL,
     .detail = NULL},
    {.name = "a rewrite of a field that is not there is none",
     .declared = {"arp", "output:6"},
     .wrong = {"in_port=1,arp actions=mod_dl_src:02:00:00:00:00:07,output:6"},
     .right = {"in_port=1,arp actions=mod_nw_src:1.2.3.4,mod_tp_dst:7,output:6"},
     .verdict = VERDICT_FAIL,
     .detail = NULL},
    {.name = "no entry takes it",
     .declared = {"ip", "output:2"},
     .wrong = {"in_port=2 actions=output:2"},
     .right = {"in_port=1,ip,nw_src=0.0.0.0/1 actions=output:2",
               "in_port=1,ip,nw_src=128.0.0.0/1 actions=output:2"},
     .verdict = VERDICT_FAIL,
     .expected = "output:2",
     .observed = "drop",
     .detail = "for ip,in_port=1: the table drops it: no entry takes it"},
    {.name = "one class of headers is left out",
     .declared = {"", "output:2"},
     .wrong = {"priority=7,in_port=1 actions=output:2",
               "priority=8,in_port=1,tcp,tp_dst=80 actions=drop"},
     .right = {"priority=7,in_port=1 actions=output:2",
               "priority=6,in_port=1,tcp,tp_dst=80 actions=drop"},
     .verdict = VERDICT_FAIL,
     .expected = "output:2",
     .observed = "drop",
     .detail = "for tcp,in_port=1,tp_dst=80: output:2 is missing\n"
               "the entry that would, priority=7,in_port=1 actions=output:2, is hidden by "
               "priority=8,tcp,in_port=1,tp_dst=80 actions=drop"},
    {.name = "cases, each with its own behaviour",
     .declared = {"tcp,tp_dst=80", "output:2,output:6", "", "output:2"},
     .wrong = {"priority=7,in_port=1 actions=output:2",
               "priority=8,in_port=1,tcp actions=output:2,output:6"},
     .right = {"priority=7,in_port=1 actions=output:2",
               "priority=8,in_port=1,tcp,tp_dst=80 actions=output:2,output:6"},
     .verdict = VERDICT_FAIL,
     .expected = "output:2",
     .observed = "output:2,output:6"},
    {.name = "what no case takes must be dropped",
     .declared = {"arp", "output:2"},
     .wrong = {"in_port=1 actions=output:2"},
     .right = {"in_port=1,arp actions=output:2"},
     .verdict = VERDICT_FAIL,
     .expected = "drop",
     .observed = "output:2"},
    {.name = "two of one priority",
     .declared = {"", "output:2"},
     .wrong = {"priority=9,in_port=1 actions=output:2", "priority=9,udp actions=output:3"},
     .right = {"priority=9,in_port=1 actions=output:2", "priority=9,udp actions=output:2",
               "priority=8,icmp actions=output:3"},
     .verdict = VERDICT_FAIL,
     .expected = "output:2",
     .observed = "output:3",
     .detail = "for udp,in_port=1: two entries of one priority take it, which of them wins is not "
               "defined: priority=9,in_port=1 actions=output:2 and priority=9,udp "
               "actions=output:3"},
    {.name = "two of one priority, hidden",
     .declared = {"", "output:2"},
     .wrong = {"priority=9,in_port=1 actions=output:2", "priority=9,udp actions=output:3",
               "priority=10,udp,tp_dst=1 actions=output:2"},
     .right = {"priority=9,in_port=1 actions=output:2", "priority=9,udp actions=output:3",
               "priority=10,udp actions=output:2"},
     .verdict = VERDICT_FAIL},
    {.name = "two of one priority, and a larger set",
     .declared = {"", "output:2"},
     .wrong = {"priority=9,in_port=1 actions=output:2", "priority=9,udp actions=output:3",
               "priority=10,arp actions=output:7"},
     .right = {"priority=9,in_port=1 actions=output:2", "priority=10,arp actions=output:2"},
     .verdict = VERDICT_FAIL,
     .observed = "output:3"},
    {.name = "two of one priority, both wrong",
     .declared = {"", "output:2,output:6"},
     .wrong = {"priority=9,in_port=1 actions=output:6,output:3", "priority=9,udp actions=output:2"},
     .right = {"priority=9,in_port=1 actions=output:2,output:6"},
     .verdict = VERDICT_FAIL,
     .observed = "output:2\nor output:6,output:3"},
    {.name = "the same twice",
     .declared = {"", "output:2"},
     .wrong = {"priority=9,in_port=1 actions=output:2", "priority=9,in_port=1 actions=drop"},
     .right = {"priority=9,in_port=1 actions=output:2", "priority=8,in_port=1 actions=drop"},
     .verdict = VERDICT_FAIL,
     .observed = "drop"},
    {.name = "NORMAL decides",
     .declared = {"", "output:2"},
     .wrong = {"priority=9,in_port=1 actions=output:2", "priority=10,arp actions=normal"},
     .right = {"priority=9,in_port=1 actions=output:2", "priority=8,arp actions=normal"},
     .verdict = VERDICT_INCONCLUSIVE,
     .expected = "output:2",
     .detail = "not decided: NORMAL depends on what the switch has learned: it cannot be decided "
               "from the table (priority=10,arp actions=NORMAL)"},
    {.name = "NORMAL is what is expected",
     .declared = {"", "normal"},
     .wrong = {"in_port=1 actions=output:2"},
     .right = {"in_port=1 actions=normal"},
     .verdict = VERDICT_INCONCLUSIVE,
     .detail = "not decided: NORMAL depends on what the switch has learned: it cannot be decided "
               "from the table (in_port=1 actions=output:2)"},
    {.name = "another table decides",
     .declared = {"", "output:2"},
     .wrong = {"in_port=1,tcp actions=output:2", "table=1,in_port=1 actions=output:2"},
     .right = {"priority=5,in_port=1 actions=output:2",
               "table=1,priority=40000,in_port=1 actions=output:3",
               "table=1,priority=5,udp actions=output:4"},
     .verdict = VERDICT_INCONCLUSIVE,
     .detail = "not decided: another table than 0 decides "
               "(table=1, in_port=1 actions=output:2)"},
    {.name = "rewrites for several ports",
     .declared = {"", "output:2,mod_vlan_vid:5,output:6,output:7"},
     .wrong = {"in_port=1 actions=output:2,mod_vlan_vid:4,output:6,strip_vlan,output:7"},
     .right = {"in_port=1 actions=output:2,mod_vlan_vid:5,output:7,output:6"},
     .verdict = VERDICT_FAIL,
     .detail = "mod_vlan_vid:4 instead of mod_vlan_vid:5 on output:6, "
               "mod_vlan_vid:5 is missing on output:7"},
    {.name = "bytes for the controller, queues",
     .declared = {"", "controller:64,output:6"},
     .wrong = {"in_port=1 actions=controller:128,enqueue:6:1"},
     .right = {"in_port=1 actions=output:6,controller:64"},
     .verdict = VERDICT_FAIL,
     .detail = "enqueue:6:1 instead of output:6, CONTROLLER:128 instead of CONTROLLER:64"},
    {.name = "flood is a list of ports",
     .declared = {"", "output:2,output:3,output:4,output:5,output:6,output:7"},
     .wrong = {"in_port=1 actions=output:2,flood"},
     .right = {"in_port=1 actions=flood"},
     .verdict = VERDICT_FAIL,
     .observed = "output:2,FLOOD",
     .detail = "output:2 is extra"},
    {.name = "a permanent entry has a timeout",
     .declared = {"", "output:2"},
     .wrong = {"idle_timeout=60,hard_timeout=120,in_port=1 actions=output:2"},
     .right = {"in_port=1 actions=output:2", "hard_timeout=120,in_port=2,arp actions=drop",
               "hard_timeout=120,priority=3,in_port=1,arp actions=output:3"},
     .verdict = VERDICT_FAIL,
     .expected = "no timeout",
     .observed = "idle_timeout=60,hard_timeout=120",
     .detail = "idle_timeout=60,hard_timeout=120 where the expectation says no timeout "
               "(idle_timeout=60, hard_timeout=120, in_port=1 actions=output:2)"},
    {.name = "several sets differ",
     .declared = {"", "output:2"},
     .wrong = {"priority=5,in_port=1 actions=output:2", "priority=6,in_port=1,arp actions=output:3",
               "priority=6,in_port=1,tcp actions=output:4",
               "priority=6,in_port=1,udp,tp_dst=9 actions=output:5",
               "priority=6,in_port=1,icmp,icmp_type=8 actions=output:6",
               "priority=6,in_port=1,icmp,icmp_type=0 actions=output:6"},
     .right = {"priority=5,in_port=1 actions=output:2",
               "priority=6,in_port=1,arp actions=output:2"},
     .verdict = VERDICT_FAIL,
     .observed = "output:3"},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static inline void judge_kind(struct world *world, const struct kind *kind,
                              const char *const *flows)
{
    make_world(world);
    for (size_t i = 0; i < MAX_CASES && kind->declared[i]; i += 2) {
        expect(world, 1, kind->declared[i], kind->declared[i + 1]);
    }
    world->expectation.unlisted_any = true;
    for (size_t i = 0; i < MAX_CASES && flows[i]; i++) {
        add_flow(world, flows[i]);
    }
    judge(world);
    check_result(world, "switch/s1", VERDICT_PASS);
    assert_int_equal(world->report.n_results, 2);
}

#endif
