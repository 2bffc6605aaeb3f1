/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests to a controller with one switch, over HTTP at a unix socket: what they change, what
 * they answer, and what is kept. */
#include "tapd/face/api.h"

#include "base/memory.h"
#include "tapd/face/controller_testing.h"
#include "testing/cmocka.h"
#include "testing/failing.h"
#include "testing/loop.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ENDLESS "{\"name\": \"endless\", \"source\": \"h2\", \"to\": \"c1\"}"

static void status_and_taps_are_told(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    assert_int_equal(ask(&world, "GET /status", ""), 200);
    assert_replied(&world, "\"installed\": true");
    assert_replied(&world, "\"dpid\": \"0000000000000001\"");
    assert_replied(&world, "\"openflow\": \"1.0\"");
    assert_replied(&world, "Content-Type: application/json");
    assert_int_equal(ask(&world, "GET /taps", ""), 200);
    assert_replied(&world, "\"name\": \"web\"");
    assert_replied(&world, "\"origin\": \"policy\"");
    assert_int_equal(ask(&world, "GET /taps/web", ""), 200);
    static const char *const members[] = {"\"state\": \"", "\"since\": \"", "\"path\": [",
                                          "\"in\": {", "\"out\": {"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        assert_replied(&world, members[i]);
    }
    assert_int_equal(ask(&world, "GET /taps/none", ""), 404);
    assert_int_equal(ask(&world, "GET /none", ""), 404);
    assert_int_equal(ask(&world, "GET /sflow", ""), 404);
    end(&world);
}

static void samples_are_told_where_they_are_listened_for(void **state)
{
    (void)state;
    struct world world;
    prepare(&world);
    world.options.sflow = "127.0.0.1:0";
    start(&world);
    serve(&world, NULL);
    assert_int_equal(ask(&world, "GET /sflow", ""), 200);
    end(&world);
}

static size_t content_length(struct world *world)
{
    static const char name[] = "Content-Length: ";
    const char *header = strstr(base_buffer_text(&world->reply), name);
    assert_non_null(header);
    return strtoul(header + strlen(name), NULL, 10);
}

static const char *reply_body(struct world *world)
{
    return strstr(base_buffer_text(&world->reply), "\r\n\r\n") + 4;
}

static void head_is_get_without_the_body(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    assert_int_equal(ask(&world, "GET /status", ""), 200);
    size_t n_bytes = strlen(reply_body(&world));
    assert_true(n_bytes > 0);
    assert_int_equal(content_length(&world), n_bytes);
    assert_int_equal(ask(&world, "HEAD /status", ""), 200);
    assert_replied(&world, "Content-Type: application/json");
    assert_int_equal(content_length(&world), n_bytes);
    assert_string_equal(reply_body(&world), "");
    assert_int_equal(ask(&world, "HEAD /taps/none", ""), 404);
    assert_string_equal(reply_body(&world), "");
    end(&world);
}

