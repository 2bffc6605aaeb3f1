/* SPDX-License-Identifier: Apache-2.0
 *
 * At which addresses can one listen, and why not at others? */
#include "tapd/face/http_inside.h"

#include "testing/cmocka.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/http_address_test.XXXXXX";

static int make_directory(void **state)
{
    (void)state;
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    return rmdir(directory);
}

/* The descriptor, not yet listening, or -1; what is wrong is compared with `why`. */
static int open_at(const char *address, bool has_token, const char *why)
{
    struct base_error error = {""};
    char *path = NULL;
    int fd = -1, status = tapd_http_listen(address, has_token, &fd, &path, &error);
    if ((status == 0) != (*why == '\0') || !strstr(error.text, why)) {
        fail_msg("%s: %s", address, error.text);
    }
    assert_int_equal(path != NULL, status == 0 && strncmp(address, "unix:", 5) == 0);
    free(path);
    return status == 0 ? fd : -1;
}

static void what_is_no_address_is_told(void **state)
{
    (void)state;
    static const char form[] = "expected unix:PATH, HOST:PORT or [ADDRESS]:PORT";
    static const char *const addresses[] = {"", "9", ":9", "::1:9", "[]:9", "a:b:9"};
    char text[300];
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        open_at(addresses[i], true, form);
    }
    memset(text, 'a', sizeof text);
    strcpy(text + 256, ":9");
    open_at(text, true, form); /* a host of 256 characters */
    open_at("127.0.0.1:x", true, gai_strerror(EAI_NONAME));
    open_at("unix:", true, "expected a path of 1 to 107 bytes");
    memcpy(text, "unix:/", 6);
    text[5 + 108] = '\0';
    open_at(text, true, "expected a path of 1 to 107 bytes");
    open_at("unix:/nowhere/x", true, "can not listen: No such file or directory");
}

static void others_may_reach_it_with_a_token_only(void **state)
{
    (void)state;
    static const char *const why = "other machines can reach this address; it needs --token-file";
    open_at("0.0.0.0:0", false, why);
    open_at("[::]:0", false, why);
    open_at("[::2]:0", false, why);
    close(open_at("0.0.0.0:0", true, ""));
    close(open_at("127.0.0.1:0", false, ""));
    close(open_at("127.9.9.9:0", false, ""));
    close(open_at("localhost:0", false, ""));
}

static void an_address_of_ipv6_stands_in_brackets(void **state)
{
    (void)state;
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    const struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool can = fd >= 0 && bind(fd, (const struct sockaddr *)&here, sizeof here) == 0;
    close(fd);
    fd = open_at("[::1]:0", false, can ? "" : "can not ");
    close(fd);
}

static void one_port_is_had_once(void **state)
{
    (void)state;
    struct sockaddr_in at = {0};
    socklen_t size = sizeof at;
    char address[64];
    int fd = open_at("127.0.0.1:0", false, "");
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(listen(fd, 1), 0);
    snprintf(address, sizeof address, "127.0.0.1:%u", ntohs(at.sin_port));
    open_at(address, false, "can not listen: Address already in use");
    /* A caller was there, and the port can be had again at once. */
    int caller = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(caller, (struct sockaddr *)&at, sizeof at), 0);
    int called;
    do {
        called = accept(fd, NULL, NULL);
    } while (called < 0 && errno == EAGAIN);
    close(called);
    close(caller);
    close(fd);
    close(open_at(address, false, ""));
}

static void a_file_is_for_its_owner(void **state)
{
    (void)state;
    char address[64];
    struct stat file;
    snprintf(address, sizeof address, "unix:%s/x", directory);
    mode_t mask = umask(0);
    int fd = open_at(address, false, "");
    assert_int_equal(umask(mask), 0); /* as it was */
    assert_int_equal(stat(address + 5, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_int_equal(listen(fd, 1), 0);
    open_at(address, false, "can not listen: Address already in use"); /* somebody answers */
    close(fd);
    close(open_at(address, false, "")); /* nobody does */
    unlink(address + 5);
    FILE *other = fopen(address + 5, "w");
    assert_non_null(other);
    fclose(other);
    open_at(address, false, "can not listen: Address already in use"); /* no socket */
    assert_int_equal(unlink(address + 5), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_no_address_is_told),
    cmocka_unit_test(others_may_reach_it_with_a_token_only),
    cmocka_unit_test(an_address_of_ipv6_stands_in_brackets),
    cmocka_unit_test(one_port_is_had_once),
    cmocka_unit_test(a_file_is_for_its_owner),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
