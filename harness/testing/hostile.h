/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: what switches that are none, are broken, or mean harm say to whoever reads or
 * programs them (fake_switch.h). No part of the program. */
#ifndef TESTING_HOSTILE_H
#define TESTING_HOSTILE_H

#include "testing/fake_switch.h"

/* `answer` of a fake switch. */
typedef void hostile_answer(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind);
hostile_answer refuse_hello, be_a_controller;
hostile_answer answer_features_with_barrier, answer_features_last;
hostile_answer answer_flow_with_aggregate, answer_flow_with_barrier, refuse_flow;
hostile_answer lose_flows;        /* the second part never comes */
hostile_answer go_on_for_ever;    /* 1,000 parts of flows_a_part, and no end */
hostile_answer forget_more;       /* a second reply comes after the last */
hostile_answer cut_body;          /* in the middle of a record */
hostile_answer flood_with_echoes; /* and it reads none of the replies */

/* One whole dialogue each. */
enum { N_HOSTILE = 28 };
struct hostile {
    struct fake_switch fake;
    const char *why; /* what is told of it in any case; NULL: that depends */
};
extern const struct hostile HOSTILE[N_HOSTILE];

/* A switch that sends one 16-bit word of its dialogue otherwise. */
enum { LIAR_KINDS = 5 };
struct liar {
    struct fake_switch fake; /* with answer_with_a_lie */
    size_t at;               /* bytes in front of the word */
    unsigned kind;           /* of what is sent instead; less than LIAR_KINDS */
};
hostile_answer answer_with_a_lie;

#endif
