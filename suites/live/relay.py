#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""TCP relays in front of switches, whose connections can be cut.

    relay.py LISTEN=TARGET [LISTEN=TARGET...]      ports of 127.0.0.1

Says "ready" when all listen. Then it obeys lines of its standard input, and
answers each with a line:

    cut N      of the next connection of each relay, N bytes pass towards the switch, then
               it is closed, both ways, and as many of the bytes that were under way are lost
    hold       new connections are accepted, and closed at once
    pass       whatever comes passes
    count      how many bytes have passed towards the switches since the last "count"
"""

import selectors
import socket
import sys


class Relays:
    def __init__(self, pairs):
        self.selector = selectors.DefaultSelector()
        self.limits = {}        # listener -> bytes that the next connection may send, or None
        self.targets = {}
        self.held = False
        self.passed = 0
        for listen, target in pairs:
            listener = socket.create_server(("127.0.0.1", listen))
            self.targets[listener] = target
            self.limits[listener] = None
            self.selector.register(listener, selectors.EVENT_READ, self.accept)
        self.selector.register(sys.stdin, selectors.EVENT_READ, self.command)

    def run(self):
        print("ready", flush=True)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj.fileno() >= 0:       # not closed by one before it
                    key.data(key.fileobj)

    def command(self, stream):
        words = stream.readline().split()
        if not words:
            sys.exit(0)
        if words[0] == "cut":
            self.limits = {listener: int(words[1]) for listener in self.limits}
        elif words[0] in ("hold", "pass"):
            self.held = words[0] == "hold"
            self.limits = {listener: None for listener in self.limits}
        print(self.passed if words[0] == "count" else "done", flush=True)
        if words[0] == "count":
            self.passed = 0

    def accept(self, listener):
        near = listener.accept()[0]
        if self.held:
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.targets[listener]))
        except OSError:
            near.close()
            return
        limit, self.limits[listener] = self.limits[listener], None
        state = {"left": limit}
        self.selector.register(near, selectors.EVENT_READ, lambda _: self.forward(near, far, state))
        self.selector.register(far, selectors.EVENT_READ, lambda _: self.forward(far, near, None))

    def forward(self, source, sink, state):
        """state: of the way to the switch, which may be limited."""
        try:
            data = source.recv(65536)
            if state and state["left"] is not None:
                data = data[:state["left"]]
                state["left"] -= len(data)
            if data:
                sink.sendall(data)
            self.passed += len(data) if state else 0
        except OSError:
            data = b""
        if not data or state and state["left"] == 0:
            for end in (source, sink):
                self.selector.unregister(end)
                end.close()


if __name__ == "__main__":
    Relays([tuple(map(int, pair.split("="))) for pair in sys.argv[1:]]).run()
