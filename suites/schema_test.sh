#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The schemas of the files and reports (TAP): the files of this tree and the examples of the manual pages are as they say, what
# the programs refuse they refuse, too, and the reports of saved states are as theirs say.
cd "$(dirname "$0")/.." || exit 1
. suites/live/tap.sh

# as_json FILE...: each as DIRECTORY/N.json, as an editor sees it: dates are texts, and so are keys.
cat > "$scratch/as_json.py" <<'END'
import json, sys, yaml
class Loader(yaml.SafeLoader):
    pass
Loader.yaml_implicit_resolvers = {first: [(tag, regexp) for tag, regexp in found if "timestamp" not in tag]
                                  for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()}
def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
for number, path in enumerate(sys.argv[2:]):
    with open(path, encoding="utf-8") as stream, open(f"{sys.argv[1]}/{number}.json", "w", encoding="utf-8") as out:
        json.dump(plain(yaml.load(stream, Loader)), out)
END

# judge NAME [-] KIND FILE [KIND FILE...]: all at once.
judge() {
    name=$1 flag=
    shift
    [ "$1" != - ] || { flag=-; shift; }
    rm -rf "$scratch/json" && mkdir "$scratch/json"
    kinds= files=
    while [ $# -gt 0 ]; do kinds="$kinds $1" files="$files $2"; shift 2; done
    # shellcheck disable=SC2086
    python3 "$scratch/as_json.py" "$scratch/json" $files || return
    set -- $flag
    number=0
    for kind in $kinds; do set -- "$@" "$kind" "$scratch/json/$number.json"; number=$((number + 1)); done
    run 0 perl suites/schema.pl "$@"
    status=$?
    if [ "$got" -eq 77 ]; then cannot_run "$name" "JSON::Validator is not installed"; else report "$name" "$status"; fi
}

set --
for file in topologies/*.yaml; do set -- "$@" topology "$file"; done
for file in expected/*/*.yaml; do set -- "$@" expectation "$file"; done
for file in topologies/policies/*/*.yaml; do set -- "$@" policy "$file"; done
for page in tapproof-topology tapproof-expectation tapproof-lab tapd-policy; do
    sed -n '/^```yaml/,/^```/p' "docs/man/$page.5.md" | grep -v '^```' > "$scratch/${page#*-}.yaml"
    set -- "$@" "${page#*-}" "$scratch/${page#*-}.yaml"
done
judge "all files of the tree, and the examples of the pages, are as the schemas say" "$@"

# Reports of a state that was saved. What one has, its schema knows: keys that it does not are found below.
python3 - "$scratch/state.yaml" << 'END'
import sys
flows = {"s1": {1: "2,6", 2: "1", 3: "4", 4: "3"}, "s2": {1: "2", 2: "1,7"}, "s3": {port: "11" for port in range(1, 11)}}
with open(sys.argv[1], "w") as out:
    print("tapproof-state: 1\nswitches:", file=out)
    for dpid, (name, entries) in enumerate(flows.items(), 1):
        ports = "".join(f"      - {{number: {port}}}\n" for port in range(1, 12))
        lines = ", ".join('{text: "in_port=%d actions=%s"}' % (port, ",".join("output:" + way for way in ways.split(",")))
                          for port, ways in entries.items())
        print(f"  - name: {name}\n    dpid: {dpid}\n    ports:\n{ports}    flows: [{lines}]", file=out)
END
sed 's/output:2,output:6/output:2/' "$scratch/state.yaml" > "$scratch/broken.yaml"
state=$scratch/state.yaml x=expected/demon/simulated.yaml
printf 's1:\n  delete in_port=1\n' > "$scratch/change"
"$B/tapproof" check $x --state "$scratch/broken.yaml" --json "$scratch/check.json" > /dev/null
"$B/tapproof" prove $x --state "$scratch/broken.yaml" --json "$scratch/prove.json" > /dev/null
"$B/tapproof" plan $x --state "$state" --change "$scratch/change" --json "$scratch/plan.json" > /dev/null
"$B/tapproof" mutate $x --state "$state" --limit 5 --json "$scratch/mutate.json" > /dev/null
"$B/tapproof" explain $x s1:1 --state "$state" --json "$scratch/explain.json" > /dev/null
"$B/tapproof" explain $x s1:1 tcp --state "$state" --json "$scratch/explain2.json" > /dev/null
"$B/tapproof" diff "$state" "$scratch/broken.yaml" --json "$scratch/diff.json" > /dev/null
judge "reports are as the schemas say" report "$scratch/check.json" report "$scratch/prove.json" report "$scratch/plan.json" \
    mutate "$scratch/mutate.json" explain "$scratch/explain.json" explain "$scratch/explain2.json" diff "$scratch/diff.json" \
    state "$state"

# wrong KIND SED: a good file with a mistake; the program refuses it, too.
good_topology=topologies/demon.yaml good_expectation=$x good_policy=topologies/policies/demon/simulated.yaml
mkdir -p "$scratch/a/b/c"
cp topologies/*.yaml "$scratch/a"
wrongs= n=0
wrong() {
    n=$((n + 1))
    eval "good=\$good_$1"
    at=$scratch/a/b/c/$n.yaml
    sed "s|^topology: .*|topology: ../../demon.yaml|; $2" "$good" > "$at"
    wrongs="$wrongs $1 $at"
    case $1 in
    topology) set -- "$B/tapproof" flows "$at" ;;
    expectation) set -- "$B/tapproof" check "$at" --list ;;
    policy) set -- "$B/tapd" --print "$at" ;;
    esac
    "$@" > "$scratch/said" 2>&1 < /dev/null
    [ $? -eq 2 ] || { echo "$at is not refused by $*"; cat "$scratch/said"; } >> "$scratch/taken"
}
: > "$scratch/taken"
wrong topology 's/^name:.*/name: a b/'
wrong topology 's/dpid: 1}/dpid: one}/'
wrong topology 's/dpid: 1}/dpid: 1, colour: red}/'
wrong topology 's/^links:/cables:/'
wrong topology 's/role: capture/role: sniffer/'
wrong topology 's/mac: "00:00:00:00:00:01"/mac: "01:00:00:00:00:01"/'
wrong topology 's/port: "s1:1"/port: "s1"/'
wrong expectation 's/^ports:/port:/'
wrong expectation 's/output: \[2, 6\]/outputs: [2, 6]/'
wrong expectation 's/output: \[2, 6\]/output: [two]/'
wrong expectation 's/{output: \[2, 6\]}/true/'
wrong expectation 's/{output: \[2, 6\]}/{output: 2, actions: "output:2"}/'
wrong expectation 's/{from: h1, delivered/{delivered/'
wrong expectation 's/{from: h1, delivered: \[h2\], mirrored: \[h11\]}/{from: h1}/'
wrong expectation '$a tables: exact'
wrong expectation '$a expires: soon'
wrong expectation '$a known: [{id: state/s1/2, reason: later, until: soon}]'
wrong expectation '$a ignore: [{switch: s1}]'
wrong policy 's/^pairs:/pair:/'
wrong policy 's/name: h1, source: h1/name: h1/'
wrong policy 's/uplink: "s1:6"/tag: 5000/'
wrong policy '$a cookie: 0'
[ ! -s "$scratch/taken" ]
cp "$scratch/taken" "$scratch/out"
report "$n wrong files are refused by the programs" $?
# shellcheck disable=SC2086
judge "and by the schemas" - $wrongs
plan
