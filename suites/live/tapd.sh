#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tapd at work, on the reference network: installing, taps on demand, reload,
# what it refuses.

. suites/live/controller.sh

# Once
expect_says 0 '^ready' "a policy is installed" "$B/tapd" "$policy" --once
exactly "$policy" "exactly the entries of the policy"
expect 0 "and the network conforms" "$B/tapproof" check "$simulated"
ofctl dump-flows s1 > "$scratch/before"
run 0 "$B/tapd" "$policy" --once && ! grep -q 'flow-mods' "$scratch/out"
report "a second time nothing is sent" $?
expect_says 0 'h8-h9 waits .*--sflow' "a tap that nothing would ever bring is told" \
    "$B/tapd" topologies/policies/demon/on-demand.yaml --once

# Foreign entries
ofctl add-flow s1 'priority=7,in_port=9,actions=output:10'
run 0 "$B/tapd" "$policy" --once && grep -q 's1: 1 entry is not ours' "$scratch/out" &&
    ofctl dump-flows s1 in_port=9 | grep -q 'priority=7'
report "a foreign entry is told and left alone" $?
expect 0 "unless the tables are its own" "$B/tapd" "$policy" --once --own-tables
exactly "$policy" "then it is gone"

# Taps on demand
start_tapd topologies/policies/demon/always-forward.yaml --state "$scratch/state" --resync 60m
report "another policy takes its place" $?
expect 0 "and the network conforms to that" "$B/tapproof" check expected/demon/always-forward.yaml
answers 200 '"taps": \[\]' "there is no tap" GET /taps
h1='{"name": "h1", "source": "h1", "uplink": "s1:6", "to": "h11", "pairs": [["h1", "h2"]]}'
h7='{"name": "h7", "source": "h7", "uplink": "s2:7", "to": "h11", "pairs": [["h6", "h7"]], "for": "90s"}'
h3='{"name": "h3", "source": "h3", "to": "h11", "pairs": [["h3", "h4"]], "for": "60s"}'
answers 202 '"origin": "request"' "one is asked for" POST /taps "$h1"
answers 202 '"ends_in_s": 90' "one that ends" POST /taps "$h7"
answers 202 '"ends_in_s": 60' "and another" POST /taps "$h3"
answers 409 'already' "a name in use" POST /taps "$h1"
answers 200 '"ends_in_s": 120' "it is extended" PATCH /taps/h7 '{"for": "120s"}'
answers 200 '"ends_in_s": 60' "by its own lifetime" POST /taps/h3/extend
answers 400 'unknown key .*"fro.*expected' "by what is misspelt" PATCH /taps/h3 '{"fro": "300s"}'
answers 400 'expected {.*for' "by no text" PATCH /taps/h3 '{"for": 300}'
answers 409 'no lifetime' "one that stays can not be" POST /taps/h1/extend
installed
report "all are installed" $?
expect_says 1 'FAIL *traffic/h3/isolated/h11' "h3 is mirrored" \
    "$B/tapproof" check -k h3/isolated "$simulated"

# The switches' clock is moved, not waited for.
ovs-appctl time/warp 61000 > /dev/null
until_says '^404$' ask GET /taps/h3
report "a tap ends with its entries" $?
until_says '"ends_in_s"' ask GET /taps/h7
report "the one that was extended does not" $?
installed
ofctl dump-flows s1 in_port=3 > "$scratch/out"
! grep -q 'output:[6-9]\|output:10' "$scratch/out"
report "nothing of it is left" $?

# Restart
kill_tapd
start_tapd topologies/policies/demon/always-forward.yaml --state "$scratch/state"
report "killed and started again" $?
answers 200 '"name": "h1"' "the taps are there" GET /taps/h1
answers 200 '"ends_in_s"' "and know their end" GET /taps/h7
answers 404 'no tap' "and only those" GET /taps/h3
"$B/tapd" topologies/policies/demon/always-forward.yaml --state "$scratch/state" --once > "$scratch/out" 2>&1
[ $? -eq 2 ] && grep -q 'another tapd uses it' "$scratch/out"
report "one tapd a state" $?
answers 200 removed "a tap is removed" DELETE /taps/h7
answers 404 'no tap' "once" DELETE /taps/h7
answers 200 removed "and the other one" DELETE /taps/h1
installed
exactly topologies/policies/demon/always-forward.yaml "as if they had never been"

# How a tap is
ofctl add-flow s3 'priority=40000,in_port=1,actions=drop'
answers 202 '"origin"' "a tap" POST /taps "$h1"
until_says 'others is in front of it: priority=40000' ask GET /taps/h1 && grep -q '"state": "down"' "$scratch/out"
report "is down where an entry of others hides its own" $?
answers 200 '^            "h1"' "the status names it there" GET /status
ofctl del-flows s3 cookie=0/-1,in_port=1
until_says '"state": "up"' ask GET /taps/h1
report "and up again without it" $?
answers 200 removed "it is removed" DELETE /taps/h1
installed
answers 201 '"state": "up"' "who waits is answered when it is up" POST '/taps?wait=20s' "$h1"
answers 200 removed "it is removed, too" DELETE /taps/h1
installed

