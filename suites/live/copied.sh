#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Frames that the network multiplies: no more are in flight than a port carries.

. suites/live/tap.sh
conforms "32 copies of each frame" "$NETWORKS/copied-x.yaml" flow_state mirror
ovs-ofctl -O OpenFlow10 mod-flows s3 'in_port=1 actions=output:2'
forget_cached
expect_says 1 '16 times instead of 32' "half of them are missing" \
    "$B/tapproof" check --only traffic "$NETWORKS/copied-x.yaml"
plan
