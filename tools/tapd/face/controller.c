/* SPDX-License-Identifier: Apache-2.0 */
#include "tapd/face/controller.h"

#include "tapd/face/controller_inside.h"
#include "tapd/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CHECK_MS_MAX = 60000, /* the wall clock may be set: look at it now and then */
    RETRY_MS = 5000,      /* after a tap could not be ended */
};

/* What is to be in force. */
struct proposal {
    struct tapd_policy *policy;
    struct lab *lab;
    struct tapd_roster roster;
    struct tapd_network *network;
};

static int start(struct tapd_controller *controller, struct base_buffer *why);
static int load(struct tapd_controller *controller, const struct tapd_records *records,
                const char *file, struct proposal *proposal, struct base_buffer *why);
static int compile(struct tapd_controller *controller, struct proposal *proposal, bool same_fabric,
                   struct yaml_diagnostics *diagnostics);
static void drop_proposal(struct proposal *proposal);
static void warn_deaf(const struct tapd_controller *controller);
static int save(struct tapd_controller *controller, const struct tapd_policy *policy,
                const struct tapd_roster *roster, struct base_buffer *why);
static enum tapd_outcome change(struct tapd_controller *controller, struct tapd_roster *roster,
                                bool must_save, struct base_buffer *why);
static void enforce(struct tapd_controller *controller, struct proposal *proposal);
static int use_fabric(struct tapd_controller *controller, const struct proposal *proposal,
                      struct base_buffer *why);
static char *describe_fabric(const struct tapd_policy *policy, const struct lab *lab);
static int start_traffic(struct tapd_controller *controller, struct base_buffer *why);
static void on_settled(void *owner);
static void on_expired(void *owner, uint32_t id);
static void on_expiry(evutil_socket_t fd, short events, void *arg);

static const struct tapd_installer_ops INSTALLER_OPS = {.settled = on_settled,
                                                        .expired = on_expired};

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
    *controller = (struct tapd_controller){
        .base = base, .options = options, .settled = settled, .owner = owner};
    controller->expiry = evtimer_new(base, on_expiry, controller);
    if (!controller->expiry || start(controller, why)) {
        tapd_controller_free(controller);
        return NULL;
    }
    return controller;
}

void tapd_controller_free(struct tapd_controller *controller)
{
    if (!controller) {
        return;
    }
    tapd_traffic_free(controller->traffic);
    tapd_installer_free(controller->installer);
    tapd_network_free(controller->network);
    tapd_roster_free(&controller->roster, NULL);
    lab_free(controller->lab);
    tapd_policy_free(controller->policy);
    tapd_store_close(controller->store);
    if (controller->expiry) {
        event_free(controller->expiry);
    }
    free(controller->fabric);
    free(controller);
}

int tapd_controller_format(const struct tapd_controller_options *options, struct base_buffer *out,
                           struct base_buffer *why)
{
    struct tapd_controller controller = {.options = options};
    struct tapd_records records = {.next_id = 1};
    struct proposal proposal = {0};
    int status = load(&controller, &records, NULL, &proposal, why);
    if (status == 0) {
        tapd_network_format(proposal.network, out);
    }
    drop_proposal(&proposal);
    return status;
}

/* The switches are the same in most reloads: the connections stay. If they can
 * not be had in the new way, the old one is taken up again. */
enum tapd_outcome tapd_controller_reload(struct tapd_controller *controller,
                                         struct base_buffer *why)
{
    struct tapd_records records;
    struct proposal proposal = {0};
    enum tapd_outcome outcome = TAPD_BAD;
    if (tapd_roster_to_records(&controller->roster, controller->policy, &records)) {
        base_put_text(why, "out of memory\n");
        outcome = TAPD_FAILED;
    } else if (load(controller, &records, "taps on demand", &proposal, why) == 0) {
        if (save(controller, proposal.policy, &proposal.roster, why)) {
            outcome = TAPD_FAILED;
        } else if (use_fabric(controller, &proposal, why) == 0) {
            enforce(controller, &proposal);
            tapd_log("reloaded %s", controller->policy->file);
            outcome = TAPD_DONE;
        } else {
            save(controller, controller->policy, &controller->roster, why);
        }
    }
    if (outcome != TAPD_DONE) {
        drop_proposal(&proposal);
    }
    tapd_records_free(&records);
    return outcome;
}

