/* SPDX-License-Identifier: Apache-2.0
 *
 * Switches whose tables, as OpenFlow 1.0 reads them, are right, and which do
 * something else. */
#include "base/none.h"
#include "faults/cable.h"
#include "faults/command.h"
#include "faults/relay.h"
#include "faults/verdict.h"
#include "faults/words.h"

static bool sends(const struct faults_lab *lab, const struct spot *spot)
{
    struct port_ref port = {.sw = spot->sw, .port = spot->port};
    size_t cable = faults_lab_cable_of(lab, port);
    if (spot->output == PORT_NONE || cable == INDEX_NONE) {
        return false;
    }
    for (int e = 0; e < 2; e++) {
        const struct cable_end *end = &lab->cables[cable].ends[e];
        if (!end->is_host && end->port.sw == port.sw && end->port.port == port.port) {
            return faults_lab_frames(end) > 0;
        }
    }
    return false;
}

/* A port at which frames come to the far end of its cable. */
static bool output_is_seen(const struct faults_lab *lab, const struct spot *spot)
{
    struct port_ref output = {.sw = spot->sw, .port = spot->output};
    size_t cable = sends(lab, spot) ? faults_lab_cable_of(lab, output) : INDEX_NONE;
    if (cable == INDEX_NONE) {
        return false;
    }
    const struct cable *found = &lab->cables[cable];
    bool first = found->ends[0].port.sw == output.sw && found->ends[0].port.port == output.port;
    return faults_lab_frames(&found->ends[first ? 1 : 0]) > 0;
}

/* The other port's end of its cable, or the far one; NULL: nothing is there. */
static const struct cable_end *end_of_other(const struct faults_lab *lab, const struct spot *spot,
                                            bool far)
{
    struct port_ref other = {.sw = spot->sw, .port = spot->other};
    size_t cable = spot->other == PORT_NONE ? INDEX_NONE : faults_lab_cable_of(lab, other);
    if (cable == INDEX_NONE) {
        return NULL;
    }
    const struct cable *found = &lab->cables[cable];
    bool first = found->ends[0].port.sw == other.sw && found->ends[0].port.port == other.port;
    return &found->ends[first == far];
}

/* What leaves by the other port is seen: a host is there, or a switch that sends
 * on whatever comes. */
static bool other_is_seen(const struct faults_lab *lab, const struct spot *spot)
{
    const struct cable_end *far = end_of_other(lab, spot, true);
    return far && sends(lab, spot) && (far->is_host || faults_lab_sends_all(lab, far->port));
}

/* The same, where groups and meters can be had. */
static bool group_is_seen(const struct faults_lab *lab, const struct spot *spot)
{
    return lab->has_13[spot->sw] && other_is_seen(lab, spot);
}

static bool meter_is_seen(const struct faults_lab *lab, const struct spot *spot)
{
    return lab->has_13[spot->sw] && output_is_seen(lab, spot);
}

/* ... or a switch that drops whatever comes; and nothing comes from there, which
 * would be lost. */
static bool other_is_dropped(const struct faults_lab *lab, const struct spot *spot)
{
    const struct cable_end *far = end_of_other(lab, spot, true);
    return far && sends(lab, spot) && !faults_lab_matters(lab, far) &&
           faults_lab_frames(end_of_other(lab, spot, false)) == 0;
}

static int forget_megaflows(struct base_error *error)
{
    return command_run(NULL, error, "ovs-appctl dpctl/del-flows");
}

/* ------------------------------------------------------------------- OVSDB */

/* The datapath goes on with flows that it has: of frames like those of the last 10 s no copy comes.
 */
static int add_mirror(struct faults_lab *lab, const struct injection *injection,
                      struct base_error *error)
{
    const struct spot *spot = &injection->spot;
    const char *sw = faults_switch(lab, spot->sw);
    const char *from = faults_lab_interface(lab, (struct port_ref){spot->sw, spot->port});
    const char *to = faults_lab_interface(lab, (struct port_ref){spot->sw, spot->other});
    return command_run(NULL, error,
                       "ovs-vsctl -- --id=@i get Port %s -- --id=@o get Port %s -- --id=@m create "
                       "Mirror name=span select-src-port=@i output-port=@o -- add Bridge %s "
                       "mirrors @m",
                       from, to, sw);
}

