#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A sample of the corpus of faults (TAP): one case of each kind in the
# reference network, some pairs, one of each kind in the network of
# OpenFlow 1.3, and one behind a switch that chooses. FAULTS_SEED chooses the places. The whole corpus is
# `make faults`. Of a sample that passes only the sums are shown, of another
# what went wrong too.
cd "$(dirname "$0")/.." || exit 1
B=${B:-build} seed=${FAULTS_SEED:-1}
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
export TAPPROOF="$PWD/$B/tapproof"

# sample NAME TOPOLOGY STATE OPTION...
sample() {
    name=$1 topology=$2 state=$3
    shift 3
    topologies/lab run "topologies/$topology.yaml" --flows "$state" -- \
        "$B/faults" run "expected/$topology/$state.yaml" --seed "$seed" "$@" > "$out" 2>&1
    status=$?
    if [ "$status" -eq 3 ] && [ "${REQUIRE_LIVE:-0}" != 1 ] &&
        reason=$(grep -m 1 'cannot make namespaces\|missing: ' "$out"); then
        echo "ok - $name # SKIP $reason"
    elif [ "$status" -eq 0 ]; then
        echo "ok - $name (seed $seed)"
    else
        echo "not ok - $name (seed $seed, exit status $status)"
    fi
    case $status in
    0) grep '^Pairs: \|^[0-9]* cases; ' "$out" ;;
    *) grep -v '^|' "$out" ;;
    esac | sed 's/^/# /'
}

echo 1..4
sample "a fault of each kind is found and located" demon simulated
sample "of two faults at once both are named" demon simulated --pairs --cases 6
sample "a fault of each kind of OpenFlow 1.3 is found and located" broker taps --group pipelines
sample "cables that a switch chooses between are exchanged: found and located, by hosts alone" choice spread \
    --kind chosen-swapped --no-packet-out
