/* SPDX-License-Identifier: Apache-2.0
 *
 * A network in memory that stands in for the world of a run (run/world.h): its
 * switches are dumped, and forward frames by their tables; its clock runs only
 * when somebody waits, so that a test takes no time and depends on no load.
 * What goes wrong in it is a list of faults. Stations: fake_stations.h.
 *
 *   struct fake_network fake;
 *   fake_network_open(&fake, topology, "topologies/demon/simulated");
 *   fake_stations_attach(&fake);
 *   fake_network_fault(&fake, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h11"});
 *   ... .world = &fake.world ...
 *   fake_network_close(&fake); */
#ifndef TESTING_FAKE_NETWORK_H
#define TESTING_FAKE_NETWORK_H

#include "base/address.h"
#include "model/state.h"
#include "model/topology.h"
#include "run/world.h"

enum { FAKE_SWITCHES = 8, FAKE_FAULTS = 8, FAKE_PORTS = 16, FAKE_LEARNED = 64 };

enum fake_fault_kind {
    /* Of frames that the host `from` sends, where they arrive at the host `at`. */
    FAKE_LOSE,
    FAKE_DOUBLE,
    FAKE_LATE,    /* by `ms` */
    FAKE_ALTER,   /* the last bit of the destination address is another */
    FAKE_SHORTEN, /* it ends after `n_bytes` */
    /* Of the station of the host `at`. */
    FAKE_NO_STATION,   /* it cannot be opened */
    FAKE_REFUSES,      /* it sends nothing */
    FAKE_SWALLOWS,     /* frames of `n_bytes` and more do not leave it */
    FAKE_DROPS_FRAMES, /* its capture says that it lost 3 frames */
    FAKE_UNCONFINED,   /* its far end says that it is not confined */
    /* A foreign frame arrives at the host `at` with each frame that `from` sends. */
    FAKE_ADDS_FRAMES,
    FAKE_FLOODS,  /* a copy of each frame that `from` sends arrives at the host `at`, too */
    FAKE_REPEATS, /* what the host `at` has got arrives there again `ms` later, endlessly */
    FAKE_SILENT,  /* the switch `at` does not answer */
    FAKE_ODD,     /* the switch `at` refuses BARRIER */
    FAKE_BROKEN,  /* switches cannot be read at all: no event loop */
};

struct fake_fault {
    enum fake_fault_kind kind;
    const char *from, *at; /* NULL: any */
    unsigned first, n;     /* the first frames go well, the next n do not; n 0: all others */
    unsigned ms, n_bytes;
    unsigned n_met; /* frames that it was about; the fake counts them */
};

/* What PORT stats of all switches say. */
enum fake_ports {
    FAKE_PORTS_COUNT,
    FAKE_PORTS_ALL_ONES, /* not supported */
    FAKE_PORTS_ZERO,
};

/* A frame on its way to a station. */
struct fake_arrival {
    uint64_t time_ns;
    size_t host;
    uint8_t *bytes;
    size_t n_bytes;
};

/* Where a switch saw frames from an address enter. */
struct fake_learned {
    size_t sw;
    uint16_t port;
    uint8_t mac[BASE_MAC_BYTES];
};

struct fake_network {
    struct run_world world;
    const struct topology *topology;            /* as it should be cabled */
    struct switch_state states[FAKE_SWITCHES];  /* what switches say, with their counters */
    struct switch_state forward[FAKE_SWITCHES]; /* by what they forward until `follows_ns` */
    uint64_t follows_ns;                        /* when they begin to forward by `states` */
    bool modifies; /* an entry whose actions change keeps its duration, as mod-flows does */
    const char *next_flows; /* NULL, or to what fake_network_change changes the tables before the */
    unsigned next_after, next_ms; /* ... dump behind so many; frames follow so much later */
    bool learns;                  /* NORMAL sends as a switch that learns; otherwise nothing */
    struct fake_learned learned[FAKE_LEARNED];
    size_t n_learned;
    bool counts; /* counters move; true at first */
    enum fake_ports ports;
    unsigned ports_every_ms, flows_every_ms;  /* counters say what they were when this time last
                                                 began anew; 0: what they are */
    struct switch_state shown[FAKE_SWITCHES]; /* that; used where there is such a time */
    uint64_t ports_shown_ns, flows_shown_ns;
    struct topology cabled; /* as `topology`, but for cables that lie otherwise */
    unsigned mtu;           /* of all interfaces */
    bool is_far; /* what stations send is sent when somebody waits for them (station_sync) */
    unsigned raises_at_dump, raises_at_frame; /* SIGTERM comes then; 0: never */
    unsigned lost_here; /* of what FAKE_LOSE loses, the machine says that it threw away so many */
    unsigned busy;    /* it says that who runs on it waits for a processor, ... per cent of time */
    unsigned stalled; /* ... or that something else does */
    size_t n_lost;
    struct fake_fault faults[FAKE_FAULTS];
    size_t n_faults;
    uint64_t time_ns;
    uint64_t wall_set_ns;          /* when the wall's clock is set; 0: never */
    int64_t wall_set_by_ns;        /* ... by so much; until then it is `time_ns` */
    struct fake_arrival *arrivals; /* in the order of their time */
    size_t n_arrivals, capacity;
    size_t most_in_flight;     /* of frames that arrive within 50 ms */
    struct fake_arrival *held; /* not sent yet; `host` is the sender */
    size_t n_held, held_capacity;
    int n_open;          /* sessions and sets of stations; none are left at the end */
    bool confined;       /* world.confine was called, since sessions were prepared */
    const char *missing; /* what that says is missing; NULL: nothing */
    unsigned n_dumps, n_sent, n_packet_outs; /* so many times */
    unsigned what;                           /* CHANNEL_*, of the last dump */
};

/* A network of this topology; the flow entries of its i-th switch (from 1 on) are
 * read from FLOWS/si.flows, as ovs-ofctl writes them; without the file there are
 * none. They are 30 s old. Fails the test if they cannot be read. */
void fake_network_open(struct fake_network *fake, const struct topology *topology,
                       const char *flows);

/* The tables become those of other files; frames follow them `ms` later. Entries that
 * are not in the present tables are new. */
void fake_network_change(struct fake_network *fake, const char *flows, unsigned ms);

void fake_network_fault(struct fake_network *fake, struct fake_fault fault);

/* The fault of this kind that meets a frame, or a station or switch, if there is
 * one; counts. A NULL is not compared. */
const struct fake_fault *fake_network_meets(struct fake_network *fake, enum fake_fault_kind kind,
                                            const char *from, const char *at);

/* Exchanges the far ends (`b`) of two links of the topology; what the topology says of them
 * stays. */
void fake_network_exchange(struct fake_network *fake, size_t link, size_t other);

/* Exchanges the cables of two hosts in the same way. */
void fake_network_exchange_hosts(struct fake_network *fake, size_t host, size_t other);

/* A frame enters a switch by this port; `from`: the host that sent it, HOST_NONE:
 * a switch. What arrives at hosts is put into fake->arrivals. */
void fake_network_enter(struct fake_network *fake, struct port_ref in, size_t from,
                        const uint8_t *bytes, size_t n_bytes);

/* A frame arrives at a host at this time, wherever it comes from. */
void fake_network_arrive(struct fake_network *fake, size_t host, const uint8_t *bytes,
                         size_t n_bytes, uint64_t time_ns);

/* What the wall's clock says at a time of fake->time_ns. */
uint64_t fake_network_wall_ns(const struct fake_network *fake, uint64_t time_ns);

void fake_network_close(struct fake_network *fake);

#endif
