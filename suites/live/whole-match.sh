#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Entries whose match OpenFlow 1.0 cannot say, as plain `ovs-ofctl add-flow`
# installs them on a switch that speaks 1.0: what is decided is decided rightly,
# and what is not passes nowhere.

. suites/live/tap.sh
export LC_ALL=C
bridge=unix:/run/openvswitch/s1.mgmt

# entries FLOW...: s1 has these, and no other.
entries() {
    ovs-ofctl del-flows "$bridge" && for flow in "$@"; do
        ovs-ofctl add-flow "$bridge" "$flow" || return 1
    done > "$scratch/out" 2>&1
}

# declares CASES: what enters s1:1 (case list), and the rest of the network as it is.
declares() {
    cat > "$NETWORKS/line-x.yaml" << END
topology: line.yaml
ports:
  s1:
    1: $1
    2: drop
  s2: {1: {output: [2]}}
END
}

# judged STATUS NAME: by the tables and by proof alike, and as itself by diff.
judged() {
    expect "$1" "$2: check" "$B/tapproof" check --only state -k 'state/s1/1' "$NETWORKS/line-x.yaml"
    shown=$(ovs-ofctl -O OpenFlow10 --no-stats --no-names dump-flows "$bridge" | grep actions= | sort)
    told=$("$B/tapproof" flows --no-stats "$NETWORKS/line.yaml" | sed -n '/^s1:/,/^s2:/p' |
        grep actions= | sort)
    [ "$shown" = "$told" ]
    status=$?
    printf '%s\n---\n%s\n' "$shown" "$told" > "$scratch/out"
    report "$2: flows prints what ovs-ofctl does" $status
}

entries 'in_port=1,ip,nw_ttl=64 actions=output:2'
declares '[{match: ip, output: [2]}]'
judged 3 "nw_ttl"
printf 'traffic: [{from: a, match: ip, delivered: [b]}]\n' >> "$NETWORKS/line-x.yaml"
expect_says 3 'depends on nw_ttl' "nw_ttl: prove says which field it depends on" \
    "$B/tapproof" prove "$NETWORKS/line-x.yaml"

entries 'priority=9,in_port=1,tcp,tp_dst=0x400/0xfc00 actions=output:2' \
    'priority=8,in_port=1 actions=output:2,output:3'
declares '[{match: "tcp,tp_dst=1024", output: [2]}, {output: [2, 3]}]'
judged 1 "tp_dst with a mask, declared as one port"
declares '[{match: "tcp,tp_dst=0x400/0xfc00", output: [2]}, {output: [2, 3]}]'
judged 0 "tp_dst with a mask, declared with it"
expect 0 "tp_dst with a mask: frames" "$B/tapproof" check "$NETWORKS/line-x.yaml"

entries 'in_port=1,udp,nw_src=10.0.0.1/255.0.0.255 actions=output:2'
declares '[{match: "udp,nw_src=10.0.0.1", output: [2]}]'
judged 1 "nw_src with a mask of any shape"

entries 'in_port=1,vlan_tci=0x1000/0x1000 actions=output:2'
declares '{output: [2]}'
judged 1 "tagged, whatever the tag"

entries 'in_port=1,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=output:2' \
    'in_port=1,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00 actions=output:2'
declares '{output: [2]}'
judged 0 "multicast and unicast"

# What rewrites IPv4 rewrites IPv6, and SCTP as TCP; its addresses stay.
entries 'priority=9,in_port=1,tcp6,tp_dst=80 actions=mod_tp_dst:8080,output:2' \
    'priority=9,in_port=1,icmp6,icmp_type=128 actions=mod_tp_dst:1,output:2' \
    'priority=9,in_port=1,sctp,tp_src=0x400/0xfc00 actions=mod_nw_tos:32,output:2' \
    'priority=8,in_port=1,ipv6 actions=mod_nw_tos:32,output:2' 'priority=7,in_port=1 actions=output:2'
declares '{output: [2]}'
judged 1 "rewritten IPv6 and SCTP"
declares '[{match: "tcp6,tp_dst=80", actions: "mod_tp_dst:8080,output:2"},
      {match: "icmp6,icmp_type=128", actions: "mod_tp_dst:1,output:2"},
      {match: "sctp,tp_src=0x400/0xfc00", actions: "mod_nw_tos:32,output:2"},
      {match: ipv6, actions: "mod_nw_tos:32,mod_tp_src:5,output:2"}, {output: [2]}]'
