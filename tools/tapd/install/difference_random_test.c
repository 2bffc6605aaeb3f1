/* SPDX-License-Identifier: Apache-2.0
 *
 * From one random policy to another, step by step: at every moment each switch does
 * with each header what both states do with it, and nothing that neither does; from
 * host to host too nothing arrives that neither state delivers, and pairs of both are
 * not interrupted; in the end the tables are those that are wanted. Each switch speaks 1.0 or 1.3.
 */
#include "tapd/install/action_set.h"
#include "tapd/install/dialect.h"
#include "tapd/install/difference.h"
#include "tapd/plan/random_testing.h"

enum { N_PAIRS = 3000, N_HEADERS = 12, N_TAPS_MAX = 8, N_SWITCHES = 8 };

/* ------------------------------------------------------------ model tables */

static struct flow_entry *find(struct flow_table *table, const struct flow_entry *like)
{
    for (size_t i = 0; i < table->n_entries; i++) {
        struct flow_entry *entry = &table->entries[i];
        if (entry->priority == like->priority && match_equal(&entry->match, &like->match)) {
            return entry;
        }
    }
    return NULL;
}

/* What OpenFlow 1.0.0, section 4.6, and 1.3.5, section 6.4, say of the three commands that are
 * used; actions are borrowed. */
static void apply(struct flow_table *table, const struct flow_mod *mod)
{
    struct flow_entry *entry = find(table, &mod->flow);
    if (mod->command == FLOW_DELETE_STRICT) {
        assert_non_null(entry);
        *entry = table->entries[--table->n_entries];
        return;
    }
    assert_true(mod->command == FLOW_ADD || mod->command == FLOW_MODIFY_STRICT);
    if (entry && mod->command == FLOW_MODIFY_STRICT) {
        entry->actions = mod->flow.actions;
        entry->n_actions = mod->flow.n_actions; /* its cookie stays in 1.3 */
        return;
    }
    assert_true(mod->command == FLOW_ADD); /* nothing vanishes here */
    entry = entry ? entry : flow_table_add(table);
    *entry = mod->flow;
}

/* As switches of these versions have what is wanted of them; actions are in the arena. */
static void copy_wanted(const struct flow_table *from, const uint8_t *versions,
                        struct base_arena *arena, struct flow_table *to)
{
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        for (size_t i = 0; i < from[sw].n_entries; i++) {
            const struct flow_entry *said;
            struct base_error error;
            assert_int_equal(tapd_dialect(&from[sw].entries[i], versions[sw], arena, &said, &error),
                             0);
            *flow_table_add(&to[sw]) = *said;
        }
    }
}

/* Entries without their actions, which are borrowed; some may be missing. */
static void copy_tables(const struct flow_table *from, struct flow_table *to, bool lossy)
{
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        to[sw] = (struct flow_table){0};
        for (size_t i = 0; i < from[sw].n_entries; i++) {
            if (!lossy || !sometimes(5)) {
                *flow_table_add(&to[sw]) = from[sw].entries[i];
            }
        }
    }
}

static void free_tables(struct flow_table *tables)
{
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        flow_table_free(&tables[sw]);
    }
}

/* --------------------------------------------------------------- invariants */

/* Two states, and the one in between. */
struct passage {
    const struct tapd_graph *graph;
    uint8_t versions[N_SWITCHES];
    struct base_arena arena;
    struct flow_table from[N_SWITCHES], old[N_SWITCHES], now[N_SWITCHES], new[N_SWITCHES];
    struct header headers[N_HEADERS];
    struct port_ref sources[N_HEADERS];
    struct arrivals old_arrivals[N_HEADERS], new_arrivals[N_HEADERS];
    struct arrivals partners[N_HEADERS]; /* in both states, on the switch of the source */
    bool all_known;
};

static struct tapd_actions actions_for(const struct flow_table *table, const struct header *header)
{
    const struct flow_entry *entry = look_up(table, header);
    return entry ? (struct tapd_actions){entry->actions, entry->n_actions}
                 : (struct tapd_actions){0};
}

/* On the switch that has just changed, by the port that has. */
static void check_switch(const struct passage *p, const struct tapd_step *step, bool grows)
{
    struct base_arena arena = {0};
    for (int i = 0; i < N_HEADERS; i++) {
        struct header header = p->headers[i];
        header.in_port = step->mod.flow.match.value.in_port;
        struct tapd_actions old = actions_for(&p->old[step->sw], &header);
        struct tapd_actions new = actions_for(&p->new[step->sw], &header);
        struct tapd_actions now = actions_for(&p->now[step->sw], &header), both;
        assert_int_equal(tapd_common(&old, &new, &arena, &both), 0);
        assert_true(tapd_sends_within(&both, &now));
        assert_true(tapd_sends_within(&now, &new) || (!grows && tapd_sends_within(&now, &old)));
    }
    base_arena_free(&arena);
}

