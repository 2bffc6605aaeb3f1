# SPDX-License-Identifier: Apache-2.0
"""OpenFlow over TLS in a lab: keys that ovs-pki makes, for the switches and for who talks to them.

Neighbours: lab (the command), labnet (the switches, which listen at pssl: then).
"""

import os
import shutil

from labnet import HOME, LabError, must

DIRECTORY = HOME + "/tls"
CONTROLLER = {"key": f"{DIRECTORY}/ctl-privkey.pem", "certificate": f"{DIRECTORY}/ctl-cert.pem",
              "ca": f"{DIRECTORY}/pki/switchca/cacert.pem"}
SWITCH = (f"{DIRECTORY}/sc-privkey.pem", f"{DIRECTORY}/sc-cert.pem", f"{DIRECTORY}/pki/controllerca/cacert.pem")


def start():
    """Makes both CAs, a key of each, and gives the switches theirs.  Raises LabError."""
    for program, package in (("ovs-pki", "openvswitch-common"), ("openssl", "openssl")):
        if not shutil.which(program):
            raise LabError(f"missing: {program}\n  apt-get install {package}")
    os.makedirs(DIRECTORY)
    pki(["init"])
    pki(["req+sign", "ctl", "controller"])
    pki(["req+sign", "sc", "switch"])
    must("ovs-vsctl", "set-ssl", *SWITCH)


def pki(arguments):
    """It writes where it is started, and tells stderr what it does."""
    must("sh", "-c", 'cd "$0" && ovs-pki --dir=pki --log=log "$@" 2> complaint || { cat complaint >&2; exit 1; }',
         DIRECTORY, *arguments)
