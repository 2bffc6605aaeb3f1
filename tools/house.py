# SPDX-License-Identifier: Apache-2.0
"""What can be said of the source as a whole: its files by room, the lines, the functions,
which file calls which (of the symbols of the objects in the build directory), and which
prototypes say what they do. For the house rules and tools/figures."""

import collections
import os
import re
import subprocess

TOKENS = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*', re.DOTALL)
SHARED_BY_TESTS = re.compile(r"_(test|bench|fuzz)\.c$|testing\.h$|/testing/")


def output(*command, directory="."):
    return subprocess.run(command, cwd=directory, check=True, stdout=subprocess.PIPE, text=True).stdout


def sources(directory="."):
    """All C files that git knows or would know, as paths from the directory."""
    listed = output("git", "ls-files", "-co", "--exclude-standard", "*.c", "*.h", directory=directory)
    return sorted(path for path in set(listed.split()) if os.path.exists(os.path.join(directory, path)))


def room(path):
    """harness/space of harness/space/cube.c; tools/tapd, too, of what is in a folder of it."""
    return "/".join(path.split("/")[:2])


def production(path):
    return path.startswith(("harness/", "tools/")) and path.count("/") > 1 and not SHARED_BY_TESTS.search(path)


def text(path, directory="."):
    with open(os.path.join(directory, path), encoding="utf-8") as file:
        return file.read()


def lines(source):
    """How many lines are neither blank nor comment."""
    bare = TOKENS.sub(lambda match: match[0] if match[0][0] in "\"'" else re.sub(r"[^\n]", "", match[0]), source)
    return sum(1 for line in bare.split("\n") if line.strip())


def functions(paths, directory="."):
    """The length of each function, with its place and name, by universal-ctags."""
    listed = output("ctags", "-x", "--kinds-C=f", "--_xformat=%n %e %F %N", *paths, directory=directory)
    return sorted((int(end) - int(start) + 1, f"{file}:{start}", name)
                  for start, end, file, name in (line.split() for line in listed.splitlines()))


def calls(paths, build="build", directory="."):
    """Which file needs which: {file: {other file: a symbol}}; and the files that have no object."""
    objects = {os.path.join(build, "obj", path[:-2] + ".o"): path for path in paths if path.endswith(".c")}
    there = [name for name in objects if os.path.exists(os.path.join(directory, name))]
    defined, needed = collections.defaultdict(set), collections.defaultdict(set)
    for line in output("nm", "-A", "-g", *there, directory=directory).splitlines() if there else []:
        name, rest = line.split(":", 1)
        kind, symbol = rest.split()[-2:]
        (needed if kind == "U" else defined)[symbol].add(objects[name])
    graph = {objects[name]: {} for name in there}
    for symbol, users in needed.items():
        for user in users:
            # Two programs may have functions of the same name, each for itself; a test may stand in for libc.
            others = {path for path in defined[symbol] - {user} if production(path) or not production(user)}
            best = sorted(others, key=lambda path: (room(path) != room(user), path))
            if best:
                graph[user].setdefault(best[0], symbol)
    return graph, sorted(path for name, path in objects.items() if name not in there)


def reached(graph, start):
    """All files that a file needs, those included that these need."""
    seen, todo = set(), [start]
    while todo:
        for other in graph.get(todo.pop(), {}):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def circle(graph, start):
    """The shortest way from a file back to it, as a list of files; None if there is none."""
    before, todo = {}, collections.deque([start])
    while todo:
        file = todo.popleft()
        for other in sorted(graph.get(file, {})):
            if other == start:
                way = [file]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if other not in before:
                before[other] = file
                todo.append(other)
    return None


def circles(graph):
    """The sets of files each of which needs all others of its set, and a way around in each."""
    found, done = [], set()
    closures = {file: reached(graph, file) for file in graph}
    for file in sorted(graph):
        if file in done or file not in closures[file]:
            continue
        kin = {other for other in closures[file] if file in closures.get(other, ())}
        done |= kin
        found.append((sorted(kin), circle(graph, file)))
    return found


# A declaration at the left edge that ends in "...);" and is neither typedef nor static inline body.
PROTOTYPE = re.compile(r"^(?!typedef|#|static|return|_Static_assert|\s)[A-Za-z_][^;{}#]*?\b([a-z_]\w*)\s*\([^;{}]*\)"
                       r"(?:\s*__attribute__\s*\(\(.*?\)\))?\s*;", re.MULTILINE)


def prototypes(header):
    """(name, documented) of each function that a header declares: documented by a comment that
    stands directly above it, or above the group without a blank line to which it belongs."""
    found = []
    comments = [(match.start(), match.end()) for match in TOKENS.finditer(header) if match[0][0] == "/"]
    bare = TOKENS.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), header)
    ended, documented = -1, False       # where the last prototype ends
    for match in PROTOTYPE.finditer(bare):
        start = match.start()
        above = [end for _, end in comments if end <= start]
        own = bool(above) and header[above[-1]:start].strip() == "" and header.count("\n", above[-1], start) <= 1
        joined = ended >= 0 and bare[ended:start].strip() == "" and "\n\n" not in header[ended:start] and documented
        beside = any(match.end() <= begin and "\n" not in header[match.end():begin] for begin, _ in comments)
        documented = own or joined or beside
        found.append((match[1], documented))
        ended = match.end()
    return found
