/* SPDX-License-Identifier: Apache-2.0
 *
 * What every part of the compiler does: it refuses what cannot be had, at the
 * place of the user, and adds uses of ports. */
#include "tapd/plan/compiling.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tapd_refuse(struct tapd_compiling *c, const struct tapd_user *user, const char *format, ...)
{
    va_list args;
    struct yaml_source source = *user->source;
    source.diagnostics = c->diagnostics;
    va_start(args, format);
    if (c->grades) {
        vsnprintf(c->refused.text, sizeof c->refused.text, format, args);
    } else {
        yaml_verror_at(&source, user->place.line, user->place.column, format, args);
    }
    va_end(args);
}

/* "the pair in line 3, column 5", "tap "web"" */
static struct yaml_words user_words(const struct tapd_user *user, const struct tapd_user *seen_from)
{
    struct yaml_words words;
    if (user->tap) {
        snprintf(words.text, sizeof words.text, "tap \"%.200s\"", user->tap->name);
    } else {
        snprintf(words.text, sizeof words.text, "%s",
                 yaml_where(seen_from->place.file, user->place).text);
    }
    return words;
}

/* "s3:11, s3:12", as many as there is room for. */
static struct yaml_words dests_words(const struct topology *topology,
                                     const struct tapd_dests *dests)
{
    struct yaml_words words = {""};
    size_t at = 0;
    for (size_t i = 0; i < dests->n && at + 90 < sizeof words.text; i++) {
        struct port_ref port = {dests->items[i].sw, dests->items[i].port};
        at += (size_t)snprintf(words.text + at, sizeof words.text - at, "%s%.80s", i ? ", " : "",
                               tapd_port_words(topology, port).text);
    }
    return words;
}

void tapd_refuse_route(struct tapd_compiling *c, const struct tapd_user *user, const char *what,
                       const char *advice, const struct tapd_refusal *refusal)
{
    const struct topology *topology = c->policy->topology;
    if (!refusal->by) {
        tapd_refuse(c, user, "%s: there is no path", what);
        return;
    }
    struct port_ref from = c->policy->graph->links[refusal->link].from;
    tapd_refuse(c, user, "%s: %s carries frames for %s already, those of %s%s", what,
                tapd_port_words(topology, from).text,
                dests_words(topology, refusal->by->dests).text,
                user_words(refusal->by->user, user).text, advice);
}

bool tapd_use_port(struct tapd_compiling *c, const struct tapd_use *use)
{
    const struct tapd_graph *graph = c->policy->graph;
    const struct tapd_lane *lanes =
        base_arena_copy(&c->arena, use->lanes, use->n_lanes * sizeof *lanes);
    if (!lanes || base_grow(&c->uses, c->n_uses, &c->uses_capacity, sizeof *c->uses) < 0) {
        c->router.failed = true;
        return false;
    }
    struct tapd_use *added = &c->uses[c->n_uses++];
    *added = *use;
    added->lanes = lanes;
    added->end = (uint32_t)(tapd_graph_end(graph, use->at) - graph->nodes[use->at.sw].ends);
    added->match.value.in_port = use->at.port;
    added->match.mask.in_port = UINT16_MAX;
    return true;
}
