#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A sample of the corpus of faults (TAP): one case of each kind in the
# reference network, and some pairs. FAULTS_SEED chooses the places. The whole
# corpus is `make faults`.
cd "$(dirname "$0")/.." || exit 1
B=${B:-build} seed=${FAULTS_SEED:-1}
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
export TAPPROOF="$PWD/$B/tapproof"

# sample NAME OPTION...
sample() {
    name=$1
    shift
    topologies/lab run topologies/demon.yaml --flows simulated -- \
        "$B/faults" run expected/demon/simulated.yaml --seed "$seed" "$@" > "$out" 2>&1
    status=$?
    if [ "$status" -eq 3 ] && [ "${REQUIRE_LIVE:-0}" != 1 ] &&
        reason=$(grep -m 1 'cannot make namespaces\|missing: ' "$out"); then
        echo "ok - $name # SKIP $reason"
    elif [ "$status" -eq 0 ]; then
        echo "ok - $name (seed $seed)"
    else
        echo "not ok - $name (seed $seed, exit status $status)"
    fi
    sed 's/^/# /' "$out"
}

echo 1..2
sample "a fault of each kind is found and located"
sample "of two faults at once both are named" --pairs --cases 6
