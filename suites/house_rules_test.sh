#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The house rules, as tests (TAP). Each one says what to do instead.
# See also house_rooms_test.py and house_calls_test.py.

cd "$(dirname "$0")/.." || exit 1
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

lonely_headers() {
    echo "$sources" | grep '\.h$' | xargs -P "$(nproc)" -n 1 sh -c 'echo "#include \"$PWD/$1\"" |
        ${CC:-cc} -std=c17 -D_GNU_SOURCE -Wall -Werror -Iharness -Itools -Isuites -fsyntax-only -x c - \
            > /dev/null 2>&1 || echo "$1 does not compile alone"' lonely | sort
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

# docs/ is for pages of prose, manual pages among them, and for what they show and refer to.
unexpected_docs() {
    git ls-files -co --exclude-standard docs | grep -vE '^docs/([a-z-]*\.(md|svg)|man/[a-z-]*\.[158]\.md|schema/[a-z-]*\.json)$'
}

# Another major version formats otherwise.
format_reason() {
    found=$(clang-format --version 2> /dev/null | grep -o 'version [0-9]*')
    [ "$found" = 'version 14' ] || echo "clang-format 14 is not installed"
}

unformatted() {
    echo "$sources" | xargs clang-format --dry-run -Werror 2>&1 | grep -o '^[^ :]*:[0-9]*' | sort -u
}

unexpected_top() {
    git ls-files -co --exclude-standard 2> /dev/null | cut -d/ -f1 | sort -u |
        grep -vxE 'suites|harness|expected|topologies|tools|docs|Makefile|LICENSE|(README|CONTRIBUTING|CHANGELOG)\.md|\..*'
}

echo 1..8
lonely_headers | verdict 1 "each header compiles alone" "Include what the header uses."
long_files | verdict 2 "files are below 800 lines" "Split the file by what its parts are for."
below_cli | verdict 3 "only cli prints, sleeps or exits" "Return an error; let the command decide."
no_licence | verdict 4 "each file names its licence" "Begin it with SPDX-License-Identifier: Apache-2.0."
missing_first | verdict 5 "a file includes its own header first" "It shows that the header stands alone."
unexpected_top | verdict 6 "nothing else stands at the top" \
    "Put it into suites, harness, expected, topologies or tools; pages of prose into docs."
unexpected_docs | verdict 7 "docs holds pages of prose" "Put it beside what it belongs to."
if [ -z "$(format_reason)" ]; then
    unformatted | verdict 8 "C files are formatted" "clang-format -i FILE"
else
    echo "ok 8 - C files are formatted # SKIP $(format_reason)"
fi
