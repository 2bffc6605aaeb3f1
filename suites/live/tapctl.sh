#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tapctl asks a real tapd: each command, people's tables and JSON, exit statuses. Then others do,
# by what tapd says of itself (OpenAPI).

. suites/live/controller.sh

ctl="$B/tapctl --at unix:$socket"
echo secret > "$scratch/token"
chmod 600 "$scratch/token"
start_tapd topologies/policies/demon/always-forward.yaml --resync 60m --token-file "$scratch/token"
expect_says 3 'Authorization: Bearer' "without a token nothing is told" $ctl list
ctl="$ctl --token-file $scratch/token"
expect 0 "with it, there is no tap" $ctl list
expect_says 0 '^web is up$' "one is added, and waited for" \
    $ctl add web -s h3 -t h11 -m tcp,tp_dst=80 -f 90m --wait
expect_says 0 '^web  *up .*s1:3 .*tcp,tp_dst=80 .*s3:11 .*1h[23]' "it is listed" $ctl list
expect_says 0 'path .*s1:3 -> s1:[0-9]*, s3:[0-9]* -> s3:11' "and shown" $ctl show web
$ctl show web --json | python3 -c 'import json, sys; assert json.load(sys.stdin)["state"] == "up"'
report "for scripts, too" $?
expect_says 1 'already' "a name is taken once" $ctl add web -s h3 -t h11
expect_says 2 '^tapctl: x: source: .*h99' "what is wrong is told by the option" $ctl add x -s h1,h99 -t h11
expect_says 2 '^tapctl: x: match: [^|]*$' "of a match, too" $ctl add x -s h1 -t h11 -m tcpp
printf '{"taps": [{"name": "a", "source": "h1", "to": "h11"},\n {"name": "b", "sourec": "h2"}]}' > "$scratch/taps"
expect_says 2 'taps: b: sourec: .*did you mean' "or by the tap of a file" $ctl add --file "$scratch/taps"
expect_says 0 '^a is up$' "the other one is there" $ctl wait a
expect_says 0 '^web ends in 7200 s$' "a lifetime is set" $ctl extend web 120m
expect_says 1 'no lifetime' "but not of one that stays" $ctl extend a
expect_says 0 '^a removed' "they are removed" $ctl rm a web
expect_says 1 'no tap "web"' "once" $ctl rm web
expect_says 1 'no tap' "what is not there is not waited for" $ctl wait web
stop_tapd
expect_says 3 'no answer: ' "tapd is away" $ctl list

start_tapd topologies/policies/demon/always-forward.yaml --resync 60m
perl suites/live/openapi.pl "$socket" > "$scratch/out" 2>&1
status=$?
if [ $status = 77 ]; then
    cannot_run "tapd answers as it says" "libjson-validator-perl is not installed"
else
    report "tapd answers as it says" $status
fi
curl -sN --max-time 30 --unix-socket "$socket" http://tapd/events > "$scratch/events" &
until_says '^:' cat "$scratch/events"
answers 201 '"state": "up"' "a tap comes" PUT '/taps/web?wait=20s' '{"source": "h3", "to": "h11"}'
answers 200 removed "and goes" DELETE /taps/web
until_says '"web","state":"ended"' cat "$scratch/events" && grep -q '^data: {"name":"web","state":"up"' "$scratch/events"
report "who listens hears it" $?
stop_tapd
wait
report "until tapd ends" $?
plan
