# SPDX-License-Identifier: Apache-2.0
"""States of switches: directories of NAME.flows, NAME.groups and NAME.meters, and installing them.

Neighbours: lab (the command), labnet (starts the switches).  A state is found
beside its topology: <directory>/<topology name>/<state>/<switch>.flows, in
ovs-ofctl's flow syntax; .groups and .meters in the same place and way, where the
switch has some.
"""

import json
import os
import re
import subprocess
from collections import namedtuple

from labtopo import InputError

# files: {kind: path}, flows at least; protocol: in which they are said.
Program = namedtuple("Program", "files protocol")

KINDS = ("meters", "groups", "flows")           # each may use what stands before it
CHANGED = "normalization changed ofp_match"     # it exits 0 and installs a broader match
MAX_ERRORS = 20                                 # told of a file


def find(topology, state, protocols):
    """{switch: Program} of a state's name or directory.  protocols: {switch: what it speaks, [] is all}.
    Raises InputError."""
    home = os.path.join(os.path.dirname(os.path.abspath(topology.path)), topology.name)
    directory = os.path.join(home, state)
    if not os.path.isdir(directory):
        directory = os.path.abspath(state)
    if not os.path.isdir(directory):
        known = ", ".join(sorted(os.listdir(home))) if os.path.isdir(home) else f"no directory {home}"
        raise InputError(f"found no flows `{state}', expected a directory or one of: {known}")
    errors, programs = strangers(directory, topology), {}
    for switch in topology.switches:
        paths = {kind: os.path.join(directory, f"{switch}.{kind}") for kind in KINDS}
        files = {kind: path for kind, path in paths.items() if kind == "flows" or os.path.isfile(path)}
        programs[switch] = Program(files, protocol(protocols[switch], len(files) > 1))
        if not os.path.isfile(paths["flows"]):
            errors.append(f"{paths['flows']}: no such file, expected the flows of {switch}")
        if len(files) > 1 and programs[switch].protocol == "OpenFlow10":
            errors.append(f"{paths[next(iter(files))]}: found groups or meters of {switch}, which speaks only OpenFlow10, "
                          "expected flows")
    if errors:
        raise InputError("\n".join(errors))
    return programs


def strangers(directory, topology):
    """What is wrong with the names of files in a state's directory."""
    parts = [(name, *name.rpartition(".")[::2]) for name in sorted(os.listdir(directory))]
    return [f"{directory}/{name}:1:1: found {kind} of `{switch}', expected a switch of {topology.name}"
            for name, switch, kind in parts if kind in KINDS and switch not in topology.switches]


def protocol(spoken, has_more):
    """In which OpenFlow a switch that speaks these is programmed: 1.0 if that will do. With a later one it may store an
    entry in another form than the one that OpenFlow 1.0 reads back."""
    usable = [name for name in ("OpenFlow13", "OpenFlow10") if name in spoken] or spoken or ["OpenFlow13", "OpenFlow10"]
    return usable[0 if has_more else -1]


