/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the states of a topology's switches come from: a live lab, read once,
 * or a file that `tapproof flows --save` wrote. Commands that read a network
 * need not know which. */
#ifndef RUN_SOURCE_H
#define RUN_SOURCE_H

#include "run/network.h"
#include "yaml/state.h"

/* Zero-initialise before use. */
struct run_source {
    const struct run_world *world;
    const struct topology *topology;
    struct run_network network;    /* between run_source_open and run_source_read; live */
    struct lab *lab;               /* live; NULL: saved */
    struct yaml_state *saved;      /* NULL: live */
    struct run_states states;      /* by index of the topology; filled in by run_source_read */
    const struct run_source *like; /* of the same switches, live: its states, once it has been read,
                                      are those of this one, and it is closed later; NULL: none */
};

/* Loads from `files` the saved state, or, if `state_path` is NULL, the lab file (`lab_path`
 * may be NULL: the endpoints of the topology's file). No switch is asked. The
 * topology must outlive the source. -1: input errors, in the diagnostics. */
int run_source_load(struct run_source *source, const struct run_world *world,
                    const struct yaml_files *files, const struct topology *topology,
                    const char *lab_path, const char *state_path,
                    struct yaml_diagnostics *diagnostics);

/* Prepares what run_source_read reads, as run_network_open does: behind it no privilege is
 * needed. Of a file nothing. timeout_ms as there; 0: the default. -1 as there. */
int run_source_open(struct run_source *source, unsigned timeout_ms, struct base_error *error);

/* Reads all switches at once (`what`: CHANNEL_*), or takes them from the file; a source that is
 * read again is opened again. A switch that could not be read, or is not in the file, has NULL in
 * states.by_switch and a reason. -1 without memory, or if the event loop cannot run. */
int run_source_read(struct run_source *source, unsigned what, struct base_error *error);

/* The states of a saved file by index of the topology, which run_states_free
 * frees; they point into `saved`. -1 without memory. */
int run_states_saved(const struct yaml_state *saved, const struct topology *topology,
                     struct run_states *states, struct base_error *error);

/* Frees everything, the states too. */
void run_source_close(struct run_source *source);

#endif
