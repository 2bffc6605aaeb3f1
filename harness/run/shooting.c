/* SPDX-License-Identifier: Apache-2.0
 *
 * What arrives of frames that switches send by their own ports? */
#include "run/inside.h"

/* One frame, sent by a switch. */
static void shoot(struct run_probing *probing, struct run_network *network,
                  struct traffic_shot *shot)
{
    struct frame_mark mark = run_probing_mark(probing, shot->probe);
    struct base_buffer frame = {0};
    if (run_probing_build(probing, &mark, &shot->header, &frame) == 0 &&
        run_network_send(network, shot->by, frame.data, frame.n_bytes, NULL) == 0) {
        probing->round->sent_ns[shot->probe] = run_probing_now_ns(probing);
        probing->round->sent[shot->probe]++;
        run_probing_await(probing, shot->probe, 1);
        shot->sent++;
    }
    base_buffer_free(&frame);
}

static int shoot_depth(struct run_probing *probing, struct run_network *network,
                       struct traffic_shot *shots, size_t n_shots, unsigned depth,
                       struct base_error *error)
{
    for (size_t i = 0; i < n_shots; i++) {
        for (unsigned n = 0; shots[i].depth == depth && n < RUN_SHOTS && !probing->storms; n++) {
            shoot(probing, network, &shots[i]);
        }
        if (shots[i].depth == depth) {
            if (run_network_flush(network, error) < 0) {
                return -1;
            }
            run_probing_end_window(probing);
        }
    }
    probing->last_ns = run_probing_now_ns(probing);
    run_probing_settle(probing);
    for (size_t i = 0; i < n_shots; i++) {
        if (shots[i].depth == depth) {
            const struct traffic_seen *seen =
                traffic_round_seen(probing->round, shots[i].probe, shots[i].to);
            shots[i].good = seen->copies - seen->late;
        }
    }
    return 0;
}

int run_probing_shoot(struct run_probing *probing, struct run_network *network,
                      struct traffic_shot *shots, size_t n_shots, struct base_error *error)
{
    struct traffic_round *before = probing->round;
    unsigned deepest = 0;
    int status = 0;
    for (size_t i = 0; i < n_shots; i++) {
        deepest = shots[i].depth > deepest ? shots[i].depth : deepest;
    }
    for (unsigned depth = 1; status == 0 && depth <= deepest; depth++) {
        struct traffic_round round;
        if (traffic_round_init(&round, probing->plan, before->captures, before->n_hosts) < 0) {
            return base_fail(error, "out of memory");
        }
        run_probing_begin(probing, &round);
        probing->shoots = true;
        status = shoot_depth(probing, network, shots, n_shots, depth, error);
        probing->shoots = false;
        traffic_round_free(&round);
    }
    probing->round = before;
    return status;
}
