#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Claims proved from the tables of the reference network, and refuted in its
# broken twins; the packet that refutes is sent, and does what was said.

. suites/live/tap.sh
simulated=expected/demon/simulated.yaml
prove="$B/tapproof prove"

expect_says 0 'PASS: 17 passed, 0 failed' "simulated: every claim is proved" $prove "$simulated"
expect_says 0 '"verdict": "pass"' "simulated: the same as JSON" $prove --json - "$simulated"
expect_says 0 '16 deselected' "one claim" $prove -k h3/isolated/h11 "$simulated"
expect_says 2 'nothing is selected' "no claim" $prove -k nothing "$simulated"
expect_says 2 'cannot go with --confirm' "no frame without a network" \
    $prove --state x --confirm "$simulated"

install always-forward
expect_says 0 'PASS' "always-forward: every claim is proved" \
    $prove expected/demon/always-forward.yaml
install copies-2
expect_says 0 'PASS' "two copies are proved" $prove expected/demon/copies-2.yaml
expect_says 1 'h1/mirrored/h11' "one copy is refuted" $prove "$simulated"

install leak
expect_says 1 's1:6 -> s3:1  in_port=1 actions=output:11' "leak: the way, hop by hop" \
    $prove "$simulated"
expect_says 1 'suspect     s1:3' "leak: the suspect" $prove "$simulated"
expect_says 1 'confirmed: sent, it arrived at h4, at h11' "leak: confirmed by a frame" \
    $prove --confirm "$simulated"

# What no probe of a check hits: one header in 2^32.
install simulated
ovs-ofctl -O OpenFlow10 add-flow unix:/run/openvswitch/s1.mgmt \
    'priority=40000,tcp,in_port=3,nw_dst=10.77.3.99,tp_dst=4791 actions=output:4,output:6'
expect_says 1 'nw_dst=10.77.3.99.*tp_dst=4791' "one bad header: found" $prove "$simulated"
expect_says 1 'confirmed: sent, it arrived at h4, at h11' "one bad header: confirmed" \
    $prove --confirm "$simulated"
expect_says 1 'nw_dst=10.77.3.99' "one bad header: shown by the state of a check" \
    "$B/tapproof" check --only state "$simulated"
"$B/tapproof" flows --save "$scratch/state.yaml" topologies/demon.yaml > "$scratch/out"
expect_says 1 'nw_dst=10.77.3.99' "one bad header: in the saved state" \
    $prove --state "$scratch/state.yaml" "$simulated"

install no-mirror
expect_says 1 'it does not arrive at h11' "mirror missing" $prove "$simulated"
expect_says 1 'confirmed: sent, it arrived at h2$' "mirror missing: confirmed" \
    $prove --confirm "$simulated"

# A switch that cannot be read costs only what may pass through it.
install simulated
sed 's|s3: {.*|s3: {openflow: "unix:/nowhere"}|' "$TAPPROOF_LAB" > "$scratch/lab.yaml"
expect_says 3 '15 passed, 0 failed, 3 inconclusive' "a switch that was not read" \
    $prove --lab "$scratch/lab.yaml" "$simulated"
expect_says 3 '^note  *s3 was not read: ' "... and why, once" \
    $prove --lab "$scratch/lab.yaml" "$simulated"
# Of whom no claim speaks, ports do.
install simulated
sed '/^traffic:/,$d; s|^topology:.*|topology: '"$PWD"'/topologies/demon.yaml|' "$simulated" \
    > "$scratch/ports.yaml"
expect_says 0 'PASS: 11 passed' "ports alone: nothing strays" $prove "$scratch/ports.yaml"
install leak
expect_says 1 'traffic/h3/stray/h11' "ports alone: a stray" $prove "$scratch/ports.yaml"

# What no frame shows a check proves from the tables: h3 cannot send or capture.
install simulated
grep -v ' h3:' "$TAPPROOF_LAB" > "$scratch/without-h3.yaml"
expect_says 3 'forbidden pairs probed [0-9]*/102, proved [0-9]*;' \
    "check: pairs of a host without a station are proved" \
    "$B/tapproof" check --lab "$scratch/without-h3.yaml" "$simulated"
ovs-ofctl -O OpenFlow10 add-flow unix:/run/openvswitch/s1.mgmt \
    'priority=40000,tcp,in_port=3,nw_dst=10.77.3.99,tp_dst=4791 actions=output:4,output:6'
sed '/^ports:/,/^traffic:/{/^traffic:/!d}; s|^topology:.*|topology: '"$PWD"'/topologies/demon.yaml|' \
    "$simulated" > "$scratch/claims.yaml"
expect_says 1 'h3 -> h11 (.*, and not proved: the tables let it through)' \
    "check: a pair that the tables let through is named" \
    "$B/tapproof" check --lab "$scratch/without-h3.yaml" "$scratch/claims.yaml"
expect_says 1 'nw_dst=10.77.3.99' "check: and the header that gets through" \
    "$B/tapproof" check --lab "$scratch/without-h3.yaml" "$scratch/claims.yaml"

plan
