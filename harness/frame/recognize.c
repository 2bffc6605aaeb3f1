/* SPDX-License-Identifier: Apache-2.0
 *
 * Is this frame one of ours, and which? */
#include "frame/parse.h"
#include "frame/probe.h"
#include "frame/transport.h"

/* Where frame_build has put the mark. 802.3: behind the three bytes of LLC; SCTP: behind the header
 * of a chunk. */
static size_t mark_offset(const struct frame_view *view)
{
    bool is_sctp = view->segment && view->header.nw_proto == NW_PROTO_SCTP;
    size_t n_bytes = view->type == DL_TYPE_NOT_ETH2 ? 3 : is_sctp ? FRAME_SCTP_CHUNK : 0;
    return view->payload ? view->payload + n_bytes : 0;
}

/* The ICMP messages that quote what they complain of (RFC 792; RFC 4443: types below 128). */
static bool is_icmp_error(const struct header *header)
{
    bool is_ipv6 = header->dl_type == DL_TYPE_IPV6;
    return header_is_icmp(header) &&
           (is_ipv6 ? header->tp_src < 128
                    : header->tp_src == 3 || header->tp_src == 4 || header->tp_src == 5 ||
                          header->tp_src == 11 || header->tp_src == 12);
}

enum frame_sight frame_recognize(const struct frame_run *run, const void *bytes, size_t n_bytes,
                                 struct frame_mark *mark)
{
    size_t at = frame_mark_find(bytes, n_bytes, 0);
    if (at == FRAME_NO_MARK) {
        return FRAME_FOREIGN; /* most of what is not ours ends here */
    }
    struct frame_view view;
    if (frame_dissect(bytes, n_bytes, 0, &view) &&
        frame_mark_read(run, bytes, n_bytes, mark_offset(&view), mark)) {
        return FRAME_MARKED;
    }
    for (; at != FRAME_NO_MARK; at = frame_mark_find(bytes, n_bytes, at + 1)) {
        if (frame_mark_read(run, bytes, n_bytes, at, mark)) {
            return is_icmp_error(&view.header) ? FRAME_QUOTED : FRAME_DISPLACED;
        }
    }
    return FRAME_OTHER_RUN;
}

bool frame_is_echo_reply(const struct header *sent, const struct header *arrived)
{
    enum { ECHO_REPLY = 0, ECHO_REQUEST = 8, ECHO_REQUEST_V6 = 128, ECHO_REPLY_V6 = 129 };
    bool is_ipv6 = sent->dl_type == DL_TYPE_IPV6;
    return header_is_icmp(sent) && header_is_icmp(arrived) && sent->dl_type == arrived->dl_type &&
           sent->tp_src == (is_ipv6 ? ECHO_REQUEST_V6 : ECHO_REQUEST) &&
           arrived->tp_src == (is_ipv6 ? ECHO_REPLY_V6 : ECHO_REPLY);
}

bool frame_is_answer(const struct header *sent, const struct header *arrived)
{
    enum { ECHO_PORT = 7 };
    bool is_reflected = sent->dl_type == DL_TYPE_IP && arrived->dl_type == DL_TYPE_IP &&
                        sent->nw_proto == NW_PROTO_UDP && sent->tp_dst == ECHO_PORT &&
                        arrived->nw_proto == NW_PROTO_UDP && sent->nw_src == arrived->nw_dst &&
                        sent->nw_dst == arrived->nw_src && sent->nw_src != sent->nw_dst &&
                        sent->tp_src == arrived->tp_dst && sent->tp_dst == arrived->tp_src;
    return is_reflected || frame_is_echo_reply(sent, arrived);
}
