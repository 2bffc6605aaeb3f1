/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run found: one result for each thing that was looked at, with its
 * verdict and, where it deviates, the evidence. All text belongs to the arena
 * of the report; NULL means that there is nothing to say. */
#ifndef MODEL_RESULT_H
#define MODEL_RESULT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why what came late may be no fault of the network. */
#define RESULT_BUSY "the processors of this machine were busy"

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_INCONCLUSIVE, VERDICT_SKIP, N_VERDICTS };
const char *verdict_name(enum verdict verdict); /* "pass"… */

enum result_kind {
    RESULT_SWITCH,
    RESULT_STATE,
    RESULT_ENTRY,
    RESULT_GROUP,
    RESULT_FAILOVER, /* a port, if the first of its ways were down */
    RESULT_HOST,
    RESULT_TRAFFIC,
    RESULT_WIRING,    /* a cable between two switches, by the counters at its ends */
    RESULT_TRANSIENT, /* what frames did while the network was changing: passes, with a detail */
    RESULT_CHANGE     /* a flow-mod that the switch would refuse, or may */
};
const char *result_kind_name(enum result_kind kind); /* "switch", "state"… */

/* The four statements. A finding names the two that disagree. */
enum statement { SAYS_DECLARED, SAYS_ADVERTISED, SAYS_COUNTED, SAYS_OBSERVED, N_STATEMENTS };
const char *statement_name(enum statement statement); /* "declared"… */

/* What kind of thing is at fault. */
enum cause_kind {
    CAUSE_UNKNOWN,
    CAUSE_SWITCH,  /* "s1": does not answer, is another one; "s1:3": does with packets of this port
                      what its table does not say */
    CAUSE_TABLE,   /* "s1:3": its entries */
    CAUSE_PORT,    /* "s1:6": is missing, down, does not send or receive */
    CAUSE_CABLE,   /* "s1:6 - s3:1", "h1 - s1:1" */
    CAUSE_SWAP,    /* two cables, "s1:6 - s3:1, s1:7 - s3:2" */
    CAUSE_STATION, /* "h1" */
    N_CAUSE_KINDS
};
const char *cause_kind_name(enum cause_kind kind); /* "table", "cable"… */

struct state_finding;

struct result {
    const char *id; /* unique in the report, the same from run to run */
    enum result_kind kind;
    enum verdict verdict;
    const char *switch_name; /* switch, state, entry, group, failover */
    int port;                /* state, failover; -1: none */
    const char *from, *to;   /* traffic, transient; `to` is "all" for a claim about all */
    bool is_count;           /* expected and observed are numbers of copies */
    bool by_tables;          /* no frame was looked for: `observed` is what the tables do */
    long expected_count, observed_count;
    const char *expected, *observed; /* text, unless is_count */
    const char *example;             /* one packet, in ovs-ofctl's match syntax */
    const char *source;              /* "FILE:LINE:COLUMN" of the expectation */
    const char *suspect; /* "s1:6 -> s3:1", "s1:1 priority=…": where the fault is, if known */
    enum cause_kind cause_kind;
    const char *cause;   /* the same place, named alike by all that have it; NULL: not known */
    bool is_consequence; /* another failing result tells the cause better */
    const struct state_finding
        *finding;       /* switch, state, entry, group: why, as data (state/finding.h) */
    const char *detail; /* the reason, one or more lines; every result but a pass has one, and
                           RESULT_TRANSIENT, as soon as report_words was called */
    const char *says[N_STATEMENTS]; /* what each statement says of this */
    bool disagrees;
    enum statement disagree[2]; /* which pair */
    const char *known;          /* VERDICT_SKIP: it deviates, as is known; why, and until when */
};

struct report_timing {
    double load_ms, dump_ms, compare_ms, open_ms, probe_ms, settle_ms, count_ms, close_ms, total_ms;
    double converge_ms; /* until frames and tables agreed; 0: they did at once */
    unsigned rounds;    /* of probes */
};

