/* SPDX-License-Identifier: Apache-2.0
 *
 * Where do the states of switches come from: a live lab or a saved file? */
#include "run/source.h"

#include <stdbool.h>
#include <stdlib.h>

int run_source_load(struct run_source *source, const struct run_world *world,
                    const struct yaml_files *files, const struct topology *topology,
                    const char *lab_path, const char *state_path,
                    struct yaml_diagnostics *diagnostics)
{
    *source = (struct run_source){.world = world, .topology = topology};
    return state_path ? yaml_load_state(files, state_path, &source->saved, diagnostics)
                      : yaml_load_lab(files, lab_path, topology, &source->lab, diagnostics);
}

static bool is_read(const struct run_source *like)
{
    return like && like->states.by_switch;
}

int run_source_open(struct run_source *source, unsigned timeout_ms, struct base_error *error)
{
    return source->saved || is_read(source->like)
               ? 0
               : run_network_open(&source->network, source->world, source->topology, source->lab,
                                  timeout_ms, error);
}

static int read_live(struct run_source *source, unsigned what, struct base_error *error)
{
    int status = run_network_read(&source->network, what, error) < 0
                     ? -1
                     : run_network_take(&source->network, &source->states, error);
    run_network_close(&source->network);
    return status;
}

int run_source_read(struct run_source *source, unsigned what, struct base_error *error)
{
    if (is_read(source->like)) {
        source->states = source->like->states;
        return 0;
    }
    run_states_free(&source->states);
    return source->saved ? run_states_saved(source->saved, source->topology, &source->states, error)
                         : read_live(source, what, error);
}

/* The states stay with the file: there are no dumps to free. */
int run_states_saved(const struct yaml_state *saved, const struct topology *topology,
                     struct run_states *states, struct base_error *error)
{
    if (run_states_init(states, topology->n_switches, error) < 0) {
        return -1;
    }
    for (size_t i = 0; i < topology->n_switches; i++) {
        const struct yaml_state_switch *sw = yaml_state_find(saved, topology->switches[i].name);
        run_states_set(states, i, sw && !sw->not_read ? &sw->state : NULL,
                       sw ? sw->not_read : "the saved state does not have this switch",
                       topology->switches[i].dpid);
    }
    return 0;
}

void run_source_close(struct run_source *source)
{
    run_network_close(&source->network);
    if (!is_read(source->like)) {
        run_states_free(&source->states);
    }
    yaml_state_free(source->saved);
    lab_free(source->lab);
    *source = (struct run_source){0};
}
