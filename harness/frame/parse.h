/* SPDX-License-Identifier: Apache-2.0
 *
 * Any Ethernet frame → the header that an OpenFlow switch sees in it, and
 * where its parts are (OpenFlow 1.0.0, section 3.4, figure 3). */
#ifndef FRAME_PARSE_H
#define FRAME_PARSE_H

#include "model/header.h"

#include <stddef.h>

/* Offsets from the start of the frame; 0: the frame has no such part. */
struct frame_view {
    struct header header;
    unsigned n_tags;  /* 802.1Q and 802.1ad tags, all of them */
    uint16_t type;    /* behind all tags; header.dl_type is what is behind the first one */
    size_t network;   /* first byte behind Ethernet header, tags, LLC and SNAP */
    size_t transport; /* IP that is no fragment: behind the IP header, and those that extend it */
    size_t segment;   /* the same where a whole transport header is, in a first fragment, too */
    size_t end;       /* of what the IP header says its packet has; 0: there is none, or it is not
                         whole, or contradicts itself */
    size_t payload;   /* behind what is understood: UDP, TCP, SCTP, ICMP header; IPv4, IPv6 header,
                         ARP body… */
};

/* Always gives a header, as switches do: what cannot be read (a truncated or
 * contradictory IP header, a transport header that is not whole or in a
 * fragment) is zero. Behind IPv6 the headers of RFC 8200, section 4, and RFC 4302 are skipped;
 * nw_proto of a later fragment is 44, that of its own header, as Open vSwitch has it. Of several
 * tags the first one is the header's, and its dl_type is then that of the second tag. A frame of
 * 802.3 has the type of its SNAP header (OUI 00:00:00), or DL_TYPE_NOT_ETH2. False if there is not
 * even an Ethernet header (14 bytes); `view` is zero then. */
bool frame_dissect(const void *bytes, size_t n_bytes, uint16_t in_port, struct frame_view *view);

/* The same of a frame of frame_bytes of which only the first n_bytes are there,
 * as a sampler cuts it: what is behind them counts as there but is not read. */
bool frame_dissect_cut(const void *bytes, size_t n_bytes, size_t frame_bytes, uint16_t in_port,
                       struct frame_view *view);

/* The header only. */
bool frame_parse(const void *bytes, size_t n_bytes, uint16_t in_port, struct header *header);

/* The header only, of a frame that is cut. */
bool frame_parse_cut(const void *bytes, size_t n_bytes, size_t frame_bytes, uint16_t in_port,
                     struct header *header);

#endif
