# SPDX-License-Identifier: Apache-2.0
"""Namespaces: run a function where it can reach nothing of this machine.

Neighbours: lab (the command), labnet (runs inside).  Three processes:

    keeper   the process that the user started; stays outside
    hinge    its child: has unshared user, network, mount and PID namespaces
    inside   its child: PID 1 of the new PID namespace, runs the function

The kernel kills the hinge when the keeper dies and PID 1 when the hinge dies
(PR_SET_PDEATHSIG), and with PID 1 dies everything in its namespace; network and
mounts go with the last process.  So kill -9 of any of the three leaves nothing,
and nobody has to clean up.

unshare(1) is not used: since util-linux 2.36 it blocks SIGINT and SIGTERM while
its child runs, so that a supervisor could not end a lab with them.
"""

import ctypes
import os
import select
import signal
import socket

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x10000000, 0x20000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 0x4000, 1 << 18
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FORWARDED = {signal.SIGUSR1: signal.SIGINT, signal.SIGUSR2: signal.SIGTERM}    # by the keeper to PID 1
OK = b"+"
GRACE_S = 10        # for the lab's command to end by itself


class Refused(Exception):
    """The kernel or the container does not let this user make namespaces."""


class Ended(Exception):
    """A signal asked the lab to end; the number is the argument."""


def run(function):
    """The exit status of function(), run inside.  Raises Refused, or Ended after everything is gone."""
    call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)   # so that we can wait for orphans too
    catch_endings()
    try:
        return attempt(function)
    except BaseException as error:
        if isinstance(error, Ended):
            let_end(error.args[0])
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        reap_all()
        if isinstance(error, Ended):
            die_by(error.args[0])
        raise


def attempt(function):
    """As root without a user namespace too, where a container refuses user namespaces."""
    try:
        return keep(function, CLONE_NEWUSER)
    except Refused:
        if os.geteuid() != 0:
            raise
        reap_all()
        return keep(function, 0)


def keep(function, user):
    """The keeper's part."""
    ours, theirs = socket.socketpair()
    began, begin = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)    # the child must never run our handlers
    keeper, hinge = os.getpid(), os.fork()
    if hinge == 0:
        ours.close()
        os.close(began)
        Command.begin = begin
        os._exit(guarded(theirs, lambda: hang(function, theirs, keeper, user)))
    os.close(begin)
    Hinge.pid, Hinge.began = hinge, began
    theirs.close()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    expect(ours)
    if user:
        map_ids(hinge)
    ours.send(OK)
    expect(ours)
    code = status_of(hinge)
    Hinge.pid = None
    reap_all()
    return code


class Hinge:
    """The one process that is killed in order to end everything."""
    pid = None
    began = None        # can be read as soon as the command runs


class Command:
    """In PID 1: the lab's command."""
    begin = None        # is written to when it runs

    @staticmethod
    def has_begun(process):
        """It gets the signals that the keeper hands on."""
        for number, forwarded in FORWARDED.items():
            signal.signal(number, lambda _number, _frame, forwarded=forwarded: process.send_signal(forwarded))
        os.write(Command.begin, OK)
        os.close(Command.begin)


def let_end(number):
    """A command that runs may finish: another signal, or GRACE_S, ends it.  What a terminal sent, it has got itself."""
    if not Hinge.pid or not select.select([Hinge.began], [], [], 0)[0] or not os.read(Hinge.began, 1):
        return
    signal.signal(signal.SIGALRM, signal.getsignal(signal.SIGTERM))
    signal.alarm(GRACE_S)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        if not is_typed(number):
            forward(signal.SIGUSR1 if number == signal.SIGINT else signal.SIGUSR2)
        os.waitpid(Hinge.pid, 0)
        Hinge.pid = None
    except (Ended, OSError):
        pass
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    signal.alarm(0)


def is_typed(number):
    """Whether the signal came to all of the terminal's processes."""
    if number == signal.SIGTERM:
        return False
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return True         # it hung up
    finally:
        os.close(terminal)