int tapd_controller_explain(struct yaml_diagnostics *diagnostics, struct base_buffer *why)
{
    yaml_format_diagnostics(diagnostics, why);
    yaml_diagnostics_free(diagnostics);
    return -1;
}

const struct tapd_policy *tapd_controller_policy(const struct tapd_controller *controller)
{
    return controller->policy;
}

const struct tapd_installer *tapd_controller_installer(const struct tapd_controller *controller)
{
    return controller->installer;
}

const struct tapd_traffic *tapd_controller_traffic(const struct tapd_controller *controller)
{
    return controller->traffic;
}

int64_t tapd_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
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
    struct proposal proposal = {0};
    int status = -1;
    if (open_store(controller, &records, why) == 0 &&
        load(controller, &records, options->state, &proposal, why) == 0 &&
        save(controller, proposal.policy, &proposal.roster, why) == 0 &&
        use_fabric(controller, &proposal, why) == 0) {
        enforce(controller, &proposal);
        status = start_traffic(controller, why);
    } else {
        drop_proposal(&proposal);
    }
    tapd_records_free(&records);
    return status;
}

/* Proposals */

/* Files → a proposal that could be put into force; -1 and why it can not. The
 * caller frees what is there in any case. */
static int load(struct tapd_controller *controller, const struct tapd_records *records,
                const char *file, struct proposal *proposal, struct base_buffer *why)
{
    struct yaml_diagnostics diagnostics = {0};
    const struct tapd_controller_options *options = controller->options;
    if (tapd_policy_load(options->policy, &proposal->policy, &diagnostics) ||
        yaml_load_lab(options->lab, proposal->policy->topology, &proposal->lab, &diagnostics) ||
        tapd_compile_check(proposal->policy, &diagnostics) ||
        tapd_roster_from_records(records, proposal->policy, file ? file : "", tapd_now_ms(),
                                 &proposal->roster, &diagnostics)) {
        return tapd_controller_explain(&diagnostics, why);
    }
    char *fabric = describe_fabric(proposal->policy, proposal->lab);
    bool same = fabric && controller->fabric && strcmp(fabric, controller->fabric) == 0;
    free(fabric);
    return compile(controller, proposal, same, &diagnostics)
               ? tapd_controller_explain(&diagnostics, why)
               : 0;
}

static int compile(struct tapd_controller *controller, struct proposal *proposal, bool same_fabric,
                   struct yaml_diagnostics *diagnostics)
{
    size_t n_active;
    struct tapd_active *active = tapd_roster_active(&proposal->roster, tapd_now_ms(), &n_active);
    int status = -1;
    if (active) {
        status =
            tapd_compile(proposal->policy, active, n_active,
                         same_fabric ? controller->network : NULL, &proposal->network, diagnostics);
    }
    if (status == 0) {
        proposal->network->since_ms = tapd_monotonic_ms();
    }
    free(active);
    return status;
}

enum tapd_outcome tapd_controller_change(struct tapd_controller *controller,
                                         struct tapd_roster *roster, struct base_buffer *why)
{
    return change(controller, roster, true, why);
}

/* Not saved, and then in force all the same only if it needs not be. */
static enum tapd_outcome change(struct tapd_controller *controller, struct tapd_roster *roster,
                                bool must_save, struct base_buffer *why)
{
    struct yaml_diagnostics diagnostics = {0};
    struct proposal proposal = {
        .policy = controller->policy, .lab = controller->lab, .roster = *roster};
    enum tapd_outcome outcome = TAPD_DONE;
    if (compile(controller, &proposal, true, &diagnostics)) {
        tapd_controller_explain(&diagnostics, why);
        outcome = TAPD_BAD;
    } else if (save(controller, controller->policy, roster, why)) {
        outcome = must_save ? TAPD_FAILED : TAPD_DONE;
        controller->unsaved |= !must_save;
    }
    if (outcome != TAPD_DONE) {
        tapd_network_free(proposal.network);
        tapd_roster_free(&proposal.roster, &controller->roster);
        return outcome;
    }
    enforce(controller, &proposal);
    return TAPD_DONE;
}

