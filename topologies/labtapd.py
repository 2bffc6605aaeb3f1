# SPDX-License-Identifier: Apache-2.0
"""The controller of a lab: tapd programs the switches by a policy.

Neighbours: lab (the command), labnet (the switches), labflows (the other way
to program them).
"""

import os
import re
import select
import signal
import subprocess
import time

from labnet import HOME, LabError
from labtopo import InputError

SOCKET = HOME + "/tapd.sock"
SAMPLES = "127.0.0.1:6343"     # where agents send to
PID_FILE, LOG_FILE = HOME + "/tapd.pid", HOME + "/tapd.log"
INSTALL_S = 60      # all of it is on this machine; a busy one may be slow


def check(policy, programs):
    """Refuse a policy that tapd does not take, before anything is started.  Raises InputError."""
    done = subprocess.run([os.path.join(programs, "tapd"), policy, "--print"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise InputError(done.stderr.strip() or f"{policy}: tapd ended with status {done.returncode}")


def start(policy, programs, lab_file, remote, keys=None):
    """Runs tapd until it has installed the policy; where it answers HTTP.  keys: for TLS, where the switches dial.
    Raises LabError."""
    command = [os.path.join(programs, "tapd"), policy, "--own-tables", "--http", "unix:" + SOCKET,
               "--state", f"{HOME}/taps.json", "--sflow", SAMPLES]
    command += ["--listen", passive(remote)] if remote else ["--lab", lab_file]
    command += [word for name, path in (keys or {}).items() for word in ("--" + name, path)]
    with open(LOG_FILE, "ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
    if not select.select([process.stdout], [], [], INSTALL_S)[0] or process.stdout.readline() != b"ready\n":
        process.kill()
        with open(LOG_FILE, encoding="utf-8", errors="replace") as log:
            raise LabError(f"tapd did not install {policy}\n" + "".join(log.readlines()[-10:]).rstrip())
    with open(PID_FILE, "w", encoding="ascii") as stream:
        stream.write(str(process.pid))
    return SOCKET


def stop():
    """Ends the tapd of this lab, if there is one; the entries stay."""
    try:
        with open(PID_FILE, encoding="ascii") as stream:
            pid = int(stream.read())
        os.unlink(PID_FILE)
        os.kill(pid, signal.SIGTERM)
        while True:
            os.kill(pid, 0)
            time.sleep(0.005)
    except (FileNotFoundError, ProcessLookupError):
        pass


def passive(remote):
    """The other end of what a switch dials: tcp:HOST:PORT is ptcp:PORT:HOST, and so for ssl:."""
    match = re.fullmatch(r"(tcp|ssl):([^:]+):(\d+)", remote)
    if not match:
        raise InputError(f"found controller `{remote}', expected tcp:HOST:PORT or ssl:HOST:PORT")
    return f"p{match[1]}:{match[3]}:{match[2]}"
