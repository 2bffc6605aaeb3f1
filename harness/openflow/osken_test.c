/* SPDX-License-Identifier: Apache-2.0
 *
 * The codec against os-ken, a controller framework in Python: it decodes what
 * we encode, and we decode what it encodes (osken_peer.py). Skipped where
 * os-ken is not installed. */
#include "testing/cmocka.h"

#include "model/port.h"
#include "ofctl/flow.h"
#include "testing/openflow_peer.h"
#include "testing/random_flow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { N_FLOWS = 2000, A_REPLY = 100 };

#define PYTHON "/usr/bin/python3"

static void put_match(const struct match *match, struct base_buffer *out)
{
    const struct header *value = &match->value, *mask = &match->mask;
    bool untagged = mask->vlan_tci == VLAN_TAGGED && !value->vlan_tci;
    const struct {
        const char *name;
        bool matched;
        unsigned value;
    } whole[] = {
        {"in_port", mask->in_port, value->in_port},
        {"dl_vlan", untagged || mask->vlan_tci & VLAN_VID,
         untagged ? 65535 : value->vlan_tci & VLAN_VID},
        {"dl_vlan_pcp", mask->vlan_tci & VLAN_PCP, value->vlan_tci >> VLAN_PCP_SHIFT},
        {"dl_type", mask->dl_type, value->dl_type},
        {"nw_tos", mask->nw_tos, value->nw_tos},
        {"nw_proto", mask->nw_proto, value->nw_proto},
        {"tp_src", mask->tp_src, value->tp_src},
        {"tp_dst", mask->tp_dst, value->tp_dst},
    };
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        if (whole[i].matched) {
            base_put_format(out, " %s=%u", whole[i].name, whole[i].value);
        }
    }
    for (int i = 0; i < 2; i++) {
        const uint8_t *address = i == 0 ? value->dl_src : value->dl_dst;
        if (i == 0 ? mask->dl_src[0] : mask->dl_dst[0]) {
            base_put_format(out, " dl_%s=%02x%02x%02x%02x%02x%02x", i == 0 ? "src" : "dst",
                            address[0], address[1], address[2], address[3], address[4], address[5]);
        }
    }
    for (int i = 0; i < 2; i++) {
        uint32_t bits = i == 0 ? mask->nw_src : mask->nw_dst;
        if (bits) {
            base_put_format(out, " nw_%s=%u/%d", i == 0 ? "src" : "dst",
                            i == 0 ? value->nw_src : value->nw_dst, __builtin_popcount(bits));
        }
    }
}

static void put_entry(const struct flow_entry *entry, struct base_buffer *out)
{
    base_put_format(out, "%u %u %u %u %u %u %" PRIu64 " %" PRIu64 " %" PRIu64 " %u",
                    entry->table_id, entry->duration_sec, entry->duration_nsec, entry->priority,
                    entry->idle_timeout, entry->hard_timeout, entry->cookie, entry->n_packets,
                    entry->n_bytes, entry->n_actions);
    put_match(&entry->match, out);
    base_put_text(out, "\n");
}

static void make(struct flow_table *table, struct base_buffer *replies)
{
    struct dice dice = {.state = 1001};
    for (size_t i = 0; i < N_FLOWS;) {
        size_t begin = peer_begin_stats(replies, 1, OFPST_FLOW, true);
        for (size_t end = i + A_REPLY; i < end; i++) {
            const struct flow_entry *entry = random_flow(&dice, table);
            assert_non_null(entry);
            peer_put_flow_stats(replies, entry);
        }
        of_end(replies, begin);
    }
}

static void run_peer(const char *how, const char *in, const char *out, struct base_buffer *lines)
{
    char command[512], piece[4096];
    snprintf(command, sizeof command, PYTHON " $(dirname " __FILE__ ")/osken_peer.py %s %s %s", how,
             in, out);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    for (size_t n; (n = fread(piece, 1, sizeof piece, pipe)) > 0;) {
        base_put_bytes(lines, piece, n);
    }
    assert_int_equal(pclose(pipe), 0);
}

static void write_temporary(char *path, const struct base_buffer *content)
{
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content->data, content->n_bytes), content->n_bytes);
    close(fd);
}

static void read_whole(const char *path, struct base_buffer *out)
{
    char piece[4096];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;) {
        base_put_bytes(out, piece, n);
    }
    fclose(file);
}

