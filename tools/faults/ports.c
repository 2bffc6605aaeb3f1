/* SPDX-License-Identifier: Apache-2.0
 *
 * Ports and switches that are not as they should be. */
#include "faults/command.h"
#include "faults/words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct cable_end *end_at(const struct faults_lab *lab, const struct spot *spot)
{
    return &lab->cables[spot->cable].ends[spot->end];
}

/* Ports are those of the cable's ends: `sw` and `port` are not drawn for them. */
static struct port_ref port_of(const struct faults_lab *lab, const struct spot *spot)
{
    return end_at(lab, spot)->port;
}

/* Frames that matter come in at a switch's port. */
static bool receives(const struct faults_lab *lab, const struct spot *spot)
{
    const struct cable_end *end = end_at(lab, spot);
    return !end->is_host && faults_lab_frames(end) > 0 && faults_lab_matters(lab, end);
}

/* A switch sends frames that matter by a port. */
static bool transmits(const struct faults_lab *lab, const struct spot *spot)
{
    const struct cable *cable = &lab->cables[spot->cable];
    const struct cable_end *end = &cable->ends[spot->end], *other = &cable->ends[!spot->end];
    return !end->is_host && faults_lab_frames(other) > 0 && faults_lab_matters(lab, other);
}

static bool receives_or_transmits(const struct faults_lab *lab, const struct spot *spot)
{
    return receives(lab, spot) || transmits(lab, spot);
}

static bool is_port(const struct faults_lab *lab, const struct spot *spot)
{
    return !end_at(lab, spot)->is_host;
}

static int mod_port(struct faults_lab *lab, struct injection *injection, const char *what,
                    struct base_error *error)
{
    struct port_ref port = port_of(lab, &injection->spot);
    return command_run(NULL, error, "ovs-ofctl -O OpenFlow10 mod-port %s %s %s",
                       faults_switch(lab, port.sw), faults_lab_interface(lab, port), what);
}

static int set_port(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return mod_port(lab, injection, injection->fault->argument, error);
}

static int reset_port(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    static const char *const right[] = {"up", "receive", "forward", "flood"};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        if (mod_port(lab, injection, right[i], error) < 0) {
            return -1;
        }
    }
    return faults_lab_await_cable(lab, &lab->cables[injection->spot.cable], error);
}

/* ------------------------------------------------------- numbers and names */

static int set_number(struct faults_lab *lab, struct injection *injection, unsigned number,
                      struct base_error *error)
{
    struct port_ref port = port_of(lab, &injection->spot);
    return command_run(NULL, error, "ovs-vsctl set Interface %s ofport_request=%u",
                       faults_lab_interface(lab, port), number);
}

static int renumber(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    enum { FREE_NUMBER = 200 };
    return set_number(lab, injection, FREE_NUMBER + port_of(lab, &injection->spot).port, error);
}

static int number_again(struct faults_lab *lab, struct injection *injection,
                        struct base_error *error)
{
    return set_number(lab, injection, port_of(lab, &injection->spot).port, error) < 0
               ? -1
               : faults_lab_await_cable(lab, &lab->cables[injection->spot.cable], error);
}

static int remove_port(struct faults_lab *lab, struct injection *injection,
                       struct base_error *error)
{
    struct port_ref port = port_of(lab, &injection->spot);
    return command_run(NULL, error, "ovs-vsctl del-port %s %s", faults_switch(lab, port.sw),
                       faults_lab_interface(lab, port));
}

static int add_port(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    struct port_ref port = port_of(lab, &injection->spot);
    const char *interface = faults_lab_interface(lab, port);
    return command_run(NULL, error,
                       "ovs-vsctl add-port %s %s -- set Interface %s ofport_request=%u",
                       faults_switch(lab, port.sw), interface, interface, port.port) < 0
               ? -1
               : faults_lab_await_cable(lab, &lab->cables[injection->spot.cable], error);
}

static int set_datapath_id(struct faults_lab *lab, size_t sw, uint64_t id, struct base_error *error)
{
    return command_run(NULL, error, "ovs-vsctl set Bridge %s other-config:datapath-id=%016" PRIx64,
                       faults_switch(lab, sw), id);
}

static int change_datapath_id(struct faults_lab *lab, struct injection *injection,
                              struct base_error *error)
{
    return set_datapath_id(lab, injection->spot.sw, 0xbad0 + injection->spot.sw, error);
}

