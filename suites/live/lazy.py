#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Relays in front of switches whose port counters are read seldom.

    lazy.py SECONDS LISTEN=TARGET [LISTEN=TARGET...]      ports of 127.0.0.1

What a switch has said of its ports' counters is said again for so many seconds
(OFPST_PORT of OpenFlow 1.0), whatever has passed meanwhile, as switches do that read their
hardware from time to time. Everything else is as fresh as it is. Says "ready" when all listen.
"""

import asyncio
import struct
import sys
import time

STATS_REPLY, OFPST_PORT, HEAD = 17, 4, 8


class Lazy:
    def __init__(self, seconds, target):
        self.seconds, self.target = seconds, target
        self.body, self.since = b"", -seconds

    def aged(self, message):
        """The message with the counters that it is answered with."""
        if message[1] != STATS_REPLY or message[HEAD:HEAD + 2] != struct.pack("!H", OFPST_PORT):
            return message
        if time.monotonic() - self.since >= self.seconds or len(self.body) != len(message) - HEAD:
            self.body, self.since = message[HEAD:], time.monotonic()
        return message[:HEAD] + self.body

    async def towards_switch(self, reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def from_switch(self, reader, writer):
        while True:
            head = await reader.readexactly(HEAD)
            rest = await reader.readexactly(struct.unpack("!H", head[2:4])[0] - HEAD)
            writer.write(self.aged(head + rest))
            await writer.drain()

    async def serve(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            await asyncio.gather(self.towards_switch(reader, far_writer), self.from_switch(far_reader, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            far_writer.close()


async def main():
    servers = []
    for listen, target in (map(int, pair.split("=")) for pair in sys.argv[2:]):
        servers.append(await asyncio.start_server(Lazy(float(sys.argv[1]), target).serve, "127.0.0.1", listen))
    print("ready", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main())
