/* SPDX-License-Identifier: Apache-2.0
 *
 * The words for what a switch does in its own way. */
#include "channel/channel.h"

#include "testing/cmocka.h"

static void assert_words(struct channel_dump dump, const char *words)
{
    struct base_buffer text = {0};
    channel_format_odd(&dump, &text);
    assert_string_equal(base_buffer_text(&text), words);
    base_buffer_free(&text);
}

static void each_has_its_words(void **state)
{
    (void)state;
    assert_words((struct channel_dump){.ok = true}, "");
    assert_words((struct channel_dump){.odd = CHANNEL_ODD_NO_BARRIER},
                 "refuses BARRIER: read without it");
    assert_words((struct channel_dump){.odd = CHANNEL_ODD_NO_BARRIER | CHANNEL_ODD_NO_PORT_STATS},
                 "refuses BARRIER: read without it; refuses PORT stats: its ports are not counted");
    assert_words((struct channel_dump){.odd = CHANNEL_ODD_NO_AGGREGATE},
                 "refuses AGGREGATE stats: its table was taken when two dumps in a row listed the "
                 "same entries");
    assert_words((struct channel_dump){.odd = CHANNEL_ODD_INSISTED},
                 "has OpenFlow 1.3, too, and is asked in 1.0 alone, as the lab file says: what "
                 "that leaves out (write_actions, meters, push_vlan) is not known");
    assert_words((struct channel_dump){.odd = CHANNEL_ODD_NO_METER_STATS},
                 "refuses METER stats: what its meters drop is not counted");
    assert_words((struct channel_dump){.odd = CHANNEL_ODD_NO_METERS | CHANNEL_ODD_NO_METER_STATS},
                 "refuses METER_CONFIG: taken to have no meters");
    assert_words((struct channel_dump){.odd = CHANNEL_ODD_TABLE, .table = 24},
                 "lists its only table as table 24: taken as table 0");
    assert_words(
        (struct channel_dump){.odd = CHANNEL_ODD_ONE_BY_ONE | CHANNEL_ODD_COUNT, .surplus = -2},
        "answers only the first of several requests: asked one by one; AGGREGATE stats "
        "always count 2 fewer than FLOW stats list: its table was taken when two dumps in "
        "a row listed the same entries");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_has_its_words),
};
TEST_MAIN(tests)
