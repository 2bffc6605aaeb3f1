/* SPDX-License-Identifier: Apache-2.0
 *
 * Files with secrets: tokens, private keys. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/error.h"

/* Whether an open file is ours and nobody else's (0600), as ssh asks for keys; or root's, and then
 * a group may read it (0640), since a service that is not root could not read it otherwise. `what`
 * is in it: "token", "key". -1: why not, without the path. */
int base_secret_check(int fd, const char *what, struct base_error *error);

#endif
