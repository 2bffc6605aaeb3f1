# SPDX-License-Identifier: Apache-2.0
#
# For osken_test.c: the same messages as os-ken sees them.
# osken_peer.py REPLIES MODS reads OFPST_FLOW replies, prints a line an entry,
# and writes each entry as a FLOW_MOD of os-ken's own making.
# osken_peer.py --again MODS OUT reads FLOW_MODs of OpenFlow 1.3, and writes them as it has
# understood them.
import sys

from os_ken.ofproto import ofproto_protocol
from os_ken.ofproto import ofproto_v1_0 as of
from os_ken.ofproto import ofproto_v1_0_parser as parser
from os_ken.ofproto import ofproto_v1_3 as of13
from os_ken.ofproto import ofproto_v1_3_parser as parser13

WHOLE = (("in_port", of.OFPFW_IN_PORT), ("dl_vlan", of.OFPFW_DL_VLAN),
         ("dl_vlan_pcp", of.OFPFW_DL_VLAN_PCP), ("dl_type", of.OFPFW_DL_TYPE),
         ("nw_tos", of.OFPFW_NW_TOS), ("nw_proto", of.OFPFW_NW_PROTO),
         ("tp_src", of.OFPFW_TP_SRC), ("tp_dst", of.OFPFW_TP_DST))
DL = (("dl_src", of.OFPFW_DL_SRC), ("dl_dst", of.OFPFW_DL_DST))
NW = (("nw_src", of.OFPFW_NW_SRC_SHIFT), ("nw_dst", of.OFPFW_NW_DST_SHIFT))


def match_text(match):
    out = [f" {name}={getattr(match, name)}"
           for name, bit in WHOLE if not match.wildcards & bit]
    out += [f" {name}={getattr(match, name).hex()}"
            for name, bit in DL if not match.wildcards & bit]
    for name, shift in NW:
        wild = match.wildcards >> shift & 63
        if wild < 32:
            out.append(f" {name}={getattr(match, name)}/{32 - wild}")
    return "".join(out)


def messages(switch, data, of_version=parser):
    while data:
        length = int.from_bytes(data[2:4], "big")
        yield of_version.msg_parser(switch, data[0], data[1], length,
                                int.from_bytes(data[4:8], "big"), data[:length])
        data = data[length:]


def main(replies, mods):
    switch = ofproto_protocol.ProtocolDesc(version=of.OFP_VERSION)
    with open(replies, "rb") as file, open(mods, "wb") as out:
        for message in messages(switch, file.read()):
            for e in message.body:
                print(f"{e.table_id} {e.duration_sec} {e.duration_nsec} {e.priority}"
                      f" {e.idle_timeout} {e.hard_timeout} {e.cookie} {e.packet_count}"
                      f" {e.byte_count} {len(e.actions)}{match_text(e.match)}")
                mod = parser.OFPFlowMod(switch, e.match, e.cookie, of.OFPFC_ADD, e.idle_timeout,
                                        e.hard_timeout, e.priority, actions=e.actions)
                mod.set_xid(1)
                mod.serialize()
                out.write(mod.buf)


def again(mods, written):
    switch = ofproto_protocol.ProtocolDesc(version=of13.OFP_VERSION)
    with open(mods, "rb") as file, open(written, "wb") as out:
        for m in messages(switch, file.read(), parser13):
            mod = parser13.OFPFlowMod(switch, m.cookie, m.cookie_mask, m.table_id, m.command,
                                      m.idle_timeout, m.hard_timeout, m.priority, m.buffer_id,
                                      m.out_port, m.out_group, m.flags, m.match, m.instructions)
            mod.set_xid(m.xid)
            mod.serialize()
            out.write(mod.buf)


if sys.argv[1] == "--again":
    again(*sys.argv[2:])
else:
    main(*sys.argv[1:])
