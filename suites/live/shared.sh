#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Sixty tapped hosts behind one uplink: no probe is lost because all are sent
# at once. Runs in the lab of shared.yaml (suites/live/networks.sh).

. suites/live/tap.sh
for _ in 1 2 3; do
    expect 0 "60 hosts share an uplink" "$B/tapproof" check "$NETWORKS/shared-x.yaml"
done
plan
