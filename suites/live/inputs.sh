#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Bad input and bad networks, one by one: each with a clear message and the
# right exit status (2 usage or input, 3 could not be judged, 1 deviates).

. suites/live/tap.sh
check="$B/tapproof check"
good=expected/demon/simulated.yaml
work=$scratch/work
mkdir -p "$work/expected/demon" "$work/topologies"
cp topologies/demon.yaml "$work/topologies/"
edited=$work/expected/demon/edited.yaml

# edit SED: the good expectation, changed.
edit() {
    sed "$1" "$good" > "$edited"
}

# lab SED: the lab file, changed.
lab() {
    sed "$1" "$TAPPROOF_LAB" > "$work/lab.yaml"
}

expect_says 2 'no such file' "no file" $check nowhere.yaml
mkdir -p "$work/none"
expect_says 2 'no expectation .* is in this directory' "a directory without any" $check "$work/none"
: > "$work/empty.yaml"
expect_says 2 'empty' "an empty file" $check "$work/empty.yaml"
edit 's/^  s2:/  s9:/'
expect_says 2 'edited.yaml:[0-9]*:[0-9]*: error: .*s9' "an unknown switch, with its place" $check "$edited"
edit 's/output: \[2, 6\]/output: [2, 66000]/'
expect_says 2 'edited.yaml:9:.*66000' "a port out of range" $check "$edited"
edit 's/delivered: \[h2\], mirrored/deliverd: [h2], mirrored/'
expect_says 2 'delivered' "an unknown key, with the nearest one" $check "$edited"
edit 's/{from: h1, delivered: \[h2\], mirrored: \[h11\]}/{from: h1, delivered: [h2], isolated: [h2]}/'
expect_says 2 'edited.yaml:[0-9]*:.*h2' "contradictory claims" $check "$edited"
edit 's/{from: h2, delivered: \[h1\], isolated/{from: h2, delivered: [h1], mirrored/'
expect_says 2 'edited.yaml:24:44: error: .*contradicts itself: .*h2/mirrored/h11 .*by s1:2 (.*:10:' \
    "a claim that contradicts a port" $check "$edited"
printf 'a: [\n' > "$work/broken.yaml"
expect_says 2 'broken.yaml:[0-9]*:[0-9]*' "not YAML" $check "$work/broken.yaml"
expect_says 2 'no such file' "no lab file" $check --lab nowhere.yaml "$good"
expect_says 2 'nothing is selected' "a selection that selects nothing" $check -k nonsense "$good"
expect_says 2 "unknown option '--nonsense'.*--help" "an unknown option" $check --nonsense "$good"
expect_says 2 'no command' "an unknown command" "$B/tapproof" chekc
expect_says 2 'No such file\|cannot' "a report that cannot be written" $check --json "$work/no/where.json" "$good"
mutate="$B/tapproof mutate"
expect_says 2 'which expectation' "mutate: no expectation" $mutate
expect_says 2 'from 0 to 100' "mutate: a score that is none" $mutate --min-score 101 "$good"
expect_says 2 'at least 1' "mutate: no limit" $mutate --limit 0 "$good"
expect_says 2 "'-1' is not a number" "mutate: a seed that is none" $mutate --seed -1 "$good"
expect_says 2 'not both' "mutate: two sources" $mutate --lab "$TAPPROOF_LAB" --state x "$good"
expect_says 2 'no such file' "mutate: no saved state" $mutate --state nowhere.yaml "$good"
expect_says 2 'one report' "two reports on stdout" $check --json - --tap "$good"

