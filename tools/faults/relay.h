/* SPDX-License-Identifier: Apache-2.0
 *
 * A box in a cable which passes frames on, but for one fault. It is what makes
 * bad cables where the kernel has no netem: each of its interfaces is the end
 * of a veth pair. */
#ifndef FAULTS_RELAY_H
#define FAULTS_RELAY_H

#include "faults/lab.h"

#include <sys/types.h>

enum relay_fault {
    RELAY_ONE_WAY,    /* nothing comes out at one end */
    RELAY_LOSES,      /* each fifth frame is lost */
    RELAY_DOUBLES,    /* each third frame comes twice */
    RELAY_DELAYS,     /* frames come late, by 30 ms */
    RELAY_REORDERS,   /* each fourth frame is overtaken by the next one */
    RELAY_CORRUPTS,   /* one byte of each third frame is changed */
    RELAY_TRUNCATES,  /* frames end early */
    RELAY_DROPS_KIND, /* one kind of frames is lost */
    RELAY_TAGS,       /* frames get a VLAN tag */
    RELAY_JOINS,      /* frames of one host go to another one too */
    RELAY_EATS,       /* frames that look like `eaten` are lost */
    RELAY_CUTS,       /* frames of more than `limit` bytes end there */
    RELAY_ZEROES_PCP, /* the priority of VLAN tags is 0 */
    RELAY_STRIPS,     /* of two VLAN tags the inner one is lost */
    RELAY_FOLLOWS,    /* each third frame comes again, 300 ms later */
    RELAY_LATE,       /* frames come 900 ms late */
    RELAY_SLEEPS,     /* the first frame behind 300 ms without one is lost */
    RELAY_REFLECTS,   /* each third frame comes back, too */
    RELAY_GOOD
};

enum relay_eaten {
    EATEN_LONG, /* more than `limit` bytes */
    EATEN_IPV6,
    EATEN_MULTICAST, /* but not broadcast */
    EATEN_SYN,       /* TCP, without ACK */
    EATEN_ARP_REPLY,
    EATEN_FRAGMENT, /* of IPv4, the first one too */
};

enum { RELAY_ENDS_MAX = 4 };

/* Frames of end 0 go to end 1 and back, of end 2 to end 3 and back. */
struct relay {
    enum relay_fault fault;
    const char *interfaces[RELAY_ENDS_MAX];
    size_t n_interfaces;
    unsigned bad_end;     /* frames that come out here suffer; the others are left alone */
    enum frame_kind kind; /* RELAY_DROPS_KIND */
    enum relay_eaten eaten;
    size_t limit;
    uint64_t dice;
};

/* Opens its interfaces and carries frames in a child process, until
 * command_end. The child's id, or -1. */
pid_t relay_start(const struct relay *relay, struct base_error *error);

#endif
