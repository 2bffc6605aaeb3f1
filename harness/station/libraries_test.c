/* SPDX-License-Identifier: Apache-2.0
 *
 * Both libraries are loaded, and their functions work. */
#include "station/libraries.h"

#include "testing/cmocka.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* In a child that can open no file; it comes first, since libraries stay loaded. */
static int lacks_libraries(void)
{
    struct station_libraries lib;
    struct base_error error = {""};
    struct rlimit limit;
    static const char said[] = "libpcap cannot be loaded (Debian's package libpcap0.8): ";
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &limit);
    return station_libraries_load(&lib, &error) == -1 &&
                   strncmp(error.text, said, strlen(said)) == 0
               ? 0
               : 1;
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    int status;
    pid_t child = fork();
    if (child == 0) {
        _exit(lacks_libraries());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

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
    cmocka_unit_test(what_is_missing_is_said),
    cmocka_unit_test(every_function_is_there),
    cmocka_unit_test(they_are_the_functions_of_their_names),
};
TEST_MAIN(tests)
