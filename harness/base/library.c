/* SPDX-License-Identifier: Apache-2.0
 *
 * Where are the functions of a shared library? */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

/* The message is that of the first file: a second one may just not exist. */
static void *open_library(const struct base_library *library, struct base_error *error)
{
    void *handle = dlopen(library->files[0], RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        base_fail(error, "%s cannot be loaded (Debian's package %s): %s", library->name,
                  library->package, dlerror());
    }
    if (!handle && library->files[1]) {
        handle = dlopen(library->files[1], RTLD_NOW | RTLD_LOCAL);
    }
    return handle;
}

int base_library_load(const struct base_library *library, void *into, struct base_error *error)
{
    void *handle = open_library(library, error);
    if (!handle) {
        return -1;
    }
    for (size_t i = 0; i < library->n_functions; i++) {
        const struct base_library_function *function = &library->functions[i];
        void *address = dlsym(handle, function->name);
        if (!address) {
            return base_fail(error, "%s is too old: it has no %s", library->name, function->name);
        }
        memcpy((char *)into + function->offset, &address, sizeof address);
    }
    return 0;
}
