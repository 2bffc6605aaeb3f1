/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a frame of some host can reach an entry, decided backwards from the entry. */
#include "path/backward.h"

#include "path/alike.h"
#include "space/table.h"

#include <stdlib.h>

enum {
    DEPTH_MAX = PATH_DEPTH, /* switches on a way; longer ones are not looked for */
    TRIES_MAX = 4096        /* frames for one entry that turn out not to do */
};

/* Packets at a port whose origin has been looked for. */
struct seen {
    const struct seen *next;
    struct port_ref port;
    struct match cube;
    const struct match *const *excluded;
    const struct space_cut *cuts;
    size_t n_excluded, n_cuts;
};

struct search {
    const struct path_network *network;
    const bool *sends;
    size_t *budget;
    struct path_origin *reach;
    const struct path_target *target;
    struct base_arena arena;
    const struct seen *seen;
    size_t depth, n_tries;
    bool any;               /* any frame that reaches the entry will do */
    bool none;              /* it is known that no frame does */
    bool open;              /* something was left undecided */
    struct path_walk *walk; /* scratch: the frame that was followed last */
};

/* Packets of the region that enter by this port, by which some may, are wanted: can they come? */
static enum space_answer come_from(struct search *search, struct port_ref in,
                                   struct space_region *region);

static const struct path_watch until_loop = {.stops = true};

static enum space_answer undecided(struct search *search)
{
    search->open = true;
    return SPACE_EMPTY;
}

/* What the entry takes of the packets in the region (in_port fixed); one of them (may be NULL). */
static enum space_answer effective(const struct path_network *network, size_t sw, size_t entry,
                                   size_t *budget, struct space_region *region,
                                   struct header *example)
{
    enum space_answer answer = space_table_exclude(&network->tables[sw], entry, region, budget);
    return answer == SPACE_FOUND ? space_region_find(region, budget, example) : answer;
}

/* The cube without in_port, carried back through the rewrite, is taken away from `region`, but for
 * these holes. */
static enum space_answer exclude_back(struct search *search, const struct space_rewrite *rewrite,
                                      const struct match *cube, const struct space_holes *holes,
                                      struct space_region *region)
{
    struct match excluded = *cube;
    struct match *back = base_arena_alloc(&search->arena, 2 * sizeof *back);
    excluded.value.in_port = excluded.mask.in_port = 0;
    size_t n = back ? space_preimage(rewrite, &excluded, back) : 0;
    enum space_answer answer = back ? SPACE_FOUND : SPACE_OPEN;
    for (size_t i = 0; i < n && answer == SPACE_FOUND; i++) {
        answer = space_leave_cut(region, &back[i], holes, NULL);
    }
    return answer;
}

/* Holes of packets that enter by in_port, carried back. -1 without memory. */
static int carry_holes(struct search *search, const struct space_rewrite *rewrite, uint16_t in_port,
                       const struct space_holes *holes, const struct space_holes **carried)
{
    for (; holes; holes = holes->next) {
        struct space_holes *back = base_arena_alloc(&search->arena, sizeof *back);
        if (!back || space_preimage_holes(rewrite, holes, in_port, &search->arena, back) < 0) {
            return -1;
        }
        back->next = *carried;
        *carried = back;
    }
    return 0;
}

/* What is not in `from`, carried back through the rewrite, is taken away from `region`. */
static enum space_answer exclude_carried(struct search *search, const struct space_rewrite *rewrite,
                                         const struct space_region *from,
                                         struct space_region *region)
{
    enum space_answer answer = SPACE_FOUND;
    for (size_t i = 0; i < from->n_excluded && answer == SPACE_FOUND; i++) {
        answer = exclude_back(search, rewrite, from->excluded[i], NULL, region);
    }
    for (size_t i = 0; i < from->n_cuts && answer == SPACE_FOUND; i++) {
        const struct space_cut *cut = &from->cuts[i];
        const struct space_holes *holes = NULL;
        answer = carry_holes(search, rewrite, from->cube.value.in_port, cut->holes, &holes) < 0
                     ? SPACE_OPEN
                     : exclude_back(search, rewrite, cut->cube, holes, region);
    }
    return answer;
}

