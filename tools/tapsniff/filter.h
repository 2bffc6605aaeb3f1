/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames are shown. Decided on the bytes as they arrived, with their tags
 * in place: a filter in the kernel would see them without. */
#ifndef TAPSNIFF_FILTER_H
#define TAPSNIFF_FILTER_H

#include "base/error.h"
#include "model/match.h"

#include <pcap/pcap.h>

struct tapsniff_filter {
    bool has_program, has_match;
    struct bpf_program program;
    struct match match;
};

/* `expression` in the words of pcap-filter(7), `match` in those of ovs-ofctl(8);
 * each may be NULL: it takes everything. -1: one of them cannot be read. */
int tapsniff_filter_make(struct tapsniff_filter *filter, const char *expression, const char *match,
                         struct base_error *error);

bool tapsniff_filter_takes(const struct tapsniff_filter *filter, const void *bytes, size_t n_bytes,
                           size_t wire_bytes);

void tapsniff_filter_free(struct tapsniff_filter *filter);

#endif
