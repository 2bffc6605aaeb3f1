/* SPDX-License-Identifier: Apache-2.0
 *
 * For the tests of state/state.h: one switch of seven ports, what is expected
 * of it, and its table. */
#ifndef TESTING_STATE_OF_H
#define TESTING_STATE_OF_H

#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "state/finding.h"
#include "state/state.h"
#include "testing/cmocka.h"

#include <string.h>

enum { N_PORTS = 7, MAX_CASES = 16, MAX_ITEMS = 16 };

struct world {
    struct topology topology;
    struct topology_switch sw;
    struct topology_host host; /* on port 9, which the switch does not have */
    struct expectation expectation;
    struct expected_port expected[MAX_ITEMS];
    struct expected_entry entries[MAX_ITEMS];
    struct exception exceptions[MAX_ITEMS];
    struct expected_group groups[MAX_ITEMS];
    bool lists, exact, lists_groups;
    struct port ports[N_PORTS];
    struct switch_state state;
    struct switch_dump dump;
    struct state_options options;
    struct report report;
};

static inline void make_world(struct world *world)
{
    *world = (struct world){.sw = {.name = "s1", .dpid = 1}, .lists = true};
    world->topology = (struct topology){.switches = &world->sw, .n_switches = 1};
    world->expectation = (struct expectation){.topology = &world->topology,
                                              .ports = world->expected,
                                              .lists_switch = &world->lists,
                                              .exact_switch = &world->exact,
                                              .lists_groups = &world->lists_groups,
                                              .expected_groups = world->groups,
                                              .entries = world->entries,
                                              .exceptions = world->exceptions};
    for (uint16_t i = 0; i < N_PORTS; i++) {
        world->ports[i].number = i + 1;
    }
    world->state =
        (struct switch_state){.datapath_id = 1, .ports = world->ports, .n_ports = N_PORTS};
    world->dump = (struct switch_dump){.dumped = true, .state = &world->state};
}

static inline void free_world(struct world *world)
{
    report_free(&world->report);
    flow_table_free(&world->state.flows);
    flow_table_free(&world->expectation.entry_flows);
    group_table_free(&world->state.groups);
    group_table_free(&world->expectation.groups);
    base_arena_free(&world->expectation.arena);
}

static inline void add_flow(struct world *world, const char *text)
{
    struct base_error error;
    if (ofctl_parse_flow(text, &world->state.flows, NULL, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
}

/* One case more of a port: "MATCH" may be empty. Ports must come ascending. */
static inline void expect(struct world *world, uint16_t number, const char *match,
                          const char *actions)
{
    struct expectation *expectation = &world->expectation;
    size_t n = expectation->n_ports;
    struct expected_port *port = &world->expected[n > 0 ? n - 1 : 0];
    if (n == 0 || port->port.port != number) {
        port = &world->expected[expectation->n_ports++];
        port->port.port = number;
        port->place = (struct place){"e.yaml", number, 1};
        port->cases = base_arena_alloc(&expectation->arena, MAX_CASES * sizeof *port->cases);
    }
    struct expected_case *added = &port->cases[port->n_cases++];
    struct base_error error;
    added->place = (struct place){"e.yaml", number, 10 + (int)port->n_cases};
    if (ofctl_parse_match(match, &added->match, NULL, &error) < 0 ||
        ofctl_parse_actions(actions, &expectation->arena, &added->actions, &added->n_actions, NULL,
                            &error) < 0) {
        fail_msg("%s", error.text);
    }
    added->match.mask.in_port = 0xffff;
    added->match.value.in_port = number;
}

static inline void judge(struct world *world)
{
    struct base_error error;
    report_free(&world->report);
    assert_int_equal(
        state_judge(&world->expectation, &world->dump, &world->options, &world->report, &error), 0);
}

static inline const struct result *find_result(const struct world *world, const char *id)
{
    const struct result *found = NULL;
    for (size_t i = 0; i < world->report.n_results; i++) {
        if (strcmp(world->report.results[i].id, id) == 0) {
            assert_null(found); /* unique */
            found = &world->report.results[i];
        }
    }
    return found;
}

static inline const struct result *get_result(const struct world *world, const char *id)
{
    const struct result *result = find_result(world, id);
    if (!result) {
        fail_msg("no result %s", id);
    }
    return result;
}

static inline void check_text(const char *what, const char *text, const char *expected)
{
    if (expected && (!text || strcmp(text, expected) != 0)) {
        fail_msg("%s is\n%s\ninstead of\n%s", what, text ? text : "(none)", expected);
    }
}

/* What does not pass has a reason: a finding, or in words. */
static inline void check_result(const struct world *world, const char *id, enum verdict verdict)
{
    const struct result *result = get_result(world, id);
    if (result->verdict != verdict) {
        fail_msg("%s: %s instead of %s", id, verdict_name(result->verdict), verdict_name(verdict));
    }
    assert_true(verdict == VERDICT_PASS || result->detail || result->finding);
    assert_int_equal(result->disagrees, verdict == VERDICT_FAIL);
}

static inline void check_note(const struct world *world, const char *note)
{
    bool found = false;
    for (size_t i = 0; i < world->report.n_notes; i++) {
        found |= strcmp(world->report.notes[i], note) == 0;
    }
    if (!found) {
        fail_msg("no note \"%s\", but %zu, first: %s", note, world->report.n_notes,
                 world->report.n_notes ? world->report.notes[0] : "");
    }
}

static inline void add_entry(struct world *world, const char *text)
{
    struct expectation *expectation = &world->expectation;
    struct expected_entry *entry = &world->entries[expectation->n_entries];
    struct base_error error;
    *entry = (struct expected_entry){.number = expectation->n_entries + 1,
                                     .flow = expectation->n_entries};
    if (ofctl_parse_flow(text, &expectation->entry_flows, &entry->given, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
    expectation->n_entries++;
    world->exact = true;
}

static inline void add_exception(struct world *world, struct exception exception)
{
    exception.text = "cookie 0x5";
    exception.reason = "monitoring";
    exception.place = (struct place){"e.yaml", 40, 5};
    world->exceptions[world->expectation.n_exceptions++] = exception;
}

#endif
