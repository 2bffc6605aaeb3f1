/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of tokens: whose, how long, and what else is in them. */
#include "base/token_file.h"

#include "testing/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/token_test.XXXXXX";

static void put(const char *bytes, size_t n_bytes, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n_bytes, file), n_bytes);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static void assert_read(const char *token)
{
    struct base_error error = {0};
    char *got = base_token_file_read(path, &error);
    assert_non_null(got);
    assert_string_equal(got, token);
    free(got);
}

static void assert_refused(const char *why)
{
    struct base_error error = {0};
    assert_null(base_token_file_read(path, &error));
    assert_ptr_equal(strstr(error.text, path), error.text);
    if (!strstr(error.text, why)) {
        fail_msg("expected \"%s\" in \"%s\"", why, error.text);
    }
}

static void the_first_line_is_it(void **state)
{
    (void)state;
    put("secret", 6, 0600);
    assert_read("secret");
    put("a b\r\nsecond\n", 12, 0400);
    assert_read("a b");
}

static void others_may_not_read_it(void **state)
{
    (void)state;
    static const mode_t MODES[] = {0644, 0640, 0604, 0620, 0602, 0610};
    for (size_t i = 0; i < sizeof MODES / sizeof *MODES; i++) {
        put("secret\n", 7, MODES[i]);
        assert_refused("lets others at the token; expected 0600");
    }
}

static void what_is_no_token(void **state)
{
    (void)state;
    static char bytes[5000];
    put("", 0, 0600);
    assert_refused("expected a token in its first line");
    put("\nsecret\n", 8, 0600);
    assert_refused("expected a token in its first line");
    put("sec\0ret\n", 8, 0600);
    assert_refused("a NUL in the token");
    memset(bytes, 'x', sizeof bytes);
    put(bytes, sizeof bytes, 0600);
    assert_refused("a token of more than 4095 bytes");
    put(bytes, 4096, 0600);
    assert_refused("a token of more than 4095 bytes");
    put(bytes, 4095, 0600);
    bytes[4095] = '\0';
    assert_read(bytes);
    unlink(path);
    assert_refused("No such file");
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    close(fd);
    return fd < 0 ? -1 : 0;
}

static int remove_file(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_is_it),
        cmocka_unit_test(others_may_not_read_it),
        cmocka_unit_test(what_is_no_token),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
