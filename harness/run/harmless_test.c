/* SPDX-License-Identifier: Apache-2.0
 *
 * What runs send into a network of one switch, and what they do not: claims are decided by the
 * tables then. */
#include "run/harmless.h"

#include "frame/parse.h"
#include "ofctl/flow.h"
#include "run/prove.h"
#include "testing/fake_run.h"
#include "testing/yaml_memory.h"

static const char topology[] = "name: three\n"
                               "switches: {s1: {dpid: 1}}\n"
                               "hosts:\n"
                               "  a: {mac: \"02:00:00:00:00:0a\", ip: 10.0.0.1, port: \"s1:1\"}\n"
                               "  b: {mac: \"02:00:00:00:00:0b\", ip: 10.0.0.2, port: \"s1:2\"}\n"
                               "  m: {mac: \"02:00:00:00:00:0c\", ip: 10.0.0.3, port: \"s1:3\"}\n";

/* Frames that were sent: all, and those that `counts` picks. */
static struct {
    int (*send)(struct station_set *set, size_t station, const void *frame, size_t n_bytes,
                struct base_error *error);
    bool (*counts)(const struct header *header, const uint8_t *bytes);
    unsigned n, n_all;
} sent;

static int count_and_send(struct station_set *set, size_t station, const void *frame,
                          size_t n_bytes, struct base_error *error)
{
    struct header header;
    assert_true(frame_parse(frame, n_bytes, 0, &header));
    sent.n_all++;
    sent.n += sent.counts && sent.counts(&header, frame);
    return sent.send(set, station, frame, n_bytes, error);
}

/* The switch has these entries, a line each. */
static void make(struct fake_run *run, const char *claims, const char *const *flows)
{
    char text[1024];
    snprintf(text, sizeof text, "topology: t.yaml\ntraffic:\n%s", claims);
    struct memory_file memory[] = {{"t.yaml", topology, 0}, {"e.yaml", text, 0}, {0}};
    struct yaml_files files = {memory, memory_read};
    fake_run_open_from(run, &files, "e.yaml", "no-such-directory");
    for (; *flows; flows++) {
        assert_int_equal(ofctl_parse_flow(*flows, &run->network.states[0].flows, NULL, NULL, NULL),
                         0);
    }
    sent.n = sent.n_all = 0;
    sent.counts = NULL;
    sent.send = run->network.world.station_send;
    run->network.world.station_send = count_and_send;
}

static const char *const to_both[] = {"in_port=1 actions=output:2,output:3", NULL};

/* Its address is 10.0.0.77, which may be anybody's. */
#define UNTRUE "  - {from: a, match: \"arp,arp_op=1,arp_spa=10.0.0.77\", delivered: [b, m]}\n"
#define ALL    "  - {from: a, delivered: [b, m]}\n"

static void a_claim_of_which_nothing_is_sent_is_proved(void **state)
{
    (void)state;
    struct fake_run run;
    make(&run, ALL UNTRUE, to_both);
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    const struct result *claim =
        fake_run_result(&run, "traffic/a/delivered/b/arp,arp_op=1,arp_spa=10.0.0.77");
    assert_true(claim->by_tables);
    assert_null(claim->says[SAYS_OBSERVED]);
    assert_false(fake_run_result(&run, "traffic/a/delivered/b")->by_tables);
    assert_true(run.report.n_unsent >= 4);
    assert_string_equal(run.report.unsent[0].from, "a");
    assert_non_null(strstr(run.report.unsent[0].example, "arp_spa=10.0.0.77"));
    assert_non_null(strstr(run.report.unsent[0].reason, "ARP sender address"));
    for (size_t i = 0; i < run.report.n_unsent; i++) {
        assert_int_equal(run.report.unsent[i].n, 1);
    }
    assert_int_equal(run.report.n_to_controller, 0);
    fake_run_close(&run);
}

