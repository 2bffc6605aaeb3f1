/* SPDX-License-Identifier: Apache-2.0
 *
 * tapping: numbered frames from a host of a lab, and where they arrive. */
#include "base/process.h"
#include "base/version.h"
#include "stations/environment.h"
#include "tapping/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 0, NOTHING_CAME = 1, USAGE = 2, COULD_NOT_LOOK = 3 };

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = stop + 1;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int fail(int status, const struct base_error *error)
{
    fprintf(stderr, "tapping: %s%s\n", error->text, status == USAGE ? "; see tapping --help" : "");
    return status;
}

static int print(const struct tapping_options *options, FILE *json,
                 const struct tapping_summary *summary)
{
    struct base_buffer text = {0}, object = {0};
    tapping_report_text(summary, &text);
    if (json) {
        tapping_report_json(summary, &object);
        fputs(base_buffer_text(&object), json);
    }
    if (json != stdout) {
        fputs(base_buffer_text(&text), stdout);
    }
    bool failed = text.failed || object.failed || fflush(stdout) || ferror(stdout) ||
                  (json && (fflush(json) || ferror(json)));
    if (failed) {
        fprintf(stderr, "tapping: cannot write %s\n", options->json ? options->json : "to stdout");
    }
    base_buffer_free(&text);
    base_buffer_free(&object);
    return failed ? COULD_NOT_LOOK : tapping_report_status(summary);
}

static int run(struct tapping_stream *stream, FILE *json)
{
    struct base_buffer frame = {0};
    if (*stream->lab->unconfined.text) {
        fprintf(stderr, "tapping: warning: not confined: %s\n", stream->lab->unconfined.text);
    }
    tapping_stream_describe(stream, &frame);
    if (json != stdout) {
        printf("%s%s%s: %s\n", stream->options->from, stream->options->to ? " > " : "",
               stream->options->to ? stream->options->to : "", base_buffer_text(&frame));
        fflush(stdout);
    }
    stream->lines = json == stdout || stream->options->quiet ? NULL : stdout;
    tapping_stream_run(stream);
    const char *problem = *stream->problem.text ? stream->problem.text : NULL;
    struct tapping_summary summary = {.from = stream->options->from,
                                      .to = stream->options->to,
                                      .frame = base_buffer_text(&frame),
                                      .tally = &stream->tally,
                                      .duration_ns = stream->duration_ns,
                                      .max_loss = stream->options->max_loss,
                                      .problem = problem};
    int status = print(stream->options, json, &summary);
    if (problem) {
        fprintf(stderr, "tapping: %s\n", problem);
    }
    base_buffer_free(&frame);
    return status;
}

static int open_and_run(const struct tapping_options *options, struct stations_lab *lab, FILE *json)
{
    struct tapping_form form;
    struct base_error error;
    bool usage;
    if (tapping_form_make(options, lab->topology, &form, &error) < 0) {
        return fail(USAGE, &error);
    }
    struct tapping_stream stream = {.options = options, .lab = lab, .form = &form, .stop = &stop};
    int status;
    if (tapping_stream_open(&stream, &usage, &error) < 0) {
        status = fail(usage ? USAGE : COULD_NOT_LOOK, &error);
    } else {
        status = run(&stream, json);
    }
    tapping_stream_close(&stream);
    return status;
}

/* The files that were named, and then the run. */
static int load_and_run(const struct tapping_options *options, FILE *json)
{
    struct base_buffer diagnostics = {0};
    struct topology *topology;
    struct lab *lab;
    int status = USAGE;
    if (stations_load_environment(options->topology, options->lab, &topology, &lab, &diagnostics)) {
        fputs(base_buffer_text(&diagnostics), stderr);
    } else {
        struct stations_lab stations = {.topology = topology, .lab = lab, .confines = true};
        status = open_and_run(options, &stations, json);
        stations_lab_close(&stations);
        lab_free(lab);
        topology_free(topology);
    }
    base_buffer_free(&diagnostics);
    return status;
}

static int open_json_and_run(const struct tapping_options *options)
{
    if (!options->json || strcmp(options->json, "-") == 0) {
        return load_and_run(options, options->json ? stdout : NULL);
    }
    FILE *json = fopen(options->json, "w");
    if (!json) {
        fprintf(stderr, "tapping: %s: %s\n", options->json, strerror(errno));
        return USAGE;
    }
    int status = load_and_run(options, json);
    fclose(json);
    return status;
}

int main(int argc, char **argv)
{
    struct tapping_options options;
    struct base_error error;
    if (base_process_begin(&error) < 0) {
        return fail(COULD_NOT_LOOK, &error);
    }
    catch_signals();
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (tapping_options_parse(argc, argv, &options, &error) < 0) {
        return fail(USAGE, &error);
    }
    if (options.help) {
        struct base_buffer help = {0};
        tapping_options_format_help(&help);
        fputs(base_buffer_text(&help), stdout);
        base_buffer_free(&help);
        return SHOWN;
    }
    if (options.version) {
        puts("tapping " BASE_VERSION);
        return SHOWN;
    }
    return open_json_and_run(&options);
}
