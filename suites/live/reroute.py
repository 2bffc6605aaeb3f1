#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Links, ports and switches of the tap fabric fail and come back, chosen at random.

    reroute.py ROUNDS SEED     inside a lab of topologies/fabric.yaml without flows

tapd runs by a policy whose taps choose their uplinks. In each round something fails or comes back.
When no tap is pending, each tap that is up must go by links that work, and each that is down must
have been left no way: none of links that work, and that no other tap is on. Then frames go from
every source and to every host at once: what is up is copied to where it should be, once (a switch may
follow its table a little later); nothing else arrives anywhere, at no time. All the time h23 sends to h24, by no link: none of that may be lost. At the end it
prints TAP, and how long taps were without a way in the worst case.
"""

import http.client
import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True      # a run leaves no file behind
REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from stream import sockets_of_hosts                             # noqa: E402

BUILD = os.environ.get("B", REPOSITORY + "/build")
WORK = os.environ["WORK"]                                       # a directory for files
TAPS = {"a": ("h11", "c1"), "b": ("h21", "c2"), "c": ("h31", "c3"), "d": ("h41", "c4")}
PAIRS = {"h11": "h12", "h23": "h24", "h31": "h32"}
BOTH_WAYS = set(PAIRS.items()) | {(b, a) for a, b in PAIRS.items()}
ALLOWED = BOTH_WAYS | set(TAPS.values())
LINKS = {f"f{i}:{port}": far for i in range(1, 5)
         for port, far in ((5, f"m1:{i}"), (6, f"m2:{i}"), (7, f"m2:{i + 4}"))}
LINKS.update({"m1:9": "d1:1", "m1:10": "d2:1", "m2:9": "d1:2", "m2:10": "d2:2"})
SWITCHES = ["m1", "m2"]             # with whose ports the whole switch fails
ETHERTYPE = 0x88b6                  # IEEE local experimental
STEADY, PROBE = 0, 1                # kinds of frames
REST_S = 30
LAG_S = 2                           # after which a frame that was copied has come, on a busy machine, too


class Frames:
    """Frames of all hosts, numbered; and what of them arrives where."""

    def __init__(self):
        self.sockets = sockets_of_hosts(ETHERTYPE)
        self.steady = 0
        self.probes = 0
        self.arrived = {}           # (kind, number) -> [(sender, receiver), ...]
        self.stopping = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def send(self, sender, kind, number):
        index = list(self.sockets).index(sender)
        frame = bytes(5) + b"\xfe" + bytes(5) + b"\xfd" + struct.pack("!HBBI", ETHERTYPE, kind, index, number)
        self.sockets[sender].send(frame.ljust(60, b"\0"))

    def run(self):
        """The steady ones; and whatever arrives is noted."""
        names = list(self.sockets)
        due = time.monotonic()
        while not self.stopping:
            if time.monotonic() >= due:
                self.send("h23", STEADY, self.steady)
                self.steady += 1
                due += 0.005
            for channel in select.select(list(self.sockets.values()), [], [], 0.002)[0]:
                receiver = names[list(self.sockets.values()).index(channel)]
                frame, address = channel.recvfrom(2048)
                if address[2] != socket.PACKET_OUTGOING:
                    kind, index, number = struct.unpack("!BBI", frame[14:20])
                    self.arrived.setdefault((kind, number), []).append((names[index], receiver))

    def pass_by(self, deadline):
        """Until some frames that are sent from now on have come, and so what was sent before and goes astray."""
        last = self.steady + 4
        while (STEADY, last) not in self.arrived and time.monotonic() < deadline:
            time.sleep(0.002)

    def probe(self, number, expected):
        """One from every host. None, or what came that should not, or did not; and whether that may be because a
        switch still does what it did before."""
        for sender in self.sockets:
            self.send(sender, PROBE, number)
        deadline = time.monotonic() + LAG_S
        while time.monotonic() < deadline and not expected <= set(self.arrived.get((PROBE, number), [])):
            time.sleep(0.002)
        self.pass_by(deadline)
        came = self.arrived.get((PROBE, number), [])
        wrong = sorted(expected - set(came)), sorted(set(came) - expected), len(came) - len(set(came))
        may_be_late = set(came) - expected <= set(TAPS.values())
        return "missing {}, stray {}, {} twice".format(*wrong) if any(wrong) else None, may_be_late

    def probe_until_right(self, expected):
        """None, or what is wrong for longer than REST_S, or at once where it never was right."""
        deadline = time.monotonic() + REST_S
        while True:
            self.probes += 1
            wrong, may_be_late = self.probe(self.probes, expected)
            if not wrong or not may_be_late or time.monotonic() > deadline:
                return wrong

    def finish(self):
        """None, or what of the steady ones was lost; and what of probes came to hosts that are never theirs."""
        deadline = time.monotonic() + LAG_S
        while (STEADY, self.steady - 1) not in self.arrived and time.monotonic() < deadline:
            time.sleep(0.01)
        sent = self.steady - 1
        self.stopping = True
        self.thread.join()
        lost = [number for number in range(sent) if self.arrived.get((STEADY, number)) != [("h23", "h24")]]
        never = {who for (kind, _), came in self.arrived.items() if kind == PROBE for who in came} - ALLOWED
        return f"{len(lost)} of {sent}, the first {lost[:5]}" if lost else None, sorted(never)


class Controller:
    """tapd, and what it is asked."""

    def __init__(self):
        self.socket = WORK + "/tapd.sock"
        with open(WORK + "/policy.yaml", "w", encoding="utf-8") as stream:
            pairs = ", ".join(f"[{a}, {b}]" for a, b in PAIRS.items())
            taps = "".join(f"  - {{name: {name}, source: {source}, to: {to}}}\n"
                           for name, (source, to) in TAPS.items())
            stream.write(f"topology: {REPOSITORY}/topologies/fabric.yaml\npairs: [{pairs}]\ntaps:\n{taps}")
        self.log = open(WORK + "/tapd.log", "ab")
        self.process = subprocess.Popen([BUILD + "/tapd", WORK + "/policy.yaml", "--http", "unix:" + self.socket],
                                        stdout=subprocess.PIPE, stderr=self.log)
        if self.process.stdout.readline() != b"ready\n":
            raise RuntimeError("tapd did not start")

    def get(self, path):
        connection = http.client.HTTPConnection("tapd", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.socket)
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def taps(self):
        return {tap["name"]: tap for tap in self.get("/taps")["taps"]}


def links_of(tap):
    """The ends of the links that its copies leave switches by."""
    return {f"{hop['switch']}:{hop['out']}" for hop in tap["path"]} & set(LINKS)


class Network:
    """What works, as it was made to be."""

    def __init__(self, chance):
        self.chance = chance
        self.failed = set()             # near ends of links
        self.done = {}                  # kind -> count

    def port(self, name, *arguments):
        switch, port = name.split(":")
        subprocess.run(["ovs-ofctl", "-O", "OpenFlow10", "mod-port", "unix:" + self.endpoint(switch), port, *arguments],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def endpoint(self, switch):
        return f"{os.environ['OVS_RUNDIR']}/{switch}.mgmt"

    def fail(self):
        kind = self.chance.choice(["link", "no-forward", "no-receive", "switch"])
        self.done[kind] = self.done.get(kind, 0) + 1
        if kind == "switch":
            switch = self.chance.choice(SWITCHES)
            ends = [near for near, far in LINKS.items() if switch + ":" in near + " " + far]
        else:
            ends = [self.chance.choice(sorted(set(LINKS) - self.failed) or sorted(LINKS))]
        for near in ends:
            self.failed.add(near)
            if kind == "no-receive":
                self.port(LINKS[near], "no-receive")
            else:
                self.port(near, "no-forward" if kind == "no-forward" else "down")

    def mend(self):
        """One, or all."""
        ends = [self.chance.choice(sorted(self.failed))] if self.chance.random() < 0.5 else sorted(self.failed)
        for near in ends:
            self.failed.discard(near)
            self.port(near, "up")
            self.port(near, "forward")
            self.port(LINKS[near], "receive")
        self.done["mended"] = self.done.get("mended", 0) + 1

    def change(self):
        if self.failed and self.chance.random() < 0.45:
            self.mend()
        else:
            self.fail()

    def ways(self, source, to):
        """The sets of links that lead from a filter switch to a delivery port by one mux switch, and work."""
        delivery = 9 if to in ("c1", "c2") else 10
        filter_switch = "f" + source[1]
        ups = {5: "m1", 6: "m2", 7: "m2"}
        ways = [{f"{filter_switch}:{port}", f"{mux}:{delivery}"} for port, mux in ups.items()]
        return [way for way in ways if not way & self.failed]


def judge(network, taps):
    """None, or what is wrong with the states that tapd tells."""
    for name, tap in taps.items():
        mine = links_of(tap)
        others = set().union(*(links_of(other) for key, other in taps.items()
                               if key != name and other["state"] == "up"))
        if tap["state"] == "up" and mine & network.failed:
            return f"{name} is up by {sorted(mine)}, of which {sorted(mine & network.failed)} failed"
        if tap["state"] == "down":
            free = [way for way in network.ways(*TAPS[name]) if not way & others]
            if free:
                return f"{name} is down ({tap.get('why')}), where {free} works and nobody is on it"
            if not tap.get("why"):
                return f"{name} is down, and it is not told why"
        elif tap["state"] != "up":
            return f"{name} is {tap['state']}"
    return None


def settle(network, controller):
    """Until it is as it should be; at most REST_S. None, or what is wrong then; and how long that took."""
    begin = time.monotonic()
    while True:
        taps = controller.taps()
        wrong = judge(network, taps)
        passed = time.monotonic() - begin
        if not wrong or passed > REST_S:
            return wrong, passed, taps
        time.sleep(0.01)


def expectation(taps):
    return BOTH_WAYS | {TAPS[name] for name, tap in taps.items() if tap["state"] == "up"}


def report(number, wrong, name):
    print(f"{'not ok' if wrong else 'ok'} {number} - {name}")
    for line in str(wrong).split("\n") if wrong else []:
        print("# " + line)


def main(rounds, seed):
    network = Network(random.Random(seed))
    controller = Controller()
    frames = Frames()
    wrong, worst = [], 0.0
    for number in range(rounds):
        network.change()
        found, passed, taps = settle(network, controller)
        worst = max(worst, passed)
        found = found or frames.probe_until_right(expectation(taps))
        if found:
            wrong.append(f"round {number}, {sorted(network.failed)} failed: {found}")
    lost, never = frames.finish()
    wrong += [f"at some time {sender} reached {receiver}" for sender, receiver in never]
    controller.process.terminate()
    status = controller.process.wait()
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(network.done.items()))
    report(1, "\n".join(wrong[:5]), f"{rounds} rounds (seed {seed}): {counts}; taps that have a way are up by it, and "
           "what arrives is theirs")
    print(f"# {len(wrong)} rounds were wrong; the longest took {worst:.2f} s")
    report(2, lost, f"of {frames.steady} frames that cross no link none is lost")
    report(3, status, "tapd ends as it should")
    print("1..3")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
