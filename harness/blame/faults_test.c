/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults of the reference network, one by one: all that is said of whose they are. */
#include "testing/blamed_network.h"

enum what {
    NOTHING,
    /* Before frames are sent, of the entry for the port of a switch: */
    GONE,   /* it is not there */
    DROPS,  /* it has no actions */
    SENDS,  /* its first output is another one: n */
    DOWN,   /* the port has no link */
    SHUT,   /* it is switched off */
    UNSAID, /* the expectation says nothing of the ports of the switch */
    /* Of the frames from one host at another one: */
    LOST,
    ALTERED,
    DOUBLED, /* the first of them */
    /* Then, of the counters of the port: */
    RX, /* n more */
    TX,
    STILL,     /* as they were before */
    UNCOUNTED, /* there are none */
    EXCHANGED, /* as if the cables of two hosts had been where the other's should be */
};

struct step {
    enum what what;
    const char *from, *to;
    int sw, port, n;
};

static struct port *port_of(struct network *network, const struct step *step)
{
    return &network->later[step->sw].ports[step->port - 1];
}

static void change_entry(struct network *network, const struct step *step)
{
    static struct action other[2];
    struct flow_table *flows = &network->states[step->sw].flows;
    for (size_t i = 0; i < flows->n_entries; i++) {
        struct flow_entry *entry = &flows->entries[i];
        if (entry->match.value.in_port != step->port) {
            continue;
        }
        if (step->what == GONE) {
            entry->match.value.in_port = 99;
        } else if (step->what == DROPS) {
            entry->n_actions = 0;
        } else {
            memcpy(other, entry->actions, entry->n_actions * sizeof *other);
            other[0].port = (uint16_t)step->n;
            entry->actions = other;
        }
    }
}

static void unlist(struct network *network, size_t sw)
{
    struct expectation *expectation = network->expectation;
    size_t n = 0;
    for (size_t i = 0; i < expectation->n_ports; i++) {
        if (expectation->ports[i].port.sw != sw) {
            expectation->ports[n++] = expectation->ports[i];
        }
    }
    expectation->n_ports = n;
    expectation->lists_switch[sw] = false;
}

static void exchange(struct network *network, const struct step *step)
{
    struct topology_host *hosts = network->expectation->topology->hosts;
    struct port_ref *a = &hosts[network_host(network, step->from)].port;
    struct port_ref *b = &hosts[network_host(network, step->to)].port, was = *a;
    *a = *b;
    *b = was;
}

static void begin(struct network *network, const struct step *step)
{
    switch (step->what) {
    case GONE:
    case DROPS:
    case SENDS:
        change_entry(network, step);
        break;
    case DOWN:
        network->states[step->sw].ports[step->port - 1].state |= PORT_STATE_LINK_DOWN;
        break;
    case SHUT:
        network->states[step->sw].ports[step->port - 1].config |= PORT_CONFIG_DOWN;
        break;
    case UNSAID:
        unlist(network, (size_t)step->sw);
        break;
    case EXCHANGED:
        exchange(network, step);
        break;
    default:
        break;
    }
}

static void change_arrivals(struct network *network, const struct step *step)
{
    struct traffic_round *round = &network->round;
    size_t from = network_host(network, step->from), to = network_host(network, step->to);
    bool first = true;
    for (size_t p = 0; p < network->plan.n_probes; p++) {
        if (network->plan.probes[p].from != from) {
            continue;
        }
        for (struct traffic_seen *seen = round->seen[p]; seen; seen = seen->next) {
            if (seen->host == to && step->what != DOUBLED) {
                seen->copies = seen->forms[0] = 0;
            }
        }
        if (step->what == ALTERED) {
            traffic_round_see_altered(round, p, to, "a byte");
        } else if (step->what == DOUBLED && first) {
            traffic_round_see(round, p, to, 0);
        }
        first = false;
    }
}

