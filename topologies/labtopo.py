# SPDX-License-Identifier: Apache-2.0
"""Topology files: read one, refuse a wrong one with file:line:column.

Neighbours: lab (the command), labnet (builds what is read here).  Nothing here
touches the network.  The file is walked as YAML nodes and not as plain data,
because only nodes know their line and column, and because plain loading
silently keeps the last of two equal keys.  The rules are those of harness/spec,
and besides those of what a lab is made of: each is told as the lab's own.
"""

import difflib
import ipaddress
import re
from collections import namedtuple

import yaml

# switches: {name: dpid}, hosts: {name: Host}, links: [((switch, port), (switch, port))],
# protocols: {name: what it speaks, as Open vSwitch names it}; all that Open vSwitch has where that is empty
Topology = namedtuple("Topology", "name path switches hosts links protocols")
Host = namedtuple("Host", "mac ip ipv6 switch port role")   # ip: "a.b.c.d/n" or None; ipv6: "x::y" or None

MAX_PORT = 0xff00           # OpenFlow 1.0, OFPP_MAX: the numbers above are reserved ports
MAX_OVS_PORT = 0xfeff       # of Open vSwitch
MAX_NAME = 64
PROTOCOLS = ("OpenFlow10", "OpenFlow13")
MAX_IFNAME = 15             # of Linux
NAME = re.compile(r"[A-Za-z0-9._-]+\Z")
MAC = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}\Z")
PORT = re.compile(r"(.*):([1-9][0-9]*)\Z")
DPID = re.compile(r"(0[xX][0-9a-fA-F]{1,16}|[0-9a-fA-F]{16}|[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){7})\Z|(0|[1-9][0-9]*)\Z")


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
        self.taken = {}         # (switch, port) or MAC address -> line that uses it
        self.switches = {}
        self.protocols = {}     # of switches

    def topology(self):
        keys = self.mapping(self.root(), ["name", "protocols", "switches", "hosts", "links"])
        name = self.name(keys["name"]) if "name" in keys else None
        for key in ("name", "switches"):
            if key not in keys and not self.errors:
                self.errors.append((0, 0, f"{self.path}:1:1: no key `{key}', which a topology needs"))
        self.read_switches(keys.get("switches"), self.spoken(keys.get("protocols"), []))
        hosts = self.read_hosts(keys.get("hosts"))
        links = self.read_links(keys.get("links"))
        if self.errors:
            raise InputError("\n".join(text for _, _, text in sorted(self.errors)))
        return Topology(name, self.path, self.switches, hosts, links, self.protocols)

    def root(self):
        try:
            with open(self.path, encoding="utf-8") as stream:
                text = stream.read()
            node = yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            plain = wrong_indent(text.split("\n"), mark.line, mark.column, error.problem)
            column, problem = plain or (mark.column, error.problem)
            raise InputError(f"{self.path}:{mark.line + 1}:{column + 1}: {problem}") from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            text = str(error).split("\n", maxsplit=1)[0]
            raise InputError(f"{self.path}:1:1: not YAML text: {text}") from None
        except OSError as error:
            raise InputError(f"{self.path}: {error.strerror}") from None
        if node is None:
            raise InputError(f"{self.path}:1:1: found an empty file, expected a topology")
        return node

    # Sections, in the order of the file.

    def read_switches(self, node, protocols):
        for key, value in self.pairs(node, "switches"):
            name = self.name(key)
            self.ifname(key, name)
            keys = self.mapping(value, ["dpid", "openflow", "protocols"])
            self.protocols[name] = self.spoken(keys.get("protocols"), protocols)
            dpid = self.dpid(keys.get("dpid"), value)
            if dpid is not None and dpid in self.switches.values():
                other = next(n for n, d in self.switches.items() if d == dpid)
                self.wrong(value, f"found dpid {dpid}, which {other} has already", "expected one of its own")
            self.switches[name] = dpid
        if isinstance(node, yaml.MappingNode) and not node.value:
            self.wrong(node, "found no switch", "expected at least one")

    def read_hosts(self, node):
        hosts = {}
        for key, value in self.pairs(node, "hosts"):
            name = self.name(key)
            if name in self.switches:
                self.wrong(key, f"found host {name}, which is a switch already", "expected another name")
            if name == "all":
                self.wrong(key, "found a host named all", "expected another name: expectations use it for all hosts")
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
        keys = self.mapping(node, ["mac", "ip", "ipv6", "port", "role", "netns", "interface", "exec"])  # the last: where it runs
        for needed in ("mac", "port"):
            if needed not in keys and isinstance(node, yaml.MappingNode):
                self.wrong(key, f"found host {name} without `{needed}'", "expected {mac: ..., port: ...}")
        self.ifname(key, f"{name}-eth0")
        mac = self.mac(keys["mac"]) if "mac" in keys else None
        ip = self.ip(keys["ip"]) if "ip" in keys else None
        ipv6 = self.ipv6(keys["ipv6"]) if "ipv6" in keys else None
        switch, port = self.port(keys["port"]) if "port" in keys else (None, None)
        role = self.role(keys["role"]) if "role" in keys else "host"
        return Host(mac, ip, ipv6, switch, port, role)

    # Values.

    def name(self, node):
        text = self.text(node)
        if not NAME.match(text) or len(text) > MAX_NAME:
            self.wrong(node, f"found the name `{text}'", f"expected letters, digits, ., _ and -, {MAX_NAME} at most")
        return text

    def dpid(self, node, parent):
        if node is None:
            return self.wrong(parent, "found a switch without `dpid'", "expected {dpid: NUMBER}")
        text = self.text(node)
        form = DPID.match(text)
        value = (int(text.replace(":", ""), 16) if form[1] else int(text)) if form else 1 << 64
        if value >= 1 << 64:
            return self.wrong(node, f"found dpid `{text}'",
                              "expected a number, 0x..., sixteen hexadecimal digits, or eight bytes with colons")
        if value == 0:
            return self.wrong(node, f"found dpid `{text}'", "expected in a lab another than 0: Open vSwitch refuses that")
        return value

    def mac(self, node):
        text = self.text(node)
        if not MAC.match(text):
            return self.wrong(node, f"found mac `{text}'", 'expected six hex bytes in quotes, "00:00:00:00:00:01"')
        if int(text[:2], 16) & 1 or not int(text.replace(":", ""), 16):
            return self.wrong(node, f"found mac `{text}'", "expected a unicast address other than zero")
        self.use(node, f"mac {text}", text.lower(), "expected one of its own")
        return text.lower()

    def ip(self, node):
        text = self.text(node)
        try:
            # A plain address gets Mininet's network, 10.0.0.0/8.
            return str(ipaddress.IPv4Interface(text if "/" in text else text + "/8"))
        except ValueError:
            return self.wrong(node, f"found ip `{text}'", "expected an IPv4 address, 10.0.0.1 or 10.0.0.1/24")

    def ipv6(self, node):
        text = self.text(node)
        try:
            address = ipaddress.IPv6Address(text)
        except ValueError:
            return self.wrong(node, f"found ipv6 `{text}'", "expected an IPv6 address, 2001:db8::1")
        if address.is_multicast or int(address) == 0 or address.scope_id:
            return self.wrong(node, f"found ipv6 `{text}'", "expected the address of one host")
        return str(address)

    def spoken(self, node, else_spoken):
        """The list of `protocols:'."""
        if node is None:
            return else_spoken
        items = self.items(node, "protocols")
        for item in items:
            if self.text(item) not in PROTOCOLS:
                self.wrong(item, f"found protocol `{self.text(item)}'", "expected one of " + ", ".join(PROTOCOLS))
        if isinstance(node, yaml.SequenceNode) and not items:
            self.wrong(node, "found no protocol", "expected at least one")
        return [self.text(item) for item in items]

    def role(self, node):
        text = self.text(node)
        if text not in ("capture", "host"):
            return self.wrong(node, f"found role `{text}'", "expected capture or host")
        return text

    def port(self, node):
        """(switch, port) of "s1:6", checked to be of a known switch and used here only."""
        text = self.text(node)
        match = PORT.match(text)
        if not match or int(match[2]) > MAX_PORT:
            self.wrong(node, f"found port `{text}'", f'expected "SWITCH:NUMBER", the number from 1 to {MAX_PORT}')
            return None, None
        end = (match[1], int(match[2]))
        if end[0] not in self.switches:
            self.wrong(node, f"found unknown switch `{end[0]}'",
                       "expected one of " + (", ".join(self.switches) or "`switches:', which is empty"))
            return end
        if end[1] > MAX_OVS_PORT:
            self.wrong(node, f"found port {text}", f"expected in a lab {MAX_OVS_PORT} at most, as Open vSwitch has it")
        self.ifname(node, f"{end[0]}-eth{end[1]}")
        self.use(node, f"port {text}", end, "expected a free port")
        return end

    def use(self, node, what, key, expected):
        """Refuses what stands in an earlier line too."""
        if key in self.taken:
            self.wrong(node, f"found {what}, used in line {self.taken[key]} already", expected)
        self.taken.setdefault(key, node.start_mark.line + 1)

    def ifname(self, node, name):
        """A lab's own limits: what Linux takes, and what ip and ovs-vsctl do not take for an option."""
        if len(name) > MAX_IFNAME:
            self.wrong(node, f"found a name that makes the interface {name} of {len(name)} characters",
                       f"expected in a lab {MAX_IFNAME} at most, as Linux has it")
        if name.startswith("-"):
            self.wrong(node, f"found a name that makes the interface {name}", "expected in a lab none that begins with -")

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


