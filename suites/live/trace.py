#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""trace.py PAIRS SEED: do `path` and Open vSwitch say the same of random (tables and groups, frame) pairs?

Runs in a lab. The switch s1 gets the tables, and is asked with ofproto/trace, over the control socket of vswitchd; `path`
is asked with suites/answers.c. What is compared is everything that leaves: port, and header after all rewrites. An open
answer is counted; a wrong one is shown with all that is needed to repeat it. Exit status 1: they disagree somewhere."""

import collections
import glob
import json
import os
import random
import re
import socket
import subprocess
import sys

import pipelines

SWITCH, FRAMES = "s1", 60          # frames a network
SHOWN = 3
NAMES = {"tp_src": "tp_src", "tp_dst": "tp_dst", "icmp_type": "tp_src", "icmp_code": "tp_dst", "tcp_src": "tp_src",
         "tcp_dst": "tp_dst", "arp_spa": "nw_src", "arp_tpa": "nw_dst", "arp_op": "nw_proto"}
# In the datapath's words.
PARTS = {"eth": {"src": "dl_src", "dst": "dl_dst"},
         "ipv4": {"src": "nw_src", "dst": "nw_dst", "tos": "tos", "ttl": "nw_ttl"},
         "ipv6": {"src": "ipv6_src", "dst": "ipv6_dst", "tclass": "tos", "hlimit": "nw_ttl", "label": "ipv6_label"},
         **{name: {"src": "tp_src", "dst": "tp_dst"} for name in ("tcp", "udp", "sctp")}}
PROTOCOLS = {"tcp": 6, "udp": 17, "sctp": 132, "icmp": 1, "tcp6": 6, "udp6": 17, "sctp6": 132, "icmp6": 58}
WORDS = {"ip": 0x0800, "ipv6": 0x86dd, "arp": 0x0806, **{word: 0x86dd if word.endswith("6") else 0x0800
                                                        for word in PROTOCOLS}}


class Control:
    """The control socket of vswitchd (JSON-RPC), one connection: ovs-appctl would cost a process a question."""

    def __init__(self):
        path, = glob.glob(os.environ["OVS_RUNDIR"] + "/ovs-vswitchd.*.ctl")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.decoder, self.text = json.JSONDecoder(), ""

    def ask(self, method, *arguments):
        self.socket.sendall(json.dumps({"id": 0, "method": method, "params": arguments}).encode())
        while True:
            try:
                answer, end = self.decoder.raw_decode(self.text)
            except ValueError:
                more = self.socket.recv(65536)
                if not more:
                    raise SystemExit("vswitchd hung up") from None
                self.text += more.decode()
                continue
            self.text = self.text[end:].lstrip()
            if answer["error"]:
                raise SystemExit(f"{method} {' '.join(arguments)}: {answer['error']}")
            return answer["result"]


# A header is {field: value} by the names that OpenFlow 1.0 has, numbers as numbers.

def header_of(text):
    """Of a flow as Open vSwitch and tapproof write it."""
    header = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        if not value:
            header["dl_type"] = WORDS.get(name, 0)
            if name in PROTOCOLS:
                header["nw_proto"] = PROTOCOLS[name]
        elif name not in ("in_port", "recirc_id", "eth", "pkt_mark"):
            header[NAMES.get(name, name)] = number(value)
    if header.pop("vlan_tci", None) is None and "dl_vlan" in header:
        header["tags"] = ((header.pop("dl_vlan"), header.pop("dl_vlan_pcp", 0)),)
    header.setdefault("tags", ())
    inner = header.pop("vlan_tci1", 0)
    if inner:
        header["tags"] += ((inner & 0xfff, inner >> 13),)
    return header


def number(value):
    return int(value, 0) if re.fullmatch(r"0x[0-9a-fA-F]+|\d+", value) else value


def split(text):
    """At the commas that stand in no parentheses."""
    parts, depth, begin = [], 0, 0
    for at, letter in enumerate(text + ","):
        if letter == "," and depth == 0:
            parts.append(text[begin:at])
            begin = at + 1
        depth += {"(": 1, ")": -1}.get(letter, 0)
    return parts


def changed(header, action):
    """The header after a set(...) of the datapath."""
    kind, inside = re.fullmatch(r"set\((\w+)\((.*)\)\)", action).groups()
    header = dict(header)
    for part in inside.split(","):
        name, value = part.split("=")
        field = PARTS[kind][name]
        if field == "tos":
            bits, _, mask = value.partition("/")
            mask = int(mask, 0) if mask else 0xff
            before = header["nw_tos"] | header.get("nw_ecn", 0)
            tos = before & ~mask | int(bits, 0) & mask
            header["nw_tos"], header["nw_ecn"] = tos & 0xfc, tos & 3
        else:
            header[field] = number(value.partition("/")[0])
    return header


def told(answer, ports):
    """[(port, header)] that leave, by an answer of ofproto/trace."""
    header = header_of(re.search(r"^Flow: (.*)$", answer, re.M)[1])
    actions = re.search(r"^Datapath actions: (.*)$", answer, re.M)[1]
    sent = []
    for action in split(actions):
        if action in ports:     # what is sent where the link is down does not leave
            sent += [(ports[action], header)] if ports[action] != pipelines.DOWN else []
        elif action.startswith("userspace("):
            sent.append(("CONTROLLER", header))
        elif action.startswith("set("):
            header = changed(header, action)
        elif action.startswith("push_vlan("):
            vid, pcp = (int(re.search(name + r"=(\d+)", action)[1]) for name in ("vid", "pcp"))
            header = dict(header, tags=((vid, pcp), *header["tags"]))
        elif action == "pop_vlan":
            header = dict(header, tags=header["tags"][1:])
        elif action != "drop":
            raise SystemExit(f"unknown action {action} in\n{answer}")
    return sent


def same(ours, theirs):
    """Whether the same packets leave, in whatever order, as far as our headers say it."""
    left = list(theirs)
    for port, header in ours:
        match = next((each for each in left if str(each[0]) == port and
                      all(each[1].get(field, 0) == value for field, value in header.items() if field != "tags") and
                      each[1]["tags"][:1] == header["tags"][:1]), None)
        if match is None:
            return False
        left.remove(match)
    return not left


class Judge:
    """suites/answers.c."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines))

    def begin(self, groups, flows):
        self.say("begin", *(f"port {port}" for port in pipelines.PORTS), f"port {pipelines.DOWN} down", "port 65534",
                 *("group " + line.replace("selection_method=hash,fields(eth_dst),", "") for line in groups),
                 *("flow " + line for line in flows))

    def ask(self, port, frame):
        """(why it is open, None) or (None, [(port, header)])"""
        self.say(f"packet {port} {frame}")
        self.process.stdin.flush()
        verdict, *sent = self.process.stdout.readline().rstrip("\n").split("\t")
        if verdict != "sent":
            return verdict.partition(" ")[2] or "it ended", None
        return None, [(each.split(" ")[0], header_of(each.split(" ")[1])) for each in sent]


