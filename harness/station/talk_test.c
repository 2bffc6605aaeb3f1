/* SPDX-License-Identifier: Apache-2.0
 *
 * All that either end of a command says to the other, and what is made of it: as whole/near.txt and
 * whole/far.txt have it. The other end is a script. */
#include "station/station.h"

#include "station/wire.h"
#include "testing/station.h"
#include "testing/whole.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

enum { HEARD_MAX = 1 << 12 };

static void put_hex(const uint8_t *bytes, size_t n_bytes, struct base_buffer *out)
{
    for (size_t i = 0; i < n_bytes; i++) {
        base_put_format(out, "%02x", bytes[i]);
    }
}

/* "4 0a0b", a line a message; what is no message is what it is. */
static void put_messages(const uint8_t *bytes, size_t n_bytes, struct base_buffer *out)
{
    static const char greeting[] = STATION_WIRE_GREETING;
    struct base_reader reader = base_reader_over(bytes, n_bytes), body;
    uint8_t type;
    if (n_bytes >= sizeof greeting - 1 && memcmp(bytes, greeting, sizeof greeting - 1) == 0) {
        base_put_text(out, "> greeting\n");
        base_read_skip(&reader, sizeof greeting - 1);
    }
    while (station_wire_take(&reader, &type, &body)) {
        base_put_format(out, "> %u ", type);
        put_hex(body.at, base_reader_left(&body), out);
        base_put_text(out, "\n");
    }
    if (base_reader_left(&reader) > 0) {
        base_put_text(out, "> cut ");
        put_hex(reader.at, base_reader_left(&reader), out);
        base_put_text(out, "\n");
    }
}

/* -------------------------------------------------------------- the near end */

/* The whole of what is sent before the first answer is due: greeting, OPEN, two SEND, SYNC. */
enum { N_ASKED = 19 + (3 + 3 + 3) + 2 * (3 + 20) + 3 };

#define HELLO "tapproof station 2\\n"

static const struct {
    const char *name;
    const char *first, *then; /* for printf(1): at once, and when it has been asked */
} NEAR[] = {
    {"says nothing of its interface", HELLO "\\002\\000\\000", NULL},
    {"has an address, and an MTU", HELLO "\\002\\000\\010\\012\\013\\014\\015\\016\\017\\005\\334",
     NULL},
    {"has neither, and is not confined",
     HELLO "\\002\\000\\014\\000\\000\\000\\000\\000\\000\\000\\000a\\033bc", NULL},
    {"half an MTU", HELLO "\\002\\000\\007\\012\\013\\014\\015\\016\\017\\001", NULL},
    {"the last byte of an address", HELLO "\\002\\000\\006\\000\\000\\000\\000\\000\\001", NULL},
    {"has a problem", HELLO "\\003\\000\\010no\\tcable", NULL},
    {"knows another message", HELLO "\\011\\000\\001a", NULL},
    {"is another program", "login: \\nPassword: ", NULL},
    {"is another program, which says much",
     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL},
    {"an answer as it was once", HELLO "\\002\\000\\000",
     "\\007\\000\\010\\000\\000\\000\\000\\000\\000\\001\\002"},
    {"half an answer", HELLO "\\002\\000\\000",
     "\\007\\000\\007\\000\\000\\000\\000\\000\\000\\001"},
    {"half of what was swallowed", HELLO "\\002\\000\\000",
     "\\007\\000\\023\\000\\000\\000\\000\\000\\000\\000\\003\\000\\000\\000\\004"
     "\\000\\000\\000\\005\\000\\000\\000"},
    {"what was swallowed", HELLO "\\002\\000\\000",
     "\\007\\000\\024\\000\\000\\000\\000\\000\\000\\000\\003\\000\\000\\000\\004"
     "\\000\\000\\000\\005\\000\\000\\000\\006"},
    {"arrivals, and an answer behind them", HELLO "\\002\\000\\000",
     "\\005\\000\\006\\000\\000\\001\\000ab\\005\\000\\004\\000\\000\\000\\074"
     "\\007\\000\\010\\000\\000\\000\\000\\000\\000\\000\\000"},
    {"two answers", HELLO "\\002\\000\\000",
     "\\007\\000\\010\\000\\000\\000\\000\\000\\000\\000\\001"
     "\\007\\000\\010\\000\\000\\000\\000\\000\\000\\000\\002"},
    {"a problem instead of an answer", HELLO "\\002\\000\\000", "\\003\\000\\004gone"},
};

static bool put_arrival(void *aux, const struct station_arrival *arrival)
{
    base_put_format(aux, "arrival at %zu, of %zu bytes %zu: ", arrival->station,
                    arrival->wire_bytes, arrival->n_bytes);
    put_hex(arrival->bytes, arrival->n_bytes, aux);
    base_put_text(aux, "\n");
    return false;
}

/* In which the command is called so. */
static void put_text(const char *text, const char *command, struct base_buffer *out)
{
    const char *at = strstr(text, command);
    base_put_format(out, "%.*s%s", (int)(at ? at - text : 0), text, at ? "COMMAND" : "");
    base_put_format(out, "%s\n", at ? at + strlen(command) : text);
}

