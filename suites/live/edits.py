#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Edits of the policy of the reference network, chosen at random, while frames flow.

    edits.py EDITS SEED        inside a lab of topologies/demon.yaml without flows

tapd runs by a policy in which h1 and h2, h3 and h4, h6 and h7 reach each other. Each edit
adds, removes, extends or lets expire a tap, on demand or in the policy file; taps
merge and overlap as they come. After each batch the network must have come to rest,
and `tapproof check` judges it by an expectation that is computed here from the
list of taps, and by nothing that tapd says. All the time
h3 sends to h4, and none of that may be lost or come twice; h5 sends too, and none of
that may arrive anywhere; nobody taps these two. At the end it prints TAP.
"""

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True      # a run leaves no file behind
from stream import Stream                                       # noqa: E402

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("B", REPOSITORY + "/build")
WORK = os.environ["WORK"]                                       # a directory for files
PAIRS = {("s1", 1): 2, ("s1", 2): 1, ("s1", 3): 4, ("s1", 4): 3, ("s2", 1): 2, ("s2", 2): 1}
HOSTS = {("s1", 1): "h1", ("s1", 2): "h2", ("s2", 1): "h6", ("s2", 2): "h7", ("s2", 3): "h8", ("s2", 4): "h9"}
# None hides one before it.
MATCHES = ["tcp,tp_dst=80", "tcp,nw_dst=10.0.0.2", "udp,tp_src=53", "ip,nw_dst=10.0.0.2", "tcp", "udp", "icmp", "arp",
           "dl_type=0x88b5", "dl_vlan=7", "ip", ""]
BATCH = 10
REST_S = 30


class Controller:
    """tapd, its policy file, and what it is asked."""

    def __init__(self):
        self.socket = WORK + "/tapd.sock"
        self.policy = WORK + "/policy.yaml"
        self.log = open(WORK + "/tapd.log", "ab")
        self.write({})
        self.process = subprocess.Popen([BUILD + "/tapd", self.policy, "--http", "unix:" + self.socket, "--state",
                                         WORK + "/state.json", "--resync", "60m"],
                                        stdout=subprocess.PIPE, stderr=self.log)
        if self.process.stdout.readline() != b"ready\n":
            raise RuntimeError("tapd did not start")

    def write(self, taps):
        """The policy file with these taps."""
        lines = [f"topology: {REPOSITORY}/topologies/demon.yaml", "pairs: [[h1, h2], [h3, h4], [h6, h7]]",
                 'always: [{from: "s3:1-10", to: "s3:11"}]']
        lines += ["taps:"] * bool(taps) + ["  - " + json.dumps(tap) for tap in taps.values()]
        with open(self.policy + ".new", "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")
        os.rename(self.policy + ".new", self.policy)

    def ask(self, method, path, body=None):
        """(status, answer)"""
        connection = http.client.HTTPConnection("tapd", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.socket)
        connection.request(method, path, json.dumps(body) if body is not None else None)
        reply = connection.getresponse()
        answer = json.loads(reply.read())
        connection.close()
        return reply.status, answer

    def size(self):
        """Descriptors, and kilobytes in memory."""
        process = f"/proc/{self.process.pid}"
        with open(process + "/statm", encoding="ascii") as stream:
            pages = int(stream.read().split()[1])
        return len(os.listdir(process + "/fd")), pages * os.sysconf("SC_PAGESIZE") // 1024

    def must(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        if status not in (200, 202):
            raise RuntimeError(f"{method} {path} {body}: {status} {answer}")

    def rest(self):
        """Until all is installed."""
        deadline = time.monotonic() + REST_S
        while not self.ask("GET", "/status")[1]["installed"]:
            if time.monotonic() > deadline:
                raise RuntimeError("it does not come to rest: " + json.dumps(self.ask("GET", "/status")[1]))
            time.sleep(0.005)


class Editor:
    """Taps that come and go."""

    def __init__(self, controller, seed):
        self.controller = controller
        self.chance = random.Random(seed)
        self.taps = {"policy": {}, "request": {}}   # name -> tap
        self.number = 0
        self.done = {}                              # kind -> count

    def tap(self):
        switch, port = self.chance.choice(list(HOSTS))
        self.number += 1
        tap = {"name": f"t{self.number}", "source": HOSTS[switch, port], "uplink": f"{switch}:{port + 5}", "to": "h11"}
        match = self.chance.choice(MATCHES)
        if match:
            tap["match"] = match
        return tap

    def edit(self):
        kinds = ["add", "add", "add", "remove", "extend", "expire", "file-add", "file-add", "file-remove"]
        kind = self.chance.choice(kinds)
        if len(self.taps["request"]) > 12:
            kind = self.chance.choice(["remove", "expire"])
        if len(self.taps["policy"]) > 12:
            kind = "file-remove"
        getattr(self, kind.replace("-", "_"))()

    def count(self, kind):
        self.done[kind] = self.done.get(kind, 0) + 1

    def add(self):
        tap = self.tap()
        if self.chance.random() < 0.4:
            tap["for"] = f"{self.chance.choice([100, 1000])}s"
        self.controller.must("POST", "/taps", tap)
        self.taps["request"][tap["name"]] = tap
        self.count("added")

    def pick(self, which, lasting=None):
        names = [name for name, tap in self.taps[which].items() if lasting is None or ("for" in tap) != lasting]
        return self.chance.choice(names) if names else None

    def remove(self):
        name = self.pick("request")
        if not name:
            return self.add()
        self.controller.must("DELETE", "/taps/" + name)
        del self.taps["request"][name]
        return self.count("removed")

    def extend(self):
        name = self.pick("request", lasting=False)
        if not name:
            return self.add()
        self.controller.must("PATCH", "/taps/" + name, {"for": self.taps["request"][name]["for"]})
        return self.count("extended")

    def file_add(self):
        tap = self.tap()
        self.taps["policy"][tap["name"]] = tap
        self.reload()
        self.count("added to the file")

    def file_remove(self):
        name = self.pick("policy")
        if not name:
            return self.file_add()
        del self.taps["policy"][name]
        self.reload()
        return self.count("removed from the file")

    def reload(self):
        self.controller.write(self.taps["policy"])
        self.controller.must("POST", "/reload")

    def expire(self):
        """The switches' clock goes 101 s ahead: what ends by then is gone."""
        gone = [name for name, tap in self.taps["request"].items() if tap.get("for") == "100s"]
        if not gone:
            return self.remove()
        self.controller.rest()
        subprocess.run(["ovs-appctl", "time/warp", "101000"], check=True, stdout=subprocess.DEVNULL)
        for name in gone:
            if not self.ends(name):
                self.controller.ask("DELETE", "/taps/" + name)
            del self.taps["request"][name]
        for name, tap in self.taps["request"].items():      # the others have less left than they know
            if "for" in tap:
                self.controller.must("PATCH", "/taps/" + name, {"for": tap["for"]})
        return self.count("expired")

    def ends(self, name):
        """Whether a tap ends by itself. One beside others may have no entry of its own, and goes on by tapd's clock."""
        source = self.taps["request"][name]["source"]
        alone = sum(tap["source"] == source for which in self.taps.values() for tap in which.values()) == 1
        deadline = time.monotonic() + (REST_S if alone else 1)
        while self.controller.ask("GET", "/taps/" + name)[0] != 404:
            if time.monotonic() > deadline:
                if alone:
                    raise RuntimeError(f"{name} does not end")
                return False
            time.sleep(0.005)
        self.count("ended by itself")
        return True

    def expectation(self):
        """What must be so now, port by port."""
        ports = {"s1": {}, "s2": {}, "s3": {"1-10": {"output": [11]}}}
        for (switch, port), peer in PAIRS.items():
            ports[switch][port] = self.cases(switch, port, [peer])
        for switch, port in HOSTS:
            if (switch, port) not in PAIRS:
                ports[switch][port] = self.cases(switch, port, [])
        return {"topology": REPOSITORY + "/topologies/demon.yaml", "ports": ports, "expires": "any"}

    def cases(self, switch, port, outputs):
        host = HOSTS.get((switch, port))
        matches = {tap.get("match", "") for which in self.taps.values() for tap in which.values()
                   if tap["source"] == host}
        tapped = {"output": outputs + [port + 5]}
        rest = {"output": outputs} if outputs else {"actions": "drop"}
        if "" in matches:
            return [tapped]
        return [{"match": match, **tapped} for match in MATCHES if match in matches] + [rest]


