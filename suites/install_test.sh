#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What is installed runs from where it is installed (TAP), is all that is said to be, and goes again.
cd "$(dirname "$0")/.." || exit 1
. suites/live/tap.sh
dest=$scratch/dest
usr=$dest/opt/tapproof
build() {
    env -u MAKEFLAGS -u MFLAGS make --no-print-directory B="$B" DESTDIR="$dest" PREFIX=/opt/tapproof "$@"
}

expect 0 "make install" build install
for file in bin/tapproof bin/lab share/man/man5/tapd-policy.5 share/man/man8/tapd.8 share/tapproof/schema/topology.json \
    share/tapproof/expected/demon/simulated.yaml share/bash-completion/completions/tapctl share/doc/tapproof/README.md; do
    [ -e "$usr/$file" ] || echo "not installed: $file"
done > "$scratch/out"
find "$usr" ! -type l -perm /022 >> "$scratch/out"
find "$usr" -name '*_test*' -o -name '*.pyc' -o -name faults >> "$scratch/out"
[ ! -s "$scratch/out" ]
report "programs, pages, schemas, completion, examples and texts, and nothing else" $?

# From elsewhere, without this tree in PATH: tapd programs the network, and the programs find each other.
inside=$(cat << 'END'
for program in tapproof tapd lab; do command -v $program; done
exec tapproof check "$1/share/tapproof/expected/demon/simulated.yaml" --only state -q
END
)
cd / || exit 1
env -u B PATH=/usr/local/bin:/usr/bin:/bin "$usr/bin/lab" run "$usr/share/tapproof/topologies/demon.yaml" \
    --policy "$usr/share/tapproof/topologies/policies/demon/simulated.yaml" -- sh -c "$inside" sh "$usr" > "$scratch/out" 2>&1
status=$?
cd - > /dev/null || exit 1
if [ "$status" -eq 3 ] && grep -q 'cannot make namespaces\|missing: ' "$scratch/out"; then
    cannot_run "the installed lab and programs" "$(grep -m 1 'cannot make namespaces\|missing: ' "$scratch/out")"
else
    [ "$status" -eq 0 ] && [ "$(grep -c "^$usr/bin/" "$scratch/out")" -eq 3 ] && grep -q '^PASS' "$scratch/out"
    report "the installed lab and programs run from there" $?
fi

: > "$usr/share/tapproof/mine"
expect 0 "make uninstall" build uninstall
find "$usr" ! -type d > "$scratch/out"
[ "$(cat "$scratch/out")" = "$usr/share/tapproof/mine" ]
report "leaves what is not its own, and nothing else" $?
plan
