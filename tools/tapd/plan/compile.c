/* SPDX-License-Identifier: Apache-2.0
 *
 * From a policy and its taps to the table of each switch: the order in which uses are
 * collected, and how they become entries. */
#include "tapd/plan/compile.h"

#include "ofctl/flow.h"
#include "tapd/plan/compiling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ errors */

/* -------------------------------------------------------------------- uses */

/* What goes through a switch, of links that taps and pairs use. */
static void use_class(struct tapd_compiling *c, uint32_t link, const struct tapd_class *class)
{
    struct tapd_lane *lanes = base_arena_alloc(&c->arena, class->n_outs * sizeof *lanes);
    struct tapd_use use = {
        .at = c->policy->graph->links[link].to,
        .production = !class->user->tap,
        .copies = 1,
        .lanes = lanes,
        .n_lanes = class->n_outs,
        .user = class->user,
    };
    if (class->tag != TAPD_UNTAGGED) {
        use.match.value.vlan_tci = VLAN_TAGGED | class->tag;
        use.match.mask.vlan_tci = VLAN_TAGGED | VLAN_VID;
    }
    for (size_t i = 0; lanes && i < class->n_outs; i++) {
        lanes[i] = (struct tapd_lane){class->outs[i].port,
                                      class->outs[i].strip ? TAPD_STRIP : TAPD_UNTAGGED,
                                      class->outs[i].dests};
    }
    if (lanes) {
        tapd_use_port(c, &use);
    } else {
        c->router.failed = true;
    }
}

static void use_links(struct tapd_compiling *c)
{
    for (uint32_t link = 0; link < c->policy->graph->n_links; link++) {
        for (const struct tapd_class *at = c->router.classes[link]; at; at = at->next) {
            if (!at->fixed) {
                use_class(c, link, at);
            }
        }
    }
}

static int by_port(const void *a, const void *b)
{
    const struct tapd_use *x = a, *y = b;
    if (x->at.sw != y->at.sw) {
        return x->at.sw < y->at.sw ? -1 : 1;
    }
    if (x->at.port != y->at.port) {
        return x->at.port - y->at.port;
    }
    if (x->production != y->production) {
        return x->production ? -1 : 1;
    }
    if (x->order != y->order) {
        return x->order < y->order ? -1 : 1;
    }
    int by_match = memcmp(&x->match, &y->match, sizeof x->match);
    return by_match ? by_match : x->lanes[0].port - y->lanes[0].port;
}

/* ----------------------------------------------------------------- compile */

/* Who asks: rules, pairs, taps of the policy that stay, active ones. */
struct users {
    struct tapd_user *rules, *pairs, *taps;
    size_t n_taps;
};

static bool list_users(struct tapd_compiling *c, const struct tapd_active *active, size_t n_active,
                       struct users *users)
{
    const struct tapd_policy *policy = c->policy;
    *users = (struct users){
        .rules = base_arena_alloc(&c->arena, policy->n_always * sizeof *users->rules),
        .pairs = base_arena_alloc(&c->arena, policy->n_pairs * sizeof *users->pairs),
        .taps = base_arena_alloc(&c->arena, (policy->n_taps + n_active) * sizeof *users->taps),
    };
    if (!users->rules || !users->pairs || !users->taps) {
        return false;
    }
    for (size_t i = 0; i < policy->n_always; i++) {
        users->rules[i] =
            (struct tapd_user){.source = &policy->source, .place = policy->always[i].place};
    }
    for (size_t i = 0; i < policy->n_pairs; i++) {
        users->pairs[i] =
            (struct tapd_user){.source = &policy->source, .place = policy->pairs[i].place};
    }
    for (size_t i = 0; i < policy->n_taps; i++) {
        const struct tapd_tap *tap = policy->taps[i];
        if (!tap->when && !tapd_tap_ends(tap)) {
            users->taps[users->n_taps++] =
                (struct tapd_user){.tap = tap, .source = tap->source, .place = tap->place};
        }
    }
    for (size_t i = 0; i < n_active; i++) {
        const struct tapd_tap *tap = active[i].tap;
        users->taps[users->n_taps++] =
            (struct tapd_user){tap, tap->source, tap->place, active[i].id, active[i].left_sec};
    }
    return true;
}

static void add_pairs(struct tapd_compiling *c, const struct tapd_pair *pairs, size_t n,
                      const struct tapd_user *users, bool same_user, bool named)
{
    for (size_t i = 0; i < n; i++) {
        if ((pairs[i].n_via > 0) == named) {
            tapd_add_pair(c, &pairs[i], same_user ? users : &users[i]);
        }
    }
}

/* Taps from `first` to `end`, and pairs of the policy; where they leave no choice
 * first. */
