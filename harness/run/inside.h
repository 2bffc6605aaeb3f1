/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this room share, and nobody else includes: one check under
 * way, and one round of probes under way. */
#ifndef RUN_INSIDE_H
#define RUN_INSIDE_H

#include "blame/wiring.h"
#include "run/harmless.h"
#include "run/network.h"
#include "run/probing.h"
#include "run/run.h"
#include "traffic/count.h"

/* The problem of everything that a run did not come to. */
#define RUN_INTERRUPTED      "interrupted"
#define RUN_INTERRUPTED_NOTE "interrupted: what had not been judged is inconclusive"

/* What this machine threw away may be what is missing: of so many frames. */
#define RUN_MACHINE_LOST "queues of this machine were full (frames lost: %llu)"

/* A round that is judged, and what was read around it. */
struct run_look {
    const struct traffic_round *round; /* NULL: none */
    struct run_states states;          /* before the round */
    struct run_states early, later;    /* with the counters of when it was over; later ones */
    struct path_network tables;        /* of `states` */
    struct traffic_count count;        /* of the round */
    bool counted;
    bool lags; /* ports counted the round a second late, or not yet */
};

/* What frames from one host to another did in rounds that are excused. */
struct run_transient {
    size_t from, to;
    uint16_t first, last;                 /* rounds */
    const char *excuse;                   /* the first one, in the arena of its round */
    unsigned wanted, came, altered, late; /* copies, of the probes that deviated */
};

/* One check. Its members are filled in in this order. */
struct checking {
    const struct expectation *expectation;
    const struct topology *topology;
    const struct lab *lab;
    const struct run_options *options;
    const struct run_world *world;
    struct report *report;
    struct base_error *error;
    struct run_network network;
    unsigned reads;        /* CHANNEL_*; port counters tell which frames came in */
    uint64_t patient_ns;   /* counters are waited for until then */
    bool stood_still;      /* run_checking_has_stood_still */
    struct run_look now;   /* what was read last, and the last round */
    struct run_look first; /* the first round that deviates without an excuse, where it is not the
                              last one; kept while it may have to be judged */
    const struct run_look *judged; /* one of these; NULL: not chosen yet */
    struct path_declared declared; /* the expectation */
    uint64_t *changed_ns; /* by switch: when its table was last seen to differ from the reading
                             before; 0: never */
    struct run_stations stations;
    struct traffic_plan plan;
    struct traffic_plan endless; /* probes that are not sent: by the tables they never stop */
    struct run_probing probing;
    struct traffic_round **rounds;
    size_t n_rounds, rounds_capacity;
    struct run_transient *transients; /* once in a pair of hosts */
    size_t n_transients, transients_capacity;
    struct traffic_shot *shots;
    size_t n_shots;
    struct run_frames frames;
    struct blame_wiring wiring; /* of zeros: not looked at */
    bool *selected;             /* by claim */
    bool tables_deviate; /* from the expectation, or are not decided, when they were first read */
};

/* (checking.c) The clock of the check's world. */
uint64_t run_checking_now_ns(const struct checking *checking);
double run_checking_ms_since(const struct checking *checking, uint64_t start_ns);

/* (checking.c) Reads all switches (`what`: CHANNEL_*); what was in `states` before is freed. -1
 * without memory, or if the event loop cannot run. */
int run_checking_read(struct checking *checking, unsigned what, struct run_states *states);

/* (checking.c) Indexes the tables as they were read last. -1 without memory. */
int run_checking_index(struct checking *checking);

/* (checking.c) What the tables do against what the expectation says: one result a
 * switch, port and entry, without words (report/words.h). -1 without memory. */
int run_checking_judge_tables(const struct checking *checking, struct report *report);

/* (checking.c) What is known so far, for judging and blaming; points into `checking`. */
struct traffic_evidence run_checking_evidence(const struct checking *checking);

