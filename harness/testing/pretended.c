/* SPDX-License-Identifier: Apache-2.0
 *
 * What does the system say that a test wants to be otherwise? */
#include "testing/pretended.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct pretended now;

struct pretended *pretended(void)
{
    return &now;
}

uid_t getuid(void)
{
    return (uid_t)syscall(SYS_getuid) + now.other_user;
}

gid_t getgid(void)
{
    return (gid_t)syscall(SYS_getgid) + now.other_group;
}

pid_t fork(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    pid_t (*real)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
    sigset_t blocked;
    if (now.no_process) {
        errno = EAGAIN;
        return -1;
    }
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    now.blocked_others = sigismember(&blocked, SIGUSR1) || sigismember(&blocked, SIGCHLD);
    pid_t pid = real();
    for (int i = 0; pid == 0 && now.ends_at_once && i < 3; i++) {
        kill(getpid(), numbers[i]);
    }
    return pid;
}