static void end(struct network *network, const struct step *step)
{
    switch (step->what) {
    case LOST:
    case ALTERED:
    case DOUBLED:
        change_arrivals(network, step);
        break;
    case RX:
        port_of(network, step)->counters.rx_packets += (uint64_t)step->n;
        break;
    case TX:
        port_of(network, step)->counters.tx_packets += (uint64_t)step->n;
        break;
    case STILL:
        port_of(network, step)->counters = network->states[step->sw].ports[step->port - 1].counters;
        break;
    case UNCOUNTED:
        port_of(network, step)->has_counters = false;
        break;
    case EXCHANGED:
        exchange(network, step);
        break;
    default:
        break;
    }
}

static void put(struct base_buffer *text, const char *label, const char *value)
{
    if (value) {
        base_put_format(text, "  %s%s\n", label, value);
    }
}

static void tell(const struct report *report, struct base_buffer *text)
{
    for (size_t i = 0; i < report->n_results; i++) {
        const struct result *result = &report->results[i];
        if (result->verdict == VERDICT_PASS) {
            continue;
        }
        base_put_format(text, "%s %s: ", verdict_name(result->verdict), result->id);
        base_put_format(text, "%s %s, %s\n", cause_kind_name(result->cause_kind),
                        result->cause ? result->cause : "-",
                        result->suspect ? result->suspect : "-");
        put(text, "", result->detail);
        put(text, "counted ", result->says[SAYS_COUNTED]);
    }
    for (size_t i = 0; i < report->n_causes; i++) {
        base_put_format(text, "%s: %zu\n", report->causes[i].where, report->causes[i].n_results);
    }
}

static void check(const struct step *steps, const char *expected)
{
    struct network network;
    struct base_buffer text = {0};
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    for (const struct step *step = steps; step->what != NOTHING; step++) {
        begin(&network, step);
    }
    network_send(&network, NULL, NULL);
    for (const struct step *step = steps; step->what != NOTHING; step++) {
        end(&network, step);
    }
    network_blame(&network);
    tell(&network.report, &text);
    assert_string_equal(base_buffer_text(&text), expected);
    base_buffer_free(&text);
    network_free(&network);
}

#define CHECK(expected, ...) check((const struct step[]){__VA_ARGS__, {.what = NOTHING}}, expected)
#define FRAMES(what, from, to)                                                                     \
    {                                                                                              \
        what, from, to, 0, 0, 0                                                                    \
    }
#define AT(what, sw, port, n)                                                                      \
    {                                                                                              \
        what, NULL, NULL, (sw)-1, port, n                                                          \
    }

static void of_tables(void **state)
{
    (void)state;
    CHECK("fail traffic/h1/delivered/h2: table s1:1, s1:1\n"
          "  8 of 8 probes did not arrive at h2; s1 does not send it on as declared: no entry "
          "takes it\n"
          "fail traffic/h1/mirrored/h11: table s1:1, s1:1\n"
          "  8 of 8 probes did not arrive at h11; s1 does not send it on as declared: no entry "
          "takes it\n"
          "s1:1: 2\n",
          AT(GONE, 1, 1, 0));
    CHECK("fail traffic/h1/mirrored/h11: table s3:1, s3:1\n"
          "  8 of 8 probes did not arrive at h11; s3 does not send it on as declared: in_port=1 "
          "actions=drop\n"
          "s3:1: 1\n",
          AT(DROPS, 3, 1, 0));
    CHECK("fail traffic/h3/delivered/h4: table s1:3, s1:3\n"
          "  8 of 8 probes did not arrive at h4; s1 does not send it on as declared: in_port=3 "
          "actions=output:5\n"
          "fail traffic/h3/stray/h5: table s1:3, s1:3\n"
          "  8 of 8 probes arrived at h5; s1 sends it on: in_port=3 actions=output:5\n"
          "s1:3: 2\n",
          AT(SENDS, 1, 3, 5));
    CHECK("fail traffic/h1/delivered/h2: table s1:1, s1:1\n"
          "  8 of 8 probes did not arrive at h2; s1 does not send it on as declared: in_port=1 "
          "actions=output:3,output:6\n"
          "fail traffic/h1/stray/h3: table s1:1, s1:1\n"
          "  8 of 8 probes arrived at h3; s1 sends it on: in_port=1 actions=output:3,output:6\n"
          "s1:1: 2\n",
          AT(SENDS, 1, 1, 3));
    CHECK("fail traffic/h1/delivered/h2: table s1:1, s1:1\n"
          "  8 of 8 probes did not arrive at h2; s1 does not send it on as declared: in_port=1 "
          "actions=output:6,output:6\n"
          "fail traffic/h1/mirrored/h11: table s1:1, s1:1\n"
          "  8 of 8 probes arrived at h11 twice instead of once; s1 sends it on: in_port=1 "
          "actions=output:6,output:6\n"
          "s1:1: 2\n",
          AT(SENDS, 1, 1, 6));
}

