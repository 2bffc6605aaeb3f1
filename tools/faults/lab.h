/* SPDX-License-Identifier: Apache-2.0
 *
 * The lab in which faults are made: what its right state is, and which frames
 * go where in it. Everything that a fault needs to know of a network of any
 * topology comes from here.
 *
 * Neighbours: cable.h (lays cables anew), relay.h (a box in a cable). */
#ifndef FAULTS_LAB_H
#define FAULTS_LAB_H

#include "base/error.h"
#include "channel/channel.h"
#include "model/expectation.h"
#include "model/state.h"

/* What one frame is, for faults that hit one kind of frames only. */
enum frame_kind {
    FRAMES_OWN,
    FRAMES_ARP,
    FRAMES_UDP,
    FRAMES_TCP,
    FRAMES_ICMP,
    FRAMES_VLAN,
    N_FRAMES
};
extern const char *const frame_kind_names[N_FRAMES];

/* The kind of these bytes; N_FRAMES: another one. */
enum frame_kind frame_kind_of(const uint8_t *bytes, size_t n_bytes);

/* One end of a cable. */
struct cable_end {
    bool is_host, is_relay; /* else a switch's port */
    size_t host;            /* is_host */
    struct port_ref port;   /* the switch's port; of a host: the one that it is cabled to */
    char interface[32];
    unsigned frames[N_FRAMES]; /* that come out here, in one check, and come to a host */
};

/* ends[1] is a host or a switch; ends[0] always a switch. */
struct cable {
    struct cable_end ends[2];
};

struct faults_lab {
    const char *tapproof, *expected; /* the program, the expectation file */
    const char *exact;               /* the same with all entries listed */
    bool no_packet_out;
    const char *scratch; /* a directory for files: that of the lab file */
    struct expectation *expectation;
    const struct topology *topology;
    struct lab *lab;
    struct channel *channel;
    struct channel_dump *right; /* by switch: how it is when all is right */
    bool *has_13;               /* by switch: it speaks OpenFlow 1.3 as well */
    const char **flows;         /* by switch: the file with its right entries */
    struct base_buffer *seed;   /* by switch: what the seed's way reads when all is right */
    struct cable *cables;       /* hosts' cables first */
    size_t n_cables;
    struct base_arena arena;
};

/* Reads the files and the network, which must be right, and looks at one check
 * in order to learn which frames go where. */
int faults_lab_open(struct faults_lab *lab, const char *expected, struct base_error *error);
void faults_lab_close(struct faults_lab *lab);

/* Reads all switches; dumps[i] belongs to switch i, the caller frees their states. */
int faults_lab_read(struct faults_lab *lab, struct channel_dump *dumps, struct base_error *error);

/* Wait, 10 s at most, until the ports at both ends of a cable are as they are
 * when all is right; or all ports and the name of a switch. */
int faults_lab_await_cable(struct faults_lab *lab, const struct cable *cable,
                           struct base_error *error);
/* ... until the switches have noticed that a cable has no link any more. */
int faults_lab_await_no_link(struct faults_lab *lab, const struct cable *cable,
                             struct base_error *error);
int faults_lab_await_switch(struct faults_lab *lab, size_t sw, struct base_error *error);

/* Gives a switch its right entries again. */
int faults_lab_restore(struct faults_lab *lab, size_t sw, struct base_error *error);

/* Frames of all kinds that come out of a cable at this end. */
unsigned faults_lab_frames(const struct cable_end *end);

/* Whether a frame that comes out at this end may go on from there: at a host,
 * or at a port of which an entry sends packets somewhere. */
bool faults_lab_matters(const struct faults_lab *lab, const struct cable_end *end);

/* Whether an entry sends on whatever comes in at this port. */
bool faults_lab_sends_all(const struct faults_lab *lab, struct port_ref port);

/* The cable of a switch's port; INDEX_NONE: none. */
size_t faults_lab_cable_of(const struct faults_lab *lab, struct port_ref port);

static inline const char *faults_switch(const struct faults_lab *lab, size_t sw)
{
    return lab->topology->switches[sw].name;
}

/* The OpenFlow of a switch as ovs-ofctl's -O has it. */
static inline const char *faults_protocol(const struct faults_lab *lab, size_t sw)
{
    return lab->right[sw].state.version > 1 ? "OpenFlow13" : "OpenFlow10";
}

/* The name by which ovs-vsctl knows a port. */
const char *faults_lab_interface(const struct faults_lab *lab, struct port_ref port);

#endif
