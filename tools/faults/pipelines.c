/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables and groups of OpenFlow 1.3 that are not as they should be. Each fault is a pattern, which
 * an entry, a group or a meter must have in its text, and what stands there instead. */
#include "faults/command.h"
#include "faults/edit.h"
#include "faults/words.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ places */

static bool is_13(const struct faults_lab *lab, const struct spot *spot)
{
    return lab->right[spot->sw].state.version > 1;
}

/* ------------------------------------------------------------------- edits */

static int send(const struct faults_lab *lab, const struct spot *spot, const char *command,
                const char *text, struct base_error *error)
{
    return command_run(NULL, error, "ovs-ofctl -O OpenFlow13 %s %s %s", command,
                       faults_switch(lab, spot->sw), text);
}

/* The entry goes, and comes again as it is not to be; an empty text: it stays away. */
static int edit_entry(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    const struct spot *spot = &injection->spot;
    struct base_buffer text = {0};
    edit_flow_text(lab, spot, &text);
    char *right = base_buffer_take_text(&text),
         *wrong = right ? edit_text(injection->fault, right) : NULL;
    int status = wrong ? 0 : base_fail(error, "nothing to edit");
    if (status == 0) {
        *strstr(right, ",actions=") = 0;
        status = send(lab, spot, "--strict del-flows", right, error);
    }
    if (status == 0 && *wrong) {
        status = send(lab, spot, "add-flow", wrong, error);
    }
    free(right);
    free(wrong);
    return status;
}

static int edit_other(struct faults_lab *lab, struct injection *injection, const char *command,
                      struct base_error *error)
{
    const struct fault *fault = injection->fault;
    struct base_buffer text = {0};
    fault->text_of(lab, &injection->spot, &text);
    char *right = base_buffer_take_text(&text), *wrong = right ? edit_text(fault, right) : NULL;
    int status = wrong ? send(lab, &injection->spot, command, wrong, error)
                       : base_fail(error, "nothing to edit");
    free(right);
    free(wrong);
    return status;
}

static int edit_group(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return edit_other(lab, injection, "mod-group", error);
}

static int edit_meter(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return edit_other(lab, injection, "mod-meter", error);
}

static int restore(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return faults_lab_restore(lab, injection->spot.sw, error);
}

static bool entry_fits(const struct faults_lab *lab, const struct spot *spot)
{
    return is_13(lab, spot) && spot->entry < lab->right[spot->sw].state.flows.n_entries;
}

static bool group_fits(const struct faults_lab *lab, const struct spot *spot)
{
    return is_13(lab, spot) && lab->right[spot->sw].state.groups.n_groups > 0;
}

static bool meter_fits(const struct faults_lab *lab, const struct spot *spot)
{
    return is_13(lab, spot) && lab->right[spot->sw].state.groups.n_meters > 0;
}

/* A fault of an entry: where its text has this, it has that instead. */
#define ENTRY(title, words, this, that)                                                            \
    {                                                                                              \
        .name = (title), .text = (words), .fits = entry_fits, .pattern = (this),                   \
        .argument = (that), .text_of = edit_flow_text, .inject = edit_entry, .undo = restore,      \
        .found = "state/$s/*", .where = "$s:*"                                                     \
    }

/* ... of a group. */
#define GROUP(title, words, this, that)                                                            \
    {                                                                                              \
        .name = (title), .text = (words), .fits = group_fits, .pattern = (this),                   \
        .argument = (that), .text_of = edit_group_text, .inject = edit_group, .undo = restore,     \
        .found = "state/$s/*", .where = "$s:*"                                                     \
    }

#define ETH_DST "set_field:02:00:00:00:00:99->eth_dst,"