static void of_ports(void **state)
{
    (void)state;
    CHECK("fail traffic/h1/mirrored/h11: cable s1:6 - s3:1, s1:6\n"
          "  8 of 8 probes did not arrive at h11; s1:6 has no link\n"
          "s1:6 - s3:1: 1\n",
          AT(DOWN, 1, 6, 0), FRAMES(LOST, "h1", "h11"));
    CHECK("fail traffic/h1/mirrored/h11: cable s1:6 - s3:1, s3:1\n"
          "  8 of 8 probes did not arrive at h11; s3:1 has no link\n"
          "s1:6 - s3:1: 1\n",
          AT(DOWN, 3, 1, 0), FRAMES(LOST, "h1", "h11"));
    CHECK("fail traffic/h3/delivered/h4: cable h4 - s1:4, s1:4\n"
          "  8 of 8 probes did not arrive at h4; s1:4 has no link\n"
          "fail traffic/h4/delivered/h3: cable h4 - s1:4, s1:4\n"
          "  8 of 8 probes did not arrive at h3; s1:4 has no link\n"
          "h4 - s1:4: 2\n",
          AT(DOWN, 1, 4, 0), FRAMES(LOST, "h3", "h4"));
}

static void of_cables_that_lose(void **state)
{
    (void)state;
    CHECK("fail traffic/h3/delivered/h4: cable h4 - s1:4, s1:4 -> h4\n"
          "  8 of 8 probes did not arrive at h4; 8 frames left s1:4, 0 came to h4\n"
          "  counted s1:3 +8 packets\n"
          "h4 - s1:4: 1\n",
          FRAMES(LOST, "h3", "h4"));
    CHECK("fail traffic/h3/delivered/h4: cable h3 - s1:3, h3 -> s1:3\n"
          "  8 of 8 probes did not arrive at h4; 8 frames left h3, 0 came to s1:3\n"
          "  counted s1:3 +8 packets\n"
          "h3 - s1:3: 1\n",
          FRAMES(LOST, "h3", "h4"), AT(STILL, 1, 3, 0), AT(TX, 1, 4, -8));
    CHECK("fail traffic/h3/delivered/h4: switch s1:3, s1:3\n"
          "  8 of 8 probes did not arrive at h4; by its table s1 sends 8 frames by port 4; it sent "
          "0\n"
          "  counted s1:3 +8 packets\n"
          "s1:3: 1\n",
          FRAMES(LOST, "h3", "h4"), AT(TX, 1, 4, -8));
    CHECK("fail traffic/h1/mirrored/h11: cable s1:6 - s3:1, s1:6 -> s3:1\n"
          "  8 of 8 probes did not arrive at h11; 8 frames left s1:6, 0 came to s3:1\n"
          "  counted s1:1 +8 packets, s3:1 +8 packets\n"
          "s1:6 - s3:1: 1\n",
          FRAMES(LOST, "h1", "h11"), AT(RX, 3, 1, -8), AT(TX, 3, 11, -8));
    CHECK("fail traffic/h1/mirrored/h11: cable s1:6 - s3:1, s1:6 -> s3:1\n"
          "  8 of 8 probes did not arrive at h11; 8 frames left s1:6, 5 came to s3:1\n"
          "  counted s1:1 +8 packets, s3:1 +8 packets\n"
          "s1:6 - s3:1: 1\n",
          FRAMES(LOST, "h1", "h11"), AT(RX, 3, 1, -3), AT(TX, 3, 11, -8));
    CHECK("fail traffic/h1/mirrored/h11: cable s1:6 - s3:1, s1:6 -> s3:1\n"
          "  8 of 8 probes did not arrive at h11; 8 frames left s1:6, 7 came to s3:1\n"
          "  counted s1:1 +8 packets, s3:1 +8 packets\n"
          "s1:6 - s3:1: 1\n",
          FRAMES(LOST, "h1", "h11"), AT(RX, 3, 1, -1), AT(TX, 3, 11, -8));
    CHECK("fail traffic/h1/mirrored/h11: switch s1:1, s1:1\n"
          "  8 of 8 probes did not arrive at h11; by its table s1 sends 8 frames by port 6; it "
          "sent 1\n"
          "  counted s1:1 +8 packets, s3:1 +8 packets\n"
          "s1:1: 1\n",
          FRAMES(LOST, "h1", "h11"), AT(TX, 1, 6, -7), AT(RX, 3, 1, -8), AT(TX, 3, 11, -8));
    CHECK("fail traffic/h1/mirrored/h11: cable h11 - s3:11, s3:11 -> h11\n"
          "  8 of 8 probes did not arrive at h11; 16 frames left s3:11, 8 came to h11\n"
          "  counted s1:1 +8 packets, s3:1 +8 packets\n"
          "h11 - s3:11: 1\n",
          FRAMES(LOST, "h1", "h11"), AT(UNCOUNTED, 1, 6, 0), AT(RX, 3, 1, -8));
    CHECK("fail traffic/h1/mirrored/h11: cable s1:6 - s3:1, s1:6 -> s3:1\n"
          "  8 of 8 probes did not arrive at h11; of what went over it least arrived\n"
          "  counted s1:1 +8 packets, s3:1 +8 packets\n"
          "s1:6 - s3:1: 1\n",
          FRAMES(LOST, "h1", "h11"), AT(UNCOUNTED, 3, 1, 0), AT(UNCOUNTED, 3, 11, 0));
    CHECK("fail traffic/h3/delivered/h4: cable h3 - s1:3 or s1:3 or h4 - s1:4, h3 -> s1:3 or s1:3 "
          "or s1:4 -> h4\n"
          "  8 of 8 probes did not arrive at h4; of what went over it least arrived\n"
          "  counted s1:3 +8 packets\n"
          "h3 - s1:3 or s1:3 or h4 - s1:4: 1\n",
          FRAMES(LOST, "h3", "h4"), AT(UNCOUNTED, 1, 3, 0), AT(UNCOUNTED, 1, 4, 0));
    CHECK("fail traffic/h1/delivered/h2: cable h2 - s1:2, s1:2 -> h2\n"
          "  8 of 8 probes did not arrive at h2; 8 frames left s1:2, 0 came to h2\n"
          "  counted s1:1 +8 packets\n"
          "fail traffic/h1/mirrored/h11: cable h11 - s3:11, s3:11 -> h11\n"
          "  8 of 8 probes did not arrive at h11; 16 frames left s3:11, 8 came to h11\n"
          "  counted s1:1 +8 packets, s3:1 +8 packets\n"
          "h2 - s1:2: 1\n"
          "h11 - s3:11: 1\n",
          FRAMES(LOST, "h1", "h11"), FRAMES(LOST, "h1", "h2"), AT(UNCOUNTED, 1, 1, 0));
    CHECK("fail traffic/h1/delivered/h2: cable h1 - s1:1, h1 -> s1:1\n"
          "  8 of 8 probes did not arrive at h2; 8 frames left h1, 0 came to s1:1\n"
          "  counted s1:1 +8 packets\n"
          "fail traffic/h1/mirrored/h11: cable h1 - s1:1, h1 -> s1:1\n"
          "  8 of 8 probes did not arrive at h11; 8 frames left h1, 0 came to s1:1\n"
          "  counted s1:1 +8 packets, s3:1 +8 packets\n"
          "h1 - s1:1: 2\n",
          FRAMES(LOST, "h1", "h11"), FRAMES(LOST, "h1", "h2"), AT(RX, 1, 1, -8));
}