static void put_station(const struct station_set *set, const char *command, struct base_buffer *out)
{
    const uint8_t *address = station_address(set, 0);
    base_put_text(out, "address ");
    put_hex(address, address ? 6 : 0, out);
    base_put_format(out, ", MTU %u\n", station_mtu(set, 0));
    if (station_unconfined(set, 0)) {
        base_put_format(out, "not confined: %s\n", station_unconfined(set, 0));
    }
    if (station_problem(set, 0)) {
        base_put_text(out, "problem: ");
        put_text(station_problem(set, 0), command, out);
    }
}

static void put_asked(struct station_set *set, struct base_buffer *out)
{
    struct base_error error = {""};
    uint8_t frame[20];
    for (uint8_t i = 0; i < 2; i++) {
        memset(frame, i + 1, sizeof frame);
        assert_int_equal(station_send(set, 0, frame, sizeof frame, &error), 0);
    }
    int status = station_sync(set, in_ms(20000), put_arrival, out, &error);
    struct station_swallowed swallowed = station_swallowed(set, 0);
    base_put_format(out, "synced: %d %s, drops %lld, swallowed %u %u %u\n", status, error.text,
                    station_problem(set, 0) ? -1LL : (long long)station_drops(set, 0), swallowed.n,
                    swallowed.shortest_bytes, swallowed.longest_bytes);
}

/* The command keeps what it hears in a file. */
static void put_near(size_t i, const char *path, struct base_buffer *out)
{
    char command[1024];
    uint8_t heard[HEARD_MAX];
    if (NEAR[i].then) {
        snprintf(command, sizeof command,
                 "sh -c 'printf \"%s\"; head -c %d >%s; printf \"%s\"; cat >>%s'", NEAR[i].first,
                 N_ASKED, path, NEAR[i].then, path);
    } else {
        snprintf(command, sizeof command, "sh -c 'printf \"%s\"; cat >%s'", NEAR[i].first, path);
    }
    const struct station_spec spec = {
        .name = "h1", .netns = "ns", .interface = "if0", .exec = command};
    struct station_set *set = open_set(&spec, 1);
    base_put_format(out, "=== %s\n", NEAR[i].name);
    put_station(set, command, out);
    if (NEAR[i].then) {
        put_asked(set, out);
        put_station(set, command, out);
    }
    station_close(set);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, heard, sizeof heard);
    close(fd);
    put_messages(heard, n > 0 ? (size_t)n : 0, out);
}

static void all_that_is_said_to_a_command_is_as_it_was(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    char path[] = "/tmp/talk-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < sizeof NEAR / sizeof *NEAR; i++) {
        put_near(i, path, &out);
    }
    unlink(path);
    assert_whole(base_buffer_text(&out), "harness/station/whole/near.txt");
    base_buffer_free(&out);
}

/* --------------------------------------------------------------- the far end */

static uint8_t FRAME[70000] = {[5] = 2, [12] = 0x88, [13] = 0xb5};

/* SEND of so many bytes; a SYNC; OPEN of an interface. */
struct request {
    size_t n_sent;
    bool syncs;
    const char *netns, *interface;
};

static const struct {
    const char *name;
    struct request requests[6];
} FAR[] = {
    {"opened, and asked", {{.interface = "lo"}, {.syncs = true}, {.syncs = true}}},
    {"sends", {{.interface = "lo"}, {.n_sent = 60}, {.n_sent = 61}, {.syncs = true}}},
    {"sends, and is asked each time",
     {{.interface = "lo"}, {.n_sent = 60}, {.syncs = true}, {.n_sent = 62}, {.syncs = true}}},
    {"no such interface",
     {{.interface = "nowhere"}, {.syncs = true}, {.n_sent = 60}, {.syncs = true}}},
    {"no such namespace", {{.netns = "/nowhere", .interface = "lo"}, {.syncs = true}}},
    {"a frame too long",
     {{.interface = "lo"}, {.syncs = true}, {.n_sent = 2000}, {.n_sent = 60}, {.syncs = true}}},
    {"opened twice", {{.interface = "lo"}, {.interface = "lo"}}},
    {"asked first", {{.syncs = true}}},
};

static void put_request(const struct request *request, struct base_buffer *out)
{
    const char *netns = request->netns ? request->netns : "";
    if (request->interface) {
        station_wire_put(out, STATION_WIRE_OPEN, netns, strlen(netns) + 1, request->interface,
                         strlen(request->interface));
    } else if (request->syncs) {
        station_wire_put(out, STATION_WIRE_SYNC, NULL, 0, NULL, 0);
    } else if (request->n_sent > 0) {
        station_wire_put(out, STATION_WIRE_SEND, FRAME, request->n_sent, NULL, 0);
    }
}

