/* SPDX-License-Identifier: Apache-2.0
 *
 * An expectation, followed as a network. */
#include "path/declared.h"

#include "path/follow.h"
#include "testing/line.h"

static const struct header frame = {.in_port = 1, .dl_type = 0x88b5};

static const struct action to_2 = {.type = ACTION_OUTPUT, .port = 2};
static const struct action to_9 = {.type = ACTION_OUTPUT, .port = 9};
static const struct action flood = {.type = ACTION_OUTPUT, .port = PORT_FLOOD};

/* Of s1: port 1: ARP drops, other packets go to port 2; port 3 floods. Nothing is said of s2. */
struct said {
    struct line line;
    bool lists[LINE_SWITCHES];
    struct expected_case cases[3];
    struct expected_port ports[2];
    struct expectation expectation;
    struct path_declared declared;
};

static void make(struct said *said)
{
    *said = (struct said){.lists = {true, false}};
    line_make(&said->line);
    said->cases[0].match = match_in_port(1);
    said->cases[0].match.value.dl_type = DL_TYPE_ARP;
    said->cases[0].match.mask.dl_type = UINT16_MAX;
    said->cases[1] =
        (struct expected_case){.match = match_in_port(1), .actions = &to_2, .n_actions = 1};
    said->cases[2] =
        (struct expected_case){.match = match_in_port(3), .actions = &flood, .n_actions = 1};
    said->ports[0] = (struct expected_port){.port = {0, 1}, .cases = said->cases, .n_cases = 2};
    said->ports[1] = (struct expected_port){.port = {0, 3}, .cases = &said->cases[2], .n_cases = 1};
    said->expectation = (struct expectation){.topology = &said->line.topology,
                                             .ports = said->ports,
                                             .n_ports = 2,
                                             .lists_switch = said->lists};
}

static void open_said(struct said *said)
{
    assert_int_equal(path_declared_open(&said->declared, &said->expectation), 0);
}

static void step(struct said *said, size_t sw, uint16_t in_port, uint16_t dl_type,
                 struct path_step *step, struct space_emission out[PATH_OUTPUTS])
{
    struct header header = frame;
    header.in_port = in_port;
    header.dl_type = dl_type;
    open_said(said);
    path_step(&said->declared.network, sw, &header, out, step);
}

static void the_first_case_decides(void **state)
{
    (void)state;
    static struct space_emission out[PATH_OUTPUTS];
    struct said said;
    struct path_step is;
    make(&said);
    step(&said, 0, 1, DL_TYPE_ARP, &is, out);
    assert_null(is.open);
    assert_int_equal(is.n_sent, 0);
    assert_ptr_equal(path_declared_case(&said.declared, 0, is.taker.entry), &said.cases[0]);
    path_declared_close(&said.declared);
    step(&said, 0, 1, 0x88b5, &is, out);
    assert_int_equal(is.n_sent, 1);
    assert_int_equal(out[0].port, 2);
    assert_ptr_equal(path_declared_case(&said.declared, 0, is.taker.entry), &said.cases[1]);
    assert_null(path_declared_case(&said.declared, 0, ENTRY_NONE));
    path_declared_close(&said.declared);
    line_close(&said.line);
}

static void flood_means_the_cabled_ports(void **state)
{
    (void)state;
    static struct space_emission out[PATH_OUTPUTS];
    struct said said;
    struct path_step is;
    make(&said);
    step(&said, 0, 3, 0x88b5, &is, out);
    assert_int_equal(is.n_sent, 2);
    assert_int_equal(out[0].port, 1);
    assert_int_equal(out[1].port, 2);
    assert_ptr_equal(path_declared_case(&said.declared, 0, is.taker.entry), &said.cases[2]);
    path_declared_close(&said.declared);
    /* One without a cable is no less a port. */
    said.cases[2].actions = &to_9;
    step(&said, 0, 3, 0x88b5, &is, out);
    assert_int_equal(is.n_sent, 1);
    assert_int_equal(out[0].port, 9);
    path_declared_close(&said.declared);
    line_close(&said.line);
}

/* No cable at all: FLOOD sends nothing, and that is known. */
static void flood_of_a_lonely_switch_sends_nothing(void **state)
{
    (void)state;
    static struct space_emission out[PATH_OUTPUTS];
    struct said said;
    struct path_step is;
    make(&said);
    said.line.topology.n_hosts = said.line.topology.n_links = 0;
    step(&said, 0, 3, 0x88b5, &is, out);
    assert_null(is.open);
    assert_int_equal(is.n_sent, 0);
    path_declared_close(&said.declared);
    line_close(&said.line);
}

