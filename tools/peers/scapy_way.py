#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The traffic check with scapy: a frame of each kind from every host, captured
at every host, for the same settling time. It only counts what arrives. A peer
for tools/bench.

    scapy_way.py LAB
"""
import ctypes
import os
import select
import sys
import time

import yaml
from scapy.all import ARP, ICMP, IP, TCP, UDP, Dot1Q, Ether, Raw, conf

SETTLE_S = 0.1


def sockets_of(hosts):
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    sockets = {}
    for name, where in hosts.items():
        namespace = os.open(where["netns"], os.O_RDONLY)
        libc.setns(namespace, 0)
        conf.ifaces.reload()
        sockets[name] = conf.L2socket(iface=where["interface"])
        os.close(namespace)
    libc.setns(home, 0)
    return sockets


def frames(number):
    mark = Raw(b"scapyway%08d" % number + b"." * 32)
    ether = Ether(src="00:00:00:00:00:%02x" % number, dst="00:00:00:00:00:01")
    ip = IP(src="10.0.0.%d" % number, dst="198.51.100.2")
    yield Ether(src=ether.src, dst="ff:ff:ff:ff:ff:ff", type=0x88b5) / mark
    yield Ether(src=ether.src, dst=ether.dst, type=0x88b5) / mark
    yield ether / Dot1Q(vlan=2049) / mark
    yield ether / ARP(pdst="198.51.100.2") / mark
    yield ether / ip / UDP(sport=9, dport=9) / mark
    yield ether / ip / TCP(sport=9, dport=9, flags="R") / mark
    yield ether / ip / ICMP(type=0) / mark


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        hosts = yaml.safe_load(file)["hosts"]
    sockets = sockets_of(hosts)
    for number, name in enumerate(hosts, 1):
        for frame in frames(number):
            sockets[name].send(frame)
    arrived = 0
    deadline = time.monotonic() + SETTLE_S
    while True:
        ready, _, _ = select.select(list(sockets.values()), [], [],
                                    max(0, deadline - time.monotonic()))
        if not ready:
            break
        for socket in ready:
            packet = socket.recv()
            if packet and b"scapyway" in bytes(packet):
                arrived += 1
                deadline = time.monotonic() + SETTLE_S
    print(arrived)


if __name__ == "__main__":
    main()
