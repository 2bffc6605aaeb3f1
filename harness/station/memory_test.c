/* SPDX-License-Identifier: Apache-2.0
 *
 * What do stations say, and leave behind, when an allocation fails? */
#include "station/remote.h"
#include "station/station.h"
#include "station/wire.h"
#include "testing/cmocka.h"
#include "testing/failing.h"

#include <string.h>
#include <unistd.h>

/* Of an interface that is not there. Without memory for the station itself that is its problem. */
static int open_one(void *aux)
{
    (void)aux;
    const struct station_spec spec = {.name = "h1", .interface = "nowhere"};
    struct station_set *set;
    struct base_error error = {""};
    if (station_open(&spec, 1, &set, &error)) {
        assert_null(set);
        assert_string_equal(error.text, "no memory for 1 stations");
        return -1;
    }
    bool opened = strstr(station_problem(set, 0), "no interface nowhere in ");
    assert_true(opened || strcmp(station_problem(set, 0), "no memory for a station") == 0);
    station_close(set);
    return opened ? 0 : -1;
}

static void a_set_that_cannot_be_made_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(failing_each(open_one, NULL), 7);
}

/* A far end that is told to open such an interface: what it answers, behind the greeting. */
static int serve(void *aux)
{
    struct base_buffer said = {0};
    char answer[256] = "";
    int in[2], out[2];
    struct base_error error = {""};
    (void)aux;
    base_put_text(&said, STATION_WIRE_GREETING);
    station_wire_put(&said, STATION_WIRE_OPEN, "", 1, "nowhere", strlen("nowhere"));
    if (said.failed) {
        base_buffer_free(&said);
        return -1;
    }
    assert_int_equal(pipe(in) | pipe(out), 0);
    assert_int_equal(write(in[1], said.data, said.n_bytes), said.n_bytes);
    base_buffer_free(&said);
    close(in[1]);
    int status = station_serve(in[0], out[1], false, &error);
    close(in[0]);
    close(out[1]);
    ssize_t n = read(out[0], answer, sizeof answer - 1);
    close(out[0]);
    const char *problem = answer + strlen(STATION_WIRE_GREETING) + 3;
    bool refused = n > problem - answer && strstr(problem, "no interface nowhere in ");
    bool is_poor = n > problem - answer && strstr(problem, "no memory for a station");
    if (status == 0) {
        assert_true(refused != is_poor);
    } else {
        assert_non_null(strstr(error.text, "emory"));
    }
    return status == 0 && refused ? 0 : -1;
}

static void a_far_end_says_that_it_has_no_memory(void **state)
{
    (void)state;
    assert_int_equal(failing_each(serve, NULL), 4);
}

/* What it is told after that is passed over: the other side knows. */
static void a_far_end_without_an_interface_says_so_once(void **state)
{
    (void)state;
    struct base_buffer said = {0}, answer = {0};
    int in[2], out[2];
    base_put_text(&said, STATION_WIRE_GREETING);
    station_wire_put(&said, STATION_WIRE_OPEN, "", 1, "nowhere", strlen("nowhere"));
    station_wire_put(&said, STATION_WIRE_SEND, "frame", 5, NULL, 0);
    station_wire_put(&said, STATION_WIRE_SYNC, NULL, 0, NULL, 0);
    assert_int_equal(pipe(in) | pipe(out), 0);
    assert_int_equal(write(in[1], said.data, said.n_bytes), said.n_bytes);
    close(in[1]);
    assert_int_equal(station_serve(in[0], out[1], false, NULL), 0);
    close(in[0]);
    close(out[1]);
    while (station_wire_read(out[0], &answer) > 0) {
    }
    close(out[0]);
    struct base_reader reader = base_reader_over(answer.data, answer.n_bytes), body;
    uint8_t type;
    base_read_skip(&reader, strlen(STATION_WIRE_GREETING));
    assert_true(station_wire_take(&reader, &type, &body));
    assert_int_equal(type, STATION_WIRE_PROBLEM);
    assert_int_equal(base_reader_left(&reader), 0);
    base_buffer_free(&said);
    base_buffer_free(&answer);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_far_end_without_an_interface_says_so_once),
    cmocka_unit_test(a_set_that_cannot_be_made_leaves_nothing),
    cmocka_unit_test(a_far_end_says_that_it_has_no_memory),
};
TEST_MAIN(tests)
