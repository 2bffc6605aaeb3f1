#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The state check as the seed did it: ovs-ofctl for each switch, its text taken
apart, and the outputs of each port compared with what is expected. A peer for
tools/bench.

    seed_way.py LAB EXPECTED
"""
import os
import re
import subprocess
import sys

import yaml


def flows_of(endpoint):
    text = subprocess.run(["ovs-ofctl", "-O", "OpenFlow10", "dump-flows", endpoint],
                          check=True, capture_output=True, text=True).stdout
    found = {}
    for line in text.splitlines():
        match = re.search(r"in_port=\"?(\S+?)\"? actions=(\S+)", line)
        if match:
            found[match[1]] = sorted(re.findall(r"output:\"?([^,\"]+)", match[2]))
    return found


def expected_outputs(behaviour):
    return [] if behaviour == "drop" else sorted(str(p) for p in behaviour["output"])


def ports_of(key):
    first, _, last = str(key).partition("-")
    return range(int(first), int(last or first) + 1)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lab = yaml.safe_load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        expected = yaml.safe_load(file)["ports"]
    names = {}
    for switch, where in lab["switches"].items():
        flows = flows_of(where["openflow"])
        show = subprocess.run(["ovs-ofctl", "-O", "OpenFlow10", "--no-names", "show",
                               where["openflow"]], check=True, capture_output=True, text=True)
        names[switch] = dict(re.findall(r"^ (\d+)\((\S+)\)", show.stdout, re.M))
        by_name = {name: port for port, name in names[switch].items()}
        for key, behaviour in expected[switch].items():
            for port in ports_of(key):
                got = flows.get(str(port), flows.get(names[switch].get(str(port)), []))
                got = sorted(by_name.get(p, p) for p in got)
                if got != expected_outputs(behaviour):
                    print(switch, port, got, expected_outputs(behaviour))
                    sys.exit(1)


if __name__ == "__main__":
    os.environ.setdefault("OVS_RUNDIR", "/run/openvswitch")
    main()
