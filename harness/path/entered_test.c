/* SPDX-License-Identifier: Apache-2.0
 *
 * To which ports packets may come: none is missed to which one does. */
#include "path/entered.h"

#include "testing/line.h"

/* Whether what enters s1 by `port` may come to s2:1. */
static bool comes_over(const char *flows, const char *behind, uint16_t port)
{
    struct line line;
    line_make(&line);
    line_flow(&line, 0, flows);
    line_flow(&line, 1, behind);
    line_open(&line);
    bool *entered = calloc(line.network.n_cables + 1, sizeof *entered), over = false, own = false;
    assert_int_equal(path_entered(&line.network, (struct port_ref){0, port}, entered), 0);
    for (size_t i = 0; i < line.network.n_cables; i++) {
        struct port_ref at = line.network.cables[i].port;
        over |= entered[i] && at.sw == 1 && at.port == 1;
        own |= entered[i] && at.sw == 0 && at.port == port;
        assert_false(entered[i] && at.port == 2 && at.sw == 1); /* nobody sends there */
    }
    assert_true(own);
    free(entered);
    line_close(&line);
    return over;
}

static void whatever_may_send_there_is_followed(void **state)
{
    (void)state;
    static const char drops[] = "priority=1,in_port=1 actions=drop";
    assert_true(comes_over("in_port=1 actions=output:3", drops, 1));
    assert_false(comes_over("in_port=1 actions=output:3", drops, 2));
    assert_true(comes_over("actions=strip_vlan,output:2,output:3", drops, 2));
    assert_false(comes_over("actions=output:2,output:4", drops, 1));
    assert_true(comes_over("priority=1,icmp actions=NORMAL", drops, 2));
    assert_false(comes_over("in_port=2 actions=NORMAL", drops, 1));
    assert_true(comes_over("table=1,in_port=2 actions=drop", drops, 2)); /* another table decides */
    assert_true(comes_over("in_port=1 actions=flood", "actions=in_port", 1));
    assert_false(comes_over("in_port=1 actions=drop", "actions=normal", 1));
}

/* Back where it came from, and there on. */
static void what_comes_back_is_followed_on(void **state)
{
    (void)state;
    struct line line;
    bool entered[8] = {false};
    line_make(&line);
    line_flow(&line, 0, "in_port=1 actions=output:3");
    line_flow(&line, 1, "in_port=1 actions=in_port");
    line_open(&line);
    assert_in_range(line.network.n_cables, 5, 8);
    assert_int_equal(path_entered(&line.network, (struct port_ref){0, 1}, entered), 0);
    size_t n = 0;
    for (size_t i = 0; i < line.network.n_cables; i++) {
        n += entered[i];
    }
    assert_int_equal(n, 3);
    line_close(&line);
    line_make(&line);
    line_flow(&line, 0, "in_port=1 actions=output:3");
    line_port(&line, 0, 3)->state = PORT_STATE_LINK_DOWN;
    line_open(&line);
    memset(entered, 0, sizeof entered);
    assert_int_equal(path_entered(&line.network, (struct port_ref){0, 1}, entered), 0);
    for (size_t i = 0; i < line.network.n_cables; i++) {
        assert_int_equal(entered[i], line.network.cables[i].port.sw == 0 &&
                                         line.network.cables[i].port.port == 1);
    }
    line_close(&line);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(whatever_may_send_there_is_followed),
    cmocka_unit_test(what_comes_back_is_followed_on),
};

TEST_MAIN(tests)
