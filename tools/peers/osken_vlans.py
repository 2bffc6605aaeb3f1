# SPDX-License-Identifier: Apache-2.0
"""A controller of another make (python3-os-ken), of OpenFlow 1.3: VLANs that learn, and a mirror.

    OSKEN_DONE=FILE osken-manager --ofp-tcp-listen-port 6653 tools/peers/osken_vlans.py

Table 0 of an access switch gives what enters the VLAN of its port, copies what enters the mirrored port to a group, which
has two ways to the tool switch, and tells the controller of sources that it does not know. Table 1 sends to the port of a
receiver that is known, and to all ports of the VLAN else. The tool switch sends all to its tool. What is written for a
host that was learned has the cookie LEARNED. FILE appears when all switches are ready, and FILE.N with N hosts learned.
"""

import os

from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.lib.packet import ethernet, packet
from os_ken.ofproto import ofproto_v1_3

ACCESS, TOOL = 1, 2                     # datapath ids
VLANS = {1: 10, 2: 10, 3: 20}           # of the ports of the access switch
MIRRORED, WAYS = 1, (4, 5)              # the second way is taken when the first is down
TOOL_WAYS, TOOL_PORT = (1, 2), 3
MIRROR_GROUP = 1
VLAN_TABLE, HOST_TABLE = 0, 1
LEARNED = 0x5adc15c0
UNTAGGED, TAGGED = 0, 0x1000            # vlan_vid: OFPVID_NONE, OFPVID_PRESENT


class Vlans(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_3.OFP_VERSION]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.ready = set()
        self.port_of = {}               # {(VLAN, MAC): port}

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def on_features(self, event):
        path = event.msg.datapath
        clear(path)
        if path.id == ACCESS:
            start_access(path)
        elif path.id == TOOL:
            for way in TOOL_WAYS:
                write(path, VLAN_TABLE, 1, {"in_port": way}, [output(path, TOOL_PORT)])
        path.send_msg(path.ofproto_parser.OFPBarrierRequest(path))

    @set_ev_cls(ofp_event.EventOFPBarrierReply, [CONFIG_DISPATCHER, MAIN_DISPATCHER])
    def on_barrier(self, event):
        self.ready.add(event.msg.datapath.id)
        if self.ready >= {ACCESS, TOOL}:
            done(f".{len(self.port_of)}" if self.port_of else "")

    @set_ev_cls(ofp_event.EventOFPErrorMsg, [CONFIG_DISPATCHER, MAIN_DISPATCHER])
    def on_error(self, event):
        self.logger.error("refused: type %d code %d", event.msg.type, event.msg.code)

    @set_ev_cls(ofp_event.EventOFPPacketIn, MAIN_DISPATCHER)
    def on_packet(self, event):
        path, port = event.msg.datapath, event.msg.match["in_port"]
        frame = packet.Packet(event.msg.data).get_protocol(ethernet.ethernet)
        vlan = VLANS.get(port)
        if path.id != ACCESS or vlan is None or int(frame.src[:2], 16) & 1:
            return
        before = self.port_of.get((vlan, frame.src))
        if before == port:
            return
        if before is not None:
            forget(path, before, frame.src)
        self.port_of[vlan, frame.src] = port
        learn(path, port, vlan, frame.src)
        path.send_msg(path.ofproto_parser.OFPBarrierRequest(path))


def done(suffix):
    with open(os.environ["OSKEN_DONE"] + suffix, "w", encoding="ascii"):
        pass


def output(path, port, max_len=0):
    return path.ofproto_parser.OFPActionOutput(port, max_len)


def clear(path):
    """Nothing that another controller left."""
    parser, protocol = path.ofproto_parser, path.ofproto
    path.send_msg(parser.OFPFlowMod(path, table_id=protocol.OFPTT_ALL, command=protocol.OFPFC_DELETE,
                                    out_port=protocol.OFPP_ANY, out_group=protocol.OFPG_ANY))
    path.send_msg(parser.OFPGroupMod(path, protocol.OFPGC_DELETE, protocol.OFPGT_ALL, protocol.OFPG_ALL, []))


def write(path, table, priority, match, actions, goto=None, cookie=0):
    parser, protocol = path.ofproto_parser, path.ofproto
    does = [parser.OFPInstructionActions(protocol.OFPIT_APPLY_ACTIONS, actions)] if actions else []
    does += [parser.OFPInstructionGotoTable(goto)] if goto is not None else []
    path.send_msg(parser.OFPFlowMod(path, table_id=table, priority=priority, cookie=cookie,
                                    match=parser.OFPMatch(**match), instructions=does))


def start_access(path):
    parser, protocol = path.ofproto_parser, path.ofproto
    buckets = [parser.OFPBucket(watch_port=way, watch_group=protocol.OFPG_ANY, actions=[output(path, way)])
               for way in WAYS]
    path.send_msg(parser.OFPGroupMod(path, protocol.OFPGC_ADD, protocol.OFPGT_FF, MIRROR_GROUP, buckets))
    for port in VLANS:
        enter(path, 1, port, {}, [output(path, protocol.OFPP_CONTROLLER, 128)])
    for vlan in set(VLANS.values()):
        members = [output(path, port) for port in sorted(VLANS) if VLANS[port] == vlan]
        write(path, HOST_TABLE, 1, {"vlan_vid": TAGGED | vlan}, [parser.OFPActionPopVlan(), *members])


def enter(path, priority, port, match, first, cookie=0):
    """What enters the port untagged goes on in its VLAN; what is tagged goes nowhere."""
    parser = path.ofproto_parser
    copy = [parser.OFPActionGroup(MIRROR_GROUP)] if port == MIRRORED else []
    write(path, VLAN_TABLE, priority, {"in_port": port, "vlan_vid": UNTAGGED, **match},
          [*first, *copy, parser.OFPActionPushVlan(0x8100), parser.OFPActionSetField(vlan_vid=TAGGED | VLANS[port])],
          HOST_TABLE, cookie)


def learn(path, port, vlan, mac):
    enter(path, 2, port, {"eth_src": mac}, [], LEARNED)
    write(path, HOST_TABLE, 2, {"vlan_vid": TAGGED | vlan, "eth_dst": mac},
          [path.ofproto_parser.OFPActionPopVlan(), output(path, port)], cookie=LEARNED)


def forget(path, port, mac):
    parser, protocol = path.ofproto_parser, path.ofproto
    path.send_msg(parser.OFPFlowMod(path, table_id=VLAN_TABLE, command=protocol.OFPFC_DELETE_STRICT, priority=2,
                                    out_port=protocol.OFPP_ANY, out_group=protocol.OFPG_ANY,
                                    match=parser.OFPMatch(in_port=port, vlan_vid=UNTAGGED, eth_src=mac)))