static void drop_proposal(struct proposal *proposal)
{
    tapd_network_free(proposal->network);
    tapd_roster_free(&proposal->roster, NULL);
    lab_free(proposal->lab);
    tapd_policy_free(proposal->policy);
}

static int save(struct tapd_controller *controller, const struct tapd_policy *policy,
                const struct tapd_roster *roster, struct base_buffer *why)
{
    struct tapd_records records;
    struct base_error error = {"out of memory"};
    if (!controller->store) {
        return 0;
    }
    int status = tapd_roster_to_records(roster, policy, &records) ||
                         tapd_store_save(controller->store, &records, &error)
                     ? -1
                     : 0;
    tapd_records_free(&records);
    if (status) {
        base_put_format(why, "%s\n", error.text);
    } else {
        controller->unsaved = false;
    }
    return status;
}

static void set_expiry(struct tapd_controller *controller, int64_t ms)
{
    const struct timeval delay = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    evtimer_add(controller->expiry, &delay);
}

static void await_expiry(struct tapd_controller *controller)
{
    int64_t next_ms = tapd_roster_next_ms(&controller->roster);
    if (next_ms == INT64_MAX) {
        evtimer_del(controller->expiry);
        return;
    }
    int64_t ms = next_ms - tapd_now_ms();
    set_expiry(controller, ms < 0 ? 0 : ms < CHECK_MS_MAX ? ms : CHECK_MS_MAX);
}

/* From here on nothing can fail. What was in force before is freed last: the new
 * may point into it, and the installer does until it is told. */
static void enforce(struct tapd_controller *controller, struct proposal *proposal)
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
    await_expiry(controller);
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

/* The fabric */

/* One line a switch, host and link. */
static char *describe_fabric(const struct tapd_policy *policy, const struct lab *lab)
{
    const struct topology *topology = policy->topology;
    struct base_buffer text = {0};
    for (size_t i = 0; i < topology->n_switches; i++) {
        const char *endpoint = lab->switches[i].openflow;
        base_put_format(&text, "%s %" PRIx64 " %s %d\n", topology->switches[i].name,
                        topology->switches[i].dpid, endpoint ? endpoint : "", policy->owns[i]);
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        const struct topology_host *host = &topology->hosts[i];
        base_put_format(&text, "%s %zu:%u\n", host->name, host->port.sw, host->port.port);
    }
    for (size_t i = 0; i < topology->n_links; i++) {
        const struct topology_link *link = &topology->links[i];
        base_put_format(&text, "%zu:%u %zu:%u\n", link->a.sw, link->a.port, link->b.sw,
                        link->b.port);
    }
    return base_buffer_take_text(&text);
}

static int check_endpoints(const struct tapd_controller *controller,
                           const struct tapd_policy *policy, const struct lab *lab,
                           struct base_buffer *why)
{
    for (size_t i = 0; i < policy->topology->n_switches; i++) {
        if (policy->owns[i] && !lab->switches[i].openflow && controller->options->n_listen == 0) {
            base_put_format(why,
                            "%s: where it answers OpenFlow is not said in %s; give a lab file "
                            "(--lab), or listen for it (--listen)\n",
                            policy->topology->switches[i].name,
                            lab->file ? lab->file : policy->topology->file);
            return -1;
        }
    }
    return 0;
}

