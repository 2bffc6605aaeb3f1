/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a switch answer whose behaviour a test sets? */
#include "testing/fake_switch.h"

#include "base/reader.h"
#include "testing/failing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEADER_BYTES = 8,
    MAX_FLOWS_A_PART = 500,
    TABLE_AT = 2,     /* of a record of FLOW */
    N_TABLES_AT = 12, /* of the body of FEATURES */
    AUXILIARY_AT = 13,
    FEATURES_BYTES_13 = 24,
    VERSION_13 = 4,
};

/* What Open vSwitch 3.1 sent. The features begin behind the datapath id. */
static const char FEATURES[] = "00000000fe000000000000c700000fff";
/* br1 (LOCAL) and p1 */
static const char PORTS[] = "fffe9e8b24d55c40"
                            "62723100000000000000000000000000"
                            "000000000000000000000000000000000000000000000000"
                            "0001aa55aa550101"
                            "70310000000000000000000000000000"
                            "000000000000000000000000000000000000000000000000";
/* cookie=0x1234, idle_timeout=30, hard_timeout=600, priority=100,
 * tcp,in_port=1,nw_dst=10.0.0.0/8,tp_dst=80, actions=output:2 */
static const char FLOW[] = "00600000"                                 /* length, table */
                           "0036204e0001000000000000000000000000"     /* wildcards ... dl_dst */
                           "0000000008000006000000000000"             /* dl_vlan ... nw_src */
                           "0a00000000000050"                         /* nw_dst, ports */
                           "00000000068e77800064001e0258000000000000" /* times, priority */
                           "0000000000001234"                         /* cookie */
                           "00000000000000000000000000000000"         /* packets, bytes */
                           "0000000800020000";

/* p1 and the same entry in OpenFlow 1.3. */
static const char PORTS_13[] = "0000000100000000aa55aa5501010000"
                               "70310000000000000000000000000000"
                               "00000000000000040000000000000000"
                               "00000000000000000000000000000000";
static const char FLOW_13[] = "0078000000000000068e7780"         /* length, table, duration */
                              "0064001e0258000000000000"         /* priority, times, flags */
                              "0000000000001234"                 /* cookie */
                              "00000000000000000000000000000000" /* packets, bytes */
                              "000100298000000400000001"         /* match: in_port */
                              "80000a020800800019080a000000ff000000"
                              "800014010680001c02005000000000000000" /* ports; filled up */
                              "00040018000000000000001000000002"     /* apply: output */
                              "0000000000000000";

/* group_id=1,type=all,bucket=actions=output:2 */
static const char GROUP_13[] = "0028000000000001"
                               "00200000ffffffffffffffff00000000"
                               "0000001000000002ffff000000000000";
/* meter=1 kbps bands=type=drop rate=1000 */
static const char METER_13[] = "0018000100000001"
                               "00010010000003e80000000000000000";

/* Seven packets came to it, and the band took two. */
static const char METER_STATS_13[] = "00000001003800000000000000000001"
                                     "00000000000000070000000000000800"
                                     "0000000500000000"
                                     "00000000000000020000000000000200";

/* OpenFlow 1.3 has GROUP_MOD in front of PORT_MOD, and TABLE_MOD behind it. */
enum { FIRST_RENUMBERED = FAKE_STATS_REQUEST, RENUMBERED_BY = 2 };

static void put_hex(struct base_buffer *out, const char *hex)
{
    for (; hex[0] && hex[1]; hex += 2) {
        char digits[3] = {hex[0], hex[1], '\0'};
        base_put_u8(out, (uint8_t)strtoul(digits, NULL, 16));
    }
}

void fake_switch_put(struct fake_switch *fake, uint8_t type, uint32_t xid, const void *body,
                     size_t n_body)
{
    bool moved = fake->speaks == VERSION_13 && type >= FIRST_RENUMBERED;
    base_put_u8(&fake->out, fake->speaks ? fake->speaks : 1);
    base_put_u8(&fake->out, moved ? (uint8_t)(type + RENUMBERED_BY) : type);
    base_put_be16(&fake->out, (uint16_t)(HEADER_BYTES + n_body));
    base_put_be32(&fake->out, xid);
    base_put_bytes(&fake->out, body, n_body);
}

