/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of the controller: its start, reloads, taps that end, and taps that traffic asks
 * for. force.c puts things into force, requests.c changes taps, fabric.c has the connections. */
#include "tapd/face/controller.h"

#include "base/none.h"
#include "tapd/face/controller_inside.h"
#include "tapd/install/dialect.h"
#include "tapd/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    RETRY_MS = 5000,            /* after a tap could not be ended */
    GATHER_MS = 10,             /* links that fail together */
    RENEW_MS = 4 * 3600 * 1000, /* entries that last no more than 18 hours */
    LOOK_MS = 250,              /* at those that are silent, or doubted */
};

static int start(struct tapd_controller *controller, struct base_buffer *why);
static int start_traffic(struct tapd_controller *controller, struct base_buffer *why);
static void on_settled(void *owner);
static void on_expired(void *owner, uint32_t id);
static void on_changed(void *owner);
static void on_look(evutil_socket_t fd, short events, void *arg);
static void on_expiry(evutil_socket_t fd, short events, void *arg);

static const struct tapd_installer_ops INSTALLER_OPS = {
    .settled = on_settled, .expired = on_expired, .changed = on_changed};

struct tapd_controller *tapd_controller_new(struct event_base *base,
                                            const struct tapd_controller_options *options,
                                            void (*settled)(void *owner), void *owner,
                                            struct base_buffer *why)
{
    struct tapd_controller *controller = calloc(1, sizeof *controller);
    if (!controller) {
        base_put_text(why, "out of memory\n");
        return NULL;
    }
    *controller = (struct tapd_controller){.base = base,
                                           .options = options,
                                           .settled = settled,
                                           .owner = owner,
                                           .installer_ops = &INSTALLER_OPS};
    tapd_force_set_clock(controller);
    controller->expiry = evtimer_new(base, on_expiry, controller);
    controller->look = evtimer_new(base, on_look, controller);
    if (!controller->expiry || !controller->look || start(controller, why)) {
        tapd_controller_free(controller);
        return NULL;
    }
    return controller;
}

static void end_watches(struct tapd_controller *controller)
{
    while (controller->watches) {
        struct tapd_watch *watch = controller->watches;
        tapd_controller_unwatch(controller, watch);
        if (watch->ended) {
            watch->ended(watch);
        }
    }
}

void tapd_controller_free(struct tapd_controller *controller)
{
    if (!controller) {
        return;
    }
    end_watches(controller);
    tapd_traffic_free(controller->traffic);
    tapd_installer_free(controller->installer);
    tapd_conditions_free(&controller->conditions);
    tapd_network_free(controller->network);
    tapd_roster_free(&controller->roster, NULL);
    lab_free(controller->lab);
    tapd_policy_free(controller->policy);
    tapd_store_close(controller->store);
    if (controller->expiry) {
        event_free(controller->expiry);
    }
    if (controller->look) {
        event_free(controller->look);
    }
    tapd_outage_free(&controller->outage);
    free(controller->fabric);
    free(controller);
}

/* Entries as switches say them for which the lab file has a version. What that cannot say stays as
 * it is. */
static int say_in_version(const struct tapd_proposal *proposal, struct base_buffer *why)
{
    struct tapd_network *network = proposal->network;
    int status = 0;
    for (size_t sw = 0; sw < proposal->policy->topology->n_switches; sw++) {
        struct flow_table *table = &network->tables[sw];
        uint8_t version = proposal->lab->switches[sw].version;
        for (size_t i = 0; version != 0 && i < table->n_entries && status >= 0; i++) {
            const struct flow_entry *said;
            status = tapd_dialect(&table->entries[i], version, &network->arena, &said, NULL);
            table->entries[i] = status == 0 ? *said : table->entries[i];
        }
    }
    if (status < 0) {
        base_put_text(why, "out of memory\n");
    }
    return status < 0 ? -1 : 0;
}

int tapd_controller_format(const struct tapd_controller_options *options, struct base_buffer *out,
                           struct base_buffer *why)
{
    struct tapd_controller controller = {.options = options};
    struct tapd_records records = {.next_id = 1};
    struct tapd_proposal proposal = {0};
    tapd_force_set_clock(&controller);
    int status = tapd_force_load(&controller, &records, NULL, &proposal, why);
    status = status == 0 ? say_in_version(&proposal, why) : status;
    if (status == 0) {
        tapd_network_format(proposal.network, out);
    }
    tapd_force_drop(&proposal);
    return status;
}

