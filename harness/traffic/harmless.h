/* SPDX-License-Identifier: Apache-2.0
 *
 * May this frame be sent? Whatever sends frames of its own making asks here, and sends none that a
 * host, a learning switch or a controller would believe wrongly, or that may multiply without end:
 *
 *   - a host overwrites an ARP cache entry by any request or reply (RFC 826): the hardware address
 *     of the sender must be that of the owner of the protocol address (traffic_arp_owner);
 *   - what ICMPv6 tells of neighbours, routers and listeners hosts believe, but for solicitations
 *     and advertisements of neighbours that have not a hop limit of 255 (RFC 4861, section 7.1):
 *     these may be sent where no controller and no NORMAL, which may be less strict, gets them;
 *   - NORMAL learns where a source address is, a controller perhaps: where the frame may come to
 *     one of them, its source must be the address of the host that sends it;
 *   - NORMAL floods broadcast, multicast, and what is for an address that it has not learned (what
 *     it has, traffic/lessons.h says), and a ring of such switches does so endlessly.
 *
 * Where a frame may come to is path_follow_touch's to say. A switch that was not read is taken to
 * do what the expectation declares of it. Pure. */
#ifndef TRAFFIC_HARMLESS_H
#define TRAFFIC_HARMLESS_H

#include "path/declared.h"
#include "path/follow.h"
#include "traffic/lessons.h"

struct traffic_harmless {
    const struct topology *topology;
    const struct expectation *expectation; /* NULL: none */
    const bool *sends;                     /* by host: it may send; NULL: every host */
    const uint8_t *const *addresses; /* by host: of its interface, NULL: not known; may be NULL */
    bool allow_flood;                /* NORMAL may flood, and go round a ring */
    uint16_t fresh;                  /* random: speeches have an EtherType of their own */
    const struct path_network *network;
    struct path_network completed;   /* by `declared` where tables were not read */
    struct traffic_learned *learned; /* by NORMAL, as far as it was asked for */
};

/* Prepares for the network of these tables; both must outlive it. `harmless` may be changed in its
 * first members afterwards. -1 without memory: then there is nothing to free. */
int traffic_harmless_open(struct traffic_harmless *harmless, const struct path_network *tables,
                          const struct path_declared *declared);
void traffic_harmless_close(struct traffic_harmless *harmless);

/* Why a frame with this header may not be sent by this host: a constant, so that equal reasons are
 * one pointer. NULL: it may be sent, and `touch`, if it is not NULL, says what may see it. */
const char *traffic_harm(const struct traffic_harmless *harmless, size_t from,
                         const struct header *header, struct path_touch *touch);

/* The same of a frame that enters a switch elsewhere, by `in`, though it is made as if this host
 * had sent it: as a switch sends it to its neighbour. */
const char *traffic_harm_at(const struct traffic_harmless *harmless, size_t from,
                            struct port_ref in, const struct header *header,
                            struct path_touch *touch);

/* Whether this is a reason of traffic_harm for which a frame is not sent unless NORMAL may flood
 * it. */
bool traffic_harm_is_flood(const char *reason);

/* Makes of a frame that may not be sent a similar one that perhaps may, in steps from 0 on: from
 * the address of this host, and as ARP of an opcode that hosts pass over where the sender address
 * is somebody's that is not known; then to a host at the same switch rather than to nobody. False:
 * there is no such step. */
bool traffic_harmless_mend(const struct traffic_harmless *harmless, size_t from, unsigned step,
                           struct header *header);

/* The same reason for a frame that may be sent, where its tag is of our own choice: NORMAL, if it
 * is touched, learns addresses in each VLAN. */
const char *traffic_harm_by_tag(const struct header *header, const struct path_touch *touch);

/* Whose protocol address an ARP frame with this header tells: a host whose hardware address is
 * known, too; HOST_NONE: nobody's that is known. Its hardware address must be told with it. */
size_t traffic_arp_owner(const struct traffic_harmless *harmless, const struct header *header);

/* This frame, which may be sent, will be: notes what hosts must say before, so that NORMAL knows
 * where its receiver is. -1 without memory. */
int traffic_harmless_prepare(const struct traffic_harmless *harmless, size_t from,
                             const struct header *header);

/* From now on NORMAL is taken to know what traffic_harmless_hear tells, not what hosts could say;
 * so far nothing. */
void traffic_harmless_listen(const struct traffic_harmless *harmless);

/* This was said, in this order; to another host: and came there. */
void traffic_harmless_hear(const struct traffic_harmless *harmless,
                           const struct traffic_speech *speech);

/* All that was noted, in the order in which it must be said; malloc()ed. NULL: nothing, or no
 * memory: then *n is not 0. */
struct traffic_speech *traffic_harmless_speeches(const struct traffic_harmless *harmless,
                                                 size_t *n);

#endif
