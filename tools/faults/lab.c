/* SPDX-License-Identifier: Apache-2.0
 *
 * The running lab as the faults see it: its switches, hosts and cables, and what is in
 * their tables now. */
#include "faults/lab.h"

#include "base/none.h"
#include "faults/command.h"
#include "faults/edit.h"
#include "faults/seed_way.h"
#include "faults/survey.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "yaml/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PORTS_MS = 10000, PORTS_STEP_MS = 20 };

static int load(struct faults_lab *lab, struct base_error *error);
static int connect_all(struct faults_lab *lab, struct base_error *error);
static int save_flows(struct faults_lab *lab, size_t sw, struct base_error *error);
static int save_exact(struct faults_lab *lab, struct base_error *error);
static int list_cables(struct faults_lab *lab, struct base_error *error);
static bool port_is_right(const struct port *right, const struct port *now);

static int ask_version(struct faults_lab *lab, size_t sw, struct base_error *error)
{
    int status = 0;
    int result = command_status(NULL, &status, error, "ovs-ofctl -O OpenFlow13 show %s",
                                faults_switch(lab, sw));
    lab->has_13[sw] = result == 0 && status == 0;
    return result;
}

int faults_lab_open(struct faults_lab *lab, const char *expected, struct base_error *error)
{
    const char *program = getenv("TAPPROOF");
    *lab = (struct faults_lab){.tapproof = program ? program : "tapproof", .expected = expected};
    if (load(lab, error) < 0 || connect_all(lab, error) < 0) {
        return -1;
    }
    lab->flows = base_arena_alloc(&lab->arena, lab->topology->n_switches * sizeof *lab->flows);
    lab->seed = base_arena_alloc(&lab->arena, lab->topology->n_switches * sizeof *lab->seed);
    lab->has_13 = base_arena_alloc(&lab->arena, lab->topology->n_switches * sizeof *lab->has_13);
    for (size_t i = 0; i < lab->topology->n_switches; i++) {
        if (ask_version(lab, i, error) < 0 || save_flows(lab, i, error) < 0 ||
            seed_way_read(lab, i, &lab->seed[i], error) < 0) {
            return -1;
        }
    }
    return save_exact(lab, error) < 0 || list_cables(lab, error) < 0 ? -1 : survey(lab, error);
}

void faults_lab_close(struct faults_lab *lab)
{
    size_t n = lab->topology ? lab->topology->n_switches : 0;
    for (size_t i = 0; i < n; i++) {
        if (lab->right) {
            switch_state_free(&lab->right[i].state);
        }
        if (lab->seed) {
            base_buffer_free(&lab->seed[i]);
        }
    }
    channel_close(lab->channel);
    lab_free(lab->lab);
    expectation_free(lab->expectation);
    base_arena_free(&lab->arena);
    *lab = (struct faults_lab){0};
}

int faults_lab_read(struct faults_lab *lab, struct channel_dump *dumps, struct base_error *error)
{
    return channel_dump(lab->channel, CHANNEL_FLOWS | CHANNEL_PORTS, dumps, error);
}

/* Whatever is awaited of all that the switches say. */
typedef bool is_right_fn(const struct faults_lab *lab, const struct channel_dump *dumps,
                         const void *aux);

static int await(struct faults_lab *lab, is_right_fn *is_right, const void *aux,
                 struct base_error *error)
{
    size_t n = lab->topology->n_switches;
    struct channel_dump *dumps = calloc(n, sizeof *dumps);
    int status = dumps ? 0 : base_fail(error, "out of memory");
    bool right = false;
    for (unsigned ms = 0; status == 0 && !right && ms < PORTS_MS; ms += PORTS_STEP_MS) {
        status = faults_lab_read(lab, dumps, error);
        right = status == 0 && is_right(lab, dumps, aux);
        for (size_t i = 0; i < n; i++) {
            switch_state_free(&dumps[i].state);
            dumps[i] = (struct channel_dump){0};
        }
        if (!right) {
            nanosleep(&(struct timespec){.tv_nsec = PORTS_STEP_MS * 1000000L}, NULL);
        }
    }
    free(dumps);
    return status < 0 || right ? status : base_fail(error, "the ports did not come back");
}

