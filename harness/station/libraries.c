/* SPDX-License-Identifier: Apache-2.0
 *
 * Where are the functions of libpcap and libnet? */
#include "station/libraries.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

struct function {
    const char *name;
    size_t offset; /* in struct station_libraries */
};

struct library {
    const char *name, *package;
    const char *files[2]; /* the names of one ABI: Debian never changed libpcap's */
    const struct function *functions;
    size_t n_functions;
};

#define ROW(function) {#function, offsetof(struct station_libraries, function)},
static const struct function pcap_functions[] = {STATION_PCAP_FUNCTIONS(ROW)};
static const struct function net_functions[] = {STATION_NET_FUNCTIONS(ROW)};
#undef ROW

static const struct library pcap = {
    "libpcap",
    "libpcap0.8",
    {"libpcap.so.0.8", "libpcap.so.1"},
    pcap_functions,
    sizeof pcap_functions / sizeof *pcap_functions,
};
static const struct library net = {
    "libnet",
    "libnet1",
    {"libnet.so.1", NULL},
    net_functions,
    sizeof net_functions / sizeof *net_functions,
};

/* The message is that of the first file: a second one may just not exist. */
static void *open_library(const struct library *library, struct base_error *error)
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

static int load(const struct library *library, struct station_libraries *into,
                struct base_error *error)
{
    void *handle = open_library(library, error);
    if (!handle) {
        return -1;
    }
    for (size_t i = 0; i < library->n_functions; i++) {
        const struct function *function = &library->functions[i];
        void *address = dlsym(handle, function->name);
        if (!address) {
            return base_fail(error, "%s is too old: it has no %s", library->name, function->name);
        }
        memcpy((char *)into + function->offset, &address, sizeof address);
    }
    return 0;
}

int station_libraries_load(struct station_libraries *libraries, struct base_error *error)
{
    return load(&pcap, libraries, error) || load(&net, libraries, error) ? -1 : 0;
}
