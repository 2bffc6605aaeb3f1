/* SPDX-License-Identifier: Apache-2.0
 *
 * The token that requests must bring, from a file that nobody else may read. */
#ifndef TAPD_FACE_TOKEN_H
#define TAPD_FACE_TOKEN_H

#include "base/error.h"

/* The first line of the file, of 1 to 4,095 bytes without a NUL; malloc'd, the caller frees. The
 * file must be ours and nobody else's (0600), as ssh asks for keys; or root's, and then a group may
 * read it (0640), since a service that is not root could not read it otherwise. NULL, with an
 * error that names the file. A FIFO is read until the line has come. */
char *tapd_token_read(const char *path, struct base_error *error);

#endif
