/* SPDX-License-Identifier: Apache-2.0
 *
 * Cables laid anew. A cable of the lab is a veth pair, which has two ends as
 * long as it exists: to plug an end in elsewhere, or a box into the middle, it
 * is taken away and other ones are made, under the same names. */
#ifndef FAULTS_CABLE_H
#define FAULTS_CABLE_H

#include "faults/lab.h"

/* Takes a cable away; its two interfaces are gone. */
int cable_cut(struct faults_lab *lab, const struct cable *cable, struct base_error *error);

/* A new cable between two ends, from whichever cables they are; ends that are
 * hosts have their addresses. */
int cable_join(struct faults_lab *lab, const struct cable_end *a, const struct cable_end *b,
               struct base_error *error);

/* The names of the interfaces of a relay in this cable. */
enum { CABLE_RELAY_NAME = 16 };
void cable_relay_names(size_t cable, char names[2][CABLE_RELAY_NAME]);

/* Takes away both halves of a cable that a relay is in. */
void cable_from_relay(size_t cable);

/* A new cable from an end to a free interface of this name, for a relay. */
int cable_to_relay(struct faults_lab *lab, const struct cable_end *end, const char *name,
                   struct base_error *error);

/* All of a cable as it was. */
int cable_mend(struct faults_lab *lab, const struct cable *cable, struct base_error *error);

/* Takes one end down, and waits until the switches have noticed. */
int cable_down(struct faults_lab *lab, const struct cable *cable, unsigned end,
               struct base_error *error);

/* Runs `ip LINE` where an end is. */
int cable_ip(struct faults_lab *lab, const struct cable_end *end, struct base_error *error,
             const char *format, ...) BASE_PRINTF(4, 5);

/* The network namespace of an end; NULL: that of the switches. */
const char *cable_netns(const struct faults_lab *lab, const struct cable_end *end);

#endif
