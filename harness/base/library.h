/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared libraries that are loaded when they are first needed, so that a program that does not
 * need them starts as fast without, and runs where they are not installed. */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include "base/error.h"

#include <stddef.h>

struct base_library_function {
    const char *name;
    size_t offset; /* of the pointer to it, in the structure that base_library_load fills in */
};

struct base_library {
    const char *name, *package; /* for messages: "libpcap", "libpcap0.8" */
    const char *files[2];       /* names of one ABI, in the order in which they are tried */
    const struct base_library_function *functions;
    size_t n_functions;
};

/* Loads it, unless that was done, and writes a pointer to each function into the structure
 * `into`; from any thread. It stays loaded (dlopen(3), RTLD_NOW). -1: it is not installed, or
 * lacks a function. */
int base_library_load(const struct base_library *library, void *into, struct base_error *error);

#endif
