/* SPDX-License-Identifier: Apache-2.0
 *
 * Wrong indentation in plain words. A YAML parser notices it late, and speaks of
 * keys that it did not find. */
#ifndef YAML_INDENT_H
#define YAML_INDENT_H

#include "yaml/source.h"

/* Reports the problem that libyaml has at a place (from 1) if that is a line
 * which a tab indents, or whose first column fits none of the lines above.
 * False if it is something else: nothing was reported. */
bool yaml_report_indent(const struct yaml_source *source, int line, int column,
                        const char *problem);

#endif
