/* SPDX-License-Identifier: Apache-2.0
 *
 * What is a port called, and may a packet enter or leave by it. */
#include "model/port.h"

#include "base/token.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    uint16_t number;
    const char *name; /* ovs-ofctl's */
} reserved[] = {
    {PORT_IN_PORT, "IN_PORT"}, {PORT_TABLE, "TABLE"}, {PORT_NORMAL, "NORMAL"},
    {PORT_FLOOD, "FLOOD"},     {PORT_ALL, "ALL"},     {PORT_CONTROLLER, "CONTROLLER"},
    {PORT_LOCAL, "LOCAL"},     {PORT_NONE, "ANY"},    {PORT_NONE, "NONE"},
};
enum { N_RESERVED = sizeof reserved / sizeof *reserved };

const char *const port_config_names[N_PORT_CONFIG_BITS] = {
    "PORT_DOWN", "NO_STP", "NO_RECV", "NO_RECV_STP", "NO_FLOOD", "NO_FWD", "NO_PACKET_IN"};

const char *const port_counter_names[N_PORT_COUNTERS] = {
    "rx_packets", "tx_packets", "rx_bytes",        "tx_bytes",       "rx_dropped",    "tx_dropped",
    "rx_errors",  "tx_errors",  "rx_frame_errors", "rx_over_errors", "rx_crc_errors", "collisions"};

void port_format(uint16_t number, struct base_buffer *out)
{
    for (int i = 0; number > PORT_MAX && i < N_RESERVED; i++) {
        if (reserved[i].number == number) {
            base_put_text(out, reserved[i].name);
            return;
        }
    }
    base_put_decimal(out, number);
}

const char *port_text(uint16_t number, struct base_arena *arena)
{
    struct base_buffer text = {0};
    port_format(number, &text);
    return base_arena_take(arena, &text);
}

static int by_number(const void *key, const void *element)
{
    const struct port *port = element;
    return *(const uint16_t *)key - port->number;
}

const struct port *port_find(const struct port *ports, size_t n_ports, uint16_t number)
{
    return n_ports == 0 ? NULL : bsearch(&number, ports, n_ports, sizeof *ports, by_number);
}

/* `config`: the bit that keeps packets from going this way. */
static const char *why_closed(const struct port *ports, size_t n_ports, uint16_t number,
                              uint32_t config, const char *configured)
{
    if (number > PORT_MAX || n_ports == 0) {
        return NULL;
    }
    const struct port *port = port_find(ports, n_ports, number);
    if (!port) {
        return "is absent";
    }
    if (port->config & PORT_CONFIG_DOWN) {
        return "is switched off";
    }
    if (port->state & PORT_STATE_LINK_DOWN) {
        return "has no link";
    }
    return port->config & config ? configured : NULL;
}

const char *port_no_entry(const struct port *ports, size_t n_ports, uint16_t number)
{
    return why_closed(ports, n_ports, number, PORT_CONFIG_NO_RECV, "does not receive");
}

const char *port_no_exit(const struct port *ports, size_t n_ports, uint16_t number)
{
    return why_closed(ports, n_ports, number, PORT_CONFIG_NO_FWD, "does not send");
}

/* ovs-ofctl reads port numbers as decimal even with leading zeros. */
static struct word without_zeros(struct word word)
{
    while (word.n_chars > 1 && word.at[0] == '0' && (word.at[1] | 0x20) != 'x') {
        word.at++;
        word.n_chars--;
    }
    return word;
}

bool word_port(struct word word, uint16_t *number)
{
    uint64_t wide;
    bool is_number = word_number(without_zeros(word), UINT16_MAX, &wide);
    if (is_number && wide <= PORT_MAX) {
        *number = (uint16_t)wide;
        return true;
    }
    for (int i = 0; i < N_RESERVED; i++) {
        if (is_number ? reserved[i].number == wide : word_is_nocase(word, reserved[i].name)) {
            *number = reserved[i].number;
            return true;
        }
    }
    return false;
}

bool port_parse(const char *text, uint16_t *number)
{
    return word_port((struct word){text, strlen(text)}, number);
}
