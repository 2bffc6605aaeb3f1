/* SPDX-License-Identifier: Apache-2.0
 *
 * Rewrites inside the room: how they are put together, and which of their
 * fields a packet has. */
#ifndef SPACE_REWRITE_H
#define SPACE_REWRITE_H

#include "space/behavior.h"

/* Packets by which of the fields that can be rewritten they have. */
enum space_class {
    SPACE_NOT_IP,
    SPACE_IP,
    SPACE_TCP,
    SPACE_UDP,
    SPACE_SCTP,
    SPACE_ICMP,
    SPACE_IPV6,
    SPACE_TCP6,
    SPACE_UDP6,
    SPACE_SCTP6,
    SPACE_ICMP6,
    N_SPACE_CLASSES
};

/* The narrowest class that the header is in. */
enum space_class space_class_of(const struct header *header);

/* Cubes that hold the classes of packets. They overlap (a TCP packet is in
 * three); the fields of a narrower class include those of a wider one. */
extern const struct match space_class_cubes[N_SPACE_CLASSES];

/* The bits that can be rewritten in packets of a class. */
extern const struct header space_class_fields[N_SPACE_CLASSES];

/* The class whose cube is the smallest one around that of this class; SPACE_NOT_IP is its own. The
 * headers of a class are those of its cube outside of the cubes of which it is the one around. */
enum space_class space_class_around(enum space_class class);

/* One more action, after those that are in there. False: it rewrites nothing
 * that is known. */
bool space_rewrite_add(struct space_rewrite *rewrite, const struct action *action);

/* Why it is not known what an action of this type does, which is not modelled: its name. */
const char *space_action_open(uint16_t type);

/* The headers of a class for which two rewrites have the same result: the
 * headers of the class in `*equal` (which need not be normal). False: none. */
bool space_rewrite_equal(const struct space_rewrite *a, const struct space_rewrite *b,
                         enum space_class class, struct match *equal);

/* The headers of a class with which two known behaviours do the same: those in `*equal` (which need
 * not be normal). Of several packets by one way out the first of one behaviour is compared with the
 * first of the other, and so on: then there may be further headers. False: there are none such. */
bool space_agree(const struct space_behavior *a, const struct space_behavior *b,
                 enum space_class class, struct match *equal);

/* Whether it matters of which class a packet is. */
bool space_rewrites_beyond_l2(const struct space_rewrite *rewrite);

/* A normal cube that holds what becomes of the headers of this normal cube,
 * and perhaps more. */
struct match space_image(const struct space_rewrite *rewrite, const struct match *cube);

/* The order of outputs in a behaviour, as qsort wants it: those that leave the
 * same way stand together. */
int space_output_compare(const void *a, const void *b);

#endif
