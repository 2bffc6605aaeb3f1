#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Switches of OpenFlow 1.3 alone: their tables, groups and meters are read and told as ovs-ofctl
# does, and what is not judged yet is inconclusive by its name.

. suites/live/tap.sh
export LC_ALL=C
bridge=unix:/run/openvswitch/s1.mgmt
of13="ovs-ofctl -O OpenFlow13 --no-names"
for switch in s1 s2; do
    ovs-vsctl set bridge "$switch" protocols=OpenFlow13 || exit 1
done

# empties: s1 has nothing.
empties() {
    for what in flows groups meters; do
        $of13 "del-$what" "$bridge" || return 1
    done
}

# entries FLOW...: s1 has these, and no other.
entries() {
    empties && for flow in "$@"; do
        $of13 add-flow "$bridge" "$flow" || return 1
    done
}

# declares CASES: what enters s1:1.
declares() {
    cat > "$NETWORKS/line-13.yaml" << END
topology: line.yaml
ports:
  s1:
    1: $1
    2: drop
END
}

# same KIND OPTION...: what tapproof shows of s1 is what ovs-ofctl's dump-KIND prints.
same() {
    kind=$1
    shift
    $of13 $([ "$kind" = flows ] && echo --no-stats) "dump-$kind" "$bridge" 2> /dev/null | grep -v 'reply' | grep . | sort > "$scratch/theirs"
    "$B/tapproof" flows "$@" "$NETWORKS/line.yaml" | sed -n '/^s1:/,/^s2:/p' | grep -v '^s[12]:' |
        grep . | sort > "$scratch/ours"
    [ -s "$scratch/theirs" ] && diff "$scratch/ours" "$scratch/theirs" > "$scratch/out"
}

seed=${SEED:-$(date +%s)}
python3 suites/live/of13.py "$seed" 3050 "$scratch" && empties &&
    $of13 add-groups "$bridge" "$scratch/groups" &&
    while read -r meter; do
        $of13 add-meter "$bridge" "$meter" || exit 1
    done < "$scratch/meters" &&
    $of13 add-flows "$bridge" "$scratch/flows" > "$scratch/out" 2>&1 &&
    [ "$($of13 dump-flows "$bridge" 2> /dev/null | grep -c actions=)" -ge 2900 ]
report "3000 random entries of seed $seed are taken by Open vSwitch" $?
same flows --no-stats
report "seed $seed: flows prints what ovs-ofctl does" $?
same groups --groups
report "seed $seed: groups, too" $?
same meters --meters
report "seed $seed: and meters" $?
"$B/tapproof" flows --save "$scratch/saved" "$NETWORKS/line.yaml" > "$scratch/out" 2>&1 &&
    "$B/tapproof" flows --no-stats --yaml "$NETWORKS/line.yaml" > "$scratch/again" &&
    run 0 "$B/tapproof" diff "$scratch/saved" "$scratch/again"
report "seed $seed: what was saved is read again" $?

{
    printf 'topology: line.yaml\ntables: exact\nentries:\n  s1: {file: %s}\n' "$scratch/flows"
} > "$NETWORKS/line-13.yaml"
"$B/tapproof" check --only state -k 'entry/s1/*' "$NETWORKS/line-13.yaml" > "$scratch/out" 2>&1
report "seed $seed: and reads of their text what Open vSwitch made of it" $?

entries 'in_port=1 actions=output:2' 'in_port=2 actions=drop'
declares '{output: [2]}'
expect 0 "one table of outputs is judged" "$B/tapproof" check --only state -k 'state/s1/*' "$NETWORKS/line-13.yaml"
declares '{output: [3]}'
expect 1 "and what deviates deviates" "$B/tapproof" check --only state -k 'state/s1/*' "$NETWORKS/line-13.yaml"

# open NAME CASES FLOW...: with these entries s1:1 is not judged, by this name.
open() {
    name=$1
    case=$2
    shift 2
    entries 'in_port=2 actions=drop' "$@"
    declares "$case"
    expect_says 3 "$name" "$name: not judged, and said so" \
        "$B/tapproof" check --only state -k 'state/s1/1' "$NETWORKS/line-13.yaml"
}

# passes NAME CASES FLOW..., fails NAME CASES FLOW...: with these entries s1:1 does what is declared,
# or does not.
judged() {
    status=$1
    name=$2
    case=$3
    shift 3
    entries 'in_port=2 actions=drop' "$@"
    declares "$case"
    expect "$status" "$name" "$B/tapproof" check --only state -k 'state/s1/1' "$NETWORKS/line-13.yaml"
}