/* (checking.c) What may be sent, by the tables as they were read last; to be closed. -1 without
 * memory: then there is nothing to free. */
int run_checking_harmless(const struct checking *checking, struct traffic_harmless *harmless);

/* (prepare.c) Chooses the claims that the patterns select: checking->selected is NULL if
 * all are, because there are no patterns, or none that select anything known before
 * the run. False: none is, no frame need be sent. */
bool run_checking_select(struct checking *checking);

/* (prepare.c) Makes checking->plan, and moves to checking->endless what would not stop.
 * -1 without memory. */
int run_checking_plan(struct checking *checking);

/* How long frames are listened for when all have been sent. */
static inline unsigned run_listen_ms(const struct run_options *options)
{
    return options->listen_ms > 0 ? options->listen_ms
           : options->thorough    ? RUN_THOROUGH_LISTEN_MS
                                  : 0;
}

/* (untried.c) Lists in the report what nothing of the plan tries. -1 without memory. */
int run_checking_untried(struct checking *checking);

/* (settle.c) Appends an empty round to checking->rounds; it is that of checking->now. -1
 * without memory. */
int run_checking_add_round(struct checking *checking);

/* (settle.c) Sends rounds of probes until frames and tables agree, or do not come to,
 * listens as long as is wanted, and chooses checking->judged. -1 as run_checking_read. */
int run_checking_settle(struct checking *checking);

/* (withheld.c) Judges the claims all of whose probes are withheld by the tables; `rest` (by claim)
 * gets the others of those that are selected. -1 without memory. */
int run_withheld_prove(const struct checking *checking, bool *rest);

/* (withheld.c) Judges by the tables what was withheld of the claims of `rest`, which frames have
 * passed, and of what no claim of their senders allows (traffic/unsent.h). Results with another
 * verdict stay. -1 without memory. */
int run_withheld_judge(const struct checking *checking, const bool *rest);

/* (excuse.c) Notes which tables differ between two readings. */
void run_excuse_note_changes(struct checking *checking, const struct run_states *before,
                             const struct run_states *after);

/* (excuse.c) Sets the excuses of a round: for each probe that deviates, what was changing
 * on the way that it takes by the tables of `look`. */
void run_excuse_round(const struct checking *checking, const struct run_look *look,
                      struct traffic_round *round);

/* (excuse.c) Excuses of what deviates in a round what was lost or held up in this machine. What
 * came late is known of the round before as soon as the next one is over. */
void run_excuse_by_machine(const struct checking *checking, struct traffic_round *round);

/* (excuse.c) Whether this machine threw away as many frames as are missing in the round, or more.
 */
bool run_excuse_lost(const struct checking *checking, const struct traffic_round *round);

/* (transient.c) Fills in checking->transients from all rounds: of probes that do as they
 * should in the last one. -1 without memory. */
int run_transient_find(struct checking *checking);

/* (transient.c) Adds a result for each of them, which passes: transient/FROM/TO. -1 without
 * memory. */
int run_transient_report(const struct checking *checking);

/* (checking.c) Frees what a look has read; the round is not its own. */
void run_look_free(struct run_look *look);

/* (counters.c) From now on late counters are waited for as long as --converge says, all together.
 */
void run_checking_be_patient(struct checking *checking);

/* (counters.c) Whether counters of which none has moved since then are not waited for any longer:
 * those that are refreshed at all follow within a second, or are refreshed each ten seconds and
 * more rarely. They are not waited for again. */
bool run_checking_has_stood_still(struct checking *checking, uint64_t since_ns);

/* (counters.c) What must be counted of the round of a look, and what has arrived of it so far. -1
 * without memory. */
int run_checking_expect_counts(struct checking *checking, struct run_look *look);

/* (counters.c) Reads counters into checking->now as they are when its round is just over. -1 as
 * run_checking_read. */
int run_checking_count_early(struct checking *checking);

