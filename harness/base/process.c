/* SPDX-License-Identifier: Apache-2.0
 *
 * May this process go on, with the descriptors and the identity that it was given? */
#include "base/process.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    STACK_BYTES = 2 << 20, /* more than twice what any command was seen to use */
    PAGE_BYTES = 4096
};

/* What is printed to nobody is an error of the write; only messages may be lost. */
static void keep_standard_streams(void)
{
    static const int flags[] = {O_RDONLY, O_RDONLY, O_WRONLY};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags[fd]) < 0) {
            return;
        }
    }
}

static __attribute__((noinline)) void touch_stack(void)
{
    volatile char pages[STACK_BYTES];
    for (size_t at = 0; at < sizeof pages; at += PAGE_BYTES) {
        pages[at] = 0;
    }
}

/* A stack that cannot grow when memory is short kills the process, while an allocation that fails
 * is an error: so it is as large as it ever gets from the first moment on. */
static int reserve_stack(struct base_error *error)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < 2 * (rlim_t)STACK_BYTES) {
        return base_fail(error, "the stack may have %llu bytes only (ulimit -s), not %d",
                         (unsigned long long)limit.rlim_cur, 2 * STACK_BYTES);
    }
    void *space = mmap(NULL, STACK_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (space == MAP_FAILED) {
        return base_fail(error, "out of memory");
    }
    munmap(space, STACK_BYTES);
    touch_stack();
    return 0;
}

int base_process_begin(struct base_error *error)
{
    keep_standard_streams();
    return getuid() == geteuid() && getgid() == getegid()
               ? reserve_stack(error)
               : base_fail(error, "set-uid and set-gid are refused; give it what it needs with "
                                  "setcap cap_net_raw,cap_sys_admin+ep, or use sudo");
}
