#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The patch panel: 64 hosts, and two patches crossed.

. suites/live/tap.sh
conforms patched expected/patch-panel/patched.yaml flow_state delivery isolation

# Patches 1 and 2 end at each other's far ends.
install crossed
deviates "two patches crossed" expected/patch-panel/patched.yaml \
    state/s2/15 state/s2/30 state/s2/39 state/s2/46 \
    traffic/h1/delivered/h47 traffic/h1/isolated/all \
    traffic/h47/delivered/h1 traffic/h47/isolated/all \
    traffic/h2/delivered/h62 traffic/h2/isolated/all \
    traffic/h62/delivered/h2 traffic/h62/isolated/all
plan
