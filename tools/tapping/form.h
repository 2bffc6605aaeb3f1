/* SPDX-License-Identifier: Apache-2.0
 *
 * What the frames look like: the addresses of the two hosts, and what the
 * command line wants otherwise. Pure. */
#ifndef TAPPING_FORM_H
#define TAPPING_FORM_H

#include "base/none.h"
#include "model/topology.h"
#include "tapping/options.h"

struct tapping_form {
    size_t from; /* host */
    size_t to;   /* host; HOST_NONE: none of the topology's */
    struct header header;
    const uint8_t
        *arp_sha; /* of the topology: the hardware address of the host whose protocol
                     address ARP tells, so that no host learns a wrong one; NULL: of none */
};

/* Decides every field of the frames. Fails if FROM is no host, TO neither host
 * nor address, an address that the frame needs is not known, or with --echo the
 * frame is one that no kernel answers. */
int tapping_form_make(const struct tapping_options *options, const struct topology *topology,
                      struct tapping_form *form, struct base_error *error);

#endif
