/* SPDX-License-Identifier: Apache-2.0
 *
 * Where are the functions of libpcap and libnet? */
#include "station/libraries.h"

#include "base/library.h"

#define ROW(function) {#function, offsetof(struct station_libraries, function)},
static const struct base_library_function pcap_functions[] = {STATION_PCAP_FUNCTIONS(ROW)};
static const struct base_library_function net_functions[] = {STATION_NET_FUNCTIONS(ROW)};
#undef ROW

static const struct base_library pcap = {
    "libpcap",
    "libpcap0.8",
    {"libpcap.so.0.8", "libpcap.so.1"},
    pcap_functions,
    sizeof pcap_functions / sizeof *pcap_functions,
};
static const struct base_library net = {
    "libnet",
    "libnet1",
    {"libnet.so.1", NULL},
    net_functions,
    sizeof net_functions / sizeof *net_functions,
};

int station_libraries_load(struct station_libraries *libraries, struct base_error *error)
{
    return base_library_load(&pcap, libraries, error) || base_library_load(&net, libraries, error)
               ? -1
               : 0;
}
