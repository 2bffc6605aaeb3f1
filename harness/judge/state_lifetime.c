/* SPDX-License-Identifier: Apache-2.0
 *
 * Timeouts: entries that should be permanent, or live for a given time. */
#include "judge/state_switch.h"

enum { EXPIRING_NAMED = 3 };

bool judge_lifetime_wrong(const struct judge_run *run, const struct flow_entry *entry)
{
    uint16_t expires = run->expectation->expires_sec;
    return entry->hard_timeout != expires ||
           (entry->idle_timeout != 0 && (expires == 0 || entry->idle_timeout < expires));
}

/* Milliseconds until it may be gone; UINT64_MAX: never. When it was last used
 * is not known: it may have been just now. */
static uint64_t time_left_ms(const struct flow_entry *entry)
{
    uint64_t left = entry->idle_timeout ? entry->idle_timeout * 1000ull : UINT64_MAX;
    if (entry->hard_timeout) {
        uint64_t age = entry->duration_sec * 1000ull + entry->duration_nsec / 1000000;
        uint64_t life = entry->hard_timeout * 1000ull;
        uint64_t hard = life > age ? life - age : 0;
        left = hard < left ? hard : left;
    }
    return left;
}

bool judge_lifetime_ends(const struct judge_run *run, const struct flow_entry *entry)
{
    return time_left_ms(entry) <= run->options.run_ms;
}

static void note_expiring(struct judge_run *run, size_t entry)
{
    const struct flow_entry *flow = &run->state->flows.entries[entry];
    if (!run->expiring[entry]) {
        run->expiring[entry] = true;
        if (run->n_expiring++ < EXPIRING_NAMED) {
            const char *text = judge_entry_text(run->report, flow);
            report_note(run->report, "%s: %s may expire during the run, in %.1f s", run->name,
                        text ? text : "an entry", (double)time_left_ms(flow) / 1000);
        }
    }
}

void judge_lifetime_note(struct judge_run *run)
{
    if (run->n_expiring > EXPIRING_NAMED) {
        report_note(run->report, "%s: %zu more entries may expire during the run", run->name,
                    run->n_expiring - EXPIRING_NAMED);
    }
}

/* Whether some header that enters by the port comes to this entry. */
static enum space_answer is_used(struct judge_port *port, size_t entry)
{
    struct judge_run *run = port->run;
    struct match in_port = match_in_port(port->number);
    struct space_region region = {0};
    if (!space_intersect(&run->state->flows.entries[entry].match, &in_port, &region.cube)) {
        return SPACE_EMPTY;
    }
    enum space_answer answer = space_table_exclude(&run->table, entry, &region, &port->budget);
    if (answer == SPACE_FOUND) {
        answer = space_find(&region.cube, region.excluded, region.n_excluded, &port->budget, NULL);
    }
    space_region_free(&region);
    return answer;
}

/* One of the wrong lifetime that is used is enough, and a few that will
 * expire; the others of the port are only counted. */
static void check_lifetime(struct judge_port *port, size_t entry)
{
    struct judge_run *run = port->run;
    const struct flow_entry *flow = &run->state->flows.entries[entry];
    bool wrong = judge_lifetime_wrong(run, flow), ends = judge_lifetime_ends(run, flow);
    port->n_late += wrong;
    bool ask_late = wrong && port->late_entry == SIZE_MAX;
    bool ask_ends = ends && run->n_expiring < EXPIRING_NAMED;
    if (ends && !ask_ends) {
        note_expiring(run, entry);
    }
    enum space_answer used = ask_late || ask_ends ? is_used(port, entry) : SPACE_EMPTY;
    if (used == SPACE_FOUND && ask_late) {
        port->late_entry = entry;
    }
    if (used == SPACE_FOUND && ask_ends) {
        note_expiring(run, entry);
    }
    if (used == SPACE_OPEN && ask_late) {
        judge_port_open(port, NULL, SIZE_MAX);
    }
}

void judge_port_lifetimes(struct judge_port *port)
{
    struct space_entries lists[] = {space_table_port(&port->run->table, port->number),
                                    space_table_any_port(&port->run->table)};
    for (size_t i = 0; port->run->has_odd && i < 2; i++) {
        for (size_t j = 0; j < lists[i].n_entries; j++) {
            check_lifetime(port, lists[i].entries[j]);
        }
    }
}
