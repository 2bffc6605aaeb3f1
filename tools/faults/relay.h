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
    RELAY_GOOD
};

enum { RELAY_ENDS_MAX = 4 };

/* Frames of end 0 go to end 1 and back, of end 2 to end 3 and back. */
struct relay {
    enum relay_fault fault;
    const char *interfaces[RELAY_ENDS_MAX];
    size_t n_interfaces;
    unsigned bad_end;     /* frames that come out here suffer; the others are left alone */
    enum frame_kind kind; /* RELAY_DROPS_KIND */
    uint64_t dice;
};

/* Opens its interfaces and carries frames in a child process, until
 * command_end. The child's id, or -1. */
pid_t relay_start(const struct relay *relay, struct base_error *error);

#endif
