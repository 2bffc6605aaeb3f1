/* SPDX-License-Identifier: Apache-2.0
 *
 * How do fake switches come through a dump? */
#include "testing/channel.h"

#include <string.h>

struct channel *open_at(const char *endpoint, const struct channel_options *options)
{
    struct channel *channel;
    struct base_error error;
    const struct channel_target target = {.name = "s1", .endpoint = endpoint};
    if (channel_open(&target, 1, options, &channel, &error)) {
        fail_msg("%s", error.text);
    }
    return channel;
}

void dump_all(struct channel *channel, unsigned what, struct channel_dump *dumps)
{
    struct base_error error;
    if (channel_dump(channel, what, dumps, &error)) {
        fail_msg("%s", error.text);
    }
}

void assert_ok(const struct channel_dump *dump, size_t n_flows)
{
    if (!dump->ok) {
        fail_msg("%s", dump->reason);
    }
    assert_string_equal(dump->reason, "");
    assert_int_equal(dump->state.flows.n_entries, n_flows);
}

void assert_failed(const struct channel_dump *dump, const char *endpoint, const char *why)
{
    assert_false(dump->ok);
    if (strncmp(dump->reason, endpoint, strlen(endpoint)) != 0 || !strstr(dump->reason, why)) {
        fail_msg("expected \"%s: ...%s...\", got \"%s\"", endpoint, why, dump->reason);
    }
}

void stop(struct fake_switch *fake)
{
    fake_switch_stop(fake);
    fake->types_seen &= fake->version ? ~(1u << FAKE_SET_ASYNC) : UINT32_MAX;
    assert_int_equal(fake->types_seen & ~(1u << FAKE_HELLO | 1u << FAKE_ECHO_REQUEST |
                                          1u << FAKE_ECHO_REPLY | 1u << FAKE_FEATURES_REQUEST |
                                          1u << FAKE_STATS_REQUEST | 1u << FAKE_BARRIER_REQUEST),
                     0);
}

struct channel_dump dump_once(struct fake_switch *fake, const struct channel_options *options)
{
    struct channel_dump dump;
    assert_true(fake_switch_start(fake));
    struct channel *channel = open_at(fake->endpoint, options);
    dump_all(channel, BOTH, &dump);
    channel_close(channel);
    stop(fake);
    return dump;
}

void expect_ok(struct fake_switch fake)
{
    struct channel_dump dump = dump_once(&fake, &PATIENT);
    assert_ok(&dump, fake.n_flows);
    switch_state_free(&dump.state);
}

void expect_failure(struct fake_switch fake, const struct channel_options *options, const char *why)
{
    struct channel_dump dump = dump_once(&fake, options);
    assert_failed(&dump, fake.endpoint, why);
    switch_state_free(&dump.state);
}
