# SPDX-License-Identifier: Apache-2.0
"""Random tables and groups of OpenFlow 1.3 that a switch takes, and frames that meet their entries, for trace.py.

All draw from few values, so that entries overlap and frames meet several tables."""

import ipaddress
import struct

PORTS, DOWN, TABLES, GROUPS = (1, 2, 3, 4), 5, 4, 5      # of port DOWN the link is down
MACS = ("02:00:00:00:00:01", "02:00:00:00:00:02", "06:00:00:00:01:03", "01:00:5e:00:00:04", "ff:ff:ff:ff:ff:ff")
VIDS, PCPS = (10, 11, 20), (0, 3)
IPS = tuple(f"10.0.{high}.{low}" for high in (0, 1) for low in (1, 2, 3))
IPV6S = ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "2001:db8:1::1")
TPS = (80, 81, 443, 4789)
TYPES = {"tcp": (0x0800, 6), "udp": (0x0800, 17), "sctp": (0x0800, 132), "icmp": (0x0800, 1), "ip": (0x0800, 253),
         "tcp6": (0x86dd, 6), "udp6": (0x86dd, 17), "sctp6": (0x86dd, 132), "icmp6": (0x86dd, 58), "ipv6": (0x86dd, 253),
         "arp": (0x0806, 0), "dl_type=0x88b5": (0x88b5, 0)}
CHANCE_OF_TAG = 0.5


def kinds_within(kind):
    """Of frames that an entry of this keyword takes."""
    return {"": list(TYPES), "ip": ["tcp", "udp", "sctp", "icmp", "ip"],
            "ipv6": ["tcp6", "udp6", "sctp6", "icmp6", "ipv6"]}.get(kind, [kind])


# Entries

def masked(dice, value, masks):
    mask = dice.choice(masks)
    return value + (f"/{mask}" if mask else "")


def some(dice, items, at_most):
    return dice.sample(items, min(dice.randrange(at_most + 1), len(items)))


def fields_of(dice, kind, version):
    """Conditions on what stands behind the Ethernet header, of frames of this kind."""
    if kind == "arp":
        return [f"arp_op={dice.choice([1, 2])}", "arp_spa=" + masked(dice, dice.choice(IPS), ["", "24", "255.0.255.0"]),
                "arp_tpa=" + masked(dice, dice.choice(IPS), ["", "31"])]
    if version == 4:
        fields = ["nw_src=" + masked(dice, dice.choice(IPS), ["", "24", "255.0.255.0", "30"]),
                  "nw_dst=" + masked(dice, dice.choice(IPS), ["", "", "24", "31"]), f"nw_tos={dice.choice([0, 32])}"]
    elif version == 6:
        fields = ["ipv6_src=" + masked(dice, dice.choice(IPV6S), ["", "64", "48"]),
                  "ipv6_dst=" + masked(dice, dice.choice(IPV6S), ["", "", "64", "ffff::ffff", "126"])]
    else:
        return []
    if kind.startswith(("tcp", "udp", "sctp")):
        fields += ["tp_dst=" + masked(dice, str(dice.choice(TPS)), ["", "", "0xfffe"]), f"tp_src={dice.choice(TPS)}"]
    elif kind.startswith("icmp"):
        fields.append(f"icmp_type={dice.choice([8, 128, 0])}")
    return fields


def settings_of(dice, kind, version):
    """set_field and the like that fit such frames."""
    if version == 4:
        settings = [f"set_field:{dice.choice(IPS)}->ip_{dice.choice(['src', 'dst'])}",
                    f"set_field:{dice.choice([0, 8, 46])}->ip_dscp"]
    elif version == 6:
        settings = [f"set_field:{dice.choice(IPV6S)}->ipv6_{dice.choice(['src', 'dst'])}"]
    else:
        return []
    if dice.random() < 0.2:
        settings.append("dec_ttl")
    protocol = kind.rstrip("6")
    if protocol in ("tcp", "udp", "sctp"):
        settings.append(f"set_field:{dice.choice(TPS)}->{protocol}_{dice.choice(['src', 'dst'])}")
    return settings


