/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of tapctl. */
#ifndef TAPCTL_OPTIONS_H
#define TAPCTL_OPTIONS_H

#include "base/buffer.h"
#include "base/options.h"

#include <jansson.h>

/* What a tap is to be; NULL, false or empty: not said. */
struct tapctl_wish {
    const char *source, *to, *uplink, *copies, *tag, *lifetime;
    const char *of, *until, *note, *owner;
    struct base_option_list matches, excepted, pairs;
    bool strip;
};

struct tapctl_options {
    const char *at;         /* where tapd answers; NULL: $TAPD_SOCKET */
    const char *token_file; /* NULL: none is sent */
    unsigned timeout_ms;    /* of a request, and of waiting */
    bool json, wait, help, version;
    const char *state; /* list: those in this state */
    const char *file;  /* add: taps as JSON; "-": stdin */
    struct tapctl_wish wish;
    const char *command;
    const char *const *operands; /* behind it, in argv */
    size_t n_operands;
};

/* Reads argv, which is reordered. -1: what is wrong with it. */
int tapctl_options_parse(int argc, char **argv, struct tapctl_options *options,
                         struct base_error *error);

/* Appends what --help says. */
void tapctl_options_format_help(struct base_buffer *out);

/* The tap of this name, as a request has it (tapd/policy/policy.h); the caller's reference. NULL
 * without memory. */
json_t *tapctl_wish_json(const struct tapctl_wish *wish, const char *name);

/* Whether anything is said in it. */
bool tapctl_wish_is_empty(const struct tapctl_wish *wish);

#endif