static void add_some(struct tapd_compiling *c, const struct users *users, size_t first, size_t end,
                     size_t n_pairs)
{
    for (int named = 1; named >= 0; named--) {
        add_pairs(c, c->policy->pairs, n_pairs, users->pairs, false, named);
        for (size_t i = first; i < end; i++) {
            const struct tapd_tap *tap = users->taps[i].tap;
            add_pairs(c, tap->pairs, tap->n_pairs, &users->taps[i], true, named);
        }
        for (size_t i = first; i < end; i++) {
            tapd_add_copies(c, &users->taps[i], (uint32_t)i, named);
        }
    }
}

/* Who stays where it is comes before who looks for another way, and both before who has none that
 * works: it takes nobody else's. */
static void add_group(struct tapd_compiling *c, const struct users *users, size_t first, size_t end,
                      size_t n_pairs)
{
    for (c->turn = 0; c->turn < tapd_n_turns(c); c->turn++) {
        add_some(c, users, first, end, n_pairs);
    }
}

/* What stays, before what does not: who comes moves nobody who is there. */
static void add_users(struct tapd_compiling *c, const struct users *users, size_t n_staying)
{
    tapd_add_always(c, users->rules);
    add_group(c, users, 0, n_staying, c->policy->n_pairs);
    add_group(c, users, n_staying, users->n_taps, 0);
    use_links(c);
}

/* The uses of one port, from `first` on, become entries. How many they are; 0
 * without memory. */
static size_t classify_port(struct tapd_compiling *c, size_t first, struct tapd_network *network)
{
    const struct tapd_use *use = &c->uses[first], *culprit;
    struct base_error error;
    size_t n = 1;
    while (first + n < c->n_uses && port_ref_equal(c->uses[first + n].at, use->at)) {
        n++;
    }
    if (!c->policy->owns[use->at.sw]) {
        return n;
    }
    int result = tapd_classify(c->policy, use, n, &network->tables[use->at.sw], &culprit, &error);
    if (result > 0) {
        c->grades = NULL; /* an error in any case */
        tapd_refuse(c, culprit->user, "%s", error.text);
    }
    return result < 0 ? 0 : n;
}

static bool classify(struct tapd_compiling *c, struct tapd_network *network)
{
    if (c->n_uses > 1) {
        qsort(c->uses, c->n_uses, sizeof *c->uses, by_port);
    }
    for (size_t first = 0, n; first < c->n_uses; first += n) {
        n = classify_port(c, first, network);
        if (n == 0) {
            return false;
        }
    }
    return true;
}

static void lower_layers(const struct tapd_compiling *c, size_t sw, struct tapd_network *network)
{
    const uint16_t *distances = tapd_graph_distances(c->policy->graph, sw);
    for (size_t i = 0; distances && i < c->policy->topology->n_switches; i++) {
        network->layers[i] = distances[i] < network->layers[i] ? distances[i] : network->layers[i];
    }
}

static bool find_layers(const struct tapd_compiling *c, const struct users *users,
                        struct tapd_network *network)
{
    const struct topology *topology = c->policy->topology;
    size_t n = topology->n_switches;
    bool *done = base_arena_alloc(&network->arena, n);
    network->layers = base_arena_alloc(&network->arena, n * sizeof *network->layers);
    if (!network->layers || !done) {
        return false;
    }
    memset(network->layers, 0xff, n * sizeof *network->layers);
    for (size_t i = 0; i < topology->n_hosts; i++) {
        done[topology->hosts[i].port.sw] |= topology->hosts[i].capture;
    }
    for (size_t i = 0; i < users->n_taps; i++) {
        for (size_t j = 0; j < users->taps[i].tap->n_to; j++) {
            done[users->taps[i].tap->to[j].sw] = true;
        }
    }
    for (size_t sw = 0; sw < n; sw++) {
        if (done[sw]) {
            lower_layers(c, sw, network);
        }
    }
    return true;
}

static void learn_before(struct tapd_compiling *c, const struct tapd_network *before)
{
    for (size_t i = 0; before && i < before->n_uplinks; i++) {
        tapd_learn_uplink(c, &before->uplinks[i]);
    }
    if (before) {
        tapd_learn_turns(c, before);
    }
}

static int make_views(struct tapd_compiling *c)
{
    for (uint8_t level = 0; c->grades && level < TAPD_N_GRADES; level++) {
        if (tapd_graph_limit(c->policy->graph, c->grades, level, &c->arena, &c->views[level])) {
            return -1;
        }
    }
    tapd_set_level(c, TAPD_LINK_GOOD);
    return 0;
}

