/* SPDX-License-Identifier: Apache-2.0
 *
 * The switches that are installed to, and what they report: answers, losses, removals.
 * round.c has the rounds. */
#include "tapd/install/installer.h"

#include "ofctl/flow.h"
#include "tapd/install/installer_inside.h"
#include "tapd/log.h"

#include <event2/util.h>
#include <stdlib.h>
#include <string.h>

enum {
    RESYNC_MS = 10000,
    SETTLE_MS = 20,
    PATIENCE_MS = 2000,
    GATHER_MS = 10,     /* entries that go, often go together */
    CONTESTS = 2,       /* so often it is put right what somebody else writes */
    CONTESTS_YOUNG = 4, /* so often more, and up to as many as below besides, by chance */
    CONTESTS_CHANCE = 31,
    YOUNG_MS = 60000,     /* after the start */
    CONTESTED_MS = 60000, /* without any, and all is forgotten */
};

static const struct tapd_session_ops SESSION_OPS;

static void on_resync(evutil_socket_t fd, short events, void *arg);

static unsigned or_default(unsigned value, unsigned otherwise)
{
    return value ? value : otherwise;
}

static int add_target(struct tapd_installer *installer, const struct topology_switch *sw,
                      const struct lab_switch *lab, bool owned, struct base_error *error)
{
    struct tapd_target *target = &installer->targets[installer->n_targets++];
    *target = (struct tapd_target){.installer = installer,
                                   .name = strdup(sw->name),
                                   .away_ms = tapd_monotonic_ms() + TAPD_COMING_MS};
    if (!target->name) {
        return base_fail(error, "out of memory");
    }
    return owned ? tapd_sessions_add(installer->sessions, sw->name, sw->dpid, lab, &SESSION_OPS,
                                     target, &target->session, error)
                 : 0;
}

static int add_targets(struct tapd_installer *installer, const struct topology *topology,
                       const struct lab *lab, const bool *owns, struct base_error *error)
{
    for (size_t i = 0; i < topology->n_switches; i++) {
        const struct topology_switch *sw = &topology->switches[i];
        if (add_target(installer, sw, &lab->switches[i], owns[i], error)) {
            return -1;
        }
    }
    return 0;
}

static int allocate(struct tapd_installer *installer, size_t n_switches)
{
    struct event_base *base = installer->base;
    installer->sessions = tapd_sessions_new(base, &installer->options.session);
    installer->targets = calloc(n_switches + 1, sizeof *installer->targets);
    installer->actual = calloc(n_switches + 1, sizeof(struct flow_table *));
    installer->versions = calloc(n_switches + 1, sizeof *installer->versions);
    installer->wakeup = evtimer_new(base, tapd_round_on_wakeup, installer);
    installer->timer = evtimer_new(base, tapd_round_on_timer, installer);
    installer->resync = event_new(base, -1, EV_PERSIST, on_resync, installer);
    return installer->sessions && installer->targets && installer->actual && installer->versions &&
                   installer->wakeup && installer->timer && installer->resync
               ? 0
               : -1;
}

struct tapd_installer *tapd_installer_new(struct event_base *base, const struct topology *topology,
                                          const struct lab *lab, const bool *owns,
                                          const struct tapd_installer_options *options,
                                          const struct tapd_installer_ops *ops, void *owner,
                                          struct base_error *error)
{
    struct tapd_installer *installer = calloc(1, sizeof *installer);
    if (!installer) {
        base_fail(error, "out of memory");
        return NULL;
    }
    *installer =
        (struct tapd_installer){.base = base, .options = *options, .ops = ops, .owner = owner};
    endpoint_tls_complete(&installer->options.session.tls, &lab->tls);
    installer->options.resync_ms = or_default(options->resync_ms, RESYNC_MS);
    installer->options.settle_ms = or_default(options->settle_ms, SETTLE_MS);
    installer->options.patience_ms = or_default(options->patience_ms, PATIENCE_MS);
    installer->is_told_contests = options->max_contests > 0;
    installer->begun_ms = tapd_monotonic_ms();
    if (allocate(installer, topology->n_switches)) {
        base_fail(error, "out of memory");
    } else if (add_targets(installer, topology, lab, owns, error) == 0) {
        return installer;
    }
    tapd_installer_free(installer);
    return NULL;
}

