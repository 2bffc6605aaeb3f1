/* SPDX-License-Identifier: Apache-2.0
 *
 * How long decoding takes: replies to OFPST_FLOW of 100,000 entries with one
 * output each, in messages of up to 64 KiB as Open vSwitch sends them. Prints
 * the first round, in which the memory comes from the system, and the best of all.
 *
 *   codec_bench [ENTRIES [ROUNDS]] */
#include "testing/openflow_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { A_MESSAGE = 670 };

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void put_entry(struct base_buffer *out, unsigned i)
{
    struct action output = {.type = ACTION_OUTPUT, .port = (uint16_t)(i % 48 + 1)};
    struct flow_entry entry = {.actions = &output, .n_actions = 1, .priority = 100, .cookie = i};
    entry.match = match_in_port((uint16_t)(i % 40 + 1));
    entry.match.value.dl_type = entry.match.mask.dl_type = UINT16_MAX;
    entry.match.value.dl_type = DL_TYPE_IP;
    entry.match.value.nw_src = 0x0a000000u + i;
    entry.match.mask.nw_src = UINT32_MAX;
    peer_put_flow_stats(out, &entry);
}

static void make_replies(size_t n_entries, struct base_buffer *out)
{
    for (unsigned i = 0; i < n_entries;) {
        size_t begin = peer_begin_stats(out, 1, OFPST_FLOW, true);
        for (unsigned end = i + A_MESSAGE; i < end && i < n_entries; i++) {
            put_entry(out, i);
        }
        of_end(out, begin);
    }
}

static int decode_replies(const struct base_buffer *replies, struct flow_table *table,
                          struct base_error *error)
{
    struct base_reader in = base_reader_over(replies->data, replies->n_bytes);
    while (base_reader_left(&in) > 0) {
        struct of_header header;
        struct of_stats stats;
        struct base_reader body;
        size_t n_bytes;
        if (of_frame(in.at, base_reader_left(&in), &n_bytes, error) ||
            of_open(base_read_bytes(&in, n_bytes), n_bytes, &header, &body, error) ||
            of_open_stats(&body, &stats, error) ||
            of_decode_flow_stats(&body, table, SIZE_MAX, error)) {
            return -1;
        }
    }
    return 0;
}

static double round_ms(const struct base_buffer *replies, struct flow_table *table)
{
    struct base_error error = {""};
    double begin = now_ms();
    if (decode_replies(replies, table, &error)) {
        fprintf(stderr, "%s\n", error.text);
    }
    return now_ms() - begin;
}

static void report(const char *what, double best, size_t n_entries)
{
    printf("%-6s %7.2f ms  %6.1f ns an entry\n", what, best, best * 1e6 / (double)n_entries);
}

int main(int argc, char **argv)
{
    size_t n_entries = argc > 1 ? strtoull(argv[1], NULL, 0) : 100000;
    size_t n_rounds = argc > 2 ? strtoull(argv[2], NULL, 0) : 10;
    struct base_buffer replies = {0};
    double best = 1e9;
    make_replies(n_entries, &replies);
    for (size_t i = 0; i < n_rounds; i++) {
        struct flow_table table = {0};
        double ms = round_ms(&replies, &table);
        best = ms < best ? ms : best;
        if (i == 0) {
            report("first", ms, n_entries);
        }
        flow_table_free(&table);
    }
    report("best", best, n_entries);
    base_buffer_free(&replies);
    return 0;
}