static void one_that_the_tables_refute_fails(void **state)
{
    (void)state;
    static const char *const to_b[] = {"in_port=1 actions=output:2", NULL};
    struct fake_run run;
    make(&run, UNTRUE, to_b);
    fake_run_check(&run);
    fake_run_assert(&run, "traffic/a/delivered/b/arp,arp_op=1,arp_spa=10.0.0.77", VERDICT_PASS);
    fake_run_assert(&run, "traffic/a/delivered/m/arp,arp_op=1,arp_spa=10.0.0.77", VERDICT_FAIL);
    fake_run_close(&run);
}

static bool is_untrue(const struct header *header, const uint8_t *bytes)
{
    (void)bytes;
    return header->dl_type == DL_TYPE_ARP && header->nw_src == 0x0a00004d;
}

static void a_proof_does_not_send_it_either(void **state)
{
    (void)state;
    static const char *const to_b[] = {"in_port=1 actions=output:2", NULL};
    struct fake_run run;
    struct base_error error;
    make(&run, UNTRUE, to_b);
    sent.counts = is_untrue;
    struct run_source source = {
        .world = &run.network.world, .topology = run.expectation->topology, .lab = &run.lab};
    struct run_prove_options options = {.run = run.options, .confirm = true};
    assert_int_equal(run_prove(run.expectation, &source, &options, &run.report, &error), 0);
    run_states_free(&source.states);
    assert_int_equal(sent.n, 0);
    assert_string_equal(
        fake_run_result(&run, "traffic/a/delivered/m/arp,arp_op=1,arp_spa=10.0.0.77")
            ->says[SAYS_OBSERVED],
        "not sent: hosts would take its ARP sender address for that of another host");
    assert_true(run.report.n_unsent >= 1);
    fake_run_close(&run);
}

/* RFC 826: the hardware address of the sender stands 22 bytes from the beginning, and the tag. */
static bool tells_truth_of_m(const struct header *header, const uint8_t *bytes)
{
    static const uint8_t m[6] = {2, 0, 0, 0, 0, 12};
    return header->dl_type == DL_TYPE_ARP && header->nw_src == 0x0a000003 &&
           memcmp(bytes + (header->vlan_tci ? 26 : 22), m, sizeof m) == 0;
}

static bool tells_of_m(const struct header *header, const uint8_t *bytes)
{
    (void)bytes;
    return header->dl_type == DL_TYPE_ARP && header->nw_src == 0x0a000003;
}

static void arp_of_another_host_tells_its_hardware_address(void **state)
{
    (void)state;
    struct fake_run run;
    unsigned n;
    const char *claims = ALL "  - {from: a, match: \"arp,arp_spa=10.0.0.3\", delivered: [b]}\n";
    make(&run, claims, to_both);
    sent.counts = tells_of_m;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    n = sent.n;
    assert_true(n > 0);
    fake_run_close(&run);
    make(&run, claims, to_both);
    sent.counts = tells_truth_of_m;
    fake_run_check(&run);
    assert_int_equal(sent.n, n);
    assert_int_equal(run.report.n_unsent, 0);
    fake_run_close(&run);
}

static void frames_that_a_controller_gets_are_counted(void **state)
{
    (void)state;
    static const char *const told[] = {"in_port=1 actions=output:2,output:3,CONTROLLER:64", NULL};
    struct fake_run run;
    make(&run, ALL, told);
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_int_equal(run.report.n_to_controller, run.report.n_probes);
    assert_true(fake_run_has_note(&run, "of the frames sent went to a controller"));
    assert_int_equal(run.report.n_unsent, 0); /* no claim misses neighbour discovery */
    assert_false(fake_run_has_note(&run, "changed"));
    fake_run_close(&run);
}

static void tables_that_change_meanwhile_are_named(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.network.next_flows = "topologies/demon/leak";
    run.network.next_after = 1;
    fake_run_check(&run);
    assert_true(fake_run_has_note(&run, "changed while probes were sent"));
    fake_run_close(&run);
}

static bool is_to_itself(const struct header *header, const uint8_t *bytes)
{
    (void)bytes;
    return memcmp(header->dl_src, header->dl_dst, sizeof header->dl_src) == 0;
}

static bool is_group(const struct header *header, const uint8_t *bytes)
{
    (void)bytes;
    return header->dl_dst[0] & 1;
}

