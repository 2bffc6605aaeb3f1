#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What reads from the network has no privilege: every thread of it, while its sessions are open.

. suites/live/controller.sh

# is_confined PID: no thread has a capability, each has no_new_privs and a seccomp filter.
is_confined() {
    cat /proc/"$1"/task/*/status > "$scratch/status" 2> /dev/null
    awk '/^Cap(Inh|Prm|Eff|Amb):/ && $2 !~ /^0*$/ { bad = 1 }
         /^NoNewPrivs:/ && $2 != 1 { bad = 1 }
         /^Seccomp:/ { n++; if ($2 != 2) bad = 1 }
         END { exit bad || !n }' "$scratch/status" && return 0
    grep '^Name\|^Cap\|^NoNew\|^Seccomp:' "$scratch/status" > "$scratch/out"
    return 1
}

# without LIBRARY COMMAND...: where that is not installed.
without() {
    file=$(ldconfig -p | sed -n "s/.* => \(.*\/$1\.so\.[0-9]*\)$/\1/p" | head -n 1)
    shift
    unshare -m sh -c 'mount --bind /dev/null "$0" && exec "$@"' "$file" "$@"
}

# tapd
: > "$scratch/log"
start_tapd "$policy" && is_confined "$tapd_pid" && ! grep -q 'not confined' "$scratch/log"
report "tapd" $?
installed && kill -HUP "$tapd_pid" && installed && stop_tapd && ! [ -e "$socket" ]
report "goes on, and ends as it should" $?
start_tapd "$policy" --state "$scratch/taps" && is_confined "$tapd_pid" && stop_tapd
report "tapd with a state" $?
for library in libseccomp libcap-ng; do
    expect_says 0 "not confined: $library cannot be loaded (Debian" "without $library it goes on, and says so" \
        without "$library" "$B/tapd" "$policy" --once
done
export TAPPROOF_SANDBOX=off
expect_says 0 'not confined: TAPPROOF_SANDBOX=off' "it can be switched off" "$B/tapd" "$policy" --once
unset TAPPROOF_SANDBOX
plan
