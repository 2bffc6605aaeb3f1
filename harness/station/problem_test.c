/* SPDX-License-Identifier: Apache-2.0
 *
 * What do stations say that cannot be opened, lose their interface or their command, or are given
 * what they cannot send? */
#include "station/station.h"

#include "testing/station.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void says_what_cannot_be_sent(void **state)
{
    struct station_set *set = open_pair(fixture_or_skip(state));
    static uint8_t frame[1600] = {2, [12] = 0x88, 0xb5};
    struct seen seen = {.n_wanted = 1};
    struct base_error error;
    assert_int_equal(station_send(set, 0, frame, sizeof frame, &error), -1);
    assert_string_equal(error.text, "a frame of 1600 bytes is over the MTU of near");
    assert_null(station_problem(set, 0));
    assert_send(set, 0, frame, 1514);
    assert_int_equal(receive(set, in_ms(5000), &seen), 1);
    assert_int_equal(seen.n_last, 1514);
    station_close(set);
}

/* A message has room for any frame; what is too long for it is refused here, for the interface
 * there. */
static void says_what_cannot_be_sent_by_a_command(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    struct station_set *set = open_exec_pair(fixture, fixture->program);
    static uint8_t frame[65536];
    struct seen seen = {0};
    struct base_error error = {""};
    assert_int_equal(station_send(set, 1, frame, sizeof frame, &error), -1);
    assert_string_equal(error.text, "a frame of 65536 bytes is over every MTU");
    assert_no_problem(set, 2);
    assert_send(set, 1, frame, sizeof frame - 1);
    station_sync(set, in_ms(5000), see, &seen, NULL);
    assert_non_null(station_problem(set, 1));
    assert_string_equal(station_problem(set, 1), "a frame of 65535 bytes is over the MTU of far");
    station_close(set);
}

static void run(const char *format, ...) BASE_PRINTF(1, 2);
static void run(const char *format, ...)
{
    char command[256];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    if (system(command) != 0) {
        fail_msg("%s", command);
    }
}

static void assert_problem(const char *interface, const char *netns, const char *text)
{
    const struct station_spec spec = {.name = "h1", .interface = interface, .netns = netns};
    struct station_set *set = open_set(&spec, 1);
    const char *problem = station_problem(set, 0);
    struct base_error error = {{0}};
    assert_non_null(problem);
    assert_string_equal(problem, text);
    assert_int_equal(station_send(set, 0, "", 1, &error), -1);
    assert_string_equal(error.text, text);
    assert_int_equal(station_receive(set, in_ms(5000), see, NULL, &error), -1);
    assert_true(station_drops(set, 0) == STATION_DROPS_UNKNOWN);
    station_close(set);
}

static void says_what_is_wrong(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    char expected[128];
    assert_problem(NULL, NULL, "no interface is named for it");
    assert_problem("nowhere", NULL, "no interface nowhere in this network namespace");
    run("ip link add fifteen-letters type veth peer name peer");
    assert_problem("fifteen-letters", NULL, "interface fifteen-letters is down");
    assert_problem("fifteen-letters2", NULL,
                   "no interface fifteen-letters2 in this network namespace");
    run("ip link del fifteen-letters");
    snprintf(expected, sizeof expected, "no interface near in %s", fixture->netns);
    assert_problem("near", fixture->netns, expected);
    assert_problem("near", "/nowhere/net", "no such namespace: /nowhere/net");
    assert_problem("near", "/proc/self/ns/uts", "/proc/self/ns/uts is no network namespace");
    assert_problem("near", "/dev/null", "/dev/null is no network namespace");
    run("ip link add down1 type veth peer name down2");
    assert_problem("down1", NULL, "interface down1 is down");
    run("ip link set down1 up");
    assert_problem("down1", NULL, "interface down1 has no link");
    run("ip link del down1");
}

