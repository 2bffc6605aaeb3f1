/* SPDX-License-Identifier: Apache-2.0
 *
 * Files on the disk, how errors are shown, how much is shown; and the files of
 * the repository, read from the working directory or from TAPPROOF_ROOT. */
#include "yaml/load.h"

#include "base/memory.h"
#include "testing/cmocka.h"
#include "testing/failing.h"
#include "testing/yaml_memory.h"
#include "yaml/change.h"
#include "yaml/state.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZEROS_57 "000000000000000000000000000000000000000000000000000000000"

static void shows_the_source_line_with_a_caret(void **state)
{
    (void)state;
    char text[1000];
    snprintf(text, sizeof text,
             "name: x\nnmae: \xc3\xa4\nswitches:\n  s1:\t{dpdi: 1}\n"
             "links: [\"%0400d\", \"s1:1\"]\n",
             0);
    struct memory_file files[] = {{"dir/t.yaml", text, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer shown = {0};
    struct topology *topology = NULL;
    assert_int_equal(yaml_load_topology(&from, "dir/t.yaml", &topology, &diagnostics), -1);
    yaml_format_diagnostics(&diagnostics, &shown);
    assert_string_equal(
        base_buffer_text(&shown),
        "dir/t.yaml:2:1: error: unknown key \"nmae\" in a topology; did you mean \"name\"?\n"
        "    2 | nmae: \xc3\xa4\n"
        "      | ^\n"
        "dir/t.yaml:4:8: error: unknown key \"dpdi\" in a switch; did you mean \"dpid\"?\n"
        "    4 |   s1:\t{dpdi: 1}\n"
        "      |      \t ^\n"
        "dir/t.yaml:5:9: error: expected a link as [\"s1:6\", \"s3:1\"], found "
        "\"000000000000000000000000000000000000000000000000000000000000...\"\n"
        "    5 | links: [\"" ZEROS_57 ZEROS_57 "0000000000000000000000000000000000000...\n"
        "      |         ^\n"
        "dir/t.yaml:5:413: error: expected a link as [\"s1:6\", \"s3:1\"], found \"s1:1\"\n"
        "    5 | ..." ZEROS_57 "\", \"s1:1\"]\n"
        "      |                                                                ^\n");
    base_buffer_free(&shown);
    yaml_diagnostics_free(&diagnostics);
}

static void counts_what_it_does_not_show(void **state)
{
    (void)state;
    struct base_buffer text = {0}, shown = {0};
    base_put_text(&text, "name: x\nswitches: {s1: {dpid: 1}}\n");
    for (int i = 0; i < 25; i++) {
        base_put_format(&text, "key%d: 1\n", i);
    }
    struct memory_file files[] = {{"t", base_buffer_text(&text), 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct topology *topology = NULL;
    assert_int_equal(yaml_load_topology(&from, "t", &topology, &diagnostics), -1);
    assert_int_equal(diagnostics.n_items, 20);
    assert_int_equal(diagnostics.n_more, 5);
    yaml_format_diagnostics(&diagnostics, &shown);
    const char *end = strstr(base_buffer_text(&shown), "t:22:1:");
    assert_non_null(end);
    assert_non_null(strstr(end, "\n5 more errors\n"));
    base_buffer_free(&text);
    base_buffer_free(&shown);
    yaml_diagnostics_free(&diagnostics);
}

/* What one load of a path on the disk reports. */
static void check_path(const char *path, const char *wanted)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer shown = {0};
    struct topology *topology = NULL;
    struct expectation *expectation = NULL;
    assert_int_equal(yaml_load_topology(&yaml_disk, path, &topology, &diagnostics), -1);
    assert_null(topology);
    yaml_format_diagnostics(&diagnostics, &shown);
    assert_int_equal(yaml_load_expectation(&yaml_disk, path, &expectation, &diagnostics), -1);
    assert_null(expectation);
    assert_int_equal(diagnostics.n_items, 2);
    assert_string_equal(diagnostics.items[0].message, diagnostics.items[1].message);
    size_t n = strlen(path);
    assert_memory_equal(base_buffer_text(&shown), path, n);
    assert_string_equal(base_buffer_text(&shown) + n, wanted);
    base_buffer_free(&shown);
    yaml_diagnostics_free(&diagnostics);
}

struct place_on_disk {
    char directory[64];
    char file[80];
};

static int make_directory(void **state)
{
    struct place_on_disk *at = calloc(1, sizeof *at);
    *state = at;
    if (!at) {
        return -1;
    }
    const char *base = getenv("TMPDIR");
    snprintf(at->directory, sizeof at->directory, "%.40s/spec-XXXXXX",
             base && strlen(base) <= 40 ? base : "/tmp");
    if (!mkdtemp(at->directory)) {
        return -1;
    }
    snprintf(at->file, sizeof at->file, "%s/f", at->directory);
    return 0;
}

static int remove_directory(void **state)
{
    struct place_on_disk *at = *state;
    unlink(at->file);
    int result = rmdir(at->directory);
    free(at);
    return result;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void says_why_a_file_cannot_be_read(void **state)
{
    struct place_on_disk *at = *state;
    check_path(at->file, ": error: no such file\n");
    check_path(at->directory, ": error: is a directory, not a file\n");
    write_file(at->file, "");
    check_path(at->file, ": error: the file is empty\n");
    assert_int_equal(truncate(at->file, YAML_FILE_BYTES_MAX + 1), 0);
    check_path(at->file, ": error: larger than 64 MiB\n");
    assert_int_equal(truncate(at->file, 0), 0);
    assert_int_equal(chmod(at->file, 0), 0);
    if (geteuid() != 0) {
        check_path(at->file, ": error: cannot be opened: Permission denied\n");
    }
}

/* A small file must not become a large expectation. */
static void limits_what_ranges_and_lists_expand_to(void **state)
{
    (void)state;
    struct base_buffer topology_text = {0}, text = {0};
    base_put_text(&topology_text, "name: t\nswitches:\n");
    base_put_text(&text, "topology: t\nports:\n");
    for (int i = 1; i <= 20; i++) {
        base_put_format(&topology_text, "  s%d: {dpid: %d}\n", i, i);
        base_put_format(&text, "  s%d: {1-65280: drop}\n", i);
    }
    struct memory_file files[] = {
        {"x", base_buffer_text(&text), 0}, {"t", base_buffer_text(&topology_text), 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct expectation *x = NULL;
    assert_int_equal(yaml_load_expectation(&from, "x", &x, &diagnostics), -1);
    assert_int_equal(diagnostics.items[0].place.line, 18);
    assert_string_equal(diagnostics.items[0].message, "more than 1000000 cases, ranges expanded");
    yaml_diagnostics_free(&diagnostics);
    base_buffer_free(&topology_text);
    base_buffer_free(&text);
}

static void limits_claims_of_one_pair(void **state)
{
    (void)state;
    struct base_buffer text = {0};
    base_put_text(&text, "topology: t\ntraffic:\n");
    for (int i = 0; i <= YAML_ALTERNATIVES_MAX; i++) {
        base_put_format(&text, "  - {from: h1, isolated: h2, match: \"tcp,tp_dst=%d\"}\n", i);
    }
    struct memory_file files[] = {{"x", base_buffer_text(&text), 0},
                                  {"t",
                                   "name: t\nswitches: {s1: {dpid: 1}}\nhosts:\n"
                                   "  h1: {mac: 00:00:00:00:00:01, port: s1:1}\n"
                                   "  h2: {mac: 00:00:00:00:00:02, port: s1:2}\n",
                                   0},
                                  {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct expectation *x = NULL;
    assert_int_equal(yaml_load_expectation(&from, "x", &x, &diagnostics), -1);
    assert_int_equal(diagnostics.n_items, 1);
    assert_int_equal(diagnostics.items[0].place.line, 10003);
    assert_string_equal(diagnostics.items[0].message,
                        "more than 10000 claims of one sender and receiver");
    yaml_diagnostics_free(&diagnostics);
    base_buffer_free(&text);
}

/* The files that the design shows to users. */
static void loads_the_examples_of_the_design(void **state)
{
    (void)state;
    struct memory_file files[] = {
        {"topologies/demon.yaml",
         "name: demon\n"
         "switches:\n"
         "  s1: {dpid: 1}\n"
         "  s2: {dpid: 2}\n"
         "  s3: {dpid: 3}\n"
         "hosts:\n"
         "  h1:  {mac: \"00:00:00:00:00:01\", ip: 10.0.0.1, port: \"s1:1\"}\n"
         "  h2:  {mac: \"00:00:00:00:00:02\", ip: 10.0.0.2, port: \"s1:2\"}\n"
         "  h5:  {mac: \"00:00:00:00:00:05\", ip: 10.0.0.5, port: \"s1:5\"}\n"
         "  h11: {mac: \"00:00:00:00:00:0b\", ip: 10.0.0.11, port: \"s3:11\", role: capture}\n"
         "links:\n"
         "  - [\"s1:6\", \"s3:1\"]\n",
         0},
        {"expected/demon/../../topologies/demon.yaml", NULL, 0},
        {"expected/demon/simulated.yaml",
         "topology: ../../topologies/demon.yaml\n"
         "ports:                         # what each switch does\n"
         "  s1:\n"
         "    1: {output: [2, 6]}\n"
         "    2: {output: [1]}\n"
         "    5: drop\n"
         "  s2:\n"
         "    3-5: drop\n"
         "    1: [{match: \"tcp,tp_dst=80\", output: [2, 6]}, {output: [2]}]\n"
         "  s3:\n"
         "    1-10: {output: [11]}\n"
         "tables: exact\n"
         "entries:\n"
         "  s1: [\"priority=32768,in_port=1 actions=output:2,output:6\"]\n"
         "traffic:\n"
         "  - {from: h1, delivered: [h2], mirrored: [h11]}\n"
         "  - {from: [h5, h2], isolated: all}\n",
         0},
        {"lab",
         "switches: {s1: {openflow: \"tcp:127.0.0.1:6634\"}}\n"
         "hosts:\n"
         "  h1:  {netns: /proc/4711/ns/net, interface: h1-eth0}      # same machine\n"
         "  h11: {exec: ssh root@capture1, interface: ens4}\n",
         0},
        {0}};
    files[1].text = files[0].text;
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer shown = {0};
    struct expectation *x = NULL;
    struct lab *lab = NULL;
    int result = yaml_load_expectation(&from, "expected/demon/simulated.yaml", &x, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &shown), "");
    assert_int_equal(result, 0);
    assert_int_equal(x->n_ports, 17);
    assert_int_equal(x->n_claims, 4);
    assert_int_equal(yaml_load_lab(&from, "lab", x->topology, &lab, &diagnostics), 0);
    assert_string_equal(lab->hosts[3].exec, "ssh root@capture1");
    lab_free(lab);
    expectation_free(x);
    base_buffer_free(&shown);
    yaml_diagnostics_free(&diagnostics);
}

/* 0: it is refused. */
static uint64_t rate_of(const char *rate)
{
    char text[64];
    snprintf(text, sizeof text, "rate: %s\n", rate);
    struct memory_file files[] = {
        {"t", "name: x\nswitches: {s1: {dpid: 1}}\n", 0}, {"lab", text, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct topology *topology = NULL;
    struct lab *lab = NULL;
    assert_int_equal(yaml_load_topology(&from, "t", &topology, &diagnostics), 0);
    int status = yaml_load_lab(&from, "lab", topology, &lab, &diagnostics);
    uint64_t found = status == 0 ? lab->rate : 0;
    lab_free(lab);
    topology_free(topology);
    yaml_diagnostics_free(&diagnostics);
    return found;
}

static void a_lab_may_limit_the_rate(void **state)
{
    (void)state;
    static const char *const bad[] = {"0",    "-1", "1000000001", "1.5", "many",
                                      "0x10", "1k", "''",         "[1]", "99999999999999999999"};
    assert_true(rate_of("1") == 1);
    assert_true(rate_of("1000000000") == 1000000000);
    assert_true(rate_of("unlimited") == LAB_RATE_UNLIMITED);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_true(rate_of(bad[i]) == 0);
    }
}

static void load_topology(const char *path)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer shown = {0};
    struct topology *topology = NULL;
    yaml_load_topology(&yaml_disk, path, &topology, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &shown), "");
    topology_free(topology);
    base_buffer_free(&shown);
}

static void load_expectation(const char *path)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer shown = {0};
    struct expectation *expectation = NULL;
    yaml_load_expectation(&yaml_disk, path, &expectation, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &shown), "");
    expectation_free(expectation);
    base_buffer_free(&shown);
}

static void for_each_file(const char *pattern, void (*load)(const char *path))
{
    const char *root = getenv("TAPPROOF_ROOT");
    char full[1024];
    glob_t found = {0};
    snprintf(full, sizeof full, "%s/%s", root ? root : ".", pattern);
    if (glob(full, 0, NULL, &found) != 0) {
        globfree(&found);
        cannot_run("no files of the repository: run it there, or set TAPPROOF_ROOT");
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        load(found.gl_pathv[i]);
    }
    globfree(&found);
}

static void loads_the_topologies_of_the_repository(void **state)
{
    (void)state;
    for_each_file("topologies/*.yaml", load_topology);
}

static void loads_the_expectations_of_the_repository(void **state)
{
    (void)state;
    for_each_file("expected/*/*.yaml", load_expectation);
}

/* Every kind of file, loaded while one allocation fails: an error, and nothing is loaded. */
static int load_each(void *aux)
{
    const struct yaml_files *from = aux;
    struct yaml_diagnostics diagnostics = {0};
    struct expectation *x;
    struct lab *lab = NULL;
    struct flow_changes *changes = NULL;
    struct yaml_state *saved = NULL;
    base_memory_begin();
    int status = yaml_load_expectation(from, "x", &x, &diagnostics);
    assert_int_equal(status, x ? 0 : -1);
    if (x) {
        assert_int_equal(x->n_ports + x->n_entries + x->n_claims + x->n_exceptions, 2 + 1 + 1 + 1);
        assert_int_equal(x->ports[0].n_cases, 2);
        assert_int_equal(x->ports[0].cases[0].n_actions, 2);
        status = yaml_load_lab(from, "l", x->topology, &lab, &diagnostics);
        assert_int_equal(status, lab ? 0 : -1);
    }
    if (lab) {
        status = yaml_load_change(from, "c", x->topology, false, &changes, &diagnostics);
        assert_int_equal(status, changes ? 0 : -1);
    }
    if (changes) {
        assert_int_equal(changes->n_items, 2);
        status = yaml_load_state(from, "s", &saved, &diagnostics);
        assert_int_equal(status, saved ? 0 : -1);
    }
    assert_int_equal(diagnostics.n_items > 0, status < 0);
    yaml_state_free(saved);
    flow_changes_free(changes);
    lab_free(lab);
    expectation_free(x);
    yaml_diagnostics_free(&diagnostics);
    return status < 0 || base_memory_ran_out();
}

static void says_when_memory_runs_out(void **state)
{
    (void)state;
    static const struct memory_file files[] = {
        {"t",
         "name: n\nswitches: {s1: {dpid: 1, openflow: tcp:h}}\n"
         "hosts: {h1: {mac: 00:00:00:00:00:01, port: s1:1, interface: i},\n"
         "        h2: {mac: 00:00:00:00:00:02, port: s1:2}}\n",
         0},
        {"x",
         "topology: t\nports: {s1: {1: [{match: tcp, mod_tp_dst: 1, output: 2}, drop], 2: drop}}\n"
         "entries: {s1: {file: f}}\n"
         "traffic: [{from: h1, match: tcp, delivered: h2}]\n"
         "ignore: [{switch: s1, cookie: 1, reason: r}]\n",
         0},
        {"f", "in_port=1 actions=2\n", 0},
        {"l", "hosts: {h1: {netns: n, interface: i}}\n", 0},
        {"c", "s1: replace\n in_port=1 actions=2\n", 0},
        {"s",
         "tapproof-state: 1\nswitches:\n  - name: s1\n    dpid: 1\n    ports: [{number: 1}]\n"
         "    flows: [{text: in_port=1 actions=2, match: in_port=1, actions: '2'}]\n",
         0},
        {0},
    };
    struct yaml_files from = {(void *)files, memory_read};
    assert_true(failing_each(load_each, &from) > 40);
    assert_true(failing_each_piece(load_each, &from) > 80);
}

/* Of the file there is all, or an error. */
static int read_once(void *aux)
{
    struct base_buffer *whole = aux, bytes = {0};
    struct base_error error = {""};
    int status = yaml_disk.read(yaml_disk.context, "harness/yaml/load_test.c", &bytes, &error);
    assert_string_equal(error.text, status ? "out of memory" : "");
    if (status == 0) {
        assert_true(whole->n_bytes == 0 || whole->n_bytes == bytes.n_bytes);
        whole->n_bytes = bytes.n_bytes;
    }
    base_buffer_free(&bytes);
    return status;
}

static void reads_all_of_a_file_or_nothing(void **state)
{
    (void)state;
    struct base_buffer whole = {0};
    assert_true(failing_each(read_once, &whole) > 0);
    assert_true(whole.n_bytes > 15000);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_lab_may_limit_the_rate),
    cmocka_unit_test(shows_the_source_line_with_a_caret),
    cmocka_unit_test(counts_what_it_does_not_show),
    cmocka_unit_test_setup_teardown(says_why_a_file_cannot_be_read, make_directory,
                                    remove_directory),
    cmocka_unit_test(limits_what_ranges_and_lists_expand_to),
    cmocka_unit_test(limits_claims_of_one_pair),
    cmocka_unit_test(loads_the_examples_of_the_design),
    cmocka_unit_test(says_when_memory_runs_out),
    cmocka_unit_test(reads_all_of_a_file_or_nothing),
    cmocka_unit_test(loads_the_topologies_of_the_repository),
    cmocka_unit_test(loads_the_expectations_of_the_repository),
};

TEST_MAIN(tests)