struct ignored {
    const char *text; /* the condition */
    const char *reason;
    const char *source;
    size_t n_entries; /* entries that it hid */
    size_t n_ports;   /* port results that it left out */
};

/* An entry that no probe exercised, a cable of which it is not told whether it is where it should
 * be; a pair of hosts that no probe tried and of which nothing was proved. */
struct missed {
    const char *what; /* "s3 in_port=2", "s1:6 - s3:1" */
    const char *reason;
    const char *by; /* the entry that hides this one, or NULL */
    size_t sw, row; /* of an entry: its place in the table of its switch */
};
struct missed_pair {
    const char *from, *to;
    const char *reason;
};

/* Probes of one kind that were not sent, for one reason. */
struct unsent {
    const char *kind, *reason;
    size_t n;
    const char *from, *example; /* the first of them */
};

/* What the planned probes exercise, by the tables as they were read. */
struct report_coverage {
    bool is_known; /* the run looked at it */
    size_t n_entries, n_exercised;
    struct missed *missed; /* entries, in the arena of the report */
    size_t n_missed;
    size_t n_pairs;                        /* (sender, receiver) of which something is forbidden */
    size_t n_pairs_probed, n_pairs_proved; /* the latter from the tables: no frame would show it */
    struct missed_pair *unprobed;
    size_t n_unprobed;
    size_t n_cables;       /* that frames may tell of; 0: it was not looked at them */
    struct missed *untold; /* cables, in the arena of the report; of the others there are results */
    size_t n_untold;
};

/* One thing that is wrong, with all results that fail because of it. */
struct cause {
    enum cause_kind kind;
    const char *where;
    const char *why; /* the first line of what the first of its results says */
    size_t *results; /* indices, in the arena of the report; the first one tells it best */
    size_t n_results;
};

/* One expectation of several that are reported together. */
struct report_part {
    const char *expectation; /* file */
    const char *unjudged;    /* why not; NULL: it was */
    enum verdict verdict;
    size_t counts[N_VERDICTS]; /* of its results */
};

struct report {
    const char *expectation;         /* file; of several, all, with ", " between */
    const struct report_part *parts; /* of several expectations, in the arena of the report */
    size_t n_parts;                  /* 0: it is of one */
    struct result *results;
    size_t n_results, results_capacity;
    size_t n_deselected;
    bool interrupted;     /* the run ended early; what it did not come to is inconclusive */
    struct cause *causes; /* in the arena of the report */
    size_t n_causes;
    struct ignored *ignored;
    size_t n_ignored;
    const char **notes; /* warnings: an entry about to expire, a hidden entry… */
    size_t n_notes, notes_capacity;
    size_t n_probes, n_arrivals, n_background; /* frames sent, ours captured, others captured */
    size_t n_to_controller; /* of those sent: by the tables a controller got them */
    struct unsent *unsent;  /* in the arena of the report */
    size_t n_unsent;
    const char **untried; /* what no frame of this run tried, in the arena of the report; NULL:
                             none was sent */
    size_t n_untried;
    struct report_timing timing;
    struct report_coverage coverage;
    struct base_arena arena;
};

/* Appends a result that has passed (all else zero, port -1) and returns it; the
 * id is copied. The pointer lives until the next one is added. NULL without
 * memory. */
struct result *report_add(struct report *report, enum result_kind kind, const char *id);

/* Appends a warning, as printf does; it is copied, and cut after 1,023 bytes.
 * Without memory it is lost. */
void report_note(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The verdict of the run: fail if a result fails; else inconclusive if one is, or
 * if none passed; else pass. Of several expectations, the worst of those that were judged, in this
 * order. */
enum verdict report_verdict(const struct report *report);

/* How many results have this verdict. */
size_t report_count(const struct report *report, enum verdict verdict);

/* How many of them are known to deviate, and are skipped for that. */
size_t report_known(const struct report *report);

/* Frees all that is in the report, which is empty and usable after that. NULL is
 * legal. */
void report_free(struct report *report);

#endif
