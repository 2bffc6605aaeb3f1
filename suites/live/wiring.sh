#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Cables that lie elsewhere than the topology says, though every frame arrives: the lab is the
# reference network, and the topology that is checked has other cables.

. suites/live/tap.sh
simulated=expected/demon/simulated.yaml
tool=$B/tapproof

# relaid NAME SED...: an expectation of a network with other cables.
relaid() {
    sed "$2" topologies/demon.yaml > "$scratch/$1-net.yaml"
    sed "s|^topology:.*|topology: $1-net.yaml|" "$simulated" > "$scratch/$1.yaml"
}

relaid idle 's/"s3:1"/"s3:x"/; s/"s3:2"/"s3:1"/; s/"s3:x"/"s3:2"/'
relaid busy 's/"s3:1"/"s3:x"/; s/"s3:7"/"s3:1"/; s/"s3:x"/"s3:7"/'

expect_says 0 '^PASS  wiring/s2:7 - s3:7' "cables that frames crossed are told" \
    "$tool" check -v "$simulated"
deviates "one that carries nothing is exchanged with one that does" "$scratch/idle.yaml" \
    'wiring/s1:6' 'wiring/s1:7'
expect_says 1 's1:6 is cabled to s3:1, not to s3:2' "it says where the frames came" \
    "$tool" check "$scratch/idle.yaml"
deviates "two that carry as much are exchanged" "$scratch/busy.yaml" 'wiring/s1:6' 'wiring/s2:7'
expect 1 "selected by -k" "$tool" check -k 'wiring/s1:6' "$scratch/busy.yaml"
sed -e 's/"s3:3"/"s3:x"/; s/"s3:8"/"s3:3"/; s/"s3:x"/"s3:8"/' topologies/demon.yaml > "$scratch/far-net.yaml"
sed 's|^topology:.*|topology: far-net.yaml|' "$simulated" > "$scratch/far.yaml"
expect 0 "two that carry nothing are not told" "$tool" check "$scratch/far.yaml"
expect_says 1 's1:8 is cabled to s3:3, not to s3:8' "unless switches send" \
    "$tool" check --packet-out "$scratch/far.yaml"
expect_says 0 'cables told 21/21' "switches send over all cables" "$tool" check --packet-out "$simulated"
expect_says 3 'not s1:7 - s3:2.*(no frame is known to have crossed it)' "one that nothing tells is listed" \
    "$tool" check -k 'wiring/s1:7' "$simulated"
plan