static void put_stats(struct fake_switch *fake, uint32_t xid, uint16_t kind, bool more,
                      const struct base_buffer *records)
{
    struct base_buffer body = {0};
    base_put_be16(&body, kind);
    base_put_be16(&body, more);
    base_put_zeros(&body, fake->speaks == VERSION_13 ? 4 : 0);
    base_put_bytes(&body, records->data, records->n_bytes);
    fake_switch_put(fake, FAKE_STATS_REPLY, xid, body.data, body.n_bytes);
    base_buffer_free(&body);
}

void fake_switch_put_flows(struct fake_switch *fake, uint32_t xid, size_t n, bool more)
{
    struct base_buffer records = {0};
    bool is_13 = fake->speaks == VERSION_13;
    for (size_t i = 0; i < n; i++) {
        put_hex(&records, is_13 ? FLOW_13 : FLOW);
        size_t begin = records.n_bytes - (is_13 ? FAKE_FLOW_BYTES_13 : FAKE_FLOW_BYTES);
        records.data[begin + TABLE_AT] = fake->table;
    }
    put_stats(fake, xid, FAKE_FLOW, more, &records);
    base_buffer_free(&records);
}

static void answer_flows(struct fake_switch *fake, uint32_t xid)
{
    size_t a_part = fake->flows_a_part ? fake->flows_a_part : MAX_FLOWS_A_PART;
    size_t n_left = fake->n_flows;
    for (; n_left > a_part; n_left -= a_part) {
        fake_switch_put_flows(fake, xid, a_part, true);
    }
    fake_switch_put_flows(fake, xid, n_left, false);
    fake->n_flows += fake->grows;
}

static void answer_aggregate(struct fake_switch *fake, uint32_t xid)
{
    struct base_buffer record = {0};
    bool wrong = fake->n_wrong_counts > 0 && fake->n_wrong_counts--;
    base_put_be64(&record, 0);
    base_put_be64(&record, 0);
    base_put_be32(&record, (uint32_t)fake->n_flows + wrong);
    base_put_be32(&record, 0);
    put_stats(fake, xid, FAKE_AGGREGATE, false, &record);
    base_buffer_free(&record);
}

/* Of port 1 only; rx_packets is 7 and everything else is not counted. */
static void answer_ports(struct fake_switch *fake, uint32_t xid)
{
    struct base_buffer record = {0};
    bool is_13 = fake->speaks == VERSION_13;
    base_put_zeros(&record, is_13 ? 2 : 0);
    base_put_be16(&record, 1);
    base_put_zeros(&record, is_13 ? 4 : 6);
    base_put_be64(&record, 7);
    for (size_t i = 0; i < 11; i++) {
        base_put_be64(&record, UINT64_MAX);
    }
    base_put_zeros(&record, is_13 ? 8 : 0); /* how long it has been there */
    put_stats(fake, xid, FAKE_PORT, false, &record);
    base_buffer_free(&record);
}

void fake_switch_put_port(const struct fake_switch *fake, uint16_t number, struct base_buffer *out)
{
    enum { HEAD = 6 + 16, TAIL = 4 * 4, HEAD_13 = 4 + 6 + 2 + 16, TAIL_13 = 6 * 4 };
    static const uint8_t zeros[HEAD_13] = {0};
    bool is_13 = fake->speaks == VERSION_13;
    if (is_13) {
        base_put_be16(out, 0);
    }
    base_put_be16(out, number);
    base_put_bytes(out, zeros, is_13 ? HEAD_13 : HEAD);
    base_put_be32(out, 0); /* config */
    base_put_be32(out, (uint32_t)(fake->no_link >> number & 1));
    base_put_bytes(out, zeros, is_13 ? TAIL_13 : TAIL);
}

