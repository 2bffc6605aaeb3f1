/* SPDX-License-Identifier: Apache-2.0
 *
 * When traffic asks for a tap, and when it no longer does: thresholds, samples
 * and time → events. Pure: time is passed in, events go to a callback; the
 * caller makes taps of them.
 *
 * A key (a port, a flow, or a threshold as a whole) whose rate over the window
 * is above `above` gets a tap for `lifetime_ms`. A sample that finds the rate at
 * `below` or more makes the lifetime begin anew, once a quarter of it is over;
 * when it has run out the tap is removed. So a rate that swings between the two
 * neither adds nor removes anything. */
#ifndef SFLOW_TRIGGER_H
#define SFLOW_TRIGGER_H

#include "base/error.h"
#include "model/match.h"
#include "model/topology.h"
#include "sflow/rates.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys a threshold, unless there is a reason: about 1 MB. */
enum { SFLOW_KEYS_DEFAULT = 4096 };

enum sflow_unit { SFLOW_BITS_PER_S, SFLOW_PACKETS_PER_S };

/* What is summed up, and gets a tap of its own. */
enum sflow_per {
    SFLOW_PER_PORT,      /* all that enters a port of a switch and matches */
    SFLOW_PER_FLOW,      /* of that, each type, addresses, protocol and ports of IPv4 or ARP */
    SFLOW_PER_THRESHOLD, /* all that matches, on all its ports: one tap */
};

/* One `when:` of a policy. */
struct sflow_threshold {
    struct match match;           /* of the frames that count; zero: all */
    const struct port_ref *ports; /* where they enter; n_ports 0: any port that is given to note */
    size_t n_ports;
    enum sflow_unit unit;
    uint64_t above;       /* a tap comes when the rate is above; 0: with the first frame */
    uint64_t below;       /* it stays while the rate is at least this, and not 0; at most `above` */
    uint32_t over_ms;     /* the window; at least SFLOW_WINDOW_MIN_MS */
    uint32_t min_samples; /* with fewer in the window no tap comes; 0: with fewer than two, or where
                           * the rate by its error may be less than `below`, unless above is 0 */
    uint32_t lifetime_ms; /* at least 1 */
    enum sflow_per per;
    size_t max_taps; /* at once; at least 1 */
};

enum sflow_event_kind {
    SFLOW_TAP_ADD,
    SFLOW_TAP_EXTEND,
    SFLOW_TAP_REMOVE,
    SFLOW_TAP_REFUSED, /* there are max_taps; reported once until one of them goes */
};

struct sflow_event {
    enum sflow_event_kind kind;
    size_t threshold;     /* index */
    struct sflow_key key; /* PER_PORT: sw, in_port; PER_FLOW: and dl_type, nw_proto, nw_src, nw_dst,
                             tp_src, tp_dst; the rest, and PER_THRESHOLD: zero */
    struct port_ref port; /* where the sample entered that crossed the threshold */
    struct sflow_rate rate; /* at this moment */
    uint64_t expires_ms;    /* ADD, EXTEND: when it will be removed, unless it is extended */
};

/* Gets each event. May call sflow_trigger_forget for the tap of the event, and no
 * other function of the trigger. */
typedef void sflow_trigger_tell(void *context, const struct sflow_event *event);

struct sflow_trigger_stats {
    uint64_t n_samples; /* that matched a threshold */
    uint64_t n_added, n_extended, n_removed;
    uint64_t n_refused; /* samples above a threshold for which there was no room */
    uint64_t n_evicted; /* keys: sflow_rates_note */
    size_t n_keys;
    size_t n_taps;
};

struct sflow_trigger;

/* Copies the thresholds and their ports. At most max_keys are kept for each
 * threshold. The seed is that of sflow_rates_new. NULL with an error: a value
 * out of its bounds, no memory. */
struct sflow_trigger *sflow_trigger_new(const struct sflow_threshold *thresholds,
                                        size_t n_thresholds, size_t max_keys,
                                        const uint8_t seed[16], sflow_trigger_tell *tell,
                                        void *context, struct base_error *error);

/* Frees it without any event. NULL is legal. */
void sflow_trigger_free(struct sflow_trigger *trigger);

/* One sample: a frame with this header (in_port is the port of `sw`), which
 * stands for so many bytes and packets. ADD, EXTEND and REFUSED are reported at
 * once. */
void sflow_trigger_note(struct sflow_trigger *trigger, size_t sw, const struct header *header,
                        uint64_t n_bytes, uint64_t n_packets, uint64_t now_ms);

/* As sflow_trigger_note, of an IP packet whose Ethernet header is not known: thresholds about MAC
 * addresses or tags do not count it. */
void sflow_trigger_note_packet(struct sflow_trigger *trigger, size_t sw,
                               const struct header *header, uint64_t n_bytes, uint64_t n_packets,
                               uint64_t now_ms);

/* Reports REMOVE for taps whose lifetime has run out (EXTEND if the rate is still
 * `below` or more). Before sflow_trigger_next_ms there is nothing to report. */
void sflow_trigger_tick(struct sflow_trigger *trigger, uint64_t now_ms);

#define SFLOW_NO_TAP UINT64_MAX

/* When the next lifetime runs out; SFLOW_NO_TAP: there is no tap. */
uint64_t sflow_trigger_next_ms(const struct sflow_trigger *trigger);

/* Forgets a tap that was removed by other means, without an event; traffic that is
 * still above the threshold brings it back with its next sample. */
void sflow_trigger_forget(struct sflow_trigger *trigger, size_t threshold,
                          const struct sflow_key *key);

/* The rate of a key of a threshold now; zero if there is none. */
struct sflow_rate sflow_trigger_rate(const struct sflow_trigger *trigger, size_t threshold,
                                     const struct sflow_key *key, uint64_t now_ms);

/* What has happened so far. */
struct sflow_trigger_stats sflow_trigger_stats(const struct sflow_trigger *trigger);

/* Parses "10Mbps", "64kbps", "1Gbps", "1000pps", "5kpps"; a number may have
 * decimals ("2.5Mbps"). Fails with what was expected. */
int sflow_threshold_parse(const char *text, uint64_t *value, enum sflow_unit *unit,
                          struct base_error *error);

#endif
