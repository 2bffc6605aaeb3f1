/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/trail.h"

#include "judge/overlap.h"
#include "space/rewrite.h"

#include <stdlib.h>

/* -------------------------------------------------------------- following */

/* Whether this copy has been here before, on its own way. */
static bool comes_back(const struct judge_trail *trail, const struct judge_visit *visit)
{
    for (uint32_t i = visit->previous; i != JUDGE_NOBODY; i = trail->visits[i].previous) {
        const struct judge_visit *before = &trail->visits[i];
        if (before->sw == visit->sw &&
            memcmp(&before->header, &visit->header, sizeof visit->header) == 0) {
            return true;
        }
    }
    return false;
}

/* A copy enters a switch. */
static void enter(struct judge_trail *trail, struct port_ref in, const struct header *header,
                  uint32_t previous)
{
    if (trail->n_visits == JUDGE_TRAIL_MAX) {
        trail->ends = false;
        return;
    }
    struct judge_visit *visit = &trail->visits[trail->n_visits++];
    *visit = (struct judge_visit){
        .header = *header, .sw = (uint32_t)in.sw, .entry = JUDGE_NOBODY, .previous = previous};
    visit->header.in_port = in.port;
    if (comes_back(trail, visit)) {
        trail->ends = false;
    }
}

/* What one copy does at one switch. */
static void forward(const struct judge_tables *tables, struct judge_trail *trail, uint32_t index)
{
    struct space_emission out[JUDGE_TRAIL_MAX];
    struct judge_visit *visit = &trail->visits[index];
    const struct switch_state *state = tables->states[visit->sw];
    const char *reason;
    if (!state || !judge_port_receives(state, visit->header.in_port)) {
        return;
    }
    size_t entry =
        space_table_lookup(&tables->tables[visit->sw], &visit->header, &visit->ambiguous);
    visit->entry = entry == SIZE_MAX ? JUDGE_NOBODY : (uint32_t)entry;
    int n = judge_apply_entry(state, entry, visit->ambiguous, &visit->header, out, JUDGE_TRAIL_MAX,
                              &reason);
    for (int i = 0; i < n && trail->ends; i++) {
        struct port_ref port = {.sw = visit->sw, .port = out[i].port};
        struct peer peer = judge_tables_peer(tables, port);
        if (peer.kind == PEER_SWITCH) {
            enter(trail, peer.port, &out[i].header, index);
        }
    }
}

void judge_trail_follow(const struct judge_tables *tables, struct port_ref in,
                        const struct header *header, struct judge_trail *trail)
{
    trail->n_visits = 0;
    trail->ends = true;
    enter(trail, in, header, JUDGE_NOBODY);
    uint32_t n_followed = 0;
    while (n_followed < trail->n_visits && trail->ends) {
        forward(tables, trail, n_followed++);
    }
    trail->n_visits = n_followed;
}

