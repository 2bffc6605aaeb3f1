/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes of many kinds, with a byte in turn changed, and cut behind one: what the header of
 * such a frame is, whether it is known again, and in which words it differs. All that is said
 * stands in every_byte.txt, which
 *
 *   WRITE=1 build/harness/frame/every_byte_test
 *
 * writes anew: look at what git says of it. */
#include "frame/difference.h"
#include "frame/parse.h"
#include "frame/probe.h"
#include "frame/rewrite.h"
#include "ofctl/match.h"
#include "testing/cmocka.h"
#include "testing/whole.h"

static const struct frame_run run = {.nonce = 77, .key = {4, 5, 6}};
static const struct frame_mark mark = {.number = 7, .round = 2, .kind = FRAME_PROBE};

static const struct {
    const char *sent, *as;
    struct frame_shape shape;
} rows[] = {
    {"dl_type=0x88b5", "dl_vlan=5,dl_vlan_pcp=3,dl_type=0x88b5", {0}},
    {"dl_vlan=7,dl_vlan_pcp=2,tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_tos=8,tp_src=1,tp_dst=80",
     "tcp,nw_src=10.0.0.9,nw_dst=10.0.0.8,nw_tos=16,tp_src=2,tp_dst=81",
     {.tcp_flags = 2}},
    {"udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=5,tp_dst=53",
     "dl_vlan=9,udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=5,tp_dst=54",
     {.n_bytes = 120}},
    {"udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=0,tp_dst=0",
     "udp,nw_src=10.0.0.3,nw_dst=10.0.0.2,tp_src=0,tp_dst=0",
     {.fragment = FRAME_FIRST_FRAGMENT}},
    {"udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=0,tp_dst=0",
     "udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=9,tp_dst=0",
     {.fragment = FRAME_FIRST_FRAGMENT}},
    {"udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=0,tp_dst=0",
     "udp,nw_src=10.0.0.3,nw_dst=10.0.0.2,tp_src=0,tp_dst=0",
     {.fragment = FRAME_LATER_FRAGMENT}},
    {"icmp,nw_src=10.0.0.1,nw_dst=10.0.0.2,icmp_type=8,icmp_code=0",
     "icmp,nw_src=10.0.0.1,nw_dst=10.0.0.7,icmp_type=8,icmp_code=0",
     {0}},
    {"ip,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_proto=89,nw_tos=4",
     "ip,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_proto=89,nw_tos=0",
     {0}},
    {"sctp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=3,tp_dst=4",
     "sctp,nw_src=10.0.0.5,nw_dst=10.0.0.2,tp_src=3,tp_dst=9",
     {0}},
    {"arp,nw_src=10.0.0.1,nw_dst=10.0.0.2,arp_op=1",
     "arp,nw_src=10.0.0.1,nw_dst=10.0.0.2,arp_op=1",
     {0}},
    {"tcp6,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2,tp_src=1,tp_dst=80",
     "tcp6,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::3,tp_src=1,tp_dst=81",
     {0}},
    {"udp6,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2,tp_src=1,tp_dst=80",
     "dl_vlan=2,udp6,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2,tp_src=7,tp_dst=80",
     {.n_bytes = 130}},
    {"icmp6,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2,icmp_type=128,icmp_code=0",
     "icmp6,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2,icmp_type=128,icmp_code=0",
     {0}},
};

