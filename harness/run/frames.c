/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames of the run belong into the file of failing probes, and what do their
 * comments say? */
#include "run/frames.h"

#include "base/memory.h"

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

/* The claim that speaks of a probe at a host, or the id of the stray that it is. */
static const char *claim_of(struct run_frames *frames, const struct run_frames_of *of, size_t p,
                            size_t host)
{
    const struct traffic_probe *probe = &of->plan->probes[p];
    const struct topology *topology = of->expectation->topology;
    const struct claim *claim =
        traffic_claim_for(of->expectation, probe->from, host, &probe->header);
    return claim ? claim->id
                 : base_arena_format(&frames->arena, "traffic/%s/stray/%s",
                                     topology->hosts[probe->from].name, topology->hosts[host].name);
}

static bool deviates_at(const struct run_frames_of *of, size_t p, size_t host)
{
    return !traffic_seen_conforms(of->round, of->plan, p, host);
}

/* The claims that the probe does not bear out. */
static const char *claims_of(struct run_frames *frames, const struct run_frames_of *of, size_t p)
{
    struct base_buffer text = {0};
    for (size_t host = 0; host < of->round->n_hosts; host++) {
        if (deviates_at(of, p, host)) {
            base_put_format(&text, "%s%s", text.n_bytes ? ", " : "", claim_of(frames, of, p, host));
        }
    }
    return base_arena_take(&frames->arena, &text);
}

static const char *comment_of(struct run_frames *frames, const struct run_frames_of *of,
                              const struct run_frame *item)
{
    const struct topology *topology = of->expectation->topology;
    const struct traffic_probe *probe = &of->plan->probes[item->probe];
    const char *from = topology->hosts[probe->from].name;
    const char *at = topology->hosts[item->host].name;
    if (item->frame.direction == FRAME_OUTBOUND) {
        return base_arena_format(&frames->arena, "%s: probe %zu (%s) as %s sent it",
                                 claims_of(frames, of, item->probe), item->probe, probe->kind,
                                 from);
    }
    unsigned copies = traffic_plan_copies(probe, item->host);
    return base_arena_format(
        &frames->arena, "%s: probe %zu (%s) of %s as it came to %s, where %u %s",
        claim_of(frames, of, item->probe, item->host), item->probe, probe->kind, from, at, copies,
        copies == 1 ? "copy was expected" : "copies were expected");
}

/* One frame as it should have come to a host, in one of its forms. */
static void add_expected(struct run_frames *frames, const struct run_frames_of *of, size_t p,
                         const struct traffic_expected_arrival *arrival, size_t form,
                         uint64_t time_ns)
{
    const struct traffic_probe *probe = &of->plan->probes[p];
    const struct topology *topology = of->expectation->topology;
    struct frame_mark mark = {.number = (uint32_t)p,
                              .round = of->round_number,
                              .kind = probe->sentinel ? FRAME_SENTINEL : FRAME_PROBE};
    struct base_buffer bytes = {0};
    if (frame_build_shaped(of->run, &mark, &probe->header, &arrival->as[form], &probe->shape,
                           &bytes, NULL) == 0) {
        struct run_frame item = {
            .probe = p,
            .host = topology->n_hosts + arrival->host, /* the interface beside its own */
            .round = of->round_number,
            .frame = {.bytes = bytes.data, .n_bytes = bytes.n_bytes, .time_ns = time_ns}};
        item.frame.comment = base_arena_format(
            &frames->arena, "%s: probe %zu (%s) of %s as %u %s expected at %s, of %u sendings",
            claim_of(frames, of, p, arrival->host), p, probe->kind,
            topology->hosts[probe->from].name, arrival->copies,
            arrival->copies == 1 ? "copy was" : "copies were", topology->hosts[arrival->host].name,
            of->round->sent[p]);
        run_frames_add(frames, &item);
    }
    base_buffer_free(&bytes);
}

/* When a probe was first sent in the round; 0: it was not. */
static uint64_t sent_at(const struct run_frames *frames, const struct run_frames_of *of, size_t p)
{
    for (size_t i = 0; i < frames->n_items; i++) {
        const struct run_frame *item = &frames->items[i];
        if (item->probe == p && item->round == of->round_number &&
            item->frame.direction == FRAME_OUTBOUND) {
            return item->frame.time_ns;
        }
    }
    return 0;
}

static void add_all_expected(struct run_frames *frames, const struct run_frames_of *of)
{
    for (size_t p = 0; p < of->plan->n_probes; p++) {
        const struct traffic_probe *probe = &of->plan->probes[p];
        if (traffic_probe_conforms(of->round, of->plan, p)) {
            continue;
        }
        uint64_t time_ns = sent_at(frames, of, p);
        for (size_t i = 0; i < probe->n_arrivals && time_ns > 0; i++) {
            const struct traffic_expected_arrival *arrival = &probe->arrivals[i];
            for (size_t form = 0; form < arrival->n_as; form++) {
                if (deviates_at(of, p, arrival->host)) {
                    add_expected(frames, of, p, arrival, form, time_ns);
                }
            }
        }
    }
}

static void name_interfaces(struct run_frames *frames, const struct topology *topology,
                            const char **names)
{
    for (size_t host = 0; host < topology->n_hosts; host++) {
        names[host] = topology->hosts[host].name;
        names[topology->n_hosts + host] =
            base_arena_format(&frames->arena, "%s expected", names[host]);
    }
}

void run_frames_write(struct run_frames *frames, const struct run_frames_of *of,
                      struct base_buffer *out)
{
    const struct topology *topology = of->expectation->topology;
    add_all_expected(frames, of);
    struct frame_captured *chosen = base_calloc(frames->n_items, sizeof *chosen);
    const char **names = base_calloc(2 * topology->n_hosts, sizeof *names);
    size_t n = 0;
    if (frames->n_items > 0) {
        qsort(frames->items, frames->n_items, sizeof *frames->items, by_time);
    }
    for (size_t i = 0; chosen && i < frames->n_items; i++) {
        const struct run_frame *item = &frames->items[i];
        if (item->round == of->round_number &&
            !traffic_probe_conforms(of->round, of->plan, item->probe)) {
            chosen[n] = item->frame;
            chosen[n].interface = item->host;
            chosen[n].comment =
                item->frame.comment ? item->frame.comment : comment_of(frames, of, item);
            n++;
        }
    }
    if (chosen && names) {
        name_interfaces(frames, topology, names);
        report_pcapng(chosen, n, names, 2 * topology->n_hosts, out);
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
