# SPDX-License-Identifier: Apache-2.0
"""The network of a lab: a private Open vSwitch and a Mininet network of any topology.

Neighbours: labspace (the namespaces in which this runs; outside of them it
would change the machine), labflows (installs entries), lab (the command).

Mininet makes hosts, switches and links as always; only the way in which it
configures interfaces is replaced, because a shell command for each address and
link is what a Mininet start spends its time on: links are made by one
ip-batch, hosts are configured by system calls.
"""

import ctypes
import fcntl
import ipaddress
import os
import re
import resource
import socket
import struct
import subprocess
import time

from mininet.link import Intf, Link
from mininet.net import Mininet
from mininet.node import Host, OVSSwitch

import labflows
import labspace

HOME = "/run/tapproof"              # all of it in the lab's private memory
LAB_FILE = HOME + "/lab.yaml"
OVS_DIRS = {"OVS_RUNDIR": "/run/openvswitch", "OVS_DBDIR": HOME + "/ovs-db",
            "OVS_LOGDIR": HOME + "/ovs-log", "OVS_SYSCONFDIR": HOME + "/ovs-etc"}
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
LINK_UP_S = 3                       # a carrier change is noticed within one second
FIRST_PORT = 6634                   # OpenFlow of the first switch; private, so it is always free

SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK, SIOCETHTOOL = 0x8913, 0x8914, 0x8916, 0x891c, 0x8946
IFF_UP = 1
ETHTOOL_GLINK, ETHTOOL_STXCSUM = 0x0a, 0x17


class LabError(Exception):
    """The lab could not be made."""


def start(topology):
    """The running Mininet of a topology, its switches verified.  Raises LabError."""
    os.environ.update(OVS_DIRS)
    for directory in OVS_DIRS.values():
        os.makedirs(directory)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))    # two descriptors a host, more a port
    no_ipv6()
    with socket.socket() as channel:
        interface_up(channel, "lo")
    vswitchd = start_ovs()
    net = build(topology)
    finish_ovs(vswitchd)
    net.start()
    for switch in net.switches:
        verify(topology, switch)
    return net


def target(switch, tls=False):
    """The OpenFlow target of a started switch."""
    return "%s:127.0.0.1:%s" % ("ssl" if tls else "tcp", switch.listenPort.split(":")[0])


def set_controller(net, remote, tls):
    """Every switch dials the controller, unless that is None, besides listening; without one it goes on (fail-mode is
    secure)."""
    if tls:     # what listens at the port in TCP goes first
        must("ovs-vsctl", *(word for switch in net.switches for word in ("--", "clear", "bridge", switch.name,
                                                                         "controller")))
    command = ["ovs-vsctl"]
    for index, switch in enumerate(net.switches):
        near = f'target="{"pssl" if tls else "ptcp"}:{switch.listenPort}"'
        command += ["--", f"--id=@near{index}", "create", "controller", near]
        if remote:
            command += ["--", f"--id=@far{index}", "create", "controller", f'target="{remote}"', "max_backoff=1000"]
        controllers = f"@near{index},@far{index}" if remote else f"@near{index}"
        command += ["--", "set", "bridge", switch.name, f"controller=[{controllers}]",
                    "other-config:disable-in-band=true"]
    must(*command)


def lab_file(topology, net, keys):
    """The text of the lab file.  keys: what tls: says; None: there is no TLS."""
    lines = [f"# Where the topology {topology.name} runs now. Written by topologies/lab; only valid inside this lab.",
             "rate: unlimited     # of frames a second: nobody else is here", "switches:"]
    lines += [f'  {s.name}: {{openflow: "{target(s, bool(keys))}"}}' for s in net.switches]
    lines += ["tls: {" + ", ".join(f"{key}: {path}" for key, path in keys.items()) + "}"] if keys else []
    lines += ["hosts:" if net.hosts else "hosts: {}"]
    lines += [f"  {h.name}: {{netns: /proc/{h.pid}/ns/net, interface: {h.name}-eth0}}" for h in net.hosts]
    return "\n".join(lines) + "\n"


# Open vSwitch

