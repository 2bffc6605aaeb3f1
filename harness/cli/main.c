/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof: what a process must settle before it reads its command line. */
#include "cli/cli.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* Descriptors 0 to 2 that somebody closed would become sockets, and what is
 * printed would go there. */
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

int main(int argc, char **argv)
{
    keep_standard_streams();
    /* A reader or a far station that went away is an error of a write. */
    signal(SIGPIPE, SIG_IGN);
    int number = 0, status = cli_main(&run_world_live, argc, argv, &number);
    if (number) { /* whoever waits for this process wants to see how it ended */
        raise(number);
    }
    return status;
}