static void put_ports(const struct fake_switch *fake, const char *without, struct base_buffer *out)
{
    if (fake->n_ports == 0) {
        put_hex(out, without);
    }
    for (uint16_t number = 1; number <= fake->n_ports; number++) {
        fake_switch_put_port(fake, number, out);
    }
}

static void answer_features(struct fake_switch *fake, uint32_t xid)
{
    struct base_buffer body = {0};
    base_put_be64(&body, fake->dpid);
    put_hex(&body, FEATURES);
    body.data[N_TABLES_AT] = fake->table ? 1 : body.data[N_TABLES_AT];
    if (fake->speaks == VERSION_13) {
        body.n_bytes = FEATURES_BYTES_13;
        body.data[AUXILIARY_AT] = fake->auxiliary;
    } else {
        put_ports(fake, PORTS, &body);
    }
    fake_switch_put(fake, FAKE_FEATURES_REPLY, xid, body.data, body.n_bytes);
    base_buffer_free(&body);
}

/* What only OpenFlow 1.3 has. */
static void answer_kind_13(struct fake_switch *fake, uint32_t xid, uint16_t kind)
{
    struct base_buffer records = {0};
    if (kind == FAKE_PORT_DESC) {
        put_ports(fake, PORTS_13, &records);
    } else if (fake->has_groups) {
        put_hex(&records, kind == FAKE_GROUP_DESC ? GROUP_13
                          : kind == FAKE_METER    ? METER_STATS_13
                                                  : METER_13);
    }
    put_stats(fake, xid, kind, false, &records);
    base_buffer_free(&records);
}

void fake_switch_answer(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_STATS_REQUEST && kind < 32 && fake->no_stats & 1u << kind) {
        fake_switch_put(fake, FAKE_ERROR, xid, "\0\1\0\2", 4); /* BAD_REQUEST, BAD_STAT */
    } else if (type == FAKE_BARRIER_REQUEST && fake->no_barrier) {
        fake_switch_put(fake, FAKE_ERROR, xid, "\0\1\0\1", 4); /* BAD_REQUEST, BAD_TYPE */
    } else if (type == FAKE_ECHO_REQUEST) {
        if (!fake->no_echo) {
            fake_switch_put(fake, FAKE_ECHO_REPLY, xid, NULL, 0);
        }
    } else if (type == FAKE_FEATURES_REQUEST) {
        answer_features(fake, xid);
    } else if (type == FAKE_BARRIER_REQUEST) {
        fake_switch_put(fake, FAKE_BARRIER_REPLY, xid, NULL, 0);
    } else if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        answer_flows(fake, xid);
    } else if (type == FAKE_STATS_REQUEST && kind == FAKE_AGGREGATE) {
        answer_aggregate(fake, xid);
    } else if (type == FAKE_STATS_REQUEST && kind == FAKE_PORT) {
        answer_ports(fake, xid);
    } else if (type == FAKE_STATS_REQUEST && fake->speaks == VERSION_13) {
        answer_kind_13(fake, xid, kind);
    } else if (type == FAKE_STATS_REQUEST) { /* NXST_FLOW: BAD_REQUEST, BAD_VENDOR */
        fake_switch_put(fake, FAKE_ERROR, xid, "\0\1\0\3", 4);
    }
}

/* Sends fake->out, in pieces if so asked. */
static void send_out(struct fake_switch *fake)
{
    struct base_reader rest = base_reader_over(fake->out.data, fake->out.n_bytes);
    while (!fake->closing && base_reader_left(&rest) > 0) {
        size_t n = base_reader_left(&rest);
        if (fake->piece_bytes && n > fake->piece_bytes) {
            n = fake->piece_bytes;
        }
        if (fake->close_after && n > fake->close_after - fake->n_sent) {
            n = fake->close_after - fake->n_sent;
        }
        ssize_t n_sent = send(fake->fd, rest.at, n, MSG_NOSIGNAL);
        fake->closing = n_sent <= 0;
        base_read_skip(&rest, n_sent > 0 ? (size_t)n_sent : 0);
        fake->n_sent += n_sent > 0 ? (size_t)n_sent : 0;
        fake->closing |= fake->close_after && fake->n_sent >= fake->close_after;
    }
    fake->out.n_bytes = 0;
}

