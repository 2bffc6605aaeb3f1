#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The tap fabric: taps of one protocol, tagged ones, two capture hosts, copies.

. suites/live/tap.sh
conforms taps expected/fabric/taps.yaml
plan
