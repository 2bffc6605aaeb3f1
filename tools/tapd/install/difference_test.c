/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps by example; that no step leaks is in difference_random_test.c. */
#include "tapd/install/difference.h"

#include "ofctl/flow.h"
#include "tapd/plan/random_testing.h"
#include "testing/cmocka.h"
#include "testing/failing.h"
#include "testing/yaml_memory.h"

#define DEMON "topology: topologies/demon.yaml\n"
enum { N_SWITCHES = 3 };

/* What is wanted, and what is there. */
struct fixture {
    struct tapd_policy *policy;
    struct tapd_network *network;
    struct flow_table there[N_SWITCHES];
    const struct flow_table *actual[N_SWITCHES];
    uint8_t versions[N_SWITCHES];
    unsigned age_sec;
    struct tapd_difference difference;
};

static void begin(struct fixture *f, const char *text)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_active active[4];
    *f = (struct fixture){.policy = policy_of(text, &diagnostics)};
    assert_non_null(f->policy);
    tapd_compile(f->policy, active, activate(f->policy, active), NULL, &f->network, &diagnostics);
    assert_non_null(f->network);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        f->actual[sw] = &f->there[sw];
        f->versions[sw] = 4;
    }
}

static void add(struct fixture *f, size_t sw, const char *flow)
{
    assert_int_equal(ofctl_parse_flow(flow, &f->there[sw], NULL, NULL, NULL), 0);
}

/* "c" is the cookie of the policy in the flow's text. */
#define OURS "cookie=0x7461706400000000,"

static void assert_steps(struct fixture *f, bool own_tables, const char *steps)
{
    struct base_buffer out = {0};
    tapd_difference_free(&f->difference);
    assert_int_equal(tapd_difference_make(f->network, f->age_sec, f->actual, f->versions,
                                          own_tables, &f->difference),
                     0);
    for (size_t i = 0; i < f->difference.n_waves; i++) {
        const struct tapd_wave *wave = &f->difference.waves[i];
        base_put_text(&out, wave->grows ? "grow\n" : "shrink\n");
        for (size_t j = wave->first; j < wave->first + wave->n_steps; j++) {
            struct tapd_step step = f->difference.steps[j];
            step.mod.flow.cookie = 0;
            base_put_format(&out, "s%zu %s ", step.sw + 1, flow_command_name(step.mod.command));
            ofctl_format_flow(&step.mod.flow, FLOW_NO_STATS, &out);
            base_put_u8(&out, '\n');
        }
    }
    assert_string_equal(base_buffer_text(&out), steps);
    base_buffer_free(&out);
}

static void end(struct fixture *f)
{
    tapd_difference_free(&f->difference);
    for (size_t sw = 0; sw < N_SWITCHES; sw++) {
        flow_table_free(&f->there[sw]);
    }
    tapd_network_free(f->network);
    tapd_policy_free(f->policy);
}

static void test_from_nothing(void **unused)
{
    (void)unused;
    struct fixture f;
    begin(&f, DEMON "taps: [{name: a, source: h1, match: tcp, to: h11}]\n");
    assert_steps(&f, false,
                 "grow\ns3 add in_port=1 actions=output:11\n"
                 "grow\ns1 add priority=32792,tcp,in_port=1 actions=output:6\n");
    assert_true(f.difference.steps[0].mod.flow.cookie == 0x7461706400000000);
    end(&f);
}

static void test_to_nothing(void **unused)
{
    (void)unused;
    struct fixture f;
    begin(&f, DEMON);
    add(&f, 0, OURS "in_port=1 actions=output:6");
    add(&f, 0, OURS "priority=40000,tcp,in_port=1 actions=output:6,output:7");
    add(&f, 2, OURS "in_port=1 actions=output:11");
    assert_steps(&f, false,
                 "shrink\ns1 delete_strict in_port=1 actions=drop\n"
                 "s1 delete_strict priority=40000,tcp,in_port=1 actions=drop\n"
                 "shrink\ns3 delete_strict in_port=1 actions=drop\n");
    end(&f);
}

/* The uplink is given to another tap, for whom it leads elsewhere. */
static void test_exchange(void **unused)
{
    (void)unused;
    struct fixture f;
    begin(&f, DEMON "pairs: [[h1, h2]]\ntaps: [{name: a, source: h2, uplink: s1:6, to: h6}]\n");
    add(&f, 0, OURS "in_port=1 actions=output:2,output:6");
    add(&f, 0, OURS "in_port=2 actions=output:1");
    add(&f, 2, OURS "in_port=1 actions=output:11");
    assert_steps(&f, false,
                 "shrink\ns2 add in_port=6 actions=output:1\n" /* nothing comes there yet */
                 "shrink\ns1 modify_strict in_port=1 actions=output:2\n"
                 "shrink\ns3 modify_strict in_port=1 actions=drop\n"
                 "grow\ns3 modify_strict in_port=1 actions=output:6\n"
                 "grow\ns1 modify_strict in_port=2 actions=output:1,output:6\n");
    end(&f);
}

