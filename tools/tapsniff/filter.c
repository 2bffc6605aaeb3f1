/* SPDX-License-Identifier: Apache-2.0
 *
 * Is this frame to be shown? */
#include "tapsniff/filter.h"

#include "frame/parse.h"
#include "ofctl/match.h"

static int compile(struct tapsniff_filter *filter, const char *expression, struct base_error *error)
{
    enum { SNAP_BYTES = 65535 };
    pcap_t *ethernet = pcap_open_dead(DLT_EN10MB, SNAP_BYTES);
    if (!ethernet) {
        return base_fail(error, "out of memory");
    }
    filter->has_program =
        pcap_compile(ethernet, &filter->program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!filter->has_program) {
        base_fail(error, "the filter '%s': %s", expression, pcap_geterr(ethernet));
    }
    pcap_close(ethernet);
    return filter->has_program ? 0 : -1;
}

int tapsniff_filter_make(struct tapsniff_filter *filter, const char *expression, const char *match,
                         struct base_error *error)
{
    *filter = (struct tapsniff_filter){0};
    if (match) {
        filter->has_match = true;
        if (ofctl_parse_match(match, &filter->match, NULL, error) < 0) {
            return base_fail_in(error, "--match");
        }
        if (filter->match.mask.in_port) {
            return base_fail(error, "--match: a host has no in_port: leave it out");
        }
    }
    return expression ? compile(filter, expression, error) : 0;
}

bool tapsniff_filter_takes(const struct tapsniff_filter *filter, const void *bytes, size_t n_bytes,
                           size_t wire_bytes)
{
    struct pcap_pkthdr head = {.caplen = (bpf_u_int32)n_bytes, .len = (bpf_u_int32)wire_bytes};
    struct header header;
    if (filter->has_program && !pcap_offline_filter(&filter->program, &head, bytes)) {
        return false;
    }
    return !filter->has_match || (frame_parse_cut(bytes, n_bytes, wire_bytes, 0, &header) &&
                                  match_takes(&filter->match, &header));
}

void tapsniff_filter_free(struct tapsniff_filter *filter)
{
    if (filter->has_program) {
        pcap_freecode(&filter->program);
    }
    *filter = (struct tapsniff_filter){0};
}
