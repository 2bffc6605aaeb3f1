#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Switches that dial their controller: tapd, two of them with a part of the
# network each, and a controller of another make. Runs in a lab with
# --controller tcp:127.0.0.1:6653.

. suites/live/controller.sh
here=ptcp:6653:127.0.0.1

# dials SWITCH PORT: another controller than before.
dials() {
    listens=$(endpoint "$1") # tcp:HOST:PORT
    ovs-vsctl -- --id=@near create controller "target=\"ptcp:${listens##*:}:127.0.0.1\"" \
        -- --id=@far create controller "target=\"tcp:127.0.0.1:$2\"" max_backoff=1000 \
        -- set bridge "$1" 'controller=[@near,@far]' > /dev/null
}

clear_tables() {
    for sw in s1 s2 s3; do ofctl del-flows $sw; done
}

expect_says 0 '^ready' "switches dial" "$B/tapd" "$policy" --listen $here --once
exactly "$policy" "and get exactly the entries of the policy"
expect 0 "the network conforms" "$B/tapproof" check "$simulated"
start_tapd "$policy" --listen $here --listen ptcp:6633:127.0.0.1 --resync 60m
report "they dial again" $?
ofctl del-flows s2
until_says '3' sh -c "ovs-ofctl dump-flows s2 | grep -c 'in_port' | sed 's/2/3/'"
report "deleted entries come back" $?

# From one address to another, as a switch that restarts does; and one that nobody knows.
dials s2 6633
until_says 's2: connected' sh -c "tail -n 1 $scratch/log"
installed
exactly "$policy" "a switch may dial anew"
ovs-vsctl add-br stranger -- set bridge stranger datapath_type=dummy other-config:datapath-id=00000000000000aa \
    -- set-controller stranger tcp:127.0.0.1:6653
until_says 'datapath id 00000000000000aa' cat "$scratch/log"
report "an unknown switch is told" $?
ovs-vsctl del-br stranger
[ "$(grep -c 00000000000000aa "$scratch/log")" -eq 1 ]
report "once" $?
dials s2 6653
stop_tapd
exactly "$policy" "the entries stay when it ends"

# Two controllers, each with its switches.
clear_tables
sed "s|topology: .*|topology: $PWD/topologies/demon.yaml|" "$policy" > "$scratch/whole.yaml"
{ cat "$scratch/whole.yaml"; echo 'switches: [s1, s3]'; } > "$scratch/first.yaml"
{ cat "$scratch/whole.yaml"; printf 'switches: [s2]\ncookie: 0x5ec0de\n'; } > "$scratch/second.yaml"
dials s2 6633
start_tapd "$scratch/first.yaml" --listen $here
expect_says 0 '^ready' "two controllers" \
    "$B/tapd" "$scratch/second.yaml" --listen ptcp:6633:127.0.0.1 --once
tables | sed 's/cookie=[^ ]*, //' > "$scratch/got"
wanted_tables "$policy" | sed 's/cookie=[^ ]*, //' | diff - "$scratch/got" > "$scratch/out"
report "make the network that one makes" $?
expect 0 "and it conforms" "$B/tapproof" check "$simulated"
stop_tapd
dials s2 6653

# A controller of another make.
if command -v osken-manager > /dev/null; then
    clear_tables
    mkdir "$scratch/done"
    OSKEN_DONE=$scratch/done osken-manager --ofp-tcp-listen-port 6653 --ofp-listen-host 127.0.0.1 \
        suites/live/osken_demon.py > "$scratch/osken" 2>&1 &
    other=$!
    until_says 3 sh -c "ls $scratch/done | wc -l"
    report "os-ken programs the same network" $?
    "$B/tapproof" check --tap "$simulated" 2> /dev/null | grep '^ok\|^not ok' > "$scratch/theirs"
    kill "$other"
    wait "$other"
    "$B/tapd" "$policy" --own-tables --listen $here --once > "$scratch/out" 2>&1
    "$B/tapproof" check --tap "$simulated" 2> /dev/null | grep '^ok\|^not ok' > "$scratch/ours"
    [ -s "$scratch/ours" ] && diff "$scratch/theirs" "$scratch/ours" > "$scratch/out"
    report "its verdicts are the same" $?
else
    cannot_run "os-ken programs the same network" "python3-os-ken is not installed"
    cannot_run "its verdicts are the same" "python3-os-ken is not installed"
fi
plan
