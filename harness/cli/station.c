/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof station: serves the stations of this machine over stdin and stdout
 * until the other side closes them. */
#include "cli/cli.h"
#include "station/remote.h"

#include <unistd.h>

static const struct base_option no_options[] = {{0}};

static int run(struct cli_job *job)
{
    struct base_error error = {0};
    return station_serve(STDIN_FILENO, STDOUT_FILENO, true, &error) < 0
               ? cli_complain(job, CLI_UNJUDGED, "%s", error.text)
               : CLI_CONFORMS;
}

const struct cli_command cli_station = {
    .name = "station",
    .arguments = "",
    .summary = "the far end of an exec: host, over stdin and stdout",
    .options = no_options,
    .after = "Started by `tapproof check` on another machine: `exec: ssh root@host` in a lab file\n"
             "needs `tapproof` in the PATH of that host.\n",
    .wants = "it takes no arguments",
    .n_bytes = sizeof(struct cli_job),
    .run = run,
};