static void test_same(void **unused)
{
    (void)unused;
    struct fixture f;
    begin(&f, DEMON "pairs: [[h1, h2]]\ntimeouts: {hard: 100}\n");
    add(&f, 0, OURS "hard_timeout=100,duration=60s,in_port=1 actions=output:2");
    add(&f, 0, OURS "hard_timeout=100,duration=60s,in_port=2 actions=output:1");
    assert_steps(&f, false, "");
    f.there[0].entries[0].hard_timeout = 99;
    assert_steps(&f, false, "grow\ns1 add hard_timeout=100, in_port=1 actions=output:2\n");
    end(&f);
}

static void test_outputs_in_another_order(void **unused)
{
    (void)unused;
    struct fixture f;
    begin(&f, DEMON "pairs: [[h1, h2]]\ntaps: [{name: b, source: h1, to: h3}]"
                    "\n");
    add(&f, 0, OURS "in_port=1 actions=output:3,output:2");
    add(&f, 0, OURS "in_port=2 actions=output:1");
    assert_steps(&f, false, "");
    end(&f);
}

/* Of a tap that ends it is the end that counts. */
static void test_ends(void **unused)
{
    (void)unused;
    static const char wanted[] =
        "grow\ns1 add hard_timeout=60, priority=33024,in_port=1 actions=output:6\n";
    struct fixture f;
    begin(&f, DEMON "always: [{from: s3:1, to: h11}]\n"
                    "taps: [{name: a, source: h1, to: h11, for: 60s}]\n");
    add(&f, 2, OURS "in_port=1 actions=output:11");
    add(&f, 0,
        "cookie=0x7461706400000001,hard_timeout=100,duration=41s,priority=33024,in_port=1 "
        "actions=output:6");
    assert_steps(&f, false, "");
    f.there[0].entries[0].duration_nsec = 250000000; /* a quarter of 5 s, the shortest */
    assert_steps(&f, false, wanted);
    f.there[0].entries[0].duration_nsec = 0;
    f.there[0].entries[0].duration_sec = 43;
    assert_steps(&f, false, wanted);
    f.age_sec = 2; /* since there were 60 s left */
    assert_steps(&f, false, "");
    f.there[0].entries[0].duration_sec = 97;
    f.age_sec = 57;
    assert_steps(&f, false, "");
    f.there[0].entries[0].duration_sec = 90;
    assert_steps(&f, false,
                 "grow\ns1 add hard_timeout=3, priority=33024,in_port=1 actions=output:6\n");
    f.age_sec = 60;
    assert_steps(&f, false,
                 "shrink\ns1 delete_strict hard_timeout=100, priority=33024,in_port=1 "
                 "actions=drop\n");
    f.age_sec = 0;
    f.there[0].entries[0].duration_sec = 36;
    assert_steps(&f, false, wanted);
    f.there[0].entries[0].hard_timeout = 0;
    assert_steps(&f, false, wanted);
    end(&f);
}

