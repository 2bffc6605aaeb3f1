/* SPDX-License-Identifier: Apache-2.0
 *
 * Output files: the old one is there until the new one is complete. */
#include "base/file.h"

#include "testing/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[64];

static const char *in_directory(const char *name)
{
    static char paths[8][128];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/file-test-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

static void put(const char *name, const char *text)
{
    struct base_error error = {0};
    if (base_file_write(in_directory(name), text, strlen(text), &error) < 0) {
        fail_msg("%s: %s", name, error.text);
    }
}

static void assert_holds(const char *name, const char *wanted)
{
    char text[64] = "";
    FILE *file = fopen(in_directory(name), "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, wanted);
}

static size_t count_files(void)
{
    char command[128];
    unsigned n = 0;
    snprintf(command, sizeof command, "ls -A %s | wc -l", directory);
    FILE *list = popen(command, "r");
    assert_non_null(list);
    assert_int_equal(fscanf(list, "%u", &n), 1);
    pclose(list);
    return n;
}

static void replaces_the_whole_file(void **state)
{
    (void)state;
    struct stat first, second;
    put("report", "first, and long");
    assert_holds("report", "first, and long");
    assert_int_equal(stat(in_directory("report"), &first), 0);
    put("report", "second");
    assert_holds("report", "second");
    assert_int_equal(stat(in_directory("report"), &second), 0);
    assert_int_not_equal(first.st_ino, second.st_ino);
    put("empty", "");
    assert_holds("empty", "");
    assert_int_equal(count_files(), 2);
}

static void keeps_permissions(void **state)
{
    (void)state;
    struct stat status;
    mode_t before = umask(027);
    put("new", "1");
    umask(before);
    assert_int_equal(stat(in_directory("new"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_int_equal(chmod(in_directory("new"), 0604), 0);
    put("new", "2");
    assert_int_equal(stat(in_directory("new"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0604);
}

static void follows_links(void **state)
{
    (void)state;
    struct stat status;
    put("target", "1");
    assert_int_equal(symlink("target", in_directory("link")), 0);
    put("link", "2");
    assert_holds("target", "2");
    assert_int_equal(unlink(in_directory("target")), 0);
    put("link", "3");
    assert_holds("target", "3");
    assert_int_equal(lstat(in_directory("link"), &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

static void keeps_the_old_file_if_the_new_one_does_not_fit(void **state)
{
    (void)state;
    static const char large[8192];
    struct base_error error = {0};
    struct rlimit before, small;
    put("report", "old");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 4096, .rlim_max = before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int result = base_file_write(in_directory("report"), large, sizeof large, &error);
    int fresh = base_file_write(in_directory("fresh"), large, sizeof large, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(result, -1);
    assert_int_equal(fresh, -1);
    assert_string_equal(error.text, strerror(EFBIG));
    assert_holds("report", "old");
    assert_int_equal(count_files(), 1);
}

/* A reader is waited for: more is written than a pipe holds. */
static void waits_for_a_slow_reader(void **state)
{
    (void)state;
    enum { MUCH = 200000 };
    static char much[MUCH], got[MUCH];
    struct base_error error = {0};
    size_t n_got = 0;
    assert_int_equal(mkfifo(in_directory("fifo"), 0600), 0);
    int reader = open(in_directory("fifo"), O_RDONLY | O_NONBLOCK);
    fcntl(reader, F_SETFL, 0);
    pid_t writer = fork();
    if (writer == 0) {
        _exit(base_file_write(in_directory("fifo"), much, MUCH, &error) < 0);
    }
    int status = 0;
    pid_t ended = 0;
    while (n_got < MUCH && ended == 0) {
        ssize_t n = read(reader, got, sizeof got); /* 0: it has not begun, or has ended */
        n_got += n > 0 ? (size_t)n : 0;
        ended = n > 0 ? 0 : waitpid(writer, &status, WNOHANG);
    }
    assert_int_equal(n_got, MUCH);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    close(reader);
}

static void writes_devices_and_pipes_in_place(void **state)
{
    (void)state;
    struct base_error error = {0};
    struct stat status;
    char bytes[8] = "", path[64];
    int ends[2], file;
    assert_int_equal(base_file_write("/dev/null", "x", 1, &error), 0);
    assert_int_equal(base_file_write("/dev/full", "x", 1, &error), -1);
    assert_string_equal(error.text, strerror(ENOSPC));
    assert_int_equal(mkfifo(in_directory("fifo"), 0600), 0);
    int reader = open(in_directory("fifo"), O_RDONLY | O_NONBLOCK);
    put("fifo", "abc");
    assert_int_equal(read(reader, bytes, sizeof bytes), 3);
    close(reader);
    assert_int_equal(base_file_write(in_directory("fifo"), "x", 1, &error), -1);
    assert_string_equal(error.text, "nobody reads this pipe");
    assert_int_equal(stat(in_directory("fifo"), &status), 0);
    assert_true(S_ISFIFO(status.st_mode));
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[1]);
    assert_int_equal(base_file_write(path, "def", 3, &error), 0);
    assert_int_equal(read(ends[0], bytes, sizeof bytes), 3);
    close(ends[0]);
    close(ends[1]);
    /* Another name of a file that somebody has open: not replaced under him. */
    put("open", "1 and more");
    file = open(in_directory("open"), O_RDWR);
    snprintf(path, sizeof path, "/dev/fd/%d", file);
    assert_int_equal(base_file_write(path, "22", 2, &error), 0);
    assert_int_equal(pread(file, bytes, sizeof bytes, 0), 2);
    close(file);
}

/* Left over from processes that were killed: passed over, and not taken away. */
static void passes_over_what_is_left_of_others(void **state)
{
    (void)state;
    char name[64];
    snprintf(name, sizeof name, "report.%ld-0.tmp", (long)getpid());
    put(name, "somebody's");
    put("report", "new");
    assert_holds("report", "new");
    assert_holds(name, "somebody's");
    assert_int_equal(count_files(), 2);
}

static void checks_without_creating(void **state)
{
    (void)state;
    struct base_error error = {0};
    assert_int_equal(base_file_check(in_directory("new"), &error), 0);
    assert_int_equal(count_files(), 0);
    put("old", "1");
    assert_int_equal(base_file_check(in_directory("old"), &error), 0);
    assert_holds("old", "1");
    assert_int_equal(base_file_check("/dev/null", &error), 0);
    assert_int_equal(base_file_check("file-in-this-directory", &error), 0);
    assert_int_equal(base_file_check("/file-in-the-root", NULL), geteuid() == 0 ? 0 : -1);
}

static void says_why_not(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int error;
    } bad[] = {{"", EISDIR},          {"none/report", ENOENT}, {"old/report", ENOTDIR},
               {"directory", EISDIR}, {"new/", EISDIR},        {"loop", ELOOP}};
    put("old", "1");
    assert_int_equal(mkdir(in_directory("directory"), 0700), 0);
    assert_int_equal(symlink("loop", in_directory("loop")), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct base_error error = {0};
        assert_int_equal(base_file_check(in_directory(bad[i].name), &error), -1);
        assert_string_equal(error.text, strerror(bad[i].error));
        assert_int_equal(base_file_write(in_directory(bad[i].name), "x", 1, &error), -1);
    }
    struct base_error error = {0};
    assert_int_equal(base_file_check("", &error), -1);
    assert_string_equal(error.text, strerror(ENOENT));
    char *deep = calloc(1, 8192);
    assert_non_null(deep);
    memset(deep, 'a', 8191);
    assert_int_equal(base_file_check(deep, &error), -1);
    assert_string_equal(error.text, strerror(ENAMETOOLONG));
    assert_int_equal(base_file_write(deep, "x", 1, &error), -1);
    free(deep);
}

static void a_directory_that_cannot_be_written(void **state)
{
    (void)state;
    struct base_error error = {0};
    put("report", "1");
    assert_int_equal(chmod(directory, 0500), 0);
    if (access(directory, W_OK) == 0) { /* root may write everywhere */
        assert_int_equal(chmod(directory, 0700), 0);
        return;
    }
    put("report", "2"); /* in place */
    assert_holds("report", "2");
    assert_int_equal(base_file_check(in_directory("new"), &error), -1);
    assert_string_equal(error.text, strerror(EACCES));
    assert_int_equal(chmod(directory, 0700), 0);
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, make_directory, remove_directory)

static const struct CMUnitTest tests[] = {
    FILE_TEST(replaces_the_whole_file),
    FILE_TEST(keeps_permissions),
    FILE_TEST(follows_links),
    FILE_TEST(keeps_the_old_file_if_the_new_one_does_not_fit),
    FILE_TEST(waits_for_a_slow_reader),
    FILE_TEST(writes_devices_and_pipes_in_place),
    FILE_TEST(passes_over_what_is_left_of_others),
    FILE_TEST(checks_without_creating),
    FILE_TEST(says_why_not),
    FILE_TEST(a_directory_that_cannot_be_written),
};

TEST_MAIN(tests)