static const char *const normal[] = {"actions=NORMAL", NULL};

static void who_is_sent_to_by_normal_speaks_first(void **state)
{
    (void)state;
    struct fake_run run;
    make(&run, "  - {from: a, delivered: [b]}\n", normal);
    sent.counts = is_to_itself;
    fake_run_check(&run);
    assert_int_equal(sent.n, 2 * run.report.timing.rounds); /* b; one may be lost */
    assert_int_equal(sent.n_all, run.report.n_probes + sent.n);
    assert_int_equal(run.report.n_background, 0);
    fake_run_close(&run);
}

static void broadcasts_go_into_normal_with_leave_alone(void **state)
{
    (void)state;
    struct fake_run run;
    make(&run, "  - {from: a, delivered: [b]}\n", normal);
    sent.counts = is_group;
    fake_run_check(&run);
    assert_int_equal(sent.n, 0);
    fake_run_close(&run);
    make(&run, "  - {from: a, delivered: [b]}\n", normal);
    sent.counts = is_group;
    run.options.allow_flood = true;
    fake_run_check(&run);
    assert_true(sent.n > 0);
    fake_run_close(&run);
}

#define DECLARED "ports: {s1: {1-3: {output: [normal]}}}\nunlisted: any\n"

/* NORMAL gets broadcasts, which are not sent: what they would contradict is not known, unless
 * `ports:` say that NORMAL may send them anywhere. */
static void what_is_not_sent_confirms_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *claims, *deviations;
    } cases[] = {
        {"  - {from: a, delivered: [b]}\n",
         "inconclusive traffic/a/delivered/b\ninconclusive traffic/a/stray/all\n"},
        {"  - {from: a, delivered: [b]}\n" DECLARED, ""},
        {"  - {from: a, delivered: [b], isolated: [m]}\n" DECLARED,
         "inconclusive traffic/a/isolated/m\n"},
        {"  - {from: a, match: \"dl_dst=02:00:00:00:00:0b\", delivered: [b], isolated: "
         "[m]}\n" DECLARED,
         "fail traffic/a/stray/b\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) { /* b gets whatever a sends */
        struct fake_run run;
        make(&run, cases[i].claims, normal);
        fake_run_fault(&run, (struct fake_fault){FAKE_FLOODS, .from = "a", .at = "b"});
        fake_run_check(&run);
        fake_run_assert_deviations(&run, cases[i].deviations);
        if (i == 0) {
            const struct result *result = fake_run_result(&run, "traffic/a/delivered/b");
            assert_non_null(strstr(result->detail, "s1:1: NORMAL (`ports:` may declare"));
            assert_non_null(strstr(result->detail, "(--allow-flood)"));
        }
        fake_run_close(&run);
    }
}

/* Some ARP frames are not sent, and the tables send them where no other frame goes. */
static void what_is_not_sent_may_refute(void **state)
{
    (void)state;
    static const char *const leak[] = {
        "in_port=1 actions=output:2",
        "priority=40000,in_port=1,arp,arp_op=1,arp_spa=10.0.0.77 actions=output:2,output:3", NULL};
    struct fake_run run;
    make(&run,
         "  - {from: a, isolated: [m]}\n  - {from: a, match: \"arp,arp_op=1\", delivered: "
         "[b]}\n  - {from: a, match: \"arp,arp_op=1,arp_spa=10.0.0.77\", delivered: [b]}\n",
         leak);
    fake_run_check(&run);
    fake_run_assert(&run, "traffic/a/isolated/m", VERDICT_FAIL);
    const struct result *result = fake_run_result(&run, "traffic/a/isolated/m");
    assert_string_equal(result->suspect, "s1:1");
    assert_true(result->by_tables);
    assert_non_null(strstr(result->says[SAYS_OBSERVED], "not sent: hosts would take"));
    fake_run_close(&run);
}

/* What is flooded at first, before the switch has learned, is no deviation, and told; what is
 * flooded all the time is one. */
