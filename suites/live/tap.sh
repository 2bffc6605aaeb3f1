# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the live tests, which run inside a lab (topologies/lab). A test is
# a function call that prints one TAP line; `plan` ends the script.

tests=0
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
B=${B:-build}
PATH=$(cd "$B" && pwd):$PATH # an exec: station starts the program that is tested
export PATH

# report NAME STATUS: the last command's output is in $scratch/out; of a long one its ends are shown.
report() {
    tests=$((tests + 1))
    if [ "$2" -eq 0 ]; then
        echo "ok $tests - $1"
    else
        echo "not ok $tests - $1"
        sed 's/^/# /' "$scratch/out" | awk '{ line[NR] = $0 }
            END { for (i = 1; i <= NR; i++) if (i <= 20 || i > NR - 40) print line[i] }'
    fi
}

# cannot_run NAME REASON: skipped, or failed where REQUIRE_LIVE=1 says that nothing may be.
cannot_run() {
    tests=$((tests + 1))
    if [ "${REQUIRE_LIVE:-0}" = 1 ]; then
        echo "not ok $tests - $1: $2"
    else
        echo "ok $tests - $1 # SKIP $2"
    fi
}

plan() {
    echo "1..$tests"
}

# run STATUS COMMAND...: whether it ends with this status.
run() {
    wanted=$1
    shift
    "$@" > "$scratch/out" 2>&1 < /dev/null
    got=$?
    [ "$got" -eq "$wanted" ] && return 0
    echo "exit status $got instead of $wanted: $*" >> "$scratch/out"
    return 1
}

# expect STATUS NAME COMMAND...
expect() {
    status=$1 name=$2
    shift 2
    run "$status" "$@"
    report "$name" $?
}

# expect_says STATUS PATTERN NAME COMMAND...: and says this (a grep pattern).
expect_says() {
    status=$1 pattern=$2 name=$3
    shift 3
    run "$status" "$@" && { grep -q -- "$pattern" "$scratch/out" ||
        { echo "nothing matches: $pattern" >> "$scratch/out"; false; }; }
    report "$name" $?
}

# install STATE: replaces all flows of all switches.
install() {
    topologies/lab flows "$1" > "$scratch/out" 2>&1 || { report "install $1" 1; exit 1; }
}

# forget_cached: frames go by the entries as they are now. Open vSwitch goes on for a while by what it
# cached of entries before; 3.1, where two cached flows take one frame, for as long as frames come.
forget_cached() {
    ovs-appctl revalidator/purge
}

# program POLICY: tapd does, and goes on; an `install` ends it.
program() {
    topologies/lab policy "$1" > "$scratch/out" 2>&1 || { report "program $1" 1; exit 1; }
}

# wait_until COMMAND...: until it succeeds, 20 s at most.
wait_until() {
    tries=400
    until "$@" > /dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.05
    done
}

# on HOST COMMAND...: as `lab exec`, without a Python to start.
on() {
    netns=$(sed -n "s/^  $1: {netns: \([^,]*\),.*/\1/p" "$TAPPROOF_LAB")
    shift
    nsenter --net="$netns" "$@"
}

# The ids of `tapproof check` that did not pass, sorted.
not_passed() {
    sed -n 's/^not ok [0-9]* - \([^ ]*\).*/\1/p' "$1" | sort
}

# conforms NAME EXPECTED SUITE...: the command and these suites say so; the others have no test,
# because the expectation says nothing of their kind.
conforms() {
    network=$1 expected=$2
    shift 2
    expect 0 "$network: tapproof check conforms" "$B/tapproof" check "$expected"
    for suite in flow_state delivery mirror isolation; do
        run 0 "$B/suites/$suite" "$expected"
        status=$?
        case " $* " in
        *" $suite "*) grep -q '^1\.\.0' "$scratch/out" && status=1
            report "$network: suite $suite passes" $status ;;
        *) grep -q '^1\.\.0 # SKIP' "$scratch/out"
            report "$network: suite $suite has nothing to test" $? ;;
        esac
    done
}

# deviates NAME EXPECTED ID...: these fail, and nothing else does.
deviates() {
    name=$1 expected=$2
    shift 2
    printf '%s\n' "$@" | sort > "$scratch/wanted"
    run 1 "$B/tapproof" check --tap "$expected" && not_passed "$scratch/out" > "$scratch/got" &&
        { diff "$scratch/wanted" "$scratch/got" > "$scratch/diff" ||
            { sed 's/^/failing ids: /' "$scratch/diff" >> "$scratch/out"; false; }; }
    report "$name: exactly these fail: $*" $?
}

# suite_fails NAME SUITE EXPECTED REASON ID...: the suite fails these tests and
# no other, with this reason.
suite_fails() {
    name=$1 suite=$2 expected=$3 reason=$4
    shift 4
    printf '%s\n' "$@" | sort > "$scratch/wanted"
    "$B/suites/$suite" "$expected" > "$scratch/out" 2>&1
    [ $? = 1 ] && not_passed "$scratch/out" > "$scratch/got" &&
        diff "$scratch/wanted" "$scratch/got" >> "$scratch/out" && grep -q -- "$reason" "$scratch/out"
    report "$name: suite $suite fails exactly: $*" $?
}
