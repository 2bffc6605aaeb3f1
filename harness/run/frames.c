/* SPDX-License-Identifier: Apache-2.0 */
#include "run/frames.h"

#include <stdlib.h>

void run_frames_add(struct run_frames *frames, const struct run_frame *frame)
{
    void *bytes = base_arena_copy(&frames->arena, frame->frame.bytes, frame->frame.n_bytes);
    if (bytes &&
        base_grow(&frames->items, frames->n_items, &frames->capacity, sizeof *frames->items) == 0) {
        frames->items[frames->n_items] = *frame;
        frames->items[frames->n_items++].frame.bytes = bytes;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct run_frame *x = a, *y = b;
    return (x->frame.time_ns > y->frame.time_ns) - (x->frame.time_ns < y->frame.time_ns);
}

static const char *comment_of(struct run_frames *frames, const struct run_frame *item,
                              const struct judge_probe *probe, const struct topology *topology)
{
    const char *from = topology->hosts[probe->from].name;
    const char *at = topology->hosts[item->host].name;
    if (item->frame.direction == FRAME_OUTBOUND) {
        return base_arena_format(&frames->arena, "probe %zu (%s) as %s sent it", item->probe,
                                 probe->kind, from);
    }
    unsigned copies = judge_plan_copies(probe, item->host);
    return base_arena_format(&frames->arena, "probe %zu (%s) of %s as it came to %s, where %u %s",
                             item->probe, probe->kind, from, at, copies,
                             copies == 1 ? "copy was expected" : "copies were expected");
}

void run_frames_write(struct run_frames *frames, const struct judge_plan *plan,
                      const struct judge_round *round, uint16_t round_number,
                      const struct topology *topology, struct base_buffer *out)
{
    struct frame_captured *chosen = calloc(frames->n_items + 1, sizeof *chosen);
    const char **names = calloc(topology->n_hosts + 1, sizeof *names);
    size_t n = 0;
    if (frames->n_items > 0) {
        qsort(frames->items, frames->n_items, sizeof *frames->items, by_time);
    }
    for (size_t i = 0; chosen && i < frames->n_items; i++) {
        const struct run_frame *item = &frames->items[i];
        if (item->round == round_number && !judge_probe_conforms(round, plan, item->probe)) {
            chosen[n] = item->frame;
            chosen[n].interface = item->host;
            chosen[n++].comment = comment_of(frames, item, &plan->probes[item->probe], topology);
        }
    }
    for (size_t host = 0; names && host < topology->n_hosts; host++) {
        names[host] = topology->hosts[host].name;
    }
    if (chosen && names) {
        report_pcapng(chosen, n, names, topology->n_hosts, out);
    } else {
        out->failed = true;
    }
    free(chosen);
    free(names);
}

void run_frames_free(struct run_frames *frames)
{
    free(frames->items);
    base_arena_free(&frames->arena);
    *frames = (struct run_frames){0};
}
