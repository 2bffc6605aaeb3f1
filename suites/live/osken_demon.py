# SPDX-License-Identifier: Apache-2.0
"""The reference network, programmed by another controller (python3-os-ken).

    osken-manager --ofp-tcp-listen-port 6653 suites/live/osken_demon.py

The entries are those of topologies/demon/simulated. When a switch has confirmed
its own by BARRIER, a file named after its datapath id appears in $OSKEN_DONE.
"""

import os

from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.ofproto import ofproto_v1_0

# {datapath id: {in_port: outputs}}
FORWARD = {1: {1: [2, 6], 2: [1], 3: [4], 4: [3]},
           2: {1: [2], 2: [1, 7]},
           3: {port: [11] for port in range(1, 11)}}


class Demon(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_0.OFP_VERSION]

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def on_features(self, event):
        path = event.msg.datapath
        parser, protocol = path.ofproto_parser, path.ofproto
        for in_port, outputs in FORWARD[path.id].items():
            path.send_msg(parser.OFPFlowMod(
                path, parser.OFPMatch(in_port=in_port), command=protocol.OFPFC_ADD,
                actions=[parser.OFPActionOutput(port) for port in outputs]))
        path.send_msg(parser.OFPBarrierRequest(path))

    @set_ev_cls(ofp_event.EventOFPBarrierReply, [CONFIG_DISPATCHER, MAIN_DISPATCHER])
    def on_barrier(self, event):
        with open(os.path.join(os.environ["OSKEN_DONE"], str(event.msg.datapath.id)), "w", encoding="ascii"):
            pass
