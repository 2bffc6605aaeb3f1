/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of entries, groups and meters that are edited: where a pattern stands, something else does.
 */
#ifndef FAULTS_EDIT_H
#define FAULTS_EDIT_H

#include "faults/fault.h"

/* The entry of the place as ovs-ofctl reads it: "table=1,priority=20,arp,actions=drop", no blanks.
 * Nothing where it has none. */
void edit_flow_text(const struct faults_lab *lab, const struct spot *spot, struct base_buffer *out);

/* The same of a group of the switch, one that the dice of the place choose. */
void edit_group_text(const struct faults_lab *lab, const struct spot *spot,
                     struct base_buffer *out);

/* ... of a meter: "meter=1,kbps,bands=type=drop,rate=1000". */
void edit_meter_text(const struct faults_lab *lab, const struct spot *spot,
                     struct base_buffer *out);

/* A meter as ovs-ofctl reads it, without blanks. */
void edit_put_meter(const struct meter *meter, struct base_buffer *out);

/* The text with fault->argument in place of what fault->pattern, an extended regular expression
 * (POSIX), finds first; \1 to \9 in it are what stands in the pattern's parentheses. An entry
 * without actions drops. NULL: the pattern finds nothing, or only what is there already; free() it.
 */
char *edit_text(const struct fault *fault, const char *text);

/* Whether the fault has no pattern, or finds it in the text at this place. */
bool edit_fits(const struct faults_lab *lab, const struct fault *fault, const struct spot *spot);

#endif
