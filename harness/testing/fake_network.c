/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of frames in a network in memory, and what do its switches say? */
#include "testing/fake_network.h"

#include "base/arena.h"
#include "base/buffer.h"
#include "frame/parse.h"
#include "frame/rewrite.h"
#include "ofctl/flow.h"
#include "path/step.h"
#include "testing/cmocka.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LATENCY_NS = 100000,
    DUMP_NS = 1000000,
    BEGIN_S = 100,
    AGE_S = 30,    /* of all entries at the beginning */
    HOPS_MAX = 64, /* a frame that is still under way then is forgotten */
};

static const uint64_t NS_IN_S = 1000000000;

/* ------------------------------------------------------------------- tables */

static void read_flows(struct flow_table *table, const char *directory, size_t sw)
{
    char path[256], line[512];
    snprintf(path, sizeof path, "%s/s%zu.flows", directory, sw + 1);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "#\n")] = 0;
        if (line[strspn(line, " ")]) {
            assert_int_equal(ofctl_parse_flow(line, table, NULL, NULL, NULL), 0);
        }
    }
    if (file) {
        fclose(file);
    }
    for (size_t i = 0; i < table->n_entries; i++) {
        table->entries[i].n_packets = table->entries[i].n_bytes = 0;
    }
}

/* Until a switch is dumped the duration of an entry is the time since which it is in the
 * table. */
static void set_birth(struct flow_table *table, uint64_t time_ns)
{
    for (size_t i = 0; i < table->n_entries; i++) {
        table->entries[i].duration_sec = (uint32_t)(time_ns / NS_IN_S);
        table->entries[i].duration_nsec = (uint32_t)(time_ns % NS_IN_S);
    }
}

static void age_entries(struct flow_table *table, uint64_t now_ns)
{
    for (size_t i = 0; i < table->n_entries; i++) {
        struct flow_entry *entry = &table->entries[i];
        uint64_t age_ns = now_ns - (entry->duration_sec * NS_IN_S + entry->duration_nsec);
        entry->duration_sec = (uint32_t)(age_ns / NS_IN_S);
        entry->duration_nsec = (uint32_t)(age_ns % NS_IN_S);
    }
}

/* Entries that were in the table before are as old as they were. */
static void keep_births(const struct flow_table *before, bool modified_too,
                        struct flow_table *table)
{
    for (size_t i = 0; i < table->n_entries; i++) {
        struct flow_entry *entry = &table->entries[i];
        for (size_t j = 0; j < before->n_entries; j++) {
            const struct flow_entry *old = &before->entries[j];
            if (flow_equal(old, entry) || (modified_too && flow_same_key(old, entry))) {
                entry->duration_sec = old->duration_sec;
                entry->duration_nsec = old->duration_nsec;
            }
        }
    }
}

static void copy_table(const struct flow_table *from, struct flow_table *to)
{
    for (size_t i = 0; i < from->n_entries; i++) {
        struct flow_entry *entry = flow_table_add(to);
        assert_non_null(entry);
        *entry = from->entries[i];
        entry->actions =
            base_arena_copy(&to->arena, entry->actions, entry->n_actions * sizeof *entry->actions);
    }
}

/* Buckets stay where they are. */
static void copy_groups(const struct group_table *from, struct group_table *to)
{
    for (size_t i = 0; i < from->n_groups; i++) {
        struct group *group = group_table_add(to);
        assert_non_null(group);
        *group = from->groups[i];
    }
}

static void copy_state(const struct switch_state *from, struct switch_state *to)
{
    *to = *from;
    to->flows = (struct flow_table){0};
    to->groups = (struct group_table){0};
    copy_table(&from->flows, &to->flows);
    copy_groups(&from->groups, &to->groups);
    to->ports = calloc(from->n_ports + 1, sizeof *to->ports);
    assert_non_null(to->ports);
    memcpy(to->ports, from->ports, from->n_ports * sizeof *to->ports);
}

