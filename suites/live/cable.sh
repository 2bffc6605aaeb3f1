#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Tables that are right, and a cable, a port or a lab file that is not: what
# only frames can tell. Runs in the lab of cable.yaml (suites/live/networks.sh,
# whose directory is $NETWORKS).

. suites/live/tap.sh
expected=$NETWORKS/joined-x.yaml
grep -v ' w[12]: ' "$TAPPROOF_LAB" > "$scratch/joined.lab"

lay() {
    : > "$scratch/cable" # what the one before said is no sign of this one
    suites/live/cable.py "$1" > "$scratch/cable" &
    cable=$!
    until grep -q up "$scratch/cable" 2> /dev/null; do kill -0 $cable || break; done
}
cut() {
    kill $cable
    wait $cable 2> /dev/null
}
check="$B/tapproof check --lab $scratch/joined.lab"

# fault NAME PATTERN: the tap fails for this reason, and nothing else does; the cable itself may be
# disputed.
fault() {
    lay "$1"
    run 1 $check --tap "$expected" &&
        not_passed "$scratch/out" | grep -v '^wiring/s1:3$' > "$scratch/got" &&
        [ "$(cat "$scratch/got")" = traffic/a/mirrored/cap ] && grep -q "$2" "$scratch/out"
    report "a cable that is $1" $?
    cut
}

lay good
expect 0 "a good cable" $check "$expected"
grep -v ' cap: ' "$scratch/joined.lab" > "$scratch/blind.lab"
sed -e 's/, mirrored: \[cap\]//; s/, isolated: \[cap\]//; s/output: \[2, 3\]/output: [2]/' \
    "$expected" > "$NETWORKS/few-x.yaml"
expect_says 1 'traffic/a/stray/cap' "a stray that no station would see is proved" \
    "$B/tapproof" check --lab "$scratch/blind.lab" "$NETWORKS/few-x.yaml"
expect_says 1 'observed *not looked for' "and not told as seen" \
    "$B/tapproof" check --verbose --lab "$scratch/blind.lab" "$NETWORKS/few-x.yaml"
ovs-ofctl -O OpenFlow10 mod-flows s1 in_port=1,actions=output:2
forget_cached
expect_says 3 'traffic/any/stray/cap' "a host where strays would not be seen" \
    "$B/tapproof" check --lab "$scratch/blind.lab" "$NETWORKS/few-x.yaml"
ovs-ofctl -O OpenFlow10 mod-flows s1 in_port=1,actions=output:2,output:3
ovs-ofctl -O OpenFlow10 add-flow s1 in_port=4,actions=output:3
forget_cached
expect_says 1 'traffic/c/stray/cap' "a leak from a host of whom no claim speaks" \
    $check --only traffic "$expected"
ovs-ofctl -O OpenFlow10 del-flows s1 in_port=4
forget_cached
{ cat "$expected"; echo '  - {from: c, isolated: all}'; } > "$NETWORKS/c-x.yaml"
expect 0 "an isolated host" $check "$NETWORKS/c-x.yaml"
ovs-ofctl -O OpenFlow10 mod-port s1 4 no-receive
forget_cached
expect_says 3 'seen to enter' "isolation proves nothing where no frame enters" \
    $check --only traffic "$NETWORKS/c-x.yaml"
ovs-ofctl -O OpenFlow10 mod-port s1 4 receive
cut

fault lossy 'copies of'
fault double 'arrived at cap'
fault dirty 'altered'

# No entry is young then: what the first frame did is not excused by those that come behind it.
lay sleepy
expect_says 1 'in round 1 of' "a cable that loses the first frame after quiet" \
    $check --converge 0s "$expected"
cut
plan
