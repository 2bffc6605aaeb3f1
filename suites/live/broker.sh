#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The tap fabric of OpenFlow 1.3: tables, metadata, tags on the way, a meter, a failover group and
# one that sends to both capture hosts. Tables, proofs and frames say the same.

. suites/live/tap.sh
expected=expected/broker/taps.yaml
conforms broker $expected flow_state delivery mirror isolation
expect 0 "every claim is proved" "$B/tapproof" prove $expected
expect_says 0 'PASS.*[1-9][0-9]* failovers' "... and with either port of the failover group down" "$B/tapproof" prove --failover $expected
expect_says 0 'then  *table=2, priority=20,metadata=0x1' "explain goes from table to table" \
    "$B/tapproof" explain $expected a 'tcp,vlan_tci=0x0000/0x1fff,tp_dst=80'

of13() {
    command=$1 switch=$2
    shift 2
    ovs-ofctl -O OpenFlow13 $command "unix:/run/openvswitch/$switch.mgmt" "$@"
}

of13 '--strict mod-flows' f1 'table=1,priority=20,arp,vlan_tci=0x0000/0x1fff,actions=drop'
forget_cached
deviates "a goto is lost" $expected state/f1/1 state/f1/2 \
    'traffic/a/mirrored/c1/arp,vlan_tci=0x0000/0x1fff' 'traffic/a/mirrored/c2/arp,vlan_tci=0x0000/0x1fff' \
    'traffic/b/mirrored/c1/arp,vlan_tci=0x0000/0x1fff' 'traffic/b/mirrored/c2/arp,vlan_tci=0x0000/0x1fff'
install taps

of13 '--strict mod-flows' f1 'table=1,priority=10,ipv6,vlan_tci=0x0000/0x1fff,ipv6_dst=2001:db8:3::/64,actions=drop'
forget_cached
deviates "of one network of IPv6 nothing is copied" $expected state/f1/1 state/f1/2 \
    'traffic/a/mirrored/c1/ipv6,vlan_tci=0x0000/0x1fff,ipv6_dst=2001:db8:3::/64' \
    'traffic/a/mirrored/c2/ipv6,vlan_tci=0x0000/0x1fff,ipv6_dst=2001:db8:3::/64' \
    'traffic/b/mirrored/c1/ipv6,vlan_tci=0x0000/0x1fff,ipv6_dst=2001:db8:3::/64' \
    'traffic/b/mirrored/c2/ipv6,vlan_tci=0x0000/0x1fff,ipv6_dst=2001:db8:3::/64'
install taps

of13 mod-group dv group_id=1,type=all,bucket=output:3
forget_cached
deviates "a bucket is lost" $expected state/dv/1 state/dv/2 \
    'traffic/a/mirrored/c2/arp,vlan_tci=0x0000/0x1fff' 'traffic/a/mirrored/c2/tcp,vlan_tci=0x0000/0x1fff,tp_dst=80' \
    'traffic/a/mirrored/c2/ipv6,vlan_tci=0x0000/0x1fff,ipv6_dst=2001:db8:3::/64' \
    'traffic/b/mirrored/c2/arp,vlan_tci=0x0000/0x1fff' 'traffic/b/mirrored/c2/tcp,vlan_tci=0x0000/0x1fff,tp_dst=80' \
    'traffic/b/mirrored/c2/ipv6,vlan_tci=0x0000/0x1fff,ipv6_dst=2001:db8:3::/64' \
    'traffic/c/mirrored/c2/arp,vlan_tci=0x0000/0x1fff' 'traffic/c/mirrored/c2/ip,vlan_tci=0x0000/0x1fff' \
    'traffic/d/mirrored/c2/icmp,vlan_tci=0x0000/0x1fff'
install taps

of13 mod-meter f1 meter=1,kbps,burst,bands=type=drop,rate=1,burst_size=1
forget_cached
expect_says 3 'meter 1 of f1 dropped [1-9][0-9]* packets* meanwhile, and may have dropped what is missing' "what a meter drops is no failure, and no pass" \
    "$B/tapproof" check -k 'traffic/[ab]/*' $expected
install taps

of13 mod-group ag group_id=1,type=ff,bucket=watch_port:3,output:3,bucket=watch_port:4,output:2
expect_says 0 'PASS' "the second way is wrong: now every claim is proved" "$B/tapproof" prove $expected
expect_says 1 'failover/ag:3/traffic/a/mirrored/c1' "... and refuted with the first one down" "$B/tapproof" prove --failover $expected
install taps

# The first way down: the second is taken, and no frame is lost.
of13 mod-port ag 3 down
is_down() {
    of13 show ag | grep -q PORT_DOWN
}
wait_until is_down
forget_cached
expect_says 1 'output:4' "the failover group takes its second way" "$B/tapproof" check --only state -k 'state/ag/1' $expected
expect 0 "failover: is that" "$B/tapproof" check --only state -k 'state/ag/*' expected/broker/spread.yaml
expect 0 "and every frame comes" "$B/tapproof" check --only traffic -k 'traffic/*' $expected
of13 mod-port ag 3 up
is_up() {
    ! is_down
}
wait_until is_up

install stacked
expect_says 1 'not decided: push_vlan of another type than 0x8100' "tags of 802.1ad are told by name, and not judged" \
    "$B/tapproof" check --only state -k 'state/f1/1' $expected
install spread
expect 0 "a group that selects: one of the capture hosts" "$B/tapproof" check expected/broker/spread.yaml
of13 mod-group ag group_id=1,type=ff,bucket=watch_port:3,output:3,bucket=watch_port:4,output:2
deviates "the second way of a failover group is wrong" expected/broker/spread.yaml failover/ag/1 failover/ag/2
install spread
of13 mod-group dv group_id=1,type=all,bucket=output:3,bucket=output:4
expect_says 1 'traffic/a/stray/c1,c2' "to both of them: frames tell" "$B/tapproof" check --only traffic expected/broker/spread.yaml
of13 mod-group dv group_id=1,type=all
expect_says 1 'traffic/a/delivered/c1,c2' "to none of them: frames tell" "$B/tapproof" check --only traffic expected/broker/spread.yaml
of13 mod-group dv group_id=1,type=select,bucket=output:3
forget_cached
deviates "it has one way only" expected/broker/spread.yaml state/dv/1 state/dv/2
plan
