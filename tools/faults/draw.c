/* SPDX-License-Identifier: Apache-2.0
 *
 * The catalogue as a whole, and places drawn at random. */
#include "base/none.h"
#include "faults/edit.h"

#include <string.h>

enum { DRAWS_MAX = 4000 };

const struct fault_group *const fault_groups[] = {
    &faults_tables,  &faults_pipelines, &faults_ports,   &faults_lies, &faults_cables,
    &faults_choices, &faults_stations,  &faults_nothing, NULL,
};

size_t fault_count(void)
{
    size_t n = 0;
    for (size_t g = 0; fault_groups[g]; g++) {
        n += fault_groups[g]->n_faults;
    }
    return n;
}

const struct fault *fault_number(size_t number)
{
    for (size_t g = 0; fault_groups[g]; g++) {
        if (number < fault_groups[g]->n_faults) {
            return &fault_groups[g]->faults[number];
        }
        number -= fault_groups[g]->n_faults;
    }
    return NULL;
}

const struct fault *fault_find(const char *name)
{
    for (size_t i = 0; i < fault_count(); i++) {
        if (strcmp(fault_number(i)->name, name) == 0) {
            return fault_number(i);
        }
    }
    return NULL;
}

const char *fault_group_of(const struct fault *fault)
{
    for (size_t g = 0; fault_groups[g]; g++) {
        const struct fault_group *group = fault_groups[g];
        if (fault >= group->faults && fault < group->faults + group->n_faults) {
            return group->name;
        }
    }
    return "";
}

static bool is_output(const struct flow_entry *entry, uint16_t port)
{
    for (size_t i = 0; entry && i < entry->n_actions; i++) {
        if (entry->actions[i].type == ACTION_OUTPUT && entry->actions[i].port == port) {
            return true;
        }
    }
    return false;
}

static uint16_t draw_output(const struct flow_entry *entry, uint64_t *state)
{
    uint16_t outputs[64];
    size_t n = 0;
    for (size_t i = 0; entry && i < entry->n_actions && n < 64; i++) {
        if (entry->actions[i].type == ACTION_OUTPUT && entry->actions[i].port <= PORT_MAX) {
            outputs[n++] = entry->actions[i].port;
        }
    }
    return n ? outputs[random_below(state, n)] : PORT_NONE;
}

/* One of the kinds of frames that come out there; the first kind if none does. */
static enum frame_kind draw_kind(const struct cable_end *end, uint64_t *state)
{
    size_t nth = random_below(state, faults_lab_frames(end));
    for (size_t kind = 0; kind < N_FRAMES; kind++) {
        if (nth < end->frames[kind]) {
            return (enum frame_kind)kind;
        }
        nth -= end->frames[kind];
    }
    return FRAMES_OWN;
}

static void draw(const struct faults_lab *lab, uint64_t *state, struct spot *spot)
{
    const struct topology *topology = lab->topology;
    *spot = (struct spot){.sw = random_below(state, topology->n_switches)};
    const struct switch_state *right = &lab->right[spot->sw].state;
    spot->entry = random_below(state, right->flows.n_entries);
    const struct flow_entry *entry =
        spot->entry < right->flows.n_entries ? &right->flows.entries[spot->entry] : NULL;
    uint16_t some = right->ports[random_below(state, right->n_ports)].number;
    spot->port = entry && entry->match.mask.in_port ? entry->match.value.in_port : some;
    spot->output = spot->port <= PORT_MAX ? draw_output(entry, state) : PORT_NONE;
    spot->other = right->ports[random_below(state, right->n_ports)].number;
    if (spot->other > PORT_MAX || spot->other == spot->port || is_output(entry, spot->other)) {
        spot->other = PORT_NONE;
    }
    spot->cable = random_below(state, lab->n_cables);
    spot->cable2 = random_below(state, lab->n_cables);
    spot->end = (unsigned)random_below(state, 2);
    spot->host = random_below(state, topology->n_hosts);
    spot->host2 = random_below(state, topology->n_hosts);
    spot->kind = draw_kind(&lab->cables[spot->cable].ends[spot->end], state);
    spot->dice = random_next(state);
}

bool fault_draw(const struct faults_lab *lab, const struct fault *fault, uint64_t seed,
                struct spot *spot)
{
    uint64_t state = seed;
    for (const char *at = fault->name; *at; at++) {
        state = state * 31 + (unsigned char)*at;
    }
    for (unsigned i = 0; i < DRAWS_MAX; i++) {
        draw(lab, &state, spot);
        if ((!fault->fits || fault->fits(lab, spot)) && edit_fits(lab, fault, spot)) {
            return true;
        }
    }
    return false;
}

/* The cables that a fault at this spot may touch; hosts' come first. */
enum { TOUCHED = 7 };
static void list_touched(const struct faults_lab *lab, const struct spot *spot,
                         size_t cables[TOUCHED])
{
    const size_t touched[TOUCHED] = {
        spot->cable,
        spot->cable2,
        spot->host,
        spot->host2,
        faults_lab_cable_of(lab, (struct port_ref){spot->sw, spot->port}),
        faults_lab_cable_of(lab, (struct port_ref){spot->sw, spot->other}),
        faults_lab_cable_of(lab, (struct port_ref){spot->sw, spot->output}),
    };
    memcpy(cables, touched, sizeof touched);
}

bool fault_apart(const struct faults_lab *lab, const struct spot *a, const struct spot *b)
{
    size_t of_a[TOUCHED], of_b[TOUCHED];
    list_touched(lab, a, of_a);
    list_touched(lab, b, of_b);
    for (size_t i = 0; i < TOUCHED * TOUCHED; i++) {
        size_t cable = of_a[i / TOUCHED];
        if (cable != INDEX_NONE && cable == of_b[i % TOUCHED]) {
            return false;
        }
    }
    return a->sw != b->sw;
}