def start_ovs():
    """Database server up, ovs-vswitchd on its way: Mininet builds hosts in the meantime."""
    database, remote = OVS_DIRS["OVS_DBDIR"] + "/conf.db", "unix:/run/openvswitch/db.sock"
    must("ovsdb-tool", "create", database, os.environ.get("TAPPROOF_OVS_SCHEMA", SCHEMA))
    must("ovsdb-server", "-vconsole:off", database, "--remote=p" + remote, "--no-chdir", "--pidfile", "--log-file",
         "--detach")
    must("ovs-vsctl", "--no-wait", "init")
    return subprocess.Popen(["ovs-vswitchd", "-vconsole:off", remote, "--enable-dummy", "--no-chdir", "--pidfile",
                             "--log-file", "--detach"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish_ovs(vswitchd):
    complaint = vswitchd.communicate()[1]
    if vswitchd.returncode:
        raise LabError(f"ovs-vswitchd did not start: {complaint.strip()}")


def verify(topology, switch):
    """Ask the switch itself: ovs-vsctl exits 0 even if it could not make a bridge or a port."""
    deadline = time.monotonic() + LINK_UP_S
    while True:
        version = labflows.protocol(topology.protocols[switch.name], False)
        said = must("ovs-ofctl", "-O", version, "show", target(switch))
        dpid = re.search(r"dpid:([0-9a-f]{16})", said)
        if not dpid or int(dpid[1], 16) != topology.switches[switch.name]:
            raise LabError(f"{switch.name} is not the bridge that was asked for: {said.strip()}")
        missing = missing_ports(switch, said)
        if not missing:
            return
        if time.monotonic() > deadline:
            raise LabError(f"{switch.name} has no {missing}\n{log_tail()}")


def missing_ports(switch, said):
    """The ports that `ovs-ofctl show' does not show, or shows as down, as text."""
    ports = re.findall(r"^ (\d+)\((\S+)\):[^\n]*\n +config: +(\S.*)\n +state: +(\S.*)$", said, re.M)
    there = {(name, int(number)) for number, name, config, state in ports if config == "0" and state in ("0", "LIVE")}
    wanted = {(intf.name, port) for intf, port in switch.ports.items() if port}
    return ", ".join(f"{name} on port {port}, up" for name, port in sorted(wanted - there))


def log_tail():
    try:
        with open(OVS_DIRS["OVS_LOGDIR"] + "/ovs-vswitchd.log", encoding="utf-8", errors="replace") as stream:
            return "".join([line for line in stream if "|WARN|" in line or "|ERR|" in line][-10:])
    except OSError:
        return ""


def must(*command, text=None):
    """stdout of a command that succeeds and does not complain."""
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          **({} if text else {"stdin": subprocess.DEVNULL}))
    if done.returncode or done.stderr.strip():
        complaint = "\n".join(done.stderr.strip().split("\n")[:5])
        raise LabError(f"{' '.join(command)[:60]} failed ({done.returncode}): {complaint}")
    return done.stdout


# Mininet

class TapSwitch(OVSSwitch):
    """A switch of the datapath that needs neither kernel module nor /dev/net/tun."""

    @classmethod
    def setup(cls):
        cls.OVSVersion = "3.0"      # Mininet asks a running Open vSwitch, ours is still starting

    def bridgeOpts(self):
        return super().bridgeOpts() + " datapath_type=dummy"

    @classmethod
    def batchStartup(cls, switches, run=None):
        return super().batchStartup(switches, run=lambda command, **_: must("sh", "-c", command))


class TapHost(Host):
    """A host that Mininet leaves unconfigured: configure_host() does it."""

    def config(self, **_):
        return {}


class TapIntf(Intf):
    """An interface that Mininet knows but does not touch."""

    def config(self, **_):
        return {}


class TapLink(Link):
    """A veth pair, written down for ip-batch instead of made at once."""

    def __init__(self, *nodes, batch=None, **parameters):
        self.batch = batch
        super().__init__(*nodes, **parameters)

    def makeIntfPair(self, intfname1, intfname2, addr1=None, addr2=None, node1=None, node2=None, deleteIntfs=True):
        where = f"netns {node2.pid}" if node2.inNamespace else ""
        self.batch.append(f"link add name {intfname1} up address {addr1} type veth "
                          f"peer name {intfname2} address {addr2} {where}")
        if not node2.inNamespace:       # a host's end is taken up later, inside
            self.batch.append(f"link set dev {intfname2} up")


def build(topology):
    """A Mininet of hosts, switches and links, not started."""
    Mininet.inited = True       # skips its sysctl settings: they would be the machine's
    net = Mininet(controller=None, switch=TapSwitch, host=TapHost, intf=TapIntf, build=False)
    for name, host in topology.hosts.items():
        net.addHost(name, mac=host.mac, ip=host.ip)
    for index, (name, dpid) in enumerate(topology.switches.items()):
        net.addSwitch(name, dpid="%016x" % dpid, listenPort=f"{FIRST_PORT + index}:127.0.0.1", batch=True,
                      protocols=",".join(topology.protocols[name]) or None)
    add_links(topology, net)
    net.build()
    return net


def add_links(topology, net):
    # A namespace needs no IPv6 before its interface comes, not after: a router
    # solicitation would be on the wire already.
    in_networks(net.hosts, lambda _: no_ipv6())
    batch = []
    for name, host in topology.hosts.items():
        net.addLink(host.switch, name, port1=host.port, port2=0, cls=TapLink, addr2=host.mac, batch=batch)
    for (switch1, port1), (switch2, port2) in topology.links:
        net.addLink(switch1, switch2, port1=port1, port2=port2, cls=TapLink, batch=batch)
    if batch:
        must("ip", "-batch", "-", text="\n".join(batch) + "\n")
    in_networks(net.hosts, lambda host: configure_host(host, topology.hosts[host.name].ipv6, neighbours(topology)))
    with socket.socket() as channel:
        for switch in net.switches:
            for name in switch.intfNames():
                link_state(channel, name)


def in_networks(hosts, function):
    """function(host) for each host, inside its network namespace."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        for host in hosts:
            labspace.enter_network(f"/proc/{host.pid}/ns/net")
            function(host)
    finally:
        labspace.enter_network(f"/proc/self/fd/{home}")
        os.close(home)


def neighbours(topology):
    """[(IPv6 address, MAC)] of the hosts that have both."""
    return [(host.ipv6, host.mac) for host in topology.hosts.values() if host.ipv6]


def configure_host(host, ipv6, known):
    """known: the neighbours of IPv6; an address of that, unless it is None, is ipv6."""
    name = f"{host.name}-eth0"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        interface_up(channel, "lo")
        checksum_offload_off(channel, name)
        if host.params.get("ip"):
            address = ipaddress.IPv4Interface(host.params["ip"])
            set_address(channel, SIOCSIFADDR, name, address.ip)
            set_address(channel, SIOCSIFNETMASK, name, address.netmask)
        if ipv6:
            quiet_ipv6(name, ipv6, known)
        interface_up(channel, name)
        link_state(channel, name)


# Interfaces, in the network namespace of the caller

def no_ipv6():
    """Neighbour discovery would be counted by the switches and captured by the stations."""
    for which in ("all", "default"):
        path = f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6"
        if os.path.exists(path):
            labspace.write(path, "1")


def quiet_ipv6(name, address, known):
    """IPv6 that sends nothing of its own: the address stands on lo, so that the interface joins no group and reports
    none, nor has it a link-local address that would solicit routers; neighbours are known, as none would be heard."""
    labspace.write(f"/proc/sys/net/ipv6/conf/{name}/addr_gen_mode", "1")
    labspace.write(f"/proc/sys/net/ipv6/conf/{name}/accept_ra", "0")
    for which in ("lo", name):
        labspace.write(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6", "0")
    batch = [f"addr add {address}/128 dev lo nodad", f"link set {name} up"]
    for other, mac in known:
        if other != address:
            batch += [f"neigh add {other} lladdr {mac} dev {name} nud permanent",
                      f"route add {other}/128 dev {name} src {address}"]
    must("ip", "-6", "-batch", "-", text="\n".join(batch) + "\n")


def interface_up(channel, name):
    request = bytearray(fcntl.ioctl(channel, SIOCGIFFLAGS, struct.pack("16s24x", name.encode())))
    flags = struct.unpack_from("H", request, 16)[0]
    struct.pack_into("H", request, 16, flags | IFF_UP)
    fcntl.ioctl(channel, SIOCSIFFLAGS, bytes(request))


def set_address(channel, request, name, address):
    fcntl.ioctl(channel, request, struct.pack("16sHH4s16x", name.encode(), socket.AF_INET, 0, address.packed))


def link_state(channel, name):
    """Asking makes the kernel bring the carrier flag up to date, which it else does up to a second later:
    until then the switch would call the port down."""
    ethtool(channel, name, ETHTOOL_GLINK)


def checksum_offload_off(channel, name):
    """TCP of a host would leave with an unfinished checksum, and the userspace datapath drops it."""
    ethtool(channel, name, ETHTOOL_STXCSUM)


def ethtool(channel, name, command):
    """An ethtool command with the value 0, through SIOCETHTOOL."""
    value = ctypes.create_string_buffer(struct.pack("II", command, 0))
    fcntl.ioctl(channel, SIOCETHTOOL, struct.pack("16sP16x", name.encode(), ctypes.addressof(value)))
