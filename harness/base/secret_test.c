/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose is the file, and who else may read it? */
#include "base/secret.h"

#include "testing/cmocka.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int check(mode_t mode, struct base_error *error)
{
    char path[] = "/tmp/secret_test.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(fchmod(fd, mode), 0);
    int status = base_secret_check(fd, "key", error);
    close(fd);
    return status;
}

static void one_of_ours_is_for_us_alone(void **state)
{
    (void)state;
    struct base_error error;
    assert_int_equal(check(0600, &error), 0);
    assert_int_equal(check(0400, &error), 0);
    for (mode_t bit = 1; bit < 0100; bit <<= 1) {
        char expected[80];
        snprintf(expected, sizeof expected,
                 "mode %04o lets others at the key; expected 0600 (chmod 600)", 0600 | bit);
        assert_int_equal(check(0600 | bit, &error), -1);
        assert_string_equal(error.text, expected);
    }
}

/* What every system has: a file of root's that others may read. */
static void one_of_roots_is_not_for_everybody(void **state)
{
    (void)state;
    struct base_error error;
    int fd = open("/etc/passwd", O_RDONLY);
    assert_int_equal(base_secret_check(fd, "key", &error), -1);
    assert_non_null(strstr(error.text, "lets others at the key"));
    close(fd);
}

/* For a service that is user 1; only root can play one. */
static int check_as_service(int fd, uid_t owner, mode_t mode, struct base_error *error)
{
    assert_int_equal(fchown(fd, owner, owner), 0);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(seteuid(1), 0);
    int status = base_secret_check(fd, "key", error);
    assert_int_equal(seteuid(0), 0);
    return status;
}

static void a_service_reads_what_root_gave_it(void **state)
{
    (void)state;
    struct base_error error;
    char path[] = "/tmp/secret_test.XXXXXX";
    int fd = mkstemp(path);
    unlink(path);
    if (geteuid() != 0 || fchown(fd, 2, 2) || seteuid(1) || seteuid(0)) {
        close(fd);
        return;
    }
    assert_int_equal(check_as_service(fd, 0, 0640, &error), 0);
    assert_int_equal(check_as_service(fd, 1, 0640, &error), -1);
    assert_int_equal(check_as_service(fd, 1, 0600, &error), 0);
    assert_int_equal(check_as_service(fd, 2, 0600, &error), -1);
    assert_string_equal(error.text, "belongs to user 2; expected a file of ours or of root's");
    for (mode_t bit = 1; bit < 040; bit <<= 1) {
        assert_int_equal(check_as_service(fd, 0, 0600 | bit, &error), bit == 010 ? 0 : -1);
    }
    close(fd);
}

static void what_is_not_open_is_no_file(void **state)
{
    (void)state;
    struct base_error error;
    assert_int_equal(base_secret_check(-1, "key", &error), -1);
    assert_string_equal(error.text, "Bad file descriptor");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_of_ours_is_for_us_alone),
    cmocka_unit_test(one_of_roots_is_not_for_everybody),
    cmocka_unit_test(a_service_reads_what_root_gave_it),
    cmocka_unit_test(what_is_not_open_is_no_file),
};
TEST_MAIN(tests)