int tapd_installer_listen(struct tapd_installer *installer, const char *endpoint,
                          struct base_error *error)
{
    return tapd_sessions_listen(installer->sessions, endpoint, error);
}

void tapd_installer_start(struct tapd_installer *installer)
{
    const struct timeval period = tapd_after_ms(installer->options.resync_ms);
    event_add(installer->resync, &period);
    tapd_sessions_start(installer->sessions);
}

void tapd_installer_set(struct tapd_installer *installer, const struct tapd_network *network)
{
    if (!installer) {
        return;
    }
    installer->network = network;
    installer->abandoned = true;
    for (size_t i = 0; i < installer->n_targets; i++) {
        installer->targets[i].n_rounds = 0;
    }
    tapd_installer_resync(installer);
}

void tapd_installer_resync(struct tapd_installer *installer)
{
    for (size_t i = 0; i < installer->n_targets; i++) {
        installer->targets[i].stale = true;
        installer->targets[i].refuses = installer->yields;
    }
    tapd_round_wake(installer, 0);
}

void tapd_installer_go_on(struct tapd_installer *installer)
{
    if (installer) {
        installer->yields = false;
        installer->n_contests = 0;
        tapd_installer_resync(installer);
    }
}

struct tapd_switch_report tapd_installer_report(const struct tapd_installer *installer, size_t sw)
{
    if (!installer) {
        return (struct tapd_switch_report){.owned = true, .trouble = "no connections can be made"};
    }
    const struct tapd_target *target = &installer->targets[sw];
    struct tapd_switch_report report = {
        .owned = target->session != NULL,
        .trouble = target->trouble.text,
        .n_wanted = installer->network ? installer->network->tables[sw].n_entries : 0,
        .n_own = target->n_own,
        .foreign = target->foreign,
        .n_foreign_told = target->n_foreign_told,
        .n_foreign = target->n_foreign,
    };
    if (target->session) {
        report.protocol = tapd_session_protocol(target->session);
        report.up = tapd_session_is_up(target->session);
        report.installed = tapd_target_is_right(target);
        report.trouble = report.up ? report.trouble : tapd_session_trouble(target->session);
    }
    return report;
}

uint64_t tapd_installer_n_mods(const struct tapd_installer *installer)
{
    return installer ? installer->n_mods : 0;
}

void tapd_installer_free(struct tapd_installer *installer)
{
    if (!installer) {
        return;
    }
    tapd_sessions_free(installer->sessions);
    struct event *events[] = {installer->wakeup, installer->timer, installer->resync};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (events[i]) {
            event_free(events[i]);
        }
    }
    for (size_t i = 0; i < installer->n_targets; i++) {
        struct tapd_target *target = &installer->targets[i];
        tapd_target_forget(target);
        base_arena_free(&target->actions);
        base_arena_free(&target->texts);
        tapd_target_forget_seen(target);
        free(target->harms);
        free(target->ports);
        free(target->mods);
        free(target->name);
    }
    tapd_difference_free(&installer->difference);
    free(installer->targets);
    free(installer->actual);
    free(installer->versions);
    free(installer);
}

/* What a switch says */

static void answered(struct tapd_target *target)
{
    struct tapd_installer *installer = target->installer;
    if (target->awaited) {
        target->awaited = false;
        installer->n_awaited--;
        tapd_round_poke(installer);
    } else {
        tapd_round_wake(installer, 0); /* too late for its round */
    }
}

static void tell_changed(const struct tapd_installer *installer)
{
    if (installer->ops->changed) {
        installer->ops->changed(installer->owner);
    }
}

/* All of it: half of a policy is none. */
static void yield(struct tapd_installer *installer)
{
    struct base_error why;
    base_fail(&why,
              "another controller writes entries with the cookie 0x%08x of this one, which stops; "
              "a reload makes it go on",
              installer->network->policy->cookie);
    tapd_log("%s", why.text);
    installer->yields = true;
    for (size_t i = 0; i < installer->n_targets; i++) {
        struct tapd_target *target = &installer->targets[i];
        target->refuses = true;
        target->trouble = why;
    }
    installer->abandoned = true;
}

/* Two that were started together are not to give in together. */
static void choose_contests(struct tapd_installer *installer, int64_t now_ms)
{
    uint8_t chance;
    evutil_secure_rng_get_bytes(&chance, sizeof chance);
    bool is_young = now_ms - installer->begun_ms < YOUNG_MS;
    unsigned more = is_young ? CONTESTS_YOUNG + (chance & CONTESTS_CHANCE) : 0;
    installer->options.max_contests = CONTESTS + more;
}

