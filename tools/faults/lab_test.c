/* SPDX-License-Identifier: Apache-2.0
 *
 * What is a lab known to be, what is waited for, and how is a switch made right again? */
#include "faults/lab.h"

#include "faults/cable.h"
#include "faults/fake_lab_testing.h"
#include "faults/seed_way.h"
#include "yaml/load.h"

/* A frame with the mark of a probe, of this number. */
static size_t make_frame(uint8_t bytes[64], uint16_t type, uint8_t protocol, uint32_t number)
{
    memset(bytes, 0, 64);
    bytes[12] = (uint8_t)(type >> 8);
    bytes[13] = (uint8_t)type;
    bytes[23] = protocol;
    memcpy(bytes + 36, "tapproof", 8);
    bytes[36 + 17] = (uint8_t)(number >> 16);
    bytes[36 + 18] = (uint8_t)(number >> 8);
    bytes[36 + 19] = (uint8_t)number;
    return 56;
}

/* The first check: h1 sends to h2, by s1; h3 sends UDP to h5, by s2 and s3; what nobody gets, and
 * what has no mark, does not count. */
static int check_frames(const char *command, struct base_buffer *out)
{
    uint8_t bytes[64];
    if (strncmp(command, "ovs-ofctl -O OpenFlow13 show", 28) == 0) {
        return strcmp(command + 28, " s1") == 0;
    }
    (void)out;
    if (!strstr(command, " check ")) {
        return 0;
    }
    size_t n = make_frame(bytes, 0x88b5, 0, 0x12345);
    fake_frame("s1-eth1", false, bytes, n);
    fake_frame("s1-eth2", true, bytes, n);
    fake_frame("s1-eth3", true, bytes, n);
    n = make_frame(bytes, 0x0800, 17, 2);
    fake_frame("s2-eth1", false, bytes, n);
    fake_frame("s2-eth5", true, bytes, n);
    fake_frame("s3-eth5", false, bytes, n);
    fake_frame("s3-eth1", true, bytes, n);
    fake_frame("s3-eth1", true, bytes, n - 1);
    fake_frame("nowhere", true, bytes, n);
    n = make_frame(bytes, 0x0806, 0, 3);
    fake_frame("s2-eth4", false, bytes, n);
    bytes[36] = 'T';
    fake_frame("s2-eth4", false, bytes, n);
    return 0;
}

static unsigned frames_at(const struct faults_lab *lab, size_t cable, unsigned end)
{
    return faults_lab_frames(&lab->cables[cable].ends[end]);
}

static void open_lab(struct faults_lab *lab)
{
    struct base_error error = {""};
    fake_begin(0);
    fake.answer = check_frames;
    if (faults_lab_open(lab, fake_expected, &error)) {
        fail_msg("%s", error.text);
    }
}

static void frames_are_counted_where_they_come_out(void **state)
{
    (void)state;
    struct faults_lab lab;
    open_lab(&lab);
    assert_int_equal(lab.n_cables, 9);
    static const unsigned expected[9][2] = {{1, 0}, {0, 1}, {1, 0}, {0, 0}, {0, 1},
                                            {0, 0}, {0, 0}, {0, 1}, {0, 0}};
    for (size_t i = 0; i < 18; i++) {
        assert_int_equal(frames_at(&lab, i / 2, i % 2), expected[i / 2][i % 2]);
    }
    assert_int_equal(lab.cables[0].ends[0].frames[FRAMES_OWN], 1);
    assert_int_equal(lab.cables[7].ends[1].frames[FRAMES_UDP], 1);
    assert_false(lab.has_13[0]);
    assert_true(lab.has_13[1]);
    assert_string_equal(base_buffer_text(&fake.done),
                        "open s1 at unix:/s1\nopen s2 at unix:/s2\nopen s3 at unix:/s3\nread\n"
                        "ovs-ofctl -O OpenFlow13 show s1\n"
                        "ovs-ofctl -O OpenFlow10 --no-names dump-flows unix:/s1\n"
                        "ovs-ofctl -O OpenFlow13 show s2\n"
                        "ovs-ofctl -O OpenFlow10 --no-names dump-flows unix:/s2\n"
                        "ovs-ofctl -O OpenFlow13 show s3\n"
                        "ovs-ofctl -O OpenFlow13 --no-names dump-flows unix:/s3\n"
                        "listen at all in here\ntapproof check DIR/expected.yaml\n");
    faults_lab_close(&lab);
    assert_null(lab.right);
}