/* Packets in `cube` that entry `f` takes at `in` and sends where they become
 * those of `wanted`. */
static enum space_answer through(struct search *search, struct port_ref in, size_t f,
                                 const struct space_rewrite *rewrite, const struct match *cube,
                                 const struct space_region *wanted)
{
    struct space_region region = {.cube = *cube};
    enum space_answer answer = exclude_carried(search, rewrite, wanted, &region);
    if (answer == SPACE_FOUND) {
        answer = effective(search->network, in.sw, f, search->budget, &region, NULL);
    }
    if (answer == SPACE_FOUND) {
        answer = come_from(search, in, &region);
    }
    space_region_free(&region);
    return answer == SPACE_OPEN ? undecided(search) : answer;
}

/* Whether the actions may send by this port at all: a glance before the work. */
static bool may_send(const struct flow_entry *flow, uint16_t out, uint16_t in_port)
{
    for (size_t i = 0; i < flow->n_actions; i++) {
        const struct action *action = &flow->actions[i];
        if (action->type == ACTION_VENDOR || action->type == ACTION_UNKNOWN ||
            action->type == ACTION_GROUP || action->type == ACTION_OPEN ||
            (action_sends(action) &&
             (action->port == out || action->port == PORT_FLOOD || action->port == PORT_ALL ||
              action->port == PORT_NORMAL || action->port == PORT_TABLE ||
              (action->port == PORT_IN_PORT && in_port == out)))) {
            return true;
        }
    }
    return false;
}

/* The packets of a cube, whatever they have in these bits, as they enter by this port. */
static struct match before_rewrite(const struct match *cube, const struct header *rewritten,
                                   uint16_t in_port)
{
    struct match before = {.value = cube->value, .mask = header_without(&cube->mask, rewritten)};
    before.value.in_port = in_port;
    before.mask.in_port = UINT16_MAX;
    match_normalize(&before);
    return before;
}

/* Nobody knows what an entry does; if it takes any of these packets at all. */
static enum space_answer through_unknown(struct search *search, struct port_ref in, size_t f,
                                         const struct match *before)
{
    struct space_region region = {0};
    const struct flow_entry *flow = &search->network->switches[in.sw].flows->entries[f];
    bool any = match_intersect(before, &flow->match, &region.cube) &&
               effective(search->network, in.sw, f, search->budget, &region, NULL) != SPACE_EMPTY;
    space_region_free(&region);
    return any ? undecided(search) : SPACE_EMPTY;
}

/* Packets that entry `f` takes at `in` and sends by `out`, as those of `wanted`. */
static enum space_answer through_entry(struct search *search, struct port_ref in, size_t f,
                                       uint16_t out, const struct space_region *wanted)
{
    const struct flow_entry *flow = &search->network->switches[in.sw].flows->entries[f];
    struct header rewritten = path_rewritten_by(flow);
    struct match before = before_rewrite(&wanted->cube, &rewritten, in.port), taken;
    struct match in_port = match_in_port(in.port), target = wanted->cube;
    struct space_behavior behavior;
    if (!may_send(flow, out, in.port) || !match_overlaps(&flow->match, &before) ||
        !match_intersect(&flow->match, &in_port, &taken)) {
        return SPACE_EMPTY;
    }
    if (path_outputs_of(search->network, in, f, &search->arena, &behavior) < 0) {
        return undecided(search);
    }
    if (behavior.unknown) {
        return through_unknown(search, in, f, &before);
    }
    target.value.in_port = target.mask.in_port = 0;
    enum space_answer answer = SPACE_EMPTY;
    for (size_t i = 0; i < behavior.n_outputs && answer != SPACE_FOUND; i++) {
        struct match back[2];
        const struct space_rewrite *rewrite = &behavior.outputs[i].rewrite;
        size_t n = behavior.outputs[i].port == out ? space_preimage(rewrite, &target, back) : 0;
        for (size_t j = 0; j < n && answer != SPACE_FOUND; j++) {
            struct match cube;
            if (match_intersect(&back[j], &taken, &cube)) {
                answer = through(search, in, f, rewrite, &cube, wanted);
            }
        }
    }
    return answer;
}