static void note_contest(struct tapd_target *target)
{
    struct tapd_installer *installer = target->installer;
    int64_t now_ms = tapd_monotonic_ms();
    bool lately = installer->n_contests > 0 && now_ms - installer->contested_ms < CONTESTED_MS;
    if (!lately && !installer->is_told_contests) {
        choose_contests(installer, now_ms);
    }
    installer->n_contests = lately ? installer->n_contests + !installer->is_contested : 1;
    installer->contested_ms = now_ms;
    installer->is_contested = true;
    if (installer->n_contests > installer->options.max_contests && !installer->yields) {
        yield(installer);
    } else if (!installer->yields) {
        tapd_log("%s: somebody else wrote entries with our cookie", target->name);
    }
}

static void on_up(void *owner)
{
    struct tapd_target *target = owner;
    tapd_target_forget_seen(target);
    target->stale = true;
    target->refuses = target->installer->yields;
    target->n_rounds = 0;
    tapd_round_wake(target->installer, 0);
    tell_changed(target->installer);
}

static void on_read(void *owner, struct switch_state *state)
{
    struct tapd_target *target = owner;
    tapd_target_forget(target);
    target->table = state->flows;
    state->flows = (struct flow_table){0};
    free(target->ports);
    target->ports = state->ports;
    target->n_ports = state->n_ports;
    state->ports = NULL;
    state->n_ports = 0;
    target->read_ms = tapd_monotonic_ms();
    target->known = true;
    target->compared = false;
    if (target->installer->network && tapd_target_is_contested(target)) {
        note_contest(target);
    }
    answered(target);
}

static void on_refused(void *owner, size_t index, const char *why)
{
    struct tapd_target *target = owner;
    const struct of_flow_mod *mod = &target->mods[index];
    struct base_buffer text = {0};
    struct base_error trouble;
    ofctl_format_flow(&mod->entry, FLOW_NO_STATS, &text);
    base_fail(&trouble, "refuses %s %s: %s", flow_command_name(mod->command),
              base_buffer_text(&text), why);
    base_buffer_free(&text);
    tapd_target_refuse(target, &trouble);
}

static void on_acknowledged(void *owner)
{
    answered(owner);
}

static void on_down(void *owner, const char *why)
{
    struct tapd_target *target = owner;
    struct tapd_installer *installer = target->installer;
    tapd_target_forget(target);
    target->away_ms = tapd_monotonic_ms();
    base_fail(&target->trouble, "%s", why); /* until it has all that is wanted */
    installer->abandoned |= installer->actual[target - installer->targets] != NULL;
    answered(target);
    tell_changed(installer);
}

/* An entry of ours has gone. Those that a wave deletes go while it waits for
 * the barrier. */
static void on_removed(void *owner, const struct of_flow_removed *removed)
{
    struct tapd_target *target = owner;
    struct tapd_installer *installer = target->installer;
    uint32_t id = (uint32_t)removed->entry.cookie;
    bool by_wave = installer->stage == STAGE_WRITING && target->awaited;
    if (!tapd_target_is_own(target, &removed->entry)) {
        return;
    }
    if (removed->reason == OFPRR_HARD_TIMEOUT && id != 0) {
        installer->ops->expired(installer->owner, id);
    } else if (by_wave) {
        return;
    }
    target->stale = true;
    tapd_round_wake(installer, GATHER_MS);
}

static void on_port_changed(void *owner, const struct of_port_status *status)
{
    struct tapd_target *target = owner;
    const struct port *port = &status->port;
    bool is_up = !(port->state & PORT_STATE_LINK_DOWN) && !(port->config & PORT_CONFIG_DOWN);
    tapd_log("%s: port %u (%s) %s", target->name, port->number, port->name,
             status->reason == OFPPR_DELETE ? "is gone"
             : is_up                        ? "is up"
                                            : "is down");
    tapd_target_take_port(target, status);
    tell_changed(target->installer);
}

static const struct tapd_session_ops SESSION_OPS = {
    .up = on_up,
    .read = on_read,
    .refused = on_refused,
    .acknowledged = on_acknowledged,
    .removed = on_removed,
    .port_changed = on_port_changed,
    .down = on_down,
};

static void on_resync(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    tapd_installer_resync(arg);
}
