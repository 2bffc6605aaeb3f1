/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof station: serves the stations of this machine over stdin and stdout
 * until the other side closes them. */
#include "cli/cli.h"
#include "station/remote.h"

#include <string.h>
#include <unistd.h>

int cli_station(int argc, char **argv)
{
    if (argc > 1) {
        if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
            cli_print_help(stdout, "station");
            return CLI_CONFORMS;
        }
        return cli_usage_error("station", "it takes no arguments");
    }
    struct base_error error = {0};
    if (station_serve(STDIN_FILENO, STDOUT_FILENO, &error) < 0) {
        fprintf(stderr, "tapproof station: %s\n", error.text);
        return CLI_UNJUDGED;
    }
    return CLI_CONFORMS;
}
