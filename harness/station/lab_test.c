/* SPDX-License-Identifier: Apache-2.0 */
#include "station/lab.h"

#include "testing/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char topology_text[] =
    "name: net\n"
    "switches: {s1: {dpid: 1}}\n"
    "hosts:\n"
    "  web1: {mac: \"00:00:00:00:00:01\", ip: 10.0.0.1, port: \"s1:1\"}\n"
    "  web2: {mac: \"00:00:00:00:00:02\", ip: 10.0.0.2, port: \"s1:2\"}\n"
    "  cap:  {mac: \"00:00:00:00:00:03\", port: \"s1:3\", role: capture}\n";
static const char lab_text[] = "hosts:\n"
                               "  web1: {interface: nowhere1}\n"
                               "  cap:  {netns: /nonexistent/net, interface: eth0}\n";

struct files {
    char topology[32], lab[32];
};

static void write_file(char *path, const char *text)
{
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static int set_up(void **state)
{
    static struct files files;
    files = (struct files){"/tmp/topology-XXXXXX", "/tmp/lab-XXXXXX"};
    write_file(files.topology, topology_text);
    write_file(files.lab, lab_text);
    unsetenv("TAPPROOF_TOPOLOGY");
    unsetenv("TAPPROOF_LAB");
    *state = &files;
    return 0;
}

static int tear_down(void **state)
{
    const struct files *files = *state;
    unlink(files->topology);
    unlink(files->lab);
    return 0;
}

static struct station_lab load(const struct files *files)
{
    struct station_lab lab;
    struct base_buffer diagnostics = {0};
    assert_int_equal(station_lab_load(&lab, files->topology, files->lab, &diagnostics), 0);
    assert_int_equal(diagnostics.n_bytes, 0);
    return lab;
}

enum { WEB1, WEB2, CAP, N_HOSTS };

static void chooses_hosts(void **state)
{
    struct station_lab lab = load(*state);
    unsigned chosen[N_HOSTS] = {0};
    struct base_error error;
    assert_int_equal(station_lab_choose(&lab, "cap", 2, chosen, &error), 0);
    assert_int_equal(station_lab_choose(&lab, "all", 4, chosen, &error), 0);
    assert_int_equal(chosen[WEB1], 4);
    assert_int_equal(chosen[WEB2], 0); /* has no station */
    assert_int_equal(chosen[CAP], 2);  /* was chosen before */
    assert_int_equal(station_lab_choose(&lab, "web1,cap", 8, chosen, &error), 0);
    assert_int_equal(chosen[WEB1], 12);
    assert_int_equal(chosen[CAP], 10);
    station_lab_close(&lab);
}

static void assert_refused(const struct station_lab *lab, const char *list, const char *words)
{
    unsigned chosen[N_HOSTS] = {0};
    struct base_error error;
    assert_int_equal(station_lab_choose(lab, list, 1, chosen, &error), -1);
    if (!strstr(error.text, words)) {
        fail_msg("'%s' does not say '%s'", error.text, words);
    }
}

static void says_what_is_wrong_with_a_list(void **state)
{
    struct station_lab lab = load(*state);
    assert_refused(&lab, "wbe1", "no host 'wbe1' in");
    assert_refused(&lab, "wbe1", "did you mean 'web1'?");
    assert_refused(&lab, "web2", "web2 has no station: /tmp/lab-");
    assert_refused(&lab, "web1,", "name is missing");
    station_lab_close(&lab);
}

static void says_which_station_cannot_be_opened(void **state)
{
    struct station_lab lab = load(*state);
    struct base_error error;
    assert_int_equal(station_lab_open(&lab, (unsigned[N_HOSTS]){[CAP] = 1}, &error), -1);
    assert_non_null(strstr(error.text, "cap: no such namespace"));
    assert_int_equal(lab.n_stations, 1);
    assert_int_equal(lab.station_of[CAP], 0);
    assert_int_equal(lab.station_of[WEB1], SIZE_MAX);
    station_lab_close(&lab);
}

static void takes_paths_from_the_environment(void **state)
{
    const struct files *files = *state;
    struct station_lab lab;
    struct base_buffer diagnostics = {0};
    assert_int_equal(station_lab_load(&lab, NULL, NULL, &diagnostics), -1);
    assert_non_null(strstr(base_buffer_text(&diagnostics), "TAPPROOF_TOPOLOGY is not set"));
    setenv("TAPPROOF_TOPOLOGY", files->topology, 1);
    assert_int_equal(station_lab_load(&lab, NULL, NULL, &diagnostics), 0);
    assert_false(station_lab_has(&lab, WEB1));
    station_lab_close(&lab);
    setenv("TAPPROOF_LAB", "", 1); /* as not set */
    assert_int_equal(station_lab_load(&lab, NULL, NULL, &diagnostics), 0);
    station_lab_close(&lab);
    setenv("TAPPROOF_LAB", files->lab, 1);
    assert_int_equal(station_lab_load(&lab, NULL, NULL, &diagnostics), 0);
    assert_true(station_lab_has(&lab, WEB1));
    station_lab_close(&lab);
    base_buffer_free(&diagnostics);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(chooses_hosts, set_up, tear_down),
    cmocka_unit_test_setup_teardown(says_what_is_wrong_with_a_list, set_up, tear_down),
    cmocka_unit_test_setup_teardown(says_which_station_cannot_be_opened, set_up, tear_down),
    cmocka_unit_test_setup_teardown(takes_paths_from_the_environment, set_up, tear_down),
};
TEST_MAIN(tests)
