#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Frames on the reference network that must not be lost, and others that must not arrive.

    stream.py        inside a lab of topologies/demon.yaml, until its standard input ends

All the time h3 sends to h4, and none of that may be lost or come twice, or come
elsewhere; h5 sends too, and none of that may arrive anywhere. It says "ready", and at the
end what was wrong; exit status 1 if anything was.
"""

import os
import select
import socket
import struct
import sys
import threading
import time

import yaml

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + "/topologies")
import labspace                                                 # noqa: E402

ETHERTYPE = 0x88b6          # IEEE local experimental, not that of the probes
MARK = b"edits"
PERIOD_S = 0.004


def sockets_of_hosts(ethertype):
    """By name: one each, in the host's network, that takes what has this type and does not block."""
    with open(os.environ["TAPPROOF_LAB"], encoding="utf-8") as file:
        hosts = yaml.safe_load(file)["hosts"]
    sockets = {}
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    for name, host in hosts.items():
        labspace.enter_network(host["netns"])
        channel = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ethertype))
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        channel.bind((host["interface"], ethertype))
        channel.setblocking(False)
        sockets[name] = channel
    labspace.enter_network(f"/proc/self/fd/{home}")
    os.close(home)
    return sockets


class Stream:
    """Frames of h3 and h5, numbered; and what of them arrives where."""

    def __init__(self):
        self.sockets = sockets_of_hosts(ETHERTYPE)
        self.sent = 0
        self.arrived = {}           # (sender, receiver) -> [number, ...]
        self.stopping = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        due = time.monotonic()
        while not self.stopping:
            for sender, index in (("h3", 3), ("h5", 5)):
                addresses = bytes(5) + bytes([4 if index == 3 else 255]) + bytes(5) + bytes([index])
                frame = addresses + struct.pack("!H5sBI", ETHERTYPE, MARK, index, self.sent)
                self.sockets[sender].send(frame.ljust(60, b"\0"))
            self.sent += 1
            due += PERIOD_S
            self.collect(max(0, due - time.monotonic()))

    def collect(self, wait):
        deadline = time.monotonic() + wait
        while True:
            ready = select.select(list(self.sockets.values()), [], [], max(0, deadline - time.monotonic()))[0]
            if not ready:
                return
            for name, channel in self.sockets.items():
                if channel in ready:
                    self.take(name, channel)

    def take(self, name, channel):
        frame, address = channel.recvfrom(2048)
        if address[2] != socket.PACKET_OUTGOING and frame[14:19] == MARK:
            sender, number = struct.unpack_from("!BI", frame, 19)
            self.arrived.setdefault((sender, name), []).append(number)

    def finish(self):
        """What was lost or came twice, and what came where it should not; what is under way has time to arrive."""
        self.stopping = True
        self.thread.join()
        deadline = time.monotonic() + 10
        while len(set(self.arrived.get((3, "h4"), []))) < self.sent and time.monotonic() < deadline:
            self.collect(0.1)
        self.collect(0.2)
        came = self.arrived.get((3, "h4"), [])
        missing = sorted(set(range(self.sent)) - set(came))
        strays = {f"h{sender} to {name}": len(numbers) for (sender, name), numbers in self.arrived.items()
                  if (sender, name) != (3, "h4")}
        twice = len(came) - len(set(came))
        return (missing or twice) and f"{len(missing)} lost, {twice} twice: {missing[:20]}", strays


def main():
    stream = Stream()
    print("ready", flush=True)
    sys.stdin.read()
    lost, strays = stream.finish()
    print(f"{stream.sent} frames each; lost: {lost or 'none'}; where they should not: {strays or 'none'}")
    return 1 if lost or strays else 0


if __name__ == "__main__":
    sys.exit(main())
