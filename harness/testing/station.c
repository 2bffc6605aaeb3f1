/* SPDX-License-Identifier: Apache-2.0
 *
 * How is a link between two network namespaces made, and what crosses it? */
#include "testing/station.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int64_t in_ms(int64_t ms)
{
    return station_now_ns() + ms * 1000000;
}

static bool is_ours(const struct station_arrival *arrival)
{
    for (size_t at = 12; at + 2 <= arrival->n_bytes && at <= 20; at += 4) {
        if (arrival->bytes[at] == 0x88 && arrival->bytes[at + 1] == 0xb5) {
            return true;
        }
    }
    return false;
}

bool see(void *aux, const struct station_arrival *arrival)
{
    struct seen *seen = aux;
    if (!is_ours(arrival)) {
        return false;
    }
    uint32_t number;
    memcpy(&number, arrival->bytes + 14, sizeof number);
    seen->n_disorder += number != seen->next;
    seen->next = number + 1;
    seen->n[arrival->station]++;
    seen->n_last = arrival->n_bytes;
    seen->last_ns = arrival->time_ns;
    memcpy(seen->last, arrival->bytes, arrival->n_bytes);
    return seen->n[0] + seen->n[1] == seen->n_wanted;
}

void make_frame(uint8_t frame[60], uint32_t number)
{
    memset(frame, 0, 60);
    memcpy(frame, "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01\x88\xb5", 14);
    memcpy(frame + 14, &number, sizeof number);
    frame[59] = 0xa5;
}

struct station_set *open_set(const struct station_spec *specs, size_t n)
{
    struct station_set *set;
    struct base_error error;
    if (station_open(specs, n, &set, &error)) {
        fail_msg("%s", error.text);
    }
    station_start(set);
    return set;
}

void assert_no_problem(const struct station_set *set, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (station_problem(set, i)) {
            fail_msg("station %zu: %s", i, station_problem(set, i));
        }
    }
}

struct station_set *open_pair(const struct fixture *fixture)
{
    const struct station_spec specs[] = {
        {.name = "h1", .interface = "near"},
        {.name = "h2", .interface = "far", .netns = fixture->netns},
    };
    struct station_set *set = open_set(specs, 2);
    assert_no_problem(set, 2);
    return set;
}

struct station_set *open_exec_pair(const struct fixture *fixture, const char *prefix)
{
    const struct station_spec specs[] = {
        {.name = "h1", .interface = "near"},
        {.name = "h2", .interface = "far", .netns = fixture->netns, .exec = prefix},
    };
    return open_set(specs, 2);
}

struct station_set *open_exec_with_pid(const struct fixture *fixture, pid_t *pid)
{
    char prefix[512], path[] = "/tmp/station-XXXXXX", text[16] = "";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    snprintf(prefix, sizeof prefix, "sh -c 'echo $$ > %s; exec %s tapproof station' ", path,
             fixture->program);
    struct station_set *set = open_exec_pair(fixture, prefix);
    assert_no_problem(set, 2);
    assert_true(read(fd, text, sizeof text - 1) > 0);
    close(fd);
    unlink(path);
    *pid = (pid_t)atoi(text);
    return set;
}

struct fixture *fixture_or_skip(void **state)
{
    struct fixture *fixture = *state;
    if (fixture->problem) {
        cannot_run(fixture->problem);
    }
    return fixture;
}

void assert_send(struct station_set *set, size_t station, const void *frame, size_t n)
{
    struct base_error error;
    if (station_send(set, station, frame, n, &error)) {
        fail_msg("%s", error.text);
    }
}

int receive(struct station_set *set, int64_t deadline_ns, struct seen *seen)
{
    struct base_error error = {{0}};
    int result = station_receive(set, deadline_ns, see, seen, &error);
    if (result < 0) {
        fail_msg("%s", error.text);
    }
    return result;
}

/* Becomes root of new user and network namespaces, as unshare -r -n does. */
static bool enter_private_namespaces(void)
{
    char map[64];
    unsigned uid = getuid(), gid = getgid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
        return unshare(CLONE_NEWNET) == 0;
    }
    const char *const files[] = {"/proc/self/setgroups", "/proc/self/uid_map",
                                 "/proc/self/gid_map"};
    for (int i = 0; i < 3; i++) {
        int length = i == 0 ? snprintf(map, sizeof map, "deny")
                            : snprintf(map, sizeof map, "0 %u 1", i == 1 ? uid : gid);
        int fd = open(files[i], O_WRONLY);
        bool written = fd >= 0 && write(fd, map, (size_t)length) == length;
        close(fd);
        if (!written) {
            return false;
        }
    }
    return true;
}

/* Neighbour discovery would be captured too. */
static void silence_ipv6(void)
{
    int fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY);
    if (fd >= 0) {
        (void)!write(fd, "1", 1);
        close(fd);
    }
}

/* A child in a network namespace of its own, which ends when we do. */
static pid_t start_holder(void)
{
    int ready[2], stay[2];
    char byte;
    if (pipe2(ready, O_CLOEXEC) || pipe2(stay, O_CLOEXEC)) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(ready[0]);
        close(stay[1]);
        if (unshare(CLONE_NEWNET) == 0) {
            silence_ipv6();
            (void)!write(ready[1], "", 1);
            (void)!read(stay[0], &byte, 1);
        }
        _exit(0);
    }
    close(ready[1]);
    close(stay[0]); /* stay[1] is left open on purpose: our end ends the child */
    bool is_ready = pid > 0 && read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    return is_ready ? pid : -1;
}

static const char *set_up(struct fixture *fixture)
{
    if (!enter_private_namespaces()) {
        return "no user and network namespaces here (unshare: not permitted)";
    }
    silence_ipv6();
    fixture->holder = start_holder();
    if (fixture->holder < 0) {
        return "no second network namespace here";
    }
    snprintf(fixture->netns, sizeof fixture->netns, "/proc/%d/ns/net", (int)fixture->holder);
    /* What is sent before the kernel has seen the carrier is thrown away (net/core/link_watch.c).
     */
    char command[512];
    snprintf(command, sizeof command,
             "exec 2>&1; ip link add near type veth peer name far netns %d && "
             "ip link set near up && nsenter --net=%s ip link set far up && "
             "timeout 10 sh -c 'until ip link show near | grep -q \"state UP\" && "
             "nsenter --net=%s ip link show far | grep -q \"state UP\"; do :; done'",
             (int)fixture->holder, fixture->netns, fixture->netns);
    return system(command) == 0 ? NULL : "no veth pair here (ip link add: see above)";
}

int group_setup(void **state)
{
    static char program[256];
    static struct fixture fixture;
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    fixture.program = n > 0 ? program : "";
    fixture.problem = set_up(&fixture);
    *state = &fixture;
    return 0;
}

bool was_far_end(int argc, char **argv, int *status)
{
    struct base_error error;
    if (argc != 3 || strcmp(argv[1], "tapproof") != 0) {
        return false;
    }
    *status = station_serve(STDIN_FILENO, STDOUT_FILENO, true, &error) ? 1 : 0;
    return true;
}
