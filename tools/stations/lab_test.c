/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts of a lab are chosen; stations that cannot be opened. */
#include "stations/lab.h"

#include "testing/failing.h"
#include "testing/station.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { WEB1, WEB2, CAP, N_HOSTS };

static struct topology_host hosts[N_HOSTS] = {{.name = "web1"}, {.name = "web2"}, {.name = "cap"}};
static const struct topology topology = {.file = "net.yaml", .hosts = hosts, .n_hosts = N_HOSTS};
static struct lab_host places[N_HOSTS] = {
    [WEB1] = {.interface = "nowhere1"},
    [CAP] = {.netns = "/nonexistent/net", .interface = "eth0"},
};
static struct lab_host nowhere[N_HOSTS];
static const struct lab with_stations = {.file = "net.lab", .hosts = places};
static const struct lab without_stations = {.hosts = nowhere};

static void chooses_hosts(void **state)
{
    (void)state;
    struct stations_lab lab = {.topology = &topology, .lab = &with_stations};
    unsigned chosen[N_HOSTS] = {0};
    struct base_error error;
    assert_int_equal(stations_lab_choose(&lab, "cap", 2, chosen, &error), 0);
    assert_int_equal(stations_lab_choose(&lab, "all", 4, chosen, &error), 0);
    assert_int_equal(chosen[WEB1], 4);
    assert_int_equal(chosen[WEB2], 0); /* has no station */
    assert_int_equal(chosen[CAP], 2);  /* was chosen before */
    assert_int_equal(stations_lab_choose(&lab, "web1,cap", 8, chosen, &error), 0);
    assert_int_equal(chosen[WEB1], 12);
    assert_int_equal(chosen[CAP], 10);
    stations_lab_close(&lab);
}

static void assert_refused(const struct stations_lab *lab, const char *list, const char *words)
{
    unsigned chosen[N_HOSTS] = {0};
    struct base_error error;
    assert_int_equal(stations_lab_choose(lab, list, 1, chosen, &error), -1);
    if (!strstr(error.text, words)) {
        fail_msg("'%s' does not say '%s'", error.text, words);
    }
}

static void says_what_is_wrong_with_a_list(void **state)
{
    (void)state;
    struct stations_lab lab = {.topology = &topology, .lab = &with_stations};
    assert_refused(&lab, "wbe1", "no host 'wbe1' in net.yaml");
    assert_refused(&lab, "wbe1", "did you mean 'web1'?");
    assert_refused(&lab, "web2", "web2 has no station: net.lab names no interface for it");
    assert_refused(&lab, "web1,", "name is missing");
    stations_lab_close(&lab);
}

static void says_which_station_cannot_be_opened(void **state)
{
    (void)state;
    struct stations_lab lab = {.topology = &topology, .lab = &with_stations};
    struct base_error error;
    assert_int_equal(stations_lab_open(&lab, (unsigned[N_HOSTS]){[CAP] = 1}, &error), -1);
    assert_non_null(strstr(error.text, "cap: no such namespace"));
    assert_int_equal(lab.n_stations, 1);
    assert_int_equal(lab.station_of[CAP], 0);
    assert_int_equal(lab.station_of[WEB1], STATION_NONE);
    stations_lab_close(&lab);
}

/* Of no hosts: those of any are opened by threads. */
static int choose_and_open(void *aux)
{
    struct stations_lab lab = {.topology = &topology, .lab = &with_stations};
    const unsigned none[N_HOSTS] = {0};
    unsigned chosen[N_HOSTS] = {0};
    struct base_error error = {""};
    (void)aux;
    int status = stations_lab_choose(&lab, "web1,cap", 1, chosen, &error) ||
                         stations_lab_open(&lab, none, &error)
                     ? -1
                     : 0;
    assert_true(status == 0 || strstr(error.text, "memory"));
    stations_lab_close(&lab);
    return status;
}

static void lack_of_memory_is_told(void **state)
{
    (void)state;
    assert_true(failing_each(choose_and_open, NULL) > 3);
}

static void without_a_lab_file_nothing_is_chosen(void **state)
{
    (void)state;
    struct stations_lab lab = {.topology = &topology, .lab = &without_stations};
    assert_false(stations_lab_has(&lab, WEB1));
    assert_refused(&lab, "web1", "web1 has no station: no lab file says where it is");
    assert_refused(&lab, "all", "no host has a station: no lab file says where they are");
}