static void a_tap_is_put_extended_and_ended(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    size_t n_before = world.sw.table.n_entries;
    assert_int_equal(ask(&world, "POST /taps", LATE), 202);
    assert_replied(&world, "\"ends_in_s\": 60");
    assert_replied(&world, "\"origin\": \"request\"");
    assert_saved(&world, "late", true);
    await(&world, is_installed);
    assert_int_equal(world.sw.table.n_entries, n_before + 1);
    assert_int_equal(tapd_controller_n_taps(world.controller), 2);
    assert_int_equal(ask(&world, "POST /taps", LATE), 409);
    assert_int_equal(ask(&world, "PATCH /taps/late", "{\"for\": \"300s\"}"), 200);
    assert_replied(&world, "\"ends_in_s\": 300");
    assert_int_equal(ask(&world, "POST /taps/late/extend", ""), 200);
    assert_replied(&world, "\"ends_in_s\": 300");
    assert_int_equal(ask(&world, "PATCH /taps/late", "{\"for\": \"never\"}"), 400);
    assert_int_equal(ask(&world, "PATCH /taps/late", "{\"fro\": \"9s\"}"), 400);
    assert_int_equal(ask(&world, "PATCH /taps/web", ""), 409);
    assert_replied(&world, "is one of the policy");
    assert_int_equal(ask(&world, "POST /taps", ENDLESS), 202);
    assert_int_equal(ask(&world, "POST /taps/endless/extend", ""), 409);
    assert_replied(&world, "the tap \\\"endless\\\" has no lifetime");
    assert_int_equal(ask(&world, "DELETE /taps/endless", ""), 200);
    assert_int_equal(ask(&world, "DELETE /taps/late", ""), 200);
    assert_saved(&world, "late", false);
    await(&world, is_installed);
    assert_int_equal(world.sw.table.n_entries, n_before);
    assert_int_equal(ask(&world, "DELETE /taps/late", ""), 404);
    assert_int_equal(ask(&world, "DELETE /taps/web", ""), 409);
    assert_told("s1: connected, in OpenFlow 1.0\n"
                "installed: 2 entries, by 2 flow-mods\n"
                "tap late added, for a time\n"
                "installed: 3 entries, by 1 flow-mods\n"
                "tap late extended: it ends in 300 s\n"
                "tap late extended: it ends in 300 s\n"
                "tap endless added\n"
                "tap endless removed\n"
                "tap late removed");
    end(&world);
}

static bool has_one_tap(const struct world *world)
{
    return tapd_controller_n_taps(world->controller) == 1;
}

static void a_tap_ends_by_the_clock_of_the_switch(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    assert_int_equal(ask(&world, "POST /taps", LATE), 202);
    await(&world, is_installed);
    uint32_t id = world.controller->roster.items[0].id;
    size_t at = 0;
    while ((uint32_t)world.sw.table.entries[at].cookie != id) {
        at++;
    }
    table_switch_lose(&world.sw, at, OFPRR_HARD_TIMEOUT);
    await(&world, has_one_tap);
    assert_saved(&world, "late", false);
    assert_told("tap late has ended");
    end(&world);
}

static void a_tap_ends_by_the_clock_of_the_controller(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    assert_int_equal(ask(&world, "POST /taps", LATE), 202);
    world.sw.away = true; /* and be the switch away */
    table_switch_hang_up(&world.sw);
    world.controller->roster.items[0].expires_ms = tapd_now_ms(world.controller) + 1;
    tapd_force_await_expiry(world.controller);
    await(&world, has_one_tap);
    assert_saved(&world, "late", false);
    assert_told("1 tap has ended");
    end(&world);
}

/* A look before its time ends nothing, and it is looked again. */
static void a_tap_ends_in_its_time(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    assert_int_equal(ask(&world, "POST /taps", LATE), 202);
    world.controller->roster.items[0].expires_ms = tapd_now_ms(world.controller) + 50;
    tapd_force_wait(world.controller, 0);
    await(&world, has_one_tap);
    end(&world);
}

static bool is_saved(const struct world *world)
{
    return !world->controller->unsaved;
}

/* It has ended all the same, and is forgotten when it can be. */
static void an_end_that_can_not_be_saved_is_saved_later(void **state)
{
    (void)state;
    struct world world;
    char temporary[80];
    begin(&world, NULL);
    snprintf(temporary, sizeof temporary, "%s.new", world.state);
    assert_int_equal(ask(&world, "POST /taps", LATE), 202);
    assert_int_equal(mkdir(temporary, 0700), 0);
    world.controller->roster.items[0].expires_ms = tapd_now_ms(world.controller) + 1;
    tapd_force_await_expiry(world.controller);
    await(&world, has_one_tap);
    assert_saved(&world, "late", true);
    for (unsigned i = 0; i < 2; i++) {
        assert_false(is_saved(&world));
        tapd_force_wait(world.controller, 0);
        event_base_loop(world.base, EVLOOP_ONCE);
    }
    assert_int_equal(rmdir(temporary), 0);
    tapd_force_wait(world.controller, 0);
    await(&world, is_saved);
    assert_saved(&world, "late", false);
    char lines[256];
    snprintf(lines, sizeof lines,
             "1 tap has ended\n"
             "a tap that has ended is not forgotten yet: %s: can not be written: Is a directory\n"
             "\n"
             "taps that have ended are forgotten",
             world.state);
    assert_told(lines);
    end(&world);
}