/* The switches are the same in most reloads: the connections stay. If they can
 * not be had in the new way, the old one is taken up again. */
enum tapd_outcome tapd_controller_reload(struct tapd_controller *controller,
                                         struct base_buffer *why)
{
    struct tapd_records records;
    struct tapd_proposal proposal = {0};
    enum tapd_outcome outcome = TAPD_BAD;
    if (tapd_roster_to_records(&controller->roster, controller->policy, &records)) {
        base_put_text(why, "out of memory\n");
        outcome = TAPD_FAILED;
    } else if (tapd_force_load(controller, &records, "taps on demand", &proposal, why) == 0) {
        if (tapd_force_save(controller, proposal.policy, &proposal.roster, why)) {
            outcome = TAPD_FAILED;
        } else if (tapd_fabric_use(controller, &proposal, why) == 0) {
            tapd_force_enforce(controller, &proposal);
            tapd_installer_go_on(controller->installer);
            tapd_log("reloaded %s", controller->policy->file);
            outcome = TAPD_DONE;
        } else {
            tapd_force_save(controller, controller->policy, &controller->roster, why);
        }
    }
    if (outcome != TAPD_DONE) {
        tapd_force_drop(&proposal);
    }
    tapd_records_free(&records);
    return outcome;
}

const struct tapd_policy *tapd_controller_policy(const struct tapd_controller *controller)
{
    return controller->policy;
}

const struct tapd_conditions *tapd_controller_conditions(const struct tapd_controller *controller)
{
    return &controller->conditions;
}

struct event_base *tapd_controller_base(const struct tapd_controller *controller)
{
    return controller->base;
}

const struct tapd_installer *tapd_controller_installer(const struct tapd_controller *controller)
{
    return controller->installer;
}

const struct tapd_traffic *tapd_controller_traffic(const struct tapd_controller *controller)
{
    return controller->traffic;
}

/* The first time */

static int open_store(struct tapd_controller *controller, struct tapd_records *records,
                      struct base_buffer *why)
{
    struct base_error error;
    *records = (struct tapd_records){.next_id = 1};
    if (!controller->options->state) {
        return 0;
    }
    controller->store = tapd_store_open(controller->options->state, records, &error);
    if (!controller->store) {
        base_put_format(why, "%s\n", error.text);
        return -1;
    }
    return 0;
}

static int start(struct tapd_controller *controller, struct base_buffer *why)
{
    const struct tapd_controller_options *options = controller->options;
    struct tapd_records records;
    struct tapd_proposal proposal = {0};
    int status = -1;
    if (open_store(controller, &records, why) == 0 &&
        tapd_force_load(controller, &records, options->state, &proposal, why) == 0 &&
        tapd_force_save(controller, proposal.policy, &proposal.roster, why) == 0 &&
        tapd_fabric_use(controller, &proposal, why) == 0) {
        tapd_force_enforce(controller, &proposal);
        status = start_traffic(controller, why);
    } else {
        tapd_force_drop(&proposal);
    }
    tapd_records_free(&records);
    return status;
}

/* Traffic */

static int64_t now_ms(void *owner)
{
    return tapd_now_ms(owner);
}

static bool has_tap(void *owner, const char *name)
{
    const struct tapd_controller *controller = owner;
    size_t index = tapd_roster_find(&controller->roster, name);
    return index != INDEX_NONE && !controller->roster.items[index].over;
}

static bool add_for_traffic(void *owner, struct tapd_tap *tap_own)
{
    struct base_buffer why = {0};
    bool added = tapd_controller_put(owner, tap_own, TAPD_FROM_TRAFFIC, &why) == TAPD_DONE;
    if (!added) {
        tapd_log("traffic asked for a tap that cannot be: %s", base_buffer_text(&why));
    }
    base_buffer_free(&why);
    return added;
}

static void extend_for_traffic(void *owner, const char *name)
{
    struct base_buffer why = {0};
    if (tapd_controller_extend(owner, name, NULL, &why) != TAPD_DONE) {
        tapd_log("tap %s is not extended: %s", name, base_buffer_text(&why));
    }
    base_buffer_free(&why);
}

