#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Mistakes that an expectation would notice, and those that it would not: the
# lines that are proposed make the difference.

. suites/live/tap.sh
simulated=expected/demon/simulated.yaml
tapproof=$B/tapproof
saved=$scratch/saved.yaml
work=$scratch/expected/demon
mkdir -p "$work" "$scratch/topologies"
cp topologies/demon.yaml "$scratch/topologies/"
ofctl() { ovs-ofctl -O OpenFlow10 "$@"; }
mutate() { "$tapproof" mutate "$@" --state "$saved"; }

expect 0 "a state is saved" "$tapproof" flows topologies/demon.yaml --save "$saved"
expect_says 0 '^MUTATE: 100.0 % noticed' "ports: notice everything, live" "$tapproof" mutate "$simulated"
expect_says 0 '^MUTATE: 100.0 % noticed' "and by a saved state" mutate "$simulated"

# Claims alone do not see which way a frame goes, nor ports where no frame of
# a host comes.
sed '/^ports:/,/^traffic:/{/^traffic:/!d;}' "$simulated" > "$work/traffic.yaml"
unnoticed='^UNNOTICED  mutate/s1/in_port=1/output-moved/6/7'
expect_says 0 "$unnoticed" "traffic: does not see another uplink" mutate "$work/traffic.yaml"
expect 1 "--min-score" mutate "$work/traffic.yaml" --min-score 99.5
mutate "$work/traffic.yaml" | sed -n '/^ports:/,/^$/p' >> "$work/traffic.yaml"
expect_says 0 '^MUTATE: 100.0 % noticed' "with the lines that are proposed it does" \
    mutate "$work/traffic.yaml" --min-score 100
expect 0 "and the network conforms to them" "$tapproof" check --only state "$work/traffic.yaml"

# One line missing.
sed '/^  s1:/,/^  s2:/{/^    1:/d;}; /^traffic:/,$d; 1a unlisted: any' "$simulated" > "$work/any.yaml"
expect_says 0 '^      add     ports: {s1: {1: {output: \[2, 6\]}}}' "unlisted: any, and a line for it" \
    mutate "$work/any.yaml" -k mutate/s1/in_port=1/output
mutate "$work/any.yaml" --json - > "$scratch/any.json"
line=$(sed -n 's/.*"add": "ports: {s1: {\(1: {output: \[2, 6\]}\)}}".*/    \1/p' "$scratch/any.json" | head -n 1)
sed "/^  s1:/a\\
$line" "$work/any.yaml" > "$work/whole.yaml"
expect 0 "with that line all of this entry" mutate "$work/whole.yaml" -k mutate/s1/in_port=1/ --min-score 100

# What is ignored is not noticed.
{ cat "$simulated"; echo 'ignore:'
  echo '  - {switch: s1, match: "in_port=3", reason: a test}'; } > "$work/ignored.yaml"
sed -i 's/^    3: .*/    3: drop/; s/^    3-4: .*//' "$work/ignored.yaml"
expect_says 1 '^      ignored .*ignored.yaml:[0-9]*:' "ignore: is told, with its place" \
    mutate "$work/ignored.yaml" -k mutate/s1/in_port=3/timeout --min-score 100

expect_says 0 '[0-9] not tried (--limit)' "a sample says what it left out" \
    mutate "$simulated" --limit 20 --seed 7
expect 0 "JSON" sh -c "'$tapproof' mutate '$simulated' --state '$saved' --json - |
    /usr/bin/python3 -c 'import json, sys; r = json.load(sys.stdin); assert r[\"score\"] == 100'"
expect 2 "nothing is selected" mutate "$simulated" -k nonsense

# Of a network that is wrong, or was not read, there is no score.
ofctl mod-flows tcp:127.0.0.1:6634 'in_port=2 actions=output:1,output:6'
expect_says 3 'does not conform: no score' "a wrong network" "$tapproof" mutate "$simulated"
sed 's/tcp:127.0.0.1:6635/tcp:127.0.0.1:1/' "$TAPPROOF_LAB" > "$scratch/lab.yaml"
install simulated
expect_says 3 'could not be judged: no score' "a switch that is silent" \
    "$tapproof" mutate "$simulated" --lab "$scratch/lab.yaml"
plan