def check(editor):
    """None, or what tapproof finds wrong.

    Open vSwitch 3.1 with its own datapath, when several cached flows take one packet, may change another one than it
    means (the first that takes it), and goes on by the one that it forgot for as long as frames come. Nobody who writes
    entries can help it, so the cache is emptied."""
    subprocess.run(["ovs-appctl", "revalidator/purge"], check=True, stdout=subprocess.DEVNULL)
    expected = WORK + "/expected.yaml"
    with open(expected, "w", encoding="utf-8") as stream:
        json.dump(editor.expectation(), stream, indent=1)
    done = subprocess.run([BUILD + "/tapproof", "check", expected], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    return None if done.returncode == 0 else done.stdout


def grown(early, late):
    """None, or by how much. AddressSanitizer keeps what is freed."""
    with open(BUILD + "/tapd", "rb") as program:
        slack_kb = 1 << 20 if b"__asan_init" in program.read() else 1024
    return None if late[0] <= early[0] and late[1] <= early[1] + slack_kb else f"from {early} to {late}"


def report(number, wrong, name):
    print(f"{'not ok' if wrong else 'ok'} {number} - {name}")
    for line in str(wrong).split("\n") if wrong else []:
        print("# " + line)


def main(edits, seed):
    controller = Controller()
    editor = Editor(controller, seed)
    stream = Stream()
    wrong = []
    early = late = None
    try:
        for number in range(1, edits + 1):
            editor.edit()
            if number % BATCH == 0 or number == edits:
                controller.rest()
                found = check(editor)
                wrong += [f"after {number} edits:\n{found}"] if found else []
                late = controller.size()
                early = early or (late if number >= edits / 2 else None)
    except RuntimeError as error:
        wrong.append(f"after {number} edits: {error}")
    lost, strays = stream.finish()
    controller.process.terminate()
    status = controller.process.wait()
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(editor.done.items()))
    report(1, "\n".join(wrong[:3]), f"{edits} edits (seed {seed}): {counts}; all conform")
    report(2, lost, f"of {stream.sent} frames of an untouched pair none is lost")
    report(3, strays, f"of {stream.sent} frames of an isolated host none arrives anywhere")
    report(4, status, "tapd ends as it should")
    report(5, grown(early, late) if early else "it was not measured",
           f"from the middle to the end tapd goes from {early} to {late} descriptors and kB")
    print("1..5")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
