#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Faults that come and go while checks go on: no verdict is wrong, and nothing grows.
#
#   EXPECTED   of the network that is right
#   CHECKS     how many
#   SEED       which

B=${B:-build}
TAPPROOF=$(cd "$B" && pwd)/tapproof
export TAPPROOF
"$B/faults" soak "${EXPECTED:-expected/demon/simulated.yaml}" --checks "${CHECKS:-20}" --seed "${SEED:-1}"
