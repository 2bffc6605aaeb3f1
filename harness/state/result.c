/* SPDX-License-Identifier: Apache-2.0
 *
 * One result more: its id, its place in the expectation, and how it says that
 * declared and advertised disagree. */
#include "state/inside.h"

const char *state_port_id(struct state_run *run, uint16_t number)
{
    struct base_buffer text = {0};
    base_put_format(&text, "state/%s/", run->name);
    port_format(number, &text);
    return base_arena_take(&run->report->arena, &text);
}

struct result *state_add_result(struct state_run *run, enum result_kind kind, const char *id,
                                struct place place)
{
    struct result *result = id ? report_add(run->report, kind, id) : NULL;
    if (result) {
        result->switch_name = base_arena_text(&run->report->arena, run->name);
        result->source = place_source(place, &run->report->arena);
    }
    return result && result->switch_name ? result : NULL;
}

void state_fail_result(struct result *result, const char *declared, const char *advertised)
{
    result->verdict = VERDICT_FAIL;
    result->says[SAYS_DECLARED] = declared;
    result->says[SAYS_ADVERTISED] = advertised;
    result->disagrees = true;
    result->disagree[0] = SAYS_DECLARED;
    result->disagree[1] = SAYS_ADVERTISED;
}

void state_excuse(const struct state_run *run, const struct state_unseen *unseen,
                  struct result *result)
{
    result->detail = unseen->reason ? base_arena_text(&run->report->arena, unseen->reason) : NULL;
    result->finding = unseen->finding;
}

int state_add_unseen(struct state_run *run, enum result_kind kind, const char *id,
                     const struct expected_port *port, enum verdict verdict,
                     const struct state_unseen *unseen)
{
    struct result *result = state_add_result(run, kind, id, port->place);
    if (!result) {
        return -1;
    }
    result->port = port->port.port;
    result->verdict = verdict;
    state_excuse(run, unseen, result);
    return 0;
}

const struct flow_entry *state_last_row(const struct state_run *run, size_t entry,
                                        const struct header *header)
{
    size_t n = space_whole_n_rows(&run->whole, entry);
    return n == 0 ? NULL
                  : &run->state->flows.entries[space_whole_row(&run->whole, entry, n - 1, header)];
}
