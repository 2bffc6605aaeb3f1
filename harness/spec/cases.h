/* SPDX-License-Identifier: Apache-2.0
 *
 * What a port does, as written for one or more ports at once. */
#ifndef SPEC_CASES_H
#define SPEC_CASES_H

#include "spec/value.h"

struct spec_cases {
    struct expected_case *items; /* matches without in_port; free with free() */
    size_t n;
    size_t capacity;
};

/* Reads `drop`, a case, or a list of cases for these ports; adds nothing for a
 * case that was reported. Reports a case that an earlier one hides. */
void spec_read_cases(struct spec_reader *reader, const struct spec_node *node,
                     const struct spec_ports *ports, struct spec_cases *cases);

#endif