static void assert_same_mods(const struct base_buffer *mods, const struct flow_table *table)
{
    struct base_reader in = base_reader_over(mods->data, mods->n_bytes);
    struct base_arena arena = {0};
    for (size_t i = 0; i < table->n_entries; i++) {
        struct of_header header;
        struct of_flow_mod mod;
        struct base_reader body;
        size_t n_bytes;
        assert_int_equal(of_frame(in.at, base_reader_left(&in), &n_bytes, NULL), 0);
        assert_int_equal(of_open(base_read_bytes(&in, n_bytes), n_bytes, &header, &body, NULL), 0);
        assert_int_equal(peer_read_flow_mod(&body, &arena, &mod, NULL), 0);
        mod.entry.table_id = table->entries[i].table_id; /* FLOW_MOD of 1.0 has none */
        assert_true(flow_equal(&mod.entry, &table->entries[i]));
    }
    assert_int_equal(base_reader_left(&in), 0);
    base_arena_free(&arena);
}

static void need_os_ken(void)
{
    if (system(PYTHON " -c 'import os_ken.ofproto.ofproto_v1_0_parser' 2>/dev/null") != 0) {
        cannot_run("python3-os-ken is not installed");
    }
    if (access(__FILE__, R_OK) != 0) {
        cannot_run("osken_peer.py is not here: run it where the sources are");
    }
}

static void entries_read_and_written_by_os_ken(void **state)
{
    (void)state;
    need_os_ken();
    char replies_path[] = "/tmp/tapproof-replies-XXXXXX", mods_path[] = "/tmp/tapproof-mods-XXXXXX";
    struct base_buffer replies = {0}, lines = {0}, expected = {0}, mods = {0};
    struct flow_table table = {0};
    make(&table, &replies);
    for (size_t i = 0; i < table.n_entries; i++) {
        put_entry(&table.entries[i], &expected);
    }
    write_temporary(replies_path, &replies);
    write_temporary(mods_path, &mods);
    run_peer("", replies_path, mods_path, &lines);
    read_whole(mods_path, &mods);
    unlink(replies_path);
    unlink(mods_path);
    assert_string_equal(base_buffer_text(&lines), base_buffer_text(&expected));
    assert_same_mods(&mods, &table);
    flow_table_free(&table);
    base_buffer_free(&replies);
    base_buffer_free(&lines);
    base_buffer_free(&expected);
    base_buffer_free(&mods);
}

/* One FLOW_MOD of OpenFlow 1.3 for each of these: in turn all commands. */
static void make_mods(struct base_buffer *mods)
{
    static const char *const flows[] = {
        ("cookie=0x7461706400000003, hard_timeout=90, in_port=1 actions=output:2,push_vlan:0x8100,"
         "set_field:4126->vlan_vid,output:6"),
        "priority=100,in_port=LOCAL,dl_vlan=30 actions=pop_vlan,output:11",
        "in_port=1,vlan_tci=0x1000/0x1000 actions=drop",
        "in_port=2,ipv6,ipv6_dst=2001:db8::/32 actions=output:6",
        "in_port=2,tcp6,tp_dst=0x50/0xfff0 actions=output:6",
        "in_port=3,tcp,nw_src=10.0.0.1/255.0.0.255,tp_dst=0x400/0xfc00 actions=output:6,output:7",
        "in_port=4,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=group:7",
    };
    struct flow_table table = {0};
    for (size_t i = 0; i < sizeof flows / sizeof *flows; i++) {
        assert_int_equal(ofctl_parse_flow(flows[i], &table, NULL, NULL, NULL), 0);
        const struct of_flow_mod mod = {.command = (uint16_t)(i % (OFPFC_DELETE_STRICT + 1)),
                                        .flags = i % 2 ? 0 : OFPFF_SEND_FLOW_REM,
                                        .buffer_id = OFP_NO_BUFFER,
                                        .out_port = i == OFPFC_DELETE ? 9 : PORT_NONE,
                                        .entry = table.entries[i]};
        assert_int_equal(of_control(4)->put_flow_mod(mods, (uint32_t)i, &mod, NULL), 0);
    }
    flow_table_free(&table);
}

static void flow_mods_of_13_are_written_again_by_os_ken(void **state)
{
    (void)state;
    need_os_ken();
    char mods_path[] = "/tmp/tapproof-mods-XXXXXX", again_path[] = "/tmp/tapproof-again-XXXXXX";
    struct base_buffer mods = {0}, again = {0}, lines = {0};
    make_mods(&mods);
    write_temporary(mods_path, &mods);
    write_temporary(again_path, &again);
    run_peer("--again", mods_path, again_path, &lines);
    read_whole(again_path, &again);
    unlink(mods_path);
    unlink(again_path);
    assert_int_equal(mods.n_bytes, again.n_bytes);
    assert_memory_equal(mods.data, again.data, mods.n_bytes);
    base_buffer_free(&mods);
    base_buffer_free(&again);
    base_buffer_free(&lines);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(entries_read_and_written_by_os_ken),
    cmocka_unit_test(flow_mods_of_13_are_written_again_by_os_ken),
};
TEST_MAIN(tests)