/* Packets that enter a switch and leave it by `out`. */
static enum space_answer through_switch(struct search *search, struct port_ref in, uint16_t out,
                                        const struct space_region *wanted)
{
    const struct path_network *network = search->network;
    struct match before = before_rewrite(&wanted->cube, &network->rewritten[in.sw], in.port);
    struct space_overlapping found = {0};
    enum space_answer answer = SPACE_EMPTY;
    if (space_list_overlapping(&network->tables[in.sw], &before, 0, UINT32_MAX, search->budget,
                               &found) < 0) {
        answer = undecided(search);
    }
    for (size_t i = 0; i < found.n_entries && answer != SPACE_FOUND; i++) {
        answer = through_entry(search, in, found.entries[i], out, wanted);
    }
    free(found.entries);
    return answer;
}

/* Whether a packet may enter here: there is somebody who sends, and the port lets it in. */
static bool may_enter(const struct search *search, struct port_ref in)
{
    struct peer peer = path_network_peer(search->network, in);
    bool is_silent = peer.kind == PEER_HOST && search->sends && !search->sends[peer.host];
    return peer.kind != PEER_NONE && !is_silent && !path_no_entry(search->network, in);
}

/* Packets that leave a switch by `out`: from its hosts first, then from others. */
static enum space_answer come_through(struct search *search, struct port_ref out,
                                      const struct space_region *wanted)
{
    const struct path_network *network = search->network;
    enum space_answer answer = SPACE_EMPTY;
    if (!network->switches[out.sw].flows || search->depth == DEPTH_MAX) {
        return undecided(search);
    }
    if (path_no_exit(network, out)) {
        return SPACE_EMPTY;
    }
    search->depth++;
    for (int hosts = 1; hosts >= 0; hosts--) {
        size_t end = network->begins[out.sw + 1];
        for (size_t i = network->begins[out.sw]; i < end && answer != SPACE_FOUND; i++) {
            const struct path_cable *in = &network->cables[i];
            if ((in->peer.kind == PEER_HOST) == hosts && may_enter(search, in->port)) {
                answer = through_switch(search, in->port, out.port, wanted);
            }
        }
    }
    search->depth--;
    return answer;
}

/* Why the frame that was followed exercises nothing. -1: it was not followed to its end for want of
 * memory. */
static int reject(const struct search *search, struct path_origin *why)
{
    const struct path_walk *walk = search->walk;
    for (size_t i = 0; i < walk->n_hops; i++) {
        if (walk->hops[i].open == path_no_memory) {
            return -1;
        }
    }
    why->competes = why->competes || walk->ends;
    why->loops = why->loops || walk->loops;
    why->too_far = why->too_far || (!walk->ends && !walk->loops);
    return 0;
}

/* Finds a header of the cube, and in none of those that are excluded, which
 * exercises the entry and stops, if it enters by `in`. Of those that do not, it
 * tells why. (The region's cube holds the other one. Its excluded cubes are
 * used as a stack.) */
static enum space_answer sift(struct search *search, struct port_ref in, const struct match *cube,
                              struct space_region *region, struct header *header,
                              struct path_origin *why);

static int exclude_copy(struct search *search, struct space_region *region,
                        const struct match *cube)
{
    const struct match *copy = base_arena_copy(&search->arena, cube, sizeof *cube);
    return copy ? space_exclude(region, copy) : -1;
}

/* The header that was followed will not do: nor will those that share its fate. They are excluded;
 * those that differ from them in that another entry takes them are looked through now. */
static enum space_answer sift_others(struct search *search, struct port_ref in,
                                     const struct match *cube, struct space_region *region,
                                     struct header *header, struct path_origin *why)
{
    struct path_alike alike;
    struct match kin, part;
    size_t n_excluded = region->n_excluded;
    enum space_answer answer = SPACE_EMPTY;
    path_alike(search->network, search->walk, search->budget, &alike);
    bool is_one = match_intersect(cube, &alike.cube, &kin);
    for (size_t i = 0; i < alike.n_less && is_one && answer == SPACE_EMPTY; i++) {
        if (match_intersect(&kin, &alike.less[i], &part)) {
            answer = sift(search, in, &part, region, header, why);
            answer = answer == SPACE_EMPTY && exclude_copy(search, region, &part) < 0 ? SPACE_OPEN
                                                                                      : answer;
        }
    }
    region->n_excluded = n_excluded;
    if (answer == SPACE_EMPTY && exclude_copy(search, region, &alike.cube) < 0) {
        answer = SPACE_OPEN;
    }
    free(alike.less);
    return answer;
}

