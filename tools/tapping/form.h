/* SPDX-License-Identifier: Apache-2.0
 *
 * What the frames look like: the addresses of the two hosts, and what the
 * command line wants otherwise. Pure. */
#ifndef TAPPING_FORM_H
#define TAPPING_FORM_H

#include "model/topology.h"
#include "tapping/options.h"

struct tapping_form {
    size_t from; /* host */
    size_t to;   /* host; SIZE_MAX: none of the topology's */
    struct header header;
};

/* -1: FROM is no host, TO neither host nor address, an address that the frame
 * needs is not known, or --echo with a frame that no kernel answers. */
int tapping_form_make(const struct tapping_options *options, const struct topology *topology,
                      struct tapping_form *form, struct base_error *error);

#endif
