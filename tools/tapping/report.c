/* SPDX-License-Identifier: Apache-2.0
 *
 * How did the run end, in text and as JSON? */
#include "tapping/report.h"

#include <jansson.h>
#include <stdlib.h>

static const char *name_of_role(enum tapping_role role)
{
    switch (role) {
    case TAPPING_DELIVERED:
        return "delivered";
    case TAPPING_MIRRORED:
        return "mirrored";
    case TAPPING_ISOLATED:
        return "isolated";
    case TAPPING_ANSWERED:
        return "answered";
    default:
        return "watched";
    }
}

static double ms(uint64_t ns)
{
    return (double)ns / 1e6;
}

static double percent(uint64_t n, uint64_t of)
{
    return of > 0 ? 100.0 * (double)n / (double)of : 0;
}

void tapping_report_line(const struct tapping_place *place, enum tapping_sight sight,
                         uint64_t number, uint64_t latency_ns, size_t n_bytes, const char *note,
                         struct base_buffer *out)
{
    static const char *const words[] = {[TAPPING_REORDERED] = " (reordered)",
                                        [TAPPING_DUPLICATE] = " (duplicate)",
                                        [TAPPING_LATE] = " (late)"};
    base_put_format(out, "%zu bytes %s %s: seq=%llu", n_bytes,
                    place->role == TAPPING_ANSWERED ? "from" : "at", place->name,
                    (unsigned long long)number);
    if (sight == TAPPING_FIRST || sight == TAPPING_REORDERED) {
        base_put_format(out, " time=%.3f ms", ms(latency_ns));
    }
    base_put_text(out, sight == TAPPING_FIRST ? "" : words[sight]);
    base_put_text(out, place->role == TAPPING_ISOLATED ? " LEAKED" : "");
    base_put_format(out, *note ? " altered: %s\n" : "%s\n", note);
}

static void put_latency(const struct tapping_place *place, struct base_buffer *out)
{
    const struct tapping_latency *latency = &place->latency;
    if (latency->n > 0) {
        base_put_format(out, "  %s min/p50/p90/p99/max = %.3f/%.3f/%.3f/%.3f/%.3f ms\n",
                        place->role == TAPPING_ANSWERED ? "there and back" : "one way",
                        ms(latency->min_ns), ms(tapping_latency_percentile(latency, 50)),
                        ms(tapping_latency_percentile(latency, 90)),
                        ms(tapping_latency_percentile(latency, 99)), ms(latency->max_ns));
    }
}

/* "s" behind what is counted, unless it is one. */
static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void put_count(struct base_buffer *out, uint64_t n, const char *what)
{
    if (n > 0) {
        base_put_format(out, ", %llu %s", (unsigned long long)n, what);
    }
}

static void put_place(const struct tapping_summary *summary, const struct tapping_place *place,
                      struct base_buffer *out)
{
    base_put_format(out, "%s %s: %llu arrived", place->name, name_of_role(place->role),
                    (unsigned long long)place->n_arrived);
    if (place->role & TAPPING_MUST_COME) {
        base_put_format(out, ", %llu lost (%.4g%%)", (unsigned long long)place->n_lost,
                        percent(place->n_lost, summary->tally->n_sent));
    }
    put_count(out, place->n_duplicates, place->n_duplicates == 1 ? "duplicate" : "duplicates");
    put_count(out, place->n_reordered, "reordered");
    put_count(out, place->n_altered, "altered");
    put_count(out, place->n_late, "late");
    base_put_text(out, place->role == TAPPING_ISOLATED && place->n_arrived ? ": LEAKED\n" : "\n");
    put_latency(place, out);
}

static void put_outages(const struct tapping_place *place, struct base_buffer *out)
{
    for (size_t i = 0; i < place->n_outages && i < TAPPING_OUTAGES_MAX; i++) {
        const struct tapping_outage *outage = &place->outages[i];
        base_put_format(out, "  seq %llu", (unsigned long long)outage->first);
        if (outage->n_frames > 1) {
            base_put_format(out, " to %llu",
                            (unsigned long long)(outage->first + outage->n_frames - 1));
        }
        base_put_format(out, " lost, from %.3f s on, for %.3f ms\n", ms(outage->begin_ns) / 1e3,
                        ms(outage->end_ns - outage->begin_ns));
    }
    if (place->n_outages > TAPPING_OUTAGES_MAX) {
        uint64_t n = place->n_outages - TAPPING_OUTAGES_MAX;
        base_put_format(out, "  and %llu time%s more\n", (unsigned long long)n, plural(n));
    }
}

/* Of many hosts that see nothing, their names are enough. */
static void put_quiet_places(const struct tapping_summary *summary, enum tapping_role role,
                             struct base_buffer *out)
{
    bool any = false;
    for (size_t i = 0; i < summary->tally->n_places; i++) {
        const struct tapping_place *place = &summary->tally->places[i];
        if (place->role == role && place->n_arrived == 0) {
            base_put_format(out, any ? " %s" : "nothing arrived at %s", place->name);
            any = true;
        }
    }
    if (any) {
        base_put_format(out, " (%s)\n", name_of_role(role));
    }
}