static void assert_file(const char *path, const char *expected)
{
    struct base_buffer text = {0};
    assert_int_equal(yaml_disk.read(NULL, path, &text, &(struct base_error){""}), 0);
    assert_string_equal(base_buffer_text(&text), expected);
    base_buffer_free(&text);
}

static void right_entries_are_kept_in_files(void **state)
{
    (void)state;
    struct faults_lab lab;
    open_lab(&lab);
    assert_file(lab.flows[1], "priority=100,in_port=1 actions=output:2,output:5\n"
                              "priority=90,in_port=3 actions=output:2\n"
                              "priority=90,in_port=4 actions=output:2\n"
                              "priority=100,in_port=5 actions=drop\n");
    struct expectation *exact;
    struct yaml_diagnostics diagnostics = {0};
    assert_int_equal(yaml_load_expectation(&yaml_disk, lab.exact, &exact, &diagnostics), 0);
    assert_int_equal(exact->n_entries, 4 + 4 + 6);
    assert_int_equal(exact->n_claims, lab.expectation->n_claims);
    yaml_diagnostics_free(&diagnostics);
    expectation_free(exact);
    faults_lab_close(&lab);
}

/* Each step of it is refused in turn. */
static void a_lab_that_cannot_be_used_is_told(void **state)
{
    (void)state;
    struct faults_lab lab;
    fake.answer = NULL;
    int status = -1;
    for (size_t refused = 1; status; refused++) {
        struct base_error error = {""};
        assert_true(refused < 20);
        fake_begin(refused);
        status = faults_lab_open(&lab, fake_expected, &error);
        assert_int_equal(status, refused <= fake.n_steps ? -1 : 0);
        assert_true(status == 0 || strcmp(error.text, "refused") == 0);
        faults_lab_close(&lab);
    }
}

static int wrong_network(const char *command, struct base_buffer *out)
{
    bool checks = strstr(command, " check ");
    base_put_text(out, checks ? "FAIL state/s1/1" : "");
    return checks;
}

static void expect_not_opened(const char *expected, const char *why)
{
    struct faults_lab lab;
    struct base_error error = {""};
    fake_begin(0);
    assert_int_equal(faults_lab_open(&lab, expected, &error), -1);
    if (!strstr(error.text, why)) {
        fail_msg("%s: %s", why, error.text);
    }
    faults_lab_close(&lab);
}

static void what_is_wrong_to_begin_with_is_told(void **state)
{
    (void)state;
    fake.answer = wrong_network;
    expect_not_opened(fake_expected, "the network is not right to begin with: FAIL state/s1/1");
    fake.silent = 1;
    expect_not_opened(fake_expected, "s2 is silent");
    fake.silent = SIZE_MAX;
    expect_not_opened("/nowhere.yaml", "no such file");
    char *lab = strdup(getenv("TAPPROOF_LAB"));
    unsetenv("TAPPROOF_LAB");
    expect_not_opened(fake_expected, "s1: no endpoint: this must run inside a lab");
    setenv("TAPPROOF_LAB", lab, 1);
    free(lab);
}

/* How often the switches are read until they are as they are when all is right. */
static size_t count_reads(int status)
{
    assert_int_equal(status, 0);
    size_t n = 0;
    for (const char *at = base_buffer_text(&fake.done); (at = strstr(at, "read\n")); at++) {
        n++;
    }
    fake_begin(0);
    return n;
}