static void make_ports(struct switch_state *state)
{
    state->n_ports = FAKE_PORTS;
    state->ports = calloc(FAKE_PORTS, sizeof *state->ports);
    assert_non_null(state->ports);
    for (uint16_t i = 0; i < FAKE_PORTS; i++) {
        state->ports[i].number = i + 1;
        state->ports[i].has_counters = true;
    }
}

void fake_network_change(struct fake_network *fake, const char *flows, unsigned ms)
{
    for (size_t i = 0; i < fake->topology->n_switches; i++) {
        switch_state_free(&fake->forward[i]);
        copy_state(&fake->states[i], &fake->forward[i]);
        flow_table_free(&fake->states[i].flows);
        fake->states[i].flows = (struct flow_table){0};
        read_flows(&fake->states[i].flows, flows, i);
        set_birth(&fake->states[i].flows, fake->time_ns);
        keep_births(&fake->forward[i].flows, fake->modifies, &fake->states[i].flows);
    }
    fake->follows_ns = fake->time_ns + ms * UINT64_C(1000000);
}

/* ------------------------------------------------------------------- faults */

void fake_network_fault(struct fake_network *fake, struct fake_fault fault)
{
    assert_true(fake->n_faults < FAKE_FAULTS);
    fake->faults[fake->n_faults++] = fault;
}

static bool is_about(const char *wanted, const char *name)
{
    return !wanted || !name || strcmp(wanted, name) == 0;
}

