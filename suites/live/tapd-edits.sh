#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Edits of a policy, chosen at random, while frames flow (edits.py).
#
#   EDITS    how many
#   SEED     which

WORK=$(mktemp -d) || exit 1
trap 'rm -rf "$WORK"' EXIT
export WORK
/usr/bin/python3 suites/live/edits.py "${EDITS:-200}" "${SEED:-1}" ||
    { echo "not ok - edits.py ended with an error"; tail -n 20 "$WORK/tapd.log" | sed 's/^/# /'; }
