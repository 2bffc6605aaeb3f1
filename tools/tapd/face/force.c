/* SPDX-License-Identifier: Apache-2.0
 *
 * What is in force: how files and taps become a proposal, and how that, once it is
 * compiled and saved, takes the place of what was in force before. */
#include "tapd/face/controller_inside.h"
#include "tapd/log.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHECK_MS_MAX = 60000 }; /* the machine may sleep: look at the clock now and then */

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* The wall clock may be set, and a tap must not end earlier or later for it. */
void tapd_force_set_clock(struct tapd_controller *controller)
{
    controller->epoch_ms = clock_ms(CLOCK_REALTIME) - clock_ms(CLOCK_BOOTTIME);
}

int64_t tapd_now_ms(const struct tapd_controller *controller)
{
    return controller->epoch_ms + clock_ms(CLOCK_BOOTTIME);
}

int tapd_controller_explain(struct yaml_diagnostics *diagnostics, struct base_buffer *why)
{
    yaml_format_diagnostics(diagnostics, why);
    yaml_diagnostics_free(diagnostics);
    return -1;
}

/* A policy that waits for samples which nobody listens for. */
static void warn_deaf(const struct tapd_controller *controller)
{
    const struct tapd_policy *policy = controller->policy;
    for (size_t i = 0; i < policy->n_taps && !controller->options->sflow; i++) {
        if (policy->taps[i]->when) {
            tapd_log("warning: the tap %s waits for traffic (when), and no samples are listened "
                     "for without --sflow",
                     policy->taps[i]->name);
        }
    }
}

/* What cannot be had even if all links were good is refused. What cannot be had only now is not. */
static int compile_taps(const struct tapd_controller *controller, struct tapd_proposal *proposal,
                        const struct tapd_active *active, size_t n_active, bool same_fabric,
                        struct yaml_diagnostics *diagnostics)
{
    const struct tapd_network *before = same_fabric ? controller->network : NULL;
    const uint8_t *grades = same_fabric ? controller->outage.grades : NULL;
    bool is_asked = proposal->policy != controller->policy ||
                    proposal->roster.n_asked != controller->roster.n_asked;
    if (!grades || is_asked) {
        int status = tapd_compile(proposal->policy, active, n_active, before, &proposal->network,
                                  diagnostics);
        if (status || !grades) {
            return status;
        }
        tapd_network_free(proposal->network);
    }
    return tapd_compile_around(proposal->policy, active, n_active, before, grades,
                               &proposal->network, diagnostics);
}

static int compile(struct tapd_controller *controller, struct tapd_proposal *proposal,
                   bool same_fabric, struct yaml_diagnostics *diagnostics)
{
    size_t n_active;
    struct tapd_active *active =
        tapd_roster_active(&proposal->roster, tapd_now_ms(controller), &n_active);
    int status = -1;
    if (active) {
        status = compile_taps(controller, proposal, active, n_active, same_fabric, diagnostics);
    }
    if (status == 0) {
        proposal->network->since_ms = tapd_monotonic_ms();
        status =
            tapd_conditions_new(&proposal->conditions, proposal->network, tapd_now_ms(controller));
    }
    if (status != 0 && yaml_errors_count(diagnostics) == 0) {
        struct yaml_source source = {.file = proposal->policy->file, .diagnostics = diagnostics};
        yaml_error_at(&source, 0, 0, "out of memory");
    }
    free(active);
    return status;
}

/* Files → a proposal that could be put into force; -1 and why it can not. The
 * caller frees what is there in any case. */
int tapd_force_load(struct tapd_controller *controller, const struct tapd_records *records,
                    const char *file, struct tapd_proposal *proposal, struct base_buffer *why)
{
    struct yaml_diagnostics diagnostics = {0};
    const struct tapd_controller_options *options = controller->options;
    if (tapd_policy_load(options->policy, &proposal->policy, &diagnostics) ||
        yaml_load_lab(&yaml_disk, options->lab, proposal->policy->topology, &proposal->lab,
                      &diagnostics) ||
        tapd_compile_check(proposal->policy, &diagnostics) ||
        tapd_roster_from_records(records, proposal->policy, file ? file : "",
                                 tapd_now_ms(controller), &proposal->roster, &diagnostics)) {
        return tapd_controller_explain(&diagnostics, why);
    }
    char *fabric = tapd_fabric_describe(proposal->policy, proposal->lab);
    bool same = fabric && controller->fabric && strcmp(fabric, controller->fabric) == 0;
    free(fabric);
    return compile(controller, proposal, same, &diagnostics)
               ? tapd_controller_explain(&diagnostics, why)
               : 0;
}

int tapd_force_save(struct tapd_controller *controller, const struct tapd_policy *policy,
                    const struct tapd_roster *roster, struct base_buffer *why)
{
    struct tapd_records records;
    struct base_error error = {"out of memory"};
    if (!controller->store) {
        return 0;
    }
    int status = tapd_roster_to_records(roster, policy, &records);
    int64_t was_set_by_ms = clock_ms(CLOCK_REALTIME) - tapd_now_ms(controller);
    for (size_t i = 0; i < records.n_items; i++) { /* a file is of the wall clock as it is */
        records.items[i].expires_ms += records.items[i].id ? was_set_by_ms : 0;
    }
    status = status || tapd_store_save(controller->store, &records, &error) ? -1 : 0;
    tapd_records_free(&records);
    if (status) {
        base_put_format(why, "%s\n", error.text);
    } else {
        controller->unsaved = false;
    }
    return status;
}

