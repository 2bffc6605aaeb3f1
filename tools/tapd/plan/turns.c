/* SPDX-License-Identifier: Apache-2.0
 *
 * By which links did frames go the last time, and can they still? */
#include "tapd/plan/compiling.h"

/* Without padding: it is compared as bytes. */
struct routed_key {
    uint64_t user, sw, port;
};

static struct routed_key key_of(const struct tapd_user *user, struct port_ref port)
{
    return (struct routed_key){(uintptr_t)user, port.sw, port.port};
}

bool tapd_is_due(const struct tapd_compiling *c, const struct tapd_user *user, struct port_ref port,
                 enum tapd_grade before)
{
    struct routed_key key = key_of(user, port);
    return c->turn == TAPD_N_GRADES ? !yaml_index_find(&c->routed, &key, sizeof key)
                                    : before == c->turn;
}

void tapd_note_routed(struct tapd_compiling *c, const struct tapd_user *user, struct port_ref port)
{
    struct routed_key key = key_of(user, port);
    yaml_index_add(&c->routed, &key, sizeof key, 0, (struct place){0});
}

void tapd_note_turn(struct tapd_compiling *c, const struct tapd_turn *turn)
{
    if (base_grow(&c->turns, c->n_turns, &c->turns_capacity, sizeof *c->turns)) {
        c->router.failed = true;
        return;
    }
    c->turns[c->n_turns++] = *turn;
}

static void note_out(struct tapd_compiling *c, uint32_t link, uint16_t tag,
                     const struct tapd_out *out)
{
    for (size_t i = 0; out->link != UINT32_MAX && i < out->dests->n; i++) {
        const struct tapd_dest *dest = &out->dests->items[i];
        tapd_note_turn(
            c, &(struct tapd_turn){.in = link, dest->sw, dest->port, .tag = tag, .out = out->link});
    }
}

void tapd_note_turns(struct tapd_compiling *c)
{
    for (uint32_t link = 0; link < c->policy->graph->n_links; link++) {
        for (const struct tapd_class *at = c->router.classes[link]; at; at = at->next) {
            for (size_t i = 0; i < at->n_outs; i++) {
                note_out(c, link, at->tag, &at->outs[i]);
            }
        }
    }
}

void tapd_learn_turns(struct tapd_compiling *c, const struct tapd_network *before)
{
    for (size_t i = 0; i < before->n_turns; i++) {
        tapd_router_learn(&c->router, &before->turns[i]);
    }
}

/* How far the switch is from the destination, by good links. */
static unsigned distance(struct tapd_compiling *c, size_t sw, const struct tapd_dest *dest)
{
    const uint16_t *distances = tapd_graph_distances(&c->views[TAPD_LINK_GOOD], dest->sw);
    c->router.failed |= !distances;
    return distances ? distances[sw] : TAPD_FAR;
}

/* Behind a link of `always` nobody has a choice. A way that is not the nearest any more is left,
 * too, but not for one that somebody else is on. */
enum tapd_grade tapd_way_grade(struct tapd_compiling *c, uint32_t link,
                               const struct tapd_dest *dest, uint16_t tag)
{
    const struct tapd_graph *graph = c->policy->graph;
    uint8_t worst = link == UINT32_MAX ? TAPD_LINK_FAILED : TAPD_LINK_GOOD;
    for (size_t n = 0; link != UINT32_MAX && n <= graph->n_links; n++) {
        const struct tapd_link *hop = &graph->links[link];
        struct tapd_turn turn = {.in = link, dest->sw, dest->port, .tag = tag};
        bool nearer = n == 0 || distance(c, hop->to.sw, dest) < distance(c, hop->from.sw, dest);
        uint8_t grade = nearer || c->grades[link] ? c->grades[link] : TAPD_LINK_DOUBTED;
        worst = grade > worst ? grade : worst;
        link = hop->to.sw == dest->sw ? UINT32_MAX : tapd_router_turn(&c->router, &turn);
    }
    return (enum tapd_grade)worst;
}