/* (counters.c) Reads counters into checking->now until they have counted the probes of the
 * last round, or that time is over. -1 as run_checking_read. */
int run_checking_count(struct checking *checking);

/* (wiring.c) Tells by the counters of ports where the cables are, from the last round and, for
 * cables that it does not tell from others, a few frames more; with --packet-out from frames that
 * switches send by their ports. Fills in checking->wiring. -1 as run_checking_read. */
int run_checking_wire(struct checking *checking);

/* (counters.c) Has switches send frames, so that it shows which cable alters them. -1
 * as run_checking_read. */
int run_checking_shoot(struct checking *checking);

/* One round of probes. The clocks of its world. */
static inline uint64_t run_probing_now_ns(const struct run_probing *probing)
{
    return probing->stations->world->now_ns(probing->stations->world);
}

static inline uint64_t run_probing_wall_ns(const struct run_probing *probing)
{
    return probing->stations->world->wall_ns(probing->stations->world);
}

/* A time of the wall's clock by the one that never goes back: what lies between then and now is
 * not more than has passed, if the wall's clock was set in between. */
static inline uint64_t run_probing_time_ns(const struct run_probing *probing, uint64_t wall_ns)
{
    uint64_t wall_now_ns = run_probing_wall_ns(probing), now_ns = run_probing_now_ns(probing);
    uint64_t ago_ns = wall_now_ns > wall_ns ? wall_now_ns - wall_ns : 0;
    return now_ns > ago_ns ? now_ns - ago_ns : 0;
}

/* (arrivals.c) The mark of probe p in the round under way. */
struct frame_mark run_probing_mark(const struct run_probing *probing, size_t p);

/* (arrivals.c) Appends the bytes that must arrive if the header of the probe with this
 * mark has become `form`. -1: no frame has that header, or no memory. */
int run_probing_build(const struct run_probing *probing, const struct frame_mark *mark,
                      const struct header *form, struct base_buffer *frame);

/* (arrivals.c) Keeps a frame of probe p, sent or seen at a host, if frames are kept. */
void run_probing_keep(const struct run_probing *probing, size_t p, size_t host,
                      const struct frame_captured *frame);

/* (arrivals.c) station_on_arrival: counts what was captured, to its probe and round if it
 * is one of ours. Never says stop. */
bool run_probing_arrival(void *aux, const struct station_arrival *arrival);

/* (probing.c) Begins a round, which gets what is captured from now on. */
void run_probing_begin(struct run_probing *probing, struct traffic_round *round);

/* (probing.c) The window under way waits for so many copies more of probe p. */
void run_probing_await(struct run_probing *probing, size_t p, unsigned copies);

/* (probing.c) Receives what must have arrived of the frames in flight, for a moment. */
void run_probing_end_window(struct run_probing *probing);

/* (waiting.c) Receives until nothing of ours has come for one settling time. */
void run_probing_settle(struct run_probing *probing);

/* (waiting.c) Waits until one more frame may be sent. */
void run_probing_pace(struct run_probing *probing);

/* (waiting.c) Receives until then, or until the handler has enough. False: no station captures any
 * more; each one has its problem then. */
bool run_probing_receive(struct run_probing *probing, uint64_t deadline_ns,
                         station_on_arrival *handler);

/* (waiting.c) Stations behind a command have sent what they were given, and reported what they saw:
 * then nothing is on the way but in the network. */
void run_probing_synchronize(struct run_probing *probing);

/* (waiting.c) The same, and then receives for so long. */
void run_probing_wait(struct run_probing *probing, unsigned ms);

/* (speaking.c) Has hosts say what NORMAL must learn of them; probing->harmless knows what was
 * heard. False: there is nothing to say. */
bool run_probing_speak(struct run_probing *probing);

/* (speaking.c) Tells `harmless` what was heard in the round before. */
void run_probing_recall(const struct run_probing *probing, const struct traffic_harmless *harmless);

#endif
