/* SPDX-License-Identifier: Apache-2.0
 *
 * What is a lab known to be, what is waited for, and how is a switch made right again? */
#include "faults/lab.h"

#include "faults/fake_lab_testing.h"
#include "faults/survey.h"

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
    if (strstr(command, "dump-flows s")) {
        base_put_text(out, "");
    }
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
    print_message("%s", base_buffer_text(&fake.done));
    faults_lab_close(&lab);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(frames_are_counted_where_they_come_out),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, fake_set_up, fake_tear_down);
}