void tapping_report_text(const struct tapping_summary *summary, struct base_buffer *out)
{
    base_put_format(out, "--- %s%s%s: %llu frame%s sent in %.0f ms ---\n", summary->from,
                    summary->to ? " > " : "", summary->to ? summary->to : "",
                    (unsigned long long)summary->tally->n_sent, plural(summary->tally->n_sent),
                    ms(summary->duration_ns));
    for (size_t i = 0; i < summary->tally->n_places; i++) {
        const struct tapping_place *place = &summary->tally->places[i];
        if (place->n_arrived > 0 || (place->role & TAPPING_MUST_COME)) {
            put_place(summary, place, out);
            put_outages(place, out);
        }
    }
    put_quiet_places(summary, TAPPING_ISOLATED, out);
    put_quiet_places(summary, TAPPING_WATCHED, out);
}

static double us(uint64_t ns)
{
    return (double)ns / 1e3;
}

static json_t *json_of_latency(const struct tapping_latency *latency)
{
    if (latency->n == 0) {
        return json_null();
    }
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "min", us(latency->min_ns), "p50",
                     us(tapping_latency_percentile(latency, 50)), "p90",
                     us(tapping_latency_percentile(latency, 90)), "p99",
                     us(tapping_latency_percentile(latency, 99)), "max", us(latency->max_ns),
                     "mean", us(latency->sum_ns) / (double)latency->n);
}

static json_t *json_of_outages(const struct tapping_place *place)
{
    json_t *list = json_array();
    for (size_t i = 0; i < place->n_outages && i < TAPPING_OUTAGES_MAX; i++) {
        const struct tapping_outage *outage = &place->outages[i];
        json_array_append_new(
            list, json_pack("{s:I, s:I, s:f, s:f}", "first", (json_int_t)outage->first, "frames",
                            (json_int_t)outage->n_frames, "begin_ms", ms(outage->begin_ns),
                            "duration_ms", ms(outage->end_ns - outage->begin_ns)));
    }
    return list;
}

static json_t *json_of_place(const struct tapping_summary *summary,
                             const struct tapping_place *place)
{
    json_t *object =
        json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "role", name_of_role(place->role),
                  "arrived", (json_int_t)place->n_arrived, "frames", (json_int_t)place->n_came,
                  "duplicates", (json_int_t)place->n_duplicates, "reordered",
                  (json_int_t)place->n_reordered, "altered", (json_int_t)place->n_altered, "late",
                  (json_int_t)place->n_late, "latency_us", json_of_latency(&place->latency));
    if (place->role & TAPPING_MUST_COME) {
        json_object_set_new(object, "lost", json_integer((json_int_t)place->n_lost));
        json_object_set_new(object, "loss_percent",
                            json_real(percent(place->n_lost, summary->tally->n_sent)));
        json_object_set_new(object, "n_outages", json_integer((json_int_t)place->n_outages));
        json_object_set_new(object, "outages", json_of_outages(place));
    }
    return object;
}

/* Sums over all places. */
struct totals {
    uint64_t n_lost, n_leaked, n_duplicates, n_came;
    bool too_many_lost, must_come, watched;
};

static struct totals add_up(const struct tapping_summary *summary)
{
    struct totals totals = {0};
    uint64_t n_sent = summary->tally->n_sent;
    for (size_t i = 0; i < summary->tally->n_places; i++) {
        const struct tapping_place *place = &summary->tally->places[i];
        totals.n_duplicates += place->n_duplicates;
        totals.n_leaked += place->role == TAPPING_ISOLATED ? place->n_arrived : 0;
        totals.n_came += place->n_came;
        totals.n_lost += place->n_lost;
        totals.watched |= place->role == TAPPING_WATCHED;
        if (place->role & TAPPING_MUST_COME) {
            totals.must_come = true;
            totals.too_many_lost |=
                place->n_came == 0 || percent(place->n_lost, n_sent) > summary->max_loss;
        }
    }
    return totals;
}

int tapping_report_status(const struct tapping_summary *summary)
{
    struct totals totals = add_up(summary);
    if (totals.n_leaked > 0) {
        return 1;
    }
    if (summary->problem || summary->tally->n_sent == 0) {
        return 3;
    }
    bool nothing_seen = !totals.must_come && totals.watched && totals.n_came == 0;
    return totals.too_many_lost || nothing_seen;
}

void tapping_report_json(const struct tapping_summary *summary, struct base_buffer *out)
{
    struct totals totals = add_up(summary);
    json_t *hosts = json_object(), *answers = json_null();
    for (size_t i = 0; i < summary->tally->n_places; i++) {
        const struct tapping_place *place = &summary->tally->places[i];
        json_t *object = json_of_place(summary, place);
        if (place->role == TAPPING_ANSWERED) {
            answers = object;
        } else {
            json_object_set_new(hosts, place->name, object);
        }
    }
    json_t *root =
        json_pack("{s:s, s:s?, s:s, s:I, s:f, s:I, s:I, s:I, s:i, s:s?, s:o, s:o}", "from",
                  summary->from, "to", summary->to, "frame", summary->frame, "sent",
                  (json_int_t)summary->tally->n_sent, "duration_ms", ms(summary->duration_ns),
                  "lost", (json_int_t)totals.n_lost, "duplicates", (json_int_t)totals.n_duplicates,
                  "leaked", (json_int_t)totals.n_leaked, "status", tapping_report_status(summary),
                  "problem", summary->problem, "answers", answers, "hosts", hosts);
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    out->failed |= !text;
    base_put_text(out, text ? text : "");
    base_put_text(out, "\n");
    free(text);
    json_decref(root);
}
