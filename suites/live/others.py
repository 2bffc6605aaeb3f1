#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Frames that come to hosts of a lab and are for others; groups are for all.

    others.py HOST...   prints "ready", and when it is told to end, each that came: host, to, from
"""
import os
import select
import signal
import sys

import yaml
from cable import end_of, received

with open(os.environ["TAPPROOF_LAB"], encoding="utf-8") as file:
    hosts = yaml.safe_load(file)["hosts"]
with open(os.environ["TAPPROOF_TOPOLOGY"], encoding="utf-8") as file:
    macs = {name: host["mac"] for name, host in yaml.safe_load(file)["hosts"].items()}
ends = {end_of(name, hosts): name for name in sys.argv[1:]}
wakes, woken = os.pipe()
signal.signal(signal.SIGTERM, lambda *_: os.write(woken, b"."))
print("ready", flush=True)
told = False
while ready := select.select([*ends] if told else [*ends, wakes], [], [], 0 if told else None)[0]:
    told |= wakes in ready
    for end in ready:
        if end != wakes:
            frame = received(end)
            if not frame[0] & 1 and frame[:6].hex(":") != macs[ends[end]]:
                print(ends[end], frame[:6].hex(":"), frame[6:12].hex(":"))
