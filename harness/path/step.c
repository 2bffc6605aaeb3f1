/* SPDX-License-Identifier: Apache-2.0
 *
 * What one switch does with packets: may they enter, which entry takes them, what comes out. */
#include "path/step.h"

#include "base/none.h"
#include "space/rewrite.h"

#include <string.h>

const char path_no_memory[] = "out of memory";
const char path_normal[] = "NORMAL";
const char path_choices[] = "more than 8 choices of switches";
const char path_several[] = "the expectation allows several ways";

bool path_is_normal(const char *open)
{
    return open && (strcmp(open, path_normal) == 0 || strcmp(open, SPACE_NORMAL_REWRITTEN) == 0);
}

bool path_is_choice(const char *open)
{
    return strcmp(open, path_several) == 0 || strcmp(open, SPACE_ONE_OF) == 0;
}

#define UNKNOWN_FLOOD "it floods, and the ports of the switch are not known"

/* ----------------------------------------------------------------------- ports */

const char *path_no_entry(const struct path_network *network, struct port_ref port)
{
    const struct path_switch *sw = &network->switches[port.sw];
    return sw->declared ? NULL : port_no_entry(sw->ports, sw->n_ports, port.port);
}

const char *path_no_exit(const struct path_network *network, struct port_ref port)
{
    const struct path_switch *sw = &network->switches[port.sw];
    return sw->declared ? NULL : port_no_exit(sw->ports, sw->n_ports, port.port);
}

/* --------------------------------------------------------------------- outputs */

/* Leaves out what does not leave the switch. */
static void keep_leaving(const struct path_network *network, size_t sw, struct space_behavior *way)
{
    struct space_output *outputs = (struct space_output *)way->outputs; /* made just now */
    size_t n = way->n_outputs;
    way->n_outputs = 0;
    for (size_t i = 0; i < n && !way->unknown; i++) {
        struct port_ref port = {.sw = sw, .port = outputs[i].port};
        way->unknown = port.port == PORT_FLOOD || port.port == PORT_ALL ? UNKNOWN_FLOOD : NULL;
        if (!path_no_exit(network, port)) {
            outputs[way->n_outputs++] = outputs[i];
        }
    }
    if (way->n_outputs > PATH_OUTPUTS) {
        way->unknown = "it sends more than 1024 packets at once";
    }
}

/* The same of a choice of the switch's. */
static int keep_leaving_ways(const struct path_network *network, size_t sw,
                             struct base_arena *arena, struct space_behavior *out)
{
    struct space_behavior ways[SPACE_WAYS_MAX];
    for (size_t i = 0; i < out->n_ways; i++) {
        ways[i] = out->ways[i];
        keep_leaving(network, sw, &ways[i]);
        if (ways[i].unknown) {
            *out = ways[i];
            return 0;
        }
    }
    return space_behavior_of_ways(ways, out->n_ways, arena, out);
}

int path_behavior(const struct path_network *network, struct port_ref in,
                  const struct action *actions, size_t n_actions, struct base_arena *arena,
                  struct space_behavior *out)
{
    const struct path_switch *sw = &network->switches[in.sw];
    return space_behavior(actions, n_actions, in.port, sw->ports, sw->n_ports, arena, out);
}

/* As path_outputs_of, but NORMAL is an output among others. */
static int compared_outputs_of(const struct path_network *network, size_t at, size_t entry,
                               const struct match *within, struct base_arena *arena,
                               struct space_behavior *out)
{
    struct port_ref in = {.sw = at, .port = within->value.in_port};
    const struct path_switch *sw = &network->switches[in.sw];
    const struct flow_entry *flow = &sw->flows->entries[entry];
    *out = (struct space_behavior){
        .unknown = sw->declared ? NULL : space_table_open(&network->tables[in.sw], entry, within)};
    if (out->unknown) {
        return 0;
    }
    if (sw->declared && flow->priority == PATH_UNLISTED) {
        *out = (struct space_behavior){.unknown = "the expectation does not list this port"};
        return 0;
    }
    if (path_behavior(network, in, flow->actions, flow->n_actions, arena, out) < 0) {
        return -1;
    }
    if (!out->unknown) {
        keep_leaving(network, in.sw, out);
    }
    return out->n_ways > 0 ? keep_leaving_ways(network, in.sw, arena, out) : 0;
}

