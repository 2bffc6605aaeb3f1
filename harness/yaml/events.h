/* SPDX-License-Identifier: Apache-2.0
 *
 * A YAML document as a tree of nodes, each with its place. Only the shape is
 * decided here (scalar, sequence, mapping); what a scalar means is decided by
 * who reads it, so that no implicit YAML type ("no", 012, 1:30) ever applies. */
#ifndef YAML_EVENTS_H
#define YAML_EVENTS_H

#include "base/arena.h"
#include "yaml/source.h"

enum yaml_kind {
    YAML_SCALAR,
    YAML_SEQUENCE,
    YAML_MAPPING,
    YAML_REFUSED /* reported already: readers say nothing more */
};

struct yaml_node {
    enum yaml_kind kind;
    int line, column; /* of its first character, from 1 */
    int text_column;  /* scalar: of the first character of `text`; 0: the text is not in the
                         file as it is here (escapes, several lines) */
    bool quoted;      /* scalar: not plain, so empty text is text */
    unsigned n_children;
    const char *text;            /* scalar: UTF-8 without control characters but \t and \n */
    const struct yaml_node *key; /* in a mapping: a scalar or a sequence */
    struct yaml_node *child;     /* sequence: first item; mapping: first value */
    struct yaml_node *next;
};

/* The only document of the file, its nodes in the arena. Keys of a mapping are
 * unique (scalar keys, compared as text); nodes that are refused were reported
 * and are left out, as are the later ones of duplicate keys. NULL after a
 * diagnostic: not YAML, not UTF-8, empty, more than one document, or a limit of
 * yaml/load.h exceeded. */
struct yaml_node *yaml_read_document(const struct yaml_source *source, struct base_arena *arena);

#endif
