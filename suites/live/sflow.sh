#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A tap that comes by itself, on the reference network: Open vSwitch sends
# samples, real TCP crosses the threshold, the tap is there, and when the
# switches say that its time is over all is as before. A ping of two neighbours
# on the same switch runs all the time and loses nothing.

. suites/live/controller.sh
policy=topologies/policies/demon/on-demand.yaml
on_demand=expected/demon/on-demand.yaml

# A number of GET /sflow.
sampled() {
    ask GET /sflow | sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p"
}

neighbour() {
    lab exec "$1" ip neigh replace "$2" lladdr "$3" dev "$1-eth0"
}

start_tapd "$policy" --sflow 6343 --state "$scratch/state"
status=$?
report "tapd listens for samples" $status
[ "$status" -eq 0 ] || exit 1
answers 200 '"datagrams": 0' "and has none yet" GET /sflow
lab exec h6 ping -i 0.02 -q 10.0.0.7 > "$scratch/ping" 2>&1 &
ping_pid=$!
# One transaction: Open vSwitch numbers the agents anew with each.
set --
for sw in s1 s2 s3; do
    set -- "$@" -- "--id=@$sw" create sFlow agent=lo 'targets="127.0.0.1:6343"' header=128 sampling=1 polling=1 \
        -- set bridge "$sw" "sflow=@$sw"
done
ovs-vsctl "$@" > /dev/null
until_says '"learned_ports": 31,' ask GET /sflow
report "each bridge is an agent, and tells its ports" $?

# Before: what a check sends is sampled, too, and is too little to cross it.
expect 0 "before, the network conforms" "$B/tapproof" check "$simulated"
expect_says 1 'traffic/h9/mirrored/h11' "and there is no tap" "$B/tapproof" check --only traffic "$on_demand"
until_says '"matched": [1-9]' ask GET /sflow
report "what was sent was sampled" $?
answers 404 'no tap' "and is no reason for one" GET /taps/h8-h9

# Garbage, no more at once than a receive buffer holds.
tables > "$scratch/tables"
for n in $(seq 20); do
    python3 - "$n" << 'END'
import random, socket, sys
random.seed(sys.argv[1])
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(50):
    start = b"\0\0\0\5\0\0\0\1" if n % 2 else b""
    out.sendto(start + random.randbytes(random.randrange(1400)), ("127.0.0.1", 6343))
END
    until_says "\"refused\": $((n * 50))," ask GET /sflow || break
done
tables | diff "$scratch/tables" - >> "$scratch/out" && [ "$(sampled refused)" -eq 1000 ]
report "garbage is counted and changes nothing" $?

# Real traffic
neighbour h8 10.0.0.9 00:00:00:00:00:09
neighbour h9 10.0.0.8 00:00:00:00:00:08
timeout 60 topologies/lab exec h9 python3 suites/live/connect.py accept 80 200 > "$scratch/server" 2>&1 &
server_pid=$!
until_says listening cat "$scratch/server"
expect_says 0 '200 of 200' "TCP finds its way by itself" \
    timeout 30 topologies/lab exec h8 python3 suites/live/connect.py dial 10.0.0.9 80 200
wait "$server_pid"
answers 200 '"origin": "traffic"' "the tap is there" GET /taps/h8-h9
installed
expect 0 "and the network conforms to it" "$B/tapproof" check "$on_demand"
expect_says 1 'traffic/h9/stray/h11\|traffic/h9/isolated' "which is another network than before" \
    "$B/tapproof" check --only traffic "$simulated"

kill_tapd
start_tapd "$policy" --sflow 6343 --state "$scratch/state"
answers 200 '"origin": "traffic"' "a controller that was killed remembers it" GET /taps/h8-h9

# Its end: the switches' clock is moved, not waited for.
ovs-appctl time/warp 121000 > /dev/null
until_says '^404$' ask GET /taps/h8-h9
report "it ends when its time is over" $?
installed
expect 0 "then all is as before" "$B/tapproof" check "$simulated"
exactly "$policy" "to the entry"
kill -INT "$ping_pid"
wait "$ping_pid"
# The last one may be on its way.
sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) received.*/\1 \2/p' "$scratch/ping" |
    { read -r sent got && [ "$sent" -gt 100 ] && [ $((sent - got)) -le 1 ]; }
status=$?
cp "$scratch/ping" "$scratch/out"
report "the neighbours lost nothing" $status

# One frame of ten is sampled, and stands for ten: a tap for the flow, one for the
# port, none for what is ten times as much.
stop_tapd
cat > "$scratch/rates.yaml" << END
topology: $PWD/topologies/demon.yaml
pairs: [[h1, h2], [h3, h4]]
taps:
  - {name: flow, source: [h1, h3], to: h11, match: udp, for: 60s, when: {above: 300pps, samples: 5, per: flow}}
  - {name: port, source: [h1, h3], to: h11, for: 60s, when: {match: udp, above: 1Mbps, samples: 5}}
  - {name: high, source: [h1, h3], to: h11, for: 60s, when: {match: udp, above: 20kpps}}
END
start_tapd "$scratch/rates.yaml" --sflow 6343
set --
for sw in s1 s2 s3; do
    set -- "$@" -- set sflow "$(ovs-vsctl get bridge "$sw" sflow)" sampling=10
done
ovs-vsctl "$@"
until_says '"learned_ports": 31,' ask GET /sflow
neighbour h1 10.0.0.2 00:00:00:00:00:02
timeout 60 topologies/lab exec h1 python3 -c '
import socket, time
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.bind(("", 4000))
while True:     # about 1,000 frames of 500 bytes a second
    for _ in range(10):
        out.sendto(bytes(458), ("10.0.0.2", 5000))
    time.sleep(0.01)' &
sender_pid=$!
until_says 'nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=4000,tp_dst=5000' ask GET /taps
report "a flow of which a tenth is sampled gets its tap" $?
until_says '^200$' ask GET /taps/port@s1:1
report "and so does its port" $?
kill "$sender_pid"
wait "$sender_pid" 2> /dev/null
[ "$(sampled taps)" -eq 2 ] && [ "$(sampled over_max)" -eq 0 ]
report "and nothing else" $?
plan
