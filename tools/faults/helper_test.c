/* SPDX-License-Identifier: Apache-2.0
 *
 * What do the children do that some faults leave running? */
#include "faults/fake_lab_testing.h"
#include "faults/fault.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static struct faults_lab lab;

static int set_up(void **state)
{
    struct base_error error = {""};
    fake_set_up(state);
    if (faults_lab_open(&lab, fake_expected, &error)) {
        fail_msg("%s", error.text);
    }
    fake.forks = true;
    return 0;
}

static int tear_down(void **state)
{
    faults_lab_close(&lab);
    return fake_tear_down(state);
}

/* h2, and another host; s1. */
static pid_t start(const char *kind)
{
    struct base_error error = {""};
    struct injection injection = {.fault = fault_find(kind), .spot = {.host = 1, .host2 = 2}};
    if (injection.fault->inject(&lab, &injection, &error)) {
        fail_msg("%s: %s", kind, error.text);
    }
    assert_true(injection.helper > 0);
    return injection.helper;
}

static void stop(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* One after another, with the host's address; none is a probe. */
static void a_chatty_host_sends_frames_of_all_kinds(void **state)
{
    (void)state;
    static const char *const kinds[] = {"chatty-host", "storm"};
    static const uint16_t types[] = {0x88cc, 0x0806, 0x86dd, 0x0800, 0x88b5};
    for (size_t i = 0; i < 2; i++) {
        pid_t pid = start(kinds[i]);
        for (size_t n = 0; n < 12; n++) {
            uint8_t bytes[64] = {0};
            assert_int_equal(read(fake.wire, bytes, sizeof bytes), 60);
            assert_int_equal(bytes[12] << 8 | bytes[13], types[n % 5]);
            assert_memory_equal(bytes + 6, lab.topology->hosts[1].mac, 6);
            assert_true(bytes[0] & 1);
            assert_null(memmem(bytes, 60, "tapproof", 8));
        }
        stop(pid);
    }
}

/* From one socket to the other, as they came. */
static void frames_are_passed_on(void **state)
{
    (void)state;
    static const char *const kinds[] = {"echoes", "forwards"};
    for (size_t i = 0; i < 2; i++) {
        pid_t pid = start(kinds[i]);
        int to = fake.wire;
        fake.wire = fake.before;
        for (size_t n = 60; n < 64; n++) {
            uint8_t sent[64], bytes[128];
            memset(sent, (int)n, sizeof sent);
            fake_frame("s1-eth1", false, sent, n);
            assert_int_equal(read(to, bytes, sizeof bytes), n);
            assert_memory_equal(bytes, sent, n);
        }
        fake.wire = to;
        stop(pid);
    }
}

static void entries_are_installed_again_and_again(void **state)
{
    (void)state;
    int ends[2];
    char text[256] = "";
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    fake.told = ends[1];
    pid_t pid = start("reinstalled");
    for (int i = 0; i < 3; i++) {
        ssize_t n = read(ends[0], text, sizeof text - 1);
        assert_true(n > 0);
        text[n] = '\0';
        assert_true(strncmp(text, "ovs-ofctl -O OpenFlow10 add-flows s1 /", 38) == 0);
        assert_non_null(strstr(text, "/faults-s1.flows\n"));
    }
    stop(pid);
    fake.told = -1;
    close(ends[0]);
    close(ends[1]);
}

/* It lives, as long as it is let, and holds what it captures with. */
static void another_capture_stays(void **state)
{
    (void)state;
    pid_t pid = start("other-capture");
    uint8_t byte;
    assert_int_equal(recv(fake.wire, &byte, 1, MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN); /* not closed */
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
    stop(pid);
    assert_int_equal(recv(fake.wire, &byte, 1, 0), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_chatty_host_sends_frames_of_all_kinds),
    cmocka_unit_test(frames_are_passed_on),
    cmocka_unit_test(entries_are_installed_again_and_again),
    cmocka_unit_test(another_capture_stays),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
