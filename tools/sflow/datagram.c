/* SPDX-License-Identifier: Apache-2.0
 *
 * What is in a datagram of sFlow version 5? */
#include "sflow/datagram.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    VERSION = 5,
    FORMAT_SHIFT = 30, /* of an interface in a plain flow sample; the rest is its value */
    CLASS_SHIFT = 24,  /* of a source in a plain sample */
};

#define N_OF(array) (sizeof(array) / sizeof(array)[0])

/* By enum address_type: unknown, IPv4, IPv6. */
static const uint8_t address_bytes[] = {0, 4, 16};

/* A record of a sample: its length, and how it is read. */
struct record_type {
    uint32_t type;
    const char *name;
    size_t min_bytes;
    /* False: it is of no use (a second one, another protocol). */
    bool (*decode)(struct base_reader *reader, struct sflow_sample *sample);
};

struct sample_type {
    uint32_t type;
    const char *name;
    enum sflow_sample_kind kind;
    bool expanded;
    const struct record_type *records;
    size_t n_records;
};

static const struct sample_type *find_sample_type(uint32_t type);
static void decode_sample(const struct sample_type *type, struct base_reader *reader,
                          struct sflow_sample *sample, struct base_error *error);

int sflow_open(const void *bytes, size_t n_bytes, struct sflow_datagram *datagram,
               struct base_error *error)
{
    *datagram = (struct sflow_datagram){.reader = base_reader_over(bytes, n_bytes)};
    struct base_reader *reader = &datagram->reader;
    uint32_t version = base_read_be32(reader);
    if (!reader->failed && version != VERSION) {
        return base_fail(error, "version %u, expected sFlow version %d", version, VERSION);
    }
    uint32_t address_type = base_read_be32(reader);
    if (address_type >= N_OF(address_bytes)) {
        return base_fail(error, "agent address of type %u, expected 1 (IPv4) or 2 (IPv6)",
                         address_type);
    }
    datagram->agent.n_bytes = address_bytes[address_type];
    base_read_copy(reader, datagram->agent.bytes, datagram->agent.n_bytes);
    datagram->sub_agent = base_read_be32(reader);
    datagram->sequence = base_read_be32(reader);
    datagram->uptime_ms = base_read_be32(reader);
    datagram->n_samples = base_read_be32(reader);
    return reader->failed ? base_fail(error, "cut short: %zu bytes, less than a header", n_bytes)
                          : 0;
}

/* The next n_bytes of XDR opaque data, and past its padding (RFC 4506, 4.9). */
static struct base_reader read_opaque(struct base_reader *reader, uint32_t n_bytes)
{
    struct base_reader child = base_read_child(reader, n_bytes);
    base_read_skip(reader, -n_bytes & 3);
    child.failed = reader->failed;
    return child;
}

/* As sflow_next: its type and its bytes. */
static int next_sample(struct sflow_datagram *datagram, uint32_t *type, struct base_reader *sample,
                       struct base_error *error)
{
    if (datagram->n_read == datagram->n_samples) {
        size_t n_left = base_reader_left(&datagram->reader);
        return n_left ? base_fail(error, "%zu bytes behind the last sample", n_left) : 0;
    }
    datagram->n_read++;
    *type = base_read_be32(&datagram->reader);
    uint32_t n_bytes = base_read_be32(&datagram->reader);
    *sample = read_opaque(&datagram->reader, n_bytes);
    return sample->failed ? base_fail(error, "sample %u of %u: cut short", datagram->n_read,
                                      datagram->n_samples)
                          : 1;
}

int sflow_next(struct sflow_datagram *datagram, struct sflow_sample *sample,
               struct base_error *error)
{
    struct base_reader reader;
    *sample = (struct sflow_sample){.kind = SFLOW_OTHER};
    int rc = next_sample(datagram, &sample->type, &reader, error);
    if (rc <= 0) {
        return rc;
    }
    const struct sample_type *type = find_sample_type(sample->type);
    if (type) {
        decode_sample(type, &reader, sample, error);
        if (sample->n_broken > 0 || sample->kind == SFLOW_BROKEN) {
            base_fail_in(error, "sample %u (%s)", datagram->n_read, type->name);
        }
    }
    return 1;
}

int sflow_check(const void *bytes, size_t n_bytes, struct base_error *error)
{
    struct sflow_datagram datagram;
    if (sflow_open(bytes, n_bytes, &datagram, error)) {
        return -1;
    }
    struct base_reader sample;
    uint32_t type;
    int rc;
    do {
        rc = next_sample(&datagram, &type, &sample, error);
    } while (rc > 0);
    return rc;
}

