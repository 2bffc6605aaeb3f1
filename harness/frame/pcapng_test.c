/* SPDX-License-Identifier: Apache-2.0
 *
 * The capture file as libpcap reads it. (Its bytes: report/pcapng_test.c.) */
#include "frame/pcapng.h"

#include "testing/cmocka.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

static const uint8_t bytes[] = {0x02, 0, 0, 0,    0,    2,   0x02, 0,  0,
                                0,    0, 1, 0x88, 0xb5, 't', 'a',  'p'};
static const uint8_t large[70000] = {0x02, [69999] = 0x5a}; /* in more than 16 bits */
static const struct frame_captured frames[] = {
    {.bytes = bytes,
     .n_bytes = sizeof bytes,
     .time_ns = UINT64_C(1700000000123456789),
     .comment = "probe 7 of h1",
     .direction = FRAME_OUTBOUND},
    {.bytes = bytes,
     .n_bytes = 16,
     .n_wire_bytes = 60,
     .time_ns = UINT64_C(1700000001000000001),
     .interface = 1,
     .direction = FRAME_INBOUND},
    {.bytes = large, .n_bytes = sizeof large, .time_ns = UINT64_C(1700000002000000000)},
    {.bytes = bytes, .n_bytes = sizeof bytes, .time_ns = UINT64_C(1700000003000000000)},
};
enum { N_FRAMES = sizeof frames / sizeof *frames };

static pcap_t *open_written(FILE *file)
{
    struct base_buffer out = {0};
    char text[PCAP_ERRBUF_SIZE];
    frame_pcapng_begin((const char *const[]){"h1", "h11"}, 2, &out);
    for (size_t i = 0; i < N_FRAMES; i++) {
        frame_pcapng_put(&frames[i], &out);
    }
    assert_non_null(memmem(out.data, out.n_bytes, "\0\x02\0\x03h11", 7)); /* if_name, its length */
    assert_int_equal(fwrite(out.data, 1, out.n_bytes, file), out.n_bytes);
    base_buffer_free(&out);
    rewind(file);
    pcap_t *capture =
        pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, text);
    if (!capture) {
        fail_msg("%s", text);
    }
    return capture;
}

static void libpcap_reads_it(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    pcap_t *capture = open_written(file); /* owns the file */
    struct pcap_pkthdr *head;
    const uint8_t *got;
    assert_int_equal(pcap_datalink(capture), DLT_EN10MB);
    assert_int_equal(pcap_next_ex(capture, &head, &got), 1);
    assert_int_equal(head->caplen, sizeof bytes);
    assert_int_equal(head->len, sizeof bytes);
    assert_int_equal(head->ts.tv_sec, 1700000000);
    assert_int_equal(head->ts.tv_usec, 123456789);
    assert_memory_equal(got, bytes, sizeof bytes);
    assert_int_equal(pcap_next_ex(capture, &head, &got), 1);
    assert_int_equal(head->caplen, 16);
    assert_int_equal(head->len, 60);
    assert_int_equal(head->ts.tv_usec, 1);
    assert_int_equal(pcap_next_ex(capture, &head, &got), 1);
    assert_int_equal(head->caplen, sizeof large);
    assert_int_equal(head->len, sizeof large);
    assert_memory_equal(got, large, sizeof large);
    assert_int_equal(pcap_next_ex(capture, &head, &got), 1);
    assert_int_equal(head->caplen, sizeof bytes);
    assert_int_equal(head->ts.tv_sec, 1700000003);
    assert_int_equal(pcap_next_ex(capture, &head, &got), PCAP_ERROR_BREAK); /* the end */
    pcap_close(capture);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(libpcap_reads_it),
};
TEST_MAIN(tests)
