# SPDX-License-Identifier: Apache-2.0
"""How house rules are told as tests (TAP). A rule is a function that yields (file, violation)
for each; what suites/house_known says of a rule and a file is not held against it."""

import collections
import os
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(ROOT, "tools"))
import house    # noqa: E402, F401

# What is known to break a rule, a line each: RULE FILE. The list may only shrink.
KNOWN = "suites/house_known"
os.chdir(ROOT)


def known():
    """{rule: files}"""
    found = collections.defaultdict(set)
    for line in house.text(KNOWN).split("\n") if os.path.exists(KNOWN) else []:
        if line and line[0] != "#":
            rule, file = line.split()
            found[rule].add(file)
    return found


def judge(number, rule, name, advice, found, excused):
    """Prints the verdict on a rule: what is known is no failure, and what is known and mended is to be struck."""
    skipped = [line for _, line in found if line.startswith("SKIP ")]
    new = [line for file, line in found if file not in excused]
    mended = sorted(excused - {file for file, _ in found})
    if skipped:
        print(f"ok {number} - {name} # {skipped[0]}")
        return True
    print(f"{'not ok' if new else 'ok'} {number} - {name}")
    for line in new + [advice] * bool(new) + [f"mended, strike from {KNOWN}: {rule.__name__} {file}" for file in mended]:
        print(f"# {line}")
    return not new


def run(rules, *arguments):
    """Judges all rules; the exit status of the test."""
    excused = known()
    print(f"1..{len(rules)}")
    verdicts = [judge(number, rule, name, advice, list(rule(*arguments)), excused[rule.__name__])
                for number, (rule, name, advice) in enumerate(rules, 1)]
    return 0 if all(verdicts) else 1