static bool receive(int fd, void *bytes, size_t n_bytes)
{
    return n_bytes == 0 || recv(fd, bytes, n_bytes, MSG_WAITALL) == (ssize_t)n_bytes;
}

static void put_hello(struct fake_switch *fake)
{
    uint8_t rest[64] = {0};
    size_t n_hello = fake->hello_bytes  ? fake->hello_bytes
                     : fake->hello_list ? HEADER_BYTES + 8
                                        : HEADER_BYTES;
    if (fake->hello_list) { /* OFPHET_VERSIONBITMAP */
        memcpy(rest, (const uint8_t[]){0, 1, 0, 8, 0, 0, 0, fake->hello_list}, 8);
    }
    uint8_t highest = fake->version ? fake->version : 1;
    size_t begin = fake->out.n_bytes;
    fake_switch_put(fake, FAKE_HELLO, 0, rest, n_hello - HEADER_BYTES);
    fake->out.data[begin] = fake->hello_version ? fake->hello_version : highest;
}

/* "1.16 +4 00010000": version, type, transaction id from that of FEATURES_REQUEST on, body; "1.05
 * 6964": asked who it is. When and how often that is asked, or ECHO, is a matter of time, and so
 * are the ids behind it. */
static void note(struct fake_switch *fake, uint8_t version, uint8_t type, uint32_t xid,
                 const uint8_t *body, size_t n_body)
{
    bool is_who = type == FAKE_FEATURES_REQUEST && xid >> 16;
    if (!fake->heard || type == FAKE_ECHO_REQUEST || (is_who && fake->first_xid >> 16)) {
        return;
    }
    fake->first_xid = type == FAKE_FEATURES_REQUEST ? xid : fake->first_xid;
    base_put_format(fake->heard, "%u.%02u", version, type);
    if (is_who) {
        base_put_format(fake->heard, " %04x", xid >> 16);
    } else if (type == FAKE_FEATURES_REQUEST || type == FAKE_STATS_REQUEST ||
               type == FAKE_BARRIER_REQUEST) {
        base_put_format(fake->heard, " +%u", xid - fake->first_xid);
    }
    for (size_t i = 0; i < n_body; i++) {
        base_put_format(fake->heard, "%s%02x", i ? "" : " ", body[i]);
    }
    base_put_text(fake->heard, "\n");
}

/* One request in, its answer out; false at the end of the connection. */
static bool serve_request(struct fake_switch *fake)
{
    static _Thread_local uint8_t bytes[65536];
    ssize_t n_read = fake->one_a_read ? recv(fake->fd, bytes, sizeof bytes, 0)
                                      : recv(fake->fd, bytes, HEADER_BYTES, MSG_WAITALL);
    if (n_read < HEADER_BYTES) {
        return false;
    }
    struct base_reader in = base_reader_over(bytes, sizeof bytes);
    uint8_t version = base_read_u8(&in), type = base_read_u8(&in);
    type -= version == VERSION_13 && type >= FIRST_RENUMBERED + RENUMBERED_BY ? RENUMBERED_BY : 0;
    size_t n_body = (size_t)base_read_be16(&in) - HEADER_BYTES;
    uint32_t xid = base_read_be32(&in);
    size_t n_missing =
        HEADER_BYTES + n_body -
        ((size_t)n_read < HEADER_BYTES + n_body ? (size_t)n_read : HEADER_BYTES + n_body);
    if (n_body > sizeof bytes - HEADER_BYTES ||
        !receive(fake->fd, bytes + HEADER_BYTES + n_body - n_missing, n_missing)) {
        return false;
    }
    note(fake, version, type, xid, bytes + HEADER_BYTES, n_body);
    fake->types_seen |= 1u << (type & 31);
    if (type == FAKE_ECHO_REPLY) {
        snprintf(fake->echoed, sizeof fake->echoed, "%.*s", (int)n_body,
                 (const char *)bytes + HEADER_BYTES);
    }
    if (type == FAKE_HELLO) {
        fake->speaks = version < fake->version ? version : fake->version;
        if (fake->hears_first) {
            put_hello(fake);
        }
    }
    (fake->answer ? fake->answer : fake_switch_answer)(fake, type, xid, base_read_be16(&in));
    bool last = type == FAKE_BARRIER_REQUEST;
    fake->n_dumps += last;
    if (!fake->holds || last) {
        send_out(fake);
    }
    if (last && fake->after_dump) {
        sem_post(fake->after_dump);
    }
    return !fake->closing && !(last && fake->hangs_up);
}

