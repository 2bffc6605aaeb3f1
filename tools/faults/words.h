/* SPDX-License-Identifier: Apache-2.0
 *
 * The templates of the catalogue, and the names of places.
 *
 *   $s $p $o $x   switch, port, output and other port of the place
 *   $a $b         the two ends of its cable, $b the one where frames come out
 *   $c $d         the two ends of its other cable
 *   $h $g         its hosts
 *   $M $P $+      its entry: match without priority, priority, priority + 1
 *   $A $W $X      its actions; without the output; with the other port instead
 *   $q            its port; * if its entry takes packets of every port
 *   $i            the interface of its port */
#ifndef FAULTS_WORDS_H
#define FAULTS_WORDS_H

#include "faults/fault.h"

/* Appends the template with its variables filled in. */
void words_fill(const struct faults_lab *lab, const struct spot *spot, const char *template,
                struct base_buffer *out);

/* Whether the text is one of the alternatives of this template, each with *
 * and ? as in a shell. NULL has none. */
bool words_match(const struct faults_lab *lab, const struct spot *spot, const char *template,
                 const char *text);

/* "s1:6", "h3". */
void words_put_end(const struct faults_lab *lab, const struct cable_end *end,
                   struct base_buffer *out);

/* What of a place a fault speaks of, for people: "s1:1 in_port=1 actions=…". */
void words_put_place(const struct faults_lab *lab, const struct injection *injection,
                     struct base_buffer *out);

#endif
