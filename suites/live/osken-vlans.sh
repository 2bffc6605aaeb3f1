#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A foreign controller of OpenFlow 1.3 (tools/peers/osken_vlans.py: VLANs that learn, a mirror with
# two ways) programs the switches, which dial it. tapproof reads them, and judges what they do with
# hosts that are learned, and with the first way of the mirror down. Runs in a lab with
# --controller tcp:127.0.0.1:6653.

. suites/live/tap.sh
if ! command -v osken-manager > /dev/null; then
    cannot_run "a foreign controller of OpenFlow 1.3" "no osken-manager"
    plan
    exit
fi
done=$scratch/done
OSKEN_DONE=$done osken-manager --ofp-tcp-listen-port 6653 --ofp-listen-host 127.0.0.1 \
    tools/peers/osken_vlans.py > "$scratch/osken" 2>&1 &
osken=$!
trap 'kill $osken 2> /dev/null; rm -rf "$scratch"' EXIT
wait_until test -e "$done"
cp "$scratch/osken" "$scratch/out"
report "the controller has programmed both switches" $?

# same KIND OPTION...: what tapproof shows of both switches is what ovs-ofctl's dump-KIND prints.
same() {
    kind=$1
    shift
    for sw in s1 s2; do
        ovs-ofctl -O OpenFlow13 --no-stats --no-names "dump-$kind" unix:/run/openvswitch/$sw.mgmt
    done | grep -v reply | sort > "$scratch/theirs"
    "$B/tapproof" flows "$@" "$NETWORKS/vlans.yaml" | grep -v '^s[12]:$' | grep . | sort > "$scratch/ours"
    [ -s "$scratch/theirs" ] && diff "$scratch/ours" "$scratch/theirs" > "$scratch/out"
}

topologies/lab exec a ping -c 1 -W 5 10.0.0.2 > "$scratch/out" 2>&1 && wait_until test -e "$done.2"
report "it learns two hosts, which reach each other" $?
same flows --no-stats
report "its tables are read as ovs-ofctl reads them" $?
same groups --groups
report "and its group" $?
cp "$scratch/osken" "$scratch/out"
! grep -q 'refused' "$scratch/osken"
report "no switch refused anything" $?

expect 0 "every port does what is expected, in whatever tables" \
    "$B/tapproof" check --only state "$NETWORKS/vlans-x.yaml"

# judged STATUS NAME PORT PACKET: what tables and expectation do with the packet that enters s1:PORT.
judged() {
    expect "$1" "$2" "$B/tapproof" explain "$NETWORKS/vlans-x.yaml" "s1:$3" "$4"
}

a=02:00:00:00:02:0a b=02:00:00:00:02:0b c=02:00:00:00:02:0c untagged=vlan_tci=0x0000/0x1fff
judged 0 "between hosts that are learned" 1 "$untagged,dl_src=$a,dl_dst=$b,arp"
judged 0 "and back: that is not mirrored" 2 "$untagged,dl_src=$b,dl_dst=$a,tcp,nw_src=10.0.0.2,nw_dst=10.0.0.1"
judged 0 "a source that is not: the controller is told" 3 "$untagged,dl_src=$c,dl_dst=$a,arp"
judged 0 "what is tagged goes nowhere" 1 "dl_vlan=10,dl_src=$a,dl_dst=$b,arp"
ovs-ofctl -O OpenFlow13 --strict mod-flows unix:/run/openvswitch/s1.mgmt \
    "table=1,priority=2,dl_vlan=10,dl_dst=$b actions=pop_vlan,output:3"
judged 1 "an entry of the second table that sends elsewhere is told" 1 "$untagged,dl_src=$a,dl_dst=$b,arp"
ovs-ofctl -O OpenFlow13 --strict mod-flows unix:/run/openvswitch/s1.mgmt \
    "table=1,priority=2,dl_vlan=10,dl_dst=$b actions=pop_vlan,output:2"
judged 0 "as it was" 1 "$untagged,dl_src=$a,dl_dst=$b,arp"

ip link set s1-eth4 down
is_down() {
    ovs-ofctl -O OpenFlow13 show unix:/run/openvswitch/s1.mgmt | grep -q PORT_DOWN
}
wait_until is_down
expect_says 1 'output:5 instead of output:4' "with its first way down the mirror takes the second" \
    "$B/tapproof" explain "$NETWORKS/vlans-x.yaml" s1:1 "$untagged,dl_src=$a,dl_dst=$b,arp"
plan