static void put_far(size_t i, struct base_buffer *out)
{
    int in[2], outs[2];
    uint8_t heard[HEARD_MAX];
    struct base_error error = {""};
    struct base_buffer script = {0};
    assert_int_equal(pipe(in) | pipe(outs), 0);
    base_put_text(&script, STATION_WIRE_GREETING);
    for (size_t j = 0; j < 6; j++) {
        put_request(&FAR[i].requests[j], &script);
    }
    assert_int_equal(write(in[1], script.data, script.n_bytes), script.n_bytes);
    close(in[1]);
    int status = station_serve(in[0], outs[1], false, &error);
    close(outs[1]);
    close(in[0]);
    ssize_t n = read(outs[0], heard, sizeof heard);
    close(outs[0]);
    base_put_format(out, "=== %s: %d %s\n", FAR[i].name, status, error.text);
    put_messages(heard, n > 0 ? (size_t)n : 0, out);
    base_buffer_free(&script);
}

static void all_that_a_far_end_says_is_as_it_was(void **state)
{
    struct base_buffer out = {0};
    fixture_or_skip(state);
    assert_int_equal(system("ip link set lo up mtu 1500"), 0);
    for (size_t i = 0; i < sizeof FAR / sizeof *FAR; i++) {
        put_far(i, &out);
    }
    assert_whole(base_buffer_text(&out), "harness/station/whole/far.txt");
    base_buffer_free(&out);
}

/* A far end on a thread. */
struct served {
    int in_fd, out_fd, status;
    pthread_t thread;
    struct base_error error;
};

static void *serve(void *aux)
{
    struct served *served = aux;
    served->status = station_serve(served->in_fd, served->out_fd, false, &served->error);
    close(served->out_fd);
    return NULL;
}

enum { N_MANY = 4000, SYNC_BYTES = 3, SYNCED_BYTES = 3 + 8 + 12 };

/* All of it is taken at once: many questions behind an OPEN of an interface. */
static int ask_much(struct served *served, const char *interface)
{
    struct base_buffer script = {0};
    int in[2], out[2], small = 1, large = 1 << 18;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, out), 0);
    setsockopt(in[1], SOL_SOCKET, SO_SNDBUF, &large, sizeof large);
    setsockopt(out[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    base_put_text(&script, STATION_WIRE_GREETING);
    put_request(&(struct request){.interface = interface}, &script);
    for (size_t i = 0; i < N_MANY; i++) {
        put_request(&(struct request){.syncs = true}, &script);
    }
    assert_int_equal(write(in[1], script.data, script.n_bytes), script.n_bytes);
    shutdown(in[1], SHUT_WR);
    *served = (struct served){.in_fd = in[0], .out_fd = out[1]};
    assert_int_equal(pthread_create(&served->thread, NULL, serve, served), 0);
    close(in[1]);
    base_buffer_free(&script);
    return out[0];
}

/* All that it says, until it ends. */
static void hear_all(struct served *served, int fd, struct base_buffer *heard)
{
    char bytes[1000];
    for (ssize_t n = 1; n > 0;) {
        n = read(fd, bytes, sizeof bytes);
        base_put_bytes(heard, bytes, n > 0 ? (size_t)n : 0);
    }
    pthread_join(served->thread, NULL);
    close(served->in_fd);
    close(fd);
}

static void do_nothing(int number)
{
    (void)number;
}

/* Whom a signal interrupts while the other end does not read: what is written was in part. */
static void what_is_written_in_parts_is_whole(void **state)
{
    struct served served;
    struct base_buffer heard = {0};
    struct sigaction nothing = {.sa_handler = do_nothing}, before;
    fixture_or_skip(state);
    assert_int_equal(system("ip link set lo up mtu 1500"), 0);
    int fd = ask_much(&served, "lo");
    char greeting[sizeof STATION_WIRE_GREETING - 1];
    assert_int_equal(recv(fd, greeting, sizeof greeting, MSG_WAITALL), sizeof greeting);
    assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 20000), 1);
    sigaction(SIGUSR1, &nothing, &before);
    for (int i = 0; i < 100; i++) {
        pthread_kill(served.thread, SIGUSR1);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    hear_all(&served, fd, &heard);
    sigaction(SIGUSR1, &before, NULL);
    assert_int_equal(served.status, 0);
    struct base_reader reader = base_reader_over(heard.data, heard.n_bytes), body;
    uint8_t type;
    assert_true(station_wire_take(&reader, &type, &body));
    assert_int_equal(type, STATION_WIRE_OPENED);
    assert_int_equal(base_reader_left(&reader), N_MANY * SYNCED_BYTES);
    for (size_t i = 0; i < N_MANY; i++) {
        assert_true(station_wire_take(&reader, &type, &body));
        assert_int_equal(type, STATION_WIRE_SYNCED);
    }
    base_buffer_free(&heard);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_that_is_said_to_a_command_is_as_it_was),
    cmocka_unit_test(all_that_a_far_end_says_is_as_it_was),
    cmocka_unit_test(what_is_written_in_parts_is_whole),
};

int main(int argc, char **argv)
{
    int status;
    if (was_far_end(argc, argv, &status)) {
        return status;
    }
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
