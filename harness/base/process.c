/* SPDX-License-Identifier: Apache-2.0
 *
 * May this process go on, with the descriptors and the identity that it was given? */
#include "base/process.h"

#include <fcntl.h>
#include <unistd.h>

static void keep_standard_streams(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO) {
        close(fd);
    }
}

int base_process_begin(struct base_error *error)
{
    keep_standard_streams();
    return getuid() == geteuid() && getgid() == getegid()
               ? 0
               : base_fail(error, "set-uid and set-gid are refused; give it what it needs with "
                                  "setcap cap_net_raw,cap_sys_admin+ep, or use sudo");
}
