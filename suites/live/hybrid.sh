#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Switches that do NORMAL: what is learned from them, and what may arrive of what is declared.

. suites/live/tap.sh
topology=$NETWORKS/hybrid.yaml
learned=$NETWORKS/hybrid-learned.yaml
tapproof=$B/tapproof

expect_says 0 'a has no claims: NORMAL' "learn writes what NORMAL leaves open" \
    "$tapproof" learn "$topology" -o "$learned"
expect_says 0 'NORMAL,output:4' "and NORMAL where it stands" cat "$learned"
expect_says 0 '^PASS' "the network meets the draft" "$tapproof" check "$learned"
expect_says 0 '^PASS' "with frames that flood, too" "$tapproof" check --allow-flood "$learned"
expect_says 3 'INCONCLUSIVE  traffic/a/stray/all' "what NORMAL does is not proved" "$tapproof" prove "$learned"

# Hosts at other ports than the topology says, though NORMAL finds them all the same.
for port in s2:2 s1:4; do
    sed "s/\"s1:2\"/\"X\"/; s/\"$port\"/\"s1:2\"/; s/\"X\"/\"$port\"/" "$topology" > "$scratch/moved-net.yaml"
    printf 'topology: moved-net.yaml\nports:\n  s1: {1: {output: [normal, 4]}, 2-4: {output: [normal]}}\n  s2: {1-2: {output: [normal]}}\n' > "$scratch/moved.yaml"
    expect_says 1 "^suspect  b - $port, [^,]*$" "b is not at $port" "$tapproof" check "$scratch/moved.yaml"
done

# Broadcasts reach the tap by the entry alone.
ovs-ofctl -O OpenFlow10 mod-port s1 4 no-flood
expect_says 0 '^PASS' "claims of what NORMAL delivers, and of the tap beside it" \
    "$tapproof" check "$NETWORKS/hybrid-x.yaml"
expect_says 0 '^PASS' "broadcasts arrive elsewhere" "$tapproof" check --allow-flood "$NETWORKS/hybrid-x.yaml"

# Though no switch knows where hosts are, nothing comes to b and c that is for others: c, alone at
# its switch, says where it is, and a sends to it only then.
suites/live/others.py b c > "$scratch/others" &
others=$!
wait_until grep -q ready "$scratch/others"
sed "s/delivered: \[b\], isolated: \[c\]/delivered: [b]/" "$NETWORKS/hybrid-x.yaml" > "$NETWORKS/hybrid-c.yaml"
echo '  - {from: a, match: "dl_dst=00:00:00:00:00:0c", delivered: [c]}' >> "$NETWORKS/hybrid-c.yaml"
for switch in s1 s2; do ovs-appctl fdb/flush $switch; done > "$scratch/flushed"
expect_says 0 '^PASS' "just after switches forgot where hosts are" "$tapproof" check "$NETWORKS/hybrid-c.yaml"
kill $others && wait $others
cp "$scratch/others" "$scratch/out"
[ "$(cat "$scratch/others")" = ready ]
report "and nobody gets what is for others" $?

# What is wrong behind NORMAL is found there, and nobody is to blame for what NORMAL does not do.
sed 's/delivered: \[c\]/delivered: [c, b]/' "$NETWORKS/hybrid-c.yaml" > "$NETWORKS/hybrid-both.yaml"
expect_says 1 'the claim is {from: a, match: "dl_dst=00:00:00:00:00:0b", delivered: .b.}' \
    "a claim that wants what is for c at b, too, is told which one to write" \
    "$tapproof" check "$NETWORKS/hybrid-both.yaml"
ovs-ofctl -O OpenFlow10 add-flow s2 'priority=50000,in_port=1,tcp actions=drop'
forget_cached
expect_says 1 '^suspect  s2:1 ([0-9]* failures)$' "a table behind NORMAL that drops what it should not" \
    "$tapproof" check "$NETWORKS/hybrid-c.yaml"
ovs-ofctl -O OpenFlow10 --strict del-flows s2 'priority=50000,in_port=1,tcp'
forget_cached

ovs-ofctl -O OpenFlow10 mod-flows s1 'in_port=1 actions=NORMAL'
forget_cached
expect_says 1 'FAIL  state/s1/1' "a tap that is missing beside NORMAL" \
    "$tapproof" check "$NETWORKS/hybrid-x.yaml"
expect_says 1 'suspect  s1:1 ' "is found where it is missing" "$tapproof" check "$NETWORKS/hybrid-x.yaml"
expect_says 1 'traffic/a/mirrored/cap' "and its claim with it" "$tapproof" check "$NETWORKS/hybrid-x.yaml"
expect_says 1 'traffic/a/delivered/cap' "also without a claim" "$tapproof" check "$learned"
plan
