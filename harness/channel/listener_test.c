/* SPDX-License-Identifier: Apache-2.0
 *
 * Switches that dial us. */
#include "channel/listener.h"

#include "testing/channel.h"
#include "testing/whole.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* An endpoint at a port that is free, and its address. */
static struct sockaddr_in find_free(char endpoint[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n_bytes = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n_bytes), 0);
    close(fd);
    snprintf(endpoint, 64, "ptcp:%u:127.0.0.1", ntohs(address.sin_port));
    return address;
}

/* A channel that listens for `n` datapath ids (0: any) at a port that is free. */
static struct channel *listen_for(const uint64_t *dpids, size_t n, unsigned timeout_ms,
                                  char endpoint[64], uint16_t *port)
{
    struct channel_target targets[4] = {{0}};
    struct channel *channel;
    struct base_error error;
    const struct channel_options options = {.timeout_ms = timeout_ms, .plain = true};
    *port = ntohs(find_free(endpoint).sin_port);
    for (size_t i = 0; i < n; i++) {
        targets[i] = (struct channel_target){
            .name = "s", .endpoint = endpoint, .dpid = dpids[i], .any_dpid = dpids[i] == 0};
    }
    assert_int_equal(channel_open(targets, n, &options, &channel, &error), 0);
    return channel;
}

static void switches_that_dial_are_known_by_their_datapath_id(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port;
    struct channel_dump dumps[3];
    struct channel *channel = listen_for((uint64_t[]){1, 0, 2}, 3, 20000, endpoint, &port);
    sem_t gone;
    sem_init(&gone, 0, 0);
    struct fake_switch first = {.dpid = 2, .n_flows = 2, .dial_port = port, .after_dump = &gone};
    struct fake_switch second = {.dpid = 1, .n_flows = 1, .dial_port = port, .before_dial = &gone};
    struct fake_switch other = {.dpid = 9, .n_flows = 9, .dial_port = port, .before_dial = &gone};
    assert_true(fake_switch_start(&first) && fake_switch_start(&second) &&
                fake_switch_start(&other));
    sem_post(&gone);
    for (size_t round = 0; round < 2; round++) {
        dump_all(channel, BOTH, dumps);
        assert_ok(&dumps[0], 1);
        assert_ok(&dumps[1], 9);
        assert_ok(&dumps[2], 2);
        for (size_t i = 0; i < 3; i++) {
            switch_state_free(&dumps[i].state);
        }
    }
    channel_close(channel);
    stop(&first);
    stop(&second);
    stop(&other);
    sem_destroy(&gone);
}

/* All that callers of several kinds are told, in two dumps: as whole/callers.txt has it. */
static void every_caller_is_told_what_it_was(void **state)
{
    (void)state;
    enum { BOTH_LISTED = 1 << 1 | 1 << 4 };
    static const struct {
        const char *name;
        uint8_t version; /* which the target insists on */
        struct fake_switch fake;
    } rows[] = {
        {"1.0", 0, {.n_flows = 1}},
        {"1.0, asked for", 1, {.n_flows = 1}},
        {"1.0, asked for, of both",
         1,
         {.n_flows = 1, .version = 4, .hello_version = 4, .hello_list = BOTH_LISTED}},
        {"both", 0, {.n_flows = 1, .version = 4, .hello_version = 4, .hello_list = BOTH_LISTED}},
        {"1.3", 0, {.n_flows = 1, .version = 4, .hello_version = 4, .hello_list = 1 << 4}},
        {"1.3, asked for",
         4,
         {.n_flows = 1, .version = 4, .hello_version = 4, .hello_list = BOTH_LISTED}},
        {"1.0, asked for, heard first", 1, {.n_flows = 1, .hears_first = true}},
    };
    struct base_buffer out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char endpoint[64];
        const struct channel_options options = {.timeout_ms = 20000};
        struct fake_switch fake = rows[i].fake;
        struct channel *channel;
        fake.dpid = 7;
        fake.heard = &out;
        fake.dial_port = ntohs(find_free(endpoint).sin_port);
        const struct channel_target target = {
            .endpoint = endpoint, .dpid = 7, .version = rows[i].version};
        assert_int_equal(channel_open(&target, 1, &options, &channel, NULL), 0);
        base_put_format(&out, "=== %s\n", rows[i].name);
        assert_true(fake_switch_start(&fake));
        for (int round = 0; round < 2; round++) {
            struct channel_dump dump;
            dump_all(channel, BOTH, &dump);
            assert_ok(&dump, 1);
            switch_state_free(&dump.state);
        }
        channel_close(channel);
        fake_switch_stop(&fake);
    }
    assert_whole(base_buffer_text(&out), "harness/channel/whole/callers.txt");
    base_buffer_free(&out);
}