judged 0 "goto_table: what was sent before counts, too" '{output: [2, 3]}' 'in_port=1 actions=output:2,goto_table:1' \
    'table=1 actions=output:3'
judged 1 "goto_table: what deviates in table 1 deviates" '{output: [2]}' 'in_port=1 actions=output:2,goto_table:1' \
    'table=1 actions=output:3'
judged 0 "no entry of table 1 takes it: it is dropped" 'drop' 'in_port=1 actions=goto_table:1' 'table=1,ip actions=drop'
judged 0 "write_actions: the last output counts" '{output: [3]}' 'in_port=1 actions=write_actions(output:2),goto_table:1' \
    'table=1 actions=write_actions(output:3)'
judged 0 "clear_actions: nothing is left" 'drop' 'in_port=1 actions=write_actions(output:2),goto_table:1' \
    'table=1 actions=clear_actions'
judged 0 "metadata decides" '{output: [3]}' 'in_port=1 actions=write_metadata:0x5/0xf,goto_table:1' \
    'table=1,metadata=5 actions=output:3' 'table=1,priority=1 actions=output:2'
judged 0 "a tag is pushed before one output, not before the other" \
    '[{match: "vlan_tci=0/0x1000", actions: "output:2,mod_vlan_vid:7,output:3"}, {output: []}]' \
    'in_port=1,vlan_tci=0/0x1000 actions=output:2,push_vlan:0x8100,set_field:4103->vlan_vid,output:3'
judged 1 "push_vlan is no output of the packet as it was" '{output: [2, 3]}' \
    'in_port=1 actions=output:2,push_vlan:0x8100,output:3'
open push_vlan '[{match: dl_vlan=5, output: [3]}]' 'in_port=1,dl_vlan=5 actions=push_vlan:0x8100,output:3'
open push_mpls '[{match: ip, output: [3]}]' 'in_port=1,ip actions=push_mpls:0x8847,output:3'
open pop_mpls '[{match: dl_type=0x8847, output: [3]}]' 'in_port=1,mpls actions=pop_mpls:0x0800,output:3'
open mpls_label '[{match: dl_type=0x8847, output: [3]}]' 'in_port=1,mpls,mpls_label=16 actions=output:3'
open dec_ttl '[{match: ip, output: [2]}]' 'in_port=1,ip actions=dec_ttl,output:2'
open nw_ttl '[{match: ip, output: [2]}]' 'in_port=1,ip,nw_ttl=3 actions=output:3'
open ipv6_label '[{match: ipv6, output: [2]}]' 'in_port=1,ipv6,ipv6_label=5 actions=output:3'
judged 1 "set_field of a port of IPv6 changes it" '[{match: tcp6, output: [2]}, {output: []}]' \
    'in_port=1,tcp6 actions=set_field:80->tcp_dst,output:2'
judged 0 "... as declared" '[{match: tcp6, actions: "mod_tp_dst:80,output:2"}, {output: []}]' \
    'in_port=1,tcp6 actions=set_field:80->tcp_dst,output:2'
judged 0 "an IPv6 prefix, set by set_field" \
    '[{match: "ipv6,ipv6_dst=2001:db8::/33", actions: "set_field:2001:db8::1->ipv6_dst,output:3"}, {output: []}]' \
    'in_port=1,ipv6,ipv6_dst=2001:db8::/33 actions=set_field:2001:db8::1->ipv6_dst,output:3'
# grouped STATUS NAME CASES GROUP: s1:1 goes to group 1.
grouped() {
    empties && $of13 add-group "$bridge" "group_id=1,$4" && $of13 add-flow "$bridge" 'in_port=1 actions=group:1' || return 1
    declares "$3"
    expect "$1" "$2" "$B/tapproof" check --only state -k 'state/s1/1' "$NETWORKS/line-13.yaml"
}

grouped 0 "a group of all its buckets" '{output: [2, 3]}' 'type=all,bucket=output:2,bucket=output:3'
grouped 0 "what a bucket rewrites stays in it" '[{actions: "output:2,mod_dl_src:0a:00:00:00:00:09,output:3"}]' \
    'type=all,bucket=set_field:0a:00:00:00:00:09->eth_src,output:3,bucket=output:2'
