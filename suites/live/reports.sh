#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Reports last: an old one is kept until the new one is complete, an input is never replaced,
# a signal ends a run with a report of what it has judged, and a reader may go away.

. suites/live/tap.sh
check="$B/tapproof check"
good=expected/demon/simulated.yaml
json=$scratch/report.json

# says STATUS PATTERN FILE NAME: after `run`, whether the file has the pattern.
says() {
    [ "$1" -eq 0 ] && grep -q -- "$2" "$3"
    report "$4" $?
}

expect 0 "a report is written" $check "$good" --json "$json"
cp "$json" "$scratch/first.json"
"$B/tapproof" flows topologies/demon.yaml --json > "$scratch/state.json"
run 0 perl suites/schema.pl report "$json" state "$scratch/state.json"
if [ "$got" -eq 77 ]; then
    cannot_run "reports of a run are as their schemas say" "JSON::Validator is not installed"
else
    report "reports of a run are as their schemas say" $((got != 0))
fi
expect_says 2 'this command reads it' "the lab file is no report" $check "$good" --json "$TAPPROOF_LAB"
cp topologies/demon.yaml "$scratch/t.yaml"
expect_says 2 'this command reads it' "flows --save does not replace its topology" \
    "$B/tapproof" flows "$scratch/t.yaml" --save "$scratch/t.yaml"
expect_says 2 'this command reads it' "learn --force does not replace its topology" \
    "$B/tapproof" learn "$scratch/t.yaml" --force -o "$scratch/t.yaml"
cmp -s topologies/demon.yaml "$scratch/t.yaml"
report "the topology is as it was" $?

# A full disk: a file system of one page, which the old report has filled.
full_disk() {
    unshare -m sh -c 'mkdir -p "$0" && mount -t tmpfs -o size=4k none "$0" && echo "the old one" > "$0/report.json" || exit 9
        "$@"; status=$?; ls -A "$0" | sed "s/^/left: /"; cat "$0/report.json"; exit $status' "$scratch/disk" "$@"
}
run 3 full_disk $check "$good" --json "$scratch/disk/report.json"
says $? 'No space left' "$scratch/out" "a full disk is told"
grep -qx 'the old one' "$scratch/out" && [ "$(grep -c '^left: ' "$scratch/out")" -eq 1 ]
report "and the old report is kept, alone" $?

mkfifo "$scratch/pipe"
expect_says 3 'nobody reads this pipe' "a pipe that nobody reads is told" $check "$good" --json "$scratch/pipe"

# Whoever writes to a full disk learns it: git and pytest end with an error, too.
full_stdout() {
    "$@" > /dev/full
}
expect_says 3 'cannot write stdout: No space left' "nor is a report that stdout does not take a pass" \
    full_stdout $check "$good"
expect_says 3 'cannot write stdout: No space left' "nor a list of tables" \
    full_stdout "$B/tapproof" flows topologies/demon.yaml
expect_says 3 'the exit status is 3, not 0' "beside a PASS it is said why the exit status is another" \
    $check "$good" --json /dev/full

# A switch that never answers: the run waits until it is interrupted.
python3 - "$scratch/port" <<'END' &
import socket, sys, time
sockets = [socket.create_server(("127.0.0.1", 0))]
with open(sys.argv[1] + ".new", "w") as stream:
    stream.write(str(sockets[0].getsockname()[1]))
import os
os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    sockets.append(sockets[0].accept()[0])
    open(sys.argv[1] + ".called", "w").close()
END
silent=$!
until [ -s "$scratch/port" ]; do read -r _ < /proc/uptime; done
sed "s|^\(  s2: .*openflow: \)[^},]*|\1\"tcp:127.0.0.1:$(cat "$scratch/port")\"|" "$TAPPROOF_LAB" > "$scratch/lab.yaml"

# interrupted SIGNAL COMMAND...: it gets the signal as soon as it has called the silent switch.
interrupted() {
    rm -f "$scratch/port.called"
    signal=$1
    shift
    python3 -c 'import os, signal, sys
for name in ("SIGINT", "SIGHUP", "SIGTERM"): signal.signal(getattr(signal, name), signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' "$@" &
    interrupted=$!
    until [ -e "$scratch/port.called" ] || ! kill -0 $interrupted; do read -r _ < /proc/uptime; done
    kill -s "$signal" $interrupted
    wait $interrupted
}
for signal in INT:130 TERM:143 HUP:129; do
    run "${signal#*:}" interrupted "${signal%:*}" \
        $check "$good" --timeout 1h --lab "$scratch/lab.yaml" --json "$json" -v
    says $? 'interrupted: what had not been judged' "$scratch/out" "SIG${signal%:*} ends a check with a report"
done
grep -q '"interrupted": true' "$json" && grep -q '"id": "state/s1/1"' "$json"
report "its JSON says so, and what was judged" $?
run 143 interrupted TERM "$B/tapproof" mutate "$good" --timeout 1h --lab "$scratch/lab.yaml" --json "$json"
says $? '"interrupted": true' "$json" "and what mutate had tried, if anything"
cp "$scratch/first.json" "$json"
run 130 interrupted INT "$B/tapproof" flows topologies/demon.yaml --timeout 1h --lab "$scratch/lab.yaml" --save "$json"
cmp -s "$json" "$scratch/first.json"
report "a command that has no part to report ends, and replaces nothing" $?
kill $silent

# One line is read, the rest is refused.
first_line() {
    { "$@"; echo $? > "$scratch/status"; } 2> "$scratch/err" | head -n 1
    cat "$scratch/err"
    return "$(cat "$scratch/status")"
}
expect 0 "a reader who goes away changes no verdict" first_line $check "$good" -v
install no-mirror
run 1 first_line $check "$good" -v && [ ! -s "$scratch/err" ]
report "nor that of a network that deviates, and is no error" $?
plan
