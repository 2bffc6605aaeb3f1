/* SPDX-License-Identifier: Apache-2.0
 *
 * The files that the environment names, for the suites. */
#include "testing/cmocka.h"

#include "stations/environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char topology_text[] =
    "name: net\n"
    "switches: {s1: {dpid: 1}}\n"
    "hosts:\n"
    "  web1: {mac: \"00:00:00:00:00:01\", ip: 10.0.0.1, port: \"s1:1\"}\n"
    "  cap:  {mac: \"00:00:00:00:00:03\", port: \"s1:3\", role: capture}\n";
static const char lab_text[] = "hosts:\n"
                               "  web1: {interface: nowhere1}\n";

struct files {
    char topology[32], lab[32], wrong_lab[32];
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
    files = (struct files){"/tmp/topology-XXXXXX", "/tmp/lab-XXXXXX", "/tmp/wrong-XXXXXX"};
    write_file(files.topology, topology_text);
    write_file(files.lab, lab_text);
    write_file(files.wrong_lab, "hosts: {web2: {interface: x}}\n");
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
    unlink(files->wrong_lab);
    return 0;
}

/* The interface of web1; "" if the lab names none, NULL if the load failed. */
static const char *load(const char *topology_path, const char *lab_path, struct base_buffer *text)
{
    static char interface[32];
    static struct topology no_topology;
    static struct lab no_lab;
    struct topology *topology = &no_topology; /* what was there before is no result */
    struct lab *lab = &no_lab;
    base_buffer_free(text);
    if (stations_load_environment(topology_path, lab_path, &topology, &lab, text)) {
        assert_null(topology);
        assert_null(lab);
        return NULL;
    }
    assert_int_equal(text->n_bytes, 0);
    assert_int_equal(topology->n_hosts, 2);
    const char *name = lab->hosts[0].interface;
    strncpy(interface, name ? name : "", sizeof interface - 1);
    lab_free(lab);
    topology_free(topology);
    return interface;
}

static void the_environment_names_what_the_caller_does_not(void **state)
{
    const struct files *files = *state;
    struct base_buffer text = {0};
    assert_null(load(NULL, files->lab, &text));
    assert_non_null(strstr(base_buffer_text(&text), "TAPPROOF_TOPOLOGY is not set"));
    assert_string_equal(load(files->topology, files->lab, &text), "nowhere1");
    setenv("TAPPROOF_TOPOLOGY", files->topology, 1);
    assert_string_equal(load(NULL, NULL, &text), "");
    setenv("TAPPROOF_LAB", "", 1); /* as if it were not set */
    assert_string_equal(load(NULL, NULL, &text), "");
    setenv("TAPPROOF_LAB", files->lab, 1);
    assert_string_equal(load(NULL, NULL, &text), "nowhere1");
    setenv("TAPPROOF_TOPOLOGY", "/nonexistent", 1);
    assert_string_equal(load(files->topology, NULL, &text), "nowhere1");
    assert_null(load(NULL, NULL, &text));
    base_buffer_free(&text);
}

static void input_errors_are_shown(void **state)
{
    const struct files *files = *state;
    struct base_buffer text = {0};
    assert_null(load(files->topology, files->wrong_lab, &text));
    assert_non_null(strstr(base_buffer_text(&text), files->wrong_lab));
    assert_non_null(strstr(base_buffer_text(&text), "web2"));
    base_buffer_free(&text);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(the_environment_names_what_the_caller_does_not, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(input_errors_are_shown, set_up, tear_down),
};
TEST_MAIN(tests)
