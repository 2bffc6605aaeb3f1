#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A ring that floods broadcasts: no probe is sent that would go round endlessly.

. suites/live/tap.sh
expected=$NETWORKS/ring-x.yaml
expect_says 1 'probes would go round endlessly' "a loop is told" "$B/tapproof" check "$expected"
expect_says 1 's[123]:[123] -> s[123]:[123] -> s[123]:[123] -> s' "and its circle" \
    "$B/tapproof" check "$expected"
run 1 "$B/tapproof" check --tap "$expected"
grep -q '^not ok.*traffic/a/loop' "$scratch/out"
report "its sender is named" $?
run 1 "$B/tapproof" prove --confirm "$expected"
report "prove sends none either" $?

# Nothing goes round now: counters that stand still.
packets() {
    for switch in s1 s2 s3; do ovs-ofctl -O OpenFlow10 dump-ports "$switch"; done | grep -o 'pkts=[0-9]*'
}
wait_for_counters() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        packets > "$scratch/before"
        sleep 0.2
        packets | cmp -s - "$scratch/before" && return 0
    done
    return 1
}
wait_for_counters
report "no storm is left behind" $?

for switch in s1 s2 s3; do
    ovs-ofctl -O OpenFlow10 del-flows "$switch" 'dl_dst=ff:ff:ff:ff:ff:ff'
done
forget_cached
expect 0 "without the flooding it conforms" "$B/tapproof" check "$expected"

# The same ring, and each switch does NORMAL: no entry loops, and yet what is flooded would.
for switch in s1 s2 s3; do
    ovs-ofctl -O OpenFlow10 del-flows "$switch"
    ovs-ofctl -O OpenFlow10 add-flow "$switch" actions=NORMAL
done
forget_cached
cat > "$NETWORKS/normal-x.yaml" << END
topology: ring.yaml
ports: {s1: {1-3: {output: [normal]}}, s2: {1-3: {output: [normal]}}, s3: {1-3: {output: [normal]}}}
traffic: [{from: a, delivered: [b]}]
END
expect_says 3 'might go round a ring of switches endlessly' "what NORMAL might send round is not sent" \
    "$B/tapproof" check -v "$NETWORKS/normal-x.yaml"
run 3 "$B/tapproof" prove --confirm "$NETWORKS/normal-x.yaml"
report "nor does a proof send it" $?
wait_for_counters
report "no storm is left behind by NORMAL" $?

# Somebody gives leave to flood: what goes round is soon told from what should come.
run 1 "$B/tapproof" check --allow-flood --rate 1000 "$NETWORKS/normal-x.yaml"
grep -q 'stopped sending: [0-9]* copies came of' "$scratch/out"
report "a storm stops the sending" $?
for switch in s1 s2 s3; do ovs-ofctl -O OpenFlow10 del-flows "$switch"; done
wait_for_counters
report "and ends with the entries" $?
plan