# Refused, and nothing changes
tables > "$scratch/tables"
answers 400 'request:1:.*source' "an unknown host" POST /taps '{"name": "x", "source": "h99", "to": "h11"}'
answers 400 'did you mean' "an unknown key" POST /taps '{"name": "x", "sourec": "h1", "to": "h11"}'
answers 400 'not JSON' "no JSON" POST /taps '{"name": '
answers 400 'duplicate' "a key twice" POST /taps '{"name": "x", "name": "y"}'
answers 400 'expected a tap' "an array" POST /taps '[]'
answers 400 'expected a tap' "nothing" POST /taps
answers 404 '/taps/NAME' "an unknown path" GET /nothing
answers 405 'method' "an unknown method" DELETE /taps
head -c 300000 /dev/zero | tr '\0' ' ' > "$scratch/huge"
answers 413 'at most' "a huge body" POST /taps "@$scratch/huge"
cat "$scratch/huge" "$scratch/huge" "$scratch/huge" > "$scratch/line"
for request in 'GARBAGE' 'GET' 'GET /taps HTTP/9.9' 'POST /taps HTTP/1.1\r\nContent-Length: -1' \
    'POST /taps HTTP/1.1\r\nContent-Length: 99999999999999999999' 'GET /%00 HTTP/1.1' \
    'POST /taps HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz' 'GET http://[/ HTTP/1.1' \
    "GET /$(head -c 30000 "$scratch/line" | tr ' ' a) HTTP/1.1"; do
    printf '%b\r\n\r\n' "$request" | timeout 5 python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(sys.stdin.buffer.read())
s.shutdown(socket.SHUT_WR)
while s.recv(65536): pass' "$socket" 2> /dev/null
done
answers 200 '^  "installed": true' "it outlives malformed requests" GET /status
prlimit --pid "$tapd_pid" --nofile="$(ls "/proc/$tapd_pid/fd" | wc -l)":
timeout 20 python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
sys.stdin.read()' "$socket" < "$scratch/ready" &
exec 9> "$scratch/ready"
until_says 'can not take a request' cat "$scratch/log"
report "without descriptors it says so" $?
[ "$(wc -l < "$scratch/log")" -lt 1000 ]
report "and rests" $?
prlimit --pid "$tapd_pid" --nofile=1024:
exec 9>&-
answers 200 '^  "installed": true' "until there are some again" GET /status
printf 'topology: nothing.yaml\n' > "$scratch/bad.yaml"
expect_says 2 'bad.yaml:1:' "a bad policy at the start" "$B/tapd" "$scratch/bad.yaml" --once
tables | diff "$scratch/tables" - > "$scratch/out"
report "the tables are as they were" $?

# Reload
cp topologies/policies/demon/always-forward.yaml "$scratch/live.yaml"
sed -i "s|topology: .*|topology: $PWD/topologies/demon.yaml|" "$scratch/live.yaml"
stop_tapd
report "SIGTERM ends it with status 0" $?
exactly topologies/policies/demon/always-forward.yaml "and leaves the entries"
start_tapd "$scratch/live.yaml" --state "$scratch/state"
{ cat "$scratch/live.yaml"; echo 'pairs: [[h1, h99]]'; } > "$scratch/worse.yaml"
cp "$scratch/live.yaml" "$scratch/good.yaml"
cp "$scratch/worse.yaml" "$scratch/live.yaml"
answers 400 'live.yaml:.*h99' "a policy that does not load" POST /reload
kill -HUP "$tapd_pid"
until_says 'not reloaded' cat "$scratch/log"
report "nor by SIGHUP" $?
tables | diff "$scratch/tables" - > "$scratch/out"
report "it changes nothing" $?
sed 's|topology: .*|topology: '"$PWD"'/topologies/demon.yaml|' "$policy" > "$scratch/live.yaml"
answers 200 reloaded "one that does" POST /reload
installed
exactly "$policy" "is installed"
expect 0 "and the network conforms" "$B/tapproof" check "$simulated"
cp "$scratch/good.yaml" "$scratch/live.yaml"
kill -HUP "$tapd_pid"
until_says 'reloaded.*live.yaml' tail -n 3 "$scratch/log"
installed
until_says '^0$' sh -c 'ovs-ofctl dump-flows s1 | grep -c in_port'
report "SIGHUP reloads" $?
stop_tapd

