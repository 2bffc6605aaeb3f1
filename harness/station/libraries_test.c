/* SPDX-License-Identifier: Apache-2.0
 *
 * Both libraries are loaded, and their functions work. */
#include "station/libraries.h"

#include "testing/cmocka.h"

#include <string.h>

static void every_function_is_there(void **state)
{
    (void)state;
    struct station_libraries lib;
    struct base_error error = {""};
    memset(&lib, 0, sizeof lib);
    if (station_libraries_load(&lib, &error)) {
        fail_msg("%s", error.text);
    }
#define PRESENT(function) assert_non_null(lib.function);
    STATION_PCAP_FUNCTIONS(PRESENT)
    STATION_NET_FUNCTIONS(PRESENT)
#undef PRESENT
}

static void they_are_the_functions_of_their_names(void **state)
{
    (void)state;
    struct station_libraries lib;
    char text[PCAP_ERRBUF_SIZE];
    assert_int_equal(station_libraries_load(&lib, NULL), 0);
    pcap_t *capture = lib.pcap_create("nowhere0", text);
    assert_non_null(capture);
    assert_int_equal(lib.pcap_set_snaplen(capture, 100), 0);
    int result = lib.pcap_activate(capture); /* without CAP_NET_RAW it does not even look */
    assert_true(result == PCAP_ERROR_NO_SUCH_DEVICE || result == PCAP_ERROR_PERM_DENIED);
    assert_non_null(lib.pcap_geterr(capture));
    lib.pcap_close(capture);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_function_is_there),
    cmocka_unit_test(they_are_the_functions_of_their_names),
};
TEST_MAIN(tests)