def wrong_indent(lines, number, column, problem):
    """(column, what is wrong) of a line that is indented wrongly, which libyaml calls something else; else None.

    As harness/yaml/indent.c, which says why."""
    line = lines[number] if number < len(lines) else ""
    if "\t" in line[column:column + 1] and not line[:column].strip(" \t"):
        return column, "a tab is used for indentation; YAML needs spaces"
    indent = len(line) - len(line.lstrip(" "))
    columns = open_columns(lines[:number])
    at_key = problem.startswith("mapping values are not allowed") and re.search(r":( |$)", line)
    at_first = column == indent and problem.startswith(("did not find expected key", "did not find expected '-'",
                                                        "did not find expected <document start>"))
    if not columns or indent in columns or not (at_first or at_key and column == at_key.start()):
        return None
    known = " or ".join(", ".join(str(each + 1) for each in columns).rsplit(", ", 1))
    return indent, f"wrong indentation: this line begins in column {indent + 1}; " \
                   f"by the lines above it can begin in column {known}"


def open_columns(lines):
    """The columns, from 0, in which a line below these could begin."""
    columns = []
    for line in lines:
        if line.strip() and not line.lstrip(" ").startswith("#"):
            begins = [len(line) - len(line.lstrip(" "))]
            while line.startswith("- ", begins[-1]):
                begins.append(len(line) - len(line[begins[-1] + 1:].lstrip(" ")))
            columns = [each for each in columns if each < begins[0]] + begins
    return columns