static enum space_answer sift(struct search *search, struct port_ref in, const struct match *cube,
                              struct space_region *region, struct header *header,
                              struct path_origin *why)
{
    const struct path_target *target = search->target;
    size_t n_excluded = region->n_excluded;
    enum space_answer answer = SPACE_EMPTY;
    while (answer == SPACE_EMPTY) {
        answer = space_region_find_in(region, cube, search->budget, header);
        if (answer != SPACE_FOUND || search->any) {
            break;
        }
        path_follow(search->network, in, header, &until_loop, search->walk);
        if (search->walk->ends &&
            path_walk_exercises(search->walk, target->sw, target->entry, target->within)) {
            break;
        }
        if (search->n_tries == 0 || reject(search, why) < 0) {
            answer = SPACE_OPEN;
            break;
        }
        search->n_tries--;
        answer = sift_others(search, in, cube, region, header, why);
    }
    region->n_excluded = n_excluded;
    return answer;
}

/* Whether what is in some holes, and in the cube, is in others. */
static bool holes_hold(const struct space_holes *inner, const struct space_holes *outer,
                       const struct match *cube)
{
    bool hold = true;
    for (; inner && inner != outer && hold; inner = inner->next) {
        for (size_t i = 0; i < inner->n_cubes && hold; i++) {
            struct match part;
            hold = !match_intersect(&inner->cubes[i], cube, &part);
            for (const struct space_holes *at = outer; at && !hold; at = at->next) {
                for (size_t j = 0; j < at->n_cubes && !hold; j++) {
                    hold = match_within(&part, &at->cubes[j]);
                }
            }
        }
    }
    return hold;
}

/* Whether the region surely has nothing of a cube, but for what is in these holes. */
static bool surely_leaves(const struct space_region *region, const struct match *cube,
                          const struct space_holes *holes)
{
    struct match part;
    bool leaves = !match_intersect(cube, &region->cube, &part);
    for (size_t i = 0; i < region->n_excluded && !leaves; i++) {
        leaves = match_within(&part, region->excluded[i]);
    }
    for (size_t i = 0; i < region->n_cuts && !leaves; i++) {
        leaves = match_within(&part, region->cuts[i].cube) &&
                 holes_hold(region->cuts[i].holes, holes, &part);
    }
    return leaves;
}

/* Whether each packet of the region was looked for then. */
static bool holds(const struct seen *seen, struct port_ref in, const struct space_region *region)
{
    bool holds = seen->port.sw == in.sw && seen->port.port == in.port &&
                 match_within(&region->cube, &seen->cube);
    for (size_t i = 0; i < seen->n_excluded && holds; i++) {
        holds = surely_leaves(region, seen->excluded[i], NULL);
    }
    for (size_t i = 0; i < seen->n_cuts && holds; i++) {
        holds = surely_leaves(region, seen->cuts[i].cube, seen->cuts[i].holes);
    }
    return holds;
}

/* Whether each packet of the region was looked for before, here. If not, it is now. */
static int has_seen(struct search *search, struct port_ref in, const struct space_region *region,
                    bool *seen)
{
    *seen = false;
    for (const struct seen *s = search->seen; s && !*seen; s = s->next) {
        *seen = holds(s, in, region);
        *search->budget -= *search->budget > 0;
    }
    if (*seen) {
        return 0;
    }
    struct seen *now = base_arena_alloc(&search->arena, sizeof *now);
    const struct match **excluded =
        base_arena_copy(&search->arena, region->excluded, region->n_excluded * sizeof(*excluded));
    struct space_cut *cuts =
        base_arena_copy(&search->arena, region->cuts, region->n_cuts * sizeof *cuts);
    if (!now || (region->n_excluded && !excluded) || (region->n_cuts && !cuts)) {
        return -1;
    }
    *now = (struct seen){search->seen,  in, region->cube, excluded, cuts, region->n_excluded,
                         region->n_cuts};
    search->seen = now;
    return 0;
}

