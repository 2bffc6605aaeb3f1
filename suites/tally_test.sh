#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Tests of suites/tally, which all the others are run by. Prints TAP.

cd "$(dirname "$0")/.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
count=0
export scratch
unset REQUIRE_LIVE

# ok NAME: by the status of the command before it
ok() {
    [ $? -eq 0 ] && verdict=ok || verdict='not ok'
    count=$((count + 1))
    echo "$verdict $count - $1"
    [ "$verdict" = ok ] || sed 's/^/# /' "$scratch/out"
}

# tally ARGUMENTS: its status is compared with $1, its last line with $2.
tally() {
    wanted=$1 last=$2
    shift 2
    suites/tally "$@" > "$scratch/out" 2>&1
    [ $? -eq "$wanted" ] && [ "$(tail -n 1 "$scratch/out")" = "$last" ]
}

says() {
    grep -q "$1" "$scratch/out"
}

good='echo 1..1; echo ok 1 - good'
bad='echo 1..1; echo not ok 1 - bad; echo "# the reason"; exit 1'
skip='echo 1..1; echo "ok 1 - skipped # SKIP no machine"'
wait_for() { echo "until [ -e $scratch/$1 ]; do sleep 0.02; done"; }

tally 0 '2 passed, 0 failed, 1 skipped' "$good" "$skip" "$good" && says '# SKIP no machine'
ok "passed and skipped are counted, what is skipped is shown"
tally 1 '1 passed, 1 failed, 0 skipped' "$good" "$bad" && says '^    not ok 1 - bad' && says '# the reason'
ok "a failure is shown with its reason"
tally 1 '0 passed, 0 failed, 1 skipped' "$skip"
ok "nothing passed is no success"
tally 0 '1 passed, 0 failed, 1 skipped' 'echo "1..0 # SKIP no machine"; echo 1..1; echo ok 1 - good'
ok "one suite of several skipped"
REQUIRE_LIVE=1 tally 1 '1 passed, 1 failed, 1 skipped' "$good" "$skip" && says 'skipped under REQUIRE_LIVE=1' && says 'no machine'
ok "with REQUIRE_LIVE=1 a skipped test is a failure"
REQUIRE_LIVE=1 tally 1 '1 passed, 1 failed, 1 skipped' "$good" 'echo "1..0 # SKIP no machine"'
ok "with REQUIRE_LIVE=1 a skipped suite is a failure"
REQUIRE_LIVE=1 tally 0 '1 passed, 0 failed, 1 skipped' "$good" 'echo 1..1; echo "ok 1 # SKIP clang-format 14 is not installed"'
ok "with REQUIRE_LIVE=1 what no machine can be asked for is skipped"
tally 1 '1 passed, 1 failed, 0 skipped' "$good; kill -9 \$\$" && says 'ended with status'
ok "a crash is a failure"
tally 1 '1 passed, 1 failed, 0 skipped' 'echo 1..2; echo ok 1 - good' && says 'planned 2 tests, ran 1'
ok "another number of tests than planned is a failure"
tally 1 '0 passed, 1 failed, 0 skipped' 'echo hello' && says 'printed no plan'
ok "no plan is a failure"
tally 1 '0 passed, 1 failed, 0 skipped' --timeout 1 'exec sleep 1000' && says 'did not end within 1 s'
ok "a program that does not end is ended"

# Each waits for the other: one after another they would never end. The second
# one ends first.
tally 0 '2 passed, 0 failed, 0 skipped' -j 2 --log "$scratch/log" --timeout 60 \
    "touch $scratch/a; $(wait_for b); while kill -0 \$(cat $scratch/b); do sleep 0.02; done 2> /dev/null
        echo 1..1; echo ok 1 - first" \
    "$(wait_for a); echo 1..1; echo ok 1 - second; echo \$\$ > $scratch/c; mv $scratch/c $scratch/b" &&
    [ "$(sed -n 's/^ok 1 - //p' "$scratch/log" | tr '\n' ' ')" = 'first second ' ]
ok "programs run side by side, and are told in order"
tally 0 '3 passed, 0 failed, 0 skipped' -j 3 "touch $scratch/c; $good; rm $scratch/c" \
    --alone "mkdir $scratch/d && [ ! -e $scratch/c ] && $good; rmdir $scratch/d" "mkdir $scratch/d && $good"
ok "after the others, one by one"

# A signal to the tally ends what it runs, and what that has started; a process
# that has ended is there until somebody reaps it.
gone() {
    for _ in $(seq 500); do
        kill -0 "$1" 2> /dev/null || return 0
        sleep 0.02
    done
    return 1
}
suites/tally -j 2 "echo \$\$ > $scratch/pid; sleep 1000 & wait" "touch $scratch/e; exec sleep 1000" > "$scratch/out" 2>&1 &
tally=$!
until [ -s "$scratch/pid" ] && [ -e "$scratch/e" ]; do kill -0 $tally || break; sleep 0.02; done
kill -TERM $tally
wait $tally
[ $? -eq 143 ] && gone "$(cat "$scratch/pid")"
ok "a signal ends everything"
echo "1..$count"
