/* SPDX-License-Identifier: Apache-2.0
 *
 * For the tests of this room: an installer of two switches, what is wanted of them, and what they
 * hear. */
#ifndef TAPD_INSTALL_INSTALLER_TESTING_H
#define TAPD_INSTALL_INSTALLER_TESTING_H

#include "tapd/install/installer.h"

#include "tapd/install/difference.h"
#include "tapd/log_testing.h"
#include "testing/cmocka.h"
#include "testing/loop.h"
#include "testing/table_switch.h"
#include "testing/versions.h"
#include "testing/yaml_memory.h"

#include <string.h>

#define TOPOLOGY                                                                                   \
    "name: t\n"                                                                                    \
    "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"                                                   \
    "hosts:\n"                                                                                     \
    "  h1: {mac: 00:00:00:00:00:01, port: s1:1}\n"                                                 \
    "  h2: {mac: 00:00:00:00:00:02, port: s1:2}\n"                                                 \
    "  c1: {mac: 00:00:00:00:00:c1, port: s2:9, role: capture}\n"                                  \
    "links: [[s1:5, s2:1]]\n"
#define PAIR "topology: t\npairs: [[h1, h2]]\n"
#define TAP  PAIR "taps: [{name: web, source: h1, to: c1}]\n"

enum { N = 2, OWN_ID = 77 };

/* Two switches, what is wanted of them, and what was heard. */
struct world {
    struct event_base *base;
    struct table_switch switches[N];
    struct base_buffer heard;
    struct tapd_policy *policy;
    struct tapd_network *pair, *tap; /* wanted without and with the tap */
    const struct tapd_network *wanted;
    struct tapd_installer *installer;
    struct tapd_installer_options options;
    unsigned n_settled, n_expired;
    uint32_t expired;
    struct tapd_policy *pair_policy;
};

static inline void on_settled(void *owner)
{
    ((struct world *)owner)->n_settled++;
}

static inline void on_expired(void *owner, uint32_t id)
{
    struct world *world = owner;
    world->n_expired++;
    world->expired = id;
}

static const struct tapd_installer_ops OPS = {.settled = on_settled, .expired = on_expired};

static inline struct tapd_policy *load(const char *text)
{
    struct memory_file files[] = {{"t", TOPOLOGY, 0}, {"p", text, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_policy *policy;
    assert_int_equal(tapd_policy_load_from(&from, "p", &policy, &diagnostics), 0);
    return policy;
}

static inline struct tapd_network *compile(const struct tapd_policy *policy)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_network *network;
    assert_int_equal(tapd_compile(policy, NULL, 0, NULL, &network, &diagnostics), 0);
    network->since_ms = tapd_monotonic_ms();
    return network;
}

/* Everything but the connections. */
static inline void begin(struct world *world)
{
    *world = (struct world){
        .base = event_base_new(),
        .options = {.resync_ms = 3600000,
                    .settle_ms = 1,
                    .patience_ms = 30000,
                    .session = {.backoff_min_ms = 1, .backoff_max_ms = 5}},
        .policy = load(TAP),
        .pair_policy = load(PAIR),
    };
    world->tap = compile(world->policy);
    world->pair = compile(world->pair_policy);
    for (size_t i = 0; i < N; i++) {
        world->switches[i].dpid = i + 1;
        world->switches[i].answers.version = spoken;
        world->switches[i].heard = &world->heard;
        table_switch_open(&world->switches[i], world->base);
    }
}

static inline void want(struct world *world, const struct tapd_network *network)
{
    world->wanted = network;
    tapd_installer_set(world->installer, network);
}

static inline void start(struct world *world, const struct tapd_network *network)
{
    struct lab_switch at[N] = {{.openflow = world->switches[0].endpoint},
                               {.openflow = world->switches[1].endpoint}};
    const struct lab lab = {.switches = at};
    struct base_error error;
    world->installer =
        tapd_installer_new(world->base, world->policy->topology, &lab, world->policy->owns,
                           &world->options, &OPS, world, &error);
    assert_non_null(world->installer);
    want(world, network);
    tapd_installer_start(world->installer);
}

static inline void end(struct world *world)
{
    assert_told("");
    tapd_installer_free(world->installer);
    for (size_t i = 0; i < N; i++) {
        table_switch_close(&world->switches[i]);
    }
    tapd_network_free(world->pair);
    tapd_network_free(world->tap);
    tapd_policy_free(world->policy);
    tapd_policy_free(world->pair_policy);
    base_buffer_free(&world->heard);
    event_base_free(world->base);
}

typedef bool condition(const struct world *world);

static inline void await(struct world *world, condition *is_so)
{
    AWAIT(world->base, is_so(world), base_buffer_text(&world->heard));
}

static inline struct tapd_switch_report report(const struct world *world, size_t sw)
{
    return tapd_installer_report(world->installer, sw);
}

static inline bool is_installed(const struct world *world)
{
    return tapd_installer_is_installed(world->installer);
}

static inline bool first_is_blocked(const struct world *world)
{
    return report(world, 0).n_foreign > 0 && report(world, 0).n_own > 0;
}

static inline bool first_has_trouble(const struct world *world)
{
    return report(world, 0).up && *report(world, 0).trouble;
}

static inline bool both_are_up(const struct world *world)
{
    return report(world, 0).up && report(world, 1).up;
}

/* How many entries of the switch are wanted there. */
static inline size_t n_right(const struct world *world, size_t sw)
{
    const struct flow_table *wanted = &world->wanted->tables[sw],
                            *table = &world->switches[sw].table;
    size_t n = 0;
    for (size_t i = 0; i < table->n_entries; i++) {
        for (size_t k = 0; k < wanted->n_entries; k++) {
            n += flow_equal(&table->entries[i], &wanted->entries[k]);
        }
    }
    return n;
}

static inline bool first_has_all_but_copies(const struct world *world)
{
    return first_has_trouble(world) && report(world, 0).n_own == world->pair->tables[0].n_entries;
}

static inline bool first_is_right(const struct world *world)
{
    return n_right(world, 0) == world->wanted->tables[0].n_entries;
}

static inline bool first_is_reported(const struct world *world)
{
    bool is_reported = report(world, 0).installed;
    assert_true(first_is_right(world) || !is_reported);
    return is_reported;
}

static inline void assert_right(const struct world *world, size_t sw, size_t n_foreign)
{
    size_t n = world->wanted->tables[sw].n_entries;
    if (n_right(world, sw) != n || world->switches[sw].table.n_entries != n + n_foreign) {
        fail_msg("s%zu has\n%s", sw + 1, table_switch_text(&world->switches[sw]));
    }
    assert_int_equal(report(world, sw).n_wanted, n);
    assert_int_equal(report(world, sw).n_own, n);
    assert_int_equal(report(world, sw).n_foreign, n_foreign);
}

static const char *heard(struct world *world)
{
    return base_buffer_text(&world->heard);
}

static const char *heard_after(const char *text, const char *what)
{
    const char *at = strstr(text, what);
    if (!at) {
        fail_msg("expected \"%s\" in\n%s", what, text);
    }
    return at;
}

static inline void forget(struct world *world)
{
    world->heard.n_bytes = 0;
}

#endif