static int right_datapath_id(struct faults_lab *lab, struct injection *injection,
                             struct base_error *error)
{
    size_t sw = injection->spot.sw;
    return set_datapath_id(lab, sw, lab->topology->switches[sw].dpid, error) < 0
               ? -1
               : faults_lab_await_switch(lab, sw, error);
}

/* The bridge is made anew, and its table is gone with the old one; in one
 * transaction it would be the same. */
static int restart(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    size_t sw = injection->spot.sw;
    const char *name = faults_switch(lab, sw);
    const struct switch_state *right = &lab->right[sw].state;
    struct base_buffer controller = {0}, command = {0};
    if (command_run(&controller, error, "ovs-vsctl get-controller %s", name) < 0) {
        base_buffer_free(&controller);
        return -1;
    }
    base_put_format(&command,
                    "ovs-vsctl add-br %s -- set Bridge %s datapath_type=dummy "
                    "fail_mode=secure other-config:datapath-id=%016" PRIx64 " -- set-controller %s",
                    name, name, right->datapath_id, name);
    char *targets = base_buffer_take_text(&controller), *rest = targets;
    for (char *target; rest && (target = strtok_r(rest, "\n", &rest));) {
        base_put_format(&command, " %s", target);
    }
    for (size_t i = 0; i < right->n_ports; i++) {
        if (right->ports[i].number <= PORT_MAX) {
            base_put_format(&command, " -- add-port %s %s -- set Interface %s ofport_request=%u",
                            name, right->ports[i].name, right->ports[i].name,
                            right->ports[i].number);
        }
    }
    int status = command_run(NULL, error, "ovs-vsctl del-br %s", name);
    if (status == 0) {
        status = command_run(NULL, error, "%s", base_buffer_text(&command));
    }
    free(targets);
    base_buffer_free(&command);
    return status < 0 ? -1 : faults_lab_await_switch(lab, sw, error);
}

static int fill_again(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return faults_lab_restore(lab, injection->spot.sw, error);
}

static bool has_entries(const struct faults_lab *lab, const struct spot *spot)
{
    (void)lab;
    return spot->output != PORT_NONE;
}

/* $b is the port, $a what is cabled to it. */
static const struct fault faults[] = {
    {.name = "port-down",
     .text = "a port is down by its configuration",
     .fits = receives_or_transmits,
     .argument = "down",
     .inject = set_port,
     .undo = reset_port,
     .found = "state/*",
     .where = "$b"},
    {.name = "no-forward",
     .text = "a port does not send (NO_FWD)",
     .fits = transmits,
     .argument = "no-forward",
     .inject = set_port,
     .undo = reset_port,
     .found = "state/*",
     .where = "$b"},
    {.name = "no-receive",
     .text = "a port drops what it receives (NO_RECV)",
     .fits = receives,
     .argument = "no-receive",
     .inject = set_port,
     .undo = reset_port,
     .found = "state/*",
     .where = "$b"},
    {.name = "no-flood",
     .text = "NO_FLOOD on a port",
     .outcome = OUTCOME_UNSEEN,
     .reason = "nothing floods: no packet is treated otherwise",
     .fits = is_port,
     .argument = "no-flood",
     .inject = set_port,
     .undo = reset_port,
     .where = "$b"},
    {.name = "port-renumbered",
     .text = "a port has another number",
     .fits = receives_or_transmits,
     .inject = renumber,
     .undo = number_again,
     .found = "state/*",
     .where = "$b"},
    {.name = "port-missing",
     .text = "a port is not on the switch",
     .fits = receives_or_transmits,
     .inject = remove_port,
     .undo = add_port,
     .found = "state/*",
     .where = "$b"},
    {.name = "wrong-datapath-id",
     .text = "another switch answers at the endpoint",
     .inject = change_datapath_id,
     .undo = right_datapath_id,
     .found = "switch/$s",
     .where = "$s"},
    {.name = "restarted",
     .text = "a switch has restarted and is empty",
     .fits = has_entries,
     .inject = restart,
     .undo = fill_again,
     .found = "state/$s/$p",
     .where = "$s|$s:*"},
};

const struct fault_group faults_ports = FAULT_GROUP("ports", faults);
