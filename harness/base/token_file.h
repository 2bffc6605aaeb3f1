/* SPDX-License-Identifier: Apache-2.0
 *
 * The token that requests to a server must bring, from a file that nobody else may read. */
#ifndef BASE_TOKEN_FILE_H
#define BASE_TOKEN_FILE_H

#include "base/error.h"

/* The first line of the file, of 1 to 4,095 bytes without a NUL; malloc'd, the caller frees. The
 * file must be nobody else's: base_secret_check. NULL, with an error that names the file. A FIFO is
 * read until the line has come. */
char *base_token_file_read(const char *path, struct base_error *error);

#endif