static bool cable_is_right(const struct faults_lab *lab, const struct channel_dump *dumps,
                           const void *aux)
{
    const struct cable *cable = aux;
    for (int e = 0; e < 2; e++) {
        struct port_ref at = cable->ends[e].port;
        const struct switch_state *now = &dumps[at.sw].state;
        const struct port *port = dumps[at.sw].ok ? switch_state_port(now, at.port) : NULL;
        if (!port || !port_is_right(switch_state_port(&lab->right[at.sw].state, at.port), port)) {
            return false;
        }
    }
    return true;
}

int faults_lab_await_cable(struct faults_lab *lab, const struct cable *cable,
                           struct base_error *error)
{
    return await(lab, cable_is_right, cable, error);
}

static bool cable_is_down(const struct faults_lab *lab, const struct channel_dump *dumps,
                          const void *aux)
{
    (void)lab;
    const struct cable *cable = aux;
    for (int e = 0; e < 2; e++) {
        struct port_ref at = cable->ends[e].port;
        const struct port *port =
            dumps[at.sw].ok ? switch_state_port(&dumps[at.sw].state, at.port) : NULL;
        if (!port || !(port->state & PORT_STATE_LINK_DOWN)) {
            return false;
        }
    }
    return true;
}

int faults_lab_await_no_link(struct faults_lab *lab, const struct cable *cable,
                             struct base_error *error)
{
    return await(lab, cable_is_down, cable, error);
}

static bool switch_is_right(const struct faults_lab *lab, const struct channel_dump *dumps,
                            const void *aux)
{
    size_t sw = *(const size_t *)aux;
    const struct switch_state *right = &lab->right[sw].state, *now = &dumps[sw].state;
    bool same =
        dumps[sw].ok && right->n_ports == now->n_ports && right->datapath_id == now->datapath_id;
    for (size_t i = 0; same && i < right->n_ports; i++) {
        same = port_is_right(&right->ports[i], &now->ports[i]);
    }
    return same;
}

int faults_lab_await_switch(struct faults_lab *lab, size_t sw, struct base_error *error)
{
    return await(lab, switch_is_right, &sw, error);
}

/* What went took with it the entries that use it: these come last. */
static int restore_groups(struct faults_lab *lab, size_t sw, struct base_error *error)
{
    const struct group_table *groups = &lab->right[sw].state.groups;
    int status = 0;
    for (size_t i = 0; status == 0 && i < groups->n_groups; i++) {
        struct base_buffer text = {0};
        ofctl_format_group(&groups->groups[i], &text);
        status = command_run(NULL, error, "ovs-ofctl -O OpenFlow13 --may-create mod-group %s %s",
                             faults_switch(lab, sw), base_buffer_text(&text));
        base_buffer_free(&text);
    }
    for (size_t i = 0; status == 0 && i < groups->n_meters; i++) {
        struct base_buffer text = {0};
        edit_put_meter(&groups->meters[i], &text);
        status = command_run(NULL, error, "ovs-ofctl -O OpenFlow13 mod-meter %s %s",
                             faults_switch(lab, sw), base_buffer_text(&text));
        base_buffer_free(&text);
    }
    return status;
}

int faults_lab_restore(struct faults_lab *lab, size_t sw, struct base_error *error)
{
    return restore_groups(lab, sw, error) < 0
               ? -1
               : command_run(NULL, error, "ovs-ofctl -O %s replace-flows %s %s",
                             faults_protocol(lab, sw), faults_switch(lab, sw), lab->flows[sw]);
}

unsigned faults_lab_frames(const struct cable_end *end)
{
    unsigned n = 0;
    for (size_t i = 0; i < N_FRAMES; i++) {
        n += end->frames[i];
    }
    return n;
}