def version_of(kind):
    return {0x0800: 4, 0x86dd: 6}.get(TYPES[kind][0], 0) if kind else 0


def tagging(dice):
    """(condition, whether frames that meet it are tagged; None is not known)"""
    vid = dice.choice(VIDS)
    return dice.choice([("", None), ("", None), ("vlan_tci=0x0000/0x1fff", False), (f"dl_vlan={vid}", True),
                        ("vlan_tci=0x1000/0x1000", True), (f"dl_vlan={vid},dl_vlan_pcp={dice.choice(PCPS)}", True),
                        (f"vlan_vid={0x1000 | vid:#x}/0x100a", True)])


def output(dice):
    return dice.choice([f"output:{dice.choice((*PORTS, DOWN))}"] * 9 + ["IN_PORT", "ALL", "FLOOD", "CONTROLLER:128"])


def rewrites(dice, tagged, settings, at_most):
    """([actions], tagged) in an order that the switch allows."""
    listed = []
    for _ in range(dice.randrange(at_most + 1)):
        step = dice.choice(["mac", "mac", "tag", "pop", "set", "set"])
        if step == "mac":
            listed.append(f"set_field:{dice.choice(MACS)}->eth_{dice.choice(['src', 'dst'])}")
        elif step == "set" and settings:
            listed.append(dice.choice(settings))
        elif step == "pop" and tagged:
            listed, tagged = listed + ["pop_vlan"], False
        elif step == "tag" and tagged is False:
            listed, tagged = listed + ["push_vlan:0x8100", f"set_field:{0x1000 | dice.choice(VIDS)}->vlan_vid"], True
        elif step == "tag" and tagged:
            listed.append(dice.choice([f"set_field:{0x1000 | dice.choice(VIDS)}->vlan_vid",
                                       f"set_field:{dice.choice(PCPS)}->vlan_pcp"]))
    return listed, tagged


def applied(dice, tagged, settings):
    listed = []
    for _ in range(dice.randrange(4)):
        more, tagged = rewrites(dice, tagged, settings, 2)
        listed += more + [output(dice) if dice.random() < 0.75 else f"group:{dice.randrange(1, GROUPS)}"]
    more, tagged = rewrites(dice, tagged, settings, 2)
    return listed + more, tagged


def written(dice, tagged, settings):
    listed, _ = rewrites(dice, tagged, settings, 3)
    return listed + dice.choice([[], [output(dice)], [output(dice)], [f"group:{dice.randrange(1, GROUPS)}"]])


def entry(dice, table, priority):
    kind = dice.choice([*TYPES, "", "", "ip", "ip", "ipv6"])
    version = version_of(kind)
    condition, tagged = tagging(dice)
    fields = fields_of(dice, kind, version) + [
        f"in_port={dice.choice(PORTS)}", f"in_port={dice.choice(PORTS)}",
        "dl_dst=" + masked(dice, dice.choice(MACS), ["", "", "01:00:00:00:00:00", "ff:ff:ff:ff:f0:00"]),
        "dl_src=" + dice.choice(MACS)] + ([f"metadata={dice.randrange(4)}/{dice.choice([1, 2, 3])}"] * 3 if table else [])
    chosen = {field.split("=")[0]: field for field in some(dice, fields, 3)}
    match = [f"table={table}", f"priority={priority}", *([kind] if kind else []), *([condition] if condition else []),
             *chosen.values()]
    settings = settings_of(dice, kind, version)
    does, tagged = applied(dice, tagged, settings) if dice.random() < 0.6 else ([], tagged)
    does += ["clear_actions"] if dice.random() < 0.1 else []
    if dice.random() < 0.4:
        does.append(f"write_actions({','.join(written(dice, tagged, settings))})")
    onward = table + 1 < TABLES and dice.random() < 0.7
    if onward and dice.random() < 0.4:
        does.append(f"write_metadata:{dice.randrange(4)}/{dice.choice([1, 2, 3])}")
    does += [f"goto_table:{dice.randrange(table + 1, TABLES)}"] if onward else []
    return ",".join(match) + " actions=" + (",".join(does) or "drop")