static void count(void *owner)
{
    ++*(unsigned *)owner;
}

static void whoever_asks_hears_that_it_is_settled(void **state)
{
    (void)state;
    struct world world;
    unsigned n_settled = 0;
    prepare(&world);
    world.controller =
        tapd_controller_new(world.base, &world.options, count, &n_settled, &world.why);
    assert_non_null(world.controller);
    await(&world, is_installed);
    while (n_settled == 0) {
        event_base_loop(world.base, EVLOOP_ONCE);
    }
    end(&world);
}

static void requests_that_are_wrong_change_nothing(void **state)
{
    (void)state;
    struct world world;
    static char large[300 << 10];
    begin(&world, NULL);
    memset(large, ' ', sizeof large);
    assert_int_equal(ask(&world, "POST /taps", "{\"name\":"), 400);
    assert_replied(&world, "the body is not JSON: line 1");
    assert_int_equal(ask(&world, "POST /taps", "[]"), 400);
    assert_int_equal(ask(&world, "POST /taps", "{\"name\": \"x\", \"name\": \"y\"}"), 400);
    assert_int_equal(ask(&world, "POST /taps", "{\"name\": \"x\", \"source\": \"h7\"}"), 400);
    assert_int_equal(ask(&world, "GET /status", "{}"), 400);
    assert_int_equal(ask_with(&world, "POST /taps", "", large, sizeof large), 413);
    assert_int_equal(ask(&world, "GET /taps/a%00b", ""), 400);
    assert_int_equal(ask(&world, "DELETE /status", ""), 405);
    assert_int_equal(ask(&world, "PUT /taps", LATE), 405);
    assert_int_equal(ask(&world, "HEAD /taps/late/extend", ""), 405);
    assert_int_equal(ask_with(&world, "GET /taps", "Origin: http://a\r\n", "", 0), 403);
    assert_int_equal(tapd_controller_n_taps(world.controller), 1);
    end(&world);
}

static void a_token_is_asked_for(void **state)
{
    (void)state;
    struct world world;
    begin(&world, "secret");
    assert_int_equal(ask(&world, "GET /taps", ""), 401);
    assert_replied(&world, "WWW-Authenticate: Bearer");
    assert_int_equal(ask_with(&world, "GET /taps", "Authorization: Bearer secre\r\n", "", 0), 401);
    assert_int_equal(ask_with(&world, "GET /taps", "Authorization: Bearer secreT\r\n", "", 0), 401);
    assert_int_equal(ask_with(&world, "GET /taps", "Authorization: Basic secret\r\n", "", 0), 401);
    assert_int_equal(ask_with(&world, "GET /taps", "Authorization: bearer secret\r\n", "", 0), 200);
    end(&world);
}

static void a_wrong_policy_changes_nothing(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    const struct tapd_policy *policy = world.controller->policy;
    unsigned n_mods = world.sw.n_mods;
    put_file("p.yaml", PAIR "taps: [{name: web, source: h7, to: c1}]\n");
    assert_int_equal(ask(&world, "POST /reload", ""), 400);
    assert_replied(&world, "h7");
    assert_ptr_equal(world.controller->policy, policy);
    assert_true(is_installed(&world));
    assert_int_equal(world.sw.n_mods, n_mods);
    end(&world);
}