def forward(number):
    with open(f"/proc/{Hinge.pid}/task/{Hinge.pid}/children", encoding="ascii") as stream:
        os.kill(int(stream.read().split()[0]), number)


def hang(function, channel, keeper, user):
    """The hinge's part: unshare, have our ids mapped, fork PID 1, and wait for it."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)           # a terminal's ^C is the keeper's business
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    call("unshare", user | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID)
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != keeper:                          # it died before the line above
        return 1
    channel.send(OK)
    expect(channel)
    lifeline = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(lifeline[1])
        os._exit(guarded(channel, lambda: settle(function, channel, lifeline[0])))
    channel.close()
    return status_of(first)


def settle(function, channel, lifeline):
    """The part of PID 1: private mounts, then the function."""
    for number in ENDING + (*FORWARDED,):
        signal.signal(number, signal.SIG_IGN)           # what makes the lab is not hit by a terminal's ^C
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if select.select([lifeline], [], [], 0)[0]:         # end of file: the hinge is dead already
        return 1
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    # Hides the system's Open vSwitch, and all that the lab writes is memory that goes with it.
    mount("tapproof", "/run", "tmpfs", MS_NOSUID | MS_NODEV)
    channel.send(OK)
    channel.close()
    return function()


def status_of(pid):
    """Waits for a child; its exit status as a shell says it, 128 + N for signal N."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return 128 - code if code < 0 else code


def take_signals():
    """In a child of PID 1 that a user started: signals are as ever."""
    for number in ENDING + (*FORWARDED,):
        signal.signal(number, signal.SIG_DFL)


def guarded(channel, body):
    """body()'s status; an OSError goes to the keeper as text, while it still listens."""
    try:
        return body()
    except (OSError, Refused) as error:
        try:
            channel.send(str(error).encode())
        except OSError:
            pass
        return 1


def expect(channel):
    answer = channel.recv(4096)
    if answer != OK:
        raise Refused(answer.decode() or "the lab's first process died at once")


def map_ids(pid):
    """Root keeps every id that it has (else it could not open other users' files); a user becomes root alone."""
    for name, own in (("uid", os.geteuid()), ("gid", os.getegid())):
        with open(f"/proc/self/{name}_map", encoding="ascii") as stream:
            ranges = [line.split() for line in stream]
        text = "".join(f"{inside} {inside} {count}\n" for inside, _, count in ranges)
        try:
            if os.geteuid() != 0:
                if name == "gid":
                    write(f"/proc/{pid}/setgroups", "deny")
                text = f"0 {own} 1\n"
            write(f"/proc/{pid}/{name}_map", text)
        except OSError as error:
            raise Refused(f"{error.filename or name + '_map'}: {error.strerror}") from None


def write(path, text):
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def catch_endings():
    def end(number, _frame):
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)    # one exception at a time
        raise Ended(number)
    for number in ENDING:
        # nohup sets SIGHUP to be ignored, and means it.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, end)


def reap_all():
    """Kill the hinge and wait until PID 1 is gone, which the kernel lets happen last of all."""
    if Hinge.pid:
        try:
            os.kill(Hinge.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        Hinge.pid = None


def die_by(number):
    """End as the signal would have ended us, so that the caller sees it."""
    signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    os.kill(os.getpid(), number)


def enter_network(path):
    """Move this process to the network namespace of a /proc/PID/ns/net path."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        call("setns", descriptor, CLONE_NEWNET)
    finally:
        os.close(descriptor)


def mount(source, target, kind, flags):
    encoded = [text.encode() if text else None for text in (source, target, kind)]
    call("mount", *encoded, ctypes.c_ulong(flags), None, what=f"mount of {kind or 'private'} on {target}")


def call(name, *arguments, what=None):
    if getattr(LIBC, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what or name}: {os.strerror(number)}")
