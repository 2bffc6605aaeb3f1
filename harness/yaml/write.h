/* SPDX-License-Identifier: Apache-2.0
 *
 * An expectation as the YAML that a person would have written: ranges of ports
 * that do the same in one line, claims in one line each. */
#ifndef YAML_WRITE_H
#define YAML_WRITE_H

#include "base/buffer.h"
#include "model/expectation.h"

/* Appends the file. `topology_path` is what it names as its topology. Loaded
 * again (yaml/load.h) it means the same; `entries:` are not written. Without
 * memory the buffer has failed. */
void yaml_write_expectation(const struct expectation *expectation, const char *topology_path,
                            struct base_buffer *out);

/* Of that only `ports:`. */
void yaml_write_ports(const struct expectation *expectation, struct base_buffer *out);

/* Appends one port on one line, without a newline, as it stands below its switch:
 * "1: {output: [2, 6]}". */
void yaml_write_port(const struct expected_port *port, struct base_buffer *out);

#endif