static void of_cables_that_alter(void **state)
{
    (void)state;
    CHECK("fail traffic/h3/delivered/h4: cable h3 - s1:3 or h4 - s1:4, h3 -> s1:3 or s1:4 -> h4\n"
          "  8 of 8 probes arrived at h4 altered: a byte; the tables would deliver it unaltered\n"
          "  counted s1:3 +8 packets\n"
          "h3 - s1:3 or h4 - s1:4: 1\n",
          FRAMES(ALTERED, "h3", "h4"));
    CHECK("fail traffic/h1/mirrored/h11: cable s1:6 - s3:1, s1:6 -> s3:1\n"
          "  8 of 8 probes arrived at h11 altered: a byte; the tables would deliver it unaltered\n"
          "  counted s1:1 +8 packets, s3:1 +8 packets\n"
          "s1:6 - s3:1: 1\n",
          FRAMES(ALTERED, "h1", "h11"));
    CHECK("fail traffic/h1/delivered/h2: cable h1 - s1:1, h1 -> s1:1 or s1:2 -> h2\n"
          "  8 of 8 probes arrived at h2 altered: a byte; the tables would deliver it unaltered\n"
          "  counted s1:1 +8 packets\n"
          "fail traffic/h1/mirrored/h11: cable h1 - s1:1, h1 -> s1:1 or s1:6 -> s3:1\n"
          "  8 of 8 probes arrived at h11 altered: a byte; the tables would deliver it unaltered\n"
          "  counted s1:1 +8 packets, s3:1 +8 packets\n"
          "h1 - s1:1: 2\n",
          FRAMES(ALTERED, "h1", "h11"), FRAMES(ALTERED, "h1", "h2"));
    CHECK("fail traffic/h1/mirrored/h11: cable h11 - s3:11, s1:6 -> s3:1 or s3:11 -> h11\n"
          "  8 of 8 probes arrived at h11 altered: a byte; the tables would deliver it unaltered\n"
          "  counted s1:1 +8 packets, s3:1 +8 packets\n"
          "fail traffic/h7/mirrored/h11: cable h11 - s3:11, s2:7 -> s3:7 or s3:11 -> h11\n"
          "  8 of 8 probes arrived at h11 altered: a byte; the tables would deliver it unaltered\n"
          "  counted s2:2 +8 packets, s3:7 +8 packets\n"
          "h11 - s3:11: 2\n",
          FRAMES(ALTERED, "h1", "h11"), FRAMES(ALTERED, "h7", "h11"));
    CHECK("fail traffic/h3/delivered/h4: cable h3 - s1:3, h3 -> s1:3 or s1:4 -> h4\n"
          "  8 of 8 probes arrived at h4 altered: a byte; the tables would deliver it unaltered\n"
          "  counted s1:3 +8 packets\n"
          "fail traffic/h4/delivered/h3: cable h3 - s1:3, s1:3 -> h3\n"
          "  8 of 8 probes did not arrive at h3; 8 frames left s1:3, 0 came to h3\n"
          "  counted s1:4 +8 packets\n"
          "h3 - s1:3: 2\n",
          FRAMES(ALTERED, "h3", "h4"), FRAMES(LOST, "h4", "h3"));
}