static void normal_may_learn_a_while_later(void **state)
{
    (void)state;
    struct fake_run run;
    for (unsigned n = 0; n < 40; n += 30) {
        make(&run, "  - {from: a, match: \"dl_dst=02:00:00:00:00:0c\", isolated: [b]}\n" DECLARED,
             normal);
        fake_run_fault(&run, (struct fake_fault){FAKE_FLOODS, .from = "a", .at = "m", .n = n});
        fake_run_check(&run);
        fake_run_assert_deviations(&run, n == 0 ? "fail traffic/a/stray/m\n" : "");
        assert_true(run.report.timing.rounds > 1);
        fake_run_close(&run);
    }
    make(&run, "  - {from: b, isolated: [m]}\n", normal);
    fake_run_fault(&run, (struct fake_fault){FAKE_FLOODS, .from = "b", .at = "m", .n = 30});
    fake_run_check(&run);
    fake_run_assert(&run, "traffic/b/isolated/m", VERDICT_FAIL); /* claims hold exactly */
    fake_run_close(&run);
}

static bool is_to_b(const struct header *header, const uint8_t *bytes)
{
    (void)bytes;
    return header->dl_dst[5] == 0x0b && header->dl_src[5] != 0x0b;
}

/* a and m on the first of two switches that do NORMAL, b on the second. */
static void make_two(struct fake_run *run)
{
    static const char two[] = "name: two\n"
                              "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
                              "hosts:\n"
                              "  a: {mac: \"02:00:00:00:00:0a\", port: \"s1:1\"}\n"
                              "  b: {mac: \"02:00:00:00:00:0b\", port: \"s2:1\"}\n"
                              "  m: {mac: \"02:00:00:00:00:0c\", port: \"s1:3\"}\n"
                              "links: [[\"s1:2\", \"s2:2\"]]\n";
    static const char claims[] = "topology: t.yaml\ntraffic: [{from: a, delivered: [b]}]\n";
    struct memory_file memory[] = {{"t.yaml", two, 0}, {"e.yaml", claims, 0}, {0}};
    struct yaml_files files = {memory, memory_read};
    fake_run_open_from(run, &files, "e.yaml", "no-such-directory");
    for (size_t sw = 0; sw < 2; sw++) {
        assert_int_equal(
            ofctl_parse_flow(normal[0], &run->network.states[sw].flows, NULL, NULL, NULL), 0);
        for (size_t i = 3 - sw; i < run->network.states[sw].n_ports; i++) {
            run->network.states[sw].ports[i].config = PORT_CONFIG_NO_FWD; /* nobody is there */
        }
    }
    sent.n = sent.n_all = 0;
    sent.counts = is_to_b;
    sent.send = run->network.world.station_send;
    run->network.world.station_send = count_and_send;
}

/* b says to a where it is; in this network NORMAL sends nothing, so it is not heard. */
static void what_nobody_heard_teaches_nothing(void **state)
{
    (void)state;
    struct fake_run run;
    make_two(&run);
    fake_run_check(&run);
    assert_int_equal(run.report.n_probes, 0);
    assert_int_equal(sent.n, 0);
    assert_int_equal(sent.n_all, 6 * run.report.timing.rounds); /* a and b to themselves, b to a */
    fake_run_assert(&run, "traffic/a/delivered/b", VERDICT_INCONCLUSIVE);
    const struct result *result = fake_run_result(&run, "traffic/a/delivered/b");
    assert_non_null(strstr(result->detail, "NORMAL has not learned"));
    fake_run_close(&run);
}

/* Heard at once, it is said once to another host. */
static void what_was_heard_is_known_on_the_way(void **state)
{
    (void)state;
    /* Broadcasts stay unsent, and no table says what NORMAL does with them. */
    static const char partly[] =
        "inconclusive traffic/a/delivered/b\ninconclusive traffic/a/stray/all\n";
    struct fake_run run;
    make_two(&run);
    run.network.learns = true;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, partly);
    assert_true(run.report.n_probes > 0);
    assert_true(sent.n > 0);
    assert_int_equal(sent.n_all, run.report.n_probes + 5 * run.report.timing.rounds);
    assert_int_equal(run.report.n_background, run.report.timing.rounds); /* what a heard */
    unsigned n_all = sent.n_all;
    sent.n_all = 0;
    run.network.n_learned = 0;
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "b", .at = "a", .n = 1});
    fake_run_check(&run); /* the second is heard */
    fake_run_assert_deviations(&run, partly);
    assert_int_equal(sent.n_all, n_all + 1);
    fake_run_close(&run);
}