/* What OpenFlow 1.0 cannot say is told and left out; a tag is set, and taken off as one. */
static void test_dialects(void **unused)
{
    (void)unused;
    struct fixture f;
    begin(&f,
          DEMON "taps: [{name: t, source: h1, uplink: \"s1:6\", to: h11, tag: 30, strip: true}]\n");
    assert_steps(&f, false,
                 "grow\ns3 add priority=32781,in_port=1,dl_vlan=30 actions=pop_vlan,output:11\n"
                 "grow\n"
                 "s1 add in_port=1 actions=push_vlan:0x8100,mod_vlan_vid:30,output:6\n");
    f.versions[0] = f.versions[2] = 1;
    assert_steps(&f, false,
                 "grow\ns3 add priority=32781,in_port=1,dl_vlan=30 actions=strip_vlan,output:11\n"
                 "grow\ns1 add in_port=1 actions=mod_vlan_vid:30,output:6\n");
    add(&f, 0, OURS "in_port=1 actions=mod_vlan_vid:30,output:6");
    add(&f, 2, OURS "priority=32781,in_port=1,dl_vlan=30 actions=strip_vlan,output:11");
    assert_steps(&f, false, "");
    f.versions[0] = 4;
    assert_steps(&f, false,
                 "shrink\ns1 modify_strict in_port=1 " /* at once: s3 stays as it is */
                 "actions=push_vlan:0x8100,mod_vlan_vid:30,output:6\n");
    flow_table_free(&f.there[0]);
    add(&f, 0, OURS "in_port=1 actions=push_vlan:0x8100,set_field:4126->vlan_vid,output:6");
    assert_steps(&f, false, "");
    f.network->tables[0].entries[0].match.mask.dl_dst[0] = 1; /* multicast or not */
    f.versions[0] = 1;
    assert_steps(&f, false, "shrink\ns1 delete_strict in_port=1 actions=drop\n");
    assert_int_equal(f.difference.lacks[0].n_unsaid, 1);
    assert_int_equal(f.difference.lacks[2].n_unsaid, 0);
    flow_table_free(&f.there[0]); /* nor take it away */
    add(&f, 0, OURS "in_port=1,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=output:6");
    tapd_difference_free(&f.difference);
    assert_int_equal(tapd_difference_make(f.network, 0, f.actual, f.versions, false, &f.difference),
                     0);
    assert_int_equal(f.difference.n_steps, 0);
    assert_int_equal(f.difference.lacks[0].n_unsaid, 2);
    assert_non_null(strstr(f.difference.lacks[0].unsaid, "in_port=1"));
    assert_non_null(strstr(f.difference.lacks[0].unsaid, "a part of dl_dst"));
    const struct field_value ttl = {.id = FIELD_NW_TTL, .n_bytes = 1, .value = {64}, .mask = {255}};
    f.network->tables[0].entries[0].match.mask.dl_dst[0] = 0;
    f.network->tables[0].entries[0].extras = &ttl;
    f.network->tables[0].entries[0].n_extras = 1;
    flow_table_free(&f.there[0]);
    assert_steps(&f, false, "");
    assert_non_null(strstr(f.difference.lacks[0].unsaid, "it has no match on nw_ttl"));
    end(&f);
}

static int make_once(void *aux)
{
    struct fixture *f = aux;
    int status = tapd_difference_make(f->network, 0, f->actual, f->versions, false, &f->difference);
    assert_true(status || f->difference.n_steps > 0);
    tapd_difference_free(&f->difference);
    return status;
}

/* Entries come, change and go, some in between; foreign ones, and what cannot be said, are told. */
static void test_without_memory(void **unused)
{
    (void)unused;
    struct fixture f;
    begin(&f, DEMON "taps:\n  - {name: a, source: h1, match: tcp, to: h11, tag: 30}\n"
                    "  - {name: b, source: h2, to: h11, for: 60s}\n");
    add(&f, 0, OURS "in_port=1 actions=output:6,output:8");
    add(&f, 0, OURS "priority=32792,tcp,in_port=1 actions=output:7");
    add(&f, 0, "in_port=9 actions=output:1");
    f.versions[0] = 1;
    failing_each(make_once, &f);
    failing_each_piece(make_once, &f);
    end(&f);
}

/* An entry of ours that somebody let do more than its actions. */
static void test_more_than_actions(void **unused)
{
    (void)unused;
    struct fixture f;
    begin(&f, DEMON "pairs: [[h1, h2]]\n");
    add(&f, 0, OURS "in_port=1 actions=output:2,goto_table:1");
    add(&f, 0, OURS "in_port=2 actions=output:1,group:1");
    assert_steps(&f, false,
                 "shrink\ns1 modify_strict in_port=2 actions=output:1\n"
                 "grow\ns1 modify_strict in_port=1 actions=output:2\n");
    end(&f);
}

static void test_foreign(void **unused)
{
    (void)unused;
    struct fixture f;
    begin(&f, DEMON "pairs: [[h1, h2]]\n");
    add(&f, 0, "in_port=1 actions=output:2");                    /* blocks, if of the same effect */
    add(&f, 0, "priority=40000,tcp,in_port=2 actions=output:9"); /* hides */
    add(&f, 0, "priority=1,in_port=2 actions=output:9");         /* never gets anything */
    add(&f, 0, "in_port=3 actions=output:9");                    /* forwards what should drop */
    add(&f, 0, "priority=1 actions=drop");
    add(&f, 0, "priority=0 actions=normal");
    add(&f, 1, "table=1," OURS "in_port=1 actions=output:2"); /* ours are in table 0 */
    assert_steps(&f, false, "grow\ns1 add in_port=2 actions=output:1\n");
    static const enum tapd_foreign_kind kinds[] = {
        TAPD_FOREIGN_BLOCKS, TAPD_FOREIGN_HIDES,   TAPD_FOREIGN_APART,  TAPD_FOREIGN_BENEATH,
        TAPD_FOREIGN_APART,  TAPD_FOREIGN_BENEATH, TAPD_FOREIGN_BENEATH};
    assert_int_equal(f.difference.n_foreign, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(f.difference.foreign[i].kind, kinds[i]);
    }
    assert_int_equal(f.difference.foreign[1].ours->match.value.in_port, 2);
    assert_int_equal(f.difference.foreign[6].sw, 1);
    assert_int_equal(f.difference.lacks[0].n_blocked, 1);
    assert_string_equal(tapd_foreign_words(kinds[1]), "hides an entry of the policy");
    end(&f);
}