bool judge_trail_exercises(const struct judge_trail *trail, size_t sw, size_t entry)
{
    for (size_t i = 0; i < trail->n_visits; i++) {
        const struct judge_visit *visit = &trail->visits[i];
        if (visit->sw == sw && visit->entry == entry && !visit->ambiguous) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ alike */

/* The headers that share the way so far. */
struct kin {
    const struct judge_tables *tables;
    const struct judge_trail *trail;
    size_t *budget;
    struct space_words asked;                /* bits of the header as it is sent that must agree */
    struct space_words set[JUDGE_TRAIL_MAX]; /* by visit: bits that were rewritten before it */
    struct judge_overlap found;
    struct base_arena arena;
};

/* What decides whether the packet has a field that is asked for. */
static void ask_prerequisites(struct header *mask)
{
    if (mask->tp_src | mask->tp_dst) {
        mask->nw_proto = UINT8_MAX;
    }
    if (mask->nw_proto | mask->nw_tos | mask->nw_src | mask->nw_dst) {
        mask->dl_type = UINT16_MAX;
    }
    if (mask->vlan_tci) {
        mask->vlan_tci |= VLAN_TAGGED;
    }
}

/* These bits, as a visit sees them, must agree. */
static void ask(struct kin *kin, size_t visit, const struct header *mask)
{
    struct space_words bits = space_words(mask);
    struct header asked;
    for (int i = 0; i < SPACE_WORDS; i++) {
        bits.word[i] &= ~kin->set[visit].word[i];
    }
    memcpy(&asked, &bits, sizeof asked);
    ask_prerequisites(&asked);
    bits = space_words(&asked);
    for (int i = 0; i < SPACE_WORDS; i++) {
        kin->asked.word[i] |= bits.word[i];
    }
}

/* What is known of the kin where this visit is. */
static struct match here(const struct kin *kin, size_t visit)
{
    struct space_words mask = kin->asked;
    struct match cube = {.value = kin->trail->visits[visit].header};
    for (int i = 0; i < SPACE_WORDS; i++) {
        mask.word[i] |= kin->set[visit].word[i];
    }
    memcpy(&cube.mask, &mask, sizeof mask);
    cube.mask.in_port = UINT16_MAX;
    match_normalize(&cube);
    return cube;
}

/* A bit in which the header differs from `other`; the fields first that others need. */
static struct header difference(const struct header *header, const struct match *other)
{
    static const struct header order[] = {{.vlan_tci = VLAN_TAGGED},
                                          {.dl_type = UINT16_MAX},
                                          {.nw_proto = UINT8_MAX},
                                          {.nw_src = UINT32_MAX, .nw_dst = UINT32_MAX}};
    struct space_words bits = space_words(header), value = space_words(&other->value);
    struct space_words mask = space_words(&other->mask), bit = {{0}};
    struct header found;
    for (size_t i = 0; i <= sizeof order / sizeof *order; i++) {
        for (int w = 0; w < SPACE_WORDS; w++) {
            uint64_t of = i < sizeof order / sizeof *order ? space_words(&order[i]).word[w] : ~0ull;
            uint64_t differ = (value.word[w] ^ bits.word[w]) & mask.word[w] & of;
            if (differ) {
                bit.word[w] = UINT64_C(1) << (63 - __builtin_clzll(differ));
                memcpy(&found, &bit, sizeof found);
                return found;
            }
        }
    }
    return (struct header){0};
}

/* The header is not in `other`: nor must its kin be. */
static void stay_out(struct kin *kin, size_t visit, const struct match *other)
{
    struct match known = here(kin, visit);
    if (space_overlaps(&known, other)) {
        struct header bit = difference(&kin->trail->visits[visit].header, other);
        ask(kin, visit, &bit);
    }
}

/* All kin have the fields that are rewritten, or none has. Returns the bits in those that the
 * packet has. */
static struct header ask_fields(struct kin *kin, size_t visit, const struct space_rewrite *rewrite)
{
    const struct header *header = &kin->trail->visits[visit].header;
    struct header mask = rewrite->mask;
    bool is_ip = header->dl_type == DL_TYPE_IP, has_tp = header_has_tp(header);
    bool wants_tp = mask.tp_src || mask.tp_dst;
    if (wants_tp || mask.nw_src || mask.nw_dst || mask.nw_tos) {
        if (is_ip) {
            ask(kin, visit, &space_class_cubes[SPACE_IP].mask);
        } else {
            stay_out(kin, visit, &space_class_cubes[SPACE_IP]);
        }
    }
    if (wants_tp && has_tp) {
        ask(kin, visit, &space_class_cubes[SPACE_TCP].mask);
    } else if (wants_tp && is_ip) {
        stay_out(kin, visit, &space_class_cubes[SPACE_TCP]);
        stay_out(kin, visit, &space_class_cubes[SPACE_UDP]);
        stay_out(kin, visit, &space_class_cubes[SPACE_ICMP]);
    }
    if (!is_ip) {
        mask.nw_src = mask.nw_dst = 0;
        mask.nw_tos = 0;
    }
    if (!has_tp) {
        mask.tp_src = mask.tp_dst = 0;
    }
    return mask;
}

/* What an entry does depends on what it rewrites, if it is compared with another. */
static void ask_rewritten(struct kin *kin, size_t visit, const struct space_behavior *behavior)
{
    for (size_t i = 0; i < behavior->n_outputs; i++) {
        struct header mask = ask_fields(kin, visit, &behavior->outputs[i].rewrite);
        ask(kin, visit, &mask);
    }
}

static bool same_ports(const struct space_behavior *a, const struct space_behavior *b)
{
    bool same = a->n_outputs == b->n_outputs && !a->unknown && !b->unknown;
    for (size_t i = 0; i < a->n_outputs && same; i++) {
        same = a->outputs[i].port == b->outputs[i].port;
    }
    return same;
}

/* Both entries do the same with the kin, or with none of it. */
static int ask_both(struct kin *kin, size_t visit, const struct flow_entry *a,
                    const struct flow_entry *b)
{
    uint16_t in_port = kin->trail->visits[visit].header.in_port;
    struct space_behavior x, y;
    if (space_behavior(a->actions, a->n_actions, in_port, NULL, 0, &kin->arena, &x) < 0 ||
        space_behavior(b->actions, b->n_actions, in_port, NULL, 0, &kin->arena, &y) < 0) {
        return -1;
    }
    if (same_ports(&x, &y) && !actions_equal(a->actions, a->n_actions, b->actions, b->n_actions)) {
        ask_rewritten(kin, visit, &x);
        ask_rewritten(kin, visit, &y);
    }
    return 0;
}

/* Entries of the same rank: they compete for the kin, or for none of it. */
static int ask_rivals(struct kin *kin, size_t index, size_t entry)
{
    const struct judge_visit *visit = &kin->trail->visits[index];
    struct space_table *table = &kin->tables->tables[visit->sw];
    const struct flow_entry *flows = table->flows->entries;
    uint32_t rank = space_rank(&flows[entry]);
    struct match cube = here(kin, index);
    if (judge_overlapping(table, &cube, rank, rank, kin->budget, &kin->found) < 0) {
        return -1;
    }
    for (size_t i = 0; i < kin->found.n_entries; i++) {
        const struct flow_entry *rival = &flows[kin->found.entries[i]];
        if (rival == &flows[entry]) {
            continue;
        }
        if (!match_takes(&rival->match, &visit->header)) {
            stay_out(kin, index, &rival->match);
            continue;
        }
        ask(kin, index, &rival->match.mask);
        if (ask_both(kin, index, &flows[entry], rival) < 0) {
            return -1;
        }
    }
    return 0;
}

/* The same entry takes the kin at this visit. */
static int ask_entry(struct kin *kin, size_t index)
{
    const struct judge_visit *visit = &kin->trail->visits[index];
    const struct switch_state *state = kin->tables->states[visit->sw];
    size_t entry = visit->entry == JUDGE_NOBODY ? SIZE_MAX : visit->entry;
    if (!state || !judge_port_receives(state, visit->header.in_port)) {
        return 0;
    }
    if (entry != SIZE_MAX) {
        ask(kin, index, &state->flows.entries[entry].match.mask);
    }
    struct space_region region = {.cube = here(kin, index)};
    enum space_answer answer =
        space_table_exclude(&kin->tables->tables[visit->sw], entry, &region, kin->budget);
    for (size_t i = 0; answer == SPACE_FOUND && i < region.n_excluded; i++) {
        stay_out(kin, index, region.excluded[i]);
    }
    space_region_free(&region);
    if (answer != SPACE_FOUND) {
        return -1;
    }
    return entry == SIZE_MAX ? 0 : ask_rivals(kin, index, entry);
}

/* A copy has its bits from the visit before, and from the rewrite of the output that sent it. */
static void inherit(struct kin *kin, size_t parent, size_t child,
                    const struct space_behavior *behavior)
{
    const struct judge_visit *visit = &kin->trail->visits[parent];
    const struct judge_visit *next = &kin->trail->visits[child];
    struct port_ref in = {.sw = next->sw, .port = next->header.in_port};
    struct port_ref from = judge_tables_peer(kin->tables, in).port;
    for (size_t i = 0; i < behavior->n_outputs; i++) {
        const struct space_rewrite *rewrite = &behavior->outputs[i].rewrite;
        struct header became = space_rewritten(rewrite, &visit->header);
        became.in_port = in.port;
        if (behavior->outputs[i].port != from.port ||
            memcmp(&became, &next->header, sizeof became) != 0) {
            continue;
        }
        struct header mask = ask_fields(kin, parent, rewrite);
        struct space_words set = space_words(&mask);
        for (int w = 0; w < SPACE_WORDS; w++) {
            kin->set[child].word[w] = kin->set[parent].word[w] | set.word[w];
        }
        return;
    }
}

/* Which bits were rewritten where the copies of this visit go to. */
static int carry_on(struct kin *kin, size_t index)
{
    const struct judge_visit *visit = &kin->trail->visits[index];
    const struct switch_state *state = kin->tables->states[visit->sw];
    struct space_behavior behavior;
    if (visit->entry == JUDGE_NOBODY) {
        return 0;
    }
    const struct flow_entry *flow = &state->flows.entries[visit->entry];
    if (space_behavior(flow->actions, flow->n_actions, visit->header.in_port, state->ports,
                       state->n_ports, &kin->arena, &behavior) < 0) {
        return -1;
    }
    for (size_t child = index + 1; child < kin->trail->n_visits; child++) {
        if (kin->trail->visits[child].previous == index) {
            inherit(kin, index, child, &behavior);
        }
    }
    return 0;
}

static int ask_all(struct kin *kin)
{
    ask(kin, 0, &(struct header){.in_port = UINT16_MAX});
    for (size_t i = 0; i < kin->trail->n_visits; i++) {
        if (ask_entry(kin, i) < 0 || carry_on(kin, i) < 0) {
            return -1;
        }
    }
    return 0;
}

struct match judge_trail_alike(const struct judge_tables *tables, const struct judge_trail *trail,
                               size_t *budget)
{
    struct kin *kin = calloc(1, sizeof *kin);
    struct match alike = match_exactly(&trail->visits[0].header);
    if (!kin) {
        return alike;
    }
    kin->tables = tables;
    kin->trail = trail;
    kin->budget = budget;
    if (ask_all(kin) == 0) {
        alike.value = trail->visits[0].header;
        memcpy(&alike.mask, &kin->asked, sizeof alike.mask);
        match_normalize(&alike);
    }
    free(kin->found.entries);
    base_arena_free(&kin->arena);
    free(kin);
    return alike;
}
