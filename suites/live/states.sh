#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Saved states, diff and explain, beside the switches themselves.

. suites/live/tap.sh
topology=topologies/demon.yaml
simulated=expected/demon/simulated.yaml
tapproof=$B/tapproof
saved=$scratch/saved.yaml
ofctl() { ovs-ofctl -O OpenFlow10 "$@"; }
s1=tcp:127.0.0.1:6634

expect 0 "a state is saved" "$tapproof" flows "$topology" --save "$saved"
expect 0 "check conforms by the saved state" "$tapproof" check "$simulated" --state "$saved"
expect 0 "the saved state is the live one" "$tapproof" diff "$saved" "$topology"
expect_says 0 '^SAME' "nor do its entries differ" "$tapproof" diff "$saved" "$topology" --entries

# Other entries that do the same.
ofctl mod-flows "$s1" 'in_port=3 actions=output:4,output:3'
expect_says 0 '^SAME' "other entries, the same behaviour" "$tapproof" diff "$saved" "$topology"
expect_says 1 '^+in_port=3 actions=output:4,output:3' "by entries they differ" \
    "$tapproof" diff "$saved" "$topology" --entries
install simulated

ofctl add-flow "$s1" 'priority=40000,in_port=1,tcp,tp_dst=80 actions=output:2'
expect_says 1 '^s1 port 1: tcp,tp_dst=80' "a change is told as a set" \
    "$tapproof" diff "$saved" "$topology"
expect_says 1 'output:6 is missing' "and what is missing" "$tapproof" diff "$saved" "$topology"
expect 0 "the saved state does not change" "$tapproof" check "$simulated" --state "$saved"
expect 1 "the live one does" "$tapproof" check --only state "$simulated"

# As ovs-ofctl sees it: the same entries on the same side.
ofctl dump-flows --no-stats --no-names "$s1" > "$scratch/s1.flows"
ofctl mod-flows "$s1" 'in_port=2 actions=drop'
ofctl diff-flows "$scratch/s1.flows" "$s1" | sed 's/ *actions=.*//' > "$scratch/theirs"
"$tapproof" diff --entries "$saved" "$topology" | grep '^[-+]in_port' | sed 's/ actions=.*//' \
    > "$scratch/ours"
expect_says 0 '^+in_port=2' "ovs-ofctl diff-flows tells entries" cat "$scratch/theirs"
expect 0 "entries differ as for ovs-ofctl diff-flows" diff "$scratch/theirs" "$scratch/ours"
install simulated
ofctl add-flow "$s1" 'priority=40000,in_port=1,tcp,tp_dst=80 actions=output:2'

expect_says 1 'output:6 is missing' "explain: the packet that loses its copy" \
    "$tapproof" explain "$simulated" s1 1 tcp,tp_dst=80
expect_says 1 'hides     in_port=1 actions=output:2,output:6' "and the entry that is hidden" \
    "$tapproof" explain "$simulated" s1 1 tcp,tp_dst=80
expect_says 0 '^arrives at h2, h11' "another packet still arrives" \
    "$tapproof" explain "$simulated" s1 1 tcp,tp_dst=443
expect_says 0 '^arrives at h2, h11' "by the saved state the first one too" \
    "$tapproof" explain "$simulated" s1 1 tcp,tp_dst=80 --state "$saved"
expect_says 0 'in_port=1 actions=output:2,output:6' "all packets of a port" \
    "$tapproof" explain "$simulated" s1 1
expect_says 0 '"frame": "ffffffffffff02000000000188b500"' "explain: a frame" \
    "$tapproof" explain "$simulated" s1 1 --frame ffffffffffff02000000000188b500 --json -
expect_says 2 'no port 99, but 1, 2' "explain: a port that is nowhere" \
    "$tapproof" explain "$simulated" s1 99

# What cannot be known is not the same.
ofctl mod-flows "$s1" 'in_port=3 actions=strip_vlan,normal'
ofctl del-flows "$s1" 'in_port=1,tcp,tp_dst=80'
expect_says 3 'not decided: NORMAL after a rewrite' "NORMAL is not decided" "$tapproof" diff "$saved" "$topology"
expect_says 3 'unknown   NORMAL' "nor explained" "$tapproof" explain "$simulated" s1 3 tcp
sed 's/tapproof-state: 1/tapproof-state: 9/' "$saved" > "$scratch/newer.yaml"
expect_says 2 'newer.yaml:1:17: error: .*version 9' "another version is refused" \
    "$tapproof" check "$simulated" --state "$scratch/newer.yaml"
# Learned, and then judged by what was learned.
install simulated
learned=$scratch/learned.yaml
expect 0 "an expectation is learned" "$tapproof" learn "$topology" -o "$learned"
expect 0 "the network conforms to it" "$tapproof" check "$learned"
expect 0 "and is proved to" "$tapproof" prove "$learned"
sed 's|^topology:.*||; /^#/d' "$simulated" | grep 'from:' | grep -v all | sort > "$scratch/theirs"
grep 'from:' "$learned" | grep -v all | sort > "$scratch/ours"
expect 0 "its claims are those that are written by hand" diff "$scratch/theirs" "$scratch/ours"
expect_says 2 'learned.yaml exists' "a file that is there is not touched" \
    "$tapproof" learn "$topology" -o "$learned"
ofctl mod-flows "$s1" 'in_port=2 actions=output:1,output:6'
expect_says 1 'output:6 is extra' "a later leak is found" "$tapproof" check "$learned"

plan
