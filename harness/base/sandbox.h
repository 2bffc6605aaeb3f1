/* SPDX-License-Identifier: Apache-2.0
 *
 * A process that has everything open gives up what it does not need any more, before it reads
 * what the network says. docs/security.md says why it is done like this. */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include "base/error.h"

enum base_sandbox_files {
    BASE_SANDBOX_READS, /* no file is created, changed or removed any more */
    BASE_SANDBOX_WRITES
};

/* Gives up every capability, also those of programs that would be started (no_new_privs; the
 * bounding set if that is permitted), and has the kernel refuse what is not listed in sandbox.c:
 * sessions over TCP and Unix sockets go on, can be closed and opened again; so do threads, and
 * frames on packet sockets that are open. New packet sockets are not permitted (EPERM). A call
 * that only an intruder makes (execve, ptrace, mount, setns ...) ends the process with SIGSYS;
 * any other that is not listed does not exist (ENOSYS), so that a library falls back to an older
 * one. Processes that are started later (none can be) and that were started before are another
 * matter: these keep what they had.
 *
 * Once in a process, while it has one thread; those that were joined are none. libcap-ng and
 * libseccomp are loaded for it.
 *
 * -1: not all of that could be done, and what is missing: a library, the kernel's leave, or
 * the user has said TAPPROOF_SANDBOX=off. The process goes on as far as it came; the
 * caller is to tell it in its report, and is not to fail for it. */
int base_sandbox_enter(enum base_sandbox_files files, struct base_error *error);

#endif