/* Each waits for the other's HELLO: the channel speaks after a while. */
static void a_caller_that_hears_first_is_spoken_to(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port;
    struct channel_dump dump = {.ok = false};
    struct channel *channel = listen_for((uint64_t[]){7}, 1, 800, endpoint, &port);
    for (int i = 0; i < 20 && !dump.ok; i++) { /* a busy machine may run nothing in that time */
        struct fake_switch fake = {.dpid = 7, .n_flows = 1, .dial_port = port, .hears_first = true};
        assert_true(fake_switch_start(&fake));
        dump_all(channel, BOTH, &dump);
        switch_state_free(&dump.state);
        if (dump.ok || i == 19) {
            channel_close(channel);
        }
        fake_switch_stop(&fake);
    }
    assert_string_equal(dump.reason, "");
}

/* Answers who it is, and says when it is asked more. */
static void only_say_who_it_is(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_FEATURES_REQUEST && fake->memo++ == 0) {
        fake_switch_answer(fake, type, xid, kind);
    } else if (type == FAKE_STATS_REQUEST) {
        sem_post(fake->wait_for);
    }
}

static void answer_a_second_dump_late(struct fake_switch *fake, uint8_t type, uint32_t xid,
                                      uint16_t kind)
{
    if (fake->n_dumps == 1 && type == FAKE_FEATURES_REQUEST) {
        sem_wait(fake->wait_for);
    }
    fake_switch_answer(fake, type, xid, kind);
}

/* The connection of before seems dead, and answers after all. */
static void one_that_answers_late_beside_another_is_a_twin(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port;
    struct channel_dump dump;
    sem_t asked;
    sem_init(&asked, 0, 0);
    struct channel *channel = listen_for((uint64_t[]){7}, 1, 20000, endpoint, &port);
    struct fake_switch before = {.dpid = 7,
                                 .n_flows = 1,
                                 .dial_port = port,
                                 .wait_for = &asked,
                                 .answer = answer_a_second_dump_late},
                       after = {.dpid = 7,
                                .dial_port = port,
                                .wait_for = &asked,
                                .answer = only_say_who_it_is};
    assert_true(fake_switch_start(&before));
    dump_all(channel, BOTH, &dump);
    assert_ok(&dump, 1);
    switch_state_free(&dump.state);
    assert_true(fake_switch_start(&after));
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, endpoint, "two switches have datapath id 0000000000000007");
    switch_state_free(&dump.state);
    channel_close(channel);
    stop(&before);
    stop(&after);
    sem_destroy(&asked);
}

static void answer_one_dump(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (fake->n_dumps == 0) {
        fake_switch_answer(fake, type, xid, kind);
    }
}

/* Whether the connection of the dump before is closed, or dead without a sign. */
static void a_switch_that_dials_again_is_taken_again(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port;
    struct channel_dump dump;
    struct channel *channel = listen_for((uint64_t[]){7}, 1, 20000, endpoint, &port);
    struct fake_switch fakes[3] = {
        {.dpid = 7, .n_flows = 1, .dial_port = port, .hangs_up = true},
        {.dpid = 7, .n_flows = 2, .dial_port = port, .answer = answer_one_dump},
        {.dpid = 7, .n_flows = 3, .dial_port = port},
    };
    for (size_t i = 0; i < 3; i++) {
        assert_true(fake_switch_start(&fakes[i]));
        dump_all(channel, BOTH, &dump);
        assert_ok(&dump, i + 1);
        switch_state_free(&dump.state);
    }
    channel_close(channel);
    for (size_t i = 0; i < 3; i++) {
        stop(&fakes[i]);
    }
}