static int span(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return add_mirror(lab, injection, error) < 0 ? -1 : forget_megaflows(error);
}

/* All frames of a check but those that are new in each were seen just before. */
static int span_behind_check(struct faults_lab *lab, struct injection *injection,
                             struct base_error *error)
{
    struct verdict_report report;
    if (verdict_check(lab, "", lab->expected, &report, error) < 0) {
        return -1;
    }
    verdict_free(&report);
    return add_mirror(lab, injection, error);
}

static int clear_span(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return command_run(NULL, error, "ovs-vsctl clear Bridge %s mirrors",
                       faults_switch(lab, injection->spot.sw)) < 0
               ? -1
               : forget_megaflows(error);
}

static int tag(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    struct base_buffer name = {0};
    words_fill(lab, &injection->spot, "$i", &name);
    int status = command_run(NULL, error, "ovs-vsctl set Port %s tag=10", base_buffer_text(&name));
    base_buffer_free(&name);
    return status;
}

static int untag(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    struct base_buffer name = {0};
    words_fill(lab, &injection->spot, "$i", &name);
    int status = command_run(NULL, error, "ovs-vsctl clear Port %s tag", base_buffer_text(&name));
    base_buffer_free(&name);
    return status;
}

/* --------------------------------------------- what OpenFlow 1.0 cannot read */

static int modify(struct faults_lab *lab, struct injection *injection, const char *first,
                  const char *actions, struct base_error *error)
{
    struct base_buffer text = {0};
    words_fill(lab, &injection->spot, first, &text);
    int status = command_run(NULL, error, "ovs-ofctl -O OpenFlow13 %s", base_buffer_text(&text));
    base_buffer_free(&text);
    words_fill(lab, &injection->spot, actions, &text);
    if (status == 0) {
        status = command_run(NULL, error, "ovs-ofctl -O OpenFlow13 --strict mod-flows %s %s",
                             faults_switch(lab, injection->spot.sw), base_buffer_text(&text));
    }
    base_buffer_free(&text);
    return status;
}

static int throttle(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return modify(lab, injection, "add-meter $s meter=1,pktps,band=type=drop,rate=3",
                  "priority=$P,$M,actions=meter:1,$A", error);
}

static int leak_by_group(struct faults_lab *lab, struct injection *injection,
                         struct base_error *error)
{
    return modify(lab, injection, "add-group $s group_id=1,type=all,bucket=actions=output:$x",
                  "priority=$P,$M,actions=$A,group:1", error);
}

static int undo_13(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    const char *sw = faults_switch(lab, injection->spot.sw);
    /* The entries that use them go with them. */
    if (command_run(NULL, error, "ovs-ofctl -O OpenFlow13 del-meters %s", sw) < 0 ||
        command_run(NULL, error, "ovs-ofctl -O OpenFlow13 del-groups %s", sw) < 0) {
        return -1;
    }
    return faults_lab_restore(lab, injection->spot.sw, error);
}

/* ------------------------------------------------------------------ egress */

static int shape(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    const struct spot *spot = &injection->spot;
    return command_run(NULL, error, "tc qdisc add dev %s root tbf rate 8kbit burst 500 limit 500",
                       faults_lab_interface(lab, (struct port_ref){spot->sw, spot->output}));
}

static int unshape(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    const struct spot *spot = &injection->spot;
    return command_run(NULL, error, "tc qdisc del dev %s root",
                       faults_lab_interface(lab, (struct port_ref){spot->sw, spot->output}));
}

/* ----------------------------------------------------------- another bridge */

static const struct cable *cable_of_host(const struct faults_lab *lab, size_t host)
{
    return &lab->cables[host]; /* hosts' cables come first */
}

static bool two_hosts(const struct faults_lab *lab, const struct spot *spot)
{
    return spot->host != spot->host2 &&
           faults_lab_frames(&cable_of_host(lab, spot->host)->ends[0]) > 0;
}

static int await_hosts(struct faults_lab *lab, const struct injection *injection,
                       struct base_error *error)
{
    return faults_lab_await_cable(lab, cable_of_host(lab, injection->spot.host), error) < 0
               ? -1
               : faults_lab_await_cable(lab, cable_of_host(lab, injection->spot.host2), error);
}

