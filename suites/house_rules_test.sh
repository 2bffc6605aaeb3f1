#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The house rules, as tests (TAP). Each one says what to do instead.
#
#   RANKS="ROOM ROOM+ROOM ..." suites/house_rules_test.sh      rooms by rank, low to high

cd "$(dirname "$0")/.." || exit 1
rooms=${RANKS:-base model ofctl openflow+frame+yaml+space path state+prove+traffic+channel+station \
    blame+change+learn+explain mutate report run cli}
sources=$(git ls-files -co --exclude-standard '*.c' '*.h' 2> /dev/null || find . -name '*.[ch]')
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# verdict NUMBER NAME ADVICE: reads the violations from stdin.
verdict() {
    cat > "$scratch/found"
    if [ -s "$scratch/found" ]; then
        echo "not ok $1 - $2"
        sed 's/^/# /' "$scratch/found"
        echo "# $3"
    else
        echo "ok $1 - $2"
    fi
}

rank_of() {
    rank=0
    for group in $rooms; do
        rank=$((rank + 1))
        case +$group+ in *+$1+*) echo $rank; return ;; esac
    done
    echo 0
}

list_includes() {
    for file in $sources; do
        case $file in
        harness/*)
            room=${file#harness/} room=${room%%/*}
            sed -n 's|^#include "\([a-z]*\)/.*"|\1|p' "$file" | sort -u | sed "s|^|$file $room |" ;;
        esac
    done
}

# What a room of tools/ may include: its own files, harness rooms below cli
# (none that decides: the controller and the judge share nothing but the codec),
# and sflow.
tool_includes() {
    for file in $sources; do
        case $file in
        tools/*_test.c | tools/*_bench.c) ;;
        tools/*/*)
            own=${file#tools/} own=${own%%/*}
            sed -n 's|^#include "\([a-z]*\)/.*"|\1|p' "$file" | sort -u | while read -r to; do
                case " base model ofctl openflow frame yaml channel station sflow $own " in
                *" $to "*) ;;
                *) echo "$file includes $to/" ;;
                esac
            done ;;
        esac
    done
}

# Still to be turned round; the list may only shrink.
upward_known="harness/prove/prove.h:traffic harness/prove/words.c:blame harness/prove/words.c:traffic
    harness/traffic/cover_test.c:prove"

upward_includes() {
    tool_includes | grep -v 'includes testing/$'
    list_includes | while read -r file from to; do
        [ "$from" = "$to" ] && continue
        [ "$from" = testing ] && continue
        [ "$to" = testing ] && case $file in *_test.c | *_bench.c | *_fuzz.c) continue ;; esac
        case " $(echo $upward_known) " in *" $file:$to "*) continue ;; esac
        if [ "$(rank_of "$to")" -ge "$(rank_of "$from")" ]; then
            echo "$file includes $to/"
        fi
    done
}

lonely_headers() {
    for file in $sources; do
        case $file in
        *.h) printf '#include "%s"\n' "$PWD/$file" > "$scratch/one.c"
            ${CC:-cc} -std=c17 -D_GNU_SOURCE -Wall -Werror -Iharness -Itools -Isuites -fsyntax-only \
                "$scratch/one.c" > "$scratch/errors" 2>&1 || echo "$file does not compile alone" ;;
        esac
    done
}

# Each file pairs with what it includes; tsort(1) names the cycles.
include_cycles() {
    for file in $sources; do
        case $file in
        harness/*.h | tools/*.h) sed -n "s|^#include \"\([a-z_/]*\.h\)\"|${file#*/} \1|p" "$file" ;;
        esac
    done | tsort 2>&1 > /dev/null
}

functions() {
    ctags -x --kinds-C=f --_xformat='%n %e %N %F' $(echo "$sources" | grep '\.c$') |
        awk '{ print $2 - $1 + 1, $4 ":" $1, $3 }' | sort -n
}

sizes() {
    functions > "$scratch/functions"
    awk '$1 > 100 { print $2 " " $3 " has " $1 " lines" }' "$scratch/functions"
    awk '{ n[NR] = $1 } END {
        if (n[int((NR + 1) / 2)] > 15) print "the median function has " n[int((NR + 1) / 2)] " lines"
        if (n[int(NR * 0.9)] > 50) print "the function at 90 % has " n[int(NR * 0.9)] " lines"
    }' "$scratch/functions"
}

long_files() {
    wc -l $sources $(git ls-files -co --exclude-standard 'topologies/*.py' topologies/lab) |
        awk '$2 != "total" && $1 > 800 { print $2 " has " $1 " lines" }'
}

below_cli() {
    for file in $sources; do
        case $file in
        *_test.c | *_fuzz.c | *_bench.c | *testing.h | harness/testing/* | harness/cli/*) ;;
        harness/*) grep -nE '(^|[^_a-z])(exit|abort|printf|fprintf|puts|perror|sleep|usleep|nanosleep|system)\(' \
            "$file" | grep -vE '^[0-9]+: ?\*|/\*.*\(' | sed "s|^|$file:|" ;;
        esac
    done
}

no_licence() {
    for file in $sources $(git ls-files -co --exclude-standard '*.py' '*.sh' Makefile); do
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "$file"
    done
}

missing_first() {
    for file in $sources; do
        header=${file%.c}.h
        case $file in
        harness/*.c | tools/*/*.c) [ -f "$header" ] || continue
            first=$(sed -n 's|^#include [<"]\(.*\)[>"]|\1|p' "$file" | head -n 1)
            [ "$first" = "${header#*/}" ] || echo "$file includes $first first" ;;
        esac
    done
}

unexpected_top() {
    git ls-files -co --exclude-standard 2> /dev/null | cut -d/ -f1 | sort -u |
        grep -vxE 'suites|harness|expected|topologies|tools|Makefile|README\.md|LICENSE|\..*'
}

echo 1..9
upward_includes | verdict 1 "a room includes only lower rooms" \
    "Move the declaration down, or pass what is needed as a parameter (DESIGN: rooms)."
lonely_headers | verdict 2 "each header compiles alone" "Include what the header uses."
include_cycles | verdict 3 "no include cycle" "Split the header that both need."
if command -v ctags > /dev/null 2>&1 && ctags --version | grep -q Universal; then
    sizes | verdict 4 "functions are short" "Name a part of the function and move it out."
elif [ "${REQUIRE_LIVE:-0}" = 1 ]; then
    echo "not ok 4 - functions are short: universal-ctags is not installed"
else
    echo "ok 4 - functions are short # SKIP universal-ctags is not installed"
fi
long_files | verdict 5 "files are below 800 lines" "Split the file by what its parts are for."
below_cli | verdict 6 "only cli prints, sleeps or exits" "Return an error; let the command decide."
no_licence | verdict 7 "each file names its licence" "Begin it with SPDX-License-Identifier: Apache-2.0."
missing_first | verdict 8 "a file includes its own header first" "It shows that the header stands alone."
unexpected_top | verdict 9 "nothing else stands at the top" \
    "Put it into suites, harness, expected, topologies or tools."
