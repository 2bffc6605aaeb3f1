/* SPDX-License-Identifier: Apache-2.0
 *
 * Output files that are there as a whole or not at all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/error.h"

#include <stddef.h>

/* Whether base_file_write is going to be allowed to write at `path`, asked before
 * hours of work go into what is written. -1: why not, without the path. A file that does not exist
 * needs a directory that can be written; nothing is created. */
int base_file_check(const char *path, struct base_error *error);

/* Writes a file. One that exists is replaced by rename(2) when the new one is complete, so that
 * an error (a full disk, say), or the death of the process, leaves the old one as it was; it
 * keeps its permissions, but not its owner or its hard links. A symbolic link is followed. What is
 * no regular file, all below /dev and /proc, and a file in a directory that cannot be
 * written, is written in place; a pipe that nobody reads is an error at once. -1: why not, without
 * the path. */
int base_file_write(const char *path, const void *bytes, size_t n_bytes, struct base_error *error);

#endif
