#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tapping and tapsniff on the reference network.

. suites/live/tap.sh

# packets HOST FIELD: what the kernel has counted at its interface; 2 received, 10 sent.
packets() {
    on "$1" cat /proc/self/net/dev | tr : ' ' |
        awk -v interface="$1-eth0" -v field="$2" '$1 == interface { print $(field + 1) }'
}

# at_least NUMBER COMMAND...: whether it prints this number or a higher one.
at_least() {
    least=$1
    shift
    [ "$("$@")" -ge "$least" ]
}

# json FILE PATH...: one value of a summary.
json() {
    python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: value = value[int(key) if key.isdigit() else key]
print(value)' "$@"
}

for type in raw icmp arp udp tcp; do
    expect 0 "$type frames of h1 reach h2, h11 and nobody else" "$B/tapping" h1 h2 -c 20 -r 500 -q \
        -t "$type" --max-loss 0 --mirrored h11 --isolated all
done
expect 0 "tagged frames of 1,400 bytes too" "$B/tapping" h1 h2 -c 20 -r 500 -q -V 7 -s 1400 \
    --max-loss 0 --mirrored h11 --isolated all
for type in icmp arp; do
    expect_says 0 '^h2 answered: 20 arrived, 0 lost' "the kernel of h2 answers $type" \
        "$B/tapping" h1 h2 -c 20 -r 500 -q --echo -t "$type" --max-loss 0
done
expect_says 0 '^60 bytes at h11: seq=0 time=' "a capture host is seen although it answers nothing" \
    "$B/tapping" h1 h11 -c 1
expect_says 1 '^h5 delivered: 0 arrived, 3 lost (100%)' "nobody sees what is not forwarded" \
    "$B/tapping" h1 h5 -c 3 -i 10ms -W 200ms
expect_says 1 '^h11 isolated: 3 arrived: LEAKED' "a leak is one" \
    "$B/tapping" h1 h2 -c 3 -i 10ms --isolated h11
expect_says 1 '^h11 isolated: 1 arrived: LEAKED' "whoever is watched and isolated is isolated" \
    "$B/tapping" h1 h2 -c 1 --watch all --isolated all
expect_says 0 '^h11 watched: 1 arrived' "all are those who are not named otherwise" \
    "$B/tapping" h1 h2 -c 1 --isolated all --watch h11
expect_says 0 '^nothing arrived at h1 h2 .* h11 (isolated)' "an isolated host leaks nothing" \
    "$B/tapping" h5 -c 20 -r 500 --isolated all
expect_says 0 '^nothing arrived at h1 h3 .* h10 (watched)' "where frames go, asked of all hosts" \
    "$B/tapping" h1 -c 1 --watch all
expect 0 "a flood loses nothing" "$B/tapping" h1 h2 -f -q -c 20000 --max-loss 0 --mirrored h11

# A flow is removed in the middle of a stream, and comes back: what is lost is
# exactly what the kernel has sent at h1 and not received at h2.
stream() {
    sent=$(packets h1 10) received=$(packets h2 2)
    "$B/tapping" h1 h2 -q -r 500 --mirrored h11 --isolated h3,h5 --json "$scratch/stream.json" \
        > "$scratch/out" 2>&1 &
    pid=$!
    wait_until at_least $((received + 50)) packets h2 2 || return 1
    ovs-ofctl -O OpenFlow10 --strict del-flows s1 in_port=1
    at=$(packets h1 10)
    wait_until at_least $((at + 50)) packets h1 10 || return 1
    ovs-ofctl -O OpenFlow10 add-flow s1 in_port=1,actions=output:2,output:6
    at=$(packets h2 2)
    wait_until at_least $((at + 50)) packets h2 2 || return 1
    kill -INT $pid
    wait $pid || return 1
    sent=$(($(packets h1 10) - sent)) received=$(($(packets h2 2) - received))
    echo "the kernel has sent $sent frames and received $received" >> "$scratch/out"
    [ "$(json "$scratch/stream.json" sent)" -eq $sent ] &&
        [ "$(json "$scratch/stream.json" hosts h2 lost)" -eq $((sent - received)) ] &&
        [ "$(json "$scratch/stream.json" hosts h2 n_outages)" -eq 1 ] &&
        [ "$(json "$scratch/stream.json" hosts h2 outages 0 frames)" -eq $((sent - received)) ] &&
        [ $((sent - received)) -ge 20 ] &&
        [ "$(json "$scratch/stream.json" leaked)" -eq 0 ]
}
stream
report "loss is exact while a flow is away, and SIGINT ends the stream" $?

# A station that goes away is no loss.
gone() {
    "$B/tapping" h3 h4 -q -r 100 > "$scratch/out" 2>&1 &
    pid=$!
    wait_until grep -q '^h3 > h4' "$scratch/out" || return 1
    on h4 ip link set h4-eth0 down
    wait $pid
    status=$?
    on h4 ip link set h4-eth0 up
    [ $status -eq 3 ] && grep -q 'tapping: h4: interface h4-eth0' "$scratch/out"
}
gone
report "an interface that goes down ends it with status 3" $?

