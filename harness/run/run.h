/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole check: load, dump, compare, probe, judge. It is what `tapproof check`
 * and the suites run; it prints nothing and ends nothing. */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "base/buffer.h"
#include "model/expectation.h"
#include "model/result.h"
#include "run/world.h"
#include "yaml/state.h"

struct run_options {
    const struct run_world *world;  /* &run_world_live, but in tests */
    bool no_state;                  /* judge traffic only */
    bool no_traffic;                /* judge state only: no frame is sent */
    const struct yaml_state *saved; /* the tables, in place of the switches; with no_traffic */
    const char *const *patterns;    /* only ids that one of these selects; see run_selects */
    size_t n_patterns;
    uint64_t rate; /* frames a second, of all stations; 0: as the lab says (run_probing_limit) */
    unsigned timeout_ms;  /* for each dump; 0: 10,000 */
    unsigned converge_ms; /* how long frames may lag behind a change of the tables */
    unsigned listen_ms;   /* listens for late copies so long, after the last round */
    bool thorough;        /* so many sendings that a loss of 1 frame in 100 shows (RUN_SENDINGS);
                             listens RUN_THOROUGH_LISTEN_MS unless listen_ms says otherwise */
    bool packet_out;      /* switches may be asked to send frames, to tell one cable from another */
    bool allow_flood;     /* frames may be sent that NORMAL floods */
    struct base_buffer *pcapng; /* gets the frames of failing probes; NULL: not wanted */
    void (*progress)(void *aux, const char *text); /* what is being done now; may be NULL */
    void *progress_aux;
};

enum { RUN_CONVERGE_MS = 2000, RUN_THOROUGH_LISTEN_MS = 2000 };

/* Dumps all switches, compares, probes, judges. Fills `report`, which the
 * caller frees; the lab may be NULL if there is a saved state. 0 whatever the verdict; -1 if the
 * run itself could not go on (no memory, no event loop). What could not be looked at is
 * inconclusive. */
int run_check(const struct expectation *expectation, const struct lab *lab,
              const struct run_options *options, struct report *report, struct base_error *error);

/* The ids that a check of this expectation reports whatever it finds, in the
 * order of the report: calls `each` with those that the options select, and
 * returns how many they are. */
size_t run_list(const struct expectation *expectation, const struct run_options *options,
                void (*each)(void *aux, const char *id), void *aux);

/* Whether the patterns select this id: there are none, or one of them does (run/pattern.h). */
bool run_selects(const struct run_options *options, const char *id);

/* The same of cables: those that frames cross have such a result. */
size_t run_list_cables(const struct topology *topology, const struct run_options *options,
                       void (*each)(void *aux, const char *id), void *aux);

/* By claim, whether the patterns select it, and how many they select; free it. NULL
 * without memory. */
bool *run_select_claims(const struct expectation *expectation, const struct run_options *options,
                        size_t *n_selected);

/* world->confine; what is missing is noted in the report, unless that is NULL. */
void run_confine(const struct run_world *world, struct report *report);

/* Says what is being done now, if anybody wants to know. */
void run_progress(const struct run_options *options, const char *text);

/* What a report is of, that is compared with the list of known failures. */
enum run_known_of {
    RUN_KNOWN_OF_ALL,  /* every result: one that is listed, and is not there, is noted */
    RUN_KNOWN_OF_PART, /* those that were selected */
    RUN_KNOWN_OF_PROOF /* those of tables alone: what passes here may fail by its frames */
};

/* Sets aside the results that `known:` of the expectation lists, while they fail and the day is not
 * over; fails those that pass. Before the causes are told. -1 without memory. */
int run_known(const struct expectation *expectation, const struct run_world *world,
              enum run_known_of of, struct report *report);

/* Only the selected results stay in the report. */
void run_select(const struct expectation *expectation, const struct run_options *options,
                struct report *report);

#endif
