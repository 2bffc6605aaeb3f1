/* SPDX-License-Identifier: Apache-2.0
 *
 * A saved state: what `tapproof flows --save` wrote (the YAML of
 * report/flows.h), read back. */
#ifndef SPEC_STATE_H
#define SPEC_STATE_H

#include "model/state.h"
#include "spec/spec.h"

enum { SPEC_STATE_VERSION = 1 };

struct spec_state_switch {
    const char *name;
    const char *not_read;      /* why it could not be read when the state was saved; NULL: it was */
    struct switch_state state; /* counters that the file does not have: UINT64_MAX, not counted */
    struct place place;
};

struct spec_state {
    const char *file;
    struct spec_state_switch *switches; /* in the order of the file */
    size_t n_switches;
    struct base_arena arena;
};

/* Loads one; as the loaders of spec/spec.h, freed with spec_state_free.
 *
 * An entry is what its `text` says; where its other fields are there they must
 * say the same, so that a change of one of them is never overlooked. Besides:
 * another version, a switch without ports and flows that is not `not_read`,
 * ports that do not ascend, a switch twice. */
int spec_load_state(const char *path, struct spec_state **state,
                    struct spec_diagnostics *diagnostics);
int spec_load_state_from(const struct spec_files *files, const char *path,
                         struct spec_state **state, struct spec_diagnostics *diagnostics);

/* Whether this is a saved state rather than another of the files of spec/spec.h:
 * its first key is `tapproof-state`. False too if it cannot be read. */
bool spec_is_state(const char *path);

/* NULL if the file does not have a switch of this name. */
const struct spec_state_switch *spec_state_find(const struct spec_state *state, const char *name);

/* NULL is legal. */
void spec_state_free(struct spec_state *state);

#endif