void tapd_force_drop(struct tapd_proposal *proposal)
{
    tapd_conditions_free(&proposal->conditions);
    tapd_network_free(proposal->network);
    tapd_roster_free(&proposal->roster, NULL);
    lab_free(proposal->lab);
    tapd_policy_free(proposal->policy);
}

void tapd_force_wait(struct tapd_controller *controller, int64_t ms)
{
    const struct timeval delay = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    evtimer_add(controller->expiry, &delay);
}

void tapd_force_await_expiry(struct tapd_controller *controller)
{
    int64_t next_ms = tapd_roster_next_ms(&controller->roster);
    if (next_ms == INT64_MAX) {
        evtimer_del(controller->expiry);
        return;
    }
    int64_t ms = next_ms - tapd_now_ms(controller);
    tapd_force_wait(controller, ms < 0 ? 0 : ms < CHECK_MS_MAX ? ms : CHECK_MS_MAX);
}

void tapd_controller_watch(struct tapd_controller *controller, struct tapd_watch *watch)
{
    watch->next = controller->watches;
    controller->watches = watch;
}

void tapd_controller_unwatch(struct tapd_controller *controller, struct tapd_watch *watch)
{
    struct tapd_watch **at = &controller->watches;
    while (*at && *at != watch) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = watch->next;
    }
    if (controller->next_watch == watch) {
        controller->next_watch = watch->next;
    }
}

void tapd_force_update(struct tapd_controller *controller)
{
    tapd_conditions_update(&controller->conditions, controller->installer, tapd_now_ms(controller));
    for (struct tapd_watch *watch = controller->watches; watch; watch = controller->next_watch) {
        controller->next_watch = watch->next;
        watch->changed(watch);
    }
    controller->next_watch = NULL;
}

/* From here on nothing can fail. What was in force before is freed last: the new
 * may point into it, and the installer does until it is told. */
void tapd_force_enforce(struct tapd_controller *controller, struct tapd_proposal *proposal)
{
    struct tapd_network *network = controller->network;
    struct tapd_roster roster = controller->roster;
    struct tapd_policy *policy = controller->policy;
    struct lab *lab = controller->lab;
    controller->network = proposal->network;
    controller->roster = proposal->roster;
    controller->policy = proposal->policy;
    controller->lab = proposal->lab;
    tapd_installer_set(controller->installer, controller->network);
    tapd_conditions_inherit(&proposal->conditions, &controller->conditions);
    controller->conditions = proposal->conditions;
    tapd_force_update(controller);
    tapd_network_free(network);
    tapd_roster_free(&roster, &controller->roster);
    if (controller->traffic && policy == controller->policy) {
        tapd_traffic_changed(controller->traffic);
    } else if (controller->traffic && tapd_traffic_use(controller->traffic, controller->policy)) {
        tapd_log("out of memory: no taps come by themselves until the next reload");
    }
    if (policy != controller->policy) {
        warn_deaf(controller);
        lab_free(lab);
        tapd_policy_free(policy);
    }
    tapd_force_await_expiry(controller);
}

/* Not saved, and then in force all the same only if it needs not be. */
enum tapd_outcome tapd_force_change(struct tapd_controller *controller, struct tapd_roster *roster,
                                    bool must_save, struct base_buffer *why)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_proposal proposal = {
        .policy = controller->policy, .lab = controller->lab, .roster = *roster};
    enum tapd_outcome outcome = TAPD_DONE;
    if (compile(controller, &proposal, true, &diagnostics)) {
        tapd_controller_explain(&diagnostics, why);
        outcome = TAPD_BAD;
    } else if (tapd_force_save(controller, controller->policy, roster, why)) {
        outcome = must_save ? TAPD_FAILED : TAPD_DONE;
        controller->unsaved |= !must_save;
    }
    if (outcome != TAPD_DONE) {
        tapd_conditions_free(&proposal.conditions);
        tapd_network_free(proposal.network);
        tapd_roster_free(&proposal.roster, &controller->roster);
        return outcome;
    }
    tapd_force_enforce(controller, &proposal);
    return TAPD_DONE;
}

enum tapd_outcome tapd_controller_change(struct tapd_controller *controller,
                                         struct tapd_roster *roster, struct base_buffer *why)
{
    return tapd_force_change(controller, roster, true, why);
}

static const char *link_trouble(const void *context, const struct tapd_link *link)
{
    const struct tapd_controller *controller = context;
    return controller->installer
               ? tapd_installer_no_passage(controller->installer, link->from, link->to)
               : NULL;
}

void tapd_force_reroute(struct tapd_controller *controller)
{
    struct yaml_diagnostics diagnostics = {0};
    struct base_buffer why = {0};
    struct tapd_proposal proposal = {.policy = controller->policy, .lab = controller->lab};
    if (tapd_outage_look(&controller->outage, controller->policy->graph, link_trouble, controller,
                         tapd_monotonic_ms()) <= 0) {
        return;
    }
    if (tapd_roster_copy(&controller->roster, &proposal.roster) ||
        compile(controller, &proposal, true, &diagnostics)) {
        tapd_controller_explain(&diagnostics, &why);
        tapd_log("links are not gone around: %s", base_buffer_text(&why));
        tapd_conditions_free(&proposal.conditions);
        tapd_network_free(proposal.network);
        tapd_roster_drop(&proposal.roster);
    } else {
        tapd_force_enforce(controller, &proposal);
    }
    base_buffer_free(&why);
}
