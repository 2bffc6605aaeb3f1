#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The patch panel: 64 hosts, and two patches crossed.

. suites/live/tap.sh
conforms patched expected/patch-panel/patched.yaml
plan
