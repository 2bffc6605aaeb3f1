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
    """Refuse files that ovs-ofctl cannot read, before anything is started.

    All at once: one process a file is the greater part of the time."""
    runs = {path: start(["parse-flows", path]) for path in files.values()}
    errors = [explain(path, output) for path, output in finish(runs)]
    if errors:
        raise InputError("\n".join(errors))


def install(files, targets):
    """Give each switch the entries of its file and no others.

    targets: {switch: OpenFlow target}.  Returns the number of entries.
    Raises InputError with file and line if a switch refuses one."""
    for arguments in ("del-flows", "add-flows"):
        runs = {}
        for switch, path in files.items():
            more = [path] if arguments == "add-flows" else []
            runs[switch] = start([arguments, targets[switch], *more])
        for switch, output in finish(runs):
            raise InputError(refused(files[switch], targets[switch], output))
    return sum(len(entries(path)) for path in files.values())


def entries(path):
    """[(line number, entry)] of a flow file, without comments and empty lines."""
    with open(path, encoding="utf-8") as stream:
        lines = [line.split("#", maxsplit=1)[0].strip() for line in stream]
    return [(number, line) for number, line in enumerate(lines, 1) if line]


def start(arguments):
    return subprocess.Popen(OFCTL + arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)


def finish(runs):
    """[(key, what it said)] of those that failed, after all have ended."""
    outputs = {key: process.communicate()[1] for key, process in runs.items()}
    return [(key, outputs[key]) for key, process in runs.items() if process.returncode]


def explain(path, output):
    """ovs-ofctl's own message, `ovs-ofctl: FILE:LINE: TEXT', as `FILE:LINE: TEXT'."""
    lines = [re.sub(r"^ovs-ofctl: ", "", line) for line in output.strip().split("\n")]
    located = [line for line in lines if line.startswith(path)]
    return located[-1] if located else culprit(path, ["parse-flow"], "cannot be read") or f"{path}: {lines[-1]}"


def refused(path, target, output):
    """The switch, not the parser, refused an entry."""
    return culprit(path, ["add-flow", target], "is refused by the switch") or f"{path}: {output.strip()}"


def culprit(path, command, verdict):
    """The first entry that fails on its own, where ovs-ofctl does not name the line; None if none does."""
    for number, entry in entries(path):
        failed = finish({path: start([*command, entry])})
        if failed:
            return f"{path}:{number}: `{entry}' {verdict}: {gist(failed[0][1])}"
    return None


def gist(output):
    """The one line that says why: a switch's error is followed by a dump of the message."""
    lines = [re.sub(r"^ovs-ofctl: |^OFPT_ERROR \(xid=\w+\): ", "", line) for line in output.strip().split("\n")]
    return lines[0] if output.startswith("OFPT_ERROR") else lines[-1]
