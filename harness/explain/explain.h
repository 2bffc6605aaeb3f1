/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a packet, entry by entry and hop by hop, beside what the
 * expectation says of it. Pure. */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "base/arena.h"
#include "base/none.h"
#include "model/expectation.h"
#include "model/state.h"
#include "space/behavior.h"

enum { EXPLAIN_HIDDEN = 4, EXPLAIN_BUDGET = 20000000 };

/* What is asked: the network, and where the packet enters it. */
struct explain_question {
    const struct expectation *expectation;
    const struct switch_state *const *states; /* by switch, NULL: not read */
    const char *const *reasons;               /* by switch: why not */
    struct port_ref in;
};

struct explained_output {
    uint16_t port;
    const char *port_text; /* "2", "LOCAL", "CONTROLLER" */
    const char *queue;     /* "queue 3"; NULL: none */
    const char *packet;    /* after the rewrites, as ofctl_format_header writes it */
    const char *frame;     /* the same as bytes in hexadecimal; NULL: no frame was given */
    const char *closed;    /* why nothing leaves by this port ("has no link"); NULL: it does */
    bool chosen;           /* it leaves only by some of the ways that the switch may choose */
    const char *to;        /* "h2", "s3:1"; NULL: nothing is cabled there, or nothing leaves */
    size_t hop;            /* where it goes on; HOP_NONE: nowhere */
};

struct explained_hop {
    const char *at; /* "s1:1" */
    const char *packet;
    size_t previous;     /* hop that it came from; HOP_NONE: this is the first */
    const char *entry;   /* that takes it; NULL: none does, or that is not known */
    const char **tables; /* the same, table by table: the entry of each that it comes to, or "no
                            entry of table 2 takes it" */
    size_t n_tables;
    const char **groups; /* that these call, with their buckets */
    size_t n_groups;
    bool chosen;                       /* it comes here only if switches before choose so */
    const struct space_behavior *ways; /* between which the switch chooses; NULL: it does not */
    const char *refused; /* why the packet does not get in ("is switched off"); NULL: it does */
    const char *unknown; /* why it is not known what happens, or not followed; NULL: it is */
    const char **hidden; /* entries that would take it too, were it not for this one; best first */
    size_t n_hidden, n_hidden_more;
    struct explained_output *outputs; /* none: it is dropped */
    size_t n_outputs;
    const char *expected; /* what the expectation says, as actions, and what may be besides; NULL:
                             nothing */
    struct header header; /* of `packet` */
    const struct space_behavior *declared, *advertised; /* NULL: they do the same with the packet,
                                                           or one of them is not known */
    bool kept_back;     /* a closed port keeps the switch from what the expectation says */
    const char *source; /* "FILE:LINE:COLUMN" of the expectation */
};

/* An entry and what it takes of a port's packets. */
struct explained_class {
    const char *entry; /* NULL: what no entry takes */
    const char *actions;
    const char *to;        /* where it goes: "h2, s3:1", or as the switch chooses, "h2 or s3:1";
                              NULL: nowhere */
    const char *closed;    /* outputs from which nothing leaves: "port 3 has no link"; NULL: none */
    const char *unknown;   /* why it is not known where it goes; NULL: it is */
    const char *example;   /* NULL: no packet of this port reaches it */
    const char *hidden_by; /* then: the one entry that takes all of it, or NULL: several do */
    bool open;             /* not decided within the budget whether one reaches it */
};

struct explanation {
    const char *at;             /* "s1:1" */
    struct explained_hop *hops; /* of one packet */
    size_t n_hops;
    struct explained_class *classes; /* without a packet: of all, best entry first */
    size_t n_classes;
    const char *refused; /* without a packet: why none enters by this port; NULL: they do */
    const char *chosen;  /* fields that the packet did not say and that were chosen; NULL: none */
    bool unknown;        /* somewhere it is not known what happens */
    bool deviates;       /* somewhere the table does not do what the expectation says */
};

/* Explains what becomes of one packet. With a `frame`, its header is that of the frame, and the
 * outputs are frames too (frame/rewrite.h). It is followed as path_follow does, by every way that a
 * switch may choose. Texts and arrays
 * are in the arena. -1 without memory. */
int explain_packet(const struct explain_question *question, const struct header *header,
                   const void *frame, size_t n_frame_bytes, struct base_arena *arena,
                   struct explanation *out);

/* Explains what becomes of all packets of the port: every entry that may take one, best first, and
 * at last what none takes. The switch must have been read. `*budget` is the number of comparisons
 * of two sets that may be made, and goes down by what was used; classes that it did not suffice
 * for are `open`. Texts and arrays are in the arena. -1 without memory. */
int explain_port(const struct explain_question *question, size_t *budget, struct base_arena *arena,
                 struct explanation *out);

#endif
