/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof mutate: which mistakes would an expectation not notice? */
#include "mutate/mutate.h"
#include "base/version.h"
#include "channel/channel.h"
#include "cli/cli.h"
#include "report/mutate.h"
#include "report/proof.h"
#include "report/words.h"

enum { SHOWN = 20 };

struct mutate {
    struct cli_job job;
    double min_score;     /* percent; -1: none */
    uint64_t limit, seed; /* limit 0: none */
};

static const struct base_option options[] = {
    CLI_OPTION_LAB,
    CLI_OPTION_STATE,
    {"min-score", 0, "N", base_option_percent, offsetof(struct mutate, min_score),
     .help = "exit 1 if less than N percent would be noticed"},
    CLI_OPTION_PATTERN("changes"),
    {"limit", 0, "N", base_option_number, offsetof(struct mutate, limit), .min = 1,
     .help = "try N of them, chosen at random; the others are counted"},
    {"seed", 0, "N", base_option_number, offsetof(struct mutate, seed),
     .help = "of that choice (default 0)"},
    CLI_OPTION_JSON,
    CLI_OPTION_VERBOSE("list what is noticed too, and by what"),
    CLI_OPTION_COLOR,
    CLI_OPTION_TIMEOUT,
    CLI_OPTION_MEMORY,
    {0},
};

/* What the score means. Undecided changes may be noticed, or not. */
static int exit_of(const struct mutate *mutate, const struct mutations *mutations)
{
    const struct cli_job *job = &mutate->job;
    enum verdict base = report_verdict(&mutations->base);
    double score = mutations_score(mutations);
    size_t undecided = mutations_count(mutations, MUTATION_UNDECIDED);
    size_t unnoticed = mutations_count(mutations, MUTATION_UNNOTICED);
    size_t n_counted = mutations->n_items - mutations_count(mutations, MUTATION_EQUIVALENT);
    if (mutations->untried) {
        return cli_complain(job, CLI_UNJUDGED, "the network as it is %s: no score",
                            base == VERDICT_FAIL ? "does not conform" : "could not be judged");
    }
    if (mutations->base.interrupted) {
        return CLI_UNJUDGED;
    }
    if (mutations->n_items == 0 && mutations->n_deselected > 0) {
        return cli_complain(job, CLI_USAGE, "%s: nothing is selected by -k", job->operands[0]);
    }
    if (undecided == n_counted) {
        return CLI_UNJUDGED;
    }
    if (100 * (double)(n_counted - unnoticed) / (double)n_counted < mutate->min_score) {
        return CLI_DEVIATES;
    }
    return score < mutate->min_score ? CLI_UNJUDGED : CLI_CONFORMS;
}

static int write_reports(struct mutate *mutate, const struct mutations *found)
{
    struct cli_job *job = &mutate->job;
    struct report_text_options how = cli_text_options(job);
    struct base_buffer text = {0}, json = {0};
    if (job->text.is_open) {
        report_mutate_text(found, job->topology, job->verbose ? 0 : SHOWN, &how, &text);
    }
    if (job->json.is_open) {
        report_mutate_json(found, job->topology, BASE_VERSION, &json);
    }
    int status = cli_write_reports(job, CLI_CONFORMS, &text, &json);
    return status == CLI_CONFORMS ? exit_of(mutate, found) : status;
}

static bool selects(void *aux, const char *id)
{
    return run_selects(aux, id);
}

static bool stops(const void *aux)
{
    return run_is_interrupted(((const struct run_options *)aux)->world);
}

static int try_and_report(struct mutate *mutate)
{
    struct cli_job *job = &mutate->job;
    struct mutate_options how = {.limit = (size_t)mutate->limit,
                                 .seed = mutate->seed,
                                 .selects = selects,
                                 .stops = stops,
                                 .aux = &job->run};
    struct mutations mutations = {0};
    struct prove_findings findings = {0};
    struct base_error error = {0};
    int status;
    const struct switch_dump *switches = job->source.states.switches;
    if (mutate_expectation(job->expectation, switches, &how, &mutations, &findings, &error) < 0 ||
        report_words(&mutations.base) < 0 ||
        report_proofs(job->expectation, switches, &findings, &mutations.base) < 0) {
        status = cli_complain(job, CLI_UNJUDGED, "out of memory");
    } else {
        status = write_reports(mutate, &mutations);
    }
    prove_findings_free(&findings);
    mutations_free(&mutations);
    return status;
}

static int run(struct cli_job *job)
{
    int status = cli_open_and_read(job, CHANNEL_FLOWS);
    return status == CLI_CONFORMS ? try_and_report((struct mutate *)job) : status;
}

static const struct mutate defaults = {.min_score = -1};

const struct cli_command cli_mutate = {
    .name = "mutate",
    .arguments = "EXPECTED [--lab LAB | --state FILE]",
    .summary = "find the mistakes that an expectation would not notice",
    .options = options,
    .after =
        "Small changes of each entry are tried in memory: removed, an output removed, added\n"
        "or moved, the match wider or narrower, priorities swapped, a rewrite dropped, a\n"
        "timeout. What treats no packet otherwise does not count. Exit status: 0, 1 less than\n"
        "--min-score, 2 usage or input error, 3 the network as it is does not conform, or\n"
        "could not be judged, or a signal ended it.\n",
    .ends_early = true,
    .reads = CLI_READS_EXPECTATION,
    .defaults = &defaults,
    .n_bytes = sizeof defaults,
    .run = run,
};