static void what_is_not_listed_drops_or_is_open(void **state)
{
    (void)state;
    static struct space_emission out[PATH_OUTPUTS];
    struct said said;
    struct path_step is;
    make(&said);
    step(&said, 0, 2, 0x88b5, &is, out);
    assert_null(is.open);
    assert_int_equal(is.taker.entry, ENTRY_NONE);
    path_declared_close(&said.declared);
    step(&said, 1, 1, 0x88b5, &is, out);
    assert_string_equal(is.open, "the expectation does not list this switch");
    path_declared_close(&said.declared);
    said.expectation.unlisted_any = true;
    step(&said, 0, 2, 0x88b5, &is, out);
    assert_string_equal(is.open, "the expectation does not list this port");
    assert_null(path_declared_case(&said.declared, 0, is.taker.entry));
    path_declared_close(&said.declared);
    /* A listed port says all of what enters there. */
    said.cases[1].match.value.dl_type = 0x800;
    said.cases[1].match.mask.dl_type = UINT16_MAX;
    step(&said, 0, 1, 0x88b5, &is, out);
    assert_null(is.open);
    assert_int_equal(is.n_sent, 0);
    assert_null(path_declared_case(&said.declared, 0, is.taker.entry));
    path_declared_close(&said.declared);
    step(&said, 0, 1, 0x800, &is, out);
    assert_int_equal(is.n_sent, 1);
    path_declared_close(&said.declared);
    line_close(&said.line);
}

/* More than there are priorities: the last of them are open where they overlap, and no two
 * before. */
static void cases_beyond_the_last_priority_compete(void **state)
{
    (void)state;
    enum { CASES = UINT16_MAX };
    static struct expected_case cases[CASES];
    static struct space_emission out[PATH_OUTPUTS];
    struct said said;
    struct path_step is;
    make(&said);
    said.ports[0].cases = cases;
    for (size_t i = 0; i < CASES; i++) {
        cases[i].match = match_in_port(1);
        cases[i].match.value.dl_type = (uint16_t)(i < CASES - 3 ? 0x600 + i % 100 : 0x88b5);
        cases[i].match.mask.dl_type = UINT16_MAX;
        cases[i].actions = i == CASES - 1 ? &to_9 : &to_2;
        cases[i].n_actions = 1;
    }
    said.ports[0].n_cases = CASES - 1;
    step(&said, 0, 1, 0x88b5, &is, out);
    assert_null(is.open);
    assert_ptr_equal(path_declared_case(&said.declared, 0, is.taker.entry), &cases[CASES - 3]);
    path_declared_close(&said.declared);
    said.ports[0].n_cases = CASES;
    for (size_t i = CASES - 3; i < CASES - 2; i++) {
        cases[i].match.value.dl_type = 0x700;
    }
    step(&said, 0, 1, 0x88b5, &is, out);
    assert_string_equal(is.open, "two entries of the same priority take it");
    path_declared_close(&said.declared);
    line_close(&said.line);
}

/* By the first that is up, where that is known. */
static void failover_is_by_ports_as_they_are(void **state)
{
    (void)state;
    static struct space_emission out[PATH_OUTPUTS];
    const struct action choice[] = {{.type = ACTION_FAILOVER, .n_ways = 2},
                                    {.type = ACTION_COPY},
                                    {.port = 2},
                                    {.type = ACTION_COPY_END},
                                    {.type = ACTION_COPY},
                                    {.port = 9},
                                    {.type = ACTION_COPY_END}};
    struct port ports[] = {{.number = 2}, {.number = 9}};
    const struct switch_state now = {.ports = ports, .n_ports = 2};
    const struct switch_state *const states[LINE_SWITCHES] = {&now};
    struct header header = {.in_port = 1, .dl_type = 0x88b5};
    struct said said;
    struct path_step is;
    make(&said);
    said.cases[1].actions = choice;
    said.cases[1].n_actions = 7;
    for (uint16_t down = 0; down < 2; down++) {
        ports[0].state = down ? PORT_STATE_LINK_DOWN : 0;
        assert_int_equal(path_declared_open_now(&said.declared, &said.expectation, states), 0);
        path_step(&said.declared.network, 0, &header, out, &is);
        assert_null(is.open);
        assert_int_equal(is.n_sent, 1);
        assert_int_equal(out[0].port, down ? 9 : 2);
        path_declared_close(&said.declared);
    }
    line_close(&said.line);
}

/* Where copies may arrive, or arrive by one of several ways, it is open; not so copies that no host
 * gets. */
