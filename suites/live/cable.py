#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A cable that can be bad: carries frames between the hosts w1 and w2 of a lab.

    cable.py FAULT      good, lossy (one frame in ten is lost), double (one in
                        five comes twice), dirty (a byte is changed), one-way,
                        sleepy (the first frame after 0.3 s of quiet is lost)
"""
import ctypes
import os
import random
import select
import socket
import struct
import sys
import time

import yaml

SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 263, 8, 23
TP_STATUS_VLAN_VALID = 0x10


def end_of(name, hosts):
    namespace = os.open(hosts[name]["netns"], os.O_RDONLY)
    ctypes.CDLL(None).setns(namespace, 0)
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    end.bind((hosts[name]["interface"], 3))
    end.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    end.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    return end


def received(end):
    """The frame with its VLAN tag, which the kernel hands over beside it."""
    frame, ancillary, _, _ = end.recvmsg(4096, 256)
    for _, kind, data in ancillary:
        status, tci, tpid = struct.unpack("I12xHH", data[:20])
        if kind == PACKET_AUXDATA and status & TP_STATUS_VLAN_VALID:
            frame = frame[:12] + struct.pack("!HH", tpid or 0x8100, tci) + frame[12:]
    return frame


class Quiet:
    since = 0.0

    @classmethod
    def is_over(cls):
        before, cls.since = cls.since, time.monotonic()
        return cls.since - before > 0.3


def carried(fault, frame, onward):
    if fault == "lossy" and random.random() < 0.1 or fault == "one-way" and not onward:
        return []
    if fault == "double" and random.random() < 0.2:
        return [frame, frame]
    if fault == "sleepy" and Quiet.is_over():
        return []
    if fault == "dirty":
        return [frame[:-1] + bytes([frame[-1] ^ 1])]
    return [frame]


def main():
    random.seed(1)
    with open(os.environ["TAPPROOF_LAB"], encoding="utf-8") as file:
        hosts = yaml.safe_load(file)["hosts"]
    ends = [end_of("w1", hosts), end_of("w2", hosts)]
    print("up", flush=True)
    while True:
        for end in select.select(ends, [], [])[0]:
            other = ends[1 - ends.index(end)]
            for frame in carried(sys.argv[1], received(end), end is ends[0]):
                other.send(frame)


if __name__ == "__main__":
    main()