char *sflow_address_format(const struct sflow_address *address, char text[SFLOW_ADDRESS_TEXT])
{
    char host[INET6_ADDRSTRLEN] = "";
    if (address->n_bytes == 0) {
        snprintf(text, SFLOW_ADDRESS_TEXT, "an unknown address");
    } else if (address->n_bytes == 4) {
        inet_ntop(AF_INET, address->bytes, text, SFLOW_ADDRESS_TEXT);
    } else {
        inet_ntop(AF_INET6, address->bytes, host, sizeof host);
        snprintf(text, SFLOW_ADDRESS_TEXT, "[%s]", host);
    }
    return text;
}

bool sflow_address_parse(const char *text, struct sflow_address *address)
{
    struct sflow_address parsed = {0};
    char host[INET6_ADDRSTRLEN] = "";
    size_t n = strlen(text);
    bool brackets = n > 2 && text[0] == '[' && text[n - 1] == ']';
    size_t n_host = brackets ? n - 2 : n;
    if (n_host >= sizeof host) {
        return false;
    }
    memcpy(host, text + brackets, n_host);
    if (!brackets && inet_pton(AF_INET, host, parsed.bytes) == 1) {
        parsed.n_bytes = 4;
    } else if (inet_pton(AF_INET6, host, parsed.bytes) == 1) {
        parsed.n_bytes = 16;
    } else {
        return false;
    }
    *address = parsed;
    return true;
}

/* Records */

static bool decode_raw_header(struct base_reader *reader, struct sflow_sample *sample)
{
    struct sflow_flow *flow = &sample->flow;
    uint32_t protocol = base_read_be32(reader);
    uint32_t frame_bytes = base_read_be32(reader);
    uint32_t stripped_bytes = base_read_be32(reader);
    uint32_t n_header_bytes = base_read_be32(reader);
    struct base_reader header = read_opaque(reader, n_header_bytes);
    bool known = protocol == SFLOW_ETHERNET || protocol == SFLOW_IPV4 || protocol == SFLOW_IPV6;
    if (reader->failed || !known || flow->n_header_bytes) {
        return false;
    }
    flow->protocol = (enum sflow_protocol)protocol;
    flow->header = header.at;
    flow->n_header_bytes = n_header_bytes;
    flow->frame_bytes = frame_bytes;
    flow->stripped_bytes = stripped_bytes;
    return true;
}

static bool decode_switch(struct base_reader *reader, struct sflow_sample *sample)
{
    struct sflow_flow *flow = &sample->flow;
    if (flow->has_switch) {
        return false;
    }
    flow->has_switch = true;
    flow->in_vlan = base_read_be32(reader);
    flow->in_priority = base_read_be32(reader);
    flow->out_vlan = base_read_be32(reader);
    flow->out_priority = base_read_be32(reader);
    return true;
}

static bool decode_interface(struct base_reader *reader, struct sflow_sample *sample)
{
    struct sflow_counters *counters = &sample->counters;
    if (counters->has_interface) {
        return false;
    }
    counters->has_interface = true;
    counters->if_index = base_read_be32(reader);
    counters->if_type = base_read_be32(reader);
    counters->if_speed_bps = base_read_be64(reader);
    base_read_skip(reader, 4); /* direction */
    counters->if_status = base_read_be32(reader);
    counters->in_octets = base_read_be64(reader);
    counters->in_unicast = base_read_be32(reader);
    base_read_skip(reader, 8); /* multicast, broadcast */
    counters->in_discards = base_read_be32(reader);
    counters->in_errors = base_read_be32(reader);
    base_read_skip(reader, 4); /* unknown protocols */
    counters->out_octets = base_read_be64(reader);
    counters->out_unicast = base_read_be32(reader);
    base_read_skip(reader, 8);
    counters->out_discards = base_read_be32(reader);
    counters->out_errors = base_read_be32(reader);
    base_read_skip(reader, 4); /* promiscuous mode */
    return true;
}

static bool decode_openflow_port(struct base_reader *reader, struct sflow_sample *sample)
{
    struct sflow_counters *counters = &sample->counters;
    if (counters->has_openflow) {
        return false;
    }
    counters->has_openflow = true;
    counters->dpid = base_read_be64(reader);
    counters->port = base_read_be32(reader);
    return true;
}

/* By format; the enterprise of all is 0, sFlow.org. */
static const struct record_type flow_records[] = {
    {1, "raw packet header", 16, decode_raw_header},
    {1001, "extended switch", 16, decode_switch},
};
static const struct record_type counter_records[] = {
    {1, "generic interface", 88, decode_interface},
    {1004, "OpenFlow port", 12, decode_openflow_port},
};