/* NULL if one of the endpoints can not be had. */
static struct tapd_installer *connect_fabric(struct tapd_controller *controller,
                                             const struct tapd_policy *policy,
                                             const struct lab *lab, struct base_buffer *why)
{
    const struct tapd_controller_options *options = controller->options;
    struct base_error error;
    struct tapd_installer *installer =
        tapd_installer_new(controller->base, policy->topology, lab, policy->owns,
                           &options->installer, &INSTALLER_OPS, controller, &error);
    int status = installer ? 0 : -1;
    for (size_t i = 0; status == 0 && i < options->n_listen; i++) {
        status = tapd_installer_listen(installer, options->listen[i], &error);
    }
    if (status) {
        base_put_format(why, "%s\n", error.text);
        tapd_installer_free(installer);
        return NULL;
    }
    tapd_installer_start(installer);
    return installer;
}

/* Other switches, or elsewhere: all connections are made anew. A port where the
 * old ones listen can not be had twice, so those go first; if the new can not be had,
 * they come back. */
static int use_fabric(struct tapd_controller *controller, const struct proposal *proposal,
                      struct base_buffer *why)
{
    char *fabric = describe_fabric(proposal->policy, proposal->lab);
    if (!fabric || check_endpoints(controller, proposal->policy, proposal->lab, why)) {
        free(fabric);
        return -1;
    }
    if (controller->installer && strcmp(controller->fabric, fabric) == 0) {
        free(fabric);
        return 0;
    }
    tapd_installer_free(controller->installer);
    controller->installer = connect_fabric(controller, proposal->policy, proposal->lab, why);
    if (!controller->installer) {
        free(fabric);
        if (controller->policy) {
            controller->installer =
                connect_fabric(controller, controller->policy, controller->lab, why);
            tapd_installer_set(controller->installer, controller->network);
        }
        return -1;
    }
    free(controller->fabric);
    controller->fabric = fabric;
    return 0;
}

/* Traffic */

static int64_t now_ms(void *owner)
{
    (void)owner;
    return tapd_now_ms();
}

static bool has_tap(void *owner, const char *name)
{
    const struct tapd_controller *controller = owner;
    size_t index = tapd_roster_find(&controller->roster, name);
    return index != SIZE_MAX && !controller->roster.items[index].over;
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

static void on_settled(void *owner)
{
    struct tapd_controller *controller = owner;
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
    bool ended = change(controller, roster, false, &why) == TAPD_DONE;
    if (!ended || controller->unsaved) {
        tapd_log("a tap that has ended is not %s yet: %s", ended ? "forgotten" : "removed",
                 base_buffer_text(&why));
        set_expiry(controller, RETRY_MS);
    }
    base_buffer_free(&why);
}

/* Nothing is told again. */
static void save_at_last(struct tapd_controller *controller)
{
    struct base_buffer why = {0};
    if (save(controller, controller->policy, &controller->roster, &why)) {
        set_expiry(controller, RETRY_MS);
    } else {
        tapd_log("taps that have ended are forgotten");
        await_expiry(controller);
    }
    base_buffer_free(&why);
}

static void on_expired(void *owner, uint32_t id)
{
    struct tapd_controller *controller = owner;
    struct tapd_roster roster;
    size_t index = tapd_roster_find_id(&controller->roster, id);
    if (index == SIZE_MAX || controller->roster.items[index].over ||
        controller->roster.items[index].fresh || /* an entry of before it was extended */
        tapd_roster_copy(&controller->roster, &roster)) {
        return;
    }
    tapd_log("tap %s has ended", roster.items[index].tap->name);
    tapd_roster_end(&roster, index);
    end_taps(controller, &roster);
}

static void on_expiry(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct tapd_controller *controller = arg;
    struct tapd_roster roster;
    if (tapd_roster_copy(&controller->roster, &roster)) {
        set_expiry(controller, RETRY_MS);
        return;
    }
    size_t n = tapd_roster_expire(&roster, tapd_now_ms());
    if (n == 0) {
        tapd_roster_drop(&roster);
        if (controller->unsaved) {
            save_at_last(controller);
        } else {
            await_expiry(controller);
        }
        return;
    }
    tapd_log("%zu tap%s ended", n, n == 1 ? " has" : "s have");
    end_taps(controller, &roster);
}
