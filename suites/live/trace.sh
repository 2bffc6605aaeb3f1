#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What `path` says of random tables, groups and frames of OpenFlow 1.3 is what Open vSwitch does,
# by its ofproto/trace (trace.py). 3,000 pairs, of a new seed each time; by hand
#
#   SEED=17 TRACE_PAIRS=100000 suites/live_test.sh trace
#
# An answer may be open, but not too often: DECIDED per cent at least are not.

. suites/live/tap.sh
DECIDED=70
seed=${SEED:-$(date +%s)} pairs=${TRACE_PAIRS:-3000}
# The groups say how a bucket is chosen, which OpenFlow 1.3 cannot.
ovs-vsctl set bridge s1 protocols=OpenFlow13,OpenFlow15
topologies/lab exec e ip link set e-eth0 down
no_link() {
    ovs-ofctl -O OpenFlow13 show s1 | grep -q 'state: *LINK_DOWN'
}
wait_until no_link || exit 1

run 0 python3 suites/live/trace.py "$pairs" "$seed"
wrong=$?
grep '^# seed' "$scratch/out"
report "seed $seed: $pairs frames in random tables do what ofproto/trace says" $wrong
share=$(sed -n 's/^# seed.* \([0-9]*\) % decided.*/\1/p' "$scratch/out")
[ "${share:-0}" -ge $DECIDED ]
report "of $DECIDED % at least it is known what they do" $?
plan
