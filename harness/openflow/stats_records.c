/* SPDX-License-Identifier: Apache-2.0
 *
 * The structs in the replies of stats.h; stats.c has the rest. */
#include "openflow/check.h"
#include "openflow/stats.h"

#define TEXT_BYTES(field) (sizeof(field) - 1)

int of_decode_desc(struct base_reader *body, struct of_desc *desc, struct base_error *error)
{
    of_read_text(body, desc->manufacturer, TEXT_BYTES(desc->manufacturer));
    of_read_text(body, desc->hardware, TEXT_BYTES(desc->hardware));
    of_read_text(body, desc->software, TEXT_BYTES(desc->software));
    of_read_text(body, desc->serial, TEXT_BYTES(desc->serial));
    of_read_text(body, desc->datapath, TEXT_BYTES(desc->datapath));
    return of_check_read(body, "description", error);
}

void of_encode_desc(struct base_buffer *out, const struct of_desc *desc)
{
    of_put_text(out, desc->manufacturer, TEXT_BYTES(desc->manufacturer));
    of_put_text(out, desc->hardware, TEXT_BYTES(desc->hardware));
    of_put_text(out, desc->software, TEXT_BYTES(desc->software));
    of_put_text(out, desc->serial, TEXT_BYTES(desc->serial));
    of_put_text(out, desc->datapath, TEXT_BYTES(desc->datapath));
}

int of_decode_aggregate(struct base_reader *body, struct of_aggregate *aggregate,
                        struct base_error *error)
{
    aggregate->n_packets = base_read_be64(body);
    aggregate->n_bytes = base_read_be64(body);
    aggregate->n_flows = base_read_be32(body);
    base_read_skip(body, 4);
    return of_check_read(body, "aggregate statistics", error);
}

void of_encode_aggregate(struct base_buffer *out, const struct of_aggregate *aggregate)
{
    base_put_be64(out, aggregate->n_packets);
    base_put_be64(out, aggregate->n_bytes);
    base_put_be32(out, aggregate->n_flows);
    base_put_be32(out, 0);
}

int of_decode_table_stats(struct base_reader *body, struct of_table_stats *table,
                          struct base_error *error)
{
    table->table_id = base_read_u8(body);
    base_read_skip(body, 3);
    of_read_text(body, table->name, TEXT_BYTES(table->name));
    table->wildcards = base_read_be32(body);
    table->max_entries = base_read_be32(body);
    table->n_active = base_read_be32(body);
    table->n_lookups = base_read_be64(body);
    table->n_matched = base_read_be64(body);
    return of_check_read(body, "table statistics", error);
}

void of_encode_table_stats(struct base_buffer *out, const struct of_table_stats *table)
{
    base_put_u8(out, table->table_id);
    (void)base_put_zeros(out, 3);
    of_put_text(out, table->name, TEXT_BYTES(table->name));
    base_put_be32(out, table->wildcards);
    base_put_be32(out, table->max_entries);
    base_put_be32(out, table->n_active);
    base_put_be64(out, table->n_lookups);
    base_put_be64(out, table->n_matched);
}

int of_decode_port_stats(struct base_reader *body, struct of_port_stats *stats,
                         struct base_error *error)
{
    struct port_counters *counters = &stats->counters;
    stats->port = base_read_be16(body);
    base_read_skip(body, 6);
    counters->rx_packets = base_read_be64(body);
    counters->tx_packets = base_read_be64(body);
    counters->rx_bytes = base_read_be64(body);
    counters->tx_bytes = base_read_be64(body);
    counters->rx_dropped = base_read_be64(body);
    counters->tx_dropped = base_read_be64(body);
    counters->rx_errors = base_read_be64(body);
    counters->tx_errors = base_read_be64(body);
    counters->rx_frame_errors = base_read_be64(body);
    counters->rx_over_errors = base_read_be64(body);
    counters->rx_crc_errors = base_read_be64(body);
    counters->collisions = base_read_be64(body);
    return of_check_read(body, "port statistics", error);
}

void of_encode_port_stats(struct base_buffer *out, const struct of_port_stats *stats)
{
    const struct port_counters *counters = &stats->counters;
    base_put_be16(out, stats->port);
    (void)base_put_zeros(out, 6);
    base_put_be64(out, counters->rx_packets);
    base_put_be64(out, counters->tx_packets);
    base_put_be64(out, counters->rx_bytes);
    base_put_be64(out, counters->tx_bytes);
    base_put_be64(out, counters->rx_dropped);
    base_put_be64(out, counters->tx_dropped);
    base_put_be64(out, counters->rx_errors);
    base_put_be64(out, counters->tx_errors);
    base_put_be64(out, counters->rx_frame_errors);
    base_put_be64(out, counters->rx_over_errors);
    base_put_be64(out, counters->rx_crc_errors);
    base_put_be64(out, counters->collisions);
}

/* A switch has tens of ports, rarely hundreds, and they come in any order. */
static struct port *find_port(struct switch_state *state, uint16_t number)
{
    for (size_t i = 0; i < state->n_ports; i++) {
        if (state->ports[i].number == number) {
            return &state->ports[i];
        }
    }
    return NULL;
}

int of_decode_port_counters(struct base_reader *body, struct switch_state *state,
                            struct base_error *error)
{
    while (base_reader_left(body) > 0) {
        struct of_port_stats stats;
        if (of_decode_port_stats(body, &stats, error)) {
            return -1;
        }
        struct port *port = find_port(state, stats.port);
        if (port) {
            port->counters = stats.counters;
            port->has_counters = true;
        }
    }
    return 0;
}

int of_decode_queue_stats(struct base_reader *body, struct of_queue_stats *queue,
                          struct base_error *error)
{
    queue->port = base_read_be16(body);
    base_read_skip(body, 2);
    queue->queue_id = base_read_be32(body);
    queue->tx_bytes = base_read_be64(body);
    queue->tx_packets = base_read_be64(body);
    queue->tx_errors = base_read_be64(body);
    return of_check_read(body, "queue statistics", error);
}

void of_encode_queue_stats(struct base_buffer *out, const struct of_queue_stats *queue)
{
    base_put_be16(out, queue->port);
    base_put_be16(out, 0);
    base_put_be32(out, queue->queue_id);
    base_put_be64(out, queue->tx_bytes);
    base_put_be64(out, queue->tx_packets);
    base_put_be64(out, queue->tx_errors);
}
