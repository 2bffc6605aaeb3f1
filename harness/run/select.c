/* SPDX-License-Identifier: Apache-2.0
 *
 * Which ids does a run report, and which of them do patterns select? */
#include "base/memory.h"
#include "run/pattern.h"
#include "run/run.h"

#include <stdio.h>
#include <stdlib.h>

bool run_selects(const struct run_options *options, const char *id)
{
    for (size_t i = 0; i < options->n_patterns; i++) {
        if (run_pattern_selects(options->patterns[i], id)) {
            return true;
        }
    }
    return options->n_patterns == 0;
}

struct lister {
    const struct run_options *options;
    void (*each)(void *aux, const char *id);
    void *aux;
    size_t n;
};

static void list(struct lister *lister, const char *id)
{
    if (run_selects(lister->options, id)) {
        lister->n++;
        if (lister->each) {
            lister->each(lister->aux, id);
        }
    }
}

static void list_state(struct lister *lister, const struct expectation *expectation)
{
    const struct topology *topology = expectation->topology;
    char id[512];
    for (size_t i = 0; i < topology->n_switches; i++) {
        snprintf(id, sizeof id, "switch/%s", topology->switches[i].name);
        list(lister, id);
    }
    for (size_t i = 0; i < expectation->n_ports; i++) {
        struct port_ref port = expectation->ports[i].port;
        snprintf(id, sizeof id, "state/%s/%u", topology->switches[port.sw].name, port.port);
        list(lister, id);
    }
    for (size_t i = 0; i < expectation->n_ports; i++) {
        struct port_ref port = expectation->ports[i].port;
        if (expected_port_fails_over(&expectation->ports[i])) {
            snprintf(id, sizeof id, "failover/%s/%u", topology->switches[port.sw].name, port.port);
            list(lister, id);
        }
    }
    for (size_t i = 0; i < expectation->n_entries; i++) {
        const struct expected_entry *entry = &expectation->entries[i];
        snprintf(id, sizeof id, "entry/%s/%zu", topology->switches[entry->sw].name, entry->number);
        list(lister, id);
    }
    for (size_t i = 0; i < expectation->n_expected_groups; i++) {
        const struct expected_group *group = &expectation->expected_groups[i];
        snprintf(id, sizeof id, "group/%s/%u", topology->switches[group->sw].name,
                 expectation->groups.groups[group->group].id);
        list(lister, id);
    }
}

size_t run_list(const struct expectation *expectation, const struct run_options *options,
                void (*each)(void *aux, const char *id), void *aux)
{
    struct lister lister = {.options = options, .each = each, .aux = aux};
    if (!options->no_state) {
        list_state(&lister, expectation);
    }
    for (size_t i = 0; !options->no_traffic && i < expectation->n_claims; i++) {
        list(&lister, expectation->claims[i].id);
    }
    return lister.n;
}

size_t run_list_cables(const struct topology *topology, const struct run_options *options,
                       void (*each)(void *aux, const char *id), void *aux)
{
    struct lister lister = {.options = options, .each = each, .aux = aux};
    struct base_arena arena = {0};
    for (size_t i = 0; i < topology->n_links + topology->n_hosts && !options->no_traffic; i++) {
        struct port_ref port = i < topology->n_links ? topology->links[i].a
                                                     : topology->hosts[i - topology->n_links].port;
        const char *cable = topology_cable_name(topology, port, &arena);
        const char *id = base_arena_format(&arena, "wiring/%s", cable ? cable : "");
        if (id) {
            list(&lister, id);
        }
    }
    base_arena_free(&arena);
    return lister.n;
}

bool *run_select_claims(const struct expectation *expectation, const struct run_options *options,
                        size_t *n_selected)
{
    bool *selected = base_calloc(expectation->n_claims, sizeof *selected);
    *n_selected = 0;
    for (size_t i = 0; selected && i < expectation->n_claims; i++) {
        selected[i] = run_selects(options, expectation->claims[i].id);
        *n_selected += selected[i];
    }
    return selected;
}

void run_progress(const struct run_options *options, const char *text)
{
    if (options->progress) {
        options->progress(options->progress_aux, text);
    }
}

void run_select(const struct expectation *expectation, const struct run_options *options,
                struct report *report)
{
    struct run_options all = *options;
    all.n_patterns = 0;
    report->n_deselected =
        run_list(expectation, &all, NULL, NULL) - run_list(expectation, options, NULL, NULL);
    size_t n = 0;
    for (size_t i = 0; i < report->n_results; i++) {
        if (run_selects(options, report->results[i].id)) {
            report->results[n++] = report->results[i];
        }
    }
    report->n_results = n;
}