/* Both hosts' cables go through one box, which passes what the first one sends
 * to the second one too. */
static int join_hosts(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    const struct cable *cables[] = {cable_of_host(lab, injection->spot.host),
                                    cable_of_host(lab, injection->spot.host2)};
    char names[2][2][CABLE_RELAY_NAME];
    cable_relay_names(injection->spot.host, names[0]);
    cable_relay_names(injection->spot.host2, names[1]);
    struct relay relay = {.fault = RELAY_JOINS,
                          .interfaces = {names[0][0], names[0][1], names[1][0], names[1][1]},
                          .n_interfaces = 4,
                          .bad_end = 0};
    for (size_t i = 0; i < 2; i++) {
        if (cable_cut(lab, cables[i], error) < 0 ||
            cable_to_relay(lab, &cables[i]->ends[0], relay.interfaces[2 * i], error) < 0 ||
            cable_to_relay(lab, &cables[i]->ends[1], relay.interfaces[2 * i + 1], error) < 0) {
            return -1;
        }
    }
    injection->helper = relay_start(&relay, error);
    return injection->helper < 0 ? -1 : await_hosts(lab, injection, error);
}

static int part_hosts(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    cable_from_relay(injection->spot.host);
    cable_from_relay(injection->spot.host2);
    if (cable_mend(lab, cable_of_host(lab, injection->spot.host), error) < 0 ||
        cable_mend(lab, cable_of_host(lab, injection->spot.host2), error) < 0) {
        return -1;
    }
    return await_hosts(lab, injection, error);
}

static const struct fault faults[] = {
    {.name = "span",
     .text = "a mirror of OVSDB copies what enters a port to another one",
     .fits = other_is_seen,
     .inject = span,
     .undo = clear_span,
     .found = "traffic/*",
     .silent = "state/*|switch/*",
     .where = "$s:$p|$s:$x"}, /* what enters the other one is lost */
    {.name = "span-after-check",
     .text = "the same, made so soon after a check that cached flows go on without the copy",
     .fits = other_is_seen,
     .inject = span_behind_check,
     .keeps_flows = true,
     .undo = clear_span,
     .found = "traffic/*",
     .silent = "state/*|switch/*",
     .where = "$s:$p|$s:$x"},
    {.name = "span-to-nobody",
     .text = "a mirror of OVSDB copies to a port behind which all is dropped",
     .outcome = OUTCOME_UNSEEN,
     .reason = "no host gets a frame too many, and no table says anything of it",
     .fits = other_is_dropped,
     .inject = span,
     .undo = clear_span,
     .where = "$s:$p"},
    {.name = "group-added",
     .text = "an entry sends to a group too, of which OpenFlow 1.0 knows nothing",
     .outcome = OUTCOME_OPEN,
     .fits = group_is_seen,
     .inject = leak_by_group,
     .undo = undo_13,
     .found = "state/$s/$p",
     .where = "$s:$p"},
    {.name = "hidden-meter",
     .text = "a meter drops most packets, which OpenFlow 1.0 does not show",
     .outcome = OUTCOME_OPEN, /* meters may drop: what they dropped is not known */
     .fits = meter_is_seen,
     .inject = throttle,
     .undo = undo_13,
     .found = "traffic/*",
     .silent = "state/*|switch/*",
     .where = "$s:$p"},
    {.name = "egress-shaper",
     .text = "a port drops under load what it should send",
     .fits = output_is_seen,
     .inject = shape,
     .undo = unshape,
     .found = "traffic/*",
     .silent = "state/*|switch/*",
     .where = "$s:$p|$s:*|* - $s:$o|$s:$o - *"},
    {.name = "second-bridge",
     .text = "a second bridge joins two hosts behind the switch",
     .fits = two_hosts,
     .inject = join_hosts,
     .undo = part_hosts,
     .found = "traffic/$h/*",
     .silent = "state/*|switch/*",
     .where = "$g - *|$h - *"},
    {.name = "access-vlan",
     .text = "a VLAN tag on a port, which is for NORMAL alone",
     .outcome = OUTCOME_UNSEEN,
     .reason = "entries send where they say: no packet is treated otherwise",
     .fits = sends,
     .inject = tag,
     .undo = untag,
     .where = "$s:$p"},
};

const struct fault_group faults_lies = FAULT_GROUP("lies", faults);
