#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `tapproof plan` against the switches: what it says of the network after a
# change is what `check` says when the change has been made.

. suites/live/tap.sh
simulated=expected/demon/simulated.yaml
tapproof=$B/tapproof
change=$scratch/change.txt

# make_change: the change file, made with ovs-ofctl, switch by switch; one with
# a section "replace" by replace-flows.
make_change() {
    for sw in s1 s2 s3; do
        sed -n "/^$sw:/,/^s[1-9]:/{/^s[1-9]:/d;p}" "$change" > "$scratch/$sw.mods"
        command=add-flows
        grep -q "^$sw: replace" "$change" && command=replace-flows
        if grep -q "^$sw:" "$change"; then
            ovs-ofctl -O OpenFlow10 $command "unix:/run/openvswitch/$sw.mgmt" "$scratch/$sw.mods" ||
                return 1
        fi
    done
}

# exercised JSON: what is said of the entries that probes exercise.
exercised() {
    sed -n '/"exercised"/,/]/{s/^ *//;s/,$//;p}' "$1"
}

# verdicts JSON: id and verdict of the results about tables, sorted.
verdicts() {
    sed -n 's/.*"id": *"\([^"]*\)".*"verdict": *"\([^"]*\)".*/\1 \2/p' "$1" | grep -v '^traffic' | sort
}

# predicts STATE NAME EXIT [ID...]: the plan ends with this status, and says of
# each port and of each claim what a check says afterwards; these break or become true.
predicts() {
    install "$1"
    name=$2 status=$3
    shift 3
    for id; do echo "$id"; done | sort > "$scratch/wanted"
    "$tapproof" flows --no-stats topologies/demon.yaml > "$scratch/tables"
    run "$status" "$tapproof" plan "$simulated" --change "$change" --json "$scratch/plan.json"
    report "$name: plan ends with $status" $?
    sed -n 's/^\(breaks\|becomes true\)  //p' "$scratch/out" | sort > "$scratch/got"
    diff "$scratch/wanted" "$scratch/got" > "$scratch/out"
    report "$name: breaks or becomes true: $*" $?
    "$tapproof" flows --no-stats topologies/demon.yaml | diff "$scratch/tables" - > "$scratch/out"
    report "$name: the plan changed nothing" $?
    make_change > "$scratch/out" 2>&1
    report "$name: the change is made" $?
    run "$status" "$tapproof" check --only state "$simulated" --json "$scratch/check.json"
    report "$name: check --only state ends with $status" $?
    verdicts "$scratch/plan.json" > "$scratch/got"
    verdicts "$scratch/check.json" | diff - "$scratch/got" > "$scratch/out" && [ -s "$scratch/got" ]
    report "$name: plan and check say the same of each port" $?
    "$tapproof" check --tap --json "$scratch/full.json" "$simulated" 2>&1 > "$scratch/tap"
    not_passed "$scratch/tap" > "$scratch/wanted"
    sed -n 's/.*"id": *"\([^"]*\)".*"verdict": *"\(fail\|inconclusive\)".*/\1/p' "$scratch/plan.json" |
        sort | diff "$scratch/wanted" - > "$scratch/out"
    report "$name: frames do what was planned" $?
    exercised "$scratch/plan.json" > "$scratch/got"
    exercised "$scratch/full.json" | diff - "$scratch/got" > "$scratch/out" && [ -s "$scratch/got" ]
    report "$name: plan and check exercise the same entries" $?
}

cat > "$change" << EOT
s1:
  modify in_port=1 actions=output:2          # the mirror of h1 ends
EOT
predicts simulated "a mirror removed" 1 state/s1/1 traffic/h1/mirrored/h11

cat > "$change" << EOT
s1:
  add priority=40000,tcp,in_port=3,tp_dst=80 actions=output:4,output:8
s2:
  delete out_port=7
EOT
predicts simulated "a leak for one port number, an entry deleted by its output" 1 \
    state/s1/3 state/s2/2 traffic/h3/isolated/h11 traffic/h7/delivered/h6 traffic/h7/mirrored/h11

cat > "$change" << EOT
s1:
  modify in_port=3 actions=output:4
EOT
predicts leak "a leak repaired" 0 state/s1/3 traffic/h3/isolated/h11

cat > "$change" << EOT
s1:
  modify_strict in_port=2 actions=output:1   # as it is
s2:
  add priority=5,tcp,in_port=1 actions=drop  # hidden
  delete in_port=77
s3:
  delete_strict priority=9,in_port=1         # there is none of this priority
EOT
predicts simulated "nothing that a packet would notice" 0

{ echo 's1: replace'; cat topologies/demon/leak/s1.flows; } > "$change"
predicts simulated "a whole new table" 1 state/s1/3 traffic/h3/isolated/h11

install leak
"$tapproof" flows --no-stats topologies/demon.yaml > "$scratch/leak.flows"
"$tapproof" flows --save "$scratch/leak.yaml" topologies/demon.yaml > /dev/null
install simulated
"$tapproof" flows --no-stats topologies/demon.yaml > "$scratch/simulated.flows"
plan_of() {
    "$tapproof" plan "$simulated" --change "$@"
}
expect_says 1 '^breaks  state/s1/3' "--replace takes what flows --no-stats prints" \
    plan_of "$scratch/leak.flows" --replace
expect_says 0 '0 to add, 0 to change, 0 to remove' "the tables as they are change nothing" \
    plan_of "$scratch/simulated.flows" --replace
expect_says 0 '^becomes true  state/s1/3' "a saved state, no switch" \
    env TAPPROOF_LAB=/dev/null "$tapproof" plan "$simulated" --change "$scratch/simulated.flows" \
    --replace --state "$scratch/leak.yaml"

echo 's1:
check_overlap,tcp actions=drop' > "$change"
expect_says 1 'refused .*change.txt:2:1: .*OFPFMFC_OVERLAP' "an overlap is refused" plan_of "$change"
expect_says 1 '^FAIL  change/s1/2' "what is refused fails" plan_of "$change"
printf 's1:\n  delete udp,in_port=1\n' > "$change"
expect_says 0 'change.txt:2: s1 has no entry that this deletes' "what deletes nothing is noted" \
    plan_of "$change"
printf 's1:\n  modify in_port=1 actions=output:2\n' > "$change"
expect_says 0 '^PASS' "-k selects" plan_of "$change" -k state/s2
expect_says 2 'nothing is selected' "-k that selects nothing" plan_of "$change" -k nonsense
echo 's1:
  modify in_prt=1 actions=output:2' > "$change"
expect_says 2 'change.txt:2:10: error: .*in_port' "a bad change, with its place" plan_of "$change"
expect_says 2 'no such file' "no change file" plan_of nowhere.txt
expect_says 2 'which change' "no --change" "$tapproof" plan "$simulated"
printf 's2:\n  delete in_port=1\n' > "$change"
sed 's/tcp:127.0.0.1:6635/tcp:127.0.0.1:1/' "$TAPPROOF_LAB" > "$scratch/lab.yaml"
expect_says 3 's2: not read: .*refused' "a switch that cannot be read" \
    plan_of "$change" --lab "$scratch/lab.yaml"
plan
