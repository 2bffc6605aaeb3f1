#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Networks in which nothing is wrong, and nothing is certain either: checks in a row, of which none
# may find anything. In turn as they are and with counters that are old: those of ports 5 s
# (suites/live/lazy.py), those of entries up to 10 s (Open vSwitch's max-revalidator).
#
#   EXPECTED   of the network; without it the draft that is learned
#   PREPARE    a command that makes the network right, if any
#   CHECKS     how many

. suites/live/tap.sh
checks=${CHECKS:-8} expected=${EXPECTED:-$scratch/learned.yaml}

${PREPARE:-true} || exit 1
# Behind relays the switches are at ports 10000 higher.
relays=$(sed -n 's/.*openflow: "*tcp:127.0.0.1:\([0-9]*\).*/\1/p' "$TAPPROOF_LAB" |
    while read -r port; do echo "$((port % 50000 + 10000))=$port"; done)
cp "$TAPPROOF_LAB" "$scratch/lazy.lab"
for relay in $relays; do
    sed -i "s/127.0.0.1:${relay#*=}\>/127.0.0.1:${relay%=*}/" "$scratch/lazy.lab"
done
# shellcheck disable=SC2086
suites/live/lazy.py 5 $relays > "$scratch/relays" &
lazy=$!
wait_until grep -q ready "$scratch/relays" || exit 1

[ -n "$EXPECTED" ] || expect_says 0 . "learn writes what there is" \
    "$B/tapproof" learn "${TAPPROOF_TOPOLOGY}" -o "$expected"

# calm NAME LAB: as many checks, with each of the options in turn.
calm() {
    : > "$scratch/found"
    wrong=0 done=0
    while [ "$done" -lt "$((checks / 2))" ]; do
        case $((done % 4)) in
        0) options= ;; 1) options=--packet-out ;; 2) options=--allow-flood ;; 3) options=--thorough ;;
        esac
        done=$((done + 1))
        run 0 "$B/tapproof" check --lab "$2" ${options:+"$options"} "$expected" ||
            { wrong=$((wrong + 1)); echo "check $done $options"; cat "$scratch/out"; } >> "$scratch/found"
    done
    mv "$scratch/found" "$scratch/out"
    report "$1: $done checks, $wrong with a finding" "$wrong"
}
calm "counters that are as new as they are" "$TAPPROOF_LAB"
ovs-vsctl set Open_vSwitch . other_config:max-revalidator=10000
calm "counters that are old" "$scratch/lazy.lab"
kill $lazy
plan
