/* SPDX-License-Identifier: Apache-2.0
 *
 * What stations cost: opening and closing sets of 11 and of 64 interfaces, one
 * frame there, and frames in windows. Run as root of a network namespace that
 * nobody needs: unshare -r -n station_bench */
#include "station/station.h"

#include <stdio.h>
#include <stdlib.h>

enum { N_MAX = 64, N_FRAMES = 30000, N_TIMES = 5 };

struct tally {
    size_t n, n_wanted;
};

static double ms_since(int64_t start_ns)
{
    return (double)(station_now_ns() - start_ns) / 1e6;
}

static bool count(void *aux, const struct station_arrival *arrival)
{
    struct tally *tally = aux;
    bool is_ours = arrival->bytes[12] == 0x88 && arrival->bytes[13] == 0xb5;
    return is_ours && ++tally->n == tally->n_wanted;
}

/* Interfaces e0, e1, …: each two are a pair. */
static bool make_interfaces(void)
{
    for (int i = 0; i < N_MAX; i += 2) {
        char command[256];
        snprintf(command, sizeof command,
                 "ip link add e%d type veth peer name e%d && ip link set e%d up && "
                 "ip link set e%d up",
                 i, i + 1, i, i + 1);
        if (system(command) != 0) {
            return false;
        }
    }
    return true;
}

static struct station_set *open_first(size_t n)
{
    static char names[N_MAX][8];
    struct station_spec specs[N_MAX];
    struct station_set *set = NULL;
    for (size_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "e%zu", i);
        specs[i] = (struct station_spec){.name = names[i], .interface = names[i]};
    }
    station_open(specs, n, &set, NULL);
    station_start(set);
    for (size_t i = 0; set && i < n; i++) {
        if (station_problem(set, i)) {
            printf("%s: %s\n", names[i], station_problem(set, i));
        }
    }
    return set;
}

static void open_and_close(size_t n)
{
    for (int i = 0; i < N_TIMES; i++) {
        int64_t start_ns = station_now_ns();
        struct station_set *set = open_first(n);
        double open_ms = ms_since(start_ns);
        start_ns = station_now_ns();
        station_close(set);
        printf("%zu interfaces: open %.1f ms, close %.1f ms\n", n, open_ms, ms_since(start_ns));
    }
}

static void send_in_windows(struct station_set *set, size_t window)
{
    static const uint8_t frame[60] = {2, [12] = 0x88, 0xb5};
    struct tally tally = {0};
    size_t n_sent = 0;
    int64_t start_ns = station_now_ns();
    while (n_sent < N_FRAMES) {
        for (size_t i = 0; i < window; i++, n_sent++) {
            station_send(set, 0, frame, sizeof frame, NULL);
        }
        tally.n_wanted = n_sent;
        if (station_receive(set, station_now_ns() + 1000000000, count, &tally, NULL) != 1) {
            break;
        }
    }
    double ms = ms_since(start_ns);
    printf("windows of %zu: %zu of %zu frames, %.0f frames/s, %.1f us each, drops %llu\n", window,
           tally.n, n_sent, (double)n_sent / ms * 1e3, ms * 1e3 / (double)n_sent,
           (unsigned long long)station_drops(set, 1));
}

int main(void)
{
    if (!make_interfaces()) {
        return 1;
    }
    open_and_close(2);
    open_and_close(11);
    open_and_close(N_MAX);
    struct station_set *set = open_first(N_MAX);
    if (set) {
        send_in_windows(set, 1);
        send_in_windows(set, STATION_WINDOW_FRAMES);
    }
    station_close(set);
    return 0;
}