static void a_policy_is_reloaded_over_the_same_connections(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    const struct tapd_installer *installer = world.controller->installer;
    put_file("p.yaml", PAIR);
    assert_int_equal(ask(&world, "POST /reload", ""), 200);
    await(&world, is_installed);
    assert_null(strstr(table_switch_text(&world.sw), "output:9"));
    assert_ptr_equal(world.controller->installer, installer);
    assert_int_equal(world.sw.n_connections, 1);
    put_topology(world.sw.endpoint, "  h4: {mac: 00:00:00:00:00:04, port: s1:4}\n");
    assert_int_equal(ask(&world, "POST /reload", ""), 200);
    await(&world, is_installed);
    assert_int_equal(world.sw.n_connections, 2);
    put_topology(world.sw.endpoint, "  h4: {mac: 00:00:00:00:00:04, port: s1:4}\n"
                                    "links: [[s1:5, s1:6]]\n");
    assert_int_equal(ask(&world, "POST /reload", ""), 200);
    await(&world, is_installed);
    assert_int_equal(world.sw.n_connections, 3);
    char line[128];
    snprintf(line, sizeof line, "reloaded %s", world.policy);
    assert_told(line);
    end(&world);
}

static void taps_on_demand_are_there_after_a_restart(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    assert_int_equal(ask(&world, "POST /taps", LATE), 202);
    tapd_http_free(world.http);
    tapd_controller_free(world.controller);
    start(&world);
    serve(&world, NULL);
    assert_int_equal(ask(&world, "GET /taps/late", ""), 200);
    end(&world);
}

static void what_can_not_be_saved_is_not_done(void **state)
{
    (void)state;
    struct world world;
    char temporary[80];
    begin(&world, NULL);
    snprintf(temporary, sizeof temporary, "%s.new", world.state);
    assert_int_equal(mkdir(temporary, 0700), 0);
    assert_int_equal(ask(&world, "POST /taps", LATE), 500);
    assert_int_equal(tapd_controller_n_taps(world.controller), 1);
    rmdir(temporary);
    assert_int_equal(ask(&world, "POST /taps", LATE), 202);
    struct base_buffer why = {0};
    assert_int_equal(tapd_force_save(world.controller, world.controller->policy,
                                     &world.controller->roster, &why),
                     0);
    assert_string_equal(base_buffer_text(&why), "");
    base_buffer_free(&why);
    end(&world);
}

static void addresses(void **state)
{
    (void)state;
    struct world world;
    struct base_error error;
    struct stat file;
    char path[64];
    begin(&world, NULL);
    snprintf(path, sizeof path, "%s/http", directory);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    static const char *const BAD[] = {"unix:", "9", ":9", "::1:9", "0.0.0.0:0", "127.0.0.1:x"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        assert_null(tapd_http_new(world.base, BAD[i], NULL, tapd_api_handle, NULL, &error));
    }
    /* Somebody answers there. */
    assert_null(tapd_http_new(world.base, world.address, NULL, tapd_api_handle, NULL, &error));
    tapd_http_free(world.http);
    assert_int_equal(stat(path, &file), -1);
    world.http = NULL;
    end(&world);
}

/* Without memory: the controller in a process of its own, whose allocations fail; those of libevent
 * and jansson, too. */

enum { FOUND_ALL = 0, NOT_STARTED = 3, ENDED = 7, BEFORE_READY = 1 << 20 };

struct child {
    struct world *world;
    pid_t pid;
};

static void on_terminate(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    event_base_loopbreak(arg);
}

static void on_memory(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
    failing_end();
}

/* Its exit status. n: allocations from when it is ready, that are granted; more than BEFORE_READY:
 * so many more from its start. */
