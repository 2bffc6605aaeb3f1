#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""House rules, as tests (TAP), on what files do with each other: no call goes in a circle,
each file is under a test of its own room, headers say what their functions do. Each one
says what to do instead. Reads the objects in the build directory: `make test-programs` first.

    B=build suites/house_calls_test.py
"""

import collections
import os
import re
import shutil
import sys

sys.dont_write_bytecode = True
import house_rules
from house_rules import house

DOCUMENTED = 90     # percent of the prototypes


def call_circles(paths, graph):
    """Calls (and references to data) that come back to the file where they began."""
    for kin, way in house.circles(graph):
        yield kin[0], " -> ".join(f"{a} ({graph[a][b]})" for a, b in zip(way, way[1:] + way[:1])) + f" -> {way[0]}"


def untested(paths, graph):
    """Production files that no unit test of their own room links."""
    tests = collections.defaultdict(set)
    for path in paths:
        if path.endswith("_test.c"):
            tests[house.room(path)] |= house.reached(graph, path)
    for path in paths:
        if path.endswith(".c") and house.production(path) and not path.endswith("/main.c"):
            if path not in tests[house.room(path)]:
                yield path, path


def headless(paths, graph):
    """Files that do not begin with what they are for."""
    for path in paths:
        if not re.match(r"/\* SPDX-License-Identifier: Apache-2\.0\n \*\n \* [^\s*]", house.text(path)):
            yield path, path


def undocumented(paths, graph):
    """Which prototypes say nothing, where there are too many of them; prints the share."""
    found = [(path, name, documented) for path in paths if path.endswith(".h") and house.production(path)
             for name, documented in house.prototypes(house.text(path))]
    share = 100 * sum(documented for *_, documented in found) / len(found)
    print(f"# {len(found)} prototypes, {share:.1f} % of them documented")
    if share < DOCUMENTED:
        yield from ((path, f"{path}: {name}") for path, name, documented in found if not documented)


def long_functions(paths, graph):
    """Functions of over 100 lines, and what half of them and 90 % exceed; prints the figures."""
    if not shutil.which("ctags"):
        yield None, "SKIP universal-ctags is not installed"
        return
    found = house.functions([path for path in paths if path.endswith(".c")])
    median, most = found[len(found) // 2][0], found[int(len(found) * 0.9)][0]
    print(f"# {len(found)} functions: median {median} lines, 90 % at most {most}, longest {found[-1][0]}")
    yield from ((place.split(":")[0], f"{place} {name} has {length} lines") for length, place, name in found if length > 100)
    if median > 15:
        yield None, f"the median function has {median} lines"
    if most > 50:
        yield None, f"the function at 90 % has {most} lines"


def changes_switches(paths, graph):
    """Encoders of messages that change a switch, in the program that never sends one."""
    program = os.path.join(os.environ.get("B", "build"), "tapproof")
    if not os.path.exists(program):
        return
    symbols = [line.split()[-1] for line in house.output("nm", program).splitlines()]
    if "cli_main" not in symbols:
        yield None, f"{program} has no symbols to look at"
    for symbol in symbols:
        if re.search(r"_(encode|put)_(\w+_mod|set_config|role\w*)(\.|$)|^of_control$", symbol):
            yield None, f"{program} has {symbol}"


def stale_equivalents(paths, graph):
    """Mutants said to be equivalent whose line is no more."""
    directory = "tools/equivalent"
    for name in sorted(os.listdir(directory) if os.path.isdir(directory) else []):
        file = ""
        for line in house.text(f"{directory}/{name}").split("\n") if name != "README.md" else []:
            if line.startswith("- "):
                source = " ".join(house.text(file).split()) if os.path.exists(file) else ""
                if line[2:].strip() not in source:
                    yield file, f"{directory}/{name}: {file}: {line[2:]}"
            elif line.strip() and line[0] not in "+=#":
                file = line.split(":")[0].strip()


RULES = (
    (call_circles, "no call goes in a circle between files",
     "Pass what the lower file needs as a parameter, or move what both need into a file below both."),
    (untested, "each file is under a test of its own room", "Write a unit test beside it that calls it."),
    (headless, "each file says which question it answers",
     "Begin it with the licence, an empty comment line, and a sentence or two: what is it for?"),
    (undocumented, f"{DOCUMENTED} % of the prototypes are documented",
     "Say above it what success means, each error, units, who frees, how long a pointer lives."),
    (long_functions, "functions are short", "Name a part of the function and move it out."),
    (changes_switches, "tapproof has no encoder of a message that changes a switch",
     "Keep it in an object of its own, which only tools/tapd and tests link."),
    (stale_equivalents, "mutants said to be equivalent are of the source as it is", "Strike the entry, or mend its lines."),
)


def main():
    paths = [path for path in house.sources() if path.count("/") > 1]
    graph, missing = house.calls([path for path in paths if not path.endswith(("_fuzz.c", "_bench.c"))],
                                 os.environ.get("B", "build"))
    for path in missing:
        if house.production(path):
            print(f"# {path} has no object: make test-programs")
    return house_rules.run(RULES, paths, graph)


if __name__ == "__main__":
    sys.exit(main())
