/* SPDX-License-Identifier: Apache-2.0
 *
 * What a port does, as written for one or more ports at once. */
#ifndef YAML_CASES_H
#define YAML_CASES_H

#include "yaml/value.h"

struct yaml_cases {
    struct expected_case *items; /* matches without in_port; free with free() */
    size_t n;
    size_t capacity;
};

/* Reads `drop`, a case, or a list of cases for these ports; adds nothing for a
 * case that was reported. Reports a case that an earlier one hides. */
void yaml_read_cases(struct yaml_reader *reader, const struct yaml_node *node,
                     const struct yaml_ports *ports, struct yaml_cases *cases);

#endif