/* While it was open. */
static void says_where_frames_can_no_longer_be_sent(void **state)
{
    fixture_or_skip(state);
    run("ip link add one type veth peer name two && ip link set one up && ip link set two up");
    const struct station_spec spec = {.name = "h1", .interface = "one"};
    struct station_set *set = open_set(&spec, 1);
    struct base_error error;
    uint8_t frame[60];
    make_frame(frame, 0);
    assert_no_problem(set, 1);
    assert_send(set, 0, frame, sizeof frame);
    run("ip link set one down");
    assert_int_equal(station_send(set, 0, frame, sizeof frame, &error), -1);
    assert_string_equal(error.text, "interface one is down");
    run("ip link del one");
    assert_int_equal(station_send(set, 0, frame, sizeof frame, &error), -1);
    assert_string_equal(error.text, "interface one is gone");
    station_close(set);
}

static void limit(int resource, rlim_t most)
{
    struct rlimit limits;
    getrlimit(resource, &limits);
    limits.rlim_cur = most;
    setrlimit(resource, &limits);
}

/* In a child, with one descriptor more each time; 0: all that needs one has said so, then it was
 * open. */
static int opens_with_few_descriptors(void)
{
    const struct station_spec spec = {.name = "h1", .interface = "near"};
    static const char *const parts[] = {"socket: ", "capturing on near: "};
    bool said[2] = {false}, is_open = false;
    int lowest = dup(STDERR_FILENO);
    close(lowest);
    for (int n = lowest; n < lowest + 20 && !is_open; n++) {
        struct station_set *set;
        limit(RLIMIT_NOFILE, (rlim_t)n);
        if (station_open(&spec, 1, &set, NULL)) {
            return 1;
        }
        const char *problem = station_problem(set, 0);
        for (size_t i = 0; i < 2 && problem; i++) {
            said[i] |= strncmp(problem, parts[i], strlen(parts[i])) == 0 &&
                       strlen(problem) > strlen(parts[i]);
        }
        is_open = !problem;
        station_close(set);
    }
    return is_open && said[0] && said[1] ? 0 : 2;
}

