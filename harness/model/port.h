/* SPDX-License-Identifier: Apache-2.0
 *
 * A port of a switch (OpenFlow 1.0, section 5.2.1), and the reserved numbers. */
#ifndef MODEL_PORT_H
#define MODEL_PORT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/token.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PORT_MAX = 0xff00, /* the last number of a physical port */
    PORT_IN_PORT = 0xfff8,
    PORT_TABLE = 0xfff9,
    PORT_NORMAL = 0xfffa,
    PORT_FLOOD = 0xfffb,
    PORT_ALL = 0xfffc,
    PORT_CONTROLLER = 0xfffd,
    PORT_LOCAL = 0xfffe,
    PORT_NONE = 0xffff,
};

/* OFPPC_* */
enum {
    PORT_CONFIG_DOWN = 1 << 0,
    PORT_CONFIG_NO_STP = 1 << 1,
    PORT_CONFIG_NO_RECV = 1 << 2,
    PORT_CONFIG_NO_RECV_STP = 1 << 3,
    PORT_CONFIG_NO_FLOOD = 1 << 4,
    PORT_CONFIG_NO_FWD = 1 << 5,
    PORT_CONFIG_NO_PACKET_IN = 1 << 6,
};

enum { N_PORT_CONFIG_BITS = 7 };

/* OFPPS_*; the second and third in OpenFlow 1.3 only. */
enum { PORT_STATE_LINK_DOWN = 1 << 0, PORT_STATE_BLOCKED = 1 << 1, PORT_STATE_LIVE = 1 << 2 };

/* OFPST_PORT. UINT64_MAX: the switch does not count this. */
struct port_counters {
    uint64_t rx_packets, tx_packets;
    uint64_t rx_bytes, tx_bytes;
    uint64_t rx_dropped, tx_dropped;
    uint64_t rx_errors, tx_errors;
    uint64_t rx_frame_errors, rx_over_errors, rx_crc_errors;
    uint64_t collisions;
};
enum { N_PORT_COUNTERS = sizeof(struct port_counters) / sizeof(uint64_t) };

struct port {
    uint16_t number;
    uint8_t dl_addr[6];
    char name[17]; /* zero-terminated here, whatever the switch sent */
    uint32_t config;
    uint32_t state;
    uint32_t curr, advertised, supported, peer; /* OFPPF_* */
    bool has_counters;
    bool flood_untold; /* whether FLOOD leaves it out: OpenFlow 1.3 does not tell NO_FLOOD */
    struct port_counters counters;
};

/* Bit by bit of `config`, as ovs-ofctl has them: "PORT_DOWN"; and counter by counter in the order
 * of the structure, which is that of the wire: "rx_packets". */
extern const char *const port_config_names[N_PORT_CONFIG_BITS];
extern const char *const port_counter_names[N_PORT_COUNTERS];

/* NULL if the list, ascending by number, has no such port. */
const struct port *port_find(const struct port *ports, size_t n_ports, uint16_t number);

/* Why no packet enters a switch with these ports by this one, or leaves by it: "is absent", "is
 * switched off" (PORT_DOWN), "has no link", "does not receive" (NO_RECV), "does not send" (NO_FWD).
 * NULL: packets pass. What is not known is not held against a port: with an empty list, and by
 * reserved ports (above PORT_MAX), they pass. OpenFlow 1.0, section 5.2.1; the same for every
 * output that ends at the port: by number, FLOOD, ALL, IN_PORT, enqueue. */
const char *port_no_entry(const struct port *ports, size_t n_ports, uint16_t number);
const char *port_no_exit(const struct port *ports, size_t n_ports, uint16_t number);

/* "3", "LOCAL", "CONTROLLER": as ovs-ofctl names ports. */
void port_format(uint16_t number, struct base_buffer *out);

/* The same as a text in the arena; NULL without memory. */
const char *port_text(uint16_t number, struct base_arena *arena);

/* A number up to PORT_MAX, 0x…, or a reserved name in either case; 65534 and
 * the like for reserved ones too. False: not a port. */
bool port_parse(const char *text, uint16_t *number);

/* The same for a word of a line. */
bool word_port(struct word word, uint16_t *number);

#endif
