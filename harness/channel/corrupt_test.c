/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole dialogues with switches that say one thing wrong, in every place where they can: each
 * costs its own dump alone, soon and with a reason, or is a dump as it should be. */
#include "channel/channel.h"

#include "openflow/message.h"
#include "testing/channel.h"
#include "testing/hostile.h"

#include <stdlib.h>

enum { AT_ONCE = 64, TIMEOUT_MS = 400 };

/* A good switch, and as many liars as there are from `first` on. */
static void dump_liars(uint8_t version, size_t first, size_t n)
{
    static struct liar liars[AT_ONCE];
    struct fake_switch good = {.n_flows = 3};
    struct channel_target targets[AT_ONCE + 1];
    struct channel_dump dumps[AT_ONCE + 1];
    const struct channel_options options = {.timeout_ms = TIMEOUT_MS};
    struct channel *channel;
    for (size_t i = 0; i < n; i++) {
        liars[i] = (struct liar){.fake = {.version = version,
                                          .has_groups = true,
                                          .n_flows = 3,
                                          .answer = answer_with_a_lie},
                                 .at = 8 + 2 * ((first + i) / LIAR_KINDS),
                                 .kind = (unsigned)((first + i) % LIAR_KINDS)};
        assert_true(fake_switch_start(&liars[i].fake));
        targets[i] = (struct channel_target){
            .name = "liar", .endpoint = liars[i].fake.endpoint, .version = version};
    }
    assert_true(fake_switch_start(&good));
    targets[n] = (struct channel_target){.name = "good", .endpoint = good.endpoint};
    assert_int_equal(channel_open(targets, n + 1, &options, &channel, NULL), 0);
    dump_all(channel, BOTH, dumps);
    for (size_t i = 0; i < n; i++) {
        assert_true(dumps[i].ok || strstr(dumps[i].reason, targets[i].endpoint));
        assert_true(dumps[i].ok || strlen(dumps[i].reason) > strlen(targets[i].endpoint) + 4);
    }
    for (size_t i = 0; i <= n; i++) {
        switch_state_free(&dumps[i].state);
    }
    channel_close(channel);
    for (size_t i = 0; i < n; i++) {
        stop(&liars[i].fake);
    }
    stop(&good);
}

/* How many bytes a whole dialogue has, and that it is one. */
static size_t measure(uint8_t version)
{
    struct fake_switch whole = {.version = version, .has_groups = true, .n_flows = 3};
    struct channel *channel;
    struct channel_dump dump;
    assert_true(fake_switch_start(&whole));
    const struct channel_target target = {
        .name = "whole", .endpoint = whole.endpoint, .version = version};
    assert_int_equal(channel_open(&target, 1, &PATIENT, &channel, NULL), 0);
    dump_all(channel, BOTH, &dump);
    assert_ok(&dump, 3);
    assert_int_equal(dump.state.groups.n_groups, version == OFP_VERSION ? 0 : 1);
    switch_state_free(&dump.state);
    channel_close(channel);
    stop(&whole);
    return whole.n_sent;
}

static void dump_all_liars(uint8_t version)
{
    size_t n = (measure(version) - 8) / 2 * LIAR_KINDS;
    assert_true(n > 1000);
    for (size_t first = 0; first < n; first += AT_ONCE) {
        dump_liars(version, first, n - first < AT_ONCE ? n - first : AT_ONCE);
    }
}

static void a_word_that_is_wrong_costs_one_dump(void **state)
{
    (void)state;
    dump_all_liars(OFP_VERSION);
}

static void a_word_of_1_3_that_is_wrong_costs_one_dump(void **state)
{
    (void)state;
    dump_all_liars(4);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_word_that_is_wrong_costs_one_dump),
    cmocka_unit_test(a_word_of_1_3_that_is_wrong_costs_one_dump),
};
TEST_MAIN(tests)
