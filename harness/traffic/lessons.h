/* SPDX-License-Identifier: Apache-2.0
 *
 * What do hosts say so that NORMAL learns where they are, and what does it know then? Taken is that
 * it knew nothing before: what it has learned from others nobody can ask, and it may be forgotten.
 *
 * A host speaks to itself: its switch learns, and sends nothing on (path_follow_touch). Then to
 * another host, if by what is known so far such a frame can come to that one alone: all switches on
 * its way learn. So it goes on while any switch learns something. Pure. */
#ifndef TRAFFIC_LESSONS_H
#define TRAFFIC_LESSONS_H

#include "path/follow.h"

/* A frame that a host says before all probes. */
struct traffic_speech {
    size_t from;
    struct header header;
    bool wanted; /* some frame needs it (traffic_lessons_want) */
};

/* Of one VLAN. */
struct traffic_lessons {
    uint16_t vid;
    struct path_places places; /* what is known in the end; `source`: the speech that teaches it */
    size_t places_capacity;
    struct traffic_speech *speeches; /* in the order in which they are said */
    size_t n_speeches, speeches_capacity;
    struct path_walk walk; /* scratch */
};

/* How the hosts speak. */
struct traffic_speakers {
    const struct path_network *network;
    const bool *speaks; /* by host */
    uint16_t vlan_tci;  /* the tag of what they say; 0: none */
    uint16_t dl_type;   /* its type: best one that nothing else has, for which no switch keeps in
                           mind how it was forwarded */
};

/* What hosts can teach. NULL without memory. */
struct traffic_lessons *traffic_lessons_new(const struct traffic_speakers *speakers);
void traffic_lessons_free(struct traffic_lessons *lessons);

/* Of a VLAN in which nothing has been said yet. NULL without memory. */
struct traffic_lessons *traffic_lessons_none(uint16_t vid);

/* This was said, to another host also heard: adds what it teaches by what is known so far. Without
 * memory that is nothing. */
void traffic_lessons_hear(struct traffic_lessons *lessons, const struct path_network *network,
                          size_t to, const struct traffic_speech *speech);

/* Whether NORMAL of the host's own switch learns by this frame to itself where it is, and nothing
 * else happens but what is certain; `scratch` is for the walk. */
bool traffic_lessons_teach(const struct path_network *network, size_t host,
                           const struct header *speech, struct path_walk *scratch);

/* Whether NORMAL sends the frame to its receiver alone, as far as it does not go to others by
 * entries: `to` (HOST_NONE: nobody) is that host, `touch` and `walk` of path_follow_touch. */
bool traffic_lessons_suffice(size_t to, const struct path_touch *touch,
                             const struct path_walk *walk);

/* A frame with this header is to be sent from this host: notes what teaches the switches on its way
 * where its receiver is. */
void traffic_lessons_want(struct traffic_lessons *lessons, const struct path_network *network,
                          size_t from, const struct header *header);

/* In the end: notes what must be said before what is noted. */
void traffic_lessons_complete(struct traffic_lessons *lessons, const struct path_network *network);

#endif
