/* SPDX-License-Identifier: Apache-2.0
 *
 * What report_flows saves, yaml/state.h reads back: random tables and ports,
 * every field. */
#include "ofctl/flow.h"
#include "report/flows.h"
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"
#include "yaml/state.h"

#include <stdlib.h>

static uint64_t random_bits(void)
{
    static uint64_t state = 0x2545f4914f6cdd1d; /* xorshift64: the same in every run */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void add_random_flow(struct flow_table *table, bool no_stats)
{
    static const char *const matches[] = {"",
                                          "in_port=3",
                                          "tcp,nw_src=10.0.0.0/8,tp_dst=80",
                                          "dl_vlan=0xffff",
                                          "dl_vlan=5,dl_vlan_pcp=3",
                                          "arp"};
    static const char *const actions[] = {"drop", "output:2,mod_vlan_vid:5,output:6",
                                          "controller:128", "enqueue:2:9", "normal"};
    struct base_buffer text = {0};
    base_put_format(&text, "%s%spriority=%u actions=%s", matches[random_bits() % 6], " ",
                    (unsigned)(random_bits() & 0xffff), actions[random_bits() % 5]);
    assert_int_equal(ofctl_parse_flow(base_buffer_text(&text), table, NULL, NULL, NULL), 0);
    base_buffer_free(&text);
    struct flow_entry *entry = &table->entries[table->n_entries - 1];
    entry->cookie = random_bits() % 3 ? random_bits() : 0;
    entry->table_id = random_bits() % 4 ? 0 : 7;
    entry->idle_timeout = random_bits() & 0xf;
    entry->hard_timeout = random_bits() & 0xf;
    if (!no_stats) {
        entry->n_packets = random_bits() % 5 ? random_bits() : UINT64_MAX;
        entry->n_bytes = random_bits();
        entry->duration_sec = (uint32_t)random_bits();
        entry->duration_nsec = (uint32_t)random_bits();
    }
}

/* What a switch can report although no flow-mod asks for it. */
static void add_odd_flow(struct flow_table *table)
{
    static const uint16_t numbers[] = {0, 1, PORT_MAX, PORT_MAX + 1, 0xff10, 0xfff7, PORT_NONE};
    enum { N = sizeof numbers / sizeof *numbers };
    struct action *actions = base_arena_alloc(&table->arena, 2 * sizeof *actions);
    struct flow_entry *entry = flow_table_add(table);
    assert_true(actions && entry);
    actions[0] = (struct action){.type = ACTION_OUTPUT, .port = numbers[random_bits() % N]};
    actions[1] = (struct action){
        .type = ACTION_ENQUEUE, .port = numbers[random_bits() % N], .queue_id = UINT32_MAX};
    *entry = (struct flow_entry){
        .match = {.value = {.in_port = numbers[random_bits() % N],
                            .dl_type = DL_TYPE_IP,
                            .nw_proto = NW_PROTO_ICMP,
                            .tp_src = (uint16_t)random_bits(),
                            .tp_dst = (uint16_t)random_bits()},
                  .mask = {.in_port = UINT16_MAX,
                           .dl_type = UINT16_MAX,
                           .nw_proto = UINT8_MAX,
                           .tp_src = UINT16_MAX,
                           .tp_dst = UINT16_MAX}},
        .table_id = UINT8_MAX,
        .priority = (uint16_t)random_bits(),
        .actions = actions,
        .n_actions = 2,
        .n_packets = UINT64_MAX,
        .n_bytes = UINT64_MAX,
    };
}

static void fill(struct switch_state *state, bool no_stats)
{
    state->datapath_id = random_bits();
    state->n_buffers = (uint32_t)random_bits();
    state->n_tables = 254;
    state->capabilities = (uint32_t)random_bits();
    state->supported_actions = 0xfff;
    static const uint16_t numbers[] = {
        0, 1, 2, 7, PORT_MAX, 0xff10, 0xfff7, PORT_IN_PORT, 0xfffc, PORT_LOCAL, PORT_NONE};
    enum { N_PORTS = sizeof numbers / sizeof *numbers };
    state->ports = calloc(N_PORTS, sizeof *state->ports);
    for (uint16_t i = 0; i < N_PORTS; i++) {
        struct port *port = &state->ports[state->n_ports++];
        *port = (struct port){.number = numbers[i], .name = "s1-eth \"x'"};
        port->dl_addr[5] = (uint8_t)i;
        port->config = (uint32_t)random_bits();
        port->state = (uint32_t)random_bits();
        port->curr = (uint32_t)random_bits();
        port->peer = (uint32_t)random_bits();
        port->has_counters = !no_stats && i % 2;
        port->counters.rx_packets = port->has_counters ? random_bits() : 0;
        port->counters.tx_errors = port->has_counters ? UINT64_MAX : 0;
    }
    for (int i = 0; i < 200; i++) {
        add_random_flow(&state->flows, no_stats);
        add_odd_flow(&state->flows);
    }
}

static uint64_t nanoseconds(const struct flow_entry *entry)
{
    return entry->duration_sec * UINT64_C(1000000000) + entry->duration_nsec;
}

static void assert_same(const struct switch_state *a, const struct switch_state *b)
{
    assert_int_equal(a->datapath_id, b->datapath_id);
    assert_int_equal(a->n_buffers, b->n_buffers);
    assert_int_equal(a->n_tables, b->n_tables);
    assert_int_equal(a->capabilities, b->capabilities);
    assert_int_equal(a->supported_actions, b->supported_actions);
    assert_int_equal(a->n_ports, b->n_ports);
    assert_memory_equal(a->ports, b->ports, a->n_ports * sizeof *a->ports);
    assert_int_equal(a->flows.n_entries, b->flows.n_entries);
    for (size_t i = 0; i < a->flows.n_entries; i++) {
        const struct flow_entry *x = &a->flows.entries[i], *y = &b->flows.entries[i];
        assert_true(flow_equal(x, y));
        assert_int_equal(x->table_id, y->table_id);
        assert_true(x->n_packets == y->n_packets && x->n_bytes == y->n_bytes);
        assert_int_equal(nanoseconds(x), nanoseconds(y));
    }
}

static void round_trip(bool no_stats)
{
    struct switch_state state = {0};
    fill(&state, no_stats);
    const struct report_flows_switch switches[] = {{.name = "s1", .state = &state},
                                                   {.name = "s2", .reason = "no \"answer\": x"}};
    struct base_buffer text = {0};
    report_flows(switches, 2, REPORT_FLOWS_YAML, no_stats, &text);
    const struct memory_file files[] = {{"s.yaml", base_buffer_text(&text), 0}, {0}};
    const struct yaml_files memory = {(void *)files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer errors = {0};
    struct yaml_state *saved;
    if (yaml_load_state(&memory, "s.yaml", &saved, &diagnostics) < 0) {
        fail_msg("%s", memory_errors(&diagnostics, &errors));
    }
    assert_same(&state, &yaml_state_find(saved, "s1")->state);
    assert_string_equal(yaml_state_find(saved, "s2")->not_read, "no \"answer\": x");
    yaml_state_free(saved);
    yaml_diagnostics_free(&diagnostics);
    base_buffer_free(&errors);
    base_buffer_free(&text);
    switch_state_free(&state);
}

static void test_with_statistics(void **state)
{
    (void)state;
    round_trip(false);
}

static void test_without_statistics(void **state)
{
    (void)state;
    round_trip(true);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_with_statistics),
    cmocka_unit_test(test_without_statistics),
};

TEST_MAIN(tests)