static void arrivals_now(const struct passage *p, const struct flow_table *tables, int i,
                         struct arrivals *arrivals)
{
    arrivals->n = 0;
    walk(p->graph, tables, p->sources[i], p->headers[i], 0, 0, arrivals);
    sort_arrivals(arrivals);
}

static bool is_one_of(const struct arrival *arrival, const struct arrivals *arrivals)
{
    struct arrivals one = {.items = {*arrival}, .n = 1};
    return arrivals_within(&one, arrivals);
}

static void check_network(const struct passage *p, bool grows)
{
    for (int i = 0; i < N_HEADERS; i++) {
        struct arrivals now;
        arrivals_now(p, p->now, i, &now);
        if (p->all_known) {
            assert_true(arrivals_within(&now, &p->new_arrivals[i]) ||
                        (!grows && arrivals_within(&now, &p->old_arrivals[i])));
        }
        assert_true(arrivals_within(&p->partners[i], &now));
        for (size_t j = 0; j < now.n; j++) {
            assert_true(is_one_of(&now.items[j], &p->old_arrivals[i]) ||
                        is_one_of(&now.items[j], &p->new_arrivals[i]));
        }
    }
}

/* ------------------------------------------------------------------ passage */

/* The steps of a wave, of each switch in their order, else at random. */
static void make_wave(struct passage *p, const struct tapd_difference *difference,
                      const struct tapd_wave *wave)
{
    const struct tapd_step *steps = difference->steps + wave->first;
    bool *done = calloc(wave->n_steps, sizeof *done);
    for (size_t n_done = 0; n_done < wave->n_steps;) {
        size_t i = random_below((unsigned)wave->n_steps), first = i;
        while (first > 0 && steps[first - 1].sw == steps[i].sw) {
            first--;
        }
        while (first < wave->n_steps && done[first]) {
            first++;
        }
        if (first == wave->n_steps || steps[first].sw != steps[i].sw) {
            continue;
        }
        done[first] = true;
        n_done++;
        apply(&p->now[steps[first].sw], &steps[first].mod);
        if (p->all_known) {
            check_switch(p, &steps[first], wave->grows);
        }
        check_network(p, wave->grows);
    }
    free(done);
}

static void make_difference(struct passage *p, const struct tapd_network *wanted,
                            const struct flow_table *const *known, struct tapd_difference *made)
{
    assert_int_equal(tapd_difference_make(wanted, 0, known, p->versions, false, made), 0);
    assert_int_equal(made->n_foreign, 0);
    bool grows = false;
    for (size_t i = 0; i < made->n_waves; i++) {
        assert_true(made->waves[i].grows || !grows);
        grows = made->waves[i].grows;
        make_wave(p, made, &made->waves[i]);
    }
}

static void check_reached(const struct passage *p)
{
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        assert_int_equal(p->now[sw].n_entries, p->new[sw].n_entries);
        for (size_t i = 0; i < p->new[sw].n_entries; i++) {
            const struct flow_entry *wanted = &p->new[sw].entries[i];
            const struct flow_entry *there = find((struct flow_table *)&p->now[sw], wanted);
            assert_non_null(there);
            assert_true(flow_equal(there, wanted));
        }
    }
}

static void note_partners(struct passage *p, const struct tapd_network *from,
                          const struct tapd_network *to, int i)
{
    struct arrivals old = {.n = 0}, new = {.n = 0};
    expect(from->policy, NULL, 0, p->sources[i], &p->headers[i], &old);
    expect(to->policy, NULL, 0, p->sources[i], &p->headers[i], &new);
    sort_arrivals(&new);
    for (size_t j = 0; j < old.n; j++) {
        if (old.items[j].at.sw == p->sources[i].sw && is_one_of(&old.items[j], &new) &&
            is_one_of(&old.items[j], &p->old_arrivals[i])) {
            arrive(&p->partners[i], old.items[j].at, old.items[j].tags);
        }
    }
    sort_arrivals(&p->partners[i]);
}

static void begin(struct passage *p, const struct tapd_network *from, const struct tapd_network *to)
{
    p->graph = to->policy->graph;
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        p->versions[sw] = sometimes(2) ? 1 : 4;
    }
    copy_wanted(from->tables, p->versions, &p->arena, p->from);
    copy_wanted(to->tables, p->versions, &p->arena, p->new);
    copy_tables(p->from, p->old, sometimes(3));
    copy_tables(p->old, p->now, false);
    for (int i = 0; i < N_HEADERS; i++) {
        p->headers[i] = random_header();
        p->sources[i] = to->policy->topology->hosts[random_below(8)].port;
        arrivals_now(p, p->old, i, &p->old_arrivals[i]);
        arrivals_now(p, p->new, i, &p->new_arrivals[i]);
        note_partners(p, from, to, i);
    }
}

/* Some switches are not known at first: what is done to the others must not leak
 * either; and then they are. */
