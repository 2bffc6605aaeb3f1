#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Random networks (TAP), each in a lab of its own.
#
#   SEEDS="1 2 3" suites/random_test.sh

cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
${CC:-cc} -std=c17 -D_GNU_SOURCE -O1 -o "$scratch/random_network" suites/random_network.c || exit 1

for seed in ${SEEDS:-1 2 3 4 5 6 7 8}; do
    mkdir "$scratch/$seed" && "$scratch/random_network" "$seed" "$scratch/$seed" || exit 1
    RANDOM_NETWORK=$scratch/$seed topologies/lab run "$scratch/$seed/net.yaml" --flows random -- \
        sh suites/live/random.sh > "$scratch/out" 2>&1
    status=$?
    if [ $status -eq 3 ] && [ "${REQUIRE_LIVE:-0}" != 1 ] && ! grep -q '^ok\|^not ok' "$scratch/out" &&
        reason=$(grep -m 1 'cannot make namespaces\|missing: ' "$scratch/out"); then
        echo "1..0 # SKIP random networks: $reason"
        exit
    fi
    cat "$scratch/out"
    grep -q '^1\.\.' "$scratch/out" ||
        printf 'not ok - network %s ended early with status %d\n1..1\n' "$seed" $status
done
