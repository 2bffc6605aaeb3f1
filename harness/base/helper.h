/* SPDX-License-Identifier: Apache-2.0
 *
 * A process beside this one that goes on to be able to do one thing when this one is confined
 * (base/sandbox.h). What it does was settled before anything was read from the network; it is sent
 * a number and at most one descriptor, and answers with the same: there is nothing in it to parse.
 *
 * Its other use is to open again what was open: `work` may answer with a socket, or with one end of
 * a pair at whose other end a process has opened an interface and serves it (station/remote.h). */
#ifndef BASE_HELPER_H
#define BASE_HELPER_H

#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

/* One of zeros is none. */
struct base_helper {
    pid_t pid;
    int fd;
};

struct base_helper_task {
    uint32_t what; /* the helper must not trust it */
    int fd;        /* given to the helper; -1: none. The caller goes on to own its own copy */
    int answer;    /* of the helper; -1: none. Each side owns its own copy */
};

/* Does the task, in the helper; follows the convention of base/error.h. task->fd is its own and is
 * closed behind it; so is task->answer, when it has been sent. */
typedef int base_helper_work(void *aux, struct base_helper_task *task, struct base_error *error);

/* Starts it (fork(2)): call it before there are threads, and before descriptors are open that it is
 * not to keep. It has the memory of this process as it is now, ends with it (the thread that
 * called), whatever it is doing, and passes over SIGINT, SIGTERM and SIGHUP, which also go to it
 * when somebody ends both. */
int base_helper_start(struct base_helper *helper, base_helper_work *work, void *aux,
                      struct base_error *error);

/* Has it do the task, and waits. -1: the error of `work`, or it cannot be reached. */
int base_helper_ask(const struct base_helper *helper, struct base_helper_task *task,
                    struct base_error *error);

/* Ends it and waits for that. None is legal. */
void base_helper_end(struct base_helper *helper);

#endif
