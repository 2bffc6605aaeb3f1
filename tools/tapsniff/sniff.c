/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames arrive at the hosts, or are in a file? */
#include "tapsniff/sniff.h"

#include "frame/pcapng.h"
#include "tapsniff/print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SLICE_MS = 50,  /* how long a signal, and a line that is ready, may wait */
    SYNC_MS = 2000, /* stations behind a command */
};

static const char *name_of(const struct tapsniff_sniff *sniff, size_t station)
{
    return sniff->lab->topology->hosts[sniff->lab->host_of[station]].name;
}

/* The time of day, as tcpdump has it. */
static void put_time(uint64_t time_ns, struct base_buffer *out)
{
    time_t seconds = (time_t)(time_ns / 1000000000);
    struct tm day;
    localtime_r(&seconds, &day);
    base_put_format(out, "%02d:%02d:%02d.%06u ", day.tm_hour, day.tm_min, day.tm_sec,
                    (unsigned)(time_ns % 1000000000 / 1000));
}

static void print(struct tapsniff_sniff *sniff, const struct station_arrival *arrival)
{
    sniff->text.n_bytes = 0;
    if (!sniff->options->no_time) {
        put_time(arrival->time_ns, &sniff->text);
    }
    base_put_format(&sniff->text, "%-*s ", sniff->name_width, name_of(sniff, arrival->station));
    tapsniff_print(arrival->bytes, arrival->n_bytes, arrival->wire_bytes, &sniff->text);
    base_put_text(&sniff->text, "\n");
    if (sniff->options->hex) {
        tapsniff_print_hex(arrival->bytes, arrival->n_bytes, &sniff->text);
    }
    fputs(base_buffer_text(&sniff->text), sniff->lines);
}

static void write_out(struct tapsniff_sniff *sniff)
{
    fwrite(sniff->text.data, 1, sniff->text.n_bytes, sniff->save);
}

static void save(struct tapsniff_sniff *sniff, const struct station_arrival *arrival)
{
    sniff->text.n_bytes = 0;
    frame_pcapng_put(&(struct frame_captured){.bytes = arrival->bytes,
                                              .n_bytes = arrival->n_bytes,
                                              .n_wire_bytes = arrival->wire_bytes,
                                              .time_ns = arrival->time_ns,
                                              .interface = arrival->station,
                                              .direction = FRAME_INBOUND},
                     &sniff->text);
    write_out(sniff);
}

static bool has_shown_enough(const struct tapsniff_sniff *sniff)
{
    return sniff->options->count > 0 && sniff->n_shown >= sniff->options->count;
}

static bool on_arrival(void *aux, const struct station_arrival *arrival)
{
    struct tapsniff_sniff *sniff = aux;
    struct tapsniff_counters *counters = &sniff->counters[arrival->station];
    counters->n_captured++;
    if (!tapsniff_filter_takes(sniff->filter, arrival->bytes, arrival->n_bytes,
                               arrival->wire_bytes)) {
        return false;
    }
    counters->n_shown++;
    sniff->n_shown++;
    if (sniff->lines) {
        print(sniff, arrival);
    }
    if (sniff->save) {
        save(sniff, arrival);
    }
    return has_shown_enough(sniff);
}

