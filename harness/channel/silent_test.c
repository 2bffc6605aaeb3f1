/* SPDX-License-Identifier: Apache-2.0
 *
 * Switches that do not answer, dumped again and again on one channel: each
 * costs the timeout once, and is taken again as soon as it answers. */
#include "channel/channel.h"

#include "testing/channel.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIMEOUT_MS = 2000, GRACE_MS = 250 };

/* On a busy machine the timeout and the grace take longer, but the grace never
 * nearly the timeout. */
static void assert_grace(const struct channel_dump *dump, const char *endpoint, const char *why)
{
    assert_failed(dump, endpoint, ": did not answer before (");
    assert_failed(dump, endpoint, why);
    assert_in_range((long)dump->ms, GRACE_MS - 20, TIMEOUT_MS - 500);
}

static const struct channel_options OPTIONS = {.timeout_ms = TIMEOUT_MS, .plain = true};

static void silence_is_waited_for_once(void **state)
{
    (void)state;
    struct fake_switch fakes[2] = {{.mute = true}, {.dpid = 2, .n_flows = 2}};
    struct channel_target targets[2] = {{0}};
    struct channel_dump dumps[2];
    struct channel *channel;
    for (size_t i = 0; i < 2; i++) {
        assert_true(fake_switch_start(&fakes[i]));
        targets[i] = (struct channel_target){.name = "s", .endpoint = fakes[i].endpoint};
    }
    assert_int_equal(channel_open(targets, 2, &OPTIONS, &channel, NULL), 0);
    for (size_t round = 0; round < 3; round++) {
        dump_all(channel, BOTH, dumps);
        assert_ok(&dumps[1], 2);
        switch_state_free(&dumps[1].state);
        if (round == 0) {
            assert_failed(&dumps[0], fakes[0].endpoint, ": timed out after 2000 ms: connected");
            assert_true(dumps[0].ms > TIMEOUT_MS - 100);
        } else {
            assert_grace(&dumps[0], fakes[0].endpoint, " s), nor now: connected, but nothing came");
        }
    }
    channel_close(channel);
    stop(&fakes[0]);
    stop(&fakes[1]);
}

static void no_connection_is_waited_for_once(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n_bytes = sizeof address;
    char endpoint[64];
    struct channel_dump dump;
    int callers[4], listening = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listening, (struct sockaddr *)&address, n_bytes), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &n_bytes), 0);
    assert_int_equal(listen(listening, 0), 0);
    for (size_t i = 0; i < 4; i++) { /* a queue that is full: no answer to a SYN any more */
        callers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(callers[i], (struct sockaddr *)&address, n_bytes);
    }
    snprintf(endpoint, sizeof endpoint, "tcp:127.0.0.1:%u", ntohs(address.sin_port));
    struct channel *channel = open_at(endpoint, &OPTIONS);
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, endpoint, "timed out after 2000 ms: no connection");
    dump_all(channel, BOTH, &dump);
    assert_grace(&dump, endpoint, " s), nor now: no connection");
    close(listening);
    dump_all(channel, BOTH, &dump); /* refused: that is not waited for */
    assert_failed(&dump, endpoint, "Connection refused");
    assert_true(dump.ms < TIMEOUT_MS - 500);
    channel_close(channel);
    for (size_t i = 0; i < 4; i++) {
        close(callers[i]);
    }
}

static void answer_but_the_barrier(struct fake_switch *fake, uint8_t type, uint32_t xid,
                                   uint16_t kind)
{
    if (type != FAKE_BARRIER_REQUEST) {
        fake_switch_answer(fake, type, xid, kind);
    }
}

/* Whoever has answered by then has; the time-out is not waited for. */
static void an_interrupted_dump_ends_at_once(void **state)
{
    (void)state;
    struct fake_switch quick = {.n_flows = 3}, slow = {.answer = answer_but_the_barrier};
    struct channel_dump dumps[2];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_true(fake_switch_start(&quick) && fake_switch_start(&slow));
    const struct channel_target targets[] = {{.name = "s1", .endpoint = quick.endpoint},
                                             {.name = "s2", .endpoint = slow.endpoint}};
    struct channel_options options = {.timeout_ms = 600000, .interrupt_fd = ends[0]};
    struct channel *channel = NULL;
    assert_int_equal(channel_open(targets, 2, &options, &channel, NULL), 0);
    pid_t child = fork(); /* by then the first one has answered, or not: both are right */
    if (child == 0) {
        poll(NULL, 0, GRACE_MS);
        (void)!write(ends[1], "", 1);
        _exit(0);
    }
    assert_int_equal(channel_dump(channel, BOTH, dumps, NULL), 0);
    assert_true(dumps[0].ok || strstr(dumps[0].reason, ": interrupted"));
    assert_failed(&dumps[1], slow.endpoint, "interrupted");
    assert_true(dumps[1].ms < 300000);
    switch_state_free(&dumps[0].state);
    switch_state_free(&dumps[1].state);
    assert_int_equal(channel_dump(channel, BOTH, dumps, NULL), 0); /* it can still be read */
    assert_failed(&dumps[1], slow.endpoint, "interrupted");
    switch_state_free(&dumps[0].state);
    switch_state_free(&dumps[1].state);
    channel_close(channel);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ends[0]);
    close(ends[1]);
    stop(&quick);
    stop(&slow);
}

