/* SPDX-License-Identifier: Apache-2.0
 *
 * What do the switches of a lab say, all read at once? */
#include "run/network.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdlib.h>

static const char no_endpoint[] =
    "no endpoint: neither the lab file nor the topology says `openflow:` for it (give --lab, "
    "or run inside `topologies/lab shell`)";

static int open_channel(struct run_network *network, const struct topology *topology,
                        const struct lab *lab, unsigned timeout_ms, struct base_error *error)
{
    struct channel_target *targets = base_calloc(topology->n_switches, sizeof *targets);
    if (!targets) {
        return base_fail(error, "out of memory");
    }
    for (size_t i = 0; i < topology->n_switches; i++) {
        network->target_of[i] = INDEX_NONE;
        if (lab->switches[i].openflow) {
            network->target_of[i] = network->n_dumps;
            targets[network->n_dumps++] =
                (struct channel_target){.name = topology->switches[i].name,
                                        .endpoint = lab->switches[i].openflow,
                                        .tls = lab->switches[i].tls,
                                        .version = lab->switches[i].version,
                                        .dpid = topology->switches[i].dpid};
        }
    }
    struct channel_options options = {.timeout_ms = timeout_ms,
                                      .interrupt_fd = network->world->interrupt_fd,
                                      .max_sum_bytes = network->world->max_read_bytes};
    int status = network->world->channel_open(network->world, targets, network->n_dumps, &options,
                                              &network->channel, error);
    free(targets);
    return status;
}

int run_network_open(struct run_network *network, const struct run_world *world,
                     const struct topology *topology, const struct lab *lab, unsigned timeout_ms,
                     struct base_error *error)
{
    *network = (struct run_network){
        .world = world, .topology = topology, .n_switches = topology->n_switches};
    network->target_of = base_calloc(topology->n_switches, sizeof *network->target_of);
    if (!network->target_of) {
        return base_fail(error, "out of memory");
    }
    return open_channel(network, topology, lab, timeout_ms, error);
}

static void free_dumps(struct channel_dump *dumps, size_t n)
{
    for (size_t i = 0; dumps && i < n; i++) {
        switch_state_free(&dumps[i].state);
    }
    free(dumps);
}

int run_network_read(struct run_network *network, unsigned what, struct base_error *error)
{
    free_dumps(network->dumps, network->n_dumps);
    network->dumps = base_calloc(network->n_dumps, sizeof *network->dumps);
    if (!network->dumps) {
        return base_fail(error, "out of memory");
    }
    return network->world->channel_dump(network->channel, what, network->dumps, error);
}

int run_network_send(struct run_network *network, struct port_ref by, const void *frame,
                     size_t n_bytes, struct base_error *error)
{
    size_t target = network->target_of[by.sw];
    return target == INDEX_NONE ? base_fail(error, "%s", no_endpoint)
                                : network->world->channel_packet_out(
                                      network->channel, target, by.port, frame, n_bytes, error);
}

/* What a reading of nothing but features brings is thrown away. */
int run_network_flush(struct run_network *network, struct base_error *error)
{
    struct channel_dump *dumps = base_calloc(network->n_dumps, sizeof *dumps);
    int status = !dumps ? base_fail(error, "out of memory")
                        : network->world->channel_dump(network->channel, 0, dumps, error);
    free_dumps(dumps, network->n_dumps);
    return status;
}

/* What the last reading said of a switch; NULL and a reason if nothing. */
static const struct switch_state *state_of(const struct run_network *network, size_t sw,
                                           const char **reason)
{
    size_t target = network->target_of[sw];
    if (target == INDEX_NONE) {
        *reason = no_endpoint;
        return NULL;
    }
    const struct channel_dump *dump = &network->dumps[target];
    *reason = dump->ok ? NULL : dump->reason;
    return dump->ok ? &dump->state : NULL;
}

int run_states_init(struct run_states *states, size_t n_switches, struct base_error *error)
{
    *states = (struct run_states){.by_switch = base_calloc(n_switches, sizeof *states->by_switch),
                                  .reasons = base_calloc(n_switches, sizeof *states->reasons),
                                  .switches = base_calloc(n_switches, sizeof *states->switches),
                                  .right = base_calloc(n_switches, sizeof *states->right),
                                  .dump_of = base_calloc(n_switches, sizeof *states->dump_of)};
    return states->by_switch && states->reasons && states->switches && states->right &&
                   states->dump_of
               ? 0
               : base_fail(error, "out of memory");
}

void run_states_set(struct run_states *states, size_t sw, const struct switch_state *state,
                    const char *reason, uint64_t dpid)
{
    states->by_switch[sw] = state;
    states->reasons[sw] = reason;
    states->switches[sw] =
        (struct switch_dump){.dumped = state != NULL, .reason = reason, .state = state};
    states->right[sw] = state && state->datapath_id == dpid ? state : NULL;
}

int run_states_distrust_others(struct run_states *states, const struct topology *topology,
                               struct base_arena *arena)
{
    for (size_t sw = 0; sw < topology->n_switches; sw++) {
        const struct switch_state *state = states->by_switch[sw];
        uint64_t dpid = topology->switches[sw].dpid;
        if (!state || state->datapath_id == dpid) {
            continue;
        }
        const char *reason = base_arena_format(
            arena, "another switch answers here, datapath id %016" PRIx64 " instead of %016" PRIx64,
            state->datapath_id, dpid);
        if (!reason) {
            return -1;
        }
        run_states_set(states, sw, NULL, reason, dpid);
    }
    return 0;
}

int run_network_take(struct run_network *network, struct run_states *states,
                     struct base_error *error)
{
    run_states_free(states);
    if (run_states_init(states, network->n_switches, error) < 0) {
        return -1;
    }
    for (size_t i = 0; i < network->n_switches; i++) {
        const char *reason;
        const struct switch_state *state = state_of(network, i, &reason);
        run_states_set(states, i, state, reason, network->topology->switches[i].dpid);
        states->dump_of[i] = state ? &network->dumps[network->target_of[i]] : NULL;
    }
    states->dumps = network->dumps;
    states->n_dumps = network->n_dumps;
    network->dumps = NULL;
    return 0;
}

void run_states_note(const struct run_states *states, const struct topology *topology,
                     struct report *report)
{
    for (size_t i = 0; i < topology->n_switches; i++) {
        if (states->dump_of[i] && states->dump_of[i]->odd) {
            struct base_buffer text = {0};
            channel_format_odd(states->dump_of[i], &text);
            report_note(report, "%s: %s", topology->switches[i].name, base_buffer_text(&text));
            base_buffer_free(&text);
        }
    }
}

void run_states_free(struct run_states *states)
{
    free_dumps(states->dumps, states->n_dumps);
    free(states->by_switch);
    free(states->reasons);
    free(states->switches);
    free(states->right);
    free(states->dump_of);
    *states = (struct run_states){0};
}

void run_network_close(struct run_network *network)
{
    free_dumps(network->dumps, network->n_dumps);
    if (network->channel) {
        network->world->channel_close(network->channel);
    }
    free(network->target_of);
    *network = (struct run_network){0};
}
