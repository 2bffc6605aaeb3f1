#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A random network (suites/random_network.c) against what is learned of it: its
# frames go where its tables say, for every kind of match and rewrite; and when
# an entry is changed, check says so if and only if packets are treated otherwise.
#
#   RANDOM_NETWORK=DIR suites/live/random.sh

. suites/live/tap.sh
tapproof=$B/tapproof
topology=$RANDOM_NETWORK/net.yaml learned=$scratch/learned.yaml saved=$scratch/saved.yaml
network=$(basename "$RANDOM_NETWORK")

expect 0 "network $network is saved" "$tapproof" flows "$topology" --save "$saved"
expect 0 "network $network is learned" "$tapproof" learn "$topology" -o "$learned"
expect 0 "network $network: tables and frames conform" "$tapproof" check "$learned"

change() {
    ovs-ofctl -O OpenFlow10 --strict mod-flows "$1" "$2" && forget_cached
}

# One entry of each switch in turn does nothing any more, and then what it did again.
for flows in "$RANDOM_NETWORK"/net/random/*.flows; do
    switch=$(basename "$flows" .flows)
    sum=$(cksum < "$flows")
    line=$(sed -n "$((${sum%% *} % $(wc -l < "$flows") + 1))p" "$flows")
    change "$switch" "${line%% actions=*} actions=drop"
    # LOCAL and ports that are not there are no part of the expectation.
    "$tapproof" diff "$saved" "$topology" 2>&1 | grep -q '^s[0-9]* \(any port\|ports* [0-9]\)'
    expect $((! $?)) "network $network: $switch without ${line%% actions=*} is the same or not" \
        "$tapproof" check --only state "$learned"
    if grep -q '^traffic:' "$learned"; then
        "$tapproof" prove "$learned" > "$scratch/proof" 2>&1
        proof=$?
        "$tapproof" check --only traffic "$learned" > "$scratch/out" 2>&1
        frames=$?
        cat "$scratch/proof" >> "$scratch/out"
        [ $frames -eq $proof ]
        report "network $network: then its frames do what is proved of them ($proof)" $?
    fi
    change "$switch" "$line"
done
expect 0 "network $network conforms again" "$tapproof" check "$learned"
plan