int path_outputs_of(const struct path_network *network, struct port_ref in, size_t entry,
                    struct base_arena *arena, struct space_behavior *out)
{
    struct match at_port = match_in_port(in.port);
    return path_outputs_within(network, in.sw, entry, &at_port, arena, out);
}

int path_outputs_within(const struct path_network *network, size_t sw, size_t entry,
                        const struct match *within, struct base_arena *arena,
                        struct space_behavior *out)
{
    int status = compared_outputs_of(network, sw, entry, within, arena, out);
    if (status == 0 && !out->unknown && space_behavior_has(out, PORT_NORMAL)) {
        out->unknown = path_normal;
    }
    return status;
}

bool path_is_conditional(const struct path_network *network, size_t sw, size_t entry)
{
    const struct flow_entry *flow = &network->switches[sw].flows->entries[entry];
    return !network->switches[sw].declared && flow->table_id == 0 && flow_open(flow) &&
           !instructions_open(flow->instructions);
}

/* ----------------------------------------------------------------- competition */

enum space_answer path_compete(const struct path_network *network, struct port_ref in, size_t a,
                               size_t b, struct space_region *region, size_t *budget,
                               struct space_difference *difference)
{
    const uint32_t *ids = network->tables[in.sw].action_ids;
    struct base_arena arena = {0};
    struct space_behavior x, y;
    struct space_difference other;
    enum space_answer answer = SPACE_OPEN;
    if (ids[a] == ids[b]) {
        return SPACE_EMPTY;
    }
    if (compared_outputs_of(network, in.sw, a, &region->cube, &arena, &x) == 0 &&
        compared_outputs_of(network, in.sw, b, &region->cube, &arena, &y) == 0) {
        difference = difference ? difference : &other;
        if (!space_behavior_open(&x) && !space_behavior_open(&y)) {
            answer = space_differ(region, &x, &y, budget, difference);
        } else {
            *difference = (struct space_difference){.within = region->cube, .is_whole = true};
            answer = space_region_find(region, budget, &difference->example);
        }
    }
    base_arena_free(&arena);
    return answer;
}

struct looking {
    const struct path_network *network;
    size_t sw;
};

static bool do_the_same(void *aux, size_t a, size_t b, const struct header *header)
{
    const struct looking *looking = aux;
    struct port_ref in = {.sw = looking->sw, .port = header->in_port};
    struct space_region region = {.cube = match_exactly(header)};
    size_t budget = BUDGET_UNLIMITED; /* a single header is never split */
    bool same = path_compete(looking->network, in, a, b, &region, &budget, NULL) == SPACE_EMPTY;
    space_region_free(&region);
    return same;
}

struct path_taker path_taker_of(const struct path_network *network, size_t sw,
                                const struct header *header)
{
    struct looking looking = {.network = network, .sw = sw};
    const struct flow_table *flows = network->switches[sw].flows;
    struct path_taker taker = {.entry = ENTRY_NONE};
    if (!flows) {
        taker.open = network->switches[sw].unknown;
        return taker;
    }
    if (space_table_prepare(&network->tables[sw]) < 0) {
        taker.open = path_no_memory;
        return taker;
    }
    bool compete;
    struct match packet = match_exactly(header);
    taker.entry = space_table_lookup(&network->tables[sw], header, do_the_same, &looking, &compete);
    taker.open = taker.entry == ENTRY_NONE
                     ? NULL
                     : space_table_open(&network->tables[sw], taker.entry, &packet);
    if (!taker.open && compete) {
        taker.open = SPACE_COMPETITION;
    }
    return taker;
}

/* ------------------------------------------------------------------ one packet */

static struct space_emission emit(const struct space_output *output, const struct header *header)
{
    return (struct space_emission){.port = output->port,
                                   .max_len = output->max_len,
                                   .queued = output->queued,
                                   .queue_id = output->queue_id,
                                   .header = space_rewritten(&output->rewrite, header)};
}