static enum space_answer come_from(struct search *search, struct port_ref in,
                                   struct space_region *region)
{
    struct peer peer = path_network_peer(search->network, in);
    if (peer.kind == PEER_HOST) {
        search->reach->host = peer.host;
        return sift(search, in, &region->cube, region, &search->reach->header, search->reach);
    }
    bool seen;
    if (has_seen(search, in, region, &seen) < 0) {
        return undecided(search);
    }
    return seen ? SPACE_EMPTY : come_through(search, peer.port, region);
}

/* The cube of the target's packets. */
static bool cube_of(const struct path_network *network, const struct path_target *target,
                    struct match *cube)
{
    *cube = network->switches[target->sw].flows->entries[target->entry].match;
    return !target->within || match_intersect(cube, &target->within->cube, cube);
}

/* Whether one hole holds all of the cube. */
static bool is_in_hole(const struct space_holes *holes, const struct match *cube)
{
    bool in = false;
    for (; holes && !in; holes = holes->next) {
        for (size_t i = 0; i < holes->n_cubes && !in; i++) {
            in = match_within(cube, &holes->cubes[i]);
        }
    }
    return in;
}

/* An entry that goes before the target and takes some of its packets; all, if
 * there is such a one. `*surely` becomes false where it is not known which of them one takes. */
static size_t name_hider(struct search *search, bool *surely)
{
    const struct path_target *target = search->target;
    struct space_table *table = &search->network->tables[target->sw];
    const struct flow_entry *flows = table->flows->entries;
    struct space_overlapping found = {0};
    size_t some = target->within ? target->entry : ENTRY_NONE;
    struct match cube, part;
    cube_of(search->network, target, &cube);
    for (size_t i = 0; target->within && i < target->within->n_excluded; i++) {
        if (match_within(&cube, target->within->excluded[i])) {
            return target->entry;
        }
    }
    space_list_overlapping(table, &cube, space_rank(&flows[target->entry]), UINT32_MAX,
                           search->budget, &found);
    for (size_t i = 0; i < found.n_entries; i++) {
        size_t entry = found.entries[i];
        const struct space_holes *holes = space_table_holes(table, entry);
        if (!space_table_precedes(table, entry, target->entry) ||
            !match_intersect(&cube, &flows[entry].match, &part) || is_in_hole(holes, &part)) {
            continue;
        }
        if (match_equal(&part, &cube) && !space_holes_meet(holes, NULL, &cube)) {
            some = entry;
            break;
        }
        some = some == ENTRY_NONE || some == target->entry ? entry : some;
        *surely = *surely && !flow_open(&flows[entry]);
    }
    *surely = *surely && (some == ENTRY_NONE || !flow_open(&flows[some]));
    free(found.entries);
    return some;
}

/* None of the region's packets would do, wherever they come from. If any can
 * come, that is why there is no frame. */
static void tell_why(struct search *search, struct port_ref in, struct space_region *region,
                     const struct path_origin *why)
{
    struct path_origin *reach = search->reach;
    const struct seen *seen = search->seen;
    search->any = true;
    bool is_told = reach->loops || reach->competes || reach->too_far;
    if (!is_told && come_from(search, in, region) == SPACE_FOUND) {
        reach->loops = why->loops;
        reach->competes = why->competes;
        reach->too_far = why->too_far;
    }
    search->any = false;
    search->seen = seen;
}

/* And that enter by this port. */
static bool cube_at(const struct path_network *network, const struct path_target *target,
                    uint16_t port, struct match *cube)
{
    struct match in_port = match_in_port(port);
    return cube_of(network, target, cube) && match_intersect(cube, &in_port, cube);
}

