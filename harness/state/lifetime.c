/* SPDX-License-Identifier: Apache-2.0
 *
 * Timeouts: entries that should be permanent, or live for a given time. */
#include "state/inside.h"

#include "base/memory.h"
#include "ofctl/flow.h"

enum { EXPIRING_NAMED = 3 };

bool state_lifetime_wrong(const struct flow_entry *entry, uint32_t expires_sec, unsigned given)
{
    uint16_t idle = entry->idle_timeout;
    bool hard_wrong = entry->hard_timeout != expires_sec;
    bool idle_wrong = idle != 0 && (expires_sec == 0 || idle < expires_sec);
    if (expires_sec == EXPECTATION_ANY_LIFETIME) {
        return false;
    }
    return (hard_wrong && !(given & FLOW_HAS_HARD_TIMEOUT)) ||
           (idle_wrong && !(given & FLOW_HAS_IDLE_TIMEOUT));
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

bool state_lifetime_ends(const struct state_run *run, const struct flow_entry *entry)
{
    return time_left_ms(entry) <= run->options.run_ms;
}

static void note_expiring(struct state_run *run, size_t row)
{
    const struct flow_entry *flow = &run->state->flows.entries[row];
    if (!run->expiring[row]) {
        run->expiring[row] = true;
        if (run->n_expiring++ < EXPIRING_NAMED) {
            const char *text = ofctl_flow_text(flow, FLOW_NO_STATS, &run->report->arena);
            report_note(run->report, "%s: %s may expire during the run, in %.1f s", run->name,
                        text ? text : "an entry", (double)time_left_ms(flow) / 1000);
        }
    }
}

uint8_t *state_lifetime_kinds(const struct state_run *run)
{
    const struct flow_table *flows = &run->state->flows;
    uint8_t *kinds = base_calloc(flows->n_entries + 1, sizeof *kinds);
    for (size_t i = 0; kinds && i < flows->n_entries; i++) {
        uint8_t given = run->listed.given ? run->listed.given[i] : 0;
        kinds[i] = state_lifetime_ends(run, &flows->entries[i]) ? SPACE_SINGLE : given;
    }
    return kinds;
}

void state_lifetime_note(struct state_run *run)
{
    if (run->n_expiring > EXPIRING_NAMED) {
        report_note(run->report, "%s: %zu more entries may expire during the run", run->name,
                    run->n_expiring - EXPIRING_NAMED);
    }
}

/* Whether some header of the case comes to this entry. */
static enum space_answer is_used(struct state_port *port, size_t c, size_t entry,
                                 struct header *example)
{
    struct space_region region = {0};
    enum space_answer answer = state_port_region(port, c, entry, NULL, &region);
    if (answer == SPACE_FOUND) {
        answer = space_region_find(&region, &port->budget, example);
    }
    space_region_free(&region);
    return answer;
}

struct checking {
    struct state_port *port;
    size_t entry, nth; /* of the rows that it stands for */
    unsigned given;
    bool right; /* somewhere */
};

/* The row; for a header (NULL: none in particular) the one in whose place it stands that takes it.
 */
static const struct flow_entry *row_of(const struct checking *checking, const struct header *header)
{
    const struct state_run *run = checking->port->run;
    return &run->state->flows
                .entries[space_whole_row(&run->whole, checking->entry, checking->nth, header)];
}

/* An entry that takes headers of the case, as far as matches tell. */
static void check_case(const struct checking *checking, size_t c, bool wrong)
{
    struct state_port *port = checking->port;
    struct state_run *run = port->run;
    size_t row = space_whole_row(&run->whole, checking->entry, checking->nth, NULL);
    bool ends = state_lifetime_ends(run, row_of(checking, NULL));
    bool ask_late = wrong && !port->found.late;
    bool ask_ends = ends && run->n_expiring < EXPIRING_NAMED;
    if (ends && !ask_ends) {
        note_expiring(run, row);
    }
    struct header example;
    enum space_answer used =
        ask_late || ask_ends ? is_used(port, c, checking->entry, &example) : SPACE_EMPTY;
    if (used == SPACE_FOUND && ask_late) {
        port->found.late = row_of(checking, &example);
        port->found.late_expires_sec = port->cases[c].expires_sec;
        port->late_case = c;
    }
    if (used == SPACE_FOUND && ask_ends) {
        note_expiring(run, row);
    }
    if (used == SPACE_OPEN && ask_late) {
        state_port_open(port, NULL, ENTRY_NONE, NULL);
    }
}

static bool check_overlapping(void *aux, uint32_t c, const struct match *match)
{
    struct checking *checking = aux;
    struct state_port *port = checking->port;
    bool wrong =
        state_lifetime_wrong(row_of(checking, NULL), port->cases[c].expires_sec, checking->given);
    (void)match;
    check_case(checking, c, wrong);
    checking->right = checking->right || !wrong;
    return true;
}

/* One of the wrong lifetime that is used is enough, and a few that will
 * expire; the others of the port are only counted. */
static void check_lifetime(struct state_port *port, size_t entry, size_t nth)
{
    const struct state_run *run = port->run;
    size_t row = space_whole_row(&run->whole, entry, nth, NULL);
    unsigned given = run->listed.given ? run->listed.given[row] : 0;
    struct checking checking = {.port = port, .entry = entry, .nth = nth, .given = given};
    if (!state_port_cases(port, &run->whole.flows->entries[entry].match, port->n_cases,
                          check_overlapping, &checking)) {
        state_port_open(port, NULL, ENTRY_NONE, NULL);
    }
    if (run->whole.ways) {
        port->found.n_late = port->found.late != NULL; /* a row is in many ways: not counted */
    } else {
        port->found.n_late += !checking.right || port->found.late == row_of(&checking, NULL);
    }
}

void state_port_lifetimes(struct state_port *port)
{
    struct state_run *run = port->run;
    struct space_entries lists[] = {space_table_port(&run->table, port->number),
                                    space_table_any_port(&run->table)};
    bool look = run->has_odd;
    for (size_t c = 0; c < port->n_cases; c++) {
        look = look || port->cases[c].expires_sec != run->expectation->expires_sec;
    }
    for (size_t i = 0; look && i < 2; i++) {
        for (size_t j = 0; j < lists[i].n_entries; j++) {
            uint32_t entry = lists[i].entries[j];
            for (size_t nth = 0; nth < space_whole_n_rows(&run->whole, entry); nth++) {
                check_lifetime(port, entry, nth);
            }
        }
    }
}