static void test_own_tables(void **unused)
{
    (void)unused;
    struct fixture f;
    begin(&f, DEMON "pairs: [[h1, h2]]\n");
    add(&f, 0, "in_port=1 actions=output:2");
    add(&f, 0, "priority=40000,tcp,in_port=2 actions=output:9");
    add(&f, 1, "priority=0 actions=normal");
    add(&f, 2, "table=1,in_port=1 actions=output:2"); /* not within reach */
    assert_steps(&f, true,
                 "shrink\ns1 add in_port=2 actions=output:1\n" /* at once, to a host */
                 "s1 delete_strict priority=40000,tcp,in_port=2 actions=drop\n"
                 "shrink\ns2 delete_strict priority=0 actions=drop\n"
                 "grow\ns1 add in_port=1 actions=output:2\n");
    assert_int_equal(f.difference.n_foreign, 1);
    end(&f);
}

static void test_held(void **unused)
{
    (void)unused;
    struct fixture f;
    begin(&f, DEMON "pairs: [[h1, h2]]\ntaps: [{name: a, source: h1, to: h11}]\n");
    f.actual[2] = NULL;
    assert_steps(&f, false,
                 "grow\ns1 add in_port=1 actions=output:2\ns1 add in_port=2 actions=output:1\n");
    assert_int_equal(f.difference.lacks[0].n_held, 1);
    /* what is sent already goes on */
    add(&f, 0, OURS "in_port=1 actions=output:2,output:6");
    assert_steps(&f, false, "grow\ns1 add in_port=2 actions=output:1\n");
    assert_int_equal(f.difference.lacks[0].n_held, 0);
    end(&f);
    /* by whichever entry */
    begin(&f, DEMON "pairs: [[h1, h2]]\ntaps: [{name: a, source: h2, uplink: s1:6, to: h11}]\n");
    f.actual[2] = NULL;
    add(&f, 0, OURS "in_port=1 actions=output:2");
    add(&f, 0, OURS "in_port=2 actions=output:1,output:6");
    assert_steps(&f, false, "");
    assert_int_equal(f.difference.lacks[0].n_held, 0);
    end(&f);
    begin(&f, DEMON "taps: [{name: a, source: h1, match: \"tcp,tp_dst=80\", to: h11}]\n");
    f.actual[2] = NULL;
    add(&f, 0, OURS "priority=9,in_port=1 actions=output:6");
    add(&f, 0, OURS "priority=8,in_port=1 actions=output:7");
    assert_steps(&f, false,
                 "shrink\ns1 add priority=32808,tcp,in_port=1,tp_dst=80 actions=output:6\n"
                 "s1 delete_strict priority=8,in_port=1 actions=drop\n"
                 "s1 delete_strict priority=9,in_port=1 actions=drop\n");
    assert_int_equal(f.difference.lacks[0].n_held, 0);
    end(&f);
    /* some of it is not enough */
    begin(&f, DEMON "taps: [{name: a, source: h1, match: \"tcp,tp_dst=80\", to: h11}]\n");
    f.actual[2] = NULL;
    add(&f, 0, OURS "priority=32792,ip,in_port=1,nw_src=10.0.0.0/8 actions=output:6");
    assert_steps(&f, false,
                 "shrink\ns1 add priority=32808,tcp,in_port=1,tp_dst=80 actions=drop\n"
                 "s1 delete_strict priority=32792,ip,in_port=1,nw_src=10.0.0.0/8 actions=drop\n");
    assert_int_equal(f.difference.lacks[0].n_held, 1);
    end(&f);
    /* the switch of another controller is trusted */
    begin(&f, DEMON "switches: [s1]\ntaps: [{name: a, source: h1, to: h11}]\n");
    f.actual[2] = NULL;
    assert_steps(&f, false, "grow\ns1 add in_port=1 actions=output:6\n");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_nothing),
        cmocka_unit_test(test_to_nothing),
        cmocka_unit_test(test_exchange),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_outputs_in_another_order),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_dialects),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_more_than_actions),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_own_tables),
        cmocka_unit_test(test_held),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