/* The target's packets that enter by one port. */
static enum space_answer reach_by(struct search *search, struct port_ref in)
{
    struct match in_port = match_in_port(in.port);
    struct space_region region = {0};
    const struct path_network *network = search->network;
    size_t entry = search->target->entry;
    struct path_origin why = {0};
    struct header header;
    if (!cube_at(network, search->target, in.port, &region.cube)) {
        return SPACE_EMPTY;
    }
    const struct space_region *within = search->target->within;
    enum space_answer answer = within ? space_leave_region(&region, within) : SPACE_FOUND;
    answer = answer == SPACE_FOUND ? effective(network, in.sw, entry, search->budget, &region, NULL)
                                   : answer;
    if (answer == SPACE_FOUND) {
        search->reach->is_hidden = false;
        bool open = space_table_open(&network->tables[in.sw], entry, &in_port) != NULL;
        answer = search->none ? SPACE_EMPTY : open ? SPACE_OPEN : SPACE_FOUND;
    }
    if (answer == SPACE_FOUND) {
        bool enters = may_enter(search, in);
        answer = enters ? sift(search, in, &region.cube, &region, &header, &why) : SPACE_EMPTY;
        if (answer == SPACE_FOUND) {
            answer = come_from(search, in, &region);
        } else if (answer == SPACE_EMPTY && enters) {
            tell_why(search, in, &region, &why);
        }
    }
    space_region_free(&region);
    return answer == SPACE_OPEN ? undecided(search) : answer;
}

static enum space_answer search_all(struct search *search)
{
    const struct path_network *network = search->network;
    size_t sw = search->target->sw, end = network->begins[sw + 1];
    const struct flow_entry *flow = &network->switches[sw].flows->entries[search->target->entry];
    struct match cube;
    enum space_answer answer = SPACE_EMPTY;
    if (flow->table_id != 0) {
        return SPACE_OPEN; /* how packets get to other tables is not known */
    }
    if (!cube_of(network, search->target, &cube)) {
        return SPACE_EMPTY;
    }
    search->reach->is_hidden = cube.mask.in_port || network->begins[sw] < end;
    if (cube.mask.in_port) {
        return reach_by(search, (struct port_ref){sw, cube.value.in_port});
    }
    for (size_t i = network->begins[sw]; i < end && answer != SPACE_FOUND; i++) {
        answer = reach_by(search, network->cables[i].port);
    }
    return answer;
}

static enum space_answer look(struct search *search)
{
    struct path_origin *reach = search->reach;
    *reach = (struct path_origin){.hidden_by = ENTRY_NONE};
    enum space_answer answer = search_all(search);
    base_arena_free(&search->arena);
    if (answer != SPACE_FOUND && (search->open || reach->too_far)) {
        return SPACE_OPEN;
    }
    if (answer != SPACE_FOUND && reach->is_hidden) {
        bool surely = true;
        reach->hidden_by = name_hider(search, &surely);
        reach->is_hidden = reach->hidden_by != ENTRY_NONE && surely;
        answer = surely ? answer : SPACE_OPEN;
    }
    return answer;
}

enum space_answer path_origin_of_entry(const struct path_network *network, const bool *sends,
                                       const struct path_target *target, size_t *budget,
                                       struct path_origin *reach)
{
    struct path_walk walk;
    struct search search = {.network = network,
                            .walk = &walk,
                            .sends = sends,
                            .budget = budget,
                            .reach = reach,
                            .target = target,
                            .n_tries = TRIES_MAX};
    return look(&search);
}

enum space_answer path_origin_none(const struct path_network *network,
                                   const struct path_target *target, size_t *budget,
                                   struct path_origin *reach)
{
    struct search search = {
        .network = network, .budget = budget, .reach = reach, .target = target, .none = true};
    return look(&search);
}

enum space_answer path_origin_sample(const struct path_network *network,
                                     const struct path_target *target, uint16_t in_port,
                                     size_t *budget, struct header *header)
{
    struct space_region region = {0};
    if (!cube_at(network, target, in_port, &region.cube) || !space_member(&region.cube, header)) {
        return SPACE_EMPTY;
    }
    bool is_in = !target->within || space_region_has(target->within, header);
    if (is_in && path_taker_of(network, target->sw, header).entry == target->entry) {
        return SPACE_FOUND;
    }
    enum space_answer answer =
        target->within ? space_leave_region(&region, target->within) : SPACE_FOUND;
    if (answer == SPACE_FOUND) {
        answer = effective(network, target->sw, target->entry, budget, &region, header);
    }
    space_region_free(&region);
    return answer;
}