static void says_for_what_descriptors_are_missing(void **state)
{
    int status;
    fixture_or_skip(state);
    pid_t child = fork();
    if (child == 0) {
        _exit(opens_with_few_descriptors());
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

/* One bad station costs only itself. */
static void others_go_on(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    const struct station_spec specs[] = {
        {.name = "h1", .interface = "nowhere"},
        {.name = "h2", .interface = "far", .netns = fixture->netns},
        {.name = "h3", .interface = "near"},
    };
    struct station_set *set = open_set(specs, 3);
    struct seen seen = {.n_wanted = 1};
    uint8_t frame[60];
    make_frame(frame, 0);
    assert_non_null(station_problem(set, 0));
    assert_null(station_problem(set, 1));
    assert_null(station_problem(set, 2));
    assert_send(set, 2, frame, sizeof frame);
    assert_int_equal(receive(set, in_ms(5000), &seen), 1);
    assert_int_equal(seen.n[1], 1);
    station_close(set);
}

static void notices_an_interface_that_went_down(void **state)
{
    fixture_or_skip(state);
    run("ip link add one type veth peer name two && ip link set one up && ip link set two up");
    const struct station_spec specs[] = {{.name = "h1", .interface = "one"},
                                         {.name = "h2", .interface = "two"}};
    struct station_set *set = open_set(specs, 2);
    assert_no_problem(set, 2);
    struct seen seen = {0};
    run("ip link set one down && ip link set one up");
    receive(set, 0, &seen);
    assert_string_equal(station_problem(set, 0), "interface one went down");
    assert_null(station_problem(set, 1));
    run("ip link set one down");
    assert_true(station_drops(set, 1) == STATION_DROPS_UNKNOWN);
    assert_string_equal(station_problem(set, 1), "interface two has no link");
    station_close(set);
    run("ip link del one");
}

/* Behind a command, too. */
static void a_far_end_tells_that_its_interface_went_down(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    run("ip link add one type veth peer name two && ip link set one up && ip link set two up");
    const struct station_spec spec = {.name = "h", .interface = "two", .exec = fixture->program};
    struct station_set *set = open_set(&spec, 1);
    struct base_error error;
    int64_t deadline_ns = in_ms(5000);
    assert_no_problem(set, 1);
    run("ip -d link show two | grep -q 'promiscuity 1'");
    run("ip link set two down && ip link set two up");
    while (!station_problem(set, 0) && station_now_ns() < deadline_ns) {
        station_receive(set, in_ms(1), see, NULL, &error);
    }
    assert_non_null(station_problem(set, 0));
    assert_string_equal(station_problem(set, 0), "interface two went down");
    station_close(set);
    set = open_set(&spec, 1);
    assert_no_problem(set, 1);
    run("ip link set one down");
    assert_int_equal(station_sync(set, in_ms(5000), see, NULL, &error), -1);
    assert_non_null(station_problem(set, 0));
    assert_string_equal(station_problem(set, 0), "interface two has no link");
    station_close(set);
    run("ip link del one");
}

static bool drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    return syscall(SYS_capset, &head, data) == 0;
}

/* In a child, which loses its capabilities for good. */
static void says_what_is_not_permitted(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    pid_t child = fork();
    if (child == 0) {
        const struct station_spec specs[] = {
            {.name = "h1", .interface = "near"},
            {.name = "h2", .interface = "far", .netns = fixture->netns},
        };
        struct station_set *set = NULL;
        bool right = drop_capabilities() && station_open(specs, 2, &set, NULL) == 0 &&
                     station_problem(set, 0) &&
                     strcmp(station_problem(set, 0),
                            "not permitted to capture on near: needs CAP_NET_RAW") == 0 &&
                     station_problem(set, 1) && strstr(station_problem(set, 1), "CAP_SYS_");
        station_close(set);
        _exit(right ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

/* Of the near end of the link, which is in the namespace of this test. */
static void set_near_mtu(int mtu)
{
    struct ifreq request = {.ifr_mtu = mtu};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    strcpy(request.ifr_name, "near");
    assert_int_equal(ioctl(fd, SIOCSIFMTU, &request), 0);
    close(fd);
}

/* Long frames that the other end does not take are lost, as on any cable; a station that loses
 * short ones, too, has a problem. */
static void what_the_other_end_does_not_take_is_told(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    for (int behind_command = 0; behind_command < 2; behind_command++) {
        struct station_set *set =
            behind_command ? open_exec_pair(fixture, fixture->program) : open_pair(fixture);
        struct seen seen = {.n_wanted = 9};
        struct base_error error;
        uint8_t frame[1400] = {[12] = 0x88, 0xb5};
        assert_no_problem(set, 2);
        set_near_mtu(1000);
        assert_send(set, 1, frame, 60);
        assert_send(set, 1, frame, sizeof frame);
        assert_send(set, 1, frame, 1200);
        assert_send(set, 1, frame, 1000);
        assert_int_equal(station_sync(set, in_ms(5000), see, &seen, NULL), 0);
        struct station_swallowed swallowed = station_swallowed(set, 1);
        assert_int_equal(swallowed.n, 2);
        assert_int_equal(swallowed.shortest_bytes, 1200);
        assert_int_equal(swallowed.longest_bytes, 1000);
        assert_int_equal(station_swallowed(set, 0).n, 0);
        assert_int_equal(seen.n[0], 2);
        set_near_mtu(1500);
        bool sent = station_send(set, 1, frame, 1200, &error) == 0;
        assert_true(sent == (behind_command > 0));
        station_sync(set, in_ms(5000), see, &seen, NULL);
        assert_non_null(strstr(sent ? station_problem(set, 1) : error.text, "No buffer space"));
        station_close(set);
    }
}

static void assert_exec_problem(const struct fixture *fixture, const char *prefix, const char *part)
{
    struct station_set *set = open_exec_pair(fixture, prefix);
    assert_null(station_problem(set, 0));
    const char *problem = station_problem(set, 1);
    assert_non_null(problem);
    if (!strstr(problem, part)) {
        fail_msg("%s: %s", prefix, problem);
    }
    station_close(set);
}

static void says_why_a_command_failed(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    assert_exec_problem(fixture, "/no-such-program-at-all", "ended with exit status 127: ");
    assert_exec_problem(fixture, "/no-such-program-at-all", "not found");
    assert_exec_problem(fixture, "false", "false ended with exit status 1");
    assert_exec_problem(fixture, "sh -c 'kill -9 $$'", "was ended by signal 9");
    assert_exec_problem(fixture, "echo welcome", "says \"welcome tapproof station");
    assert_exec_problem(fixture,
                        "sh -c 'printf \"tapproof station 2\\n\\003\\000\\000\"; cat >/dev/null'",
                        "has given up, and not said why");
    assert_exec_problem(
        fixture, "sh -c 'printf \"tapproof station 2\\n\\003\\000\\003a\\033b\"; cat >/dev/null'",
        "a?b");
    assert_exec_problem(fixture, "sh -c 'printf \"\\033[31mred\" >&2; exit 1'",
                        "status 1: ?[31mred");
    assert_exec_problem(fixture, "sh -c 'echo tapproof station 1; cat >/dev/null'",
                        "says \"tapproof station 1\" instead of \"tapproof station 2\"");
    const struct station_spec spec = {
        .name = "h2", .interface = "nowhere", .exec = fixture->program};
    struct station_set *set = open_set(&spec, 1);
    assert_string_equal(station_problem(set, 0), "no interface nowhere in this network namespace");
    station_close(set);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), 0);
}

static void notices_a_command_that_dies(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    pid_t pid;
    struct station_set *set = open_exec_with_pid(fixture, &pid);
    assert_int_equal(kill(pid, SIGKILL), 0);
    struct seen seen = {0};
    int64_t deadline_ns = in_ms(5000);
    while (!station_problem(set, 1) && station_now_ns() < deadline_ns) {
        receive(set, in_ms(1), &seen);
    }
    assert_non_null(station_problem(set, 1));
    assert_non_null(strstr(station_problem(set, 1), "was ended by signal 9"));
    assert_null(station_problem(set, 0));
    station_close(set);
}

/* In a process group of its own, so that what were sent to it by mistake stays
 * there: the command's process id is no longer one. */
static void sends_to_a_command_that_died(void **state)
{
    struct fixture *fixture = fixture_or_skip(state);
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        struct seen seen = {0};
        struct base_error error = {{0}};
        uint8_t frame[60];
        pid_t pid;
        struct station_set *set = open_exec_with_pid(fixture, &pid);
        int64_t deadline_ns = in_ms(5000);
        make_frame(frame, 0);
        kill(pid, SIGKILL);
        while (station_send(set, 1, frame, sizeof frame, &error) == 0 &&
               station_now_ns() < deadline_ns) {
        }
        bool right = strstr(error.text, "was ended by signal 9") && station_problem(set, 1) &&
                     receive(set, in_ms(1), &seen) == 0;
        station_close(set);
        _exit(right ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(says_what_cannot_be_sent),
    cmocka_unit_test(says_what_cannot_be_sent_by_a_command),
    cmocka_unit_test(says_what_is_wrong),
    cmocka_unit_test(says_where_frames_can_no_longer_be_sent),
    cmocka_unit_test(says_for_what_descriptors_are_missing),
    cmocka_unit_test(others_go_on),
    cmocka_unit_test(notices_an_interface_that_went_down),
    cmocka_unit_test(a_far_end_tells_that_its_interface_went_down),
    cmocka_unit_test(says_what_is_not_permitted),
    cmocka_unit_test(what_the_other_end_does_not_take_is_told),
    cmocka_unit_test(says_why_a_command_failed),
    cmocka_unit_test(notices_a_command_that_dies),
    cmocka_unit_test(sends_to_a_command_that_died),
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
