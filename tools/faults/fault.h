/* SPDX-License-Identifier: Apache-2.0
 *
 * A fault is one record: where it may be, how it is made and unmade, what must
 * be found, and where. The catalogue is the tables of tables.c, pipelines.c,
 * ports.c, lies.c, cables.c, stations.c and nothing.c. */
#ifndef FAULTS_FAULT_H
#define FAULTS_FAULT_H

#include "faults/lab.h"
#include "faults/random.h"

#include <sys/types.h>

/* A place, drawn at random; a fault uses of it what it needs. */
struct spot {
    size_t sw;
    size_t entry;    /* index in lab->right[sw].state.flows */
    uint16_t port;   /* of the switch: the one that the entry takes packets of */
    uint16_t output; /* one of the entry's outputs; PORT_NONE: it has none */
    uint16_t other;  /* another cabled port of the switch, neither `port` nor an output */
    size_t cable, cable2;
    unsigned end; /* 0 or 1: frames that come out at this end of `cable` are meant */
    size_t host, host2;
    enum frame_kind kind; /* one of those that come out there */
    uint64_t dice;
};

/* A fault that was made. */
struct injection {
    const struct fault *fault;
    struct spot spot;
    uint64_t seed;
    pid_t helper; /* a child that must be ended; 0: none */
};

enum fault_outcome {
    OUTCOME_FOUND,  /* check exits with 1 */
    OUTCOME_OPEN,   /* it exits with 1, or with 3: what a switch does is not known */
    OUTCOME_SILENT, /* nothing is wrong: check exits with 0 */
    OUTCOME_UNSEEN, /* a fault that no check can see; it exits with 0 */
};

struct fault {
    const char *name;
    const char *text; /* what is wrong, for `faults list` */
    enum fault_outcome outcome;
    const char *reason; /* OUTCOME_UNSEEN: why */
    /* Whether it can be made at this place so that it makes a difference. */
    bool (*fits)(const struct faults_lab *lab, const struct spot *spot);
    /* What must stand in a text of the place, and the text: edit.h. NULL: there is none. */
    const char *pattern;
    void (*text_of)(const struct faults_lab *lab, const struct spot *spot, struct base_buffer *out);
    const char *argument; /* of inject, as a template */
    int (*inject)(struct faults_lab *lab, struct injection *injection, struct base_error *error);
    int (*undo)(struct faults_lab *lab, struct injection *injection, struct base_error *error);
    bool keeps_flows; /* it is that the switch goes on by what it has cached: nobody purges that */
    const char *options; /* of the check; NULL: as it is used every day */
    bool lists_entries;  /* judged by an expectation that lists all entries, cookies too */
    /* Templates, see words.h; several are divided by '|'. */
    const char *found;  /* ids of which one at least must fail */
    const char *silent; /* ids of which none may fail */
    const char *where;  /* places of causes that are right */
};

struct fault_group {
    const char *name;
    const struct fault *faults;
    size_t n_faults;
};

extern const struct fault_group faults_tables, faults_pipelines, faults_ports, faults_lies,
    faults_cables, faults_choices, faults_stations, faults_nothing;

#define FAULT_GROUP(title, array)                                                                  \
    {                                                                                              \
        .name = (title), .faults = (array), .n_faults = sizeof(array) / sizeof *(array)            \
    }

/* All groups, NULL at the end. */
extern const struct fault_group *const fault_groups[];

/* The kind of this name, and the number-th of all groups one behind another; NULL: there is none.
 * How many kinds there are, and the name of the group that has this one. */
const struct fault *fault_find(const char *name);
const struct fault *fault_number(size_t number);
size_t fault_count(void);
const char *fault_group_of(const struct fault *fault);

/* Draws a place that fits. False: the network has none, as it seems. */
bool fault_draw(const struct faults_lab *lab, const struct fault *fault, uint64_t seed,
                struct spot *spot);

/* Whether faults at these places are not in one place, where one might undo the other. */
bool fault_apart(const struct faults_lab *lab, const struct spot *a, const struct spot *b);

#endif
