/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes: frames that have exactly a given OpenFlow header, and carry a mark by
 * which they are known again. Pure: no socket, no clock, no randomness.
 *
 * The frames are written here byte by byte: libnet culls a frame in memory only
 * with a device opened, which needs CAP_NET_RAW. */
#ifndef FRAME_PROBE_H
#define FRAME_PROBE_H

#include "base/buffer.h"
#include "base/error.h"
#include "frame/mark.h"
#include "model/header.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FRAME_MIN_BYTES = 60,    /* untagged and without FCS; the tag comes on top */
    FRAME_PROBE_BYTES = 110, /* no frame of frame_build is longer */
};

enum frame_fragment { FRAME_WHOLE, FRAME_FIRST_FRAGMENT, FRAME_LATER_FRAGMENT };

/* What a frame has that its OpenFlow 1.0 header does not tell. Zeros: an ordinary frame. */
struct frame_shape {
    uint16_t n_bytes;   /* at least so many, tags not counted */
    uint16_t inner_tci; /* of a second 802.1Q tag, VLAN_TAGGED in it; 0: none. The header's dl_type
                           is DL_TYPE_VLAN then, and behind both tags is DL_TYPE_PROBE */
    uint8_t tcp_flags;  /* RFC 9293, section 3.1; 0: a bare RST */
    uint8_t fragment;   /* enum frame_fragment, of UDP: the header's ports are 0, as OpenFlow 1.0
                           sees them (section 3.4) */
    const uint8_t *arp_sha; /* of ARP, 6 bytes: the sender's hardware address (RFC 826); NULL: it is
                               dl_src as sent */
};

/* Appends the complete frame (from the destination address on, without FCS)
 * that a probe sent with the header `sent` is once its header has become `as`:
 * with as == sent the frame as it is injected, else the bytes that must arrive
 * after the rewrites of OpenFlow 1.0 (section 5.2.4). The same arguments give
 * the same bytes; a tag added or stripped changes nothing else.
 *
 * The mark is the payload: behind the UDP, TCP, ICMP, IPv4 or IPv6 header, in
 * a chunk of SCTP, behind the body of ARP, else behind the EtherType. Frames
 * are made so that hosts stay quiet where that can be had: TCP is a bare RST, SCTP an ABORT, and
 * the hop limit of IPv6 is 64, with which hosts discard neighbour discovery (RFC 4861, 7.1). The
 * hardware addresses within ARP are those of `sent`, unless the shape says which one goes with the
 * protocol address of the sender: hosts believe it. An ARP
 * request and an ICMP echo request may still be answered, and a UDP datagram
 * too, with an ICMP error (see frame_recognize, frame_is_echo_reply).
 *
 * Fails, with nothing appended, if no frame has the header `as`: a field
 * without its prerequisite, an ICMP type over 255, dl_type of a tag or of an
 * 802.3 length, in IPv6 a protocol that is a header which extends IPv6's; or without memory. */
int frame_build(const struct frame_run *run, const struct frame_mark *mark,
                const struct header *sent, const struct header *as, struct base_buffer *out,
                struct base_error *error);

/* The same of this shape. Bytes that count up behind the mark, no two neighbours alike, make the
 * frame as long as it shall be; lengths and checksums count them. Fails, too, if no frame with the
 * header `as` has the shape. */
int frame_build_shaped(const struct frame_run *run, const struct frame_mark *mark,
                       const struct header *sent, const struct header *as,
                       const struct frame_shape *shape, struct base_buffer *out,
                       struct base_error *error);

/* What a captured frame is to this run. */
enum frame_sight {
    FRAME_FOREIGN,   /* nothing of ours: background */
    FRAME_OTHER_RUN, /* a mark, but not of this run: another run, or a damaged probe */
    FRAME_MARKED,    /* the mark is where frame_build puts it: a probe, or a copy of it */
    FRAME_QUOTED,    /* an ICMP error that quotes a probe: a host's reply, not a copy */
    FRAME_DISPLACED, /* a valid mark elsewhere: the probe was encapsulated or mangled */
};

/* Fills in `mark` if the result is FRAME_MARKED or above. Says nothing of the
 * header: compare the bytes with what frame_build gives (frame/difference.h
 * says the difference in words). */
enum frame_sight frame_recognize(const struct frame_run *run, const void *bytes, size_t n_bytes,
                                 struct frame_mark *mark);

/* Whether `arrived` is what a host's kernel answers to `sent`: an echo reply,
 * which carries the mark of the request (RFC 792). */
bool frame_is_echo_reply(const struct header *sent, const struct header *arrived);

/* Whether `arrived` is what a host makes of `sent`: that, or what its echo service (RFC 862) sends
 * back, with addresses and ports exchanged. */
bool frame_is_answer(const struct header *sent, const struct header *arrived);

#endif