# What only OpenFlow 1.3 can say: IPv6, masks, a tag in front of the frame's own
printf 'topology: %s/topologies/demon.yaml\npairs: [[h1, h2], [h3, h4]]\n' "$PWD" > "$scratch/pairs.yaml"
start_tapd "$scratch/pairs.yaml"
six='{"name": "six", "source": "h3", "match": "tcp6,tp_dst=0x400/0xfc00", "to": "h11", "tag": 30, "strip": true}'
answers 202 '"name": "six"' "a tap about a part of IPv6" POST /taps "$six"
installed
out=$(ovs-ofctl -O OpenFlow13 dump-flows s1 | sed -n 's/.*tcp6,in_port=3,tp_dst=0x400.0xfc00 .*set_field:4126->vlan_vid,output:\([0-9]*\).*/\1/p')
ovs-appctl ofproto/trace s1 in_port=3,dl_vlan=7,dl_type=0x86dd,nw_proto=6,tp_dst=1025 | tail -n 1 > "$scratch/out"
grep -q 'actions: .*push_vlan(vid=30' "$scratch/out"
report "a tagged frame gets a second tag" $?
ovs-appctl ofproto/trace s3 "in_port=$((out - 5)),dl_vlan=30" | tail -n 1 > "$scratch/out"
grep -q 'actions: pop_vlan,' "$scratch/out"
report "which is popped" $?
ovs-vsctl set bridge s1 protocols=OpenFlow10
until_says 'OpenFlow 1.0 cannot say, the first: .*tp_dst=0x400' ask GET /status
report "a switch that speaks 1.0 from now on is told nothing of it, and that is told" $?
answers 200 removed "it is removed" DELETE /taps/six
answers 400 's1 speaks OpenFlow 1.0: OpenFlow 1.0 can not match' "and refused" POST /taps "$six"
ovs-vsctl set bridge s1 protocols=OpenFlow13
until_says 's1: connected, in OpenFlow 1.3' tail -n 2 "$scratch/log"
answers 202 '"name": "six"' "until it speaks 1.3" POST /taps "$six"
installed
report "and has it" $?
ovs-vsctl clear bridge s1 protocols
stop_tapd

# A state that is damaged
cp "$scratch/state" "$scratch/state.good"
for damage in '' '{' '[]' '{"tapd-state": 9}' '{"tapd-state": 1, "next_id": 1, "taps": [{}]}'; do
    printf '%s' "$damage" > "$scratch/state"
    run 2 "$B/tapd" "$scratch/live.yaml" --state "$scratch/state" --once &&
        grep -q 'damaged' "$scratch/out" && [ "$(cat "$scratch/state")" = "$damage" ]
    report "a damaged state is refused, and kept: '$damage'" $?
done

# A state that cannot be written
mkdir "$scratch/gone"
start_tapd topologies/policies/demon/always-forward.yaml --state "$scratch/gone/state" --resync 200ms
answers 202 '"ends_in_s": 60' "a tap that ends" POST /taps "$h3"
installed
until_says 'duration=[6-9]\.' ofctl dump-flows s1 in_port=3
report "its entry is not renewed" $?
rm -r "$scratch/gone"
answers 500 'can not be written' "without a disk nothing is added" POST /taps "$h1"
ovs-appctl time/warp 61000 > /dev/null
until_says 'not forgotten yet: .*gone/state' cat "$scratch/log"
answers 404 'no tap' "what ends is gone all the same" GET /taps/h3
installed
exactly topologies/policies/demon/always-forward.yaml "from the switches, too"
mkdir "$scratch/gone"
until_says 'are forgotten' cat "$scratch/log"
report "and is forgotten when there is a disk again" $?
! grep -q h3 "$scratch/gone/state"
report "for good" $?
stop_tapd

# Tokens
expect_says 3 'token-file' "no token, no address that others reach" \
    "$B/tapd" "$policy" --http 0.0.0.0:8080
echo geheim > "$scratch/token"
chmod 644 "$scratch/token"
expect_says 2 'mode 0644' "no token that others can read" \
    "$B/tapd" "$policy" --http "unix:$socket" --token-file "$scratch/token"
chmod 600 "$scratch/token"
start_tapd "$policy" --token-file "$scratch/token"
answers 401 Bearer "no token" GET /status
header='Authorization: Bearer'
for token in '' gehei geheime Geheim; do
    curl -s --unix-socket "$socket" -H "$header $token" -w '%{http_code}' http://tapd/status |
        grep -q '401$'
    report "a wrong token: '$token'" $?
done
curl -s --unix-socket "$socket" -H "$header geheim" http://tapd/status | grep -q '"installed"'
report "the right one" $?
curl -s --unix-socket "$socket" -H "$header geheim" -H 'Origin: http://x' http://tapd/status |
    grep -q 'web pages'
report "not for web pages" $?
stop_tapd
plan