lab '/^  h4:/d'
expect_says 3 'h4.*no station\|no station' "a host without a station" $check --lab "$work/lab.yaml" "$good"
expect_says 3 'no station' "suite delivery: a host without a station" "$B/suites/delivery" "$good" "$work/lab.yaml"
expect 2 "suite delivery: no expectation" "$B/suites/delivery" nowhere.yaml
lab 's/interface: h4-eth0/interface: h4-eth7/'
expect_says 3 'h4-eth7' "an interface that is not there" $check --lab "$work/lab.yaml" "$good"
lab 's|/proc/[0-9]*/ns/net, interface: h4-eth0|/proc/999999/ns/net, interface: h4-eth0|'
expect_says 3 '/proc/999999/ns/net' "a namespace that is not there" $check --lab "$work/lab.yaml" "$good"
lab 's/tcp:127.0.0.1:6635/tcp:127.0.0.1:1/'
expect_says 3 'refused' "nobody listening" $check --lab "$work/lab.yaml" "$good"
expect_says 3 'refused' "flows: nobody listening" "$B/tapproof" flows --lab "$work/lab.yaml" topologies/demon.yaml
lab 's/tcp:127.0.0.1:6635/tpc:127.0.0.1:6635/'
expect_says 2 'lab.yaml:[0-9]*:.*tpc' "an endpoint of an unknown kind" $check --lab "$work/lab.yaml" "$good"

# A port that answers, but in HTTP.
/usr/bin/python3 -c '
import socket, sys
server = socket.create_server(("127.0.0.1", 8080))
print("ready", flush=True)
while True:
    peer, _ = server.accept()
    peer.recv(100)
    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    peer.close()' > "$work/http" &
http=$!
until grep -q ready "$work/http" 2> /dev/null; do kill -0 $http || break; done
lab 's/tcp:127.0.0.1:6635/tcp:127.0.0.1:8080/'
expect_says 3 'HTTP' "a port that answers HTTP" $check --lab "$work/lab.yaml" "$good"
kill $http

# Only s2's results are lost; what s1 does wrong is still told, and counts.
topologies/lab flows leak > /dev/null 2>&1
expect_says 1 'state/s1/3' "one switch deviates, another one is silent" \
    $check --only state --lab "$work/lab.yaml" "$good"
topologies/lab flows simulated > /dev/null 2>&1

sed 's/dpid: 2}/dpid: 22}/' topologies/demon.yaml > "$work/topologies/demon.yaml"
cp "$good" "$edited"
expect_says 1 'datapath id' "a wrong datapath id" $check --only state "$edited"

# As root of the lab, but without its capabilities.
expect_says 3 'CAP_NET_RAW\|not permitted\|ermission' "no privilege" \
    setpriv --bounding-set=-all --inh-caps=-all $check "$good"

# A machine where libpcap is not installed: nothing can be captured, the tables
# can be read all the same.
without_pcap() {
    pcap=$(PATH=$PATH:/sbin ldconfig -p | awk '$1 == "libpcap.so.0.8" { print $NF; exit }')
    unshare -m sh -c 'mount --bind /dev/null "$0" && exec "$@"' "$pcap" "$@"
}
expect_says 3 'h1.*libpcap0.8' "no libpcap" without_pcap $check "$good"
expect 0 "no libpcap, and none is needed" without_pcap $check --only state "$good"

# What a run cannot look at is no pass: everything ignored.
{ cat "$good"; echo 'ignore:'
  for sw in s1 s2 s3; do for port in 1 2 3 4 5 6 7 8 9 10 11; do
      echo "  - {switch: $sw, port: $port, reason: a test}"; done; done; } > "$edited"
cp topologies/demon.yaml "$work/topologies/demon.yaml"
expect_says 3 'skipped' "everything skipped is no pass" $check --only state -k state/ "$edited"
for program in tapproof tapd tapctl tapping tapsniff; do
    expect_says 0 "^$program [0-9.]*$" "$program --version" "$B/$program" --version
done
expect_says 0 'usage' "check --help" "$B/tapproof" check --help
"$B/tapproof" check --help > "$scratch/help"
run 0 "$B/tapproof" help check && cmp "$scratch/help" "$scratch/out" > /dev/null
report "help check says the same" $?
expect_says 2 "no command 'chek'" "help of no command" "$B/tapproof" help chek
plan