# Nobody reads on: an endless run ends all the same.
unread() {
    { "$B/tapping" h1 h2 -r 200; echo "exit $?" > "$scratch/status"; } 2> "$scratch/out" | head -n 3 > /dev/null
    grep -q 'exit 3' "$scratch/status" && grep -q 'cannot write' "$scratch/out"
}
unread
report "a run whose lines nobody reads ends" $?

# sniff ARGUMENT...: tapsniff, with tcp and udp frames for it to see; its lines
# are in $scratch/out.
sniff() {
    : > "$scratch/counters" # what the one before said is no sign of this one
    "$B/tapsniff" --duration 20s "$@" > "$scratch/out" 2> "$scratch/counters" &
    pid=$!
    wait_until grep -q listening "$scratch/counters" || return 1
    "$B/tapping" h1 h2 -q -c 2 -i 1ms -t udp > "$scratch/sent" 2>&1 &&
        "$B/tapping" h1 h2 -q -c 2 -i 1ms -m tcp,tp_dst=80,dl_vlan=7 > "$scratch/sent" 2>&1 &&
        wait $pid
    status=$?
    cat "$scratch/counters" >> "$scratch/out"
    return $status
}
lines() {
    grep -c 'vlan 7, p 0, .*10.0.0.1.40000 > 10.0.0.2.80: Flags \[R\].* tapproof probe' "$scratch/out"
}
sniff h2,h11 -t -c 4 vlan and tcp port 80 && [ "$(lines)" -eq 4 ] &&
    [ "$(grep -c '^h11 .*probe [01], round 0, run ' "$scratch/out")" -eq 2 ] &&
    grep -q '^h2: 4 captured, 2 shown, 0 lost' "$scratch/out"
report "tapsniff shows what its filter takes, with marks, at two hosts" $?
sniff all -c 4 -m tcp -w "$scratch/frames.pcapng" && [ "$(lines)" -eq 4 ] &&
    grep -q '^nothing arrived at \(h1 \)\{0,1\}h3 h4' "$scratch/out"
report "a match of ovs-ofctl sees behind the tag" $?
blocks() {
    python3 - "$scratch/frames.pcapng" <<'READER'
import struct, sys
data = open(sys.argv[1], "rb").read()
kinds, at = [], 0
while at < len(data):
    kind, length = struct.unpack_from(">II", data, at)
    assert struct.unpack_from(">I", data, at + length - 4) == (length,), at
    kinds.append(kind)
    at += length
assert kinds == [0x0a0d0d0a] + [1] * 11 + [6] * 4, kinds
READER
}
expect 0 "what it saved is pcapng: 11 interfaces, 4 frames" blocks
if command -v tshark > /dev/null 2>&1; then
    expect_says 0 '4' "and tshark opens it" sh -c "tshark -r '$scratch/frames.pcapng' | wc -l"
fi
expect_says 1 'nothing arrived at h5' "tapsniff that shows nothing" "$B/tapsniff" h5 --duration 0.1

# Stations behind a command.
sed -e 's|netns: \(/proc/[0-9]*/ns/net\), interface: h\([12]\)-|exec: "nsenter --net=\1", interface: h\2-|' \
    "$TAPPROOF_LAB" > "$scratch/exec.yaml"
expect_says 0 'exec:' "the lab file really has exec stations" cat "$scratch/exec.yaml"
expect 0 "exec stations: all arrive" "$B/tapping" --lab "$scratch/exec.yaml" h1 h2 -c 200 -f -q \
    --max-loss 0 --mirrored h11 --isolated all
sniff --lab "$scratch/exec.yaml" h2 -c 2 -m tcp && [ "$(lines)" -eq 2 ]
report "exec stations: all are shown" $?

expect_says 2 "'h22' is no host.*did you mean 'h2'" "an unknown host" "$B/tapping" h1 h22
expect_says 2 'frames must arrive at h2, and must not' "a contradiction" \
    "$B/tapping" h1 h2 --isolated h2
expect_says 2 "no host 'h12'.*did you mean 'h1'" "an unknown host for tapsniff" "$B/tapsniff" h12
expect_says 3 'over the MTU of h1-eth0' "a frame over the MTU" "$B/tapping" h1 h2 -c 1 -s 1515
expect_says 3 'needs CAP_NET_RAW' "no privilege" setpriv --bounding-set=-net_raw "$B/tapping" h1 h2 -c 1
expect_says 2 'h2 has no station: no lab file' "no lab file" env -u TAPPROOF_LAB "$B/tapping" h1 h2
on h3 ip link set h3-eth0 down
expect_says 3 'h3: interface h3-eth0 is down' "an interface that is down" "$B/tapsniff" h3
plan
