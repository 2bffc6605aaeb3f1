#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The manual pages (TAP): each option that a program has stands in its page, a page says what
# `tapproof help FORMAT` says, and none has a mistake in its roff.
cd "$(dirname "$0")/.." || exit 1
. suites/live/tap.sh
pages=$B/man

# shown PAGE: as a reader sees it, a line a paragraph.
shown() {
    mandoc -Tutf8 -O width=400 "$pages/$1" | perl -CSD -pe 's/.\x08//g'
}

# options PROGRAM...: what its help has at the beginning of lines.
options() {
    "$@" --help | sed -nE 's/^  (    -|)(-[a-zA-Z-].*)$/\1\2/p' | sed 's/^ *//; s/\([^ ]\)  .*/\1/' | sort -u
}

# words: of a text, without what Markdown and roff write around them.
words() {
    sed '/^<!--/d; /^```/d; s/`//g' | tr 'A-Z' 'a-z' | tr -s ' \t\n' '\n' | grep -vx '[#•-]*'
}

if ! command -v mandoc > /dev/null; then
    cannot_run "manual pages" "mandoc is not installed"
    plan
    exit
fi
for source in docs/man/*.md; do
    page=$(basename "$source" .md)
    expect 0 "$page: no mistake in its roff" mandoc -Tlint -W warning "$pages/$page"
done
if command -v groff > /dev/null && groff -man -Tutf8 /dev/null > /dev/null 2>&1; then
    # shellcheck disable=SC2016
    expect_says 0 '^no warning$' "groff warns of nothing" \
        sh -c 'groff -ww -k -man -z "$@" 2>&1 | grep . || echo "no warning"' groff "$pages"/*
fi

# complete PAGE SECTION PROGRAM...: each option begins a paragraph of this section, and there is one at least.
complete() {
    page=$1 section=$2
    shift 2
    shown "$page" | awk -v section="$section" '/^[A-Z]/ { within = $0 == section } within { sub(/^ +/, ""); print }' > "$scratch/page"
    options "$@" > "$scratch/options"
    awk -v page="$scratch/page" 'BEGIN { while ((getline line < page) > 0) lines[n++] = line " " }
        { for (i = 0; i < n && index(lines[i], $0 " ") != 1; i++) {} if (i == n) print }' "$scratch/options" > "$scratch/out"
    [ -s "$scratch/options" ] && [ ! -s "$scratch/out" ]
    report "$page has each option of $*" $?
}
for command in $("$B/tapproof" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
    case $command in
    station) grep -q '^\.SH "TAPPROOF STATION"' "$pages/tapproof.1"; report "tapproof.1 has station" $? ;;
    *) complete tapproof.1 "TAPPROOF $(echo "$command" | tr a-z A-Z)" "$B/tapproof" "$command" ;;
    esac
done
for program in tapd.8 tapctl.1 tapping.1 tapsniff.1; do
    complete "$program" DESCRIPTION "$B/${program%.*}"
done

# same PAGE FORMAT
same() {
    "$B/tapproof" help "$2" | sed 1d | words > "$scratch/help"
    shown "$1" | sed '1d;$d;/^NAME/,/^$/d' | words > "$scratch/page"
    diff "$scratch/help" "$scratch/page" > "$scratch/out"
    report "$1 says what tapproof help $2 says" $?
}
same tapproof-expectation.5 expectation
same tapproof-topology.5 topology
same tapproof-lab.5 lab
same tapd-policy.5 policy

# A word that looks like a page of ours is one.
grep -ohE '(tapproof|tapd|tapctl|tapping|tapsniff|lab)[a-z-]*\([1-8]\)' docs/man/*.md | sort -u |
    sed 's/(\(.\))/.\1/' | while read -r page; do [ -f "docs/man/$page.md" ] || echo "no page $page"; done > "$scratch/out"
[ ! -s "$scratch/out" ]
report "pages name only pages that are there" $?

for file in README.md CONTRIBUTING.md CHANGELOG.md docs/*.md docs/man/*.md; do
    grep -oE '\]\([^)#:]+\)' "$file" | sed 's/^](//; s/)$//' | while read -r target; do
        [ -e "$(dirname "$file")/$target" ] || echo "$file: no $target"
    done
done > "$scratch/out"
[ ! -s "$scratch/out" ]
report "links lead to files that are there" $?
plan
