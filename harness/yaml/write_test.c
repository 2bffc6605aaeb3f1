/* SPDX-License-Identifier: Apache-2.0
 *
 * An expectation is loaded and written: the text is as expected, and loaded again
 * it is written the same. */
#include "yaml/write.h"

#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

static const char topology_text[] = "name: t\n"
                                    "switches: {s1: {dpid: 1}, -s2: {dpid: 2}, s3: {dpid: 3}}\n"
                                    "hosts:\n"
                                    "  h1: {mac: '02:00:00:00:00:01', port: 's1:1'}\n"
                                    "  h2: {mac: '02:00:00:00:00:02', port: 's1:2'}\n"
                                    "  -h3: {mac: '02:00:00:00:00:03', port: 's1:3'}\n"
                                    "  h4: {mac: '02:00:00:00:00:04', port: 's1:4'}\n";

static struct expectation *load(const char *text)
{
    const struct memory_file files[] = {
        {"x.yaml", text, 0}, {"t.yaml", topology_text, 0}, {"my t.yaml", topology_text, 0}, {0}};
    const struct yaml_files memory = {(void *)files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer words = {0};
    struct expectation *expectation;
    yaml_load_expectation(&memory, "x.yaml", &expectation, &diagnostics);
    assert_string_equal(memory_errors(&diagnostics, &words), "");
    base_buffer_free(&words);
    yaml_diagnostics_free(&diagnostics);
    return expectation;
}

static void assert_written(const char *text, const char *path, const char *wanted)
{
    const char *const texts[] = {text, wanted};
    for (int i = 0; i < 2; i++) {
        struct base_buffer out = {0};
        struct expectation *expectation = load(texts[i]);
        yaml_write_expectation(expectation, path, &out);
        assert_string_equal(base_buffer_text(&out), wanted);
        base_buffer_free(&out);
        expectation_free(expectation);
    }
}

static void ports_that_do_the_same_share_a_line(void **state)
{
    (void)state;
    assert_written("topology: t.yaml\n"
                   "ports:\n"
                   "  s3:\n"
                   "    1: {output: [2, 6]}\n"
                   "    2: drop\n"
                   "    3: {output: [2, 6]}\n"
                   "    4: {output: [6, 2]}\n"
                   "    5: drop\n"
                   "    6: drop\n"
                   "    7: drop\n"
                   "    9: {output: [2]}\n"
                   "    10: {output: [2]}\n"
                   "    11: {output: [2], expires: never}\n"
                   "    12: {output: [2], expires: 2m}\n"
                   "    13: {output: [2], expires: any}\n"
                   "    14: {actions: 'mod_vlan_vid:5,output:2'}\n"
                   "    15: {output: [controller]}\n"
                   "    16: {actions: 'output:3'}\n"
                   "  -s2: {}\n",
                   "my t.yaml",
                   "topology: \"my t.yaml\"\n"
                   "\n"
                   "ports:\n"
                   "  \"-s2\": {}\n"
                   "  s3:\n"
                   "    \"1,3\": {output: [2, 6]}\n"
                   "    \"2,5-7\": {actions: \"drop\"}\n"
                   "    4: {output: [6, 2]}\n"
                   "    9-10: {output: [2]}\n"
                   "    11: {output: [2], expires: never}\n"
                   "    12: {output: [2], expires: 120s}\n"
                   "    13: {output: [2], expires: any}\n"
                   "    14: {actions: \"mod_vlan_vid:5,output:2\"}\n"
                   "    15: {actions: \"CONTROLLER:65535\"}\n"
                   "    16: {output: [3]}\n");
}

static void cases_are_a_list(void **state)
{
    (void)state;
    assert_written("topology: t.yaml\n"
                   "expires: 90\n"
                   "unlisted: any\n"
                   "ports:\n"
                   "  s1:\n"
                   "    1-2: [{match: 'tcp,tp_dst=80', output: [2]}, {output: 3}]\n"
                   "    3: [{match: 'tcp,tp_dst=80', output: [2]}]\n"
                   "    4: [{match: 'tcp,tp_dst=81', output: [2]}]\n"
                   "    5: [{match: 'tcp,tp_dst=80', output: [2]}, {output: 4}]\n",
                   "t.yaml",
                   "topology: t.yaml\n"
                   "expires: 90s\n"
                   "unlisted: any\n"
                   "\n"
                   "ports:\n"
                   "  s1:\n"
                   "    1-2:\n"
                   "      - {match: \"tcp,tp_dst=80\", output: [2]}\n"
                   "      - {output: [3]}\n"
                   "    3:\n"
                   "      - {match: \"tcp,tp_dst=80\", output: [2]}\n"
                   "    4:\n"
                   "      - {match: \"tcp,tp_dst=81\", output: [2]}\n"
                   "    5:\n"
                   "      - {match: \"tcp,tp_dst=80\", output: [2]}\n"
                   "      - {output: [4]}\n");
}

static void claims_take_one_line_each(void **state)
{
    (void)state;
    assert_written("topology: t.yaml\n"
                   "traffic:\n"
                   "  - {from: h1, delivered: h2, mirrored: [h4], copies: 2, isolated: all}\n"
                   "  - {from: [h2, -h3], match: 'udp', delivered: [h1, h4]}\n"
                   "  - {from: h4, isolated: [h1, h2]}\n",
                   "t.yaml",
                   "topology: t.yaml\n"
                   "\n"
                   "ports: {}\n"
                   "\n"
                   "traffic:\n"
                   "  - {from: h1, delivered: [h2], mirrored: [h4], isolated: all, copies: 2}\n"
                   "  - {from: [h2, \"-h3\"], match: \"udp\", delivered: [h1, h4]}\n"
                   "  - {from: h4, isolated: [h1, h2]}\n");
}

static void exceptions_keep_their_reasons(void **state)
{
    (void)state;
    assert_written("topology: t.yaml\n"
                   "ports: {}\n"
                   "ignore:\n"
                   "  - {switch: -s2, port: 3, reason: \"a \\\"b\\\" \\\\ c\\td\\ne\"}\n"
                   "  - {cookie: 255, reason: x}\n"
                   "  - {cookie: 0x1/0xf, match: 'in_port=2,arp', reason: y}\n"
                   "  - {match: '', reason: z}\n",
                   "t.yaml",
                   "topology: t.yaml\n"
                   "\n"
                   "ports: {}\n"
                   "\n"
                   "ignore:\n"
                   "  - {switch: \"-s2\", port: 3, reason: \"a \\\"b\\\" \\\\ c\\td\\ne\"}\n"
                   "  - {cookie: 0xff/0xffffffffffffffff, reason: \"x\"}\n"
                   "  - {cookie: 0x1/0xf, match: \"arp,in_port=2\", reason: \"y\"}\n"
                   "  - {match: \"\", reason: \"z\"}\n");
}

static void a_port_on_one_line(void **state)
{
    (void)state;
    struct expectation *expectation = load("topology: t.yaml\n"
                                           "ports:\n"
                                           "  s1:\n"
                                           "    1: drop\n"
                                           "    2: {output: [3, 4]}\n"
                                           "    3: [{match: tcp, output: 1}, {output: [1, 2]}]\n"
                                           "    4: [{match: tcp, output: 1}]\n");
    static const char *const wanted[] = {"1: {actions: \"drop\"}", "2: {output: [3, 4]}",
                                         "3: [{match: \"tcp\", output: [1]}, {output: [1, 2]}]",
                                         "4: [{match: \"tcp\", output: [1]}]"};
    for (size_t i = 0; i < 4; i++) {
        struct base_buffer out = {0};
        yaml_write_port(&expectation->ports[i], &out);
        assert_string_equal(base_buffer_text(&out), wanted[i]);
        base_buffer_free(&out);
    }
    struct base_buffer out = {0};
    expectation->ports[0].n_cases = 0; /* as learned: no packet is taken */
    yaml_write_port(&expectation->ports[0], &out);
    assert_string_equal(base_buffer_text(&out), "1: drop");
    base_buffer_free(&out);
    yaml_write_ports(expectation, &out);
    assert_memory_equal(base_buffer_text(&out), "ports:\n  s1:\n    1: drop\n    2: {", 33);
    base_buffer_free(&out);
    expectation_free(expectation);
}

static void what_is_left_to_the_switch_comes_back(void **state)
{
    (void)state;
    assert_written("topology: t.yaml\n"
                   "controller: any\n"
                   "ports:\n"
                   "  s1:\n"
                   "    1: {one_of: [4, 5], may: controller}\n"
                   "    2: {mod_vlan_vid: 5, strip_vlan: true, output: [2, 3], failover: [4, 5]}\n"
                   "    3: {output: [2], may: [7, 3, local]}\n"
                   "    4: {output: [2]}\n"
                   "ignore: [{table: 3, reason: x}]\n",
                   "t.yaml",
                   "topology: t.yaml\n"
                   "controller: any\n"
                   "\n"
                   "ports:\n"
                   "  s1:\n"
                   "    1: {one_of: [4, 5], may: [controller]}\n"
                   "    2: {mod_vlan_vid: 5, strip_vlan: true, output: [2, 3], failover: [4, 5]}\n"
                   "    3: {output: [2], may: [3, 7, local]}\n"
                   "    4: {output: [2]}\n"
                   "\n"
                   "ignore:\n"
                   "  - {table: 3, reason: \"x\"}\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_left_to_the_switch_comes_back),
    cmocka_unit_test(ports_that_do_the_same_share_a_line),
    cmocka_unit_test(cases_are_a_list),
    cmocka_unit_test(claims_take_one_line_each),
    cmocka_unit_test(exceptions_keep_their_reasons),
    cmocka_unit_test(a_port_on_one_line),
};

TEST_MAIN(tests)
