/* SPDX-License-Identifier: Apache-2.0
 *
 * Rounds: read, make the difference, send it wave by wave, read again. */
#include "tapd/install/installer_inside.h"

#include "ofctl/flow.h"
#include "tapd/log.h"

enum {
    ROUNDS_IN_VAIN = 5, /* after so many a switch does not keep what it is told */
    STARVED_MS = 1000,  /* before it is tried again with more memory */
};

static void begin_reading(struct tapd_installer *installer);
static void await_nobody(struct tapd_installer *installer);
static bool plan(struct tapd_installer *installer);
static void settle(struct tapd_installer *installer);
static void go_on(struct tapd_installer *installer);

void tapd_round_wake(struct tapd_installer *installer, unsigned after)
{
    const struct timeval delay = tapd_after_ms(after);
    if (after == 0 || !installer->due || !evtimer_pending(installer->wakeup, NULL)) {
        evtimer_add(installer->wakeup, &delay);
    }
    installer->due = true;
}

void tapd_round_poke(struct tapd_installer *installer)
{
    event_active(installer->wakeup, EV_TIMEOUT, 0);
}

void tapd_round_on_wakeup(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct tapd_installer *installer = arg;
    bool answered_all = installer->n_awaited == 0 || installer->impatient;
    switch (installer->stage) {
    case STAGE_RESTING:
        if (installer->due && installer->network) {
            begin_reading(installer);
            tapd_round_poke(installer);
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

void tapd_round_on_timer(evutil_socket_t fd, short events, void *arg)
{
    struct tapd_installer *installer = arg;
    if (installer->stage == STAGE_SETTLING) {
        go_on(installer);
    } else {
        installer->impatient = true;
        tapd_round_on_wakeup(fd, events, installer);
    }
}

static void enter(struct tapd_installer *installer, enum tapd_round_stage stage, unsigned limit_ms)
{
    installer->stage = stage;
    installer->impatient = false;
    evtimer_del(installer->timer);
    if (limit_ms > 0) {
        const struct timeval delay = tapd_after_ms(limit_ms);
        evtimer_add(installer->timer, &delay);
    }
}

static void await(struct tapd_target *target)
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
    installer->due = installer->abandoned = installer->starved = false;
    installer->is_contested = false;
    for (size_t i = 0; i < installer->n_targets; i++) {
        struct tapd_target *target = &installer->targets[i];
        if (target->stale && target->session && tapd_session_is_idle(target->session)) {
            target->stale = false;
            target->known = false;
            await(target);
            tapd_session_read(target->session);
        }
    }
    enter(installer, STAGE_READING, installer->options.patience_ms);
}

static bool takes_part(const struct tapd_target *target)
{
    return target->session && target->known && !target->stale && !target->refuses &&
           tapd_session_is_idle(target->session);
}

static void count_own(struct tapd_installer *installer)
{
    for (size_t i = 0; i < installer->n_targets; i++) {
        struct tapd_target *target = &installer->targets[i];
        target->n_own = 0;
        for (size_t k = 0; k < target->table.n_entries; k++) {
            target->n_own += tapd_target_is_own(target, &target->table.entries[k]);
        }
    }
}

/* A foreign entry outlives the table that it was read in. */
static void note_harm(struct tapd_target *target, const struct flow_entry *entry, const char *text)
{
    static const struct action unknown = {.type = ACTION_VENDOR}; /* what other tables do */
    bool opens = instructions_open(entry->instructions);
    const struct action *actions = opens ? &unknown : entry->actions;
    size_t n = opens ? 1 : entry->n_actions;
    if (!text || base_grow(&target->harms, target->n_harms, &target->harms_capacity,
                           sizeof *target->harms)) {
        return;
    }
    struct tapd_harm *harm = &target->harms[target->n_harms++];
    *harm = (struct tapd_harm){.entry = *entry, .text = text};
    harm->entry.instructions = NULL;
    harm->entry.actions = base_arena_copy(&target->texts, actions, n * sizeof *actions);
    harm->entry.n_actions = (uint16_t)(harm->entry.actions ? n : 0);
}

static void note_foreign(struct tapd_target *target, const struct tapd_foreign *foreign)
{
    bool harms = foreign->kind == TAPD_FOREIGN_HIDES || foreign->kind == TAPD_FOREIGN_BLOCKS;
    if (target->n_foreign++ >= TAPD_FOREIGN_TOLD && !harms) {
        return;
    }
    const char *entry = ofctl_flow_text(&foreign->entry, FLOW_NO_STATS, &target->texts);
    if (entry && target->n_foreign_told < TAPD_FOREIGN_TOLD) {
        target->foreign[target->n_foreign_told++] =
            (struct tapd_foreign_text){.entry = entry, .words = tapd_foreign_words(foreign->kind)};
    }
    if (harms) {
        note_harm(target, &foreign->entry, entry);
    }
}

/* Foreign entries are told when their number changes. */
static void take_foreign(struct tapd_installer *installer)
{
    const struct tapd_difference *difference = &installer->difference;
    size_t at = 0;
    for (size_t i = 0; i < installer->n_targets; i++) {
        struct tapd_target *target = &installer->targets[i];
        if (!installer->actual[i]) {
            continue;
        }
        size_t n_before = target->n_foreign;
        target->n_foreign = target->n_foreign_told = target->n_harms = 0;
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

/* Why a switch that nothing is sent to does not have all: "" if it has. */
static void note_lack(struct tapd_target *target)
{
    const struct tapd_lack *lack = &target->lack;
    target->trouble.text[0] = '\0';
    if (lack->n_blocked > 0) {
        base_fail(&target->trouble, "%zu entr%s of others in the place of ours", lack->n_blocked,
                  lack->n_blocked == 1 ? "y" : "ies");
    } else if (target->n_harms > 0) {
        base_fail(&target->trouble, "%zu entr%s of others in front of ours, the first: %s",
                  target->n_harms, target->n_harms == 1 ? "y" : "ies", target->harms[0].text);
    } else if (lack->n_unsaid > 0) {
        base_fail(&target->trouble, "%zu entr%s that OpenFlow %s cannot say, the first: %s",
                  lack->n_unsaid, lack->n_unsaid == 1 ? "y" : "ies",
                  tapd_session_protocol(target->session)->name, lack->unsaid);
    } else if (lack->n_held > 0) {
        base_fail(&target->trouble, "%zu entr%s for the table of a switch behind it", lack->n_held,
                  lack->n_held == 1 ? "y waits" : "ies wait");
    }
}

/* A switch that was sent something round after round does not keep it. */
static void count_steps(struct tapd_installer *installer)
{
    const struct tapd_difference *difference = &installer->difference;
    for (size_t i = 0; i < installer->n_targets; i++) {
        installer->targets[i].n_steps = 0;
        installer->targets[i].lack = difference->lacks[i];
    }
    for (size_t i = 0; i < difference->n_steps; i++) {
        installer->targets[difference->steps[i].sw].n_steps++;
    }
    for (size_t i = 0; i < installer->n_targets; i++) {
        struct tapd_target *target = &installer->targets[i];
        if (!installer->actual[i]) {
            continue;
        }
        target->compared = true;
        if (target->n_steps == 0) {
            target->n_rounds = 0;
            note_lack(target);
        } else if (target->n_rounds >= ROUNDS_IN_VAIN) {
            struct base_error error;
            base_fail(&error, "confirms flow-mods, but its table does not show them");
            tapd_target_refuse(target, &error);
        }
    }
}

static bool plan(struct tapd_installer *installer)
{
    for (size_t i = 0; i < installer->n_targets; i++) {
        const struct tapd_target *target = &installer->targets[i];
        installer->actual[i] = takes_part(target) ? &target->table : NULL;
        installer->versions[i] =
            installer->actual[i] ? tapd_session_protocol(target->session)->version : 0;
    }
    tapd_difference_free(&installer->difference);
    installer->difference = (struct tapd_difference){0};
    installer->abandoned = false;
    int64_t age_ms = tapd_monotonic_ms() - installer->network->since_ms;
    if (tapd_difference_make(installer->network, (unsigned)(age_ms / 1000), installer->actual,
                             installer->versions, installer->options.own_tables,
                             &installer->difference)) {
        tapd_log("out of memory");
        installer->starved = true;
        tapd_round_wake(installer, STARVED_MS);
        return false;
    }
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
    if (installer->due && !installer->starved) {
        tapd_round_poke(installer);
    }
    installer->ops->settled(installer->owner);
}

static int take_mod(struct tapd_target *target, const struct flow_mod *mod)
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
        struct tapd_target *target = &installer->targets[i];
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
        struct tapd_target *target = &installer->targets[i];
        if (!installer->actual[i] || target->n_mods == 0) {
            continue;
        }
        target->stale = target->sent = true;
        installer->n_sent += target->n_mods;
        installer->n_mods += target->n_mods;
        await(target);
        tapd_session_send(target->session, target->mods, target->n_mods);
    }
    tapd_log_detail("wave %zu of %zu: %zu flow-mods to %zu switches%s", installer->wave,
                    installer->difference.n_waves, wave->n_steps, installer->n_awaited,
                    wave->grows ? "" : ", shrinking");
    if (installer->n_awaited == 0) {
        tapd_round_poke(installer);
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
        tapd_round_poke(installer);
    } else if (difference->waves[next].settles && installer->stage != STAGE_SETTLING) {
        enter(installer, STAGE_SETTLING, installer->options.settle_ms);
    } else {
        send_wave(installer);
    }
}