static int prepare(struct tapsniff_sniff *sniff, struct base_error *error)
{
    size_t n = sniff->lab->n_stations;
    sniff->counters = calloc(n + 1, sizeof *sniff->counters);
    const char **names = calloc(n + 1, sizeof *names);
    if (!sniff->counters || !names) {
        free(names);
        return base_fail(error, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        names[i] = name_of(sniff, i);
        int width = (int)strlen(names[i]);
        sniff->name_width = width > sniff->name_width ? width : sniff->name_width;
    }
    if (sniff->save) {
        frame_pcapng_begin(names, n, &sniff->text);
        write_out(sniff);
    }
    free(names);
    return 0;
}

/* Tells each failure of a station once. */
static void tell_problems(struct tapsniff_sniff *sniff, FILE *errors)
{
    for (size_t i = 0; i < sniff->lab->n_stations; i++) {
        const char *problem = station_problem(sniff->lab->set, i);
        if (problem && !sniff->counters[i].told) {
            sniff->counters[i].told = true;
            sniff->failed = true;
            fprintf(errors, "tapsniff: %s: %s\n", name_of(sniff, i), problem);
        }
    }
}

static int flush(struct tapsniff_sniff *sniff, struct base_error *error)
{
    if (sniff->lines && (fflush(sniff->lines) || ferror(sniff->lines))) {
        return base_fail(error, "cannot write to stdout");
    }
    if (sniff->save && (fflush(sniff->save) || ferror(sniff->save))) {
        return base_fail(error, "cannot write %s", sniff->options->save);
    }
    return sniff->text.failed ? base_fail(error, "out of memory") : 0;
}

/* Until it is over; -1: it cannot go on. */
static int receive(struct tapsniff_sniff *sniff, FILE *errors, struct base_error *error)
{
    int64_t slice_ns = SLICE_MS * INT64_C(1000000);
    int64_t end_ns = station_now_ns() + (int64_t)sniff->options->duration_ns;
    for (;;) {
        int64_t now_ns = station_now_ns(), deadline_ns = now_ns + slice_ns;
        bool is_over = sniff->options->duration_ns > 0 && now_ns >= end_ns;
        if (*sniff->stop || is_over || has_shown_enough(sniff)) {
            return 0;
        }
        if (sniff->options->duration_ns > 0 && end_ns < deadline_ns) {
            deadline_ns = end_ns;
        }
        int result = station_receive(sniff->lab->set, deadline_ns, on_arrival, sniff, error);
        tell_problems(sniff, errors);
        if (result < 0 || flush(sniff, error) < 0) {
            return -1;
        }
    }
}

static void count_lost(struct tapsniff_sniff *sniff)
{
    for (size_t i = 0; i < sniff->lab->n_stations; i++) {
        sniff->counters[i].n_lost = station_drops(sniff->lab->set, i);
        sniff->failed |= sniff->counters[i].n_lost > 0;
    }
}

int tapsniff_sniff_run(struct tapsniff_sniff *sniff, FILE *errors, struct base_error *error)
{
    if (prepare(sniff, error) < 0 || receive(sniff, errors, error) < 0) {
        return -1;
    }
    if (!has_shown_enough(sniff)) { /* what stations at a distance have seen by now */
        int64_t deadline_ns = station_now_ns() + SYNC_MS * INT64_C(1000000);
        if (station_sync(sniff->lab->set, deadline_ns, on_arrival, sniff, error) < 0) {
            return -1;
        }
    }
    count_lost(sniff);
    tell_problems(sniff, errors);
    return flush(sniff, error);
}

int tapsniff_sniff_replay(struct tapsniff_sniff *sniff, pcap_t *file, struct base_error *error)
{
    struct pcap_pkthdr *head;
    const uint8_t *bytes;
    int more = 0;
    if (prepare(sniff, error) < 0) {
        return -1;
    }
    while (!*sniff->stop && !has_shown_enough(sniff) &&
           (more = pcap_next_ex(file, &head, &bytes)) == 1) {
        /* The file was opened for nanoseconds: that is what tv_usec has. */
        uint64_t time_ns = (uint64_t)head->ts.tv_sec * 1000000000 + (uint64_t)head->ts.tv_usec;
        on_arrival(sniff, &(struct station_arrival){.bytes = bytes,
                                                    .n_bytes = head->caplen,
                                                    .wire_bytes = head->len,
                                                    .time_ns = time_ns});
    }
    if (flush(sniff, error) < 0) {
        return -1;
    }
    return more == PCAP_ERROR ? base_fail(error, "%s", pcap_geterr(file)) : 0;
}

static bool saw_nothing(const struct tapsniff_counters *counters)
{
    return counters->n_captured == 0 && counters->n_lost == 0;
}

static void count_one(const struct tapsniff_sniff *sniff, size_t station, struct base_buffer *out)
{
    const struct tapsniff_counters *counters = &sniff->counters[station];
    base_put_format(out, "%s: %" PRIu64 " captured, %" PRIu64 " shown, ", name_of(sniff, station),
                    counters->n_captured, counters->n_shown);
    if (counters->n_lost == STATION_DROPS_UNKNOWN) {
        base_put_text(out, "its capture failed\n");
    } else {
        base_put_format(out, "%" PRIu64 " lost by the capture\n", counters->n_lost);
    }
}

void tapsniff_sniff_count(const struct tapsniff_sniff *sniff, struct base_buffer *out)
{
    bool any = false;
    for (size_t i = 0; i < sniff->lab->n_stations; i++) {
        if (!saw_nothing(&sniff->counters[i])) {
            count_one(sniff, i, out);
        }
    }
    for (size_t i = 0; i < sniff->lab->n_stations; i++) {
        if (saw_nothing(&sniff->counters[i])) {
            base_put_format(out, any ? " %s" : "nothing arrived at %s", name_of(sniff, i));
            any = true;
        }
    }
    base_put_text(out, any ? "\n" : "");
}

void tapsniff_sniff_free(struct tapsniff_sniff *sniff)
{
    free(sniff->counters);
    base_buffer_free(&sniff->text);
}