static int live(struct world *world, int ready, size_t n, bool for_good)
{
    event_set_mem_functions(base_malloc, base_realloc, free);
    static const int CRASHES[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL}; /* cmocka has them */
    for (size_t i = 0; i < sizeof CRASHES / sizeof *CRASHES; i++) {
        signal(CRASHES[i], SIG_DFL);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct event_base *base = event_base_new();
    struct event *terminate = evsignal_new(base, SIGTERM, on_terminate, base);
    struct event *memory = evsignal_new(base, SIGUSR1, on_memory, NULL);
    event_add(terminate, NULL);
    event_add(memory, NULL);
    if (n >= BEFORE_READY) {
        failing_begin(n - BEFORE_READY, for_good);
    }
    struct base_error error = {""};
    struct tapd_http *http = NULL;
    struct tapd_controller *controller =
        tapd_controller_new(base, &world->options, NULL, NULL, &world->why);
    if (controller) {
        http = tapd_http_new(base, world->address, NULL, tapd_api_handle, controller, &error);
    }
    bool is_told = http || *error.text || world->why.n_bytes > 0 || base_memory_ran_out();
    if (!http) {
        tapd_controller_free(controller);
        return is_told ? NOT_STARTED : 1;
    }
    tapd_http_set_limits(http, &(struct tapd_http_limits){.max_clients = 8, .deadline_ms = 200});
    if (n < BEFORE_READY) {
        failing_begin(n, for_good);
    }
    assert_int_equal(write(ready, "r", 1), 1);
    event_base_dispatch(base);
    bool failed = failing_end();
    tapd_http_free(http);
    tapd_controller_free(controller);
    event_free(terminate);
    event_free(memory);
    event_base_free(base);
    return failed ? ENDED : FOUND_ALL;
}

/* Whether it is ready; if not, it has ended, as it should. */
static bool begin_once(struct child *child, struct world *world, size_t n, bool for_good)
{
    int ready[2], status;
    char byte;
    prepare(world);
    world->sw.answers.version = n % 2 ? 4 : 1;
    world->options.installer.patience_ms = 50;
    assert_int_equal(pipe(ready), 0);
    *child = (struct child){.world = world, .pid = fork()};
    if (child->pid == 0) {
        close(ready[0]);
        _exit(live(world, ready[1], n, for_good));
    }
    assert_true(child->pid > 0);
    close(ready[1]);
    bool is_ready = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    if (!is_ready) {
        assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != NOT_STARTED) {
            fail_msg("allocation %zu failed: status %x", n, (unsigned)status);
        }
        end(world);
    }
    return is_ready;
}

/* The same, once more where its port was no longer free. */
static bool begin_child(struct child *child, struct world *world, size_t n, bool for_good)
{
    bool is_ready = begin_once(child, world, n, for_good);
    for (int i = 0; i < 10 && !is_ready && n < BEFORE_READY; i++) {
        is_ready = begin_once(child, world, n, for_good);
    }
    return is_ready;
}

/* SIGTERM ends it. Whether an allocation had failed. */
static bool end_child(struct child *child)
{
    int status;
    assert_int_equal(kill(child->pid, SIGTERM), 0);
    assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
    if (!WIFEXITED(status) || (WEXITSTATUS(status) != ENDED && WEXITSTATUS(status) != FOUND_ALL)) {
        fail_msg("status %x", (unsigned)status);
    }
    end(child->world);
    return WEXITSTATUS(status) == ENDED;
}

static size_t n_copied(const struct world *world)
{
    const char *at = table_switch_text(&world->sw);
    size_t n = 0;
    while ((at = strstr(at, "output:9"))) {
        at++;
        n++;
    }
    return n;
}

/* What is reported is there: the two of the pair, and so many copies. */
static bool is_reported(struct world *world, size_t n_copies)
{
    bool told = ask(world, "GET /status", "") == 200 &&
                strstr(base_buffer_text(&world->reply), "\n  \"installed\": true");
    if (told && (world->sw.table.n_entries < 2 || n_copied(world) != n_copies)) {
        fail_msg("reported as installed:\n%s", table_switch_text(&world->sw));
    }
    return told;
}

static void await_reported(struct world *world, size_t n_copies)
{
    time_t give_up = time(NULL) + 30;
    while (!is_reported(world, n_copies)) {
        assert_true(time(NULL) < give_up);
        event_base_loop(world->base, EVLOOP_NONBLOCK);
    }
}