static void what_is_awaited_is_read_until_it_is_there(void **state)
{
    (void)state;
    struct faults_lab lab;
    struct base_error error;
    open_lab(&lab);
    fake_begin(0);
    for (unsigned n_wrong = 0; n_wrong < 3; n_wrong++) {
        fake.n_wrong = n_wrong;
        assert_int_equal(count_reads(faults_lab_await_switch(&lab, 1, &error)), n_wrong + 1);
        fake.n_wrong = n_wrong;
        assert_int_equal(count_reads(faults_lab_await_cable(&lab, &lab.cables[5], &error)),
                         n_wrong + 1);
        fake.no_link = true;
        fake.n_wrong = n_wrong;
        assert_int_equal(count_reads(faults_lab_await_no_link(&lab, &lab.cables[5], &error)),
                         n_wrong + 1);
    }
    fake_begin(1);
    assert_int_equal(faults_lab_await_switch(&lab, 1, &error), -1);
    assert_string_equal(error.text, "refused");
    assert_int_equal(fake.n_steps, 1);
    faults_lab_close(&lab);
}

/* One thing about a port is changed: then the cable at it, and its switch, are not right. */
static void what_differs_is_not_right(void **state)
{
    (void)state;
    struct faults_lab lab;
    struct base_error error;
    open_lab(&lab);
    struct port *port = &lab.right[1].state.ports[2], right = *port;
    struct {
        struct port wrong;
    } kinds[] = {{right}, {right}, {right}};
    kinds[0].wrong.config = PORT_CONFIG_DOWN;
    kinds[1].wrong.state = PORT_STATE_LINK_DOWN;
    strcpy(kinds[2].wrong.name, "other");
    for (size_t i = 0; i < 3; i++) {
        *port = kinds[i].wrong;
        fake_begin(3); /* it is not waited for long */
        assert_int_equal(faults_lab_await_cable(&lab, &lab.cables[5], &error), -1);
        assert_int_equal(fake.n_steps, 3);
        fake_begin(3);
        assert_int_equal(faults_lab_await_switch(&lab, 1, &error), -1);
        assert_int_equal(fake.n_steps, 3);
        assert_int_equal(faults_lab_await_switch(&lab, 0, &error), 0);
        *port = right;
    }
    lab.right[1].state.datapath_id = 77;
    fake_begin(2);
    assert_int_equal(faults_lab_await_switch(&lab, 1, &error), -1);
    assert_int_equal(faults_lab_await_cable(&lab, &lab.cables[5], &error), 0);
    fake_begin(2);
    assert_int_equal(faults_lab_await_no_link(&lab, &lab.cables[5], &error), -1);
    fake.silent = 0; /* its ports are as they were, and not known */
    fake_begin(2);
    assert_int_equal(faults_lab_await_cable(&lab, &lab.cables[5], &error), -1);
    fake_begin(2);
    assert_int_equal(faults_lab_await_switch(&lab, 0, &error), -1);
    fake_begin(2);
    fake.no_link = true;
    assert_int_equal(faults_lab_await_no_link(&lab, &lab.cables[5], &error), -1);
    fake.silent = SIZE_MAX;
    faults_lab_close(&lab);
}

/* Whichever step of it is refused, nothing of a cable stays. */
static void a_cable_that_cannot_be_joined_leaves_nothing(void **state)
{
    (void)state;
    struct faults_lab lab;
    open_lab(&lab);
    const struct cable_end *ends = lab.cables[5].ends;
    int status = -1;
    for (size_t refused = 1; status; refused++) {
        struct base_error error = {""};
        fake_begin(refused);
        status = cable_join(&lab, &ends[0], &ends[1], &error);
        assert_true(status == 0 || strcmp(error.text, "refused") == 0);
        const char *end =
            strstr(base_buffer_text(&fake.done), "ip link del fa0\nip link del fb0\n");
        assert_int_equal(end != NULL, status != 0);
        assert_true(!end || end[strlen("ip link del fa0\nip link del fb0\n")] == '\0');
        assert_true(refused < 20);
    }
    faults_lab_close(&lab);
}

