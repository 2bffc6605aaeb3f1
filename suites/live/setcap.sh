#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The file capabilities that docs/live.md names are enough, each for what it says, and needed. Root
# without its privileges (SECBIT_NOROOT, capabilities(7)) stands in for a user who has none: a
# program that it starts has what its file has, and nothing else.

. suites/live/tap.sh
PATH=$PATH:/usr/sbin:/sbin
simulated=expected/demon/simulated.yaml
disk=$scratch/disk
mkdir "$disk" && mount -t tmpfs -o mode=755 none "$disk" || exit 1 # another one may be nosuid
trap 'umount -l "$disk"; rm -rf "$scratch"' EXIT

# with CAPABILITIES [HOST] COMMAND...: a copy of tapproof that has these, and a caller that has none, at a host.
with() {
    cp "$B/tapproof" "$disk/tapproof"
    [ -z "$1" ] || setcap "$1" "$disk/tapproof" || return 9
    shift
    at=
    case $1 in h*) at="on $1"; shift ;; esac
    $at setpriv --securebits=+noroot,+noroot_locked "$disk/tapproof" "$@"
}

expect_says 3 'not permitted to open the namespace' "without any, no frame is sent" with '' check "$simulated"
expect 0 "tables are read without any" with '' check --only state "$simulated"

# h5 in its own namespace, where nothing but its interface is.
cat > "$scratch/alone.yaml" << END
name: alone
switches: {s1: {dpid: 1}}
hosts: {h5: {mac: "00:00:00:00:00:05", ip: 10.0.0.5, port: "s1:5"}}
links: []
END
cat > "$scratch/alone-x.yaml" << END
topology: alone.yaml
ports: {s1: {5: drop}}
traffic: [{from: h5, isolated: all}]
END
cat > "$scratch/alone-lab.yaml" << END
switches: {s1: {openflow: "unix:$OVS_RUNDIR/s1.mgmt"}}
hosts: {h5: {interface: h5-eth0}}
END
set -- h5 check --only traffic "$scratch/alone-x.yaml" --lab "$scratch/alone-lab.yaml"
expect 3 "an interface of this namespace: not without one" with '' "$@"
expect 0 "cap_net_raw+ep: interfaces of this namespace" with cap_net_raw+ep "$@"

# The namespaces under names of their own, as those of `ip netns`, which no process holds.
cp "$TAPPROOF_LAB" "$scratch/named.yaml"
sed -n 's/^  \(h[0-9]*\): {netns: \([^,]*\),.*/\1 \2/p' "$TAPPROOF_LAB" > "$scratch/hosts"
while read -r host netns; do
    : > "$disk/$host" && mount --bind "$netns" "$disk/$host" && sed -i "s|$netns,|$disk/$host,|" "$scratch/named.yaml"
done < "$scratch/hosts"
named=$(grep -c "$disk/" "$scratch/named.yaml")
[ "$named" -eq 11 ]
report "each host has a namespace of a name" $?
expect 3 "namespaces: cap_net_raw+ep is not enough" with cap_net_raw+ep check "$simulated" --lab "$scratch/named.yaml"
expect 0 "cap_net_raw,cap_sys_admin+ep: namespaces of a name" \
    with cap_net_raw,cap_sys_admin+ep check "$simulated" --lab "$scratch/named.yaml"

# At /proc/PID: those processes may more than the caller.
expect 3 "processes of others: cap_net_raw,cap_sys_admin+ep is not enough" \
    with cap_net_raw,cap_sys_admin+ep check "$simulated"
expect 0 "cap_net_raw,cap_sys_admin,cap_sys_ptrace+ep: namespaces of others' processes" \
    with cap_net_raw,cap_sys_admin,cap_sys_ptrace+ep check "$simulated"
plan
