/* SPDX-License-Identifier: Apache-2.0
 *
 * Does nobody else know what is in this file? */
#include "base/secret.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int base_secret_check(int fd, const char *what, struct base_error *error)
{
    struct stat file;
    if (fstat(fd, &file)) {
        return base_fail(error, "%s", strerror(errno));
    }
    if (file.st_uid != geteuid() && file.st_uid != 0) {
        return base_fail(error, "belongs to user %u; expected a file of ours or of root's",
                         (unsigned)file.st_uid);
    }
    if (file.st_mode & (file.st_uid == geteuid() ? 077 : 027)) {
        return base_fail(error, "mode %04o lets others at the %s; expected 0600 (chmod 600)",
                         (unsigned)file.st_mode & 0777, what);
    }
    return 0;
}
