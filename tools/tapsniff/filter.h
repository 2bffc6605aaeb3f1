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

/* Makes a filter of an expression of pcap-filter(7) and a match of ovs-ofctl(8);
 * each may be NULL: it takes everything. Fails if one of them cannot be parsed.
 * The caller frees the filter (tapsniff_filter_free), after a failure too. */
int tapsniff_filter_make(struct tapsniff_filter *filter, const char *expression, const char *match,
                         struct base_error *error);

/* Whether both take this frame; `wire_bytes` is its length, n_bytes what was
 * captured of it. */
bool tapsniff_filter_takes(const struct tapsniff_filter *filter, const void *bytes, size_t n_bytes,
                           size_t wire_bytes);

/* Frees what tapsniff_filter_make allocated. */
void tapsniff_filter_free(struct tapsniff_filter *filter);

#endif