/* Nothing on its first connection; later its first answer at once, and the last
 * one when the grace is over. */
static void wake_up_slowly(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (fake->n_connections == 1) {
        return;
    }
    if (type == FAKE_BARRIER_REQUEST) {
        poll(NULL, 0, 2 * GRACE_MS);
    }
    fake_switch_answer(fake, type, xid, kind);
}

static void with_its_first_answer_it_has_all_the_time(void **state)
{
    (void)state;
    struct fake_switch fake = {.n_flows = 3, .answer = wake_up_slowly};
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
    struct channel *channel = open_at(fake.endpoint, &OPTIONS);
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, fake.endpoint, "timed out after 2000 ms: still to come: FEATURES");
    for (size_t i = 0; i < 2; i++) {
        dump_all(channel, BOTH, &dump);
        assert_ok(&dump, 3);
        assert_true(dump.ms > GRACE_MS);
        switch_state_free(&dump.state);
    }
    channel_close(channel);
    stop(&fake);
}

/* It answers, only not to the end: that may be a table too long for the time.
 * Later it answers nothing. */
static void forget_the_barrier(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type != FAKE_BARRIER_REQUEST && fake->n_connections <= 2) {
        fake_switch_answer(fake, type, xid, kind);
    }
}

static void whoever_answers_at_all_has_all_the_time(void **state)
{
    (void)state;
    struct fake_switch fake = {.n_flows = 3, .answer = forget_the_barrier};
    const struct channel_options hasty = {.timeout_ms = 2000, .plain = true};
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
    struct channel *channel = open_at(fake.endpoint, &hasty);
    for (size_t i = 0; i < 3; i++) {
        dump_all(channel, BOTH, &dump);
        assert_failed(&dump, fake.endpoint,
                      i < 2 ? "timed out after 2000 ms: still to come: BARRIER"
                            : "timed out after 2000 ms: still to come: FEATURES");
        switch_state_free(&dump.state);
    }
    channel_close(channel);
    stop(&fake);
}

static void restart(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    fake->closing = fake->n_connections == 1;
    if (type == FAKE_FEATURES_REQUEST && !fake->closing) {
        poll(NULL, 0, 2 * GRACE_MS);
    }
    fake_switch_answer(fake, type, xid, kind);
}

static void whoever_failed_at_once_has_all_the_time(void **state)
{
    (void)state;
    struct fake_switch fake = {.n_flows = 3, .answer = restart};
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
    struct channel *channel = open_at(fake.endpoint, &OPTIONS);
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, fake.endpoint, "connection");
    dump_all(channel, BOTH, &dump);
    assert_ok(&dump, 3);
    switch_state_free(&dump.state);
    channel_close(channel);
    stop(&fake);
}

/* A switch that dials us is still listened for, and has its time once it has called. */
static void a_switch_may_dial_late(void **state)
{
    (void)state;
    struct fake_switch free_one = {0}, fake = {.dpid = 7, .n_flows = 1};
    char endpoint[64];
    struct channel_dump dump;
    assert_true(fake_switch_start(&free_one)); /* for a port */
    fake_switch_stop(&free_one);
    snprintf(endpoint, sizeof endpoint, "ptcp:%u:127.0.0.1", free_one.port);
    const struct channel_target target = {.name = "s7", .endpoint = endpoint, .dpid = 7};
    struct channel *channel;
    assert_int_equal(channel_open(&target, 1, &OPTIONS, &channel, NULL), 0);
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, endpoint, "timed out after 2000 ms: no switch dialled that");
    dump_all(channel, BOTH, &dump);
    assert_grace(&dump, endpoint, " s), nor now: no switch dialled that");
    fake.dial_port = free_one.port;
    assert_true(fake_switch_start(&fake));
    dump_all(channel, BOTH, &dump);
    for (size_t i = 0; i < 20 && !dump.ok; i++) { /* a busy machine */
        dump_all(channel, BOTH, &dump);
    }
    assert_ok(&dump, 1);
    switch_state_free(&dump.state);
    channel_close(channel);
    stop(&fake);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(silence_is_waited_for_once),
    cmocka_unit_test(no_connection_is_waited_for_once),
    cmocka_unit_test(an_interrupted_dump_ends_at_once),
    cmocka_unit_test(with_its_first_answer_it_has_all_the_time),
    cmocka_unit_test(whoever_answers_at_all_has_all_the_time),
    cmocka_unit_test(whoever_failed_at_once_has_all_the_time),
    cmocka_unit_test(a_switch_may_dial_late),
};
TEST_MAIN(tests)
