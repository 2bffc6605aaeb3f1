#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""of13.py SEED N DIRECTORY: N random flow entries of OpenFlow 1.3 that a switch takes, and groups and meters that
they use, in the syntax of ovs-ofctl: DIRECTORY/flows, groups, meters."""

import random
import sys

GROUPS, METERS, TABLES = 40, 8, 5


def mac(dice):
    return ":".join(f"{dice.randrange(256):02x}" for _ in range(6))


def masked_mac(dice):
    return mac(dice) + dice.choice(["", "", "/ff:ff:f0:00:00:00", "/01:00:00:00:00:00", "/" + mac(dice)])


def ip(dice):
    return ".".join(str(dice.randrange(256)) for _ in range(4))


def masked_ip(dice):
    return ip(dice) + dice.choice(["", "", f"/{dice.randrange(1, 32)}", "/255.0.255.0"])


def ipv6(dice):
    return ":".join(f"{dice.choice([0, dice.randrange(65536)]):x}" for _ in range(8))


def masked_ipv6(dice):
    return ipv6(dice) + dice.choice(["", f"/{dice.randrange(1, 128)}", "/ffff::ffff"])


def port(dice):
    number = dice.randrange(65536)
    return dice.choice([str(number), f"{number:#x}/{dice.randrange(1, 65536):#x}"])


def transport(dice, version):
    """Protocol, its fields, and what may be set of them."""
    suffix = "6" if version == 6 else ""
    kind = dice.choice(["", "tcp", "udp", "sctp", "icmp"])
    if kind == "":
        return "", [], []
    if kind == "icmp":
        number = "v6" if version == 6 else ""
        fields = [f"icmp_type={dice.choice([1, 8, 128])}", f"icmp_code={dice.randrange(5)}"]
        return kind + suffix, fields, [f"set_field:{dice.randrange(200)}->icmp{number}_type"]
    fields = [f"tp_src={port(dice)}", f"tp_dst={port(dice)}"]
    if kind == "tcp":
        fields.append(dice.choice(["tcp_flags=+syn-ack", "tcp_flags=+rst"]))
    sets = [f"set_field:{dice.randrange(65536)}->{kind}_{end}" for end in ("src", "dst")]
    return kind + suffix, fields, sets


def network(dice):
    """The keyword, fields and settings of what stands behind the Ethernet header."""
    kind = dice.choice(["", "ip", "ip", "ipv6", "arp", "mpls", "dl_type=0x1234"])
    if kind == "ip":
        word, fields, sets = transport(dice, 4)
        fields += [f"nw_src={masked_ip(dice)}", f"nw_dst={masked_ip(dice)}", f"nw_tos={dice.randrange(64) * 4}",
                   f"nw_ecn={dice.randrange(4)}", f"nw_ttl={dice.randrange(256)}",
                   f"nw_frag={dice.choice(['no', 'first', 'not_later'] + ([] if word else ['later', 'yes']))}"]
        sets += [f"set_field:{ip(dice)}->ip_src", f"set_field:{ip(dice)}->ip_dst",
                 f"set_field:{dice.randrange(64)}->ip_dscp", f"set_field:{dice.randrange(4)}->nw_ecn", "dec_ttl",
                 f"mod_nw_ttl:{dice.randrange(256)}", "push_mpls:0x8847"]
        return word or "ip", fields, sets
    if kind == "ipv6":
        word, fields, sets = transport(dice, 6)
        fields += [f"ipv6_src={masked_ipv6(dice)}", f"ipv6_dst={masked_ipv6(dice)}",
                   f"ipv6_label={dice.randrange(1 << 20):#x}", f"nw_tos={dice.randrange(64) * 4}"]
        sets += [f"set_field:{ipv6(dice)}->ipv6_src", f"set_field:{dice.randrange(1 << 20):#x}->ipv6_label", "dec_ttl"]
        return word or "ipv6", fields, sets
    if kind == "arp":
        return kind, [f"arp_op={dice.randrange(1, 3)}", f"arp_spa={masked_ip(dice)}", f"arp_tpa={masked_ip(dice)}",
                      f"arp_sha={masked_mac(dice)}", f"arp_tha={masked_mac(dice)}"], \
            [f"set_field:{ip(dice)}->arp_spa", f"set_field:{mac(dice)}->arp_sha", "set_field:2->arp_op"]
    if kind == "mpls":
        return kind, [f"mpls_label={dice.randrange(1 << 20)}", f"mpls_tc={dice.randrange(8)}",
                      f"mpls_bos={dice.randrange(2)}"], \
            [f"set_field:{dice.randrange(1 << 20)}->mpls_label", f"set_field:{dice.randrange(8)}->mpls_tc",
             "dec_mpls_ttl", "set_mpls_ttl(5)"]
    return kind, [], []


def some(dice, items, at_most):
    return dice.sample(items, dice.randrange(min(at_most, len(items)) + 1))


def outputs(dice):
    return [f"output:{dice.randrange(1, 3)}", f"output:{dice.randrange(3, 65000)}", "IN_PORT", "ALL", "FLOOD", "NORMAL",
            "LOCAL", f"CONTROLLER:{dice.randrange(65536)}", f"group:{dice.randrange(1, GROUPS)}",
            f"set_queue:{dice.randrange(9)},output:1"]


def actions(dice, tagged, sets):
    general = sets + [f"set_field:{mac(dice)}->eth_src", f"set_field:{mac(dice)}->eth_dst",
                      f"set_field:{dice.randrange(1 << 32):#x}->tun_id"]
    if tagged:
        general += [f"set_field:{0x1000 | dice.randrange(4096)}->vlan_vid", f"set_field:{dice.randrange(8)}->vlan_pcp"]
    else:
        general += [f"push_vlan:0x8100,set_field:{0x1000 | dice.randrange(4096)}->vlan_vid", "push_vlan:0x88a8"]
    listed = [one for one in some(dice, general, 3) if "push" not in one] + some(dice, outputs(dice), 3)
    pushes = [one for one in general if one.startswith("push_vlan")]
    if pushes and dice.random() < 0.2:
        listed += [dice.choice(pushes), f"output:{dice.randrange(1, 3)}"]
    return listed


def flows(dice, number):
    """No two of one table and priority: a switch would keep one of two that match the same."""
    ranks = {}
    for _ in range(number):
        line = flow(dice)
        ranks.setdefault(line[:line.index(",", line.index(",") + 1)] if line.count(",") > 1 else line, line)
    return list(ranks.values())


def flow(dice):
    table = dice.randrange(TABLES)
    word, fields, sets = network(dice)
    vlan = dice.choice([[], [], ["vlan_tci=0/0x1fff"], [f"dl_vlan={dice.randrange(4096)}"],
                        ["vlan_vid=0x1000/0x1000"], [f"dl_vlan={dice.randrange(4096)}", "dl_vlan_pcp=3"]])
    match = [f"table={table}", f"priority={dice.randrange(65536)}"] + ([word] if word else []) + vlan
    fields += [f"in_port={dice.choice([1, 2, 3, 64000, 'LOCAL'])}", f"dl_src={masked_mac(dice)}",
               f"dl_dst={masked_mac(dice)}", f"metadata={dice.randrange(1 << 64):#x}/{dice.randrange(1, 1 << 64):#x}",
               f"metadata={dice.randrange(1 << 64):#x}", f"tun_id={dice.randrange(1 << 64):#x}"]
    chosen = {field.split("=")[0]: field for field in some(dice, fields, 4)}
    match += list(chosen.values())
    match += some(dice, [f"cookie={dice.randrange(1, 1 << 64):#x}", f"idle_timeout={dice.randrange(500, 65536)}",
                         f"hard_timeout={dice.randrange(500, 65536)}", "send_flow_rem", "reset_counts",
                         "no_packet_counts", "no_byte_counts"], 2)
    tagged = bool(vlan) and vlan[0] != "vlan_tci=0/0x1fff"
    does = [f"meter:{dice.randrange(1, METERS)}"] if dice.random() < 0.1 else []
    does += actions(dice, tagged, sets)
    does += ["clear_actions"] if dice.random() < 0.1 else []
    written = [one for one in actions(dice, tagged, sets) if "set_queue" not in one and "push" not in one]
    does += [f"write_actions({','.join(written)})"] if written and dice.random() < 0.3 else []
    if dice.random() < 0.2:
        does.append(f"write_metadata:{dice.randrange(1 << 64):#x}/{dice.choice([(1 << 64) - 1, 0xff00]):#x}")
    does += [f"goto_table:{dice.randrange(table + 1, TABLES + 3)}"] if dice.random() < 0.4 else []
    return ",".join(match) + " actions=" + (",".join(does) or "drop")


def bucket(dice, kind):
    head = []
    if kind == "select":
        head.append(f"weight:{dice.randrange(9)}")
    if kind == "ff":
        head.append(f"watch_port:{dice.randrange(1, 3)}")
    does = some(dice, [f"set_field:{mac(dice)}->eth_dst", "push_vlan:0x8100,set_field:4196->vlan_vid"], 2)
    return "bucket=" + ",".join(head + ["actions=" + ",".join(does + [f"output:{dice.randrange(1, 9)}"])])


def group(dice, number):
    kind = dice.choice(["all", "select", "indirect", "ff"])
    buckets = [bucket(dice, kind) for _ in range(1 if kind == "indirect" else dice.randrange(1, 5))]
    return ",".join([f"group_id={number}", f"type={kind}"] + buckets)


def meter(dice, number):
    return f"meter={number} {dice.choice(['kbps', 'pktps'])} burst {dice.choice(['', 'stats '])}" \
           f"bands=type=drop rate={dice.randrange(1, 10**6)} burst_size={dice.randrange(1, 10**6)}"


def main(seed, n_flows, directory):
    dice = random.Random(seed)
    for name, lines in (("flows", flows(dice, int(n_flows))),
                        ("groups", [group(dice, n) for n in range(1, GROUPS)]),
                        ("meters", [meter(dice, n) for n in range(1, METERS)])):
        with open(f"{directory}/{name}", "w", encoding="ascii") as out:
            out.write("".join(line + "\n" for line in lines))


main(*sys.argv[1:])