/* The expectation says what arrives, and not how. */
static void of_ways_that_nobody_declares(void **state)
{
    (void)state;
    CHECK("fail traffic/h1/delivered/h2: table s1:1, s1:1\n"
          "  8 of 8 probes did not arrive at h2; s1 does not send it on: no entry takes it\n"
          "fail traffic/h1/mirrored/h11: table s1:1, s1:1\n"
          "  8 of 8 probes did not arrive at h11; s1 does not send it on: no entry takes it\n"
          "s1:1: 2\n",
          AT(UNSAID, 1, 0, 0), AT(UNSAID, 3, 0, 0), AT(GONE, 1, 1, 0));
    CHECK("fail traffic/h1/mirrored/h11: table s3:1, s3:1\n"
          "  8 of 8 probes did not arrive at h11; s3 does not send it on: in_port=1 actions=drop\n"
          "s3:1: 1\n",
          AT(UNSAID, 1, 0, 0), AT(UNSAID, 3, 0, 0), AT(DROPS, 3, 1, 0));
    CHECK("fail traffic/h1/mirrored/h11: port s3:11, s3:11\n"
          "  8 of 8 probes did not arrive at h11; s3:11 is switched off\n"
          "fail traffic/h7/mirrored/h11: port s3:11, s3:11\n"
          "  8 of 8 probes did not arrive at h11; s3:11 is switched off\n"
          "inconclusive traffic/h11/isolated/all: unknown -, -\n"
          "  none of the sender's frames was seen to enter the network, neither by a station nor "
          "by its switch: that none came here proves nothing\n"
          "s3:11: 2\n",
          AT(UNSAID, 1, 0, 0), AT(UNSAID, 3, 0, 0), AT(SHUT, 3, 11, 0));
    CHECK("fail traffic/h3/delivered/h4: port s1:3, s1:3\n"
          "  8 of 8 probes did not arrive at h4; s1:3 is switched off\n"
          "fail traffic/h4/delivered/h3: port s1:3, s1:3\n"
          "  8 of 8 probes did not arrive at h3; s1:3 is switched off\n"
          "s1:3: 2\n",
          AT(UNSAID, 1, 0, 0), AT(UNSAID, 3, 0, 0), AT(SHUT, 1, 3, 0));
    CHECK("fail traffic/h3/delivered/h4: table s1:3, s1:3\n"
          "  8 of 8 probes did not arrive at h4; s1 does this: in_port=3 actions=output:5\n"
          "fail traffic/h3/stray/h5: table s1:3, s1:3\n"
          "  8 of 8 probes arrived at h5; s1 does this: in_port=3 actions=output:5\n"
          "s1:3: 2\n",
          AT(UNSAID, 1, 0, 0), AT(UNSAID, 3, 0, 0), AT(SENDS, 1, 3, 5));
    CHECK("fail traffic/h3/delivered/h4: table s1:3, s1:3\n"
          "  8 of 8 probes did not arrive at h4; s1 sends it on: in_port=3 actions=output:7\n"
          "fail traffic/h3/isolated/h11: table s1:3, s1:3\n"
          "  8 of 8 probes arrived at h11; s1 sends it on: in_port=3 actions=output:7\n"
          "s1:3: 2\n",
          AT(UNSAID, 1, 0, 0), AT(UNSAID, 3, 0, 0), AT(SENDS, 1, 3, 7));
    CHECK("fail traffic/h1/delivered/h2: table s1:1, s1:1\n"
          "  8 of 8 probes did not arrive at h2; s1 does not send it on as declared: in_port=1 "
          "actions=drop\n"
          "fail traffic/h1/mirrored/h11: table s1:1, s1:1\n"
          "  8 of 8 probes did not arrive at h11; s1 does not send it on: in_port=1 actions=drop\n"
          "s1:1: 2\n",
          AT(UNSAID, 3, 0, 0), AT(DROPS, 1, 1, 0));
}

