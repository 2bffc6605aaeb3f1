#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tapd among clients that hang, callers that say nothing, a log that nobody reads and a policy that
# never ends: switches are programmed, and SIGTERM ends it. Runs in a lab with
# --controller tcp:127.0.0.1:6653.

. suites/live/controller.sh
here=ptcp:6653:127.0.0.1
hanging=
trap 'kill_tapd; kill $hanging 2> /dev/null; rm -rf "$scratch"' EXIT

# hang ADDRESS COUNT TEXT: in the background, from now on.
hang() {
    rm -f "$scratch/hanging"
    mkfifo "$scratch/hanging"
    timeout 120 python3 suites/live/hang.py "$@" > "$scratch/hanging" 2> "$scratch/out" &
    hanging="$hanging $!"
    said=
    read -r said < "$scratch/hanging"
    [ "$said" = hanging ]
}

# ends: tapd, at SIGTERM, within 20 s.
ends() {
    kill "$tapd_pid"
    until_says gone sh -c "kill -0 $tapd_pid 2> /dev/null && [ \"\$(cut -d' ' -f3 /proc/$tapd_pid/stat)\" != Z ] || echo gone"
}

# Few descriptors, 100 clients and 50 callers that hang.
limit=$(ulimit -n)
ulimit -Sn 128 && ulimit -Hn 128
start_tapd "$policy" --listen $here --resync 60m
report "it starts with few descriptors" $?
grep -q 'NoNewPrivs:[[:space:]]*1' "/proc/$tapd_pid/status"
report "no program gives it privileges" $?
prlimit --pid $$ --nofile="$limit:$limit" 2> /dev/null
hang "unix:$socket" 100 'GET /status HTT'
report "slow clients come" $?
hang 127.0.0.1:6653 50 ''
report "and callers that say nothing" $?
controllers=$(ovs-vsctl get bridge s2 controller)
ovs-vsctl -- clear bridge s2 controller
until_says '^tapd: s2: [^c]' cat "$scratch/log"
ovs-vsctl -- --id=@far create controller 'target="tcp:127.0.0.1:6653"' max_backoff=1000 \
    -- --id=@near create controller "target=\"ptcp:$(endpoint s2 | sed 's/.*://'):127.0.0.1\"" \
    -- set bridge s2 'controller=[@far,@near]' > /dev/null
until_says '^2$' grep -c '^tapd: s2: connected' "$scratch/log"
report "a switch that comes back is served at once" $?
installed
report "and whoever asks is answered" $?
exactly "$policy" "the tables are as the policy says"
[ "$(ls "/proc/$tapd_pid/fd" | wc -l)" -le 100 ]
report "descriptors are left" $?
ends
report "SIGTERM ends it all the same" $?
kill $hanging 2> /dev/null
hanging=
tapd_pid=

# A log that nobody reads, and a policy that never comes.
mkfifo "$scratch/unread"
sleep 120 < "$scratch/unread" &
hanging=$!
dd if=/dev/zero "of=$scratch/unread" bs=64k count=1 2> /dev/null # and that is full
cp "$policy" "$scratch/policy.yaml"
sed -i "s|topology: .*|topology: $PWD/topologies/demon.yaml|" "$scratch/policy.yaml"
"$B/tapd" "$scratch/policy.yaml" --listen $here --http "unix:$socket" > /dev/null 2> "$scratch/unread" &
tapd_pid=$!
installed
report "with a log that nobody reads" $?
for _ in $(seq 100); do
    ask POST /taps "{\"name\": \"t\", \"source\": \"h3\", \"to\": \"h11\", \"for\": \"60s\"}"
    ask DELETE /taps/t
done > /dev/null 2>&1
installed
report "it goes on" $?
rm "$scratch/policy.yaml"
mkfifo "$scratch/policy.yaml"
kill -HUP "$tapd_pid"
ends
report "SIGTERM ends it while it waits for a policy" $?
tapd_pid=
plan
