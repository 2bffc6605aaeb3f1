#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The reference network in its states, as tapd programs them, and broken in known ways by
# flow files.

. suites/live/tap.sh
simulated=expected/demon/simulated.yaml

conforms simulated "$simulated" flow_state delivery mirror isolation
program topologies/policies/demon/always-forward.yaml
conforms always-forward expected/demon/always-forward.yaml flow_state isolation
program topologies/policies/demon/copies-2.yaml
conforms copies-2 expected/demon/copies-2.yaml flow_state delivery mirror isolation

# Stations behind a command, switches behind a socket: the same verdict.
sed -e 's|netns: \(/proc/[0-9]*/ns/net\), interface: h\([1-3]\)-|exec: "nsenter --net=\1", interface: h\2-|' \
    -e 's|tcp:127.0.0.1:6634|unix:/run/openvswitch/s1.mgmt|' "$TAPPROOF_LAB" > "$scratch/exec.yaml"
program topologies/policies/demon/simulated.yaml
expect 0 "exec stations and a unix socket" "$B/tapproof" check --lab "$scratch/exec.yaml" "$simulated"
expect_says 0 'exec:' "the lab file really has exec stations" cat "$scratch/exec.yaml"

# The frames of what failed, and of nothing else.
install leak
run 1 "$B/tapproof" check --pcapng "$scratch/frames.pcapng" "$simulated"
expect_says 0 'of h3 as it came to h11' "the frames of a failure are saved" \
    strings -n 8 "$scratch/frames.pcapng"

install no-mirror
run 1 "$B/tapproof" check --pcapng "$scratch/frames.pcapng" "$simulated"
expect_says 0 'traffic/h1/mirrored/h11: probe .* as 1 copy was expected at h11' \
    "the frames that were expected are saved with their claim" strings -n 8 "$scratch/frames.pcapng"
deviates "mirror missing" "$simulated" state/s1/1 traffic/h1/mirrored/h11
suite_fails "mirror missing" mirror "$simulated" 'did not arrive at h11' traffic/h1/mirrored/h11
suite_fails "mirror missing" flow_state "$simulated" 'output:6 is missing' state/s1/1

install leak
deviates "isolated host mirrored" "$simulated" state/s1/3 traffic/h3/isolated/h11
suite_fails "isolated host mirrored" isolation "$simulated" 'arrived at h11' \
    traffic/h3/isolated/h11

install no-delivery
deviates "no delivery" "$simulated" state/s1/3 traffic/h3/delivered/h4
suite_fails "no delivery" delivery "$simulated" 'did not arrive at h4' traffic/h3/delivered/h4

install wrong-uplink
deviates "wrong uplink" "$simulated" state/s2/2

install seed
deviates "as the seed's controller programmed it" expected/demon/seed.yaml \
    state/s1/2 state/s2/1 state/s2/2 traffic/h2/isolated/h11 traffic/h6/isolated/h11
expect_says 1 'hard_timeout' "seed: timeouts where none are wanted" \
    "$B/tapproof" check --only state "$simulated"

# The switches' clock is moved, not waited for (ovs-vswitchd --enable-dummy).
ovs-appctl time/stop > /dev/null && ovs-appctl time/warp 121000 1000 > /dev/null
expect_says 1 'no entry takes it' "flows expired" "$B/tapproof" check expected/demon/seed.yaml
plan