judged 1 "... declared with one port too many"
declares '[{match: "tcp6,tp_dst=80", actions: "mod_tp_dst:8080,output:2"},
      {match: "icmp6,icmp_type=128", actions: "mod_tp_dst:1,output:2"},
      {match: "sctp,tp_src=0x400/0xfc00", actions: "mod_nw_tos:32,output:2"},
      {match: ipv6, actions: "mod_nw_tos:32,output:2"}, {output: [2]}]'
judged 0 "... declared as it is"
expect 0 "... and frames, bytes and checksums" "$B/tapproof" check "$NETWORKS/line-x.yaml"
entries 'priority=9,in_port=1,ipv6,ipv6_dst=2001:db8::/33 actions=output:2' \
    'priority=9,in_port=1,udp6,ipv6_src=2001:db8::1/::ff,ipv6_dst=2001:db8:8000::/33 actions=mod_tp_dst:5,output:2' \
    'priority=7,in_port=1 actions=output:2'
declares '[{match: "ipv6,ipv6_dst=2001:db8::/32", output: [2]}, {output: [2]}]'
judged 1 "addresses of IPv6, rewritten in a part"
declares '[{match: "udp6,ipv6_src=::1/::ff,ipv6_dst=2001:db8:8000::/33",
       actions: "mod_tp_dst:5,output:2"}, {output: [2]}]'
judged 0 "... declared with masks of any shape"
printf 'traffic: [{from: a, delivered: [b]}, {from: a, match: "ipv6,ipv6_dst=2001:db8:8000::/33", delivered: [b]}]\n' >> "$NETWORKS/line-x.yaml"
expect 0 "... and proved" "$B/tapproof" prove "$NETWORKS/line-x.yaml"
expect 0 "... and frames, bytes and checksums" "$B/tapproof" check "$NETWORKS/line-x.yaml"
entries 'in_port=1 actions=mod_tp_dst:8080,output:2'
declares '[{match: tcp, actions: "mod_tp_dst:8080,output:2"}, {match: udp, actions: "mod_tp_dst:8080,output:2"},
      {match: icmp, actions: "mod_tp_dst:8080,output:2"}, {output: [2]}]'
judged 1 "what is rewritten in IPv6, too, and in SCTP"

for field in 'arp,arp_sha=00:00:00:00:00:0a' 'ip,ip_frag=first' 'ip,nw_ecn=1' 'ipv6,ipv6_label=5' \
    'tun_id=5' 'pkt_mark=1' 'ct_state=+est,ip' 'tcp,tcp_flags=+rst'; do
    entries "priority=9,in_port=1,$field actions=output:2" 'priority=8,in_port=1 actions=drop'
    declares 'drop'
    judged 3 "$field"
done
entries 'priority=9,in_port=1,reg0=1 actions=output:2' 'priority=9,in_port=1,metadata=7 actions=output:2' \
    'priority=8,in_port=1,reg1=0 actions=output:3'
declares '{output: [3]}'
judged 0 "registers and metadata are 0"

entries 'priority=9,in_port=1,tcp,tcp_flags=+rst actions=output:2' 'priority=9,ip,nw_ttl=1 actions=drop' \
    'priority=10,in_port=1,ip actions=output:2' 'priority=8,in_port=1 actions=output:2'
declares '{output: [2]}'
judged 0 "conditions that make no difference"
printf 'traffic: [{from: a, delivered: [b]}]\n' >> "$NETWORKS/line-x.yaml"
expect 0 "... to proofs, too" "$B/tapproof" prove "$NETWORKS/line-x.yaml"
expect 0 "... and frames" "$B/tapproof" check "$NETWORKS/line-x.yaml"

# Learned, saved and compared with itself.
entries 'priority=9,in_port=1,tcp,tp_dst=0x400/0xfc00 actions=output:2' 'in_port=1,ip,nw_ttl=64 actions=output:2'
expect 0 "such tables are saved" "$B/tapproof" flows --save "$scratch/s.yaml" "$NETWORKS/line.yaml"
expect 0 "... and are the same as the network" "$B/tapproof" diff "$scratch/s.yaml" "$scratch/s.yaml"
expect_says 3 's1:1 is left out.*nw_ttl' "what an entry takes that is not known is not learned" \
    "$B/tapproof" learn "$NETWORKS/line.yaml" -o "$NETWORKS/line-learned.yaml"
expect_says 0 '^PASS' "... and the rest of the network meets the draft" \
    "$B/tapproof" check "$NETWORKS/line-learned.yaml"
plan
