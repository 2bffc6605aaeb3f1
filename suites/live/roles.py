#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""roles.py SWITCH LISTEN N COMMAND...: runs the command N times. What it says to the socket LISTEN goes to that of
SWITCH, where another controller is master meanwhile, with a generation id, and has a packet sent to all controllers that
ask for such whenever a session asks for a table. Fails if the command does, if a session asks for a role or is sent
that packet, or if role or generation id are others afterwards."""

import socket
import struct
import subprocess
import sys
import threading

HELLO, ERROR, ECHO_REQUEST, SET_CONFIG, PACKET_IN, PACKET_OUT, MULTIPART_REQUEST = 0, 1, 2, 9, 10, 13, 18
ROLE_REQUEST, ROLE_REPLY, SET_ASYNC = 24, 25, 28
NOCHANGE, MASTER, GENERATION = 0, 2, 7
IN_PORT, TABLE, NO_BUFFER = 1, 0xfffffff9, 0xffffffff
FRAME = bytes.fromhex("020000000002 020000000001 88b5") + bytes(46)


def message(kind, body=b""):
    return struct.pack("!BBHI", 4, kind, 8 + len(body), 1) + body


def exactly(connection, length):
    data = b""
    while len(data) < length:
        more = connection.recv(length - len(data))
        if not more:
            return None
        data += more
    return data


def receive(connection):
    """The type and all bytes of the next message; at the end None."""
    header = exactly(connection, 8)
    body = header and exactly(connection, struct.unpack("!H", header[2:4])[0] - 8)
    return (None, None) if body is None or header is None else (header[1], header + body)


class Master:
    def __init__(self, path):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.connect(path)
        self.connection.sendall(message(HELLO) + message(SET_CONFIG, struct.pack("!HH", 0, 128)))
        self.role = self.ask(MASTER, GENERATION)
        self.lock = threading.Lock()

    def wait(self, wanted):
        while True:
            kind, data = receive(self.connection)
            if kind == ECHO_REQUEST:
                self.connection.sendall(bytes([4, 3]) + data[2:])
            if kind in (None, ERROR, wanted):
                assert kind == wanted, f"{kind}: {data}"
                return data

    def ask(self, role, generation):
        self.connection.sendall(message(ROLE_REQUEST, struct.pack("!IxxxxQ", role, generation)))
        return struct.unpack("!IxxxxQ", self.wait(ROLE_REPLY)[8:])

    def provoke(self):
        """The packet has been sent to everybody who asks for such."""
        action = struct.pack("!HHIHxxxxxx", 0, 16, TABLE, 0)
        packet = struct.pack("!IIHxxxxxx", NO_BUFFER, IN_PORT, 16) + action + FRAME
        with self.lock:
            self.connection.sendall(message(PACKET_OUT, packet))
            self.wait(PACKET_IN)


class Relay:
    def __init__(self, target, listen, master):
        self.target, self.master, self.seen = target, master, []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(listen)
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            switch = socket.socket(socket.AF_UNIX)
            switch.connect(self.target)
            threading.Thread(target=self.pass_on, args=(client, switch, "to"), daemon=True).start()
            threading.Thread(target=self.pass_on, args=(switch, client, "from"), daemon=True).start()

    def pass_on(self, source, sink, way):
        asked = False
        try:
            while True:
                kind, data = receive(source)
                if kind is None:
                    break
                self.seen.append((way, kind))
                if way == "to" and kind == MULTIPART_REQUEST and not asked:
                    asked = True
                    self.master.provoke()
                sink.sendall(data)
        except OSError:
            pass
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def main(switch, listen, count, *command):
    master = Master(switch)
    relay = Relay(switch, listen, master)
    for _ in range(int(count)):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    after = master.ask(NOCHANGE, 0)
    seen = relay.seen
    print(f"role and generation id {master.role} before, {after} after; {len(seen)} messages, "
          f"{seen.count(('to', SET_ASYNC))} sessions that want to be told nothing")
    bad = [what for what in (("to", ROLE_REQUEST), ("from", PACKET_IN)) if what in seen]
    assert after == master.role == (MASTER, GENERATION), after
    assert not bad, bad
    assert seen.count(("to", SET_ASYNC)) >= int(count)


main(*sys.argv[1:])
