/* SPDX-License-Identifier: Apache-2.0
 *
 * A change that has not been made yet: flow-mods for the switches of a
 * topology.
 *
 *   s1:                                  # a switch; what follows is for it
 *     add priority=9,tcp,in_port=3 actions=output:4
 *     modify in_port=1 actions=output:2
 *     delete in_port=5
 *     group add group_id=1,type=all,bucket=output:2     # and modify, add_or_mod, delete
 *     meter add meter=1 kbps bands=type=drop rate=1000  # and modify, delete
 *   s2: replace                          # a whole new table
 *     in_port=1 actions=output:2
 *
 * Lines are those of model/flow_mod.h; a comment begins with #. A whole table
 * holds flows only, and may be pasted from `tapproof flows --no-stats`. In front
 * of the first switch's line flow-mods are for the only switch of the topology. */
#ifndef YAML_CHANGE_H
#define YAML_CHANGE_H

#include "model/flow_mod.h"
#include "yaml/load.h"

/* Loads one; as the loaders of yaml/load.h, freed with flow_changes_free. With
 * `replace` every section is a whole new table. A whole table becomes a
 * delete of everything, at the place of the switch's line, and an add for each
 * of its flows. Besides the errors of ofctl_parse_flow_mod: a switch that the topology
 * does not have, a flow-mod without a switch, two entries of one whole table
 * with the same match and priority, nothing at all. */
int yaml_load_change(const struct yaml_files *files, const char *path,
                     const struct topology *topology, bool replace, struct flow_changes **changes,
                     struct yaml_diagnostics *diagnostics);

#endif
