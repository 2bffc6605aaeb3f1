/* SPDX-License-Identifier: Apache-2.0 */
#include "tapd/installer.h"

#include "tapd/difference.h"
#include "tapd/log.h"

#include <stdlib.h>
#include <string.h>

enum {
    FOREIGN_TOLD = 100, /* of a switch, by a report */
    ROUNDS_IN_VAIN = 5, /* after so many a switch does not keep what it is told */
    GATHER_MS = 10,     /* entries that go, often go together */
};

/* One switch of the topology. */
struct target {
    struct tapd_installer *installer;
    char *name;
    struct tapd_session *session; /* NULL: not owned */
    struct flow_table table;      /* as it was read last */
    bool known;                   /* table is what is there, as far as can be known */
    bool stale;                   /* to be read again before it is believed */
    bool awaited;                 /* the round waits for its answer */
    bool refuses;                 /* left out until the next resync */
    unsigned n_rounds;            /* in a row that had something to send to it */
    struct base_error trouble;    /* why it refuses; "" */
    struct of_flow_mod *mods;     /* on their way to it */
    size_t n_mods, mods_capacity;
    struct base_arena actions; /* of mods */
    size_t n_own;
    size_t n_steps; /* of the last difference */
    struct tapd_foreign_text foreign[FOREIGN_TOLD];
    size_t n_foreign_told, n_foreign;
    struct base_arena texts; /* of foreign */
};

enum stage {
    STAGE_RESTING,  /* until something is due */
    STAGE_READING,  /* awaits tables */
    STAGE_SETTLING, /* awaits that frames follow the tables, before the next wave */
    STAGE_WRITING,  /* awaits the barriers of a wave */
};

struct tapd_installer {
    struct event_base *base;
    struct tapd_installer_options options;
    const struct tapd_installer_ops *ops;
    void *owner;
    struct tapd_sessions *sessions;
    struct target *targets; /* by switch */
    size_t n_targets;
    const struct tapd_network *network; /* NULL: none yet */
    enum stage stage;
    bool due;       /* a round, when this one is over */
    bool abandoned; /* the round: what is left of it is not sent */
    bool impatient; /* the round has waited long enough */
    size_t n_awaited;
    struct tapd_difference difference; /* STAGE_SETTLING, STAGE_WRITING */
    size_t wave;                       /* the next */
    const struct flow_table **actual;  /* by switch */
    size_t n_blocked, n_held;          /* of the last difference */
    size_t n_sent;                     /* flow-mods since it was last settled */
    struct event *wakeup;              /* to go on */
    struct event *timer;               /* patience, settling */
    struct event *resync;
};

static const struct tapd_session_ops SESSION_OPS;

static void on_wakeup(evutil_socket_t fd, short events, void *arg);
static void on_timer(evutil_socket_t fd, short events, void *arg);
static void on_resync(evutil_socket_t fd, short events, void *arg);
static struct timeval after_ms(unsigned ms);
static void wake(struct tapd_installer *installer, unsigned after);
static void forget_table(struct target *target);

static unsigned or_default(unsigned value, unsigned otherwise)
{
    return value ? value : otherwise;
}

static int add_target(struct tapd_installer *installer, const struct topology_switch *sw,
                      const char *endpoint, bool owned, struct base_error *error)
{
    struct target *target = &installer->targets[installer->n_targets++];
    *target = (struct target){.installer = installer, .name = strdup(sw->name)};
    if (!target->name) {
        return base_fail(error, "out of memory");
    }
    return owned ? tapd_sessions_add(installer->sessions, sw->name, sw->dpid, endpoint,
                                     &SESSION_OPS, target, &target->session, error)
                 : 0;
}

