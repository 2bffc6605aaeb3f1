/* SPDX-License-Identifier: Apache-2.0
 *
 * tapctl: asks a running tapd about taps, and for them. */
#include "base/process.h"
#include "base/token_file.h"
#include "base/version.h"
#include "tapctl/commands.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(int status, const struct base_error *error)
{
    fprintf(stderr, "tapctl: %s%s\n", error->text,
            status == TAPCTL_USAGE ? "; see tapctl --help" : "");
    return status;
}

/* --at, or the socket of the lab; malloc'd. */
static char *find_address(const struct tapctl_options *options, struct base_error *error)
{
    struct base_buffer address = {0};
    const char *socket = getenv("TAPD_SOCKET");
    if (!options->at && !(socket && *socket)) {
        base_fail(error, "expected --at ADDRESS, or $TAPD_SOCKET");
        return NULL;
    }
    base_put_format(&address, "%s%s",
                    options->at ? "" : "unix:", options->at ? options->at : socket);
    char *text = base_buffer_take_text(&address);
    if (!text) {
        base_fail(error, "out of memory");
    }
    return text;
}

static int print(int status, struct base_buffer *out, struct base_buffer *err)
{
    bool failed = fputs(base_buffer_text(out), stdout) == EOF || fflush(stdout);
    fputs(base_buffer_text(err), stderr);
    return failed ? TAPCTL_UNDONE : status;
}

static int run(const struct tapctl_options *options)
{
    struct base_error error;
    struct base_buffer out = {0}, err = {0};
    char *token = NULL, *address = find_address(options, &error);
    struct tapctl_server *server = NULL;
    int status = TAPCTL_USAGE;
    if (address &&
        (!options->token_file || (token = base_token_file_read(options->token_file, &error))) &&
        (server = tapctl_server_new(address, token, &error))) {
        status = print(tapctl_run(options, server, &out, &err), &out, &err);
        server->free(server);
    } else {
        fail(status, &error);
    }
    free(address);
    free(token);
    base_buffer_free(&out);
    base_buffer_free(&err);
    return status;
}

static int print_help(void)
{
    struct base_buffer out = {0}, err = {0};
    tapctl_options_format_help(&out);
    int status = print(TAPCTL_DONE, &out, &err);
    base_buffer_free(&out);
    return status;
}

int main(int argc, char **argv)
{
    struct tapctl_options options;
    struct base_error error;
    if (base_process_begin(&error) < 0) {
        return fail(TAPCTL_UNDONE, &error);
    }
    signal(SIGPIPE, SIG_IGN); /* an error of a write */
    if (tapctl_options_parse(argc, argv, &options, &error) < 0) {
        return fail(TAPCTL_USAGE, &error);
    }
    if (options.help) {
        return print_help();
    }
    if (options.version) {
        puts("tapctl " BASE_VERSION);
        return TAPCTL_DONE;
    }
    if (tapctl_check(&options, &error) != TAPCTL_DONE) {
        return fail(TAPCTL_USAGE, &error);
    }
    return run(&options);
}
