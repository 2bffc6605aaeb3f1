# SPDX-License-Identifier: Apache-2.0
"""Topology files: read one, refuse a wrong one with file:line:column.

Neighbours: lab (the command), labnet (builds what is read here).  Nothing here
touches the network.  The file is walked as YAML nodes and not as plain data,
because only nodes know their line and column, and because plain loading
silently keeps the last of two equal keys.
"""

import difflib
import ipaddress
import re
from collections import namedtuple

import yaml

# switches: {name: dpid}, hosts: {name: Host}, links: [((switch, port), (switch, port))]
Topology = namedtuple("Topology", "name path switches hosts links")
Host = namedtuple("Host", "mac ip switch port role")   # ip: "a.b.c.d/n" or None

MAX_PORT = 0xfeff           # OpenFlow 1.0: 0xff00 and above are reserved ports
MAX_IFNAME = 15             # of Linux
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*\Z")
MAC = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}\Z")
PORT = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*):([0-9]+)\Z")


class InputError(Exception):
    """The user's input is wrong; the text is complete and one line an error."""


def load(path):
    """The Topology in a file.  Raises InputError naming every error found."""
    return Reader(path).topology()


class Reader:
    """Walks the nodes of one file; collects errors instead of stopping at the first."""

    def __init__(self, path):
        self.path = path
        self.errors = []        # (line, column, text)
        self.taken = {}         # (switch, port) -> line that uses it
        self.switches = {}

    def topology(self):
        keys = self.mapping(self.root(), ["name", "switches", "hosts", "links"])
        name = self.name(keys["name"]) if "name" in keys else None
        for key in ("name", "switches"):
            if key not in keys and not self.errors:
                self.errors.append((0, 0, f"{self.path}:1:1: no key `{key}', which a topology needs"))
        self.read_switches(keys.get("switches"))
        hosts = self.read_hosts(keys.get("hosts"))
        links = self.read_links(keys.get("links"))
        if self.errors:
            raise InputError("\n".join(text for _, _, text in sorted(self.errors)))
        return Topology(name, self.path, self.switches, hosts, links)

    def root(self):
        try:
            with open(self.path, encoding="utf-8") as stream:
                node = yaml.compose(stream, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise InputError(f"{self.path}:{mark.line + 1}:{mark.column + 1}: {error.problem}") from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            text = str(error).split("\n", maxsplit=1)[0]
            raise InputError(f"{self.path}:1:1: not YAML text: {text}") from None
        except OSError as error:
            raise InputError(f"{self.path}: {error.strerror}") from None
        if node is None:
            raise InputError(f"{self.path}:1:1: found an empty file, expected a topology")
        return node

    # Sections, in the order of the file.

    def read_switches(self, node):
        for key, value in self.pairs(node, "switches"):
            name = self.name(key)
            dpid = self.dpid(self.mapping(value, ["dpid", "openflow"]).get("dpid"), value)
            if dpid in self.switches.values():
                other = next(n for n, d in self.switches.items() if d == dpid)
                self.wrong(value, f"found dpid {dpid}, which {other} has already", "expected one of its own")
            self.switches[name] = dpid

    def read_hosts(self, node):
        hosts = {}
        for key, value in self.pairs(node, "hosts"):
            name = self.name(key)
            if name in self.switches:
                self.wrong(key, f"found host {name}, which is a switch already", "expected another name")
            hosts[name] = self.host(name, key, value)
        return hosts

    def read_links(self, node):
        links = []
        for item in self.items(node, "links"):
            ends = self.items(item, "a link")
            if len(ends) != 2:
                self.wrong(item, f"found a link of {len(ends)} ends", 'expected two: ["s1:6", "s3:1"]')
            else:
                links.append((self.port(ends[0]), self.port(ends[1])))
        return links

    def host(self, name, key, node):
        keys = self.mapping(node, ["mac", "ip", "port", "role"])
        for needed in ("mac", "port"):
            if needed not in keys and isinstance(node, yaml.MappingNode):
                self.wrong(key, f"found host {name} without `{needed}'", "expected {mac: ..., port: ...}")
        self.ifname(key, f"{name}-eth0")
        mac = self.mac(keys["mac"]) if "mac" in keys else None
        ip = self.ip(keys["ip"]) if "ip" in keys else None
        switch, port = self.port(keys["port"]) if "port" in keys else (None, None)
        role = self.role(keys["role"]) if "role" in keys else "host"
        return Host(mac, ip, switch, port, role)

    # Values.

    def name(self, node):
        text = self.text(node)
        if not NAME.match(text):
            self.wrong(node, f"found the name `{text}'", "expected a letter, then letters, digits, _, . or -")
        return text

    def dpid(self, node, parent):
        if node is None:
            return self.wrong(parent, "found a switch without `dpid'", "expected {dpid: NUMBER}")
        try:
            value = int(self.text(node), 0)
        except ValueError:
            value = 0
        if not 0 < value < 1 << 64:
            return self.wrong(node, f"found dpid `{self.text(node)}'", "expected a number from 1 to 2^64-1")
        return value

    def mac(self, node):
        text = self.text(node)
        if not MAC.match(text):
            return self.wrong(node, f"found mac `{text}'", 'expected six hex bytes in quotes, "00:00:00:00:00:01"')
        if int(text[:2], 16) & 1 or not int(text.replace(":", ""), 16):
            return self.wrong(node, f"found mac `{text}'", "expected a unicast address other than zero")
        return text.lower()

    def ip(self, node):
        text = self.text(node)
        try:
            # A plain address gets Mininet's network, 10.0.0.0/8.
            return str(ipaddress.IPv4Interface(text if "/" in text else text + "/8"))
        except ValueError:
            return self.wrong(node, f"found ip `{text}'", "expected an IPv4 address, 10.0.0.1 or 10.0.0.1/24")

    def role(self, node):
        text = self.text(node)
        if text not in ("capture", "host"):
            return self.wrong(node, f"found role `{text}'", "expected capture or host")
        return text

    def port(self, node):
        """(switch, port) of "s1:6", checked to be of a known switch and used here only."""
        text = self.text(node)
        match = PORT.match(text)
        if not match or not 0 < int(match[2]) <= MAX_PORT:
            self.wrong(node, f"found port `{text}'", f'expected "SWITCH:NUMBER", the number from 1 to {MAX_PORT}')
            return None, None
        end = (match[1], int(match[2]))
        if end[0] not in self.switches:
            self.wrong(node, f"found unknown switch `{end[0]}'",
                       "expected one of " + (", ".join(self.switches) or "`switches:', which is empty"))
        elif end in self.taken:
            self.wrong(node, f"found port {text}, used in line {self.taken[end]} already", "expected a free port")
        self.ifname(node, f"{end[0]}-eth{end[1]}")
        self.taken.setdefault(end, node.start_mark.line + 1)
        return end

    def ifname(self, node, name):
        if len(name) > MAX_IFNAME:
            self.wrong(node, f"found a name that makes the interface {name}",
                       f"expected an interface name of {MAX_IFNAME} characters or less")

    # Shapes.

    def mapping(self, node, known):
        """{key: value node} of a mapping whose keys are all known."""
        found = {}
        for key, value in self.pairs(node, "a mapping of " + ", ".join(known)):
            name = self.text(key)
            if name in known:
                found[name] = value
            else:
                near = difflib.get_close_matches(name, known, 1)
                self.wrong(key, f"found unknown key `{name}'",
                           f"did you mean `{near[0]}'?" if near else "expected one of " + ", ".join(known))
        return found

    def pairs(self, node, what):
        """The (key, value) nodes of a mapping; a key that stands twice is an error."""
        if node is None:
            return []
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, f"found {self.kind(node)}", f"expected {what}: a mapping")
            return []
        seen = {}
        for key, value in node.value:
            name = self.text(key)
            if name in seen:
                self.wrong(key, f"found key `{name}' again", f"expected it once (line {seen[name]})")
            else:
                seen[name] = key.start_mark.line + 1
        return node.value

    def items(self, node, what):
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.wrong(node, f"found {self.kind(node)}", f"expected {what}: a list")
            return []
        return node.value

    def text(self, node):
        if isinstance(node, yaml.ScalarNode):
            return node.value
        self.wrong(node, f"found {self.kind(node)}", "expected a plain value")
        return ""

    @staticmethod
    def kind(node):
        return {"mapping": "a mapping", "sequence": "a list"}.get(node.id) or f"`{node.value}'"

    def wrong(self, node, found, expected):
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self.errors.append((line, column, f"{self.path}:{line}:{column}: {found}, {expected}"))