static int add_targets(struct tapd_installer *installer, const struct topology *topology,
                       const struct lab *lab, const bool *owns, struct base_error *error)
{
    for (size_t i = 0; i < topology->n_switches; i++) {
        const struct topology_switch *sw = &topology->switches[i];
        if (add_target(installer, sw, lab->switches[i].openflow, owns[i], error)) {
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
    installer->wakeup = evtimer_new(base, on_wakeup, installer);
    installer->timer = evtimer_new(base, on_timer, installer);
    installer->resync = event_new(base, -1, EV_PERSIST, on_resync, installer);
    return installer->sessions && installer->targets && installer->actual && installer->wakeup &&
                   installer->timer && installer->resync
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
    installer->options.resync_ms = or_default(options->resync_ms, 10000);
    installer->options.settle_ms = or_default(options->settle_ms, 20);
    installer->options.patience_ms = or_default(options->patience_ms, 2000);
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
    const struct timeval period = after_ms(installer->options.resync_ms);
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
        installer->targets[i].refuses = false;
    }
    wake(installer, 0);
}

/* What is known of a switch agrees with what is wanted. */
static bool is_right(const struct target *target)
{
    return !target->session || (target->known && !target->stale && !target->refuses &&
                                target->n_steps == 0 && tapd_session_is_up(target->session));
}

bool tapd_installer_is_installed(const struct tapd_installer *installer)
{
    for (size_t i = 0; installer && i < installer->n_targets; i++) {
        if (!is_right(&installer->targets[i])) {
            return false;
        }
    }
    return installer && installer->network && installer->stage == STAGE_RESTING &&
           !installer->due && installer->n_blocked == 0 && installer->n_held == 0;
}

struct tapd_switch_report tapd_installer_report(const struct tapd_installer *installer, size_t sw)
{
    if (!installer) {
        return (struct tapd_switch_report){.owned = true, .trouble = "no connections can be made"};
    }
    const struct target *target = &installer->targets[sw];
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
        report.up = tapd_session_is_up(target->session);
        report.installed = is_right(target);
        report.trouble = report.up ? report.trouble : tapd_session_trouble(target->session);
    }
    return report;
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
        struct target *target = &installer->targets[i];
        forget_table(target);
        base_arena_free(&target->actions);
        base_arena_free(&target->texts);
        free(target->mods);
        free(target->name);
    }
    tapd_difference_free(&installer->difference);
    free(installer->targets);
    free(installer->actual);
    free(installer);
}