def spoken_now():
    """{switch: protocols} of the bridges that run; as the database has them, whoever set them."""
    said = subprocess.run(["ovs-vsctl", "--format=json", "--columns=name,protocols", "list", "bridge"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return {name: sorted(value[1] if isinstance(value, list) else [value]) for name, value in json.loads(said)["data"]}


def check(programs):
    """Refuse files that ovs-ofctl cannot read, or reads as something else, before anything is started.

    All at once: one process a file is the greater part of the time.  Meters it reads only when it sends them."""
    runs = {switch: start(program, ["parse-flows", program.files["flows"]]) for switch, program in programs.items()}
    errors = [line for switch, output in finish(runs)
              for line in explain(programs[switch], ["parse-flows"], output)]
    for program in programs.values():
        errors += each(program, "groups", lambda entry: ["parse-group", entry])
    if errors:
        raise InputError("\n".join(errors))


def empty(targets, protocols):
    """Take everything from the switches.  targets: {switch: OpenFlow target}; protocols: {switch: what it speaks}."""
    # Flows first: a group takes with it those that use it, one by one.
    for kind in reversed(KINDS):
        runs = {switch: start(Program({}, protocol(protocols[switch], kind != "flows")), [f"del-{kind}", target])
                for switch, target in targets.items()
                if kind == "flows" or protocol(protocols[switch], True) != "OpenFlow10"}
        errors = [f"{switch}: cannot be emptied: {gist(output)}" for switch, output in finish(runs)]
        if errors:
            raise InputError("\n".join(errors))


def install(programs, targets):
    """Give each switch, all of which are empty, what its files say.

    targets: {switch: OpenFlow target}.  Returns the number of flows.
    Raises InputError with file and line if a switch refuses something."""
    errors = []
    for kind in ("meters", "groups"):       # one by one: a file's error would not say its line
        for switch, program in programs.items():
            errors += each(program, kind, lambda entry, to=targets[switch], what=kind: [f"add-{what[:-1]}", to, entry])
    if errors:
        raise InputError("\n".join(errors))
    runs = {switch: start(program, ["add-flows", targets[switch], program.files["flows"]])
            for switch, program in programs.items()}
    errors = [line for switch, output in finish(runs)
              for line in explain(programs[switch], ["add-flows", targets[switch]], output)]
    if errors:
        raise InputError("\n".join(errors))
    return sum(len(entries(program.files["flows"])) for program in programs.values())


def forget_cached():
    """Frames go by the entries from now on.

    Open vSwitch 3.1 may go on by a flow that it cached for entries before, as long as frames come, if it overlaps with
    another one: it changes the first that takes the packet which it was made for."""
    subprocess.run(["ovs-appctl", "revalidator/purge"], check=True, stdout=subprocess.DEVNULL)


def entries(path):
    """[(line number, entry)] of a file, without comments and empty lines."""
    with open(path, encoding="utf-8") as stream:
        lines = [line.split("#", maxsplit=1)[0].strip() for line in stream]
    return [(number, line) for number, line in enumerate(lines, 1) if line]


def start(program, arguments, **streams):
    return subprocess.Popen(["ovs-ofctl", "-O", program.protocol, *arguments],
                            stdin=streams.get("stdin", subprocess.DEVNULL), stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)


def finish(runs):
    """[(key, what it said)] of those that failed or changed an entry, after all have ended."""
    outputs = {key: process.communicate()[1] for key, process in runs.items()}
    return [(key, outputs[key]) for key, process in runs.items() if process.returncode or CHANGED in outputs[key]]


def each(program, kind, command):
    """Runs command(line) for each line of a file, if there is one; what is wrong with them."""
    path, errors = program.files.get(kind), []
    for number, entry in entries(path) if path else []:
        arguments = command(entry)
        errors += [f"{path}:{number}: `{entry}' {verdict(program, arguments, said)}"
                   for _, said in finish({number: start(program, arguments)})]
    return errors[:MAX_ERRORS]


def explain(program, command, output):
    """What is wrong with a file of flows that a command complains of: a line for each entry, with its number."""
    path = program.files["flows"]
    bad = culprits(program, command, entries(path), MAX_ERRORS)
    return [f"{path}:{number}: `{entry}' {verdict(program, command, said)}" for number, entry, said in bad] \
        or [f"{path}: {gist(output)}"]


def culprits(program, command, numbered, limit):
    """[(line number, entry, what ovs-ofctl says)] of the entries that it does not take as they are.

    It stops at the first, and does not always name its line: so by halves."""
    process = start(program, [*command, "-"], stdin=subprocess.PIPE)
    said = process.communicate("".join(entry + "\n" for _, entry in numbered))[1]
    if limit <= 0 or not numbered or not (process.returncode or CHANGED in said):
        return []
    if len(numbered) == 1:
        return [(*numbered[0], said)]
    half = len(numbered) // 2
    found = culprits(program, command, numbered[:half], limit)
    return found + culprits(program, command, numbered[half:], limit - len(found))


def verdict(program, command, said):
    if CHANGED in said:
        return f"would be installed {change(said)}: {program.protocol[:-2]} {'.'.join(program.protocol[-2:])} " \
               "cannot match that so; is its protocol missing (tcp, udp, icmp, ip, arp)?"
    refused = "cannot be read" if command[0].startswith("parse-") or "OFPT_ERROR" not in said \
        else "is refused by the switch"
    return f"{refused}: {gist(said)}"


def change(said):
    """What ovs-ofctl throws away of a match, from its log: `... pre: MATCH', `...post: MATCH'."""
    before, after = (re.search(rf"\|\s*{when}: (.*)", said)[1] for when in ("pre", "post"))
    lost = [field for field in before.split(",") if field not in after.split(",")]
    return "without " + ",".join(lost) if lost else f"as {after}"


def gist(output):
    """The one line that says why: a switch's error is followed by a dump of the message."""
    lines = [re.sub(r"^ovs-ofctl: (-:\d+: )?|^OFPT_ERROR (\(OF[\d.]+\) )?\(xid=\w+\): ", "", line)
             for line in output.strip().split("\n")]
    return lines[0] if output.startswith("OFPT_ERROR") else lines[-1]
