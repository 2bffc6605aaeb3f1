/* SPDX-License-Identifier: Apache-2.0
 *
 * Switches that are none, are broken, or mean harm: others are programmed as ever, what they do is
 * told, and none of them is reported as installed. */
#include "tapd/install/installer.h"

#include "testing/cmocka.h"
#include "testing/hostile.h"
#include "testing/loop.h"
#include "testing/table_switch.h"
#include "testing/versions.h"
#include "testing/yaml_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_GOOD = 2, DIALLED = 0, DIALS = 1, AT_ONCE = 32, WHOLE_BYTES = 700 };

/* Switches of one policy, with a pair of hosts each: good ones, then hostile ones. */
struct world {
    struct event_base *base;
    struct table_switch good[N_GOOD];
    struct liar liars[AT_ONCE];
    size_t n_liars;
    const char *whys[AT_ONCE];
    bool told[AT_ONCE];
    struct tapd_policy *policy;
    struct tapd_network *network;
    struct tapd_installer *installer;
    struct tapd_installer_options options;
    struct base_buffer heard;
    uint16_t port;
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

static const struct tapd_installer_ops OPS = {.settled = on_settled, .expired = on_expired};

static void load(struct world *world)
{
    struct base_buffer topology = {0}, policy = {0};
    size_t n = N_GOOD + world->n_liars;
    base_put_text(&topology, "name: t\nswitches:\n");
    for (size_t i = 1; i <= n; i++) {
        base_put_format(&topology, "  s%zu: {dpid: %zu}\n", i, i);
    }
    base_put_text(&topology, "hosts:\n");
    base_put_text(&policy, "topology: t\npairs:\n");
    for (size_t i = 1; i <= n; i++) {
        for (unsigned port = 1; port <= 2; port++) {
            base_put_format(&topology,
                            "  h%zu-%u: {mac: \"00:00:00:00:%02zx:0%u\", port: \"s%zu:%u\"}\n", i,
                            port, i, port, i, port);
        }
        base_put_format(&policy, "  - [h%zu-1, h%zu-2]\n", i, i);
    }
    struct memory_file files[] = {
        {"t", base_buffer_text(&topology), 0}, {"p", base_buffer_text(&policy), 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    assert_int_equal(tapd_policy_load_from(&from, "p", &world->policy, &diagnostics), 0);
    assert_int_equal(tapd_compile(world->policy, NULL, 0, NULL, &world->network, &diagnostics), 0);
    world->network->since_ms = tapd_monotonic_ms();
    base_buffer_free(&topology);
    base_buffer_free(&policy);
}

static struct world *begin(void)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->base = event_base_new();
    world->port = loop_free_port();
    world->options = (struct tapd_installer_options){.resync_ms = 3600000,
                                                     .settle_ms = 1,
                                                     .patience_ms = 50,
                                                     .session = {.handshake_ms = 300,
                                                                 .request_ms = 300,
                                                                 .idle_ms = 1000,
                                                                 .backoff_min_ms = 20,
                                                                 .backoff_max_ms = 100}};
    return world;
}

static void add(struct world *world, const struct liar *liar, const char *why, bool dials)
{
    struct liar *added = &world->liars[world->n_liars];
    world->whys[world->n_liars++] = why;
    *added = *liar;
    added->fake.dpid = N_GOOD + world->n_liars;
    added->fake.version = spoken;
    added->fake.dial_port = dials ? world->port : 0;
}

/* Dialling ones come when all else is there. */
static void start(struct world *world)
{
    struct lab_switch at[N_GOOD + AT_ONCE] = {0};
    const struct lab lab = {.switches = at};
    char endpoint[64];
    struct base_error error;
    load(world);
    for (size_t i = 0; i < N_GOOD; i++) {
        world->good[i].dpid = i + 1;
        world->good[i].answers.version =
            i == DIALLED ? spoken : 5 - spoken; /* one in each version */
    }
    table_switch_open(&world->good[DIALLED], world->base);
    at[DIALLED].openflow = world->good[DIALLED].endpoint;
    for (size_t i = 0; i < world->n_liars; i++) {
        struct fake_switch *fake = &world->liars[i].fake;
        assert_true(fake->dial_port || fake_switch_start(fake));
        at[N_GOOD + i].openflow = fake->dial_port ? NULL : fake->endpoint;
    }
    world->installer =
        tapd_installer_new(world->base, world->policy->topology, &lab, world->policy->owns,
                           &world->options, &OPS, world, &error);
    assert_non_null(world->installer);
    snprintf(endpoint, sizeof endpoint, "ptcp:%u:127.0.0.1", world->port);
    assert_int_equal(tapd_installer_listen(world->installer, endpoint, &error), 0);
    tapd_installer_set(world->installer, world->network);
    tapd_installer_start(world->installer);
    for (size_t i = 0; i < world->n_liars; i++) {
        struct fake_switch *fake = &world->liars[i].fake;
        assert_true(!fake->dial_port || fake_switch_start(fake));
    }
    table_switch_dial(&world->good[DIALS], world->base, world->port);
}

static void end(struct world *world)
{
    tapd_installer_free(world->installer);
    for (size_t i = 0; i < N_GOOD; i++) {
        table_switch_close(&world->good[i]);
    }
    for (size_t i = 0; i < world->n_liars; i++) {
        fake_switch_stop(&world->liars[i].fake);
    }
    tapd_network_free(world->network);
    tapd_policy_free(world->policy);
    base_buffer_free(&world->heard);
    event_base_free(world->base);
    free(world);
}

static struct tapd_switch_report report(const struct world *world, size_t sw)
{
    return tapd_installer_report(world->installer, sw);
}

static bool good_are_installed(const struct world *world)
{
    for (size_t i = 0; i < N_GOOD; i++) {
        if (!report(world, i).installed) {
            return false;
        }
        assert_int_equal(world->good[i].table.n_entries, 2);
    }
    return true;
}

/* What there is to tell of it is told now. One that dials does so once. */
static bool is_told(const struct world *world, size_t i)
{
    const struct fake_switch *fake = &world->liars[i].fake;
    struct tapd_switch_report now = report(world, N_GOOD + i);
    assert_false(now.installed);
    if (world->whys[i] && !strstr(now.trouble, world->whys[i])) {
        return false;
    }
    return fake->dial_port ? fake->is_over || (now.up && *now.trouble)
                           : *now.trouble && strcmp(now.trouble, "not dialled yet") != 0;
}

static bool all_were_told(struct world *world)
{
    bool all = good_are_installed(world);
    for (size_t i = 0; i < world->n_liars; i++) {
        world->told[i] |= is_told(world, i);
        all &= world->told[i];
    }
    return all;
}

/* What is known of them, for whoever waits in vain. */
static const char *what_is_known(struct world *world)
{
    world->heard.n_bytes = 0;
    for (size_t i = 0; i < N_GOOD + world->n_liars; i++) {
        if (i < N_GOOD ? !report(world, i).installed : !world->told[i - N_GOOD]) {
            base_put_format(&world->heard, "s%zu: %s\n", i + 1, report(world, i).trouble);
        }
    }
    return base_buffer_text(&world->heard);
}

static void play(struct world *world)
{
    start(world);
    AWAIT(world->base, good_are_installed(world), what_is_known(world));
    AWAIT(world->base, all_were_told(world), what_is_known(world));
    tapd_installer_resync(world->installer); /* and all of it once more */
    AWAIT(world->base, good_are_installed(world), what_is_known(world));
    end(world);
}

static void play_all(bool dial)
{
    struct world *world = begin();
    for (size_t i = 0; i < N_HOSTILE; i++) {
        struct liar liar = {.fake = HOSTILE[i].fake};
        add(world, &liar, dial ? NULL : HOSTILE[i].why, dial);
    }
    play(world);
}

static void each_harms_itself_alone(void **state)
{
    (void)state;
    play_all(false);
    play_all(true);
}

/* The answers to a reading of three entries are cut everywhere, by those that dial and by those
 * that are dialled. */
static void cut_anywhere(void **state)
{
    (void)state;
    for (size_t at = 1, n = 0; at < WHOLE_BYTES; n++) {
        struct world *world = begin();
        for (size_t i = 0; i < AT_ONCE; i++, at += 7) {
            add(world, &(struct liar){.fake = {.n_flows = 3, .close_after = at}}, NULL, n % 2);
        }
        play(world);
    }
}

static void a_word_that_is_wrong(void **state)
{
    (void)state;
    for (size_t lie = 0, n = 0; lie < WHOLE_BYTES / 2 * LIAR_KINDS; n++) {
        struct world *world = begin();
        for (size_t i = 0; i < AT_ONCE; i++, lie += 11) {
            struct liar liar = {.fake = {.n_flows = 3, .answer = answer_with_a_lie},
                                .at = 8 + 2 * (lie / LIAR_KINDS),
                                .kind = (unsigned)(lie % LIAR_KINDS)};
            add(world, &liar, NULL, n % 2);
        }
        play(world);
    }
}

/* What is kept of all of them together has a limit; it is those that send most that go. */
static void bombs_are_given_up_together(void **state)
{
    (void)state;
    struct world *world = begin();
    world->options.session.max_sum_bytes = 60000;
    for (size_t i = 0; i < 4; i++) {
        struct liar bomb = {.fake = {.answer = go_on_for_ever, .flows_a_part = 1, .n_flows = 1}};
        add(world, &bomb, "most of all switches, which may send 60000 together", i % 2);
    }
    play(world);
}

static bool callers_are_told(const struct world *world)
{
    const char *trouble = report(world, N_GOOD).trouble;
    return strstr(trouble, "has not dialled yet; ") &&
           strstr(trouble, "; 1 caller was not understood, the last: 127.0.0.1:") &&
           strstr(trouble, ": answers, but not in OpenFlow: \"GET / HTTP/1.1\"");
}

static void who_dialled_instead_is_told(void **state)
{
    (void)state;
    struct world *world = begin();
    add(world, &(struct liar){.fake = {.banner = "GET / HTTP/1.1\r\n\r\n"}}, NULL, true);
    start(world);
    AWAIT(world->base, callers_are_told(world), what_is_known(world));
    AWAIT(world->base, good_are_installed(world), what_is_known(world));
    assert_string_equal(report(world, DIALS).trouble, "");
    end(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_VERSIONS(bombs_are_given_up_together),
        IN_BOTH_VERSIONS(who_dialled_instead_is_told),
        IN_BOTH_VERSIONS(each_harms_itself_alone),
        IN_BOTH_VERSIONS(cut_anywhere),
        IN_BOTH_VERSIONS(a_word_that_is_wrong),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
