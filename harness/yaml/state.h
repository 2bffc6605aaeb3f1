/* SPDX-License-Identifier: Apache-2.0
 *
 * A saved state: what `tapproof flows --save` wrote (the YAML of
 * report/flows.h), read back. */
#ifndef YAML_STATE_H
#define YAML_STATE_H

#include "model/state.h"
#include "yaml/load.h"

enum { YAML_STATE_VERSION = 2 }; /* and 1, which has no groups */

struct yaml_state_switch {
    const char *name;
    const char *not_read;      /* why it could not be read when the state was saved; NULL: it was */
    struct switch_state state; /* counters that the file does not have: UINT64_MAX, not counted */
    struct place place;
};

struct yaml_state {
    const char *file;
    struct yaml_state_switch *switches; /* in the order of the file */
    size_t n_switches;
    struct base_arena arena;
};

/* Loads one; as the loaders of yaml/load.h, freed with yaml_state_free.
 *
 * An entry is what its `text` says; where its other fields are there they must
 * say the same, so that a change of one of them is never overlooked. Besides:
 * a later version, a switch without ports and flows that is not `not_read`,
 * ports that do not ascend, a switch twice. */
int yaml_load_state(const struct yaml_files *files, const char *path, struct yaml_state **state,
                    struct yaml_diagnostics *diagnostics);

/* Whether this is a saved state rather than another of the files of yaml/load.h:
 * its first key is `tapproof-state`. False too if it cannot be read. */
bool yaml_is_state(const struct yaml_files *files, const char *path);

/* NULL if the file does not have a switch of this name. */
const struct yaml_state_switch *yaml_state_find(const struct yaml_state *state, const char *name);

/* NULL is legal. */
void yaml_state_free(struct yaml_state *state);

#endif
