/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of a switch where an allocation fails while it is read: that there was no memory,
 * never that it has fewer entries, groups or ports. */
#include "channel/channel.h"

#include "testing/channel.h"
#include "testing/failing.h"

enum { N_FLOWS = 3 };

static void assert_whole(const struct fake_switch *fake, const struct switch_state *state)
{
    assert_int_equal(state->flows.n_entries, N_FLOWS);
    assert_int_equal(state->n_ports, fake->version ? 1 : 2);
    assert_int_equal(state->groups.n_groups, fake->version ? 1 : 0);
    assert_int_equal(state->groups.n_meters, fake->version ? 1 : 0);
}

/* Dials it anew and reads it: -1 if there was no memory for that. */
static int read_once(void *aux)
{
    const struct fake_switch *fake = aux;
    const struct channel_target target = {
        .name = "s1", .endpoint = fake->endpoint, .version = fake->version ? 4 : 1};
    const struct channel_options options = {.timeout_ms = 20000, .plain = true};
    struct channel *channel = NULL;
    struct channel_dump dump = {.ok = false};
    struct base_error error = {""};
    if (channel_open(&target, 1, &options, &channel, &error)) {
        assert_non_null(strstr(error.text, "memory"));
        return -1;
    }
    int status = channel_dump(channel, BOTH, &dump, &error);
    if (status) {
        assert_non_null(strstr(error.text, "memory"));
    } else if (dump.ok) {
        assert_whole(fake, &dump.state);
    } else if (!strstr(dump.reason, "memory")) {
        fail_msg("%s", dump.reason);
    }
    bool is_read = status == 0 && dump.ok;
    switch_state_free(&dump.state); /* in either case */
    channel_close(channel);
    return is_read ? 0 : -1;
}

static void read_without_memory(struct fake_switch fake)
{
    assert_true(fake_switch_start(&fake));
    assert_true(failing_each(read_once, &fake) > 10);
    assert_true(failing_each_piece(read_once, &fake) > 10);
    stop(&fake);
}

static void a_switch_of_1_0(void **state)
{
    (void)state;
    read_without_memory((struct fake_switch){.n_flows = N_FLOWS});
}

static void a_switch_of_1_3(void **state)
{
    (void)state;
    read_without_memory((struct fake_switch){.version = 4, .has_groups = true, .n_flows = N_FLOWS});
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_switch_of_1_0),
    cmocka_unit_test(a_switch_of_1_3),
};
TEST_MAIN(tests)