static void use(struct world *world)
{
    await_reported(world, 1);
    int status = ask(world, "POST /taps", LATE);
    bool is_told = status == 400 && strstr(base_buffer_text(&world->reply), "out of memory");
    status = is_told ? 500 : status;
    int found = ask(world, "GET /taps/late", "");
    found = found == 200 || found == 404 ? found : ask(world, "GET /taps/late", "");
    if ((status != 202 && status != 500 && status != 0) || (status == 202 && found == 404) ||
        (status == 500 && found == 200)) {
        fail_msg("POST is answered %d, GET then %d: %s", status, found,
                 base_buffer_text(&world->reply));
    }
    await_reported(world, found == 200 ? 2 : 1);
    ask(world, "DELETE /taps/late", "");
    ask(world, "POST /reload", "");
}

/* The n-th that tapd asks for while it is used; every fifth of them, or as often as EACH says. */
static void one_allocation_that_fails_costs_little(void **state)
{
    (void)state;
    const char *each = getenv("EACH");
    size_t step = each ? strtoul(each, NULL, 10) : 5, n = 0;
    bool failed = true;
    for (; failed; n += step) {
        struct world world;
        struct child child;
        assert_true(begin_child(&child, &world, n, false));
        use(&world);
        failed = end_child(&child);
    }
    assert_true(n > 200);
}

/* It is not reported as installed, does not spin, and hears: SIGUSR1, that there is memory again,
 * and SIGTERM. */
static void lasting_lack_of_memory_is_outlived(void **state)
{
    (void)state;
    for (size_t n = 0; n < 300; n += 50) {
        struct world world;
        struct child child;
        assert_true(begin_child(&child, &world, n, true));
        for (int i = 0; i < 20; i++) {
            is_reported(&world, 1);
        }
        assert_int_equal(kill(child.pid, SIGUSR1), 0);
        await_reported(&world, 1);
        assert_true(end_child(&child));
        assert_true(begin_child(&child, &world, n, true));
        for (int i = 0; i < 20; i++) {
            is_reported(&world, 1);
        }
        assert_true(end_child(&child));
    }
}

/* From its start: it says why it does not start, or goes on without. */
static void no_memory_at_the_start_is_told(void **state)
{
    (void)state;
    for (size_t n = 0; n < 2000; n += 97) {
        struct world world;
        struct child child;
        if (begin_child(&child, &world, BEFORE_READY + n, n % 2)) {
            is_reported(&world, 1);
            end_child(&child);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_and_taps_are_told),
        cmocka_unit_test(samples_are_told_where_they_are_listened_for),
        cmocka_unit_test(head_is_get_without_the_body),
        cmocka_unit_test(a_tap_is_put_extended_and_ended),
        cmocka_unit_test(a_tap_ends_by_the_clock_of_the_switch),
        cmocka_unit_test(a_tap_ends_by_the_clock_of_the_controller),
        cmocka_unit_test(a_tap_ends_in_its_time),
        cmocka_unit_test(an_end_that_can_not_be_saved_is_saved_later),
        cmocka_unit_test(whoever_asks_hears_that_it_is_settled),
        cmocka_unit_test(requests_that_are_wrong_change_nothing),
        cmocka_unit_test(a_token_is_asked_for),
        cmocka_unit_test(a_wrong_policy_changes_nothing),
        cmocka_unit_test(a_policy_is_reloaded_over_the_same_connections),
        cmocka_unit_test(taps_on_demand_are_there_after_a_restart),
        cmocka_unit_test(what_can_not_be_saved_is_not_done),
        cmocka_unit_test(addresses),
        cmocka_unit_test(one_allocation_that_fails_costs_little),
        cmocka_unit_test(lasting_lack_of_memory_is_outlived),
        cmocka_unit_test(no_memory_at_the_start_is_told),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
