/* SPDX-License-Identifier: Apache-2.0
 *
 * sFlow version 5: bytes → samples (https://sflow.org/sflow_version_5.txt; the
 * OpenFlow port record is of https://sflow.org/sflow_openflow.txt). Pure: no
 * socket, no clock. collector.h feeds it, rates.h counts what it says.
 *
 * A datagram is opened, then its samples are read one by one:
 *
 *     if (!sflow_check(bytes, n_bytes, &error) && !sflow_open(bytes, n_bytes, &datagram, &error))
 *         while (sflow_next(&datagram, &sample, &error) > 0) ...
 *
 * Samples and records of types that are not known here are skipped by their
 * length. Nothing is copied: pointers live as long as the datagram's bytes. */
#ifndef SFLOW_DATAGRAM_H
#define SFLOW_DATAGRAM_H

#include "base/error.h"
#include "base/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SFLOW_PORT_DEFAULT = 6343, /* IANA "sflow", UDP */
    SFLOW_MAX_DATAGRAM_BYTES = 65535,
    SFLOW_IFINDEX_MAX = 0x3fffffff, /* this one and 0: the interface is not known */
};

/* Of an agent or of a next hop; unused bytes are zero, so that two are equal
 * when their bytes are. */
struct sflow_address {
    uint8_t n_bytes; /* 4, 16; 0: not known */
    uint8_t bytes[16];
};

struct sflow_datagram {
    struct sflow_address agent;
    uint32_t
        sub_agent;     /* several sources of datagrams in one agent: Open vSwitch numbers bridges */
    uint32_t sequence; /* of datagrams, for each sub-agent */
    uint32_t uptime_ms; /* wraps after 49 days */
    uint32_t n_samples; /* that it says to have */
    uint32_t n_read;    /* of them */
    struct base_reader reader;
};

/* What a flow sample says of an interface. */
enum sflow_port_kind {
    SFLOW_PORT_UNKNOWN,   /* ifIndex 0 or 0x3fffffff */
    SFLOW_PORT_ONE,       /* value: the ifIndex */
    SFLOW_PORT_DISCARDED, /* output only; value: the reason, as the standard numbers them */
    SFLOW_PORT_SEVERAL,   /* output only; value: how many, 0: not known */
};
struct sflow_port {
    enum sflow_port_kind kind;
    uint32_t value;
};

/* What a raw packet header begins with (enum header_protocol, 5.3). */
enum sflow_protocol { SFLOW_ETHERNET = 1, SFLOW_IPV4 = 11, SFLOW_IPV6 = 12 };

struct sflow_flow {
    uint32_t sampling_rate; /* one of so many packets is sampled; never 0 */
    uint32_t sample_pool;   /* packets that could have been sampled; wraps */
    uint32_t drops;         /* samples that the agent had to leave out; a total that wraps */
    struct sflow_port input, output;

    /* The first raw packet header of a protocol that is known; n_header_bytes 0: there is none. */
    enum sflow_protocol protocol;
    const uint8_t *header;
    size_t n_header_bytes;
    uint32_t frame_bytes; /* of the whole frame on the wire, with its FCS; of IP: of the packet */
    uint32_t stripped_bytes; /* of it, that were taken off before the header was cut out */

    bool has_switch; /* extended switch data */
    uint32_t in_vlan, in_priority, out_vlan, out_priority;
};

struct sflow_counters {
    bool has_interface; /* generic interface counters; UINT64_MAX, UINT32_MAX: not known */
    uint32_t if_index, if_type, if_status;
    uint64_t if_speed_bps, in_octets, out_octets;
    uint32_t in_unicast, in_discards, in_errors, out_unicast, out_discards, out_errors;

    bool has_openflow; /* OpenFlow port: which port of which switch this source is */
    uint64_t dpid;
    uint32_t port;
};

enum sflow_sample_kind {
    SFLOW_FLOW,
    SFLOW_COUNTERS,
    SFLOW_OTHER,
    SFLOW_BROKEN, /* cut short in front of its records, or a sampling rate of 0 */
};

struct sflow_sample {
    enum sflow_sample_kind kind; /* plain and expanded samples look the same */
    uint32_t type;               /* as on the wire: enterprise << 12 | format */
    uint32_t sequence; /* of samples, for each source. SFLOW_OTHER, SFLOW_BROKEN: of no use, as all
                          below */
    uint32_t source_class; /* 0: ifIndex, 1: VLAN, 2: physical entity; agents use others too */
    uint32_t source_index;
    unsigned n_skipped; /* records of types that are not known here, or second ones */
    unsigned n_broken;  /* records that cannot be read: without them the rest is as it was sent */
    struct sflow_flow flow;
    struct sflow_counters counters;
};

/* Reads the header of a datagram. Errors: cut short, another version than 5,
 * an agent address that is neither IPv4 nor IPv6 nor unknown. */
int sflow_open(const void *bytes, size_t n_bytes, struct sflow_datagram *datagram,
               struct base_error *error);

/* The next sample: 1; 0 behind the last one; -1 on an error, after which nothing may be read: the
 * length of a sample leaves the datagram, bytes behind the last sample. What is wrong within a
 * sample costs itself alone: a record whose length leaves the sample, with all behind it, or that
 * is shorter than what its type has, and bytes behind the last record are in n_broken; a sample
 * that cannot be read at all is SFLOW_BROKEN. `error` says where, of these too ("sample 2 (flow):
 * record 1 (raw packet header): cut short"), and is left alone if all is well. */
int sflow_next(struct sflow_datagram *datagram, struct sflow_sample *sample,
               struct base_error *error);

/* Whether the datagram has the samples that it says: so that nothing of one that
 * turns out to be garbage is believed. Same errors; samples that are broken are none. */
int sflow_check(const void *bytes, size_t n_bytes, struct base_error *error);

enum { SFLOW_ADDRESS_TEXT = 64 };

/* "192.0.2.1", "[2001:db8::1]", "an unknown address". Returns `text`. */
char *sflow_address_format(const struct sflow_address *address, char text[SFLOW_ADDRESS_TEXT]);

/* "192.0.2.1", "2001:db8::1", with or without brackets; false leaves `address` alone. */
bool sflow_address_parse(const char *text, struct sflow_address *address);

#endif
