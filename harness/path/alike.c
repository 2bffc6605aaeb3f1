/* SPDX-License-Identifier: Apache-2.0
 *
 * Which packets share the fate of one that was followed (path/follow.h): what a
 * network does to a packet is explained by the bits that were looked at, as a
 * switch that caches flows does it for one table. */
#include "path/alike.h"

#include "base/memory.h"
#include "space/rewrite.h"
#include "space/table.h"

#include <stdlib.h>

/* The headers that share the way so far. */
struct kin {
    const struct path_network *network;
    const struct path_walk *walk;
    struct path_alike *alike;
    size_t *budget;
    struct header asked; /* bits of the header as it is sent that must agree */
    struct space_overlapping found;
    struct base_arena arena;
    struct header set[]; /* by visit: bits that were rewritten before it */
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

/* These bits must agree, if they come from where the packet was sent. */
static void ask(struct kin *kin, const struct header *set, const struct header *mask)
{
    struct header asked = header_without(mask, set);
    ask_prerequisites(&asked);
    kin->asked = header_or(&kin->asked, &asked);
}

/* What is known, at this visit, of the headers that share the fate. */
static struct match here(const struct kin *kin, size_t visit)
{
    struct match cube = {.value = kin->walk->hops[visit].header,
                         .mask = header_or(&kin->asked, &kin->set[visit])};
    cube.mask.in_port = UINT16_MAX;
    match_normalize(&cube);
    return cube;
}

/* A cube as it looks where packets are sent. What is left of a tag without the bit that there is
 * one: the kin are all tagged then, or none is. */
static struct match carried_back(struct kin *kin, size_t visit, const struct match *match)
{
    static const struct header tag = {.vlan_tci = VLAN_TAGGED};
    static const struct header nothing = {0};
    struct match back = {.mask = header_without(&match->mask, &kin->set[visit])};
    back.value = header_and(&match->value, &back.mask);
    back.value.in_port = back.mask.in_port = 0;
    if (back.mask.vlan_tci != 0 && !(back.mask.vlan_tci & VLAN_TAGGED)) {
        ask(kin, &nothing, &tag);
        back.mask.vlan_tci |= VLAN_TAGGED;
        back.value.vlan_tci |= kin->walk->hops[0].header.vlan_tci & VLAN_TAGGED;
        if (!(back.value.vlan_tci & VLAN_TAGGED) && back.value.vlan_tci == 0) {
            back.mask.vlan_tci = VLAN_TAGGED;
        }
    }
    return back;
}

/* The header is not in `other` at this visit: headers that are do not share its fate. */
static int leave_out(struct kin *kin, size_t visit, const struct match *other)
{
    struct path_alike *alike = kin->alike;
    struct match known = here(kin, visit);
    if (!match_overlaps(&known, other)) {
        return 0;
    }
    if (base_grow(&alike->less, alike->n_less, &alike->capacity, sizeof *alike->less) < 0) {
        return -1;
    }
    alike->less[alike->n_less++] = carried_back(kin, visit, other);
    return 0;
}

/* The bits of a rewrite that packets of a class have. */
static struct header fields_of(const struct space_rewrite *rewrite, enum space_class class)
{
    return header_and(&rewrite->mask, &space_class_fields[class]);
}

/* The widest class around that of the header in whose packets the same bits are rewritten. */
static enum space_class widest_class(const struct header *header,
                                     const struct space_rewrite *rewrite, struct header *mask)
{
    enum space_class class = space_class_of(header), around = space_class_around(class);
    *mask = fields_of(rewrite, class);
    struct header there = fields_of(rewrite, around);
    while (class != SPACE_NOT_IP && header_equal(&there, mask)) {
        class = around;
        around = space_class_around(class);
        there = fields_of(rewrite, around);
    }
    return class;
}

/* All kin have the fields that are rewritten, or none has. `*mask`: the bits in those that the
 * packet has. */
static int ask_fields(struct kin *kin, size_t visit, const struct space_rewrite *rewrite,
                      struct header *mask)
{
    enum space_class class = widest_class(&kin->walk->hops[visit].header, rewrite, mask);
    int status = 0;
    ask(kin, &kin->set[visit], &space_class_cubes[class].mask);
    for (int c = 0; c < N_SPACE_CLASSES && status == 0; c++) {
        struct header there = fields_of(rewrite, (enum space_class)c);
        struct header around = fields_of(rewrite, space_class_around((enum space_class)c));
        if (header_equal(&around, mask) && !header_equal(&there, mask)) {
            status = leave_out(kin, visit, &space_class_cubes[c]);
        }
    }
    return status;
}

/* Outputs are sorted by port. */
static bool same_ports(const struct space_behavior *a, const struct space_behavior *b)
{
    bool same = a->n_outputs == b->n_outputs && !a->unknown && !b->unknown;
    for (size_t i = 0; same && i < a->n_outputs; i++) {
        same = a->outputs[i].port == b->outputs[i].port;
    }
    return same;
}

/* Whether unlike copies go by one port. */
static bool sends_unlike(const struct space_behavior *behavior)
{
    bool unlike = false;
    for (size_t i = 1; i < behavior->n_outputs; i++) {
        const struct space_output *output = &behavior->outputs[i];
        unlike = unlike ||
                 (output->port == output[-1].port && space_output_compare(output, output - 1) != 0);
    }
    return unlike;
}

/* Unlike copies by one port may agree with those of another entry in either order: the kin are
 * those that look like the header in all that is rewritten. */
static int ask_rewritten(struct kin *kin, size_t visit, const struct space_behavior *behavior)
{
    int status = 0;
    for (size_t i = 0; i < behavior->n_outputs && status == 0; i++) {
        struct header mask;
        status = ask_fields(kin, visit, &behavior->outputs[i].rewrite, &mask);
        ask(kin, &kin->set[visit], &mask);
    }
    return status;
}

/* Both entries do the same with all kin, or with none. */
static int ask_both(struct kin *kin, size_t visit, size_t a, size_t b)
{
    const struct port_ref in = kin->walk->hops[visit].in;
    const struct header *header = &kin->walk->hops[visit].header;
    struct space_behavior x, y;
    struct match equal;
    struct header mask;
    if (path_outputs_of(kin->network, in, a, &kin->arena, &x) < 0 ||
        path_outputs_of(kin->network, in, b, &kin->arena, &y) < 0) {
        return -1;
    }
    if (!same_ports(&x, &y) || space_behavior_equal(&x, &y)) {
        return 0;
    }
    if (sends_unlike(&x) && sends_unlike(&y)) {
        return ask_rewritten(kin, visit, &x) < 0 ? -1 : ask_rewritten(kin, visit, &y);
    }
    for (size_t i = 0; i < x.n_outputs; i++) {
        if (ask_fields(kin, visit, &x.outputs[i].rewrite, &mask) < 0 ||
            ask_fields(kin, visit, &y.outputs[i].rewrite, &mask) < 0) {
            return -1;
        }
    }
    if (!space_agree(&x, &y, space_class_of(header), &equal)) {
        return 0;
    }
    if (!match_takes(&equal, header)) {
        return leave_out(kin, visit, &equal);
    }
    ask(kin, &kin->set[visit], &equal.mask);
    return 0;
}

/* Which holes of an entry of this visit's switch are there? NULL: none. */
static const struct space_holes *holes_at(const struct kin *kin, size_t visit, size_t entry)
{
    return space_table_holes(&kin->network->tables[kin->walk->hops[visit].in.sw], entry);
}

/* The kin are in no hole of the entry that takes the header. */
static int leave_holes(struct kin *kin, size_t visit)
{
    const struct space_holes *holes = holes_at(kin, visit, kin->walk->hops[visit].entry);
    int status = 0;
    for (; holes && status == 0; holes = holes->next) {
        for (size_t i = 0; i < holes->n_cubes && status == 0; i++) {
            status = leave_out(kin, visit, &holes->cubes[i]);
        }
    }
    return status;
}

/* An entry that may take kin as the one does that takes the header: one of its
 * rank, or one that goes before it. */
static int ask_other(struct kin *kin, size_t index, uint32_t entry)
{
    const struct path_hop *visit = &kin->walk->hops[index];
    const struct flow_entry *other = &kin->network->switches[visit->in.sw].flows->entries[entry];
    if (!match_takes(&other->match, &visit->header)) {
        return leave_out(kin, index, &other->match);
    }
    const struct match *hole = space_hole_of(holes_at(kin, index, entry), &visit->header);
    if (hole) {
        ask(kin, &kin->set[index], &hole->mask);
        return 0;
    }
    if (visit->entry == ENTRY_NONE) {
        return -1; /* there was no memory to see that it takes the header */
    }
    ask(kin, &kin->set[index], &other->match.mask);
    return ask_both(kin, index, visit->entry, entry);
}

/* The same entry takes the kin at this visit, and others compete with it for all
 * of them or for none. At the first one what goes before the entry is left to the caller. */
static int ask_entry(struct kin *kin, size_t index)
{
    const struct path_hop *visit = &kin->walk->hops[index];
    const struct flow_table *table = kin->network->switches[visit->in.sw].flows;
    bool is_taken = visit->entry != ENTRY_NONE;
    if (!table || visit->refused) {
        return 0;
    }
    const struct flow_entry *flows = table->entries;
    uint32_t rank = is_taken ? space_rank(&flows[visit->entry]) : 0;
    if (is_taken) {
        ask(kin, &kin->set[index], &flows[visit->entry].match.mask);
    }
    int status = is_taken ? leave_holes(kin, index) : 0;
    struct match cube = here(kin, index);
    status = status < 0 ? -1
                        : space_list_overlapping(&kin->network->tables[visit->in.sw], &cube, rank,
                                                 index == 0 && is_taken ? rank : UINT32_MAX,
                                                 kin->budget, &kin->found);
    for (size_t i = 0; i < kin->found.n_entries && status == 0; i++) {
        uint32_t other = kin->found.entries[i];
        status = other == visit->entry ? 0 : ask_other(kin, index, other);
    }
    return status;
}

/* Which bits were rewritten before `next`, which comes from a visit: those that were before that,
 * and those of the output that sent it. */
static int inherit(struct kin *kin, const struct path_hop *next,
                   const struct space_behavior *behavior, struct header *set)
{
    struct header mask;
    int status = ask_fields(kin, next->previous, &behavior->outputs[next->nth].rewrite, &mask);
    *set = header_or(&kin->set[next->previous], &mask);
    return status;
}

/* A copy has come back as it was. So do its kin, if they have the bits already that are rewritten
 * on the way round. */
static int close_loop(struct kin *kin, const struct space_behavior *behavior)
{
    struct header set;
    if (inherit(kin, &kin->walk->again, behavior, &set) < 0) {
        return -1;
    }
    ask(kin, &kin->set[kin->walk->loop_first], &set);
    return 0;
}

/* Which bits were rewritten where the copies of this visit go to. */
static int carry_on(struct kin *kin, size_t index)
{
    const struct path_walk *walk = kin->walk;
    const struct path_hop *visit = &walk->hops[index];
    struct space_behavior behavior;
    bool conditional =
        visit->entry != ENTRY_NONE && path_is_conditional(kin->network, visit->in.sw, visit->entry);
    if (visit->entry == ENTRY_NONE || (visit->open && !conditional)) {
        return 0;
    }
    int status = path_outputs_of(kin->network, visit->in, visit->entry, &kin->arena, &behavior);
    if (conditional && behavior.unknown) {
        return -1; /* of other kin it may be known, or not */
    }
    for (size_t child = index + 1; child < walk->n_hops && status == 0; child++) {
        if (walk->hops[child].previous == index) {
            status = inherit(kin, &walk->hops[child], &behavior, &kin->set[child]);
        }
    }
    bool closes = walk->loops && walk->loop_last == index;
    return status == 0 && closes ? close_loop(kin, &behavior) : status;
}

static int ask_all(struct kin *kin)
{
    ask(kin, &kin->set[0], &(struct header){.in_port = UINT16_MAX});
    for (size_t i = 0; i < kin->walk->n_hops; i++) {
        if (ask_entry(kin, i) < 0 || carry_on(kin, i) < 0) {
            return -1;
        }
    }
    return 0;
}

void path_alike(const struct path_network *network, const struct path_walk *walk, size_t *budget,
                struct path_alike *alike)
{
    struct kin *kin = base_calloc(1, sizeof *kin + walk->n_hops * sizeof *kin->set);
    *alike = (struct path_alike){0};
    if (kin) {
        kin->network = network;
        kin->walk = walk;
        kin->alike = alike;
        kin->budget = budget;
    }
    if (kin && ask_all(kin) == 0) {
        alike->cube = (struct match){.value = walk->hops[0].header, .mask = kin->asked};
        match_normalize(&alike->cube);
    } else {
        alike->cube = match_exactly(&walk->hops[0].header);
        alike->n_less = 0;
    }
    if (kin) {
        free(kin->found.entries);
        base_arena_free(&kin->arena);
    }
    free(kin);
}