def install(groups, flows):
    lines = ["flow delete", "group delete"] + ["group add " + line for line in groups] + ["flow add " + line for line in flows]
    subprocess.run(["ovs-ofctl", "-O", "OpenFlow15", "bundle", SWITCH, "-"], input="\n".join(lines), check=True, text=True)


def main(n_pairs, seed):
    dice, control, judge = random.Random(seed), Control(), Judge(os.environ.get("B", "build") + "/suites/answers")
    ports = {f"{SWITCH}-eth{port}": port for port in (*pipelines.PORTS, pipelines.DOWN)} | {SWITCH: "LOCAL"}
    opens, n_wrong = collections.Counter(), 0
    for pair in range(int(n_pairs)):
        if pair % FRAMES == 0:
            groups, flows = pipelines.network(dice)
            install(groups, flows)
            judge.begin(groups, flows)
        port, frame = dice.choice(pipelines.PORTS), pipelines.frame(dice)
        why, ours = judge.ask(port, frame)
        answer = control.ask("ofproto/trace", "--names", SWITCH, f"in_port={port}", frame)
        theirs = told(answer, ports)
        opens[why] += 1
        if why is None and not same(ours, theirs):
            n_wrong += 1
            if n_wrong <= SHOWN:
                print(f"# pair {pair}: port {port}, frame {frame}\n# ours: {ours}\n# the switch: {theirs}")
                print("\n".join("#   " + line for line in [*groups, *flows, *answer.split("\n")]))
    for why, n in opens.most_common():
        print(f"# {n} {'decided' if why is None else 'open: ' + why}")
    print(f"# seed {seed}: {n_pairs} pairs, {100 * opens[None] // int(n_pairs)} % decided, {n_wrong} wrong")
    return 1 if n_wrong else 0


sys.exit(main(*sys.argv[1:]))
