# SPDX-License-Identifier: Apache-2.0
"""A learning controller (python3-os-ken): it believes where source addresses come from.

    osken-manager --ofp-tcp-listen-port 6653 suites/live/osken_learning.py

All that no entry takes comes to it, by an entry of the lowest priority. For a receiver that it
knows it writes an entry, for others it floods. $OSKEN_DONE appears when it is ready.
"""

import os

from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.lib.mac import haddr_to_bin
from os_ken.lib.packet import ethernet, packet
from os_ken.ofproto import ofproto_v1_0


class Learning(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_0.OFP_VERSION]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.port_of = {}

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def on_features(self, event):
        path = event.msg.datapath
        parser, protocol = path.ofproto_parser, path.ofproto
        path.send_msg(parser.OFPFlowMod(
            path, parser.OFPMatch(), command=protocol.OFPFC_ADD, priority=0,
            actions=[parser.OFPActionOutput(protocol.OFPP_CONTROLLER, 65535)]))
        path.send_msg(parser.OFPBarrierRequest(path))

    @set_ev_cls(ofp_event.EventOFPBarrierReply, [CONFIG_DISPATCHER, MAIN_DISPATCHER])
    def on_barrier(self, _event):
        with open(os.environ["OSKEN_DONE"], "w", encoding="ascii"):
            pass

    @set_ev_cls(ofp_event.EventOFPPacketIn, MAIN_DISPATCHER)
    def on_packet(self, event):
        message = event.msg
        path = message.datapath
        parser, protocol = path.ofproto_parser, path.ofproto
        frame = packet.Packet(message.data).get_protocol(ethernet.ethernet)
        self.port_of[frame.src] = message.in_port
        port = self.port_of.get(frame.dst, protocol.OFPP_FLOOD)
        actions = [parser.OFPActionOutput(port)]
        if port != protocol.OFPP_FLOOD:
            match = parser.OFPMatch(in_port=message.in_port, dl_src=haddr_to_bin(frame.src),
                                    dl_dst=haddr_to_bin(frame.dst))
            path.send_msg(parser.OFPFlowMod(path, match, command=protocol.OFPFC_ADD, priority=1,
                                            actions=actions))
        path.send_msg(parser.OFPPacketOut(path, protocol.OFP_NO_BUFFER, message.in_port, actions, message.data))
