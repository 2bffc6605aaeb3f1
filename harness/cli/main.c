/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof: how does the process begin, and how does it end? */
#include "base/process.h"
#include "cli/cli.h"

#include <signal.h>

int main(int argc, char **argv)
{
    struct base_error error;
    if (base_process_begin(&error) < 0) {
        fprintf(stderr, "tapproof: %s\n", error.text);
        return CLI_UNJUDGED;
    }
    /* A reader or a far station that went away is an error of a write. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not become as large (ulimit -f) */
    int number = 0, status = cli_main(&run_world_live, argc, argv, &number);
    if (number) { /* whoever waits for this process wants to see how it ended */
        raise(number);
    }
    return status;
}