bool faults_lab_matters(const struct faults_lab *lab, const struct cable_end *end)
{
    const struct flow_table *flows = &lab->right[end->port.sw].state.flows;
    if (end->is_host) {
        return true;
    }
    for (size_t i = 0; i < flows->n_entries; i++) {
        const struct flow_entry *entry = &flows->entries[i];
        if (entry->n_actions > 0 &&
            (!entry->match.mask.in_port || entry->match.value.in_port == end->port.port)) {
            return true;
        }
    }
    return false;
}

bool faults_lab_sends_all(const struct faults_lab *lab, struct port_ref port)
{
    const struct flow_table *flows = &lab->right[port.sw].state.flows;
    struct match all = match_in_port(port.port);
    for (size_t i = 0; i < flows->n_entries; i++) {
        if (flows->entries[i].n_actions > 0 && match_equal(&flows->entries[i].match, &all)) {
            return true;
        }
    }
    return false;
}

size_t faults_lab_cable_of(const struct faults_lab *lab, struct port_ref port)
{
    for (size_t i = 0; i < lab->n_cables; i++) {
        for (int e = 0; e < 2; e++) {
            const struct cable_end *end = &lab->cables[i].ends[e];
            if (!end->is_host && end->port.sw == port.sw && end->port.port == port.port) {
                return i;
            }
        }
    }
    return INDEX_NONE;
}

const char *faults_lab_interface(const struct faults_lab *lab, struct port_ref port)
{
    const struct port *found = switch_state_port(&lab->right[port.sw].state, port.port);
    return found ? found->name : "";
}

static int load(struct faults_lab *lab, struct base_error *error)
{
    struct yaml_diagnostics diagnostics = {0};
    const char *file = getenv("TAPPROOF_LAB"), *name = file ? strrchr(file, '/') : NULL;
    bool loaded =
        yaml_load_expectation(&yaml_disk, lab->expected, &lab->expectation, &diagnostics) == 0 &&
        yaml_load_lab(&yaml_disk, file, lab->expectation->topology, &lab->lab, &diagnostics) == 0;
    if (!loaded) {
        base_fail(error, "%s", diagnostics.n_items ? diagnostics.items[0].message : "cannot load");
    } else {
        lab->topology = lab->expectation->topology;
        lab->scratch = base_arena_format(&lab->arena, "%.*s", name ? (int)(name - file) : 1,
                                         name ? file : ".");
    }
    yaml_diagnostics_free(&diagnostics);
    return loaded ? 0 : -1;
}

static int connect_all(struct faults_lab *lab, struct base_error *error)
{
    size_t n = lab->topology->n_switches;
    struct channel_target *targets = base_arena_alloc(&lab->arena, n * sizeof *targets);
    lab->right = base_arena_alloc(&lab->arena, n * sizeof *lab->right);
    if (!targets || !lab->right) {
        return base_fail(error, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        targets[i] = (struct channel_target){.name = faults_switch(lab, i),
                                             .endpoint = lab->lab->switches[i].openflow,
                                             .tls = lab->lab->switches[i].tls};
        if (!targets[i].endpoint) {
            return base_fail(error, "%s: no endpoint: this must run inside a lab", targets[i].name);
        }
    }
    if (channel_open(targets, n, NULL, &lab->channel, error) < 0 ||
        faults_lab_read(lab, lab->right, error) < 0) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (!lab->right[i].ok) {
            return base_fail(error, "%s", lab->right[i].reason);
        }
    }
    return 0;
}

static int save(const char *path, const struct base_buffer *text, struct base_error *error)
{
    FILE *file = fopen(path, "w");
    bool written = file && fwrite(text->data, 1, text->n_bytes, file) == text->n_bytes;
    written = file && fclose(file) == 0 && written;
    return written ? 0 : base_fail(error, "%s: cannot be written", path);
}