static const struct record_type *find_record_type(const struct sample_type *type, uint32_t format)
{
    for (size_t i = 0; i < type->n_records; i++) {
        if (type->records[i].type == format) {
            return &type->records[i];
        }
    }
    return NULL;
}

/* -1: it is broken, and nothing of it was kept. */
static int decode_record(const struct sample_type *type, struct base_reader *reader,
                         uint32_t number, struct sflow_sample *sample, struct base_error *error)
{
    uint32_t format = base_read_be32(reader);
    uint32_t n_bytes = base_read_be32(reader);
    struct base_reader body = read_opaque(reader, n_bytes);
    if (body.failed) {
        return base_fail(error, "record %u: cut short", number);
    }
    const struct record_type *record = find_record_type(type, format);
    bool fits = !record || n_bytes >= record->min_bytes;
    bool used = record && fits && record->decode(&body, sample);
    if (!fits || body.failed) {
        return base_fail(error, "record %u (%s): cut short", number, record->name);
    }
    sample->n_skipped += !used;
    return 0;
}

/* Samples */

static const struct sample_type sample_types[] = {
    {1, "flow", SFLOW_FLOW, false, flow_records, N_OF(flow_records)},
    {2, "counters", SFLOW_COUNTERS, false, counter_records, N_OF(counter_records)},
    {3, "expanded flow", SFLOW_FLOW, true, flow_records, N_OF(flow_records)},
    {4, "expanded counters", SFLOW_COUNTERS, true, counter_records, N_OF(counter_records)},
};

static const struct sample_type *find_sample_type(uint32_t type)
{
    for (size_t i = 0; i < N_OF(sample_types); i++) {
        if (sample_types[i].type == type) {
            return &sample_types[i];
        }
    }
    return NULL;
}

static struct sflow_port read_port(struct base_reader *reader, bool expanded)
{
    uint32_t format, value = base_read_be32(reader);
    if (expanded) {
        format = value;
        value = base_read_be32(reader);
    } else {
        format = value >> FORMAT_SHIFT;
        value &= SFLOW_IFINDEX_MAX;
    }
    switch (format) {
    case 0:
        if (value != 0 && value != SFLOW_IFINDEX_MAX) {
            return (struct sflow_port){SFLOW_PORT_ONE, value};
        }
        return (struct sflow_port){SFLOW_PORT_UNKNOWN, 0};
    case 1:
        return (struct sflow_port){SFLOW_PORT_DISCARDED, value};
    case 2:
        return (struct sflow_port){SFLOW_PORT_SEVERAL, value};
    default:
        return (struct sflow_port){SFLOW_PORT_UNKNOWN, 0};
    }
}

static void read_source(struct base_reader *reader, bool expanded, struct sflow_sample *sample)
{
    uint32_t first = base_read_be32(reader);
    sample->source_class = expanded ? first : first >> CLASS_SHIFT;
    sample->source_index = expanded ? base_read_be32(reader) : first & ((1u << CLASS_SHIFT) - 1);
}

/* What is in front of the records; their number, or -1. */
static int64_t decode_head(const struct sample_type *type, struct base_reader *reader,
                           struct sflow_sample *sample, struct base_error *error)
{
    struct sflow_flow *flow = &sample->flow;
    sample->sequence = base_read_be32(reader);
    read_source(reader, type->expanded, sample);
    if (type->kind == SFLOW_FLOW) {
        flow->sampling_rate = base_read_be32(reader);
        flow->sample_pool = base_read_be32(reader);
        flow->drops = base_read_be32(reader);
        flow->input = read_port(reader, type->expanded);
        flow->output = read_port(reader, type->expanded);
    }
    uint32_t n_records = base_read_be32(reader);
    if (reader->failed) {
        return base_fail(error, "cut short");
    }
    if (type->kind == SFLOW_FLOW && flow->sampling_rate == 0) {
        return base_fail(error, "sampling rate 0, expected at least 1");
    }
    return n_records;
}

static void decode_sample(const struct sample_type *type, struct base_reader *reader,
                          struct sflow_sample *sample, struct base_error *error)
{
    int64_t n_records = decode_head(type, reader, sample, error);
    sample->kind = n_records < 0 ? SFLOW_BROKEN : type->kind;
    for (uint32_t i = 0; i < n_records && !reader->failed; i++) {
        if (decode_record(type, reader, i + 1, sample, error)) {
            sample->n_broken++;
        }
    }
    size_t n_left = base_reader_left(reader);
    if (n_records >= 0 && !reader->failed && n_left > 0) {
        sample->n_broken++;
        base_fail(error, "%zu bytes behind the last record", n_left);
    }
}
