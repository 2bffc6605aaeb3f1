#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""House rules, as tests (TAP), on who includes whom. Each one says what to do instead.

    RANKS="ROOM ROOM+ROOM ..." suites/house_rooms_test.py      rooms of harness/ by rank, low to high
"""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import house_rules
from house_rules import house

# What the programs of tools/ share with harness/: nothing that decides.
SHARED = {"base", "model", "ofctl", "openflow", "frame", "yaml", "channel", "station"}


def ranks():
    """{room: rank}, as the Makefile says."""
    listed = os.environ.get("RANKS") or subprocess.run(["make", "-s", "ranks"], check=True, stdout=subprocess.PIPE,
                                                       text=True).stdout
    return {room: rank for rank, rooms in enumerate(listed.split()) for room in rooms.split("+")}


def includes(paths):
    """{file: the files of ours that it includes}, both as paths."""
    there = set(paths)
    found = {}
    for path in paths:
        names = re.findall(r'^#include "([^"]+)"', house.text(path), re.MULTILINE)
        found[path] = [wing + name for name in names for wing in ("harness/", "tools/", "suites/") if wing + name in there]
    return found


def for_tests(path):
    return not house.production(path) and not path.startswith("suites/")


def closure(path, graph, seen):
    """The rooms that a file of testing/ brings along."""
    for other in graph[path]:
        if other not in seen:
            seen.add(other)
            closure(other, graph, seen)
    return {house.room(other) for other in seen} - {"harness/testing"}


def upward(paths, graph, rank):
    """Includes of a room of the same or a higher rank, and, by tests, of files of testing/ which include such a room."""
    for path in paths:
        own = house.room(path)
        if not own.startswith("harness/") or own == "harness/testing":
            continue
        for other in graph[path]:
            rooms = {house.room(other)}
            if rooms == {"harness/testing"}:
                if not for_tests(path):
                    yield path, f"{path} includes {other}: for tests only"
                rooms = closure(other, graph, {other})
            for room in sorted(rooms - {own}):
                if rank.get(room.split("/")[1], 99) >= rank.get(own.split("/")[1], -1):
                    yield path, f"{path} includes {other}" + ("" if house.room(other) == room else f", which needs {room}")


def by_tools(paths, graph, rank):
    """What programs of tools/ include besides their own files, the shared rooms, sflow and stations."""
    for path in paths:
        if path.startswith("tools/") and house.production(path):
            for other in graph[path]:
                room = house.room(other).split("/")[1]
                if house.room(other) not in (house.room(path), "tools/sflow", "tools/stations") and room not in SHARED:
                    yield path, f"{path} includes {other}"


def foreign_insides(paths, graph, rank):
    """Private headers that are included from elsewhere."""
    for path in paths:
        for other in graph[path]:
            if other.endswith("inside.h") and os.path.dirname(path) != os.path.dirname(other):
                yield path, f"{path} includes {other}"


def cycles(paths, graph, rank):
    """Headers that include each other."""
    headers = {path: dict.fromkeys(other for other in graph[path] if other.endswith(".h")) for path in paths
               if path.endswith(".h")}
    for kin, way in house.circles(headers):
        yield kin[0], " -> ".join(way + way[:1])


def ranked(paths, graph, rank):
    """Rooms of which the Makefile knows no rank."""
    for room in sorted({path.split("/")[1] for path in paths if path.startswith("harness/")} - set(rank) - {"testing"}):
        yield None, f"harness/{room}"


RULES = (
    (upward, "a room includes only lower rooms",
     "Move the declaration down, or pass what is needed as a parameter; what tests share has the rank of what it includes."),
    (by_tools, "programs share with harness/ only what decides nothing", "What is installed and what is expected are never computed by the same code."),
    (foreign_insides, "private headers stay in their room", "Offer what is needed in the room's own header, or move it."),
    (cycles, "no include cycle", "Split the header that both need."),
    (ranked, "each room has a rank", "Name it in RANKS of the Makefile."),
)


def main():
    paths = [path for path in house.sources() if path.count("/") > 1 or path.startswith("suites/")]
    return house_rules.run(RULES, paths, includes(paths), ranks())


if __name__ == "__main__":
    sys.exit(main())