static void ports_lead_to_cables_and_entries(void **state)
{
    (void)state;
    struct faults_lab lab;
    open_lab(&lab);
    assert_int_equal(faults_lab_cable_of(&lab, (struct port_ref){1, 5}), 7);
    assert_int_equal(faults_lab_cable_of(&lab, (struct port_ref){2, 5}), 7);
    assert_int_equal(faults_lab_cable_of(&lab, (struct port_ref){0, 1}), 0);
    assert_int_equal(faults_lab_cable_of(&lab, (struct port_ref){0, 9}), INDEX_NONE);
    assert_string_equal(faults_lab_interface(&lab, (struct port_ref){1, 5}), "s2-eth5");
    assert_string_equal(faults_lab_interface(&lab, (struct port_ref){1, 7}), "");
    static const struct {
        struct port_ref port;
        bool matters, sends_all;
    } ports[] = {{{0, 2}, true, true},   {{0, 3}, false, false}, {{1, 3}, true, true},
                 {{1, 5}, false, false}, {{1, 6}, false, false}, {{2, 9}, true, false}};
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        const struct cable_end end = {.port = ports[i].port};
        assert_int_equal(faults_lab_matters(&lab, &end), ports[i].matters);
        assert_int_equal(faults_lab_sends_all(&lab, ports[i].port), ports[i].sends_all);
    }
    assert_true(faults_lab_matters(&lab, &lab.cables[0].ends[1])); /* a host */
    faults_lab_close(&lab);
}

/* As text that ovs-ofctl prints: the last entry of a port is what is read of it. */
static int flows_of_s1(const char *command, struct base_buffer *out)
{
    if (strstr(command, "dump-flows unix:/s1")) {
        base_put_text(out, "NXST_FLOW reply (xid=0x4):\n"
                           " cookie=0x0, priority=100,in_port=1 actions=output:2,output:13\n"
                           " cookie=0x0, priority=100,in_port=2 actions=output:7\n"
                           " cookie=0x0, priority=90,in_port=2 actions=mod_vlan_vid:5,output:8\n"
                           " cookie=0x0, priority=90,in_port=3,dl_vlan=4 actions=output:8\n"
                           " cookie=0x0, priority=80,in_port=4 actions=drop\n"
                           " cookie=0x0, priority=80,in_port=256 actions=output:1\n"
                           " cookie=0x0, priority=80,in_port=255 actions=output:1\n"
                           " cookie=0x0, priority=80 actions=output:1\n");
    }
    return 0;
}

static void the_seeds_way_reads_the_last_entry_of_a_port(void **state)
{
    (void)state;
    struct faults_lab lab;
    struct base_error error;
    fake_begin(0);
    fake.answer = flows_of_s1;
    assert_int_equal(faults_lab_open(&lab, fake_expected, &error), 0);
    assert_string_equal(base_buffer_text(&lab.seed[0]), "1 2,13\n2 8\n255 1\n");
    assert_string_equal(base_buffer_text(&lab.seed[1]), "");
    assert_false(seed_way_notices(&lab));
    fake.answer = NULL;
    assert_true(seed_way_notices(&lab));
    faults_lab_close(&lab);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(frames_are_counted_where_they_come_out),
    cmocka_unit_test(right_entries_are_kept_in_files),
    cmocka_unit_test(a_lab_that_cannot_be_used_is_told),
    cmocka_unit_test(what_is_wrong_to_begin_with_is_told),
    cmocka_unit_test(what_is_awaited_is_read_until_it_is_there),
    cmocka_unit_test(what_differs_is_not_right),
    cmocka_unit_test(a_cable_that_cannot_be_joined_leaves_nothing),
    cmocka_unit_test(ports_lead_to_cables_and_entries),
    cmocka_unit_test(the_seeds_way_reads_the_last_entry_of_a_port),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, fake_set_up, fake_tear_down);
}
