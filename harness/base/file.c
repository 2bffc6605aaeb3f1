/* SPDX-License-Identifier: Apache-2.0
 *
 * How is a file written so that nobody ever finds half of it? */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_MAX = 100 }; /* temporary names tried; each may be left over from a crash */

static int may(const char *path, int how, struct base_error *error)
{
    return faccessat(AT_FDCWD, path, how, AT_EACCESS) == 0
               ? 0
               : base_fail(error, "%s", strerror(errno));
}

/* The directory that `path` is in. False: too long. */
static bool directory_of(const char *path, char directory[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    int n = !slash          ? snprintf(directory, PATH_MAX, ".")
            : slash == path ? snprintf(directory, PATH_MAX, "/")
                            : snprintf(directory, PATH_MAX, "%.*s", (int)(slash - path), path);
    return n < PATH_MAX;
}

int base_file_check(const char *path, struct base_error *error)
{
    struct stat status;
    char directory[PATH_MAX];
    if (stat(path, &status) == 0) {
        return S_ISDIR(status.st_mode) ? base_fail(error, "%s", strerror(EISDIR))
                                       : may(path, W_OK, error);
    }
    if (errno != ENOENT || !*path) {
        return base_fail(error, "%s", strerror(errno));
    }
    if (path[strlen(path) - 1] == '/') {
        return base_fail(error, "%s", strerror(EISDIR));
    }
    return directory_of(path, directory) ? may(directory, W_OK | X_OK, error)
                                         : base_fail(error, "%s", strerror(ENAMETOOLONG));
}

/* Writes everything, and closes. -1: errno says why. */
static int fill(int fd, const char *bytes, size_t n_bytes)
{
    int failed = 0;
    while (n_bytes > 0 && !failed) {
        ssize_t n = write(fd, bytes, n_bytes);
        failed = n < 0 && errno != EINTR ? errno : 0;
        bytes += n > 0 ? n : 0;
        n_bytes -= n > 0 ? (size_t)n : 0;
    }
    if (close(fd) < 0 && !failed) {
        failed = errno;
    }
    errno = failed;
    return failed ? -1 : 0;
}

/* Of a pipe that nobody reads it is not waited for a reader: ENXIO. */
static int write_in_place(const char *path, int create, const void *bytes, size_t n_bytes)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | create, 0666);
    if (fd < 0 || fcntl(fd, F_SETFL, 0) < 0) {
        return -1;
    }
    return fill(fd, bytes, n_bytes);
}

/* Opens a new file beside `path`. -1: errno says why. */
static int open_beside(const char *path, char name[PATH_MAX])
{
    int fd = -1;
    errno = EEXIST;
    for (int i = 0; i < NAMES_MAX && fd < 0 && errno == EEXIST; i++) {
        int n = snprintf(name, PATH_MAX, "%s.%ld-%d.tmp", path, (long)getpid(), i);
        errno = ENAMETOOLONG;
        fd = n < PATH_MAX ? open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
    }
    return fd;
}

/* `old`: what is replaced; NULL: nothing. -1: errno says why, and nothing was changed. */
static int replace(const char *path, const struct stat *old, const void *bytes, size_t n_bytes)
{
    char name[PATH_MAX];
    int fd = open_beside(path, name);
    if (fd < 0) {
        return -1;
    }
    if (old && fchmod(fd, old->st_mode & 07777) < 0) { /* some file systems know no modes */
        errno = 0;
    }
    if (fill(fd, bytes, n_bytes) == 0 && rename(name, path) == 0) {
        return 0;
    }
    int failed = errno;
    unlink(name);
    errno = failed;
    return -1;
}

static bool begins_with(const char *path, const char *prefix)
{
    return strncmp(path, prefix, strlen(prefix)) == 0;
}

/* Below /dev and /proc a path may be another name of a file that somebody has open. */
static bool is_replaced(const char *path, const struct stat *old)
{
    return S_ISREG(old->st_mode) && !begins_with(path, "/dev/") && !begins_with(path, "/proc/");
}

static int write_over(const char *path, const struct stat *old, const void *bytes, size_t n_bytes)
{
    char target[PATH_MAX];
    if (!is_replaced(path, old)) {
        return write_in_place(path, 0, bytes, n_bytes);
    }
    if (!realpath(path, target)) {
        return -1;
    }
    if (replace(target, old, bytes, n_bytes) == 0) {
        return 0;
    }
    return errno == EACCES || errno == EPERM || errno == EROFS
               ? write_in_place(path, 0, bytes, n_bytes)
               : -1;
}

/* Where there is nothing; or a symbolic link to nothing, which goes on to be one. */
static int write_new(const char *path, const void *bytes, size_t n_bytes)
{
    struct stat link;
    return lstat(path, &link) == 0 ? write_in_place(path, O_CREAT, bytes, n_bytes)
                                   : replace(path, NULL, bytes, n_bytes);
}

int base_file_write(const char *path, const void *bytes, size_t n_bytes, struct base_error *error)
{
    struct stat old = {0};
    int failed = stat(path, &old) == 0 ? write_over(path, &old, bytes, n_bytes)
                 : errno == ENOENT     ? write_new(path, bytes, n_bytes)
                                       : -1;
    bool nobody = failed && errno == ENXIO && S_ISFIFO(old.st_mode);
    return failed ? base_fail(error, "%s", nobody ? "nobody reads this pipe" : strerror(errno)) : 0;
}