static struct header header_of(const char *text)
{
    struct base_error error;
    struct match match;
    if (ofctl_parse_match(text, &match, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
    struct header header = match.value;
    memcpy(header.dl_src, "\2\0\0\0\0\1", 6);
    memcpy(header.dl_dst, "\2\0\0\0\0\2", 6);
    return header;
}

/* What is said of a frame, where another was expected. */
static void put_frame(struct base_buffer *out, const struct base_buffer *expected,
                      const uint8_t *bytes, size_t n_bytes)
{
    static const char *const sights[] = {"foreign", "other run", "marked", "quoted", "displaced"};
    struct header header = {0};
    struct frame_mark found = {0};
    enum frame_sight sight = frame_recognize(&run, bytes, n_bytes, &found);
    base_put_format(out, "%s", sights[sight]);
    if (sight >= FRAME_MARKED) {
        base_put_format(out, " %u.%u.%u", found.number, found.round, found.kind);
    }
    base_put_text(out, "; ");
    base_put_text(out, frame_difference(expected->data, expected->n_bytes, bytes, n_bytes, out)
                           ? "; "
                           : "the same; ");
    struct header own = {0};
    bool is_frame = frame_parse(bytes, n_bytes, 1, &header);
    if (is_frame && frame_parse(expected->data, expected->n_bytes, 1, &own) &&
        memcmp(&own, &header, sizeof own) == 0) {
        base_put_text(out, "its own header");
    } else if (is_frame) {
        ofctl_format_header(&header, out);
    } else {
        base_put_text(out, "no frame");
    }
}

/* One line for all that are alike in succession. */
struct lines {
    struct base_buffer *out, last;
    const char *what;
    size_t first, last_at, n;
};

static void end_lines(struct lines *lines)
{
    if (lines->n > 0) {
        base_put_format(lines->out, "%s %zu", lines->what, lines->first);
        if (lines->n > 1) {
            base_put_format(lines->out, " to %zu", lines->last_at);
        }
        base_put_format(lines->out, ": %s\n", base_buffer_text(&lines->last));
    }
    base_buffer_free(&lines->last);
    lines->n = 0;
}

static void put_line(struct lines *lines, size_t at, struct base_buffer *text)
{
    if (lines->n == 0 || strcmp(base_buffer_text(&lines->last), base_buffer_text(text)) != 0) {
        end_lines(lines);
        lines->last = *text;
        lines->first = at;
        *text = (struct base_buffer){0};
    }
    lines->n++;
    lines->last_at = at;
    base_buffer_free(text);
}

/* The length that IP says is that of the frame. */
static void say_length(uint8_t *bytes, size_t n_bytes)
{
    size_t ip = bytes[12] == 0x81 && bytes[13] == 0 ? 18 : 14;
    bool is_ipv6 = bytes[ip] >> 4 == 6;
    size_t length = n_bytes - ip - (is_ipv6 ? 40 : 0);
    bytes[ip + (is_ipv6 ? 4 : 2)] = (uint8_t)(length >> 8);
    bytes[ip + (is_ipv6 ? 5 : 3)] = (uint8_t)length;
}

/* Headers that are just whole, or just not. */
static void put_short(struct base_buffer *out, const struct base_buffer *frame,
                      const struct header *header)
{
    struct lines lines = {.out = out, .what = "of no more than"};
    for (size_t i = header->dl_type == DL_TYPE_IPV6 ? 58 : 38;
         header_has_ip(header) && i < frame->n_bytes - 24; i++) {
        struct base_buffer text = {0};
        uint8_t *cut = malloc(i);
        memcpy(cut, frame->data, i);
        say_length(cut, i);
        put_frame(&text, frame, cut, i);
        put_line(&lines, i, &text);
        free(cut);
    }
    end_lines(&lines);
}

static void put_changes(struct base_buffer *out, const struct base_buffer *frame)
{
    struct lines lines = {.out = out, .what = "byte"};
    uint8_t *bytes = malloc(frame->n_bytes + 4);
    for (size_t i = 0; i < frame->n_bytes; i += i < 60 ? 1 : 7) { /* few of what fills it */
        struct base_buffer text = {0};
        memcpy(bytes, frame->data, frame->n_bytes);
        bytes[i] ^= i % 2 ? 0x10 : 0x01;
        put_frame(&text, frame, bytes, frame->n_bytes);
        put_line(&lines, i, &text);
    }
    end_lines(&lines);
    lines.what = "cut to";
    memcpy(bytes, frame->data, frame->n_bytes);
    memset(bytes + frame->n_bytes, 0, 4);
    for (size_t i = 0; i <= frame->n_bytes + 4; i += i < 50 || i + 2 >= frame->n_bytes ? 1 : 3) {
        struct base_buffer text = {0};
        uint8_t *cut = malloc(i + 1); /* nothing stands behind it */
        memcpy(cut, bytes, i);
        put_frame(&text, frame, cut, i);
        put_line(&lines, i, &text);
        free(cut);
    }
    end_lines(&lines);
    free(bytes);
}

static void put_row(struct base_buffer *out, size_t row)
{
    struct base_error error;
    struct header sent = header_of(rows[row].sent), as = header_of(rows[row].as);
    struct base_buffer frame = {0}, wanted = {0}, rewritten = {0};
    base_put_format(out, "\n# %s\n", rows[row].sent);
    if (frame_build_shaped(&run, &mark, &sent, &sent, &rows[row].shape, &frame, &error) < 0) {
        fail_msg("%s: %s", rows[row].sent, error.text);
    }
    if (frame_build_shaped(&run, &mark, &sent, &as, &rows[row].shape, &wanted, &error) < 0) {
        base_put_bytes(&wanted, frame.data, frame.n_bytes); /* ports of a first fragment */
    }
    put_changes(out, &frame);
    put_short(out, &frame, &sent);
    if (rows[row].shape.fragment == FRAME_FIRST_FRAGMENT) {
        frame.data[37] = 53; /* has ports, which count as 0 */
    }
    assert_true(frame_rewrite(frame.data, frame.n_bytes, &as, &rewritten));
    base_put_format(out, "as %s: ", rows[row].as);
    put_frame(out, &wanted, rewritten.data, rewritten.n_bytes);
    base_put_text(out, "\nbefore that: ");
    put_frame(out, &frame, rewritten.data, rewritten.n_bytes);
    base_put_text(out, "\n");
    base_buffer_free(&frame);
    base_buffer_free(&wanted);
    base_buffer_free(&rewritten);
}

static void each_byte_counts(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    base_put_text(&out,
                  "# Written by every_byte_test: frames with a byte changed, or cut, and what "
                  "is said of them.\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put_row(&out, i);
    }
    assert_whole(base_buffer_text(&out), "harness/frame/every_byte.txt");
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(each_byte_counts)};

TEST_MAIN(tests)
