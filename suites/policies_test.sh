#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The policies (TAP): what the controller would install conforms to the
# expectations that were written by hand. No switch is needed.

cd "$(dirname "$0")/.." || exit 1
. suites/live/tap.sh

# as_state POLICY TOPOLOGY: the controller's tables as a saved state, of switches of OpenFlow 1.0.
as_state() {
    sed -n 's/^  \([a-z0-9]*\): {dpid: \(.*\)}.*/\1 \2/p' "$2" > "$scratch/dpids"
    { echo switches:; sed 's/^\(.*\) .*/  \1: {openflow: "tcp:127.0.0.1", version: 1.0}/' "$scratch/dpids"; } > "$scratch/lab.yaml"
    "$B/tapd" --print --lab "$scratch/lab.yaml" "$1" | awk '
        FILENAME != "-" { dpid[$1 ":"] = $2; next }
        /^[a-z0-9]*:$/ {
            printf "%s  - name: %s\n    dpid: %s\n    ports:\n", end, substr($0, 1, length - 1), dpid[$0]
            for (port = 1; port <= 64; port++) printf "      - {number: %d}\n", port
            printf "    flows: ["
            end = "]\n"
            next
        }
        { printf "\n      {text: \"%s\"},", $0 }
        BEGIN { printf "tapproof-state: 1\nswitches:\n" }
        END { printf "%s", end }' "$scratch/dpids" -
}

# conforms NETWORK STATE
conforms() {
    as_state "topologies/policies/$1/$2.yaml" "topologies/$1.yaml" > "$scratch/state.yaml"
    expect 0 "topologies/policies/$1/$2.yaml conforms to expected/$1/$2.yaml" \
        "$B/tapproof" check "expected/$1/$2.yaml" --state "$scratch/state.yaml"
}

conforms demon always-forward
conforms demon simulated
conforms demon copies-2
conforms demon seed
conforms fabric taps
conforms patch-panel patched

# And one that does something else is seen.
sed "s/uplink: \"s1:6\"/uplink: s1:7/; s|\.\./\.\./|$PWD/topologies/|" topologies/policies/demon/simulated.yaml \
    > "$scratch/other.yaml"
as_state "$scratch/other.yaml" topologies/demon.yaml > "$scratch/state.yaml"
expect_says 1 'state/s1/1' "a tap by another uplink is told" \
    "$B/tapproof" check expected/demon/simulated.yaml --state "$scratch/state.yaml"
plan