/* How many of the first n outputs are this one. */
static size_t count_alike(const struct space_behavior *way, size_t n,
                          const struct space_output *output)
{
    size_t n_alike = 0;
    for (size_t i = 0; i < n; i++) {
        n_alike += space_output_compare(&way->outputs[i], output) == 0;
    }
    return n_alike;
}

/* How often each of these ways, and one of them, sends this. */
static void count_in_ways(const struct space_behavior *ways, size_t n_ways,
                          const struct space_output *output, size_t *least, size_t *most)
{
    *least = SIZE_MAX;
    *most = 0;
    for (size_t w = 0; w < n_ways; w++) {
        size_t n = count_alike(&ways[w], ways[w].n_outputs, output);
        *least = n < *least ? n : *least;
        *most = n > *most ? n : *most;
    }
}

/* What all ways send, and, behind that, what only some of them do. More than there is room for, or
 * NORMAL among it: nothing. */
static void tell_ways(const struct space_behavior *behavior, const struct header *header,
                      struct space_emission out[PATH_OUTPUTS], struct path_step *step)
{
    size_t n = 0, least, most;
    for (int chosen = 0; chosen < 2; chosen++) {
        for (size_t w = 0; w < behavior->n_ways; w++) {
            const struct space_behavior *way = &behavior->ways[w];
            for (size_t i = 0; i < way->n_outputs; i++) {
                const struct space_output *output = &way->outputs[i];
                size_t nth = count_alike(way, i, output);
                count_in_ways(behavior->ways, behavior->n_ways, output, &least, &most);
                bool is_common = nth < least;
                count_in_ways(behavior->ways, w, output, &least, &most);
                if (nth < most || is_common == (chosen > 0)) {
                    continue; /* an earlier way sent as many */
                }
                if (n == PATH_OUTPUTS || output->port == PORT_NORMAL) {
                    step->n_told = step->n_chosen = 0;
                    return;
                }
                out[n++] = emit(output, header);
                step->n_told += chosen == 0;
                step->n_chosen += chosen > 0;
            }
        }
    }
}

/* The way that is taken, in place of all. */
static void take_way(struct space_choices *choices, struct space_behavior *behavior)
{
    size_t taken = space_choices_take(choices, behavior->n_ways);
    *behavior = taken < behavior->n_ways ? behavior->ways[taken]
                                         : (struct space_behavior){.unknown = path_choices};
}

/* Entries of one rank that take a packet, each with what it does. */
struct competing {
    const struct path_network *network;
    const struct header *header;
    size_t sw;
    struct base_arena *arena;
    struct space_behavior ways[SPACE_WAYS_MAX];
    size_t n_ways;
    bool failed; /* more than these, or one of which it is not known what it does */
};

static bool add_competitor(void *aux, uint32_t entry, const struct match *match)
{
    struct competing *competing = aux;
    const struct path_network *network = competing->network;
    size_t sw = competing->sw;
    struct match packet = match_exactly(competing->header);
    struct space_behavior does;
    (void)match;
    if (!space_table_takes(&network->tables[sw], entry, competing->header)) {
        return true;
    }
    competing->failed =
        flow_open(&network->switches[sw].flows->entries[entry]) ||
        compared_outputs_of(network, sw, entry, &packet, competing->arena, &does) < 0 ||
        space_behavior_open(&does) || competing->n_ways + does.n_ways >= SPACE_WAYS_MAX;
    for (size_t i = 0; i < does.n_ways && !competing->failed; i++) {
        competing->ways[competing->n_ways++] = does.ways[i];
    }
    if (!competing->failed && does.n_ways == 0) {
        competing->ways[competing->n_ways++] = does;
    }
    return !competing->failed;
}