/* Neither what hosts could say instead, and nobody does. */
static void what_nobody_said_teaches_nothing(void **state)
{
    (void)state;
    static const char three[] = "name: three\n"
                                "switches: {s1: {dpid: 1}, s2: {dpid: 2}, s3: {dpid: 3}}\n"
                                "hosts:\n"
                                "  c: {mac: \"02:00:00:00:00:0a\", port: \"s1:1\"}\n"
                                "  d: {mac: \"02:00:00:00:00:0b\", port: \"s2:1\"}\n"
                                "  a: {mac: \"02:00:00:00:00:0c\", port: \"s3:1\"}\n"
                                "links: [[\"s1:2\", \"s2:2\"], [\"s2:3\", \"s3:2\"]]\n";
    static const char claims[] = "topology: t.yaml\ntraffic:\n"
                                 "  - {from: a, delivered: [c, d]}\n"
                                 "  - {from: d, delivered: [a]}\n";
    struct memory_file memory[] = {{"t.yaml", three, 0}, {"e.yaml", claims, 0}, {0}};
    struct yaml_files files = {memory, memory_read};
    struct fake_run run;
    fake_run_open_from(&run, &files, "e.yaml", "no-such-directory");
    for (size_t sw = 0; sw < 3; sw++) {
        assert_int_equal(
            ofctl_parse_flow(normal[0], &run.network.states[sw].flows, NULL, NULL, NULL), 0);
        for (size_t i = sw == 1 ? 3 : 2; i < run.network.states[sw].n_ports; i++) {
            run.network.states[sw].ports[i].config = PORT_CONFIG_NO_FWD;
        }
    }
    sent.n = sent.n_all = 0;
    sent.counts = NULL;
    sent.send = run.network.world.station_send;
    run.network.world.station_send = count_and_send;
    fake_run_check(&run);
    assert_true(sent.n_all > 0);
    assert_int_equal(run.report.n_probes, 0);
    fake_run_close(&run);
}

static void a_host_without_a_station_cannot_speak(void **state)
{
    (void)state;
    struct fake_run run;
    make(&run, "  - {from: a, delivered: [b]}\n", normal);
    run.hosts[1].interface = NULL;
    fake_run_check(&run);
    assert_int_equal(sent.n_all, 0);
    assert_non_null(strstr(run.report.unsent[0].reason, "has not learned where its receiver is"));
    assert_non_null(strstr(fake_run_result(&run, "traffic/a/delivered/b")->detail,
                           "; no frame tells: NORMAL has not learned"));
    fake_run_close(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_claim_of_which_nothing_is_sent_is_proved),
    cmocka_unit_test(one_that_the_tables_refute_fails),
    cmocka_unit_test(a_proof_does_not_send_it_either),
    cmocka_unit_test(arp_of_another_host_tells_its_hardware_address),
    cmocka_unit_test(frames_that_a_controller_gets_are_counted),
    cmocka_unit_test(tables_that_change_meanwhile_are_named),
    cmocka_unit_test(who_is_sent_to_by_normal_speaks_first),
    cmocka_unit_test(broadcasts_go_into_normal_with_leave_alone),
    cmocka_unit_test(what_is_not_sent_confirms_nothing),
    cmocka_unit_test(what_is_not_sent_may_refute),
    cmocka_unit_test(normal_may_learn_a_while_later),
    cmocka_unit_test(what_nobody_heard_teaches_nothing),
    cmocka_unit_test(what_was_heard_is_known_on_the_way),
    cmocka_unit_test(what_nobody_said_teaches_nothing),
    cmocka_unit_test(a_host_without_a_station_cannot_speak),
};

TEST_MAIN(tests)
