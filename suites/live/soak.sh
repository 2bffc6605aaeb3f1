#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Verdicts under load and right after changes, on the reference network.
#
#   RUNS     checks in a row while every core is busy with something else
#   CYCLES   edit, barrier, check: a mirror is moved, added, removed, restored

. suites/live/tap.sh
runs=${RUNS:-10} cycles=${CYCLES:-40} seed=${SEED:-1}
expected=expected/demon/simulated.yaml

busy=
for _ in $(seq "$(nproc)"); do
    sh -c 'while :; do :; done' &
    busy="$busy $!"
done
wrong=0
for run in $(seq "$runs"); do
    "$B/tapproof" check "$expected" > "$scratch/one" 2>&1 ||
        { wrong=$((wrong + 1)); echo "run $run"; cat "$scratch/one"; } >> "$scratch/out"
done
# shellcheck disable=SC2086
kill $busy
report "$runs checks on a busy machine: $wrong did not conform" "$wrong"

# edit KIND: what the table of s1 becomes, and which ids must fail then.
edit() {
    port1=output:2,output:6 port3=output:4 fails=
    case $1 in
    1) port3=output:4,output:6 fails='state/s1/3 traffic/h3/isolated/h11' ;;
    2) port1=output:2 fails='state/s1/1 traffic/h1/mirrored/h11' ;;
    3) port1=output:2,output:7 fails='state/s1/1' ;;
    esac
    ovs-ofctl -O OpenFlow10 mod-flows "$(sed -n 's/.*s1: .*"\(.*\)".*/\1/p' "$TAPPROOF_LAB")" - << EOF
in_port=1 actions=$port1
in_port=3 actions=$port3
EOF
}

: > "$scratch/out"
wrong=0 slowest=0 state=$seed
for cycle in $(seq "$cycles"); do
    state=$(((state * 1103515245 + 12345) % 2147483648))
    kind=$((state / 65536 % 4))
    edit $kind
    "$B/tapproof" check --tap "$expected" > "$scratch/one" 2>&1
    not_passed "$scratch/one" > "$scratch/got"
    # shellcheck disable=SC2086
    printf '%s\n' $fails | sort | sed '/^$/d' > "$scratch/wanted"
    if ! cmp -s "$scratch/got" "$scratch/wanted"; then
        wrong=$((wrong + 1))
        { echo "cycle $cycle, edit $kind, seed $seed"; cat "$scratch/one"; } >> "$scratch/out"
    fi
done
report "$cycles cycles of edit, barrier, check (seed $seed): $wrong wrong verdicts" "$wrong"
plan
