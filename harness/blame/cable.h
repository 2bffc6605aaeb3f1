/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to this room: what went into and came out of each cable on the way of
 * a probe, by counters, by what hosts sent and got, and by how the frames fared
 * that went over it. */
#ifndef BLAME_CABLE_H
#define BLAME_CABLE_H

#include "blame/place.h"
#include "traffic/traffic.h"

/* One cable on a way, from one end to the other. */
struct blame_cable {
    bool from_host, to_host;
    size_t host;         /* from_host, to_host */
    struct port_ref out; /* the end where frames go in, unless from_host */
    struct port_ref in;  /* ... where they come out, unless to_host */
    long tx, rx;         /* packets that went in, came out; -1: not known */
    long tx_bytes, rx_bytes;
    long others; /* to_host: frames that came and are not known for ours */
};

/* The i-th cable of a way of n switches, 0 to n. Of a host's own cable only
 * frames of ours count, as a host sends and gets other things too. A counter
 * that has not even counted what arrived well over this cable is late, and
 * counts as not known. */
struct blame_cable blame_cable_at(const struct blame_view *view, const struct path_way *way,
                                  size_t i);

/* Less came out than went in; the other bytes. */
bool blame_cable_loses(const struct blame_view *view, const struct blame_cable *cable);
bool blame_cable_alters(const struct blame_cable *cable);

/* Of 1,000 copies over this cable so many did not arrive well; -1: none went. */
long blame_cable_badness(const struct blame_view *view, const struct blame_cable *cable);

/* "9 frames left s1:6, 3 came to s3:1", "900 bytes left s1:6, …". */
const char *blame_cable_counts(const struct blame_view *view, const struct blame_cable *cable);
const char *blame_cable_bytes(const struct blame_view *view, const struct blame_cable *cable);

/* The cable becomes the place. */
void blame_cable(const struct blame_view *view, const struct blame_cable *cable, const char *why,
                 struct blame_place *place);

/* The i-th hop of a way by the tables, and the port by which its switch sends it on. */
const struct path_hop *blame_hop(const struct blame_view *view, const struct path_way *way,
                                 size_t i);
struct port_ref blame_out(const struct blame_view *view, const struct path_way *way, size_t i);

/* What a host, or a port, must count; NULL: not counted. */
const struct traffic_host_count *blame_host_count(const struct blame_view *view, size_t host);
const struct traffic_port_count *blame_port_count(const struct blame_view *view,
                                                  struct port_ref port);

/* Packets that a port has sent, or received, since before the round; -1: not
 * known, as when nothing moved any counter of the switch. `bytes` as in traffic_count_tx. */
long blame_tx(const struct blame_view *view, struct port_ref port, long *bytes);
long blame_rx(const struct blame_view *view, struct port_ref port, long *bytes);

#endif