/* Until both have dialled the channel has no way to know. */
static void two_switches_of_one_datapath_id_are_not_judged(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        char endpoint[64];
        uint16_t port;
        struct channel_dump dump = {.ok = true};
        struct channel *channel = listen_for((uint64_t[]){7}, 1, 20000, endpoint, &port);
        struct fake_switch fakes[2] = {{.dpid = 7, .n_flows = 1, .dial_port = port},
                                       {.dpid = 7, .n_flows = 2, .dial_port = port}};
        assert_true(fake_switch_start(&fakes[0]));
        if (late) {
            dump_all(channel, BOTH, &dump);
            assert_ok(&dump, 1);
            switch_state_free(&dump.state);
        }
        assert_true(fake_switch_start(&fakes[1]));
        for (time_t end = time(NULL) + 20; dump.ok && time(NULL) < end;) {
            dump_all(channel, BOTH, &dump);
            switch_state_free(&dump.state);
        }
        for (int i = 0; i < 2; i++) {
            assert_failed(&dump, endpoint,
                          "two switches have datapath id 0000000000000007, at 127.0.0.1:");
            assert_non_null(strstr(strstr(dump.reason, " at 127.0.0.1:"), " and 127.0.0.1:"));
            dump_all(channel, BOTH, &dump);
            switch_state_free(&dump.state);
        }
        channel_close(channel);
        stop(&fakes[0]);
        stop(&fakes[1]);
    }
}

static void say_late_who_it_is(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_FEATURES_REQUEST) {
        sem_wait(fake->wait_for);
    }
    fake_switch_answer(fake, type, xid, kind);
}

/* Whether a dump waits for a twin that has dialled, and says who it is when the other has
 * answered all. */
static bool twin_is_heard(void)
{
    char endpoint[64];
    uint16_t port;
    struct channel_dump dump;
    sem_t dumped, dialled;
    sem_init(&dumped, 0, 0);
    sem_init(&dialled, 0, 0);
    struct channel *channel = listen_for((uint64_t[]){7}, 1, 20000, endpoint, &port);
    struct fake_switch fakes[2] = {{.dpid = 7, .dial_port = port, .after_dump = &dumped},
                                   {.dpid = 7,
                                    .dial_port = port,
                                    .after_dial = &dialled,
                                    .wait_for = &dumped,
                                    .answer = say_late_who_it_is}};
    assert_true(fake_switch_start(&fakes[0]));
    dump_all(channel, BOTH, &dump);
    switch_state_free(&dump.state);
    sem_wait(&dumped);
    assert_true(fake_switch_start(&fakes[1]));
    sem_wait(&dialled);
    dump_all(channel, BOTH, &dump);
    switch_state_free(&dump.state);
    channel_close(channel);
    stop(&fakes[0]);
    stop(&fakes[1]);
    sem_destroy(&dumped);
    sem_destroy(&dialled);
    return !dump.ok;
}

/* It waits for a quarter of a second, in which a busy machine may run nothing. */
/* OpenFlow 1.3.5, section 6.3.7: the same switch dials once more, before or after its first dump.
 */
static void an_auxiliary_connection_is_no_second_switch(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        char endpoint[64];
        uint16_t port;
        struct channel_dump dump = {.ok = true};
        struct channel *channel = listen_for((uint64_t[]){7}, 1, 20000, endpoint, &port);
        struct fake_switch fakes[2] = {
            {.dpid = 7, .version = 4, .n_flows = 1, .dial_port = port, .auxiliary = !late},
            {.dpid = 7, .version = 4, .n_flows = 1, .dial_port = port, .auxiliary = late}};
        for (int i = 0; i < 2; i++) {
            fakes[i].hello_version = 4;
            fakes[i].hello_list = 1 << 4;
            assert_true(fake_switch_start(&fakes[i]));
            for (int round = 0; round < 2 && (late || i == 1); round++) {
                dump_all(channel, BOTH, &dump);
                assert_ok(&dump, 1);
                switch_state_free(&dump.state);
            }
        }
        channel_close(channel);
        fake_switch_stop(&fakes[0]); /* which was sent SET_ASYNC, too */
        fake_switch_stop(&fakes[1]);
    }
}

static void a_twin_that_calls_is_waited_for(void **state)
{
    (void)state;
    bool heard = false;
    for (int i = 0; i < 20 && !heard; i++) {
        heard = twin_is_heard();
    }
    assert_true(heard);
}

