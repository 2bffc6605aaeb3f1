/* SPDX-License-Identifier: Apache-2.0
 *
 * The token that requests must bring, from a file that nobody else may read. */
#ifndef TAPD_FACE_TOKEN_H
#define TAPD_FACE_TOKEN_H

#include "base/error.h"

/* The first line of the file, of 1 to 4,095 bytes without a NUL; malloc'd, the caller frees. The
 * file must be nobody else's: base_secret_check. NULL, with an error that names the file. A FIFO is
 * read until the line has come. */
char *tapd_token_read(const char *path, struct base_error *error);

#endif
