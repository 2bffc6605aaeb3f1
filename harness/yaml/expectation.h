/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of an expectation file, one reader each, and what they share. */
#ifndef YAML_EXPECTATION_H
#define YAML_EXPECTATION_H

#include "yaml/read.h"

/* An expectation being read: its arrays grow with malloc, and are copied into
 * its arena at the end. */
struct yaml_reading {
    struct yaml_reader reader; /* first: a reader is a reading */
    struct expectation *expectation;
    size_t ports_capacity, entries_capacity, claims_capacity, exceptions_capacity, known_capacity;
    size_t groups_capacity, names_capacity;
    struct yaml_index ports;     /* switch and port → index in expectation->ports */
    struct yaml_index flows;     /* switch, priority, match → index in expectation->entries */
    struct yaml_index claim_ids; /* id → index in expectation->claims */
    size_t n_cases;              /* after expansion */
    size_t n_groups;             /* of claims */
};

static inline struct yaml_reading *yaml_reading_of(struct yaml_reader *reader)
{
    return (struct yaml_reading *)reader;
}

/* The first value of a mapping by switch; NULL if there is none, if the topology could not be
 * loaded, and after a diagnostic. */
static inline const struct yaml_node *yaml_by_switch(const struct yaml_reader *reader,
                                                     const struct yaml_node *node)
{
    return reader->topology ? yaml_first(reader, node, YAML_MAPPING, "switches by name") : NULL;
}

/* The fields of these names; `into` is not used. */
yaml_read_fn yaml_read_ports, yaml_read_entries, yaml_read_groups, yaml_read_names;
yaml_read_fn yaml_read_traffic, yaml_read_ignore, yaml_read_known;

/* Text that says why, of the arena; reports what is only blanks. */
const char *yaml_reason(struct yaml_reader *reader, const struct yaml_node *node);

/* Reports claims that cannot all be true. */
void yaml_check_claims(struct yaml_reading *reading);

#endif