/* What one of the entries does that compete for the packet. False: that is not known. */
static bool find_rivals(const struct path_network *network, size_t sw, const struct header *header,
                        const struct path_step *step, struct base_arena *arena,
                        struct space_behavior *out)
{
    struct competing competing = {.network = network, .header = header, .sw = sw, .arena = arena};
    struct match packet = match_exactly(header);
    uint32_t rank = space_rank(&network->switches[sw].flows->entries[step->taker.entry]);
    size_t budget = BUDGET_UNLIMITED; /* one look through the table */
    return strcmp(step->open, SPACE_COMPETITION) == 0 &&
           space_table_overlapping(&network->tables[sw], &packet, rank, rank, &budget,
                                   add_competitor, &competing) &&
           !competing.failed && competing.n_ways > 0 &&
           space_behavior_of_ways(competing.ways, competing.n_ways, arena, out) == 0;
}

void path_step(const struct path_network *network, size_t sw, const struct header *header,
               struct space_emission out[PATH_OUTPUTS], struct path_step *step)
{
    path_step_chosen(network, sw, header, NULL, out, step);
}

void path_step_chosen(const struct path_network *network, size_t sw, const struct header *header,
                      struct space_choices *choices, struct space_emission out[PATH_OUTPUTS],
                      struct path_step *step)
{
    struct port_ref in = {.sw = sw, .port = header->in_port};
    struct base_arena arena = {0};
    struct space_behavior behavior;
    *step =
        (struct path_step){.taker = {.entry = ENTRY_NONE}, .refused = path_no_entry(network, in)};
    if (!step->refused) {
        step->taker = path_taker_of(network, sw, header);
    }
    step->open = step->taker.open;
    bool compete = choices && choices->rivals && step->taker.entry != ENTRY_NONE && step->open &&
                   find_rivals(network, sw, header, step, &arena, &behavior);
    if (step->taker.entry == ENTRY_NONE || (step->open && !compete)) {
        base_arena_free(&arena);
        return;
    }
    struct match packet = match_exactly(header);
    if (!compete &&
        compared_outputs_of(network, sw, step->taker.entry, &packet, &arena, &behavior) < 0) {
        behavior.unknown = path_no_memory;
    }
    if (choices && behavior.n_ways > 0) {
        take_way(choices, &behavior);
    }
    bool tells = (!behavior.unknown || behavior.unknown == path_several) &&
                 behavior.n_outputs <= PATH_OUTPUTS;
    bool normal = !behavior.unknown && space_behavior_has(&behavior, PORT_NORMAL);
    step->n_told = tells ? behavior.n_outputs : 0;
    step->open = normal ? path_normal : behavior.unknown;
    step->n_sent = step->open ? 0 : step->n_told;
    for (size_t i = 0; i < step->n_told; i++) {
        out[i] = emit(&behavior.outputs[i], header);
    }
    if (behavior.n_ways > 0) {
        tell_ways(&behavior, header, out, step);
    }
    base_arena_free(&arena);
}

/* What one network does with one packet at the switch. */
static int treatment_of(const struct path_network *network, size_t sw, const struct header *header,
                        struct base_arena *arena, struct space_behavior *out)
{
    struct port_ref in = {.sw = sw, .port = header->in_port};
    *out = (struct space_behavior){0};
    if (path_no_entry(network, in)) {
        return 0;
    }
    struct path_taker taker = path_taker_of(network, sw, header);
    struct match packet = match_exactly(header);
    out->unknown = taker.open;
    return taker.open || taker.entry == ENTRY_NONE
               ? 0
               : compared_outputs_of(network, sw, taker.entry, &packet, arena, out);
}

bool path_treat_alike(const struct path_network *a, const struct path_network *b, size_t sw,
                      const struct header *header)
{
    struct base_arena arena = {0};
    struct space_behavior x, y;
    struct space_region region = {.cube = match_exactly(header)};
    struct space_difference where;
    size_t budget = BUDGET_UNLIMITED; /* a single header is never split */
    bool alike = treatment_of(a, sw, header, &arena, &x) == 0 &&
                 treatment_of(b, sw, header, &arena, &y) == 0 && !x.unknown && !y.unknown &&
                 space_differ(&region, &x, &y, &budget, &where) == SPACE_EMPTY;
    base_arena_free(&arena);
    return alike;
}