static const struct fault faults[] = {
    ENTRY("goto-lost", "an entry does not go on to its next table", ",goto_table:[0-9]+", ""),
    ENTRY("goto-elsewhere", "an entry goes on to another table", "goto_table:[0-9]+",
          "goto_table:7"),
    ENTRY("metadata-lost", "an entry does not write its metadata", "write_metadata:[^,]+,", ""),
    ENTRY("metadata-bit", "an entry writes another bit of the metadata",
          "write_metadata:0x[0-9a-f]+", "write_metadata:0x4"),
    ENTRY("metadata-condition", "an entry waits for other metadata", "(,metadata=)0x[0-9a-f]+",
          "\\10x7"),
    ENTRY("later-entry-missing", "an entry of a further table is not there", "^table=[1-9].*$", ""),
    ENTRY("miss-entry-missing", "a table has no table-miss entry",
          "^table=[1-9][0-9]*,priority=0,.*$", ""),
    ENTRY("later-wrong-output", "an entry of a further table sends to another port",
          "(^table=[1-9].*output:)[0-9]+", "\\11"),
    ENTRY("later-rewrites", "an entry of a further table rewrites the receiver",
          "(^table=[1-9].*actions=(meter:[0-9]+,)?)([a-z])", "\\1" ETH_DST "\\3"),
    ENTRY("later-drops", "an entry of a further table drops", "(^table=[1-9].*actions=).*$",
          "\\1drop"),
    ENTRY("pop-lost", "a tag is not taken off", "pop_vlan,", ""),
    ENTRY("push-lost", "a copy gets no tag", "push_vlan:0x8100,set_field:[0-9]+->vlan_vid,", ""),
    ENTRY("tag-wrong", "a copy gets another tag", "set_field:[0-9]+->vlan_vid",
          "set_field:4099->vlan_vid"),
    ENTRY("tag-unset", "a copy gets a tag without its number",
          "(push_vlan:0x8100),set_field:[0-9]+->vlan_vid", "\\1"),
    ENTRY("tag-after-output", "a copy leaves before it gets its tag",
          "(push_vlan:0x8100,set_field:[0-9]+->vlan_vid),(output:[0-9]+)$", "\\2,\\1"),
    ENTRY("tag-condition", "an entry waits for another tag", ",dl_vlan=[0-9]+", ",dl_vlan=999"),
    ENTRY("write-for-apply", "what is to leave at once leaves at the end, rewritten",
          "actions=(output:[0-9]+),goto", "actions=write_actions(\\1),goto"),
    ENTRY("written-lost", "an entry writes no actions", "write_actions\\(.*\\)", "clear_actions"),
    ENTRY("written-cleared", "an entry clears the actions, and goes nowhere",
          "actions=.*write_actions\\(.*\\)", "actions=clear_actions"),
    ENTRY("group-bypassed", "an entry sends by a port in place of its group", "group:[0-9]+",
          "output:2"),
    ENTRY("ports-widened", "an entry takes a range of ports", ",tp_dst=[0-9]+",
          ",tp_dst=0x40/0xffc0"),
    ENTRY("protocol-lost", "an entry takes more than ARP", ",arp,", ","),
    GROUP("bucket-lost", "a group has lost its first bucket", "bucket=[^=]*actions=[^=]*,(bucket=)",
          "\\1"),
    GROUP("bucket-added", "a group has one bucket too many", "(type=all.*)$",
          "\\1,bucket=actions=output:2"),
    GROUP("bucket-wrong", "a bucket sends to another port", "output:[0-9]+", "output:2"),
    GROUP("bucket-rewrites", "a bucket rewrites the receiver", "actions=output",
          "actions=" ETH_DST "output"),
    GROUP("bucket-tags", "a bucket gives a tag", "(type=all.*actions=)output",
          "\\1push_vlan:0x8100,set_field:4099->vlan_vid,output"),
    GROUP("failover-order", "the ways of a failover group are exchanged",
          "(bucket=watch_port:[^=]*=[^=]*),(bucket=.*)$", "\\2,\\1"),
    GROUP("watch-port-wrong", "a bucket waits for a port that is not there", "watch_port:[0-9]+",
          "watch_port:77"),
    GROUP("failover-to-all", "a failover group takes all of its ways",
          "type=ff,bucket=watch_port:([0-9]+),actions=[^,]*,bucket=watch_port:([0-9]+),.*$",
          "type=all,bucket=actions=output:\\1,bucket=actions=output:\\2"),
    GROUP("group-selects", "a group takes one of its ways in place of all", "type=all",
          "type=select"),
    GROUP("group-empty", "a group has no buckets", "(type=[a-z]+),.*$", "\\1"),
    {.name = "meter-drops",
     .text = "a meter lets almost nothing pass",
     .outcome = OUTCOME_OPEN,
     .fits = meter_fits,
     .pattern = "rate=[0-9]+,burst_size=[0-9]+",
     .argument = "rate=1,burst_size=1",
     .text_of = edit_meter_text,
     .inject = edit_meter,
     .undo = restore,
     .found = "traffic/*",
     .where = "$s:*"},
};

const struct fault_group faults_pipelines = FAULT_GROUP("pipelines", faults);
