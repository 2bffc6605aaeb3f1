/* SPDX-License-Identifier: Apache-2.0
 *
 * libpcap and libnet, loaded when a local station opens and not when the
 * program starts: libpcap brings ten more libraries with it (D-Bus, systemd,
 * compression), and loading them takes as long as reading three switches and
 * judging them. Within this room only. */
#ifndef STATION_LIBRARIES_H
#define STATION_LIBRARIES_H

#include "base/error.h"

#include <libnet.h>
#include <pcap/pcap.h>

/* The functions that local.c calls. Their types are those of the headers. */
#define STATION_PCAP_FUNCTIONS(X)                                                                  \
    X(pcap_create)                                                                                 \
    X(pcap_set_snaplen)                                                                            \
    X(pcap_set_buffer_size)                                                                        \
    X(pcap_set_promisc)                                                                            \
    X(pcap_set_immediate_mode)                                                                     \
    X(pcap_set_tstamp_precision)                                                                   \
    X(pcap_activate)                                                                               \
    X(pcap_setdirection)                                                                           \
    X(pcap_setnonblock)                                                                            \
    X(pcap_datalink)                                                                               \
    X(pcap_fileno)                                                                                 \
    X(pcap_get_selectable_fd)                                                                      \
    X(pcap_next_ex)                                                                                \
    X(pcap_stats)                                                                                  \
    X(pcap_geterr)                                                                                 \
    X(pcap_close)
#define STATION_NET_FUNCTIONS(X)                                                                   \
    X(libnet_init)                                                                                 \
    X(libnet_getfd)                                                                                \
    X(libnet_adv_write_link)                                                                       \
    X(libnet_destroy)

struct station_libraries {
#define STATION_MEMBER(function) __typeof__(function) *function;
    STATION_PCAP_FUNCTIONS(STATION_MEMBER)
    STATION_NET_FUNCTIONS(STATION_MEMBER)
#undef STATION_MEMBER
};

/* Loads both, unless that was done, and fills in every function; from any
 * thread. They stay loaded. -1: one is not installed, or lacks a function. */
int station_libraries_load(struct station_libraries *libraries, struct base_error *error);

#endif