static bool make_network(struct tapd_compiling *c, const struct tapd_active *active,
                         size_t n_active, const struct tapd_network *before,
                         struct tapd_network *network)
{
    struct users users;
    size_t n_before = yaml_errors_count(c->diagnostics);
    network->policy = c->policy;
    network->tables = calloc(c->policy->topology->n_switches, sizeof *network->tables);
    bool done = network->tables && tapd_router_init(&c->router, c->policy->graph, &c->arena) == 0 &&
                list_users(c, active, n_active, &users);
    if (!done) {
        return false;
    }
    if (make_views(c)) {
        return false;
    }
    learn_before(c, before);
    add_users(c, &users, users.n_taps - n_active);
    tapd_note_turns(c);
    if (c->router.failed || yaml_errors_count(c->diagnostics) > n_before) {
        return !c->router.failed;
    }
    network->uplinks =
        base_arena_copy(&network->arena, c->uplinks, c->n_uplinks * sizeof *c->uplinks);
    network->n_uplinks = c->n_uplinks;
    network->turns = base_arena_copy(&network->arena, c->turns, c->n_turns * sizeof *c->turns);
    network->n_turns = network->turns ? c->n_turns : 0;
    return classify(c, network) && find_layers(c, &users, network) &&
           tapd_find_ways(c, users.taps, users.n_taps, network) == 0 &&
           (network->uplinks || c->n_uplinks == 0);
}

static int no_memory(const struct tapd_policy *policy, struct yaml_diagnostics *diagnostics)
{
    struct yaml_source source = {.file = policy->file, .diagnostics = diagnostics};
    yaml_error_at(&source, 0, 0, "out of memory");
    return -1;
}

int tapd_compile(const struct tapd_policy *policy, const struct tapd_active *active,
                 size_t n_active, const struct tapd_network *before, struct tapd_network **network,
                 struct yaml_diagnostics *diagnostics)
{
    return tapd_compile_around(policy, active, n_active, before, NULL, network, diagnostics);
}

int tapd_compile_around(const struct tapd_policy *policy, const struct tapd_active *active,
                        size_t n_active, const struct tapd_network *before, const uint8_t *grades,
                        struct tapd_network **network, struct yaml_diagnostics *diagnostics)
{
    size_t n_before = yaml_errors_count(diagnostics);
    struct tapd_compiling c = {.policy = policy, .grades = grades, .diagnostics = diagnostics};
    *network = calloc(1, sizeof **network);
    if (!*network || !make_network(&c, active, n_active, before, *network)) {
        no_memory(policy, diagnostics);
    }
    tapd_router_free(&c.router);
    yaml_index_free(&c.chosen);
    yaml_index_free(&c.before);
    yaml_index_free(&c.routed);
    free(c.uses);
    free(c.uplinks);
    free(c.trails);
    free(c.turns);
    base_arena_free(&c.arena);
    if (yaml_errors_count(diagnostics) > n_before) {
        tapd_network_free(*network);
        *network = NULL;
        return -1;
    }
    return 0;
}

/* With a rule as if all its ports had crossed the threshold. */
static int check_rule(const struct tapd_policy *policy, const struct tapd_tap *rule,
                      struct tapd_active *active, size_t n_active,
                      struct yaml_diagnostics *diagnostics)
{
    struct tapd_network *network;
    active[n_active] = (struct tapd_active){rule, (uint32_t)n_active + 1, rule->lifetime_sec};
    int result = tapd_compile(policy, active, n_active + 1, NULL, &network, diagnostics);
    tapd_network_free(network);
    return result;
}

int tapd_compile_check(const struct tapd_policy *policy, struct yaml_diagnostics *diagnostics)
{
    struct tapd_active *active = calloc(policy->n_taps + 1, sizeof *active);
    struct tapd_network *network = NULL;
    size_t n = 0;
    int result = active ? 0 : no_memory(policy, diagnostics);
    for (size_t i = 0; i < policy->n_taps && active; i++) {
        const struct tapd_tap *tap = policy->taps[i];
        if (!tap->when && tapd_tap_ends(tap)) {
            uint16_t left_sec = tap->lifetime_sec ? tap->lifetime_sec : UINT16_MAX;
            active[n] = (struct tapd_active){tap, (uint32_t)n + 1, left_sec};
            n++;
        }
    }
    if (result == 0) {
        result = tapd_compile(policy, active, n, NULL, &network, diagnostics);
        tapd_network_free(network);
    }
    for (size_t i = 0; i < policy->n_taps && result == 0; i++) {
        if (policy->taps[i]->when) {
            result = check_rule(policy, policy->taps[i], active, n, diagnostics);
        }
    }
    free(active);
    return result;
}

void tapd_network_free(struct tapd_network *network)
{
    if (!network) {
        return;
    }
    for (size_t i = 0; network->tables && i < network->policy->topology->n_switches; i++) {
        flow_table_free(&network->tables[i]);
    }
    free(network->tables);
    base_arena_free(&network->arena);
    free(network);
}

void tapd_network_format(const struct tapd_network *network, struct base_buffer *out)
{
    const struct topology *topology = network->policy->topology;
    for (size_t sw = 0; sw < topology->n_switches; sw++) {
        if (!network->policy->owns[sw]) {
            continue;
        }
        base_put_format(out, "%s:\n", topology->switches[sw].name);
        for (size_t i = 0; i < network->tables[sw].n_entries; i++) {
            ofctl_format_flow(&network->tables[sw].entries[i], FLOW_NO_STATS, out);
            base_put_u8(out, '\n');
        }
    }
}