/* It has dialled before the first dump, and says who it is between two: the connection stays. */
static void a_twin_that_is_slower_than_a_dump_is_heard_in_a_later_one(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port;
    struct channel_dump dump;
    sem_t dumped, dialled;
    sem_init(&dumped, 0, 0);
    sem_init(&dialled, 0, 0);
    struct channel *channel = listen_for((uint64_t[]){7}, 1, 20000, endpoint, &port);
    struct fake_switch twin = {.dpid = 7,
                               .dial_port = port,
                               .after_dial = &dialled,
                               .wait_for = &dumped,
                               .answer = say_late_who_it_is},
                       first = {.dpid = 7, .dial_port = port};
    assert_true(fake_switch_start(&twin));
    sem_wait(&dialled);
    assert_true(fake_switch_start(&first));
    dump_all(channel, BOTH, &dump);
    assert_ok(&dump, 0);
    switch_state_free(&dump.state);
    sem_post(&dumped);
    time_t end = time(NULL) + 20;
    do {
        dump_all(channel, BOTH, &dump);
        switch_state_free(&dump.state);
    } while (dump.ok && time(NULL) < end);
    assert_failed(&dump, endpoint, "two switches have datapath id 0000000000000007");
    sem_post(&dumped); /* if it was asked twice */
    channel_close(channel);
    stop(&first);
    stop(&twin);
    sem_destroy(&dumped);
    sem_destroy(&dialled);
}

/* It passes over FEATURES behind HELLO, and whatever comes together later. */
static void one_that_reads_one_message_at_a_time_may_dial(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port;
    struct channel_dump dump;
    struct channel *channel = listen_for((uint64_t[]){7}, 1, 20000, endpoint, &port);
    struct fake_switch fake = {.dpid = 7, .n_flows = 3, .dial_port = port, .one_a_read = true};
    assert_true(fake_switch_start(&fake));
    for (int i = 0; i < 2; i++) {
        dump_all(channel, BOTH, &dump);
        assert_ok(&dump, 3);
        assert_int_equal(dump.odd, CHANNEL_ODD_ONE_BY_ONE);
        switch_state_free(&dump.state);
    }
    channel_close(channel);
    stop(&fake);
    assert_int_equal(fake.n_connections, 1);
}

/* Introduces itself under a false id first, with a reply that nobody asked for. */
static void claim_to_be_8(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_HELLO) {
        fake->dpid = 8;
        fake_switch_answer(fake, FAKE_FEATURES_REQUEST, 1, 0);
        fake->dpid = 7;
    }
    fake_switch_answer(fake, type, xid, kind);
}

static void a_target_for_any_switch_stays_with_the_first(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port;
    struct channel_dump dump;
    struct channel *channel = listen_for((uint64_t[]){0}, 1, 1000, endpoint, &port);
    struct fake_switch first = {
        .dpid = 7, .dial_port = port, .hangs_up = true, .answer = claim_to_be_8};
    struct fake_switch second = {.dpid = 8, .dial_port = port};
    assert_true(fake_switch_start(&first));
    dump_all(channel, BOTH, &dump);
    assert_ok(&dump, 0);
    assert_int_equal(dump.state.datapath_id, 7);
    switch_state_free(&dump.state);
    assert_true(fake_switch_start(&second));
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, endpoint,
                  "no switch dialled that has datapath id 0000000000000007; 1 other");
    channel_close(channel);
    stop(&first);
    stop(&second);
}

static void who_dialled_instead_is_said(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port;
    struct channel_dump dump;
    struct channel *channel = listen_for((uint64_t[]){3}, 1, 500, endpoint, &port);
    dump_all(channel, BOTH, &dump);
    assert_failed(
        &dump, endpoint,
        "timed out after 500 ms: no switch dialled that has datapath id 0000000000000003");
    channel_close(channel);
    channel = listen_for((uint64_t[]){3}, 1, 500, endpoint, &port);
    struct fake_switch stranger = {.dpid = 0xabc, .dial_port = port};
    struct fake_switch browser = {.banner = "GET / HTTP/1.1\r\n\r\n", .dial_port = port};
    assert_true(fake_switch_start(&stranger) && fake_switch_start(&browser));
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, endpoint, "; 1 other did, the last with datapath id 0000000000000abc");
    assert_failed(&dump, endpoint, "; 1 caller was not understood, the last: 127.0.0.1:");
    assert_failed(&dump, endpoint, ": answers, but not in OpenFlow: \"GET /");
    channel_close(channel);
    stop(&stranger);
    stop(&browser);
}

