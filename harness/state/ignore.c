/* SPDX-License-Identifier: Apache-2.0
 *
 * What the expectation tells to leave out (`ignore:`). */
#include "state/inside.h"

int state_ignore_list(const struct expectation *expectation, struct report *report)
{
    struct base_arena *arena = &report->arena;
    size_t n = expectation->n_exceptions;
    report->ignored = base_arena_alloc(arena, (n + 1) * sizeof *report->ignored);
    if (!report->ignored) {
        return -1;
    }
    report->n_ignored = n;
    for (size_t i = 0; i < n; i++) {
        const struct exception *exception = &expectation->exceptions[i];
        report->ignored[i].text = base_arena_text(arena, exception->text ? exception->text : "");
        report->ignored[i].reason = base_arena_text(arena, exception->reason);
        report->ignored[i].source = place_source(exception->place, arena);
    }
    return 0;
}

static bool is_about_switch(const struct exception *exception, size_t sw)
{
    return exception->sw == SWITCH_ALL || exception->sw == sw;
}

static bool is_about_entries(const struct exception *exception)
{
    return exception->has_cookie || exception->has_table || exception->has_match;
}

static bool is_about_port(const struct exception *exception, size_t sw, uint16_t port)
{
    return exception->has_port && exception->port == port && !is_about_entries(exception) &&
           is_about_switch(exception, sw);
}

static bool takes_entry(const struct exception *exception, const struct flow_entry *entry)
{
    struct match port = match_in_port(exception->port);
    return (!exception->has_port || match_within(&entry->match, &port)) &&
           (!exception->has_cookie ||
            ((entry->cookie ^ exception->cookie) & exception->cookie_mask) == 0) &&
           (!exception->has_table || entry->table_id == exception->table) &&
           (!exception->has_match || match_within(&entry->match, &exception->match));
}

void state_ignore_entries(struct state_run *run)
{
    const struct flow_table *flows = &run->state->flows;
    for (size_t i = 0; i < run->expectation->n_exceptions; i++) {
        const struct exception *exception = &run->expectation->exceptions[i];
        bool applies = is_about_entries(exception) && is_about_switch(exception, run->sw);
        for (size_t j = 0; applies && j < flows->n_entries; j++) {
            if (takes_entry(exception, &flows->entries[j])) {
                run->left_out[j] = true;
                run->report->ignored[i].n_entries++;
            }
        }
    }
}

const struct exception *state_ignored_entry(const struct expectation *expectation, size_t sw,
                                            const struct flow_entry *entry)
{
    for (size_t i = 0; i < expectation->n_exceptions; i++) {
        const struct exception *exception = &expectation->exceptions[i];
        if (is_about_entries(exception) && is_about_switch(exception, sw) &&
            takes_entry(exception, entry)) {
            return exception;
        }
    }
    return NULL;
}

const struct exception *state_ignored_port(const struct expectation *expectation,
                                           struct port_ref port)
{
    for (size_t i = 0; i < expectation->n_exceptions; i++) {
        if (is_about_port(&expectation->exceptions[i], port.sw, port.port)) {
            return &expectation->exceptions[i];
        }
    }
    return NULL;
}

const char *state_ignore_port(struct state_run *run, uint16_t port)
{
    const char *reason = NULL;
    for (size_t i = 0; i < run->expectation->n_exceptions; i++) {
        const struct exception *exception = &run->expectation->exceptions[i];
        if (is_about_port(exception, run->sw, port)) {
            run->report->ignored[i].n_ports++;
            reason = reason ? reason : run->report->ignored[i].reason;
        }
    }
    return reason;
}
