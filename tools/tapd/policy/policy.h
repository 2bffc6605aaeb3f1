/* SPDX-License-Identifier: Apache-2.0
 *
 * A policy: who reaches whom, and which copies go where. It is what a user
 * writes (YAML, read through harness/yaml) and asks for on demand; what flow
 * entries that takes is decided in plan/compile.h.
 *
 *   topology: ../topologies/demon.yaml
 *   switches: [s1, s3]                 # those that this controller owns; else all
 *   pairs:                             # forward to each other; a host is its port
 *     - [h1, h2]
 *     - [s1:3, s2:4]                   # across switches: a link of its own is chosen
 *     - {between: [h5, h6], via: s1:39}
 *   taps:
 *     - name: web
 *       source: [h1, "s2:2-4"]         # hosts, ports
 *       of: h8                         # or: what h8 sends, and what is sent to it: of the ports
 *                                      # that pairs and `always` of the policy, and pairs of this
 *                                      # tap, forward to its port
 *       match: "tcp,tp_dst=80-90"      # ovs-ofctl(8), without in_port; else everything; or a list
 *       not: ["tcp,tp_dst=443"]        # but of none of these
 *       uplink: s1:6                   # ports of the sources' switches; else chosen
 *       to: [h11, s3:12]               # where the copies leave the network
 *       copies: 2                      # of each frame at each of `to`, by as many uplinks
 *       tag: 30                        # VLAN id of the copy, or `port`: the source's number
 *       strip: true                    # the tag is taken off again in front of `to`
 *       pairs: [[h8, h9]]              # forward to each other while the tap is there
 *       note: what for                 # a line of text each, for people
 *       owner: who
 *       until: 2027-01-01T00:00:00Z    # it ends then
 *       for: 120s                      # or: its lifetime; else it stays; with `when` at least 5s
 *       when:                          # it comes by itself (sflow/trigger.h)
 *         match: tcp                   # of the samples; else that of the tap
 *         at: [s2:3, s2:4]             # where they enter; else the sources
 *         above: 10Mbps                # or 100pps
 *         below: 8Mbps                 # hysteresis; else half of `above`
 *         over: 1s                     # the window
 *         per: port                    # or flow: a tap for what crossed; tap: this one, as it is
 *         samples: 2                   # fewer in the window decide nothing
 *         max: 16                      # taps at once
 *   always: [{from: "s3:1-10", to: "s3:11"}]   # whatever enters leaves, tap or no tap
 *   sflow:                             # whose samples count; else all of agents that send
 *     - {agent: 192.0.2.1, switch: s1}              # OpenFlow port records, as Open vSwitch
 *     - {agent: 192.0.2.2, sub_agent: 1, switch: s2, ports: {1001: 1, 1002: 2}}   # ifIndex: port
 *     - {agent: 192.0.2.3, switch: s3, ports: same} # the ifIndex is the port
 *   timeouts: {idle: 0, hard: 0}       # of entries that stay, in seconds; 0: never
 *   cookie: 0x74617064                 # upper half of the cookie of all entries
 *
 * Neighbours: reading.h (its parts), policy_text.c (writing a tap), graph.h. */
#ifndef TAPD_POLICY_POLICY_H
#define TAPD_POLICY_POLICY_H

#include "model/match.h"
#include "model/topology.h"
#include "sflow/agents.h"
#include "sflow/trigger.h"
#include "yaml/load.h"
#include "yaml/source.h"

enum {
    TAPD_UNTAGGED = 0,
    TAPD_TAG_MAX = 4094,
    TAPD_TAG_PORT = 0xffff, /* the number of the port where the frame entered */
    TAPD_COPIES_MAX = 16,
    TAPD_MATCHES_MAX = 1024,
    TAPD_WHEN_SEC_MIN = 5,    /* the lifetime of one with `when` */
    TAPD_COOKIE = 0x74617064, /* "tapd" */
};

/* Two ports of the edge; what enters by one leaves by the other. */
struct tapd_pair {
    struct port_ref a, b;
    const struct port_ref *via; /* ends of links that its frames may take; n_via 0: any */
    size_t n_via;
    struct place place;
};

