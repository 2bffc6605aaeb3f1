#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The tap fabric: taps of one protocol, tagged ones, two capture hosts, copies.

. suites/live/tap.sh
conforms taps expected/fabric/taps.yaml flow_state delivery mirror isolation

install half-tap
deviates "a tap of everything mirrors IPv4 alone" expected/fabric/taps.yaml \
    state/f2/1 traffic/h21/mirrored/c2
suite_fails "half a tap" mirror expected/fabric/taps.yaml 'broadcast, vlan, arp' \
    traffic/h21/mirrored/c2
plan