def table_of(dice, table):
    """Each priority once: nothing is left open."""
    priorities = dice.sample(range(1, 100), dice.randrange(2, 9))
    lines = [entry(dice, table, priority) for priority in priorities]
    if dice.random() < 0.5:
        onward = table + 1 < TABLES and dice.random() < 0.7
        lines.append(f"table={table},priority=0 actions=" + (f"goto_table:{table + 1}" if onward else output(dice)))
    return lines


def group(dice, number):
    """One refers only to those of lower numbers, which are there already."""
    kind = dice.choice(["all", "all", "indirect", "ff", "ff", "select"])
    buckets = []
    for _ in range(1 if kind == "indirect" else dice.randrange(1, 4)):
        head = [f"weight:{dice.randrange(3)}"] if kind == "select" else []
        if kind == "ff":
            head.append(f"watch_port:{dice.choice((*PORTS, DOWN, DOWN))}")
        does = [f"set_field:{dice.choice(MACS)}->eth_dst"] if dice.random() < 0.4 else []
        if dice.random() < 0.25:
            does += ["push_vlan:0x8100", f"set_field:{0x1000 | dice.choice(VIDS)}->vlan_vid"]
        onward = number > 1 and dice.random() < 0.25
        does.append(f"group:{dice.randrange(1, number)}" if onward else output(dice))
        buckets.append("bucket=" + ",".join(head + ["actions=" + ",".join(does)]))
    # hash: the switch chooses at once, and ofproto/trace says which.
    return ",".join([f"group_id={number}", f"type={kind}"] +
                    (["selection_method=hash,fields(eth_dst)"] if kind == "select" else []) + buckets)


def network(dice):
    """(groups, flows), a line each."""
    groups = [group(dice, number) for number in range(1, GROUPS)]
    return groups, [line for table in range(TABLES) for line in table_of(dice, table)]


# Frames

def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def transport(dice, protocol):
    if protocol == 6:
        return struct.pack("!HHIIBBHHH", dice.choice(TPS), dice.choice(TPS), 1, 0, 0x50, 2, 512, 0, 0)
    if protocol == 17:
        return struct.pack("!HHHH", dice.choice(TPS), dice.choice(TPS), 12, 0) + bytes(4)
    if protocol == 132:
        return struct.pack("!HHII", dice.choice(TPS), dice.choice(TPS), 1, 0)
    if protocol in (1, 58):
        return struct.pack("!BBHI", dice.choice([8, 128, 0]), 0, 0, 1)
    return bytes(8)


def payload(dice, kind):
    eth_type, protocol = TYPES[kind]
    if eth_type == 0x0806:
        return struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, dice.choice([1, 2]), mac(dice.choice(MACS)),
                           ipaddress.IPv4Address(dice.choice(IPS)).packed, bytes(6),
                           ipaddress.IPv4Address(dice.choice(IPS)).packed)
    body = transport(dice, protocol)
    if eth_type == 0x0800:
        head = struct.pack("!BBHHHBBH4s4s", 0x45, dice.choice([0, 32, 33]), 20 + len(body), 1, 0, 64, protocol, 0,
                           *(ipaddress.IPv4Address(dice.choice(IPS)).packed for _ in "sd"))
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body
    if eth_type == 0x86dd:
        return struct.pack("!IHBB16s16s", 6 << 28, len(body), protocol, 64,
                           *(ipaddress.IPv6Address(dice.choice(IPV6S)).packed for _ in "sd")) + body
    return bytes(46)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def frame(dice):
    """One that some entries may take, as hexadecimal digits."""
    kind = dice.choice(list(TYPES))
    tag = struct.pack("!HH", 0x8100, dice.choice(VIDS) | dice.choice(PCPS) << 13) if dice.random() < CHANCE_OF_TAG else b""
    data = mac(dice.choice(MACS)) + mac(dice.choice(MACS[:3])) + tag + struct.pack("!H", TYPES[kind][0])
    return (data + payload(dice, kind)).ljust(60, b"\0").hex()