struct tapd_tap {
    const char *name;               /* letters, digits, ". _ - @ :"; unique in its policy */
    const char *note, *owner;       /* a line each; NULL: none */
    const struct port_ref *sources; /* what enters here is copied; distinct, at least one */
    size_t n_sources;
    const struct match *matches;  /* what it is about: any one of these; in_port is a wildcard */
    size_t n_matches;             /* at least one */
    const struct match *excepted; /* … and none of these */
    size_t n_excepted;
    const struct port_ref *uplinks; /* ends of links, distinct; of a source's switch: those that
                                       may be used there; none: any */
    size_t n_uplinks;
    const struct port_ref *to; /* distinct, at least one, none of the sources */
    size_t n_to;
    uint16_t copies; /* 1..TAPD_COPIES_MAX */
    uint16_t tag;    /* 1..TAPD_TAG_MAX, TAPD_TAG_PORT, or TAPD_UNTAGGED */
    bool strip;      /* with a tag only */
    const struct tapd_pair *pairs;
    size_t n_pairs;
    uint16_t lifetime_sec;              /* 0: it has none */
    int64_t until_ms;                   /* since 1970-01-01 UTC: it ends then; 0: no date */
    const struct sflow_threshold *when; /* NULL: it does not come by itself */
    const struct yaml_source *source;   /* the text that it was read from, for errors */
    bool is_asked;                      /* on demand: that text is the tap, as it was asked for */
    struct place place;                 /* there */
    struct base_arena *own;             /* tapd_tap_free; NULL: it belongs to its policy */
};

/* Else it stays until it is removed. */
static inline bool tapd_tap_ends(const struct tapd_tap *tap)
{
    return tap->lifetime_sec > 0 || tap->until_ms > 0;
}

struct tapd_always {
    struct port_ref from, to;
    struct place place;
};

struct tapd_policy {
    const char *file;
    struct topology *topology;
    struct tapd_graph *graph; /* of the topology */
    bool *owns;               /* by switch of the topology: this controller programs it */
    const struct tapd_pair *pairs;
    size_t n_pairs;
    const struct tapd_tap *const *taps; /* in the order of the file */
    size_t n_taps;
    const struct tapd_always *always; /* ranges are expanded */
    size_t n_always;
    const struct sflow_agent_declared *agents;
    size_t n_agents;
    uint16_t idle_timeout_sec, hard_timeout_sec;
    uint32_t cookie;
    struct yaml_source source; /* its text */
    struct base_arena arena;
};

/* Reads one; as the loaders of yaml/load.h: 0 and *policy (tapd_policy_free),
 * or -1, NULL and at least one diagnostic. What was loaded before is not
 * touched: who reloads keeps the old policy until the new one compiles too.
 *
 * Errors, besides those of all loaders: an unknown host or switch; a port that
 * the topology does not use; an uplink or `via` that is no end of a link; a
 * pair or `to` at a link; `to` among the sources; a name twice; a pair twice;
 * in_port in a match; `for: never`, no `for` or one of less than TAPD_WHEN_SEC_MIN with `when`;
 * `of` beside `source`, or neither; `until` beside `for` or `when`; several matches, or `not`, with
 * `when`; more than TAPD_MATCHES_MAX; `strip` without `tag`; `at` without `per: tap`; more uplinks
 * on a switch than copies need; `below` that is more than `above`. Paths and conflicts:
 * plan/compile.h. */
int tapd_policy_load(const char *path, struct tapd_policy **policy,
                     struct yaml_diagnostics *diagnostics);
int tapd_policy_load_from(const struct yaml_files *files, const char *path,
                          struct tapd_policy **policy, struct yaml_diagnostics *diagnostics);

/* NULL is legal. Nothing that points into it may be used after that: taps that
 * were read with it, networks that were compiled from it. */
void tapd_policy_free(struct tapd_policy *policy);

/* NULL if the policy has no tap of this name. */
const struct tapd_tap *tapd_policy_find(const struct tapd_policy *policy, const char *name);

/* A tap on demand: one mapping with the keys of an item of `taps`, but `when`.
 * JSON is YAML enough, so the body of a request is read as it is, with the
 * errors of a policy; `file` is its name in them ("request"). 0 and *tap
 * (tapd_tap_free), or -1, NULL and at least one diagnostic. That a name is not
 * in use is the caller's to see to. The tap belongs to this policy's topology: to
 * take it over to another policy, write it and read it again. */
int tapd_tap_read(const struct tapd_policy *policy, const char *file, const char *text,
                  size_t n_bytes, struct tapd_tap **tap, struct yaml_diagnostics *diagnostics);

/* The tap that a rule (a tap with `when`) asks for when traffic has crossed its
 * threshold: the same without `when`, named RULE, RULE@SWITCH:PORT or
 * RULE@SWITCH:PORT.HASH; by `per`, from the port of the key only, and of the key's
 * flow only (the headers of the tap's match which agree with the flow in dl_type,
 * nw_proto, nw_src, nw_dst, tp_src and tp_dst). NULL without memory; else
 * tapd_tap_free. It may be used as long as the rule. */
struct tapd_tap *tapd_tap_of_rule(const struct tapd_policy *policy, const struct tapd_tap *rule,
                                  const struct sflow_key *key);

/* NULL is legal, and so is a tap that belongs to its policy: it stays. */
void tapd_tap_free(struct tapd_tap *tap);

/* Appends the tap as one JSON object without a line break, which tapd_tap_read
 * reads back as the same tap ("when" and the place are not in it). */
void tapd_tap_format(const struct tapd_policy *policy, const struct tapd_tap *tap,
                     struct base_buffer *out);

#endif