static void go(const struct tapd_network *from, const struct tapd_network *to)
{
    struct passage p = {.all_known = !sometimes(3)};
    const struct flow_table *known[N_SWITCHES];
    struct tapd_difference first, second;
    begin(&p, from, to);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        known[sw] = p.all_known || !sometimes(4) ? &p.now[sw] : NULL;
    }
    make_difference(&p, to, known, &first);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        known[sw] = &p.now[sw];
    }
    make_difference(&p, to, known, &second);
    assert_true(!p.all_known || second.n_steps == 0);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        assert_true(!p.all_known || first.lacks[sw].n_held == 0);
        assert_int_equal(second.lacks[sw].n_held, 0);
    }
    check_reached(&p);
    tapd_difference_free(&first);
    tapd_difference_free(&second);
    free_tables(p.from);
    free_tables(p.new);
    free_tables(p.old);
    free_tables(p.now);
    base_arena_free(&p.arena);
}

static struct tapd_network *random_network(const struct tapd_network *before)
{
    struct tapd_network *network = NULL;
    while (!network) {
        struct base_buffer text = {0};
        struct yaml_diagnostics diagnostics = {0};
        struct tapd_active active[N_TAPS_MAX];
        put_policy(&text, random_below(N_TAPS_MAX + 1));
        struct tapd_policy *policy = policy_of(base_buffer_text(&text), &diagnostics);
        if (policy) {
            tapd_compile(policy, active, activate(policy, active), before, &network, &diagnostics);
        }
        if (!network) {
            tapd_policy_free(policy);
        }
        yaml_diagnostics_free(&diagnostics);
        base_buffer_free(&text);
    }
    return network;
}

static void free_network(struct tapd_network *network)
{
    struct tapd_policy *policy = (struct tapd_policy *)network->policy;
    tapd_network_free(network);
    tapd_policy_free(policy);
}

/* What arrives before and afterwards, arrives meanwhile. */
static void pass_without_pause(const char *before, const char *after)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_policy *policies[] = {policy_of(before, &diagnostics),
                                      policy_of(after, &diagnostics)};
    struct tapd_network *networks[2];
    struct passage p = {.all_known = true};
    const struct flow_table *known[N_SWITCHES];
    struct tapd_difference made;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(tapd_compile(policies[i], NULL, 0, NULL, &networks[i], &diagnostics), 0);
    }
    begin(&p, networks[0], networks[1]);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        free(p.old[sw].entries);
        free(p.now[sw].entries);
    }
    copy_tables(p.from, p.old, false);
    copy_tables(p.from, p.now, false);
    for (int i = 0; i < N_HEADERS; i++) {
        p.sources[i] = policies[0]->topology->hosts[i % 2].port;
        arrivals_now(&p, p.old, i, &p.old_arrivals[i]);
        arrivals_now(&p, p.new, i, &p.new_arrivals[i]);
        assert_true(arrivals_equal(&p.old_arrivals[i], &p.new_arrivals[i]));
        p.partners[i] = p.new_arrivals[i];
    }
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        known[sw] = &p.now[sw];
    }
    make_difference(&p, networks[1], known, &made);
    assert_true(made.n_steps > 0);
    check_reached(&p);
    tapd_difference_free(&made);
    free_tables(p.from);
    free_tables(p.new);
    free_tables(p.old);
    free_tables(p.now);
    base_arena_free(&p.arena);
    free_network(networks[0]);
    free_network(networks[1]);
}

#define FABRIC "topology: topologies/fabric.yaml\npairs: [[h11, h12]]\ntaps:\n"

static void test_what_moves_does_not_pause(void **unused)
{
    (void)unused;
    pass_without_pause(FABRIC "  - {name: a, source: h11, uplink: f1:5, to: c1}\n",
                       FABRIC "  - {name: a, source: h11, uplink: f1:6, to: c1}\n");
    pass_without_pause(
        FABRIC "  - {name: a, source: [h11, h12], match: tcp, uplink: f1:6, to: c3}\n"
               "  - {name: b, source: h11, match: udp, uplink: f1:5, to: c1}\n",
        FABRIC "  - {name: a, source: [h11, h12], match: tcp, uplink: f1:7, to: c3}\n"
               "  - {name: b, source: h11, match: udp, uplink: f1:5, to: c1}\n");
    /* to a link that is in use, for the same */
    pass_without_pause(FABRIC "  - {name: a, source: h11, match: tcp, uplink: f1:6, to: c1}\n"
                              "  - {name: b, source: h12, match: udp, uplink: f1:5, to: c1}\n",
                       FABRIC "  - {name: a, source: h11, match: tcp, uplink: f1:5, to: c1}\n"
                              "  - {name: b, source: h12, match: udp, uplink: f1:5, to: c1}\n");
}

static void test_random_passages(void **unused)
{
    (void)unused;
    struct tapd_network *from = random_network(NULL);
    for (int i = 0; i < N_PAIRS; i++) {
        struct tapd_network *to = random_network(sometimes(2) ? from : NULL);
        go(from, to);
        free_network(from);
        from = to;
    }
    free_network(from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_moves_does_not_pause),
                                       cmocka_unit_test(test_random_passages)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
