#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What reads from the network has no privilege: every thread of it, while its sessions are open.

. suites/live/controller.sh

# is_confined PID: no thread has a capability, each has no_new_privs and a seccomp filter.
is_confined() {
    cat /proc/"$1"/task/*/status > "$scratch/status" 2> /dev/null
    awk '/^Cap(Inh|Prm|Eff|Amb|Bnd):/ && $2 !~ /^0*$/ { bad = 1 }
         /^NoNewPrivs:/ && $2 != 1 { bad = 1 }
         /^Seccomp:/ { n++; if ($2 != 2) bad = 1 }
         END { exit bad || !n }' "$scratch/status" && return 0
    grep '^Name\|^Cap\|^NoNew\|^Seccomp:' "$scratch/status" > "$scratch/out"
    return 1
}

# without LIBRARY COMMAND...: where that is not installed.
without() {
    file=$(ldconfig -p | sed -n "s/.* => \(.*\/$1\.so\.[0-9]*\)$/\1/p" | head -n 1)
    shift
    unshare -m sh -c 'mount --bind /dev/null "$0" && exec "$@"' "$file" "$@"
}

# tapd
: > "$scratch/log"
start_tapd "$policy" && is_confined "$tapd_pid" && ! grep -q 'not confined' "$scratch/log"
report "tapd" $?
installed && kill -HUP "$tapd_pid" && installed && stop_tapd && ! [ -e "$socket" ]
report "goes on, and ends as it should" $?
start_tapd "$policy" --state "$scratch/taps" && is_confined "$tapd_pid" && stop_tapd
report "tapd with a state" $?
for library in libseccomp libcap-ng; do
    expect_says 0 "not confined: $library cannot be loaded (Debian" "without $library it goes on, and says so" \
        without "$library" "$B/tapd" "$policy" --once
done
export TAPPROOF_SANDBOX=off
expect_says 0 'not confined: TAPPROOF_SANDBOX=off' "it can be switched off" "$B/tapd" "$policy" --once
unset TAPPROOF_SANDBOX

# Programs that send and capture frames
"$B/tapsniff" all > "$scratch/sniffed" 2> "$scratch/said" < /dev/null &
pid=$!
wait_until grep -q 'listening at' "$scratch/said" && wait_until is_confined "$pid" && ! grep -q 'not confined' "$scratch/said"
report "tapsniff" $?
"$B/tapping" h1 h2 -i 100ms > "$scratch/said" 2>&1 < /dev/null &
other=$!
wait_until grep -q 'h1' "$scratch/sniffed" && wait_until is_confined "$other" && ! grep -q 'not confined' "$scratch/said"
report "tapping" $?
kill -INT "$pid" "$other"
wait "$pid" "$other"

# Commands, while the switches do not answer: their sessions are open.
install simulated
switches=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")

# holds NAME COMMAND...: it is confined as long as it waits; then it ends with 0.
holds() {
    name=$1
    shift
    kill -STOP "$switches"
    "$@" --timeout 60s > "$scratch/said" 2>&1 < /dev/null &
    pid=$!
    wait_until is_confined "$pid"
    confined=$?
    kill -CONT "$switches"
    wait "$pid"
    status=$?
    [ "$confined" -eq 0 ] && [ "$status" -eq 0 ] && ! grep -q 'not confined' "$scratch/said"
    set -- $?
    echo "confined: $confined, exit status $status" >> "$scratch/out"
    cat "$scratch/said" >> "$scratch/out"
    report "$name" "$1"
}

holds "check" "$B/tapproof" check "$simulated" --json "$scratch/report.json"
grep -q '"verdict": *"pass"' "$scratch/report.json"
report "and its report is written" $?
holds "prove --confirm" "$B/tapproof" prove --confirm "$simulated"
holds "flows" "$B/tapproof" flows topologies/demon.yaml --save "$scratch/state.yaml"
holds "learn" "$B/tapproof" learn topologies/demon.yaml -o "$scratch/learned.yaml"
holds "diff" "$B/tapproof" diff topologies/demon.yaml topologies/demon.yaml
plan