static void what_is_left_to_the_switch_is_open(void **state)
{
    (void)state;
    static struct space_emission out[PATH_OUTPUTS];
    static const uint16_t beyond[] = {PORT_CONTROLLER, PORT_LOCAL}, by_port[] = {3};
    struct action choice[] = {{.type = ACTION_ONE_OF, .n_ways = 2},
                              {.type = ACTION_COPY},
                              {.port = 2},
                              {.type = ACTION_COPY_END},
                              {.type = ACTION_COPY},
                              {.port = 3},
                              {.type = ACTION_COPY_END}};
    struct said said;
    struct path_step is;
    make(&said);
    said.cases[1].may = beyond;
    said.cases[1].n_may = 2;
    step(&said, 0, 1, 0x88b5, &is, out);
    assert_null(is.open);
    assert_int_equal(is.n_sent, 1);
    path_declared_close(&said.declared);
    said.cases[1].may = by_port;
    said.cases[1].n_may = 1;
    step(&said, 0, 1, 0x88b5, &is, out);
    assert_ptr_equal(is.open, path_several);
    assert_int_equal(is.n_sent, 0);
    assert_int_equal(is.n_told, 1); /* this one leaves */
    assert_int_equal(out[0].port, 2);
    path_declared_close(&said.declared);
    said.cases[1].actions = choice;
    said.cases[1].n_actions = 7;
    step(&said, 0, 1, 0x88b5, &is, out);
    assert_ptr_equal(is.open, path_several);
    assert_int_equal(is.n_told, 0);
    path_declared_close(&said.declared);
    said.cases[1].n_may = 0;
    said.cases[1].actions = choice;
    said.cases[1].n_actions = 7;
    step(&said, 0, 1, 0x88b5, &is, out);
    assert_string_equal(is.open, SPACE_ONE_OF);
    path_declared_close(&said.declared);
    choice[0].type = ACTION_FAILOVER;
    step(&said, 0, 1, 0x88b5, &is, out);
    assert_ptr_equal(is.open, path_several);
    path_declared_close(&said.declared);
    line_close(&said.line);
}

/* How many packets the declared network sends of a frame from port 1; -1: that is open. */
static int sent(struct said *said, const struct switch_state *const *states,
                enum path_allowed allowed)
{
    static struct space_emission out[PATH_OUTPUTS];
    struct path_step is;
    assert_int_equal(
        path_declared_open_allowed(&said->declared, &said->expectation, states, allowed), 0);
    path_step(&said->declared.network, 0, &frame, out, &is);
    path_declared_close(&said->declared);
    return is.open ? -1 : (int)is.n_sent;
}

static void the_least_and_the_most_that_is_allowed(void **state)
{
    (void)state;
    static const uint16_t may[] = {3, PORT_CONTROLLER};
    static const struct action rewritten[] = {{.type = ACTION_SET_VLAN_VID, .vlan_vid = 1},
                                              {.port = 2}};
    struct action choice[] = {{.type = ACTION_ONE_OF, .n_ways = 2},
                              {.type = ACTION_COPY},
                              {.port = 2},
                              {.type = ACTION_COPY_END},
                              {.type = ACTION_COPY},
                              {.port = 3},
                              {.type = ACTION_COPY_END}};
    struct port up[] = {{.number = 2}, {.number = 3}};
    struct switch_state read = {.ports = up, .n_ports = 2};
    const struct switch_state *const states[LINE_SWITCHES] = {&read};
    struct said said;
    make(&said);
    assert_int_equal(sent(&said, NULL, PATH_ALLOWED_MOST), 1);
    said.cases[1].may = may;
    said.cases[1].n_may = 2;
    assert_int_equal(sent(&said, NULL, PATH_ALLOWED_OPEN), -1);
    assert_int_equal(sent(&said, NULL, PATH_ALLOWED_LEAST), 1);
    assert_int_equal(sent(&said, NULL, PATH_ALLOWED_MOST), 2);
    said.cases[1].actions = rewritten;
    said.cases[1].n_actions = 2;
    assert_int_equal(sent(&said, NULL, PATH_ALLOWED_LEAST), 1);
    assert_int_equal(sent(&said, NULL, PATH_ALLOWED_MOST), -1);
    said.cases[1].actions = choice;
    said.cases[1].n_actions = 7;
    assert_int_equal(sent(&said, NULL, PATH_ALLOWED_LEAST), -1);
    assert_int_equal(sent(&said, NULL, PATH_ALLOWED_MOST), 3);
    said.cases[1].n_may = 0;
    assert_int_equal(sent(&said, NULL, PATH_ALLOWED_LEAST), -1);
    assert_int_equal(sent(&said, NULL, PATH_ALLOWED_MOST), 2);
    choice[0].type = ACTION_FAILOVER;
    assert_int_equal(sent(&said, NULL, PATH_ALLOWED_LEAST), -1);
    assert_int_equal(sent(&said, NULL, PATH_ALLOWED_MOST), 2);
    assert_int_equal(sent(&said, states, PATH_ALLOWED_LEAST), 1);
    assert_int_equal(sent(&said, states, PATH_ALLOWED_MOST), 1);
    line_close(&said.line);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_least_and_the_most_that_is_allowed),
    cmocka_unit_test(failover_is_by_ports_as_they_are),
    cmocka_unit_test(what_is_left_to_the_switch_is_open),
    cmocka_unit_test(the_first_case_decides),
    cmocka_unit_test(flood_means_the_cabled_ports),
    cmocka_unit_test(flood_of_a_lonely_switch_sends_nothing),
    cmocka_unit_test(what_is_not_listed_drops_or_is_open),
    cmocka_unit_test(cases_beyond_the_last_priority_compete),
};

TEST_MAIN(tests)
