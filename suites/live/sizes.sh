#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Hosts and cables that take frames of more than 1,514 bytes, and one that does not. Runs in the lab
# of line.yaml (suites/live/networks.sh, whose directory is $NETWORKS).

. suites/live/tap.sh
expected=$NETWORKS/line-sizes-x.yaml
cat > "$expected" << EOF
topology: line.yaml
ports:
  s1: {1: {output: [2, 3]}, 2: {output: [1]}, 3: drop}
  s2: {1: {output: [2]}, 2: drop}
traffic:
  - {from: a, delivered: [b], mirrored: [cap]}
  - {from: b, delivered: [a], isolated: [cap]}
EOF

# host MTU NAME: both ends of its cable.
host() {
    topologies/lab exec "$2" ip link set dev "$2-eth0" mtu "$1" && ip link set dev "$3" mtu "$1"
}

host 9000 a s1-eth1
host 9000 b s1-eth2
host 9000 cap s2-eth2
ip link set dev s1-eth3 mtu 9000
ip link set dev s2-eth1 mtu 9000
expect 0 "frames of 9,014 bytes arrive" "$B/tapproof" check "$expected"

ip link set dev s1-eth3 mtu 4000
expect_says 1 'FAIL  traffic/a/mirrored/cap' "a cable that takes no more than 4,000 bytes" \
    "$B/tapproof" check "$expected"

ip link set dev s1-eth3 mtu 1500
topologies/lab exec cap ip link set dev cap-eth0 mtu 1500
expect 0 "a capture host takes no more: nothing longer is sent there" "$B/tapproof" check "$expected"
plan
