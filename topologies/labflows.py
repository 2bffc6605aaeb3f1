# SPDX-License-Identifier: Apache-2.0
"""Flow states: directories of NAME.flows files, one a switch, and installing them.

Neighbours: lab (the command), labnet (starts the switches).  A state is found
beside its topology: <directory>/<topology name>/<state>/<switch>.flows, in
ovs-ofctl's flow syntax.
"""

import os
import re
import subprocess

from labtopo import InputError

# The version is fixed: with a later one the switch may store an entry in
# another form than the one that OpenFlow 1.0 reads back.
OFCTL = ["ovs-ofctl", "-O", "OpenFlow10"]
CHANGED = "normalization changed ofp_match"     # it exits 0 and installs a broader match
MAX_ERRORS = 20                                 # told of a file


def find(topology, state):
    """{switch: flow file} of a state's name or directory.  Raises InputError."""
    home = os.path.join(os.path.dirname(os.path.abspath(topology.path)), topology.name)
    directory = os.path.join(home, state)
    if not os.path.isdir(directory):
        directory = os.path.abspath(state)
    if not os.path.isdir(directory):
        known = ", ".join(sorted(os.listdir(home))) if os.path.isdir(home) else f"no directory {home}"
        raise InputError(f"found no flows `{state}', expected a directory or one of: {known}")
    files = {switch: os.path.join(directory, switch + ".flows") for switch in topology.switches}
    errors = [f"{path}: no such file, expected the flows of {switch}"
              for switch, path in files.items() if not os.path.isfile(path)]
    errors += [f"{directory}/{name}:1:1: found flows of `{name[:-6]}', expected a switch of {topology.name}"
               for name in sorted(os.listdir(directory))
               if name.endswith(".flows") and name[:-6] not in files]
    if errors:
        raise InputError("\n".join(errors))
    return files


def check(files):
    """Refuse files that ovs-ofctl cannot read, or reads as something else, before anything is started.

    All at once: one process a file is the greater part of the time."""
    runs = {path: start(["parse-flows", path]) for path in files.values()}
    errors = [line for path, output in finish(runs) for line in explain(path, ["parse-flows"], output)]
    if errors:
        raise InputError("\n".join(errors))


def install(files, targets):
    """Give each switch the entries of its file and no others.

    targets: {switch: OpenFlow target}.  Returns the number of entries.
    Raises InputError with file and line if a switch refuses one."""
    for command in ("del-flows", "add-flows"):
        runs = {}
        for switch, path in files.items():
            more = [path] if command == "add-flows" else []
            runs[switch] = start([command, targets[switch], *more])
        errors = [line for switch, output in finish(runs)
                  for line in explain(files[switch], ["add-flows", targets[switch]], output)]
        if errors:
            raise InputError("\n".join(errors))
    return sum(len(entries(path)) for path in files.values())


def entries(path):
    """[(line number, entry)] of a flow file, without comments and empty lines."""
    with open(path, encoding="utf-8") as stream:
        lines = [line.split("#", maxsplit=1)[0].strip() for line in stream]
    return [(number, line) for number, line in enumerate(lines, 1) if line]


def start(arguments, **streams):
    return subprocess.Popen(OFCTL + arguments, stdin=streams.get("stdin", subprocess.DEVNULL),
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish(runs):
    """[(key, what it said)] of those that failed or changed an entry, after all have ended."""
    outputs = {key: process.communicate()[1] for key, process in runs.items()}
    return [(key, outputs[key]) for key, process in runs.items() if process.returncode or CHANGED in outputs[key]]


def explain(path, command, output):
    """What is wrong with a file that a command complains of: a line for each entry, with its number."""
    bad = culprits(command, entries(path), MAX_ERRORS)
    return [f"{path}:{number}: `{entry}' {verdict(command, said)}" for number, entry, said in bad] \
        or [f"{path}: {gist(output)}"]


def culprits(command, numbered, limit):
    """[(line number, entry, what ovs-ofctl says)] of the entries that it does not take as they are.

    It stops at the first, and does not always name its line: so by halves."""
    process = start([*command, "-"], stdin=subprocess.PIPE)
    said = process.communicate("".join(entry + "\n" for _, entry in numbered))[1]
    if limit <= 0 or not numbered or not (process.returncode or CHANGED in said):
        return []
    if len(numbered) == 1:
        return [(*numbered[0], said)]
    half = len(numbered) // 2
    found = culprits(command, numbered[:half], limit)
    return found + culprits(command, numbered[half:], limit - len(found))


def verdict(command, said):
    if CHANGED in said:
        return f"would be installed {change(said)}: OpenFlow 1.0 cannot match that so; " \
               "is its protocol missing (tcp, udp, icmp, ip, arp)?"
    refused = "cannot be read" if command == ["parse-flows"] else "is refused by the switch"
    return f"{refused}: {gist(said)}"


def change(said):
    """What ovs-ofctl throws away of a match, from its log: `... pre: MATCH', `...post: MATCH'."""
    before, after = (re.search(rf"\|\s*{when}: (.*)", said)[1] for when in ("pre", "post"))
    lost = [field for field in before.split(",") if field not in after.split(",")]
    return "without " + ",".join(lost) if lost else f"as {after}"


def gist(output):
    """The one line that says why: a switch's error is followed by a dump of the message."""
    lines = [re.sub(r"^ovs-ofctl: (-:\d+: )?|^OFPT_ERROR \(xid=\w+\): ", "", line)
             for line in output.strip().split("\n")]
    return lines[0] if output.startswith("OFPT_ERROR") else lines[-1]
