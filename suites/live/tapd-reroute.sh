#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Links, ports and switches of the tap fabric fail and come back (reroute.py).
#
#   ROUNDS   how many; 500 by hand
#   SEED     which

WORK=$(mktemp -d) || exit 1
trap 'rm -rf "$WORK"' EXIT
export WORK
/usr/bin/python3 suites/live/reroute.py "${ROUNDS:-6}" "${SEED:-1}" ||
    { echo "not ok - reroute.py ended with an error"; tail -n 20 "$WORK/tapd.log" | sed 's/^/# /'; }