static int save_flows(struct faults_lab *lab, size_t sw, struct base_error *error)
{
    const struct flow_table *flows = &lab->right[sw].state.flows;
    struct base_buffer text = {0};
    for (size_t i = 0; i < flows->n_entries; i++) {
        ofctl_format_flow(&flows->entries[i], FLOW_NO_STATS, &text);
        base_put_text(&text, "\n");
    }
    lab->flows[sw] =
        base_arena_format(&lab->arena, "%s/faults-%s.flows", lab->scratch, faults_switch(lab, sw));
    int status = save(lab->flows[sw], &text, error);
    base_buffer_free(&text);
    return status;
}

/* The expectation's lines, with another path to its topology, as it is to stand
 * elsewhere. */
static int copy_expectation(struct faults_lab *lab, struct base_buffer *out,
                            struct base_error *error)
{
    char *topology = realpath(lab->topology->file, NULL), line[4096];
    FILE *file = fopen(lab->expected, "r");
    while (file && topology && fgets(line, sizeof line, file)) {
        if (strncmp(line, "topology:", 9) == 0) {
            base_put_format(out, "topology: %s\n", topology);
        } else {
            base_put_text(out, line);
        }
    }
    int status = file && topology ? 0 : base_fail(error, "%s: cannot be copied", lab->expected);
    if (file) {
        fclose(file);
    }
    free(topology);
    return status;
}

static int save_exact(struct faults_lab *lab, struct base_error *error)
{
    struct base_buffer text = {0};
    int status = copy_expectation(lab, &text, error);
    base_put_text(&text, "entries:\n");
    for (size_t sw = 0; sw < lab->topology->n_switches; sw++) {
        const struct flow_table *flows = &lab->right[sw].state.flows;
        base_put_format(&text, "  %s:%s\n", faults_switch(lab, sw), flows->n_entries ? "" : " []");
        for (size_t i = 0; i < flows->n_entries; i++) {
            base_put_format(&text, "    - \"cookie=0x%llx,",
                            (unsigned long long)flows->entries[i].cookie);
            ofctl_format_flow(&flows->entries[i], FLOW_NO_STATS, &text);
            base_put_text(&text, "\"\n");
        }
    }
    lab->exact = base_arena_format(&lab->arena, "%s/faults-exact.yaml", lab->scratch);
    status = status == 0 ? save(lab->exact, &text, error) : status;
    base_buffer_free(&text);
    return status;
}

static void switch_end(const struct faults_lab *lab, struct port_ref port, struct cable_end *end)
{
    *end = (struct cable_end){.port = port};
    snprintf(end->interface, sizeof end->interface, "%s", faults_lab_interface(lab, port));
}

static int list_cables(struct faults_lab *lab, struct base_error *error)
{
    const struct topology *topology = lab->topology;
    lab->cables = base_arena_alloc(&lab->arena, (topology->n_hosts + topology->n_links + 1) *
                                                    sizeof *lab->cables);
    if (!lab->cables) {
        return base_fail(error, "out of memory");
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        struct cable *cable = &lab->cables[lab->n_cables++];
        switch_end(lab, topology->hosts[i].port, &cable->ends[0]);
        cable->ends[1] =
            (struct cable_end){.is_host = true, .host = i, .port = topology->hosts[i].port};
        snprintf(cable->ends[1].interface, sizeof cable->ends[1].interface, "%s",
                 lab->lab->hosts[i].interface ? lab->lab->hosts[i].interface : "");
    }
    for (size_t i = 0; i < topology->n_links; i++) {
        struct cable *cable = &lab->cables[lab->n_cables++];
        switch_end(lab, topology->links[i].a, &cable->ends[0]);
        switch_end(lab, topology->links[i].b, &cable->ends[1]);
    }
    return 0;
}

static bool port_is_right(const struct port *right, const struct port *now)
{
    return right->number == now->number && right->config == now->config &&
           right->state == now->state && strcmp(right->name, now->name) == 0;
}
