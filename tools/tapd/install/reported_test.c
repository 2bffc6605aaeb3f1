/* SPDX-License-Identifier: Apache-2.0
 *
 * What is reported as installed is there at that moment, whatever switches do: they start again
 * with empty tables, hang up, call a second time, do not answer, confirm and do nothing, refuse. */
#include "tapd/install/installer.h"

#include "testing/cmocka.h"
#include "testing/loop.h"
#include "testing/table_switch.h"
#include "testing/yaml_memory.h"

#include <stdio.h>
#include <stdlib.h>

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

enum { N = 2, DIALLED = 0, DIALS = 1, STEPS = 120 };

/* Two policies for two switches, of which one is dialled and one dials. */
struct world {
    struct event_base *base;
    struct event *tick; /* no turn of the loop takes long */
    struct table_switch switches[N];
    struct tapd_policy *policies[2];
    struct tapd_network *networks[2];
    const struct tapd_network *wanted;
    struct tapd_installer *installer;
    uint16_t port;
    unsigned n_installed; /* times that all was well again */
};

static void on_settled(void *owner)
{
    (void)owner;
}

static void on_expired(void *owner, uint32_t id)
{
    (void)owner;
    (void)id;
}

static void load(struct world *world, size_t i, const char *text)
{
    struct memory_file files[] = {{"t", TOPOLOGY, 0}, {"p", text, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    assert_int_equal(tapd_policy_load_from(&from, "p", &world->policies[i], &diagnostics), 0);
    assert_int_equal(
        tapd_compile(world->policies[i], NULL, 0, NULL, &world->networks[i], &diagnostics), 0);
}

static void on_tick(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
}

static void begin(struct world *world)
{
    static const struct tapd_installer_ops ops = {.settled = on_settled, .expired = on_expired};
    const struct tapd_installer_options options = {
        .resync_ms = 3600000,
        .settle_ms = 1,
        .patience_ms = 5,
        .session = {.request_ms = 50, .backoff_min_ms = 1, .backoff_max_ms = 2}};
    char endpoint[64];
    struct base_error error;
    *world = (struct world){.base = event_base_new(), .port = loop_free_port()};
    world->tick = event_new(world->base, -1, EV_PERSIST, on_tick, NULL);
    event_add(world->tick, &(struct timeval){.tv_usec = 500});
    load(world, 0, PAIR);
    load(world, 1, TAP);
    for (size_t i = 0; i < N; i++) {
        world->switches[i].dpid = i + 1;
        world->switches[i].restarts = true;
    }
    table_switch_open(&world->switches[DIALLED], world->base);
    struct lab_switch at[N] = {{.openflow = world->switches[DIALLED].endpoint}};
    const struct lab lab = {.switches = at};
    world->installer = tapd_installer_new(world->base, world->policies[0]->topology, &lab,
                                          world->policies[0]->owns, &options, &ops, world, &error);
    assert_non_null(world->installer);
    snprintf(endpoint, sizeof endpoint, "ptcp:%u:127.0.0.1", world->port);
    assert_int_equal(tapd_installer_listen(world->installer, endpoint, &error), 0);
    tapd_installer_start(world->installer);
}

static void end(struct world *world)
{
    tapd_installer_free(world->installer);
    for (size_t i = 0; i < N; i++) {
        table_switch_close(&world->switches[i]);
        tapd_network_free(world->networks[i]);
        tapd_policy_free(world->policies[i]);
    }
    event_free(world->tick);
    event_base_free(world->base);
}

static void want(struct world *world, size_t policy)
{
    world->wanted = world->networks[policy];
    world->networks[policy]->since_ms = tapd_monotonic_ms();
    tapd_installer_set(world->installer, world->wanted);
}

static bool has(const struct flow_table *table, const struct flow_entry *entry)
{
    size_t i = 0;
    while (i < table->n_entries && !flow_equal(&table->entries[i], entry)) {
        i++;
    }
    return i < table->n_entries;
}

/* Neither more nor less than is wanted. */
static bool is_right(const struct world *world, size_t sw)
{
    const struct flow_table *wanted = &world->wanted->tables[sw],
                            *table = &world->switches[sw].table;
    for (size_t i = 0; i < wanted->n_entries; i++) {
        if (!has(table, &wanted->entries[i])) {
            return false;
        }
    }
    return table->n_entries == wanted->n_entries;
}

static bool is_told(const struct world *world, size_t sw)
{
    return tapd_installer_report(world->installer, sw).installed;
}

static void check(struct world *world)
{
    for (size_t sw = 0; sw < N; sw++) {
        bool told = is_told(world, sw);
        if (told && !is_right(world, sw)) {
            fail_msg("s%zu is reported as installed, with\n%s", sw + 1,
                     table_switch_text(&world->switches[sw]));
        }
    }
    if (tapd_installer_is_installed(world->installer)) {
        assert_true(is_told(world, 0) && is_told(world, 1));
    }
}

/* It dials again until all is well. */
static bool is_installed(struct world *world)
{
    check(world);
    if (!world->switches[DIALS].peer) {
        table_switch_dial(&world->switches[DIALS], world->base, world->port);
    }
    return tapd_installer_is_installed(world->installer);
}

static void behave(struct table_switch *sw)
{
    sw->slow = sw->forgetful = false;
    sw->refuses = NULL;
}

static bool one_of(unsigned n)
{
    return rand() % n == 0;
}

static void lose_one(struct world *world, size_t at)
{
    struct table_switch *sw = &world->switches[at];
    if (sw->peer && sw->table.n_entries > 0 && is_told(world, at)) {
        table_switch_lose(sw, 0, OFPRR_DELETE);
        AWAIT(world->base, !is_told(world, at), "");
    }
}

/* Something happens to one of them, or is wanted. */
static void disturb(struct world *world)
{
    size_t at = (size_t)rand() % N;
    struct table_switch *sw = &world->switches[at];
    behave(sw);
    switch (rand() % 7) {
    case 0:
        want(world, (size_t)rand() % 2);
        break;
    case 1:
        sw->slow = true;
        break;
    case 2:
        sw->forgetful = true;
        break;
    case 3:
        sw->refuses = "output:2";
        break;
    case 4:
        lose_one(world, at);
        break;
    case 5:
        table_switch_hang_up(sw);
        break;
    default: /* the former connection is given up, if there is one */
        table_switch_dial(&world->switches[DIALS], world->base, world->port);
    }
}

/* All does as it should again. */
static void recover(struct world *world)
{
    for (size_t i = 0; i < N; i++) {
        behave(&world->switches[i]);
    }
    tapd_installer_resync(world->installer);
    AWAIT(world->base, is_installed(world), table_switch_text(&world->switches[DIALS]));
    world->n_installed++;
}

static void what_is_reported_is_there(void **state)
{
    (void)state;
    struct world world;
    srand(1);
    begin(&world);
    want(&world, 1);
    for (unsigned i = 0; i < STEPS; i++) {
        disturb(&world);
        for (int n_turns = rand() % 30; n_turns > 0; n_turns--) {
            event_base_loop(world.base, EVLOOP_ONCE);
            check(&world);
        }
        if (one_of(4)) {
            recover(&world);
        }
    }
    recover(&world);
    assert_true(world.n_installed > STEPS / 8);
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_reported_is_there),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
