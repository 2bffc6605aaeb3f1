/* SPDX-License-Identifier: Apache-2.0
 *
 * Where memory runs out, whatever of it is refused: what is at fault is not said, and that is. */
#include "base/memory.h"
#include "testing/blamed_network.h"
#include "testing/failing.h"
#include "testing/wiring_bench.h"

static int ended(int status, const struct report *report)
{
    return base_memory_ran_out() || report->arena.failed ? -1 : status;
}

static int blame_them(void *aux)
{
    struct network *network = aux;
    failing_pause(true);
    network_judge(network);
    failing_pause(false);
    base_memory_begin();
    struct traffic_evidence evidence = network_evidence(network);
    struct report *report = &network->report;
    blame_frames(&evidence, &network->failures, report);
    int status = blame_swap(&evidence, NULL, report);
    status = status < 0 ? status : blame_causes(report);
    status = ended(status, report);
    report_free(report);
    path_network_close(&network->tables); /* which compiles what it is asked */
    path_declared_close(&network->declared);
    return status;
}

static void exchange_hosts(struct network *network, size_t a, size_t b)
{
    struct topology_host *hosts = network->expectation->topology->hosts;
    struct port_ref port = hosts[a].port;
    hosts[a].port = hosts[b].port;
    hosts[b].port = port;
}

static void frames_are_lost(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    network_send(&network, "h1", "h11");
    assert_true(failing_each_piece(blame_them, &network) > 20);
    network_free(&network);
}

static void tables_differ(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, "expected/demon/copies-2.yaml", "leak");
    network_send(&network, NULL, NULL);
    assert_true(failing_each_piece(blame_them, &network) > 20);
    network_free(&network);
}

static void cables_of_hosts_are_exchanged(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    exchange_hosts(&network, 0, 2);
    network_send(&network, NULL, NULL);
    exchange_hosts(&network, 0, 2);
    assert_true(failing_each_piece(blame_them, &network) > 20);
    network_free(&network);
}

/* What counters tell of cables. */
struct told {
    struct bench bench;
    size_t n_results, n_untold; /* with enough memory */
};

static int tell_cables(void *aux)
{
    struct told *told = aux;
    struct bench *bench = &told->bench;
    struct blame_wiring *wiring = &bench->wiring;
    struct report report = {0};
    base_memory_begin();
    int status = blame_wiring_open(wiring, &bench->topology, bench->before);
    for (int i = 0; i < 2 && status == 0; i++) {
        blame_wiring_read(wiring, &bench->reading);
        blame_wiring_note(wiring);
    }
    if (status == 0 && blame_wiring_decide(wiring, &bench->evidence, &bench->reading) == 0) {
        status = blame_wiring_report(wiring, NULL, &report);
        if (status == 0) {
            assert_true(told->n_results == 0 || report.n_results == told->n_results);
            assert_true(told->n_results == 0 || report.coverage.n_untold == told->n_untold);
            told->n_results = report.n_results;
            told->n_untold = report.coverage.n_untold;
        }
    }
    status = ended(status, &report);
    report_free(&report);
    blame_wiring_close(wiring);
    return status;
}

static void cables_are_told(void **state)
{
    static const unsigned sent[][LINKS] = {{4, 8, 12}, {27, 27, 0}};
    static const uint16_t *const to[] = {straight, crossed, turned};
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        struct told told = {.n_results = 0};
        bench_open(&told.bench);
        bench_carry(&told.bench, sent[i % 2], to[i / 2]);
        blame_wiring_close(&told.bench.wiring);
        tell_cables(&told);
        assert_true(failing_each_piece(tell_cables, &told) > 5);
        bench_close(&told.bench);
    }
}

/* Without memory nothing is sent again. */
static int aim(void *aux)
{
    struct network *network = aux;
    struct traffic_evidence evidence = network_evidence(network);
    struct blame_wiring wiring;
    unsigned *times;
    base_memory_begin();
    int status = blame_wiring_open(&wiring, network->expectation->topology, network->before);
    for (size_t i = 0; i < wiring.n_cables && status == 0; i++) {
        wiring.wired[i] = BLAME_WIRED_ALIKE;
    }
    times = calloc(network->plan.n_probes, sizeof *times);
    bool more = status == 0 && times && blame_wiring_aim(&wiring, &evidence, 0, times),
         hosts = status == 0 && times && blame_wiring_aim_hosts(&wiring, &evidence, 0, times);
    status = !more || !hosts || ended(status, &network->report) ? -1 : status;
    free(times);
    blame_wiring_close(&wiring);
    return status;
}

static void probes_are_aimed(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    network_send(&network, NULL, NULL);
    assert_true(failing_each(aim, &network) > 5);
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(frames_are_lost),
    cmocka_unit_test(tables_differ),
    cmocka_unit_test(cables_of_hosts_are_exchanged),
    cmocka_unit_test(cables_are_told),
    cmocka_unit_test(probes_are_aimed),
};

TEST_MAIN(tests)
