/* SPDX-License-Identifier: Apache-2.0
 *
 * How many taps, entries, flow-mods, frames are there? */
#include "tapd/face/metrics.h"

#include <inttypes.h>

bool tapd_is_healthy(const struct tapd_controller *controller)
{
    const struct tapd_conditions *conditions = tapd_controller_conditions(controller);
    bool well = tapd_installer_is_installed(tapd_controller_installer(controller));
    for (size_t i = 0; well && i < conditions->n_items; i++) {
        well = conditions->items[i].state == TAPD_UP;
    }
    return well;
}

static void put_head(struct base_buffer *out, const char *name, const char *type, const char *help)
{
    base_put_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_states(const struct tapd_conditions *conditions, struct base_buffer *out)
{
    size_t n[TAPD_DOWN + 1] = {0};
    for (size_t i = 0; i < conditions->n_items; i++) {
        n[conditions->items[i].state]++;
    }
    put_head(out, "tapd_taps", "gauge", "Taps by state.");
    for (size_t i = 0; i <= TAPD_DOWN; i++) {
        base_put_format(out, "tapd_taps{state=\"%s\"} %zu\n",
                        tapd_tap_state_name((enum tapd_tap_state)i), n[i]);
    }
}

/* Of the switches that are ours, one number each. */
typedef uint64_t switch_number(const struct tapd_switch_report *report);

static uint64_t connected(const struct tapd_switch_report *report)
{
    return report->up;
}

static uint64_t installed(const struct tapd_switch_report *report)
{
    return report->installed;
}

static uint64_t entries(const struct tapd_switch_report *report)
{
    return report->n_own;
}

static uint64_t wanted(const struct tapd_switch_report *report)
{
    return report->n_wanted;
}

static uint64_t foreign(const struct tapd_switch_report *report)
{
    return report->n_foreign;
}

static void put_switches(const struct tapd_controller *controller, struct base_buffer *out)
{
    static const struct {
        const char *name, *help;
        switch_number *of;
    } rows[] = {
        {"tapd_switch_connected", "Whether the switch is connected.", connected},
        {"tapd_switch_installed", "Whether it has what is wanted.", installed},
        {"tapd_switch_entries", "Entries of ours that it has.", entries},
        {"tapd_switch_entries_wanted", "Entries that it should have.", wanted},
        {"tapd_switch_entries_foreign", "Entries of others that it has.", foreign},
    };
    const struct topology *topology = tapd_controller_policy(controller)->topology;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put_head(out, rows[i].name, "gauge", rows[i].help);
        for (size_t sw = 0; sw < topology->n_switches; sw++) {
            struct tapd_switch_report report =
                tapd_installer_report(tapd_controller_installer(controller), sw);
            if (report.owned) {
                base_put_format(out, "%s{switch=\"%s\"} %" PRIu64 "\n", rows[i].name,
                                topology->switches[sw].name, rows[i].of(&report));
            }
        }
    }
}

/* A name of a tap has no character that would have to be escaped. */
static void put_tally(const char *metric, const char *tap, const char *direction, uint64_t number,
                      struct base_buffer *out)
{
    base_put_format(out, "%s{tap=\"%s\",direction=\"%s\"} %" PRIu64 "\n", metric, tap, direction,
                    number);
}

static void put_taps(const struct tapd_conditions *conditions, struct base_buffer *out)
{
    put_head(out, "tapd_tap_packets_total", "counter", "Frames at sources and destinations.");
    for (size_t i = 0; i < conditions->n_items; i++) {
        const struct tapd_condition *tap = &conditions->items[i];
        put_tally("tapd_tap_packets_total", tap->name, "in", tap->in.n_packets, out);
        put_tally("tapd_tap_packets_total", tap->name, "out", tap->out.n_packets, out);
    }
    put_head(out, "tapd_tap_bytes_total", "counter", "Bytes of those.");
    for (size_t i = 0; i < conditions->n_items; i++) {
        const struct tapd_condition *tap = &conditions->items[i];
        put_tally("tapd_tap_bytes_total", tap->name, "in", tap->in.n_bytes, out);
        put_tally("tapd_tap_bytes_total", tap->name, "out", tap->out.n_bytes, out);
    }
}

char *tapd_metrics_text(const struct tapd_controller *controller)
{
    const struct tapd_conditions *conditions = tapd_controller_conditions(controller);
    struct base_buffer out = {0};
    put_states(conditions, &out);
    put_switches(controller, &out);
    put_head(&out, "tapd_flow_mods_total", "counter", "Flow-mods that were sent.");
    base_put_format(&out, "tapd_flow_mods_total %" PRIu64 "\n",
                    tapd_installer_n_mods(tapd_controller_installer(controller)));
    put_taps(conditions, &out);
    return base_buffer_take_text(&out);
}
