#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The live suites (TAP): each runs in a lab of its own, made by topologies/lab,
# and is skipped as a whole, with the reason, where the machine refuses the
# namespaces or misses the packages; anything else that keeps a lab from
# coming up is a failure. With REQUIRE_LIVE=1, as in CI, a refusal is one too.
#
#   suites/live_test.sh [SUITE]      one of them, or all
#   suites/live_test.sh --list       their names
cd "$(dirname "$0")/.." || exit 1
wanted=$1
out=$(mktemp) || exit 1
NETWORKS=$(mktemp -d) || exit 1
export NETWORKS
trap 'rm -rf "$out" "$NETWORKS"' EXIT
trap 'exit 130' HUP INT TERM
suites/live/networks.sh "$NETWORKS"

# lab TOPOLOGY STATE SCRIPT [OPTION...]: the script's TAP, renumbered by the tally.
# STATE is a policy, for tapd, or a state of flow files, or -; the options are
# those of topologies/lab.
lab() {
    topology=$1 state=$2 script=$3
    shift 3
    case $wanted in
    --list) echo "$script"; return ;;
    '' | "$script") ;;
    *) return ;;
    esac
    case $state in
    *.yaml) set -- --policy "$state" "$@" ;;
    -) ;;
    *) set -- --flows "$state" "$@" ;;
    esac
    topologies/lab run "$topology.yaml" "$@" -- sh "suites/live/$script.sh" > "$out" 2>&1
    status=$?
    if [ "$status" -eq 3 ] && [ "${REQUIRE_LIVE:-0}" != 1 ] && ! grep -q '^ok\|^not ok' "$out" &&
        reason=$(grep -m 1 'cannot make namespaces\|missing: ' "$out"); then
        echo "1..0 # SKIP $script: $reason"
        return
    fi
    cat "$out"
    grep -q '^1\.\.' "$out" || printf 'not ok - %s ended early with status %d\n1..1\n' "$script" "$status"
}

lab topologies/demon topologies/policies/demon/simulated.yaml demon
lab topologies/demon simulated inputs
lab topologies/demon simulated states
lab topologies/demon simulated reports
lab topologies/demon simulated prove
lab topologies/demon simulated wiring
lab topologies/demon simulated plan
lab topologies/demon simulated mutate
lab topologies/demon simulated soak
lab topologies/demon simulated soak-faults
lab topologies/demon simulated tools
lab topologies/demon - confined
lab topologies/demon simulated setcap
lab topologies/patch-panel topologies/policies/patch-panel/patched.yaml patch-panel
lab topologies/fabric topologies/policies/fabric/taps.yaml fabric
lab topologies/broker taps broker
lab "$NETWORKS/line" tapped whole-match
lab "$NETWORKS/line" tapped of13
lab "$NETWORKS/five" - trace
lab "$NETWORKS/line" tapped sizes
lab "$NETWORKS/cable" tapped cable
lab "$NETWORKS/copied" tapped copied
lab "$NETWORKS/chain" tapped chain
lab "$NETWORKS/ring" tapped ring
lab "$NETWORKS/hybrid" tapped hybrid
lab "$NETWORKS/hybrid" tapped calm
lab "$NETWORKS/three" plain harmless
lab "$NETWORKS/shared" "$NETWORKS/shared-policy.yaml" shared
lab topologies/demon - tapd
lab topologies/demon - tapctl
lab topologies/demon - tapd-faults
lab topologies/demon - tapd-dialled --controller tcp:127.0.0.1:6653
lab topologies/demon - tls --tls --controller ssl:127.0.0.1:6653
lab topologies/demon - version --controller tcp:127.0.0.1:6653
lab topologies/demon - tapd-holds --controller tcp:127.0.0.1:6653
lab "$NETWORKS/vlans" - osken-vlans --controller tcp:127.0.0.1:6653
lab topologies/demon - tapd-edits
lab topologies/fabric - tapd-reroute
lab topologies/demon - sflow