static void of_frames_too_many(void **state)
{
    (void)state;
    CHECK("fail traffic/h3/delivered/h4: cable h4 - s1:4, s1:4 -> h4\n"
          "  1 of 8 probes (unicast) arrived at h4 twice instead of once; 8 frames left s1:4, 9 "
          "came to h4\n"
          "  counted s1:3 +8 packets\n"
          "h4 - s1:4: 1\n",
          FRAMES(DOUBLED, "h3", "h4"));
    CHECK("fail traffic/h3/delivered/h4: switch s1:3, s1:3\n"
          "  1 of 8 probes (unicast) arrived at h4 twice instead of once; s1 sent 1 frames by port "
          "4 that its table does not send there\n"
          "  counted s1:3 +8 packets\n"
          "s1:3: 1\n",
          FRAMES(DOUBLED, "h3", "h4"), AT(TX, 1, 4, 1));
    CHECK("fail traffic/h3/delivered/h4: cable h3 - s1:3, h3 -> s1:3\n"
          "  1 of 8 probes (unicast) arrived at h4 twice instead of once; 8 frames left h3, 9 came "
          "to s1:3\n"
          "  counted s1:3 +8 packets\n"
          "h3 - s1:3: 1\n",
          FRAMES(DOUBLED, "h3", "h4"), AT(RX, 1, 3, 1), AT(TX, 1, 4, 1));
    CHECK("fail traffic/h3/stray/h5: cable h5 - s1:5, s1:5 -> h5\n"
          "  1 of 8 probes (unicast) arrived at h5; 0 frames left s1:5, 1 came to h5\n"
          "h5 - s1:5: 1\n",
          FRAMES(DOUBLED, "h3", "h5"));
    CHECK("fail traffic/h3/stray/h5: switch s1:3, s1:3\n"
          "  1 of 8 probes (unicast) arrived at h5; s1 sent 1 frames by port 5 that its table does "
          "not send there\n"
          "s1:3: 1\n",
          FRAMES(DOUBLED, "h3", "h5"), AT(TX, 1, 5, 1));
    CHECK("fail traffic/h3/stray/h9: unknown -, -\n"
          "  1 of 8 probes (unicast) arrived at h9; no table sends it there, and no counter tells "
          "what does\n",
          FRAMES(DOUBLED, "h3", "h9"), AT(TX, 2, 4, 1));
}

