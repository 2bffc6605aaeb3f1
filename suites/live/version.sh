#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Which version is spoken with a switch that has 1.0, 1.3 or both, that is dialled or dials, and
# what is said where there is none. Runs in a lab with --controller tcp:127.0.0.1:6653.

. suites/live/tap.sh
log=/run/tapproof/ovs-log/ovs-vswitchd.log
lab=$scratch/lab.yaml
flows="$B/tapproof flows topologies/demon.yaml --lab"
ovs-appctl vlog/set vconn:file:dbg
ovs-appctl vlog/disable-rate-limit vconn # 600 messages a minute

# speak PROTOCOLS: so do the switches from now on.
speak() {
    for sw in s1 s2 s3; do ovs-vsctl set bridge $sw protocols="$1"; done
}

# are_logged LINE: the barriers of all three switches, from this line of the log on.
are_logged() {
    tail -n "+$1" $log | grep 'received: .*BARRIER_REQUEST' > "$scratch/barriers"
    [ "$(wc -l < "$scratch/barriers")" -ge 3 ]
}

# spoken VERSION NAME COMMAND...: succeeds, and reads tables in this version alone.
spoken() {
    version=$1 name=$2
    shift 2
    ovs-appctl vlog/reopen # and writes what was before
    from=$(($(wc -l < $log) + 1))
    run 0 "$@" || { report "$name" 1; return; }
    wait_until are_logged "$from" # Open vSwitch writes its log later
    [ -s "$scratch/barriers" ] && ! grep -v "$version" "$scratch/barriers" > "$scratch/out"
    report "$name" $?
}

sed 's|tcp:127.0.0.1:[0-9]*|ptcp:6653:127.0.0.1|' "$TAPPROOF_LAB" > "$scratch/dials.yaml"
speak OpenFlow10
spoken 'REQUEST (xid' "1.0 with switches that have it alone" $flows "$TAPPROOF_LAB"
speak OpenFlow10,OpenFlow13
spoken 'REQUEST (xid' "and with those that have both, if they dial" $flows "$scratch/dials.yaml"
sed 's|\(tcp:127.0.0.1:[0-9]*"\)|\1, version: 1.3|' "$TAPPROOF_LAB" > "$lab"
spoken 'OF1.3' "1.3 if the lab file says so" $flows "$lab"
sed 's|\(ptcp:[^"]*"\)|\1, version: 1.3|' "$scratch/dials.yaml" > "$lab"
spoken 'OF1.3' "also if they dial" $flows "$lab"
grep 'OFPT_SET_ASYNC' $log > "$scratch/out"
report "and nothing unasked is wanted" $?


# What Open vSwitch leaves out in 1.0: the port drops, by that, and it does not.
ovs-ofctl -O OpenFlow13 add-flow s1 'priority=40000,in_port=5 actions=write_actions(output:6)'
ovs-ofctl -O OpenFlow10 add-flow s2 'priority=40000,in_port=5 actions=mod_vlan_vid:7,output:6'
expect_says 0 'in_port=5 actions=write_actions(output:6)' "what is not told in 1.0 is told" \
    $flows "$TAPPROOF_LAB" --no-stats
expect_says 0 'in_port=5 actions=mod_vlan_vid:7,output:6' "what 1.0 tells better is told in 1.0" \
    $flows "$TAPPROOF_LAB" --no-stats
sed 's|\(tcp:127.0.0.1:[0-9]*"\)|\1, version: 1.0|' "$TAPPROOF_LAB" > "$lab"
expect_says 0 'in_port=5 actions=drop' "unless 1.0 is asked for" $flows "$lab" --no-stats
expect_says 0 'note  *s1: .*asked in 1.0 alone' "and then a note says so" \
    "$B/tapproof" check --only state -k state/s1/5 --lab "$lab" expected/demon/always-forward.yaml
run 0 "$B/tapproof" check --only state -k state/s1/5 --lab "$TAPPROOF_LAB" expected/demon/always-forward.yaml
[ $? -ne 0 ]
report "no port passes by what is left out" $?

speak OpenFlow13
spoken 'OF1.3' "1.3 with switches that have no 1.0" $flows "$TAPPROOF_LAB"
spoken 'OF1.3' "also if they dial" $flows "$scratch/dials.yaml"
sed 's|\(tcp:127.0.0.1:[0-9]*"\)|\1, version: 1.0|' "$TAPPROOF_LAB" > "$lab"
expect_says 3 'speaks OpenFlow 1.3, not 1.0' "1.0 is not there" $flows "$lab"
speak OpenFlow14
expect_says 3 'speaks OpenFlow 1.4, not' "no version in common" $flows "$TAPPROOF_LAB"
expect_says 3 'speaks OpenFlow 1.4, not 1.0, 1.3' "also if they dial" $flows "$scratch/dials.yaml" --timeout 3s
plan