static void serve(struct fake_switch *fake)
{
    setsockopt(fake->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    uint8_t byte;
    fake->n_connections++;
    fake->n_sent = 0;
    fake->closing = false;
    fake->speaks = 0;
    fake->first_xid = 0;
    if (fake->heard) {
        base_put_text(fake->heard, "connected\n");
    }
    if (fake->banner) {
        base_put_text(&fake->out, fake->banner);
    } else if (!fake->mute && !fake->hears_first) {
        put_hello(fake);
    }
    if (!fake->holds) {
        send_out(fake);
    }
    if (fake->banner || fake->mute) {
        while (receive(fake->fd, &byte, 1)) {
        }
    } else {
        while (!fake->closing && serve_request(fake)) {
        }
    }
    close(fake->fd);
}

static void *listen_loop(void *arg)
{
    struct fake_switch *fake = arg;
    failing_leave_out_thread();
    while ((fake->fd = accept(fake->listen_fd, NULL, NULL)) >= 0) {
        serve(fake);
    }
    return NULL;
}

static void *dial_loop(void *arg)
{
    struct fake_switch *fake = arg;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(fake->dial_port)};
    failing_leave_out_thread();
    if (fake->before_dial) {
        sem_wait(fake->before_dial);
    }
    fake->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fake->fd, (struct sockaddr *)&address, sizeof address) == 0) {
        if (fake->after_dial) {
            sem_post(fake->after_dial);
        }
        serve(fake);
    } else {
        close(fake->fd);
    }
    fake->is_over = true;
    return NULL;
}

static bool listen_at_any_port(struct fake_switch *fake)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    fake->listen_fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fake->listen_fd, (struct sockaddr *)&address, sizeof address) ||
        getsockname(fake->listen_fd, (struct sockaddr *)&address, &(socklen_t){sizeof address})) {
        return false;
    }
    fake->port = ntohs(address.sin_port);
    snprintf(fake->endpoint, sizeof fake->endpoint, "tcp:127.0.0.1:%u", fake->port);
    return true;
}

bool fake_switch_start(struct fake_switch *fake)
{
    fake->listen_fd = -1;
    if (fake->dial_port) {
        return pthread_create(&fake->thread, NULL, dial_loop, fake) == 0;
    }
    if (fake->twin) {
        fake->listen_fd = dup(fake->twin->listen_fd);
        return pthread_create(&fake->thread, NULL, listen_loop, fake) == 0;
    }
    return listen_at_any_port(fake) && listen(fake->listen_fd, 8) == 0 &&
           pthread_create(&fake->thread, NULL, listen_loop, fake) == 0;
}

void fake_switch_stop(struct fake_switch *fake)
{
    if (fake->listen_fd >= 0) {
        shutdown(fake->listen_fd, SHUT_RDWR);
    }
    pthread_join(fake->thread, NULL);
    if (fake->listen_fd >= 0) {
        close(fake->listen_fd);
    }
    base_buffer_free(&fake->out);
}