static void of_cables_in_other_places(void **state)
{
    (void)state;
    CHECK("fail traffic/h3/delivered/h4: swap h4 - s1:4, h5 - s1:5, h4 - s1:4, h5 - s1:5\n"
          "  8 of 8 probes did not arrive at h4; 8 frames left s1:4, 0 came to h4; s1:4 and s1:5 "
          "are swapped: s1:4 is cabled to h5, and s1:5 to h4\n"
          "  counted s1:3 +8 packets\n"
          "fail traffic/h4/delivered/h3: swap h4 - s1:4, h5 - s1:5, h4 - s1:4, h5 - s1:5\n"
          "  8 of 8 probes did not arrive at h3; 8 frames left h4, 7 came to s1:4; s1:4 and s1:5 "
          "are swapped: s1:4 is cabled to h5, and s1:5 to h4\n"
          "  counted s1:4 +7 packets\n"
          "fail traffic/h5/isolated/all: swap h4 - s1:4, h5 - s1:5, h4 - s1:4, h5 - s1:5\n"
          "  7 of 7 probes arrived at h3; no table sends it there, and no counter tells what does; "
          "s1:4 and s1:5 are swapped: s1:4 is cabled to h5, and s1:5 to h4\n"
          "fail traffic/h3/stray/h5: swap h4 - s1:4, h5 - s1:5, h4 - s1:4, h5 - s1:5\n"
          "  8 of 8 probes arrived at h5; 0 frames left s1:5, 8 came to h5; s1:4 and s1:5 are "
          "swapped: s1:4 is cabled to h5, and s1:5 to h4\n"
          "h4 - s1:4, h5 - s1:5: 4\n",
          FRAMES(EXCHANGED, "h4", "h5"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(of_tables),
    cmocka_unit_test(of_ports),
    cmocka_unit_test(of_cables_that_lose),
    cmocka_unit_test(of_cables_that_alter),
    cmocka_unit_test(of_ways_that_nobody_declares),
    cmocka_unit_test(of_frames_too_many),
    cmocka_unit_test(of_cables_in_other_places),
};

TEST_MAIN(tests)
