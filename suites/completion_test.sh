#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Completion of bash (TAP): what is offered behind the beginning of a line. Readline splits words at ':' and '=', too, and
# puts the answer behind the last of those; bash-completion is not needed.
cd "$(dirname "$0")/.." || exit 1
. suites/live/tap.sh
PATH=$PWD/topologies:$PATH
. tools/completion.bash
x=expected/demon/simulated.yaml
export TAPPROOF_TOPOLOGY=topologies/demon.yaml

# offered LINE: the words that are offered at its end.
offered() {
    local function
    function=$(complete -p "${1%% *}" | sed 's/.*-F \([^ ]*\).*/\1/')
    COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDBREAKS=$' \t\n"\'><=;|&(:' COMPREPLY=()
    "$function"
    printf '%s\n' "${COMPREPLY[@]}" | sort
}

# offers LINE WORD...: all these words, and perhaps others.
offers() {
    local line=$1
    shift
    offered "$line" > "$scratch/out"
    printf '%s\n' "$@" | sort | comm -23 - "$scratch/out" > "$scratch/missing"
    [ ! -s "$scratch/missing" ]
    report "'$line' goes on with $*" $?
}

# only LINE [WORD...]: these words alone.
only() {
    local line=$1
    shift
    offered "$line" > "$scratch/out"
    printf '%s\n' "$@" | sort | diff - "$scratch/out" > "$scratch/diff" || { cat "$scratch/diff" >> "$scratch/out"; false; }
    report "'$line' goes on with ${*:-nothing}, and nothing else" $?
}

offers 'tapproof ' check diff explain flows learn mutate plan prove station help --version
only 'tapproof che' check
only 'tapproof help exp' explain expectation
only 'tapproof help po' policy
only 'tapproof check --pac' --packet-out
offers 'tapproof check -' -k --list --tap -l --lab --help
only 'tapproof check --only ' state traffic
only 'tapproof check --color=al' always
only "tapproof check expected/demon/sim" $x
only "tapproof check $x -k state/s3/1" state/s3/1 state/s3/10 state/s3/11
only "tapproof check $x -k traffic/h1/del" traffic/h1/delivered/h2
only "tapproof check -k traffic/h1/del" ''
only "tapproof check $x --json sui" suites
offers "tapproof explain $x " h1 h11 s1 s1:1
only "tapproof explain $x s3:1" 1 10 11
only "tapproof flows topologies/dem" topologies/demon topologies/demon.yaml
only 'lab ' run shell exec flows policy
only 'lab run topologies/demon.yaml --flows sim' simulated
only 'lab run --pol' --policy
only 'lab flows sim' simulated
only 'lab exec h1' h1 h10 h11
only 'tapd --own' --own-tables
offers 'tapd topologies/policies/demon/' topologies/policies/demon/simulated.yaml
only 'tapctl ex' extend
only 'tapctl add --source h1' h1 h10 h11
only 'tapping h1' h1 h10 h11
only 'tapping --mirrored h3,h11' h3,h11
only 'tapsniff a' all
only 'tapping --type ar' arp

plan
