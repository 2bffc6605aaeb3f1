#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Set-uid and set-gid copies of the programs are refused, before they read a file for whoever starts
# them. It takes two users: root has them, another one in a namespace (newuidmap(1)), or by sudo.
cd "$(dirname "$0")/.." || exit 1
B=$(cd "${B:-build}" && pwd)
export B

if [ "$(id -u)" != 0 ] || ! awk '{ n += $3 } END { exit n < 2 }' /proc/self/uid_map; then
    if unshare --map-root-user --map-auto true 2> /dev/null; then
        exec unshare --map-root-user --map-auto "$0"
    elif sudo -n true 2> /dev/null; then
        exec sudo -n B="$B" "$0"
    elif [ "${REQUIRE_LIVE:-0}" = 1 ]; then
        echo "not ok 1 - set-uid copies: no second user (newuidmap, sudo)"
    else
        echo "ok 1 - set-uid copies # SKIP no second user (newuidmap, sudo)"
    fi
    echo 1..1
    exit
fi
# A file system that minds the bits, if we may have one.
[ "$1" = mounted ] || ! unshare -m true 2> /dev/null || exec unshare -m "$0" mounted
work=$(mktemp -d) || exit 1
trap 'umount "$work" 2> /dev/null; rm -rf "$work"' EXIT
[ "$1" != mounted ] || mount -t tmpfs none "$work"
chmod 755 "$work"
echo 'root: s3cret' > "$work/secret.yaml"
chmod 600 "$work/secret.yaml"
cp "$B/tapproof" "$B/tapd" "$B/tapctl" "$B/tapping" "$B/tapsniff" "$work"

number=0
report() {
    number=$((number + 1))
    if [ "$2" = 0 ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        sed 's/^/# /' "$work/out"
    fi
}

# Without a set-gid process's own status: a sanitizer cannot look for leaks there, and changes it.
grep -q __asan_init "$B/tapproof" && sanitized=yes

# as_nobody COMMAND...
as_nobody() {
    setpriv --reuid=65534 --regid=65534 --clear-groups "$@" > "$work/out" 2>&1 < /dev/null
}

as_nobody "$work/tapproof" check "$work/secret.yaml"
[ $? = 2 ] && grep -q 'secret.yaml.*Permission denied' "$work/out"
report "a copy without such a bit reads what its caller may read" $?
for program in tapproof tapd tapctl tapping tapsniff; do
    for bit in u g; do
        chmod 755 "$work/$program" && chmod $bit+s "$work/$program"
        as_nobody "$work/$program" check "$work/secret.yaml"
        status=$?
        { [ $status = 3 ] || [ "$bit$sanitized" = gyes ]; } && grep -q 'set-uid and set-gid are refused' "$work/out" && ! grep -q s3cret "$work/out"
        report "$program, $bit+s" $?
    done
done
echo "1..$number"
