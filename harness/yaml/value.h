/* SPDX-License-Identifier: Apache-2.0
 *
 * Scalars with a meaning: names, numbers, ports, matches. */
#ifndef YAML_VALUE_H
#define YAML_VALUE_H

#include "model/action.h"
#include "model/match.h"
#include "yaml/read.h"

/* A name: letters, digits, '.', '_', '-'. Copied; NULL after a diagnostic. */
const char *yaml_name(const struct yaml_reader *reader, const struct yaml_node *node);

/* A path as seen from the directory of the file that names it, in the arena. */
const char *yaml_path(const struct yaml_reader *reader, const struct yaml_node *node,
                      const char *expected);

/* A decimal number from min to max; false after a diagnostic. */
bool yaml_number(const struct yaml_reader *reader, const struct yaml_node *node,
                 const char *expected, uint64_t min, uint64_t max, uint64_t *number);

/* "120s", "2m", "120" or "never" (0), in seconds as a hard_timeout has it; false
 * after a diagnostic. */
bool yaml_lifetime(const struct yaml_reader *reader, const struct yaml_node *node,
                   uint16_t *seconds);

/* The same, or "any": EXPECTATION_ANY_LIFETIME. */
bool yaml_expires(const struct yaml_reader *reader, const struct yaml_node *node,
                  uint32_t *seconds);

/* Decimal digits without a leading zero. False: something else, or too large. */
bool yaml_parse_number(const char *text, size_t n_chars, uint64_t *number);

/* The same for a port number: 1..PORT_MAX. */
bool yaml_parse_port(const char *text, size_t n_chars, uint16_t *port);

/* The index of a switch or host of the topology; SWITCH_NONE, HOST_NONE after a diagnostic. */
size_t yaml_switch(const struct yaml_reader *reader, const struct yaml_node *node);
size_t yaml_host(const struct yaml_reader *reader, const struct yaml_node *node);

/* "SWITCH:PORT"; false after a diagnostic. */
bool yaml_port(const struct yaml_reader *reader, const struct yaml_node *node,
               struct port_ref *port);

/* A match as model/match.h has it; false after a diagnostic. */
bool yaml_match(const struct yaml_reader *reader, const struct yaml_node *node,
                struct match *match);

/* Actions as ofctl/action.h has them, in the arena; false after a diagnostic. */
bool yaml_actions(const struct yaml_reader *reader, const struct yaml_node *node,
                  const char *expected, struct base_arena *arena, const struct action **actions,
                  size_t *n_actions);

/* Whether the text is `yes`, and not `no`, which may be NULL; other text is reported. */
bool yaml_choice(const struct yaml_reader *reader, const struct yaml_node *node, const char *yes,
                 const char *no, const char *expected);

/* Fields that need nothing but one of the above: into a const char * (name,
 * endpoint), a size_t (switch), and unsigned integers of this many bits, decimal or
 * hexadecimal. Left as they were after a diagnostic. */
yaml_read_fn yaml_read_name, yaml_read_endpoint, yaml_read_switch;
yaml_read_fn yaml_read_u8, yaml_read_u32, yaml_read_u64;

/* Port numbers as written, in the order of the file; free the array with free(). */
struct yaml_ports {
    uint16_t *numbers;
    size_t n;
    size_t capacity;
};

/* Adds "3", "3-5", "1,3-5", or a list of these; with `reserved` also the names
 * of ports that an action can send to (in_port, local, controller, normal,
 * flood, all). */
void yaml_port_list(const struct yaml_reader *reader, const struct yaml_node *node, bool reserved,
                    struct yaml_ports *ports);

#endif
