#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Cables that carry as many frames each, in a line of three switches, and lie elsewhere than the
# topology says, though every frame arrives.

. suites/live/tap.sh
expected=$NETWORKS/chain-x.yaml
tool=$B/tapproof

# relaid NAME END END: an expectation of a network in which these ends of cables are exchanged.
relaid() {
    sed "s/\"$2\"/\"X\"/; s/\"$3\"/\"$2\"/; s/\"X\"/\"$3\"/" "$NETWORKS/chain.yaml" > "$scratch/$1-net.yaml"
    sed "s|^topology:.*|topology: $1-net.yaml|" "$expected" > "$scratch/$1.yaml"
}
relaid turned s2:1 s2:2
relaid near s2:3 s2:4
relaid far s3:3 s3:4

expect_says 0 'cables told 5/9.*(it counts as another cable does)' "what one host's frames cross alike is not told" \
    "$tool" check "$expected"
expect_says 0 'cables told 9/9' "unless switches send" "$tool" check --packet-out "$expected"
deviates "the switch between is turned round" "$scratch/turned.yaml" 'wiring/s1:2' 'wiring/s2:1'
expect_says 1 's1:2 is cabled to s2:1, not to s2:2' "it says where the frames came" \
    "$tool" check "$scratch/turned.yaml"
expect 0 "two that one host's frames cross alike are exchanged" "$tool" check "$scratch/near.yaml"
expect_says 1 's1:3 is cabled to s2:3, not to s2:4' "which switches tell" \
    "$tool" check --packet-out "$scratch/near.yaml"
expect_says 1 's2:5 is cabled to s3:3, not to s3:4' "also of those that their frames go on over" \
    "$tool" check --packet-out "$scratch/far.yaml"
plan