static void stations_that_work_pass(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    struct lab_host link[N_HOSTS] = {
        [WEB1] = {.interface = "near"},
        [WEB2] = {.interface = "near"},
        [CAP] = {.interface = "far", .netns = fixture->netns},
    };
    struct lab there = {.hosts = link};
    struct stations_lab lab = {.topology = &topology, .lab = &there};
    struct base_error error = {""};
    char command[128];
    if (stations_lab_open(&lab, (unsigned[N_HOSTS]){1, 2, 4}, &error) ||
        stations_lab_check(&lab, &error)) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(lab.n_stations, N_HOSTS);
    assert_int_equal(lab.host_of[2], CAP);
    stations_lab_close(&lab);
    if (stations_lab_open(&lab, (unsigned[N_HOSTS]){[WEB1] = 1, [CAP] = 4}, &error) ||
        stations_lab_check(&lab, &error)) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(lab.n_stations, 2);
    assert_int_equal(lab.station_of[CAP], 1);
    assert_int_equal(lab.host_of[1], CAP);
    assert_int_equal(lab.station_of[WEB2], STATION_NONE);
    snprintf(command, sizeof command, "nsenter --net=%s ip link set far down", fixture->netns);
    assert_int_equal(system(command), 0);
    assert_int_equal(stations_lab_check(&lab, &error), -1);
    assert_true(strncmp(error.text, "web1: interface near", 20) == 0 ||
                strncmp(error.text, "cap: interface far", 18) == 0);
    stations_lab_close(&lab);
    assert_null(lab.set);
    assert_ptr_equal(lab.topology, &topology);
}

/* More frames than wait at a station, and nobody receives them. */
static void a_capture_that_lost_frames_is_told(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    struct lab_host link[N_HOSTS] = {
        [WEB1] = {.interface = "near"},
        [CAP] = {.interface = "far", .netns = fixture->netns},
    };
    struct lab there = {.hosts = link};
    struct stations_lab lab = {.topology = &topology, .lab = &there};
    struct base_error error = {""};
    uint8_t frame[60];
    assert_int_equal(stations_lab_open(&lab, (unsigned[N_HOSTS]){[WEB1] = 1, [CAP] = 4}, &error),
                     0);
    make_frame(frame, 1);
    for (int i = 0; i < 100000 && stations_lab_check(&lab, &error) == 0; i++) {
        assert_int_equal(station_send(lab.set, 0, frame, sizeof frame, &error), 0);
    }
    assert_string_equal(error.text, "cap: its capture lost 1 frames"); /* told from the first on */
    stations_lab_close(&lab);
}

/* Whether a process that has opened a lab may open no more packet sockets. */
static int opens_confined(bool confines, const struct fixture *fixture)
{
    struct lab_host link[N_HOSTS] = {[CAP] = {.interface = "far", .netns = fixture->netns}};
    struct lab there = {.hosts = link};
    struct stations_lab lab = {.topology = &topology, .lab = &there, .confines = confines};
    struct base_error error = {""};
    if (stations_lab_open(&lab, (unsigned[N_HOSTS]){[CAP] = 4}, &error)) {
        return 2;
    }
    bool is_confined = socket(AF_PACKET, SOCK_RAW, 0) < 0;
    stations_lab_close(&lab);
    return is_confined;
}

static void a_process_is_confined_if_it_wants_to(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    for (int confines = 0; confines < 2; confines++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            _exit(opens_confined(confines, fixture));
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(WEXITSTATUS(status), confines);
    }
}

static void a_far_end_that_is_not_confined_is_told(void **state)
{
    const struct fixture *fixture = fixture_or_skip(state);
    char prefix[4096 + 64];
    snprintf(prefix, sizeof prefix, "env TAPPROOF_SANDBOX=off %s", fixture->program);
    struct lab_host link[N_HOSTS] = {
        [WEB1] = {.interface = "near"},
        [CAP] = {.interface = "far", .netns = fixture->netns, .exec = prefix},
    };
    struct lab there = {.hosts = link};
    struct stations_lab lab = {.topology = &topology, .lab = &there};
    struct base_error error = {""};
    assert_int_equal(stations_lab_open(&lab, (unsigned[N_HOSTS]){[WEB1] = 1, [CAP] = 4}, &error),
                     0);
    assert_string_equal(lab.unconfined.text, "cap: TAPPROOF_SANDBOX=off");
    stations_lab_close(&lab);
    assert_string_equal(lab.unconfined.text, "");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_capture_that_lost_frames_is_told),
    cmocka_unit_test(a_process_is_confined_if_it_wants_to),
    cmocka_unit_test(a_far_end_that_is_not_confined_is_told),
    cmocka_unit_test(stations_that_work_pass),
    cmocka_unit_test(chooses_hosts),
    cmocka_unit_test(says_what_is_wrong_with_a_list),
    cmocka_unit_test(says_which_station_cannot_be_opened),
    cmocka_unit_test(lack_of_memory_is_told),
    cmocka_unit_test(without_a_lab_file_nothing_is_chosen),
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