const struct fake_fault *fake_network_meets(struct fake_network *fake, enum fake_fault_kind kind,
                                            const char *from, const char *at)
{
    for (size_t i = 0; i < fake->n_faults; i++) {
        struct fake_fault *fault = &fake->faults[i];
        if (fault->kind == kind && is_about(fault->from, from) && is_about(fault->at, at)) {
            unsigned met = fault->n_met++;
            if (met >= fault->first && (fault->n == 0 || met < fault->first + fault->n)) {
                return fault;
            }
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------- frames */

static void count_in_flight(struct fake_network *fake)
{
    enum { SOON_NS = 50000000 };
    size_t n = 0;
    while (n < fake->n_arrivals && fake->arrivals[n].time_ns < fake->time_ns + SOON_NS) {
        n++;
    }
    fake->most_in_flight = n > fake->most_in_flight ? n : fake->most_in_flight;
}

void fake_network_arrive(struct fake_network *fake, size_t host, const uint8_t *bytes,
                         size_t n_bytes, uint64_t time_ns)
{
    assert_int_equal(
        base_grow(&fake->arrivals, fake->n_arrivals, &fake->capacity, sizeof *fake->arrivals), 0);
    size_t at = fake->n_arrivals++;
    while (at > 0 && fake->arrivals[at - 1].time_ns > time_ns) {
        fake->arrivals[at] = fake->arrivals[at - 1];
        at--;
    }
    fake->arrivals[at] = (struct fake_arrival){
        .time_ns = time_ns, .host = host, .bytes = malloc(n_bytes), .n_bytes = n_bytes};
    assert_non_null(fake->arrivals[at].bytes);
    memcpy(fake->arrivals[at].bytes, bytes, n_bytes);
    count_in_flight(fake);
}

/* A frame is about to arrive at a host, if nothing comes between. */
static void arrive(struct fake_network *fake, size_t from, size_t host, const uint8_t *bytes,
                   size_t n_bytes)
{
    const char *to = fake->topology->hosts[host].name;
    const char *sender = from == HOST_NONE ? "" : fake->topology->hosts[from].name;
    uint64_t time_ns = fake->time_ns + LATENCY_NS;
    if (fake_network_meets(fake, FAKE_LOSE, sender, to)) {
        fake->n_lost++;
        return;
    }
    const struct fake_fault *late = fake_network_meets(fake, FAKE_LATE, sender, to);
    time_ns += late ? late->ms * UINT64_C(1000000) : 0;
    uint8_t altered[9216];
    if (fake_network_meets(fake, FAKE_ALTER, sender, to)) {
        memcpy(altered, bytes, n_bytes);
        altered[5] ^= 1;
        bytes = altered;
    }
    const struct fake_fault *ends = fake_network_meets(fake, FAKE_SHORTEN, sender, to);
    n_bytes = ends && ends->n_bytes < n_bytes ? ends->n_bytes : n_bytes;
    fake_network_arrive(fake, host, bytes, n_bytes, time_ns);
    if (fake_network_meets(fake, FAKE_DOUBLE, sender, to)) {
        fake_network_arrive(fake, host, bytes, n_bytes, time_ns);
    }
}

/* ----------------------------------------------------------------- counters */

static bool is_over(const struct fake_network *fake, uint64_t *since_ns, unsigned ms)
{
    bool over = ms > 0 && fake->time_ns - *since_ns >= ms * UINT64_C(1000000);
    *since_ns = over ? fake->time_ns : *since_ns;
    return over;
}

static void show_flows(const struct switch_state *from, struct switch_state *to)
{
    for (size_t i = 0; i < from->flows.n_entries && i < to->flows.n_entries; i++) {
        to->flows.entries[i].n_packets = from->flows.entries[i].n_packets;
        to->flows.entries[i].n_bytes = from->flows.entries[i].n_bytes;
    }
}

/* To be called before something is counted, and before a switch is read. */
static void bring_up_to_date(struct fake_network *fake)
{
    bool ports = is_over(fake, &fake->ports_shown_ns, fake->ports_every_ms);
    bool flows = is_over(fake, &fake->flows_shown_ns, fake->flows_every_ms);
    for (size_t i = 0; i < fake->topology->n_switches; i++) {
        const struct switch_state *now = &fake->states[i];
        if (ports) {
            memcpy(fake->shown[i].ports, now->ports, now->n_ports * sizeof *now->ports);
        }
        if (flows) {
            show_flows(now, &fake->shown[i]);
        }
    }
}

/* What a switch says is not what it counts. */
static void distort(const struct fake_network *fake, size_t sw, struct switch_state *dumped)
{
    if (fake->flows_every_ms > 0) {
        show_flows(&fake->shown[sw], dumped);
    }
    for (size_t i = 0; i < dumped->n_ports; i++) {
        struct port_counters *counters = &dumped->ports[i].counters;
        if (fake->ports_every_ms > 0) {
            *counters = fake->shown[sw].ports[i].counters;
        }
        if (fake->ports != FAKE_PORTS_COUNT) {
            memset(counters, fake->ports == FAKE_PORTS_ZERO ? 0 : 0xff, sizeof *counters);
        }
    }
}

static void count_port(struct fake_network *fake, struct port_ref at, bool enters, size_t n_bytes)
{
    struct switch_state *state = &fake->states[at.sw];
    bring_up_to_date(fake);
    if (fake->counts && at.port >= 1 && at.port <= state->n_ports) {
        struct port_counters *counters = &state->ports[at.port - 1].counters;
        *(enters ? &counters->rx_packets : &counters->tx_packets) += 1;
        *(enters ? &counters->rx_bytes : &counters->tx_bytes) += n_bytes;
    }
}

static void count_entry(struct fake_network *fake, size_t sw, size_t entry, size_t n_bytes)
{
    bring_up_to_date(fake);
    if (fake->counts && entry != ENTRY_NONE && fake->time_ns >= fake->follows_ns) {
        fake->states[sw].flows.entries[entry].n_packets++;
        fake->states[sw].flows.entries[entry].n_bytes += n_bytes;
    }
}

struct hop {
    struct port_ref in;
    struct base_buffer frame;
};

/* A copy leaves a switch: to a host, or as one hop more. */
static void leave(struct fake_network *fake, struct port_ref out, size_t from,
                  struct base_buffer *frame, struct hop *hops, size_t *n_hops)
{
    struct peer peer = topology_peer(&fake->cabled, out);
    count_port(fake, out, false, frame->n_bytes);
    if (peer.kind == PEER_HOST) {
        arrive(fake, from, peer.host, frame->data, frame->n_bytes);
    } else if (peer.kind == PEER_SWITCH && *n_hops < HOPS_MAX) {
        hops[(*n_hops)++] = (struct hop){peer.port, *frame};
        return; /* the frame is the hop's now */
    }
    base_buffer_free(frame);
}

/* Where the switch has seen the address; NULL: nowhere. */
static struct fake_learned *find_learned(struct fake_network *fake, size_t sw, const uint8_t *mac)
{
    for (size_t i = 0; i < fake->n_learned; i++) {
        struct fake_learned *learned = &fake->learned[i];
        if (learned->sw == sw && memcmp(learned->mac, mac, BASE_MAC_BYTES) == 0) {
            return learned;
        }
    }
    return NULL;
}

static void learn(struct fake_network *fake, struct port_ref in, const uint8_t *mac)
{
    struct fake_learned *learned = find_learned(fake, in.sw, mac);
    if (!learned) {
        assert_true(fake->n_learned < FAKE_LEARNED);
        learned = &fake->learned[fake->n_learned++];
        learned->sw = in.sw;
        memcpy(learned->mac, mac, BASE_MAC_BYTES);
    }
    learned->port = in.port;
}

/* To where the receiver was seen, or by all other ports. */
static void send_normally(struct fake_network *fake, struct port_ref in,
                          const struct header *header, size_t from, const struct base_buffer *bytes,
                          struct hop *hops, size_t *n_hops)
{
    learn(fake, in, header->dl_src);
    const struct fake_learned *to = find_learned(fake, in.sw, header->dl_dst);
    const struct switch_state *state = &fake->states[in.sw];
    for (size_t i = 0; i < state->n_ports; i++) {
        uint16_t port = state->ports[i].number;
        bool is_exit = to ? port == to->port : !port_no_exit(state->ports, state->n_ports, port);
        if (is_exit && port != in.port) {
            struct base_buffer frame = {0};
            base_put_bytes(&frame, bytes->data, bytes->n_bytes);
            leave(fake, (struct port_ref){in.sw, port}, from, &frame, hops, n_hops);
        }
    }
}

static void forward(struct fake_network *fake, const struct path_network *network, size_t from,
                    struct hop *hops, size_t at, size_t *n_hops)
{
    static struct space_emission out[PATH_OUTPUTS];
    struct hop hop = hops[at];
    struct header header;
    struct path_step step;
    count_port(fake, hop.in, true, hop.frame.n_bytes);
    assert_true(frame_parse(hop.frame.data, hop.frame.n_bytes, hop.in.port, &header));
    path_step(network, hop.in.sw, &header, out, &step);
    count_entry(fake, hop.in.sw, step.taker.entry, hop.frame.n_bytes);
    for (size_t i = 0; i < step.n_sent; i++) {
        struct base_buffer frame = {0};
        assert_true(frame_rewrite(hop.frame.data, hop.frame.n_bytes, &out[i].header, &frame));
        leave(fake, (struct port_ref){hop.in.sw, out[i].port}, from, &frame, hops, n_hops);
    }
    if (fake->learns && step.open == path_normal) {
        send_normally(fake, hop.in, &header, from, &hop.frame, hops, n_hops);
    }
    base_buffer_free(&hop.frame);
}

/* What the switches forward by now. */
static void open_tables(const struct fake_network *fake, struct path_network *network)
{
    const struct switch_state *states[FAKE_SWITCHES];
    for (size_t i = 0; i < fake->topology->n_switches; i++) {
        states[i] = fake->time_ns < fake->follows_ns ? &fake->forward[i] : &fake->states[i];
    }
    assert_int_equal(path_network_open_dumps(network, fake->topology, states, NULL), 0);
}

void fake_network_enter(struct fake_network *fake, struct port_ref in, size_t from,
                        const uint8_t *bytes, size_t n_bytes)
{
    struct path_network network;
    struct hop hops[HOPS_MAX] = {{.in = in}};
    size_t n_hops = 1;
    open_tables(fake, &network);
    base_put_bytes(&hops[0].frame, bytes, n_bytes);
    for (size_t i = 0; i < n_hops; i++) {
        forward(fake, &network, from, hops, i, &n_hops);
    }
    path_network_close(&network);
}

/* ----------------------------------------------------------------- sessions */

/* What a session is here: which targets are which switches. */
struct channel {
    struct fake_network *fake;
    size_t n_targets;
    size_t sw_of[FAKE_SWITCHES];
};

static int open_channel(const struct run_world *world, const struct channel_target *targets,
                        size_t n_targets, const struct channel_options *options,
                        struct channel **channel, struct base_error *error)
{
    (void)options;
    (void)error;
    struct fake_network *fake = world->aux;
    fake->confined = false; /* a run begins */
    *channel = calloc(1, sizeof **channel);
    assert_non_null(*channel);
    (*channel)->fake = fake;
    fake->n_open++;
    (*channel)->n_targets = n_targets;
    for (size_t i = 0; i < n_targets; i++) {
        (*channel)->sw_of[i] = topology_find_switch(fake->topology, targets[i].name);
    }
    return 0;
}

static int dump(struct channel *channel, unsigned what, struct channel_dump *dumps,
                struct base_error *error)
{
    struct fake_network *fake = channel->fake;
    assert_true(fake->confined);
    if (fake_network_meets(fake, FAKE_BROKEN, NULL, NULL)) {
        return base_fail(error, "no event loop");
    }
    fake->n_dumps++;
    if (fake->n_dumps == fake->raises_at_dump) {
        raise(SIGTERM);
    }
    if (fake->next_flows && fake->n_dumps > fake->next_after) {
        const char *flows = fake->next_flows;
        fake->next_flows = NULL;
        fake_network_change(fake, flows, fake->next_ms);
    }
    fake->what = what;
    fake->time_ns += DUMP_NS;
    bring_up_to_date(fake);
    for (size_t i = 0; i < channel->n_targets; i++) {
        size_t sw = channel->sw_of[i];
        const char *name = fake->topology->switches[sw].name;
        dumps[i] = (struct channel_dump){.ok = !fake_network_meets(fake, FAKE_SILENT, NULL, name)};
        if (dumps[i].ok) {
            copy_state(&fake->states[sw], &dumps[i].state);
            distort(fake, sw, &dumps[i].state);
            if (!(what & CHANNEL_FLOWS)) {
                flow_table_free(&dumps[i].state.flows);
                dumps[i].state.flows = (struct flow_table){0};
            }
            if (fake_network_meets(fake, FAKE_ODD, NULL, name)) {
                dumps[i].odd = CHANNEL_ODD_NO_BARRIER;
            }
            age_entries(&dumps[i].state.flows, fake->time_ns);
        } else {
            snprintf(dumps[i].reason, sizeof dumps[i].reason, "fake:%s: did not answer", name);
        }
    }
    return 0;
}

static int packet_out(struct channel *channel, size_t target, uint16_t port, const void *frame,
                      size_t n_bytes, struct base_error *error)
{
    (void)error;
    struct fake_network *fake = channel->fake;
    struct port_ref out = {channel->sw_of[target], port};
    struct peer peer = topology_peer(&fake->cabled, out);
    fake->n_packet_outs++;
    count_port(fake, out, false, n_bytes);
    if (peer.kind == PEER_HOST) {
        arrive(fake, HOST_NONE, peer.host, frame, n_bytes);
    } else if (peer.kind == PEER_SWITCH) {
        fake_network_enter(fake, peer.port, HOST_NONE, frame, n_bytes);
    }
    return 0;
}

static void close_channel(struct channel *channel)
{
    channel->fake->n_open--;
    free(channel);
}

static int confine(const struct run_world *world, struct base_error *missing)
{
    struct fake_network *fake = world->aux;
    assert_false(fake->confined);
    fake->confined = true;
    return fake->missing ? base_fail(missing, "%s", fake->missing) : 0;
}

static uint64_t now_ns(const struct run_world *world)
{
    return ((const struct fake_network *)world->aux)->time_ns;
}

uint64_t fake_network_wall_ns(const struct fake_network *fake, uint64_t time_ns)
{
    bool is_set = fake->wall_set_ns > 0 && time_ns >= fake->wall_set_ns;
    return time_ns + (uint64_t)(is_set ? fake->wall_set_by_ns : 0);
}

static uint64_t wall_ns(const struct run_world *world)
{
    return fake_network_wall_ns(world->aux, now_ns(world));
}

/* -------------------------------------------------------------- open, close */

void fake_network_open(struct fake_network *fake, const struct topology *topology,
                       const char *flows)
{
    assert_true(topology->n_switches <= FAKE_SWITCHES);
    *fake = (struct fake_network){.world = {.aux = fake,
                                            .confine = confine,
                                            .channel_open = open_channel,
                                            .channel_dump = dump,
                                            .channel_packet_out = packet_out,
                                            .channel_close = close_channel,
                                            .now_ns = now_ns,
                                            .wall_ns = wall_ns},
                                  .topology = topology,
                                  .counts = true,
                                  .mtu = 1500,
                                  .cabled = *topology,
                                  .time_ns = BEGIN_S * NS_IN_S};
    fake->cabled.links = calloc(topology->n_links + 1, sizeof *topology->links);
    assert_non_null(fake->cabled.links);
    for (size_t i = 0; i < topology->n_links; i++) {
        fake->cabled.links[i] = topology->links[i];
    }
    fake->cabled.hosts = calloc(topology->n_hosts + 1, sizeof *topology->hosts);
    assert_non_null(fake->cabled.hosts);
    for (size_t i = 0; i < topology->n_hosts; i++) {
        fake->cabled.hosts[i] = topology->hosts[i];
    }
    for (size_t i = 0; i < topology->n_switches; i++) {
        fake->states[i].datapath_id = topology->switches[i].dpid;
        fake->states[i].n_tables = 1;
        make_ports(&fake->states[i]);
        read_flows(&fake->states[i].flows, flows, i);
        set_birth(&fake->states[i].flows, (BEGIN_S - AGE_S) * NS_IN_S);
        copy_state(&fake->states[i], &fake->shown[i]);
    }
    fake->ports_shown_ns = fake->flows_shown_ns = fake->time_ns;
}

void fake_network_exchange(struct fake_network *fake, size_t link, size_t other)
{
    struct port_ref end = fake->cabled.links[link].b;
    fake->cabled.links[link].b = fake->cabled.links[other].b;
    fake->cabled.links[other].b = end;
}

void fake_network_exchange_hosts(struct fake_network *fake, size_t host, size_t other)
{
    struct port_ref port = fake->cabled.hosts[host].port;
    fake->cabled.hosts[host].port = fake->cabled.hosts[other].port;
    fake->cabled.hosts[other].port = port;
}

void fake_network_close(struct fake_network *fake)
{
    assert_int_equal(fake->n_open, 0);
    for (size_t i = 0; i < fake->topology->n_switches; i++) {
        switch_state_free(&fake->states[i]);
        switch_state_free(&fake->forward[i]);
        switch_state_free(&fake->shown[i]);
    }
    free(fake->cabled.links);
    free(fake->cabled.hosts);
    for (size_t i = 0; i < fake->n_arrivals; i++) {
        free(fake->arrivals[i].bytes);
    }
    free(fake->arrivals);
    for (size_t i = 0; i < fake->n_held; i++) {
        free(fake->held[i].bytes);
    }
    free(fake->held);
}