static bool take_nobody(void *owner, struct channel_listener *listener, struct channel_conn *conn,
                        uint64_t dpid, struct base_error *why)
{
    (void)owner, (void)listener, (void)conn, (void)dpid, (void)why;
    return false;
}

/* A listener that takes none, at a port that is free. */
static struct channel_listener *listen_alone(struct event_base *base, struct sockaddr_in *address)
{
    char text[64];
    struct endpoint endpoint;
    struct base_error error;
    *address = find_free(text);
    assert_int_equal(endpoint_parse(text, &endpoint, &error), 0);
    struct channel_listener *listener =
        channel_listener_new(base, &endpoint, NULL, 4, take_nobody, NULL, &error);
    assert_non_null(listener);
    return listener;
}

/* Whether it is greeted, sooner or later. */
static bool is_greeted(struct event_base *base, int fd)
{
    char byte;
    time_t give_up = time(NULL) + 20;
    while (recv(fd, &byte, 1, MSG_DONTWAIT) != 1) {
        event_base_loop(base, EVLOOP_NONBLOCK);
        if (time(NULL) > give_up) {
            return false;
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return true;
}

/* And there is no caller that could make room by going. */
static void without_descriptors_a_caller_waits(void **state)
{
    (void)state;
    struct rlimit limit, none;
    struct event_base *base = event_base_new();
    struct sockaddr_in address;
    struct channel_listener *listener = listen_alone(base, &address);
    channel_listener_start(listener);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    event_base_loop(base, EVLOOP_ONCE);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    struct base_buffer why = {0};
    channel_listener_format_others(listener, &why);
    assert_string_equal(base_buffer_text(&why), "; 1 caller was not understood, the last: can not "
                                                "accept: Too many open files");
    base_buffer_free(&why);
    assert_true(is_greeted(base, fd));
    close(fd);
    channel_listener_free(listener);
    event_base_free(base);
}

/* How many bytes a caller is sent that says HELLO and no more, until there are `enough`, or for a
 * twentieth of a second. */
static size_t bytes_sent_to_a_silent_one(unsigned patience_ms, size_t enough)
{
    static const char hello[] = "\1\0\0\10\0\0\0\1";
    struct event_base *base = event_base_new();
    char got[256];
    size_t n_bytes = 0;
    struct sockaddr_in address;
    struct channel_listener *listener = listen_alone(base, &address);
    channel_listener_set_patience(listener, patience_ms);
    channel_listener_start(listener);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(write(fd, hello, 8), 8);
    for (int i = 0; i < 50 && n_bytes < enough; i++) {
        event_base_loop(base, EVLOOP_NONBLOCK);
        ssize_t n = recv(fd, got, sizeof got, MSG_DONTWAIT);
        n_bytes += n > 0 ? (size_t)n : 0;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    close(fd);
    channel_listener_free(listener);
    event_base_free(base);
    return n_bytes;
}

/* After a quarter of its time, or a second; a busy machine may take that for nothing. */
static void a_silent_caller_is_asked_again_after_a_while(void **state)
{
    (void)state;
    enum { ONCE = 16 };
    static const unsigned patience_ms[] = {0, 3900, 20000};
    for (size_t i = 0; i < 3; i++) {
        size_t n_bytes = 0;
        for (int j = 0; j < 20 && n_bytes != ONCE; j++) {
            n_bytes = bytes_sent_to_a_silent_one(patience_ms[i], 256);
        }
        assert_int_equal(n_bytes, ONCE);
    }
    bool again = false;
    for (int j = 0; j < 20 && !again; j++) {
        again = bytes_sent_to_a_silent_one(80, 3 * ONCE / 2) == 3 * ONCE / 2;
    }
    assert_true(again);
}

/* Who called before the start is waited for no longer. */
static void a_caller_is_one_since_the_start(void **state)
{
    (void)state;
    struct event_base *base = event_base_new();
    int fds[2];
    struct sockaddr_in address;
    struct channel_listener *listener = listen_alone(base, &address);
    for (size_t i = 0; i < 2; i++) {
        channel_listener_start(listener);
        assert_false(channel_listener_is_called(listener));
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(fds[i], (const struct sockaddr *)&address, sizeof address), 0);
        assert_true(channel_listener_is_called(listener));
        assert_true(is_greeted(base, fds[i]));
        assert_true(channel_listener_is_called(listener));
    }
    close(fds[0]);
    close(fds[1]);
    channel_listener_free(listener);
    event_base_free(base);
}

/* The one version that is spoken is in the first message, and with it the caller is asked who it
 * is; where there are more, the caller is heard first. */
static void the_one_version_is_said_first(void **state)
{
    (void)state;
    static const uint8_t hello[2][24] = {
        {1, 0, 0, 8, 13, 10, 13, 10, 1, 5, 0, 8, 0x69, 0x64, 0, 0},
        {4, 0, 0, 16, 13, 10, 13, 10, 0, 1, 0, 8, 0, 0, 0, 16, 4, 5, 0, 8, 0x69, 0x64, 0, 0}};
    for (unsigned i = 0; i < 2; i++) {
        uint8_t bytes[64];
        size_t n_bytes = 0, n_wanted = i == 0 ? 16 : 24;
        struct event_base *base = event_base_new();
        struct sockaddr_in address;
        struct channel_listener *listener = listen_alone(base, &address);
        channel_listener_allow(listener, 1u << (i == 0 ? 1 : 4));
        channel_listener_start(listener);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
        while (n_bytes < n_wanted) {
            assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
            ssize_t n = recv(fd, bytes + n_bytes, sizeof bytes - n_bytes, MSG_DONTWAIT);
            n_bytes += n > 0 ? (size_t)n : 0;
            assert_memory_equal(bytes, hello[i], n_bytes < n_wanted ? n_bytes : n_wanted);
        }
        close(fd);
        channel_listener_free(listener);
        event_base_free(base);
    }
}

/* One caller, or two, that say nothing, are strangers, or speak something else. */
static void callers_are_counted_in_words(void **state)
{
    (void)state;
    static const char stranger[] = "\1\0\0\10\0\0\0\0"
                                   "\1\6\0\40\151\144\0\0\0\0\0\0\0\0\0\5"
                                   "\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0";
    static const struct {
        const char *said;
        size_t n_said;
        const char *words[2];
    } rows[] = {
        {"", 0, {"; 1 caller says nothing, the last", "; 2 callers say nothing, the last"}},
        {stranger, sizeof stranger, {"; 1 other did, the last", "; 2 others did, the last"}},
        {"GET /", 5, {"; 1 caller was not understood,", "; 2 callers were not understood,"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int fds[2];
        struct event_base *base = event_base_new();
        struct sockaddr_in address;
        struct channel_listener *listener = listen_alone(base, &address);
        channel_listener_start(listener);
        for (size_t n = 0; n < 2; n++) {
            struct base_buffer text = {0};
            fds[n] = socket(AF_INET, SOCK_STREAM, 0);
            assert_int_equal(connect(fds[n], (const struct sockaddr *)&address, sizeof address), 0);
            assert_int_equal(write(fds[n], rows[i].said, rows[i].n_said), rows[i].n_said);
            while (!strstr(base_buffer_text(&text), rows[i].words[n])) {
                assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
                text.n_bytes = 0;
                channel_listener_format_others(listener, &text);
            }
            base_buffer_free(&text);
        }
        close(fds[0]);
        close(fds[1]);
        channel_listener_free(listener);
        event_base_free(base);
    }
}

/* A listener that takes none, with one caller that says `said`; runs until it has
 * been closed, and returns what is said of it. */
static const char *be_refused(const void *said, size_t n_said, unsigned patience_ms,
                              struct base_buffer *text)
{
    struct sockaddr_in address;
    struct event_base *base = event_base_new();
    struct channel_listener *listener = listen_alone(base, &address);
    channel_listener_set_patience(listener, patience_ms);
    channel_listener_start(listener);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(write(fd, said, n_said), n_said);
    text->n_bytes = 0;
    while (text->n_bytes == 0 || strstr(base_buffer_text(text), "says nothing")) {
        text->n_bytes = 0;
        assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
        channel_listener_format_others(listener, text);
    }
    close(fd);
    channel_listener_free(listener);
    event_base_free(base);
    return base_buffer_text(text);
}

static void why_a_caller_was_not_taken_is_said(void **state)
{
    (void)state;
    static const char features[] = "\1\0\0\10\0\0\0\0"
                                   "\1\6\0\40\151\144\0\0\0\0\0\0\0\0\0\5"
                                   "\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0";
    struct base_buffer text = {0};
    assert_string_equal(be_refused(features, sizeof features, 0, &text),
                        "; 1 other did, the last with datapath id 0000000000000005");
    assert_non_null(strstr(be_refused("", 0, 20, &text), "did not say which switch it is"));
    assert_non_null(strstr(be_refused("GET /", 5, 0, &text), "not in OpenFlow: \"GET /\""));
    base_buffer_free(&text);
}

/* As many as there is room for, and more, say nothing; the switch is heard all the same, and who
 * kept silent is said. */
static void silent_callers_keep_nobody_out(void **state)
{
    (void)state;
    enum { CALLERS = 60 };
    char endpoint[64];
    uint16_t port;
    int callers[CALLERS];
    struct channel_dump dump;
    struct channel *channel = listen_for((uint64_t[]){3}, 1, 20000, endpoint, &port);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    for (size_t i = 0; i < CALLERS; i++) {
        callers[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(callers[i], (struct sockaddr *)&address, sizeof address), 0);
    }
    struct fake_switch real = {.dpid = 3, .dial_port = port, .n_flows = 2};
    assert_true(fake_switch_start(&real));
    dump_all(channel, BOTH, &dump);
    assert_ok(&dump, 2);
    switch_state_free(&dump.state);
    channel_close(channel);
    stop(&real);
    channel = listen_for((uint64_t[]){3}, 1, 500, endpoint, &port);
    address.sin_port = htons(port);
    for (size_t i = 0; i < CALLERS; i++) {
        close(callers[i]);
        callers[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(callers[i], (struct sockaddr *)&address, sizeof address), 0);
    }
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, endpoint, "; 17 callers say nothing, the last of them at 127.0.0.1:");
    assert_failed(&dump, endpoint, "; 43 callers were not understood, the last: 127.0.0.1:");
    assert_failed(&dump, endpoint, " said nothing while others called");
    channel_close(channel);
    for (size_t i = 0; i < CALLERS; i++) {
        close(callers[i]);
    }
}

static void a_listener_is_at_its_port_and_host(void **state)
{
    (void)state;
    char at[64];
    struct endpoint endpoint, other;
    struct base_error error;
    struct event_base *base = event_base_new();
    find_free(at);
    assert_int_equal(endpoint_parse(at, &endpoint, &error), 0);
    struct channel_listener *listener =
        channel_listener_new(base, &endpoint, NULL, 4, take_nobody, NULL, &error);
    assert_non_null(listener);
    assert_true(channel_listener_is_at(listener, &endpoint, NULL));
    other = endpoint;
    other.port++;
    assert_false(channel_listener_is_at(listener, &other, NULL));
    other = endpoint;
    strcpy(other.host, "127.0.0.2");
    assert_false(channel_listener_is_at(listener, &other, NULL));
    channel_listener_free(listener);
    event_base_free(base);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(why_a_caller_was_not_taken_is_said),
    cmocka_unit_test(the_one_version_is_said_first),
    cmocka_unit_test(callers_are_counted_in_words),
    cmocka_unit_test(silent_callers_keep_nobody_out),
    cmocka_unit_test(a_listener_is_at_its_port_and_host),
    cmocka_unit_test(every_caller_is_told_what_it_was),
    cmocka_unit_test(a_caller_that_hears_first_is_spoken_to),
    cmocka_unit_test(one_that_answers_late_beside_another_is_a_twin),
    cmocka_unit_test(switches_that_dial_are_known_by_their_datapath_id),
    cmocka_unit_test(a_switch_that_dials_again_is_taken_again),
    cmocka_unit_test(two_switches_of_one_datapath_id_are_not_judged),
    cmocka_unit_test(an_auxiliary_connection_is_no_second_switch),
    cmocka_unit_test(a_twin_that_calls_is_waited_for),
    cmocka_unit_test(a_twin_that_is_slower_than_a_dump_is_heard_in_a_later_one),
    cmocka_unit_test(one_that_reads_one_message_at_a_time_may_dial),
    cmocka_unit_test(a_target_for_any_switch_stays_with_the_first),
    cmocka_unit_test(who_dialled_instead_is_said),
    cmocka_unit_test(without_descriptors_a_caller_waits),
    cmocka_unit_test(a_silent_caller_is_asked_again_after_a_while),
    cmocka_unit_test(a_caller_is_one_since_the_start),
};
TEST_MAIN(tests)
