#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Probes harm nobody: what hosts, a learning switch and a learning controller believe is the same
# before and after a check, and no connection is left half open.

. suites/live/tap.sh
export LC_ALL=C
bridge=unix:/run/openvswitch/s1.mgmt
expected=$NETWORKS/three-x.yaml

# entries FLOW...: s1 has these, and no other.
entries() {
    ovs-ofctl -O OpenFlow10 del-flows "$bridge" && for flow in "$@"; do
        ovs-ofctl -O OpenFlow10 add-flow "$bridge" "$flow" || return 1
    done > "$scratch/out" 2>&1 && forget_cached
}

# declares PORTS [CLAIM...]
declares() {
    printf 'topology: three.yaml\nports: {s1: %s}\n' "$1" > "$expected"
    shift
    [ $# -eq 0 ] || { echo 'traffic:'; printf -- '- %s\n' "$@"; } >> "$expected"
}

# claims CLAIM...: and nothing about the switch.
claims() {
    { printf 'topology: three.yaml\ntraffic:\n'; printf -- '- %s\n' "$@"; } > "$expected"
}

# What the kernels of the hosts take for whose address.
caches() {
    for host in a b m; do
        on "$host" ip neigh show | sed -n "s/^\([^ ]*\) dev [^ ]* lladdr \([^ ]*\).*/$host \1 \2/p" | sort
    done
}

# A kernel does not ask again by itself whether what it has learned is still true: on a slow machine it
# would, in the middle of a check, and forget what is not answered.
for host in a b m; do
    on "$host" sh -c 'for of in /proc/sys/net/ipv4/neigh/*; do
        echo 3600 > "$of/delay_first_probe_time" && echo 3600000 > "$of/base_reachable_time_ms"
    done' 2> "$scratch/out" || sed 's/^/# /' "$scratch/out"
done

# Every host has talked to every other one: each is sent until one is answered.
ping_all() {
    for address in 10.0.0.2 10.0.0.3; do on a ping -c 1 -w 20 "$address" || return 1; done
    on b ping -c 1 -w 20 10.0.0.3
}

# same NAME COMMAND...: it prints the same before and after a check of the ids that $selects selects,
# which ends with status $wants. (A controller on a busy machine may take its time.)
same() {
    name=$1
    shift
    "$@" > "$scratch/before"
    run "${wants:-0}" "$B/tapproof" check -v --converge 20s ${selects:+-k "$selects"} "$expected"
    status=$?
    cp "$scratch/out" "$scratch/check"
    report "$name: the check itself" $status
    "$@" > "$scratch/after"
    diff "$scratch/before" "$scratch/after" > "$scratch/out" && [ -s "$scratch/before" ]
    report "$name" $?
}

# says PATTERN NAME: the report of the last check.
says() {
    cp "$scratch/check" "$scratch/out"
    grep -q -- "$1" "$scratch/check"
    report "$2" $?
}

# ------------------------------------------------------------------- ARP caches
# An entry that was just made is not overwritten for a second; here it is.
for host in a b m; do
    on "$host" sh -c "echo 0 > /proc/sys/net/ipv4/neigh/$host-eth0/locktime" || exit 1
done
spoken='arp,arp_spa=10.0.0.3'
entries "priority=40000,$spoken,in_port=1 actions=output:2" 'in_port=1 actions=output:2,output:3' \
    'in_port=2 actions=output:1,output:3' 'in_port=3 actions=output:1,output:2'
declares "{1: [{match: \"$spoken\", output: [2]}, {output: [2, 3]}], 2: {output: [1, 3]}}"
echo 'unlisted: any' >> "$expected" # m, which could put it right again, says nothing
ping_all > "$scratch/out" 2>&1
report "the hosts know each other" $?
same "an entry about the ARP address of another host changes no cache" caches

# An address that no host of the topology has, but b knows somebody of that address.
on b ip neigh replace 10.0.0.77 lladdr 02:00:00:00:00:77 dev b-eth0 nud reachable
entries 'in_port=1 actions=output:2,output:3' 'in_port=2 actions=output:1,output:3'
claims '{from: a, delivered: [b, m]}' '{from: b, delivered: [a, m]}' '{from: a, match: "arp,arp_spa=10.0.0.3", delivered: [b]}' \
    '{from: a, match: "arp,arp_spa=10.0.0.77", delivered: [b, m]}' \
    '{from: b, match: "arp,arp_spa=10.0.0.1,arp_op=2", delivered: [a, m]}'
same "claims about the ARP addresses of other hosts change no cache" caches
claims '{from: a, delivered: [b, m]}' '{from: a, match: "arp,arp_op=1,arp_spa=10.0.0.77", delivered: [b]}'
same "one about an address of nobody that is known neither" caches
says 'not sent .*ARP sender address' "what is not sent is listed"
run 0 "$B/tapproof" check --json - "$expected" && python3 -c 'import json, sys
found = json.load(open(sys.argv[1]))
assert {item["kind"] for item in found["not_sent"]} >= {"arp", "broadcast"}, found["not_sent"]
claim = [r for r in found["results"] if "10.0.0.77" in r["id"]]
assert [r["verdict"] for r in claim] == ["pass"] and "observed" not in claim[0]["statements"], claim' "$scratch/out"
report "... and its claim is proved by the tables" $?
entries 'priority=40000,arp,arp_spa=10.0.0.77,in_port=1 actions=output:3' 'in_port=1 actions=output:2,output:3'
wants=1 same "... or refuted" caches
says 'not looked for' "... with nothing observed"

# -------------------------------------------------------- what real hosts answer
entries 'in_port=1 actions=output:2,output:3' 'in_port=2 actions=output:1' 'in_port=3 actions=output:1'
on b python3 -c 'import socket, time
server = socket.create_server(("10.0.0.2", 80))
print("listening", flush=True)
time.sleep(600)' > "$scratch/server" &
server=$!
wait_until grep -q listening "$scratch/server"
claims '{from: a, delivered: [b, m]}' '{from: a, match: "icmp,icmp_type=8,nw_dst=10.0.0.2", delivered: [b]}' \
    '{from: a, match: "tcp,nw_dst=10.0.0.2,tp_dst=80", delivered: [b]}' \
    '{from: a, match: "tcp,nw_dst=10.0.0.2,tp_dst=81", delivered: [b]}' \
    '{from: a, match: "udp,nw_dst=10.0.0.2,tp_dst=82", delivered: [b]}' \
    '{from: a, match: "arp,arp_op=1,arp_tpa=10.0.0.2", delivered: [b]}'
half_open() {
    for host in a b m; do on "$host" ss -Htan state syn-recv state syn-sent; done
    echo none else
}
same "answers of real hosts are not strays, and no connection stays half open" half_open
kill $server

# ------------------------------------------------------------- a learning switch
learned() { ovs-appctl fdb/show s1 | awk 'NR > 1 { print $1, $2, $3 }' | sort; }
# known: a and b, at least, are learned.
known() { learned > "$scratch/learned" && [ "$(wc -l < "$scratch/learned")" -ge 3 ]; }
entries 'priority=40000,dl_src=00:00:00:00:00:0b,in_port=1 actions=NORMAL' 'actions=NORMAL'
ping_all > "$scratch/out" 2>&1 && wait_until known
report "the switch knows the hosts" $?
declares '{1-3: {output: [normal]}}' '{from: a, delivered: [b]}' '{from: [b, m], delivered: [a]}'
same "a learning switch learns nothing untrue" learned
says 'not sent .*broadcast.*NORMAL would flood it' "broadcasts into NORMAL are not tried, and listed"
says 'only frames that may not be sent' "an entry that takes b's address at a's port is not exercised"
run 0 "$B/tapping" m b --count 3 --interval 10ms
report "b is found where it is" $?
says 'VLAN of our own choice' "nor are tags that nobody asks for"
ovs-appctl fdb/flush s1 > "$scratch/out"
forget_cached # these flows would learn only at the next revalidation
to_m() { ovs-ofctl -O OpenFlow10 dump-ports "$bridge" 3 | grep tx; }
to_m > "$scratch/before"
run 0 "$B/tapproof" check -v "$expected" && cp "$scratch/out" "$scratch/check" &&
    to_m > "$scratch/after" &&
    diff "$scratch/before" "$scratch/after" > "$scratch/out"
report "where nothing was learned yet, the receiver speaks first, and nothing is flooded" $?
run 0 "$B/tapproof" check -v --allow-flood "$expected" && cp "$scratch/out" "$scratch/check" &&
    ! grep -q 'not sent.*flood' "$scratch/check" && to_m > "$scratch/after" &&
    ! diff "$scratch/before" "$scratch/after" > "$scratch/out"
report "with leave broadcasts are sent" $?

# --------------------------------------------------------- a learning controller
if command -v osken-manager > /dev/null; then
    entries
    OSKEN_DONE=$scratch/done osken-manager --ofp-tcp-listen-port 6653 --ofp-listen-host 127.0.0.1 \
        suites/live/osken_learning.py > "$scratch/osken" 2>&1 &
    controller=$!
    ovs-vsctl set-controller s1 ptcp:6634:127.0.0.1 tcp:127.0.0.1:6653
    wait_until test -e "$scratch/done" && ping_all > "$scratch/out" 2>&1 && ping_all > "$scratch/out" 2>&1
    report "a learning controller is there" $?
    tables() { ovs-ofctl -O OpenFlow10 --no-stats dump-flows "$bridge" | sort; }
    claims '{from: a, match: "dl_dst=00:00:00:00:00:0b", delivered: [b]}'
    selects=delivered same "a learning controller learns nothing untrue" tables
    says 'went to a controller' "how many frames went to it is told"
    claims '{from: a, match: "dl_dst=00:00:00:00:00:0b", delivered: [b]}' \
        '{from: a, match: "dl_src=02:00:00:00:00:99,dl_dst=00:00:00:00:00:0c", isolated: [m]}'
    selects=isolated same "... nor by a claim about an address that nobody has" tables
    says 'not sent .*a controller would believe' "which is listed"
    kill $controller
    ovs-vsctl set-controller s1 ptcp:6634:127.0.0.1
else
    cannot_run "a learning controller" "no osken-manager"
fi
plan