static struct timeval after_ms(unsigned ms)
{
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

/* A round is due. What is due already is not put off. */
static void wake(struct tapd_installer *installer, unsigned after)
{
    const struct timeval delay = after_ms(after);
    if (after == 0 || !installer->due || !evtimer_pending(installer->wakeup, NULL)) {
        evtimer_add(installer->wakeup, &delay);
    }
    installer->due = true;
}

/* The round may go on. */
static void poke(struct tapd_installer *installer)
{
    event_active(installer->wakeup, EV_TIMEOUT, 0);
}

static void forget_table(struct target *target)
{
    flow_table_free(&target->table);
    target->table = (struct flow_table){0};
    target->known = false;
}

/* What a switch says */

static void answered(struct target *target)
{
    struct tapd_installer *installer = target->installer;
    if (target->awaited) {
        target->awaited = false;
        installer->n_awaited--;
        poke(installer);
    } else {
        wake(installer, 0); /* too late for its round */
    }
}

static void on_up(void *owner)
{
    struct target *target = owner;
    target->stale = true;
    target->refuses = false;
    target->n_rounds = 0;
    wake(target->installer, 0);
}

static void on_read(void *owner, struct switch_state *state)
{
    struct target *target = owner;
    forget_table(target);
    target->table = state->flows;
    state->flows = (struct flow_table){0};
    target->known = true;
    answered(target);
}

/* Left out until the next resync. Told once, and not with every attempt. */
static void refuse(struct target *target, const struct base_error *why)
{
    if (strcmp(target->trouble.text, why->text) != 0) {
        tapd_log("%s: %s", target->name, why->text);
    }
    target->trouble = *why;
    target->refuses = true;
    target->installer->abandoned = true;
}

static void on_refused(void *owner, size_t index, const char *why)
{
    struct target *target = owner;
    const struct of_flow_mod *mod = &target->mods[index];
    struct base_buffer text = {0};
    struct base_error trouble;
    flow_format(&mod->entry, FLOW_NO_STATS, &text);
    base_fail(&trouble, "refuses %s %s: %s", flow_command_name(mod->command),
              base_buffer_text(&text), why);
    base_buffer_free(&text);
    refuse(target, &trouble);
}

static void on_acknowledged(void *owner)
{
    answered(owner);
}

static void on_down(void *owner, const char *why)
{
    (void)why;
    struct target *target = owner;
    struct tapd_installer *installer = target->installer;
    forget_table(target);
    installer->abandoned |= installer->actual[target - installer->targets] != NULL;
    answered(target);
}

static bool is_own(const struct target *target, const struct flow_entry *entry)
{
    const struct tapd_network *network = target->installer->network;
    return network && tapd_is_own(network->policy, entry->cookie);
}

/* An entry of ours has gone. Those that a wave deletes go while it waits for
 * the barrier. */
static void on_removed(void *owner, const struct of_flow_removed *removed)
{
    struct target *target = owner;
    struct tapd_installer *installer = target->installer;
    uint32_t id = (uint32_t)removed->entry.cookie;
    bool by_wave = installer->stage == STAGE_WRITING && target->awaited;
    if (!is_own(target, &removed->entry) || by_wave) {
        return;
    }
    target->stale = true;
    if (removed->reason == OFPRR_HARD_TIMEOUT && id != 0 && installer->stage == STAGE_RESTING) {
        installer->ops->expired(installer->owner, id);
    }
    wake(installer, GATHER_MS);
}

static void on_port_changed(void *owner, const struct of_port_status *status)
{
    const struct target *target = owner;
    const struct port *port = &status->port;
    bool is_up = !(port->state & PORT_STATE_LINK_DOWN) && !(port->config & PORT_CONFIG_DOWN);
    tapd_log("%s: port %u (%s) %s", target->name, port->number, port->name,
             status->reason == OFPPR_DELETE ? "is gone"
             : is_up                        ? "is up"
                                            : "is down");
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

/* A round */

static void enter(struct tapd_installer *installer, enum stage stage, unsigned limit_ms)
{
    installer->stage = stage;
    installer->impatient = false;
    evtimer_del(installer->timer);
    if (limit_ms > 0) {
        const struct timeval delay = after_ms(limit_ms);
        evtimer_add(installer->timer, &delay);
    }
}

static void await(struct target *target)
{
    target->awaited = true;
    target->installer->n_awaited++;
}

/* Whoever has not answered yet is none of this round any more. */
static void await_nobody(struct tapd_installer *installer)
{
    for (size_t i = 0; i < installer->n_targets; i++) {
        installer->targets[i].awaited = false;
    }
    installer->n_awaited = 0;
}

static void begin_reading(struct tapd_installer *installer)
{
    installer->due = installer->abandoned = false;
    for (size_t i = 0; i < installer->n_targets; i++) {
        struct target *target = &installer->targets[i];
        if (target->stale && target->session && tapd_session_is_idle(target->session)) {
            target->stale = false;
            target->known = false;
            await(target);
            tapd_session_read(target->session);
        }
    }
    enter(installer, STAGE_READING, installer->options.patience_ms);
}

static bool takes_part(const struct target *target)
{
    return target->session && target->known && !target->stale && !target->refuses &&
           tapd_session_is_idle(target->session);
}

static void count_own(struct tapd_installer *installer)
{
    for (size_t i = 0; i < installer->n_targets; i++) {
        struct target *target = &installer->targets[i];
        target->n_own = 0;
        for (size_t k = 0; k < target->table.n_entries; k++) {
            target->n_own += is_own(target, &target->table.entries[k]);
        }
    }
}

static void note_foreign(struct target *target, const struct tapd_foreign *foreign)
{
    struct base_buffer text = {0};
    if (target->n_foreign++ >= FOREIGN_TOLD) {
        return;
    }
    flow_format(&foreign->entry, FLOW_NO_STATS, &text);
    const char *entry = base_arena_text(&target->texts, base_buffer_text(&text));
    base_buffer_free(&text);
    if (entry) {
        target->foreign[target->n_foreign_told++] =
            (struct tapd_foreign_text){.entry = entry, .words = tapd_foreign_words(foreign->kind)};
    }
}

/* Foreign entries are told when their number changes. */
static void take_foreign(struct tapd_installer *installer)
{
    const struct tapd_difference *difference = &installer->difference;
    size_t at = 0;
    for (size_t i = 0; i < installer->n_targets; i++) {
        struct target *target = &installer->targets[i];
        if (!installer->actual[i]) {
            continue;
        }
        size_t n_before = target->n_foreign;
        target->n_foreign = target->n_foreign_told = 0;
        base_arena_free(&target->texts);
        for (; at < difference->n_foreign && difference->foreign[at].sw <= i; at++) {
            note_foreign(target, &difference->foreign[at]);
        }
        if (target->n_foreign > n_before && target->n_foreign_told > 0) {
            tapd_log("%s: %zu entr%s not ours and left alone; the first: %s (%s)", target->name,
                     target->n_foreign, target->n_foreign == 1 ? "y is" : "ies are",
                     target->foreign[0].entry, target->foreign[0].words);
        }
    }
}

/* A switch that was sent something round after round does not keep it. */
static void count_steps(struct tapd_installer *installer)
{
    const struct tapd_difference *difference = &installer->difference;
    for (size_t i = 0; i < installer->n_targets; i++) {
        installer->targets[i].n_steps = 0;
    }
    for (size_t i = 0; i < difference->n_steps; i++) {
        installer->targets[difference->steps[i].sw].n_steps++;
    }
    for (size_t i = 0; i < installer->n_targets; i++) {
        struct target *target = &installer->targets[i];
        if (!installer->actual[i]) {
            continue;
        }
        if (target->n_steps == 0) {
            target->n_rounds = 0;
            target->trouble.text[0] = '\0';
        } else if (target->n_rounds >= ROUNDS_IN_VAIN) {
            struct base_error error;
            base_fail(&error, "confirms flow-mods, but its table does not show them");
            refuse(target, &error);
        }
    }
}

static bool plan(struct tapd_installer *installer)
{
    for (size_t i = 0; i < installer->n_targets; i++) {
        const struct target *target = &installer->targets[i];
        installer->actual[i] = takes_part(target) ? &target->table : NULL;
    }
    tapd_difference_free(&installer->difference);
    installer->difference = (struct tapd_difference){0};
    installer->abandoned = false;
    if (tapd_difference_make(installer->network, installer->actual, installer->options.own_tables,
                             &installer->difference)) {
        tapd_log("out of memory");
        wake(installer, 1000);
        return false;
    }
    installer->n_blocked = installer->difference.n_blocked;
    installer->n_held = installer->difference.n_held;
    installer->wave = 0;
    count_own(installer);
    take_foreign(installer);
    count_steps(installer);
    return installer->difference.n_steps > 0;
}

static size_t total_wanted(const struct tapd_network *network, size_t n_switches)
{
    size_t n = 0;
    for (size_t i = 0; i < n_switches; i++) {
        n += network->tables[i].n_entries;
    }
    return n;
}

static void settle(struct tapd_installer *installer)
{
    enter(installer, STAGE_RESTING, 0);
    if (installer->n_sent > 0 && tapd_installer_is_installed(installer)) {
        tapd_log("installed: %zu entries, by %zu flow-mods",
                 total_wanted(installer->network, installer->n_targets), installer->n_sent);
        installer->n_sent = 0;
    }
    if (installer->due) {
        poke(installer);
    }
    installer->ops->settled(installer->owner);
}

static int take_mod(struct target *target, const struct flow_mod *mod)
{
    if (base_grow(&target->mods, target->n_mods, &target->mods_capacity, sizeof *target->mods)) {
        return -1;
    }
    struct of_flow_mod *out = &target->mods[target->n_mods++];
    bool deletes = mod->command == FLOW_DELETE || mod->command == FLOW_DELETE_STRICT;
    *out = (struct of_flow_mod){.command = (uint16_t)mod->command,
                                .flags = deletes ? 0 : OFPFF_SEND_FLOW_REM,
                                .out_port = deletes ? mod->out_port : PORT_NONE,
                                .buffer_id = OFP_NO_BUFFER,
                                .entry = mod->flow};
    size_t n_bytes = mod->flow.n_actions * sizeof *mod->flow.actions;
    out->entry.actions =
        n_bytes > 0 ? base_arena_copy(&target->actions, mod->flow.actions, n_bytes) : NULL;
    return n_bytes > 0 && !out->entry.actions ? -1 : 0;
}

/* Gives each switch its steps of the wave. */
static int deal_wave(struct tapd_installer *installer, const struct tapd_wave *wave)
{
    for (size_t i = 0; i < installer->n_targets; i++) {
        struct target *target = &installer->targets[i];
        if (installer->actual[i]) {
            target->n_mods = 0;
            base_arena_free(&target->actions);
        }
    }
    for (size_t i = wave->first; i < wave->first + wave->n_steps; i++) {
        const struct tapd_step *step = &installer->difference.steps[i];
        if (take_mod(&installer->targets[step->sw], &step->mod)) {
            return -1;
        }
    }
    return 0;
}

/* One that was lost meanwhile has abandoned the round. */
static void send_wave(struct tapd_installer *installer)
{
    const struct tapd_wave *wave = &installer->difference.waves[installer->wave++];
    enter(installer, STAGE_WRITING, installer->options.patience_ms);
    if (deal_wave(installer, wave)) {
        tapd_log("out of memory");
        installer->abandoned = true;
        return;
    }
    for (size_t i = 0; i < installer->n_targets; i++) {
        struct target *target = &installer->targets[i];
        if (!installer->actual[i] || target->n_mods == 0) {
            continue;
        }
        target->stale = true;
        installer->n_sent += target->n_mods;
        await(target);
        tapd_session_send(target->session, target->mods, target->n_mods);
    }
    tapd_log_detail("wave %zu of %zu: %zu flow-mods to %zu switches%s", installer->wave,
                    installer->difference.n_waves, wave->n_steps, installer->n_awaited,
                    wave->grows ? "" : ", shrinking");
    if (installer->n_awaited == 0) {
        poke(installer);
    }
}

static void count_rounds(struct tapd_installer *installer)
{
    for (size_t i = 0; !installer->abandoned && i < installer->n_targets; i++) {
        installer->targets[i].n_rounds += installer->targets[i].n_steps > 0;
    }
}

/* The next wave, or the end of the round. */
static void go_on(struct tapd_installer *installer)
{
    const struct tapd_difference *difference = &installer->difference;
    size_t next = installer->wave;
    if (installer->abandoned || next == difference->n_waves) {
        count_rounds(installer);
        begin_reading(installer);
        poke(installer);
    } else if (next > 0 && difference->waves[next].grows && !difference->waves[next - 1].grows &&
               installer->stage != STAGE_SETTLING) {
        enter(installer, STAGE_SETTLING, installer->options.settle_ms);
    } else {
        send_wave(installer);
    }
}

static void on_wakeup(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct tapd_installer *installer = arg;
    bool answered_all = installer->n_awaited == 0 || installer->impatient;
    switch (installer->stage) {
    case STAGE_RESTING:
        if (installer->due && installer->network) {
            begin_reading(installer);
            poke(installer);
        }
        break;
    case STAGE_READING:
        if (answered_all) {
            await_nobody(installer);
            if (plan(installer)) {
                go_on(installer);
            } else {
                settle(installer);
            }
        }
        break;
    case STAGE_SETTLING:
        break;
    case STAGE_WRITING:
        if (answered_all) {
            installer->abandoned |= installer->n_awaited > 0;
            await_nobody(installer);
            go_on(installer);
        }
        break;
    }
}

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    struct tapd_installer *installer = arg;
    if (installer->stage == STAGE_SETTLING) {
        go_on(installer);
    } else {
        installer->impatient = true;
        on_wakeup(fd, events, installer);
    }
}

static void on_resync(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    tapd_installer_resync(arg);
}