static int start_traffic(struct tapd_controller *controller, struct base_buffer *why)
{
    static const struct tapd_traffic_ops ops = {
        .now_ms = now_ms, .has = has_tap, .add = add_for_traffic, .extend = extend_for_traffic};
    struct base_error error;
    if (!controller->options->sflow) {
        return 0;
    }
    controller->traffic = tapd_traffic_new(controller->base, controller->options->sflow,
                                           controller->policy, &ops, controller, &error);
    if (!controller->traffic) {
        base_put_format(why, "%s\n", error.text);
        return -1;
    }
    return 0;
}

/* Events */

/* Ports that fail together are told one by one. */
static void look_after(struct tapd_controller *controller, unsigned ms)
{
    const struct timeval delay = {.tv_usec = ms * 1000};
    if (!controller->is_looking_soon) {
        controller->is_looking_soon = ms == GATHER_MS;
        evtimer_add(controller->look, &delay);
    }
}

/* Before there is a network nothing is asked of it. */
static void on_changed(void *owner)
{
    struct tapd_controller *controller = owner;
    tapd_force_update(controller);
    look_after(controller, GATHER_MS);
}

static void on_look(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct tapd_controller *controller = arg;
    tapd_force_reroute(controller);
    controller->is_looking_soon = false;
    look_after(controller, LOOK_MS);
}

static void on_settled(void *owner)
{
    struct tapd_controller *controller = owner;
    on_changed(controller);
    if (tapd_installer_is_installed(controller->installer)) {
        tapd_roster_settle(&controller->roster);
    }
    if (controller->settled) {
        controller->settled(controller->owner);
    }
}

/* A tap that has ended is gone from the switches even if its end can not be
 * saved; that is told and tried again. */
static void end_taps(struct tapd_controller *controller, struct tapd_roster *roster)
{
    struct base_buffer why = {0};
    bool ended = tapd_force_change(controller, roster, false, &why) == TAPD_DONE;
    if (!ended || controller->unsaved) {
        tapd_log("a tap that has ended is not %s yet: %s", ended ? "forgotten" : "removed",
                 base_buffer_text(&why));
        tapd_force_wait(controller, RETRY_MS);
    }
    base_buffer_free(&why);
}

/* Nothing is told again. */
static void save_at_last(struct tapd_controller *controller)
{
    struct base_buffer why = {0};
    if (tapd_force_save(controller, controller->policy, &controller->roster, &why)) {
        tapd_force_wait(controller, RETRY_MS);
    } else {
        tapd_log("taps that have ended are forgotten");
        tapd_force_await_expiry(controller);
    }
    base_buffer_free(&why);
}

/* When the entries got their hard_timeouts, as tapd_now_ms. */
static int64_t compiled_ms(const struct tapd_controller *controller)
{
    return tapd_now_ms(controller) - (tapd_monotonic_ms() - controller->network->since_ms);
}

static void on_expired(void *owner, uint32_t id)
{
    struct tapd_controller *controller = owner;
    struct tapd_roster roster;
    size_t index = tapd_roster_find_id(&controller->roster, id);
    if (index == INDEX_NONE || controller->roster.items[index].over ||
        controller->roster.items[index].fresh || /* an entry of before it was extended */
        tapd_roster_copy(&controller->roster, &roster)) {
        return;
    }
    tapd_roster_renew(&roster, compiled_ms(controller));
    if (!roster.items[index].fresh) { /* else the entry could not say how late its tap ends */
        tapd_log("tap %s has ended", roster.items[index].tap->name);
        tapd_roster_end(&roster, index);
    }
    end_taps(controller, &roster);
}

static void on_expiry(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct tapd_controller *controller = arg;
    struct tapd_roster roster;
    if (tapd_roster_copy(&controller->roster, &roster)) {
        tapd_force_wait(controller, RETRY_MS);
        return;
    }
    size_t n = tapd_roster_expire(&roster, tapd_now_ms(controller));
    int64_t then_ms = compiled_ms(controller);
    if (n == 0 && tapd_now_ms(controller) - then_ms > RENEW_MS &&
        tapd_roster_renew(&roster, then_ms)) {
        end_taps(controller, &roster);
        return;
    }
    if (n == 0) {
        tapd_roster_drop(&roster);
        if (controller->unsaved) {
            save_at_last(controller);
        } else {
            tapd_force_await_expiry(controller);
        }
        return;
    }
    tapd_log("%zu tap%s ended", n, n == 1 ? " has" : "s have");
    end_taps(controller, &roster);
}
