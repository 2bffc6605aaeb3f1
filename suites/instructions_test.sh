#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Does anything need more work than it did (TAP)? Instructions are counted by callgrind, on fixed
# inputs, and compared with suites/instructions: up to 5 % more is let pass. They depend on no load,
# but on the compiler: elsewhere than with Debian 12's and the flags of the Makefile it is skipped.
#
#   --renew      writes suites/instructions anew (make instructions)
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
counts=suites/instructions compiler='(Debian 12.2.0-14'
PERCENT=5
plain=glibc.cpu.hwcaps=-AVX2,-AVX512VL,-ERMS,-FSRM,-RTM # one memcpy on all processors

skip() {
    echo "1..0 # SKIP instructions: $1"
    exit
}
case $(${CC:-cc} --version) in
*" $compiler"*) ;;
*) skip "they are counted with gcc $compiler)" ;;
esac
[ "${CFLAGS:--O2 -g}" = "-O2 -g" ] && [ -z "${SANITIZE:-}" ] || skip "other flags than -O2 -g"
command -v valgrind > /dev/null || skip "valgrind is missing"

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# A leaf-spine, 3 leaves of 8 hosts, whose switches send by address: topology, claims, tables.
awk -v leaves=3 -v hosts=8 -v dir="$scratch" '
    function mac(h) { return sprintf("02:00:00:00:00:%02x", h) }
    function leaf(h) { return int((h - 1) / hosts) + 1 }
    function edge(h) { return (h - 1) % hosts + 1 }
    BEGIN {
        n = leaves * hosts; spine = leaves + 1
        t = dir "/net.yaml"; e = dir "/claims.yaml"; s = dir "/state"
        print "name: net\nswitches:" > t
        for (i = 1; i <= spine; i++) printf "  s%d: {dpid: %d}\n", i, i > t
        print "hosts:" > t
        for (h = 1; h <= n; h++)
            printf "  h%d: {mac: \"%s\", port: \"s%d:%d\"}\n", h, mac(h), leaf(h), edge(h) > t
        print "links:" > t
        for (i = 1; i <= leaves; i++)
            printf "  - [\"s%d:%d\", \"s%d:%d\"]\n", i, hosts + 1, spine, i > t
        print "topology: net.yaml\ntraffic:" > e
        for (a = 1; a <= n; a++) for (b = 1; b <= n; b++) if (a != b)
            printf "  - {from: h%d, match: \"dl_dst=%s\", delivered: [h%d]}\n", a, mac(b), b > e
        print "tapproof-state: 1\nswitches:" > s
        for (i = 1; i <= spine; i++) {
            printf "  - name: s%d\n    dpid: \"0x%x\"\n    ports:\n", i, i > s
            for (p = 1; p <= (i == spine ? leaves : hosts + 1); p++)
                printf "      - {number: %d, name: \"s%d-%d\"}\n", p, i, p > s
            print "    flows:" > s
            for (h = 1; h <= n; h++)
                printf "      - {text: \"priority=100,dl_dst=%s actions=output:%d\"}\n", mac(h),
                    i == spine ? leaf(h) : leaf(h) == i ? edge(h) : hosts + 1 > s
        }
    }'

# Counts those within a function, and what it calls.      count NAME FUNCTION COMMAND...
count() {
    name=$1 function=$2
    shift 2
    n=$(GLIBC_TUNABLES=$plain valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="$function" "$@" 2>&1 > /dev/null |
        sed -n 's/^==[0-9]*== Collected : \([0-9]*\)$/\1/p')
    echo "$name ${n:-0}"
}

{
    count decode of_decode_flow_stats "$B/harness/openflow/codec_bench" 10000 1
    count compare state_judge "$B/harness/state/state_bench" 2000 1
    count forward prove_claims "$B/tapproof" prove "$scratch/claims.yaml" --state "$scratch/state"
    count cover traffic_cover "$B/harness/traffic/cover_bench" 4 100 1
    count mutate mutate_expectation "$B/tapproof" mutate "$scratch/claims.yaml" --state "$scratch/state" --limit 20
} > "$scratch/counts"

if [ "${1:-}" = --renew ]; then
    cat "$scratch/counts" > "$counts"
    cat "$counts"
    exit
fi
awk -v percent=$PERCENT '
    NR == FNR { before[$1] = $2; next }
    { share = before[$1] > 0 ? 100 * ($2 / before[$1] - 1) : 100
      ok = $2 > 0 && share <= percent
      printf "%sok %d - %s: %d instructions, %+.1f %%\n", ok ? "" : "not ", FNR, $1, $2, share
      if (!ok) print "# more than " percent " % above suites/instructions; make instructions renews it" }
    END { print "1.." FNR }' "$counts" "$scratch/counts"