grouped 0 "the first bucket that lives" '{output: [3]}' 'type=ff,bucket=watch_port:9,output:2,bucket=watch_port:3,output:3'
grouped 1 "and not the second" '{output: [2]}' 'type=ff,bucket=watch_port:3,output:3,bucket=watch_port:2,output:2'
grouped 0 "no bucket lives: dropped" 'drop' 'type=ff,bucket=watch_port:9,output:2'
grouped 1 "one of two buckets: it may be the other" '{output: [2]}' 'type=select,bucket=output:2,bucket=output:3'
grouped 0 "one of two buckets that do the same" '{output: [2]}' 'type=select,bucket=output:2,bucket=output:2'
grouped 0 "a bucket of weight 0 is not chosen" '{output: [2]}' 'type=select,bucket=weight:0,output:3,bucket=output:2'

entries 'in_port=1 actions=CONTROLLER' 'in_port=2 actions=drop'
declares '{output: [controller]}'
sed "s|\(s1:.*openflow: \"\)[^\"]*|\1unix:$scratch/relay|" "$TAPPROOF_LAB" > "$scratch/lab"
run 0 python3 suites/live/roles.py "${bridge#unix:}" "$scratch/relay" "${CHECKS:-100}" \
    "$B/tapproof" check --only state --lab "$scratch/lab" -k 'state/s1/1' "$NETWORKS/line-13.yaml"
report "after 100 checks the master is master as before, and none was sent what controllers are" $?

declares '{output: [2]}'
empties && $of13 add-meter "$bridge" 'meter=1 kbps bands=type=drop rate=1' &&
    $of13 add-flow "$bridge" 'in_port=1 actions=meter:1,output:2'
expect 0 "what a meter lets pass" \
    "$B/tapproof" check --only state -k 'state/s1/1' "$NETWORKS/line-13.yaml"

# saved FILE FLOW...: with these entries s1 is saved.
saved() {
    file=$scratch/$1
    shift
    entries "$@" && "$B/tapproof" flows --save "$file" "$NETWORKS/line.yaml" > "$scratch/out" 2>&1
}

empties && $of13 add-group "$bridge" 'group_id=1,type=all,bucket=output:2,bucket=output:3' &&
    $of13 add-flow "$bridge" 'in_port=1 actions=goto_table:1' && $of13 add-flow "$bridge" 'table=1 actions=group:1' &&
    "$B/tapproof" flows --save "$scratch/grouped" "$NETWORKS/line.yaml" > "$scratch/out" 2>&1 &&
    saved other 'in_port=1 actions=goto_table:2' 'table=2 actions=output:3' &&
    ovs-vsctl set bridge s1 protocols=OpenFlow10,OpenFlow13 && saved of10 'in_port=1 actions=output:2,output:3'
report "states of 1.3 and 1.0 are saved" $?
expect 0 "what two tables and a group do, one entry of 1.0 does" "$B/tapproof" diff "$scratch/grouped" "$scratch/of10"
expect_says 1 'table=2, actions=output:3' "what deviates has the tables that do it" \
    "$B/tapproof" diff "$scratch/other" "$scratch/of10"

# changes LINE...: a change of s1, as `ovs-ofctl bundle` reads it.
changes() {
    printf '%s\n' "$@" > "$scratch/bundle"
    { echo s1: && cat "$scratch/bundle"; } > "$scratch/change"
}

ovs-vsctl set bridge s1 protocols=OpenFlow13
entries 'in_port=1 actions=output:2' 'in_port=2 actions=drop'
declares '{one_of: [2, 3]}'
changes 'group add group_id=1,type=select,bucket=output:2,bucket=output:3' 'flow modify in_port=1 actions=group:1'
expect_says 0 'group 1: no such group before, group_id=1,type=select' "plan: a group, and an entry to it" \
    "$B/tapproof" plan "$NETWORKS/line-13.yaml" --change "$scratch/change" -k 'state/s1/1'
$of13 bundle "$bridge" "$scratch/bundle" > "$scratch/out" 2>&1
report "the change is made" $?
expect 0 "and does what the plan said" "$B/tapproof" check --only state -k 'state/s1/1' "$NETWORKS/line-13.yaml"
expect_says 0 'mutate/s1/group_id=1/type-changed/all' "mutate: a group of another type is noticed" \
    "$B/tapproof" mutate -v -k 'mutate/s1/group_id=1/*' "$NETWORKS/line-13.yaml"
changes 'group add group_id=1,type=all' 'in_port=2 actions=group:9'
expect_says 1 'OFPGMFC_GROUP_EXISTS' "plan: what the switch refuses of groups" \
    "$B/tapproof" plan "$NETWORKS/line-13.yaml" --change "$scratch/change" -k 'state/s1/1'
! $of13 bundle "$bridge" "$scratch/bundle" > "$scratch/out" 2>&1
report "it does refuse it" $?

plan
