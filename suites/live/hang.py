# SPDX-License-Identifier: Apache-2.0
"""Clients that hang, for the live tests: hang.py ADDRESS COUNT TEXT

Keeps COUNT connections to unix:PATH or HOST:PORT open that have said TEXT and
say no more; one that is closed dials again. Prints "hanging" when each has been
open once; ends when it is killed.
"""
import resource
import selectors
import socket
import sys

address, count, text = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
waiting = selectors.DefaultSelector()


def dial():
    if address.startswith("unix:"):
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(address[len("unix:"):])
    else:
        host, port = address.rsplit(":", 1)
        peer = socket.create_connection((host, int(port)))
    try:
        peer.sendall(text)
    except OSError:
        pass
    waiting.register(peer, selectors.EVENT_READ)


for _ in range(count):
    dial()
print("hanging", flush=True)
n_again = 0
while True:
    for key, _ in waiting.select():
        try:
            gone = not key.fileobj.recv(4096)
        except OSError:
            gone = True
        if gone:
            waiting.unregister(key.fileobj)
            key.fileobj.close()
            n_again += 1
            if n_again <= 10 * count:
                dial()
