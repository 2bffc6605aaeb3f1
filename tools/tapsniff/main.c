/* SPDX-License-Identifier: Apache-2.0
 *
 * tapsniff: what arrives at the hosts of a lab, or is in a capture file. */
#include "base/process.h"
#include "base/sandbox.h"
#include "base/version.h"
#include "stations/environment.h"
#include "tapsniff/sniff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 0, NOTHING_SHOWN = 1, USAGE = 2, COULD_NOT_LOOK = 3 };

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* an error of a write */
}

static int fail(int status, const struct base_error *error)
{
    fprintf(stderr, "tapsniff: %s%s\n", error->text,
            status == USAGE ? "; see tapsniff --help" : "");
    return status;
}

/* Chooses and opens the stations. */
static int open_stations(const struct tapsniff_options *options, struct stations_lab *lab)
{
    struct base_error error;
    unsigned *chosen = calloc(lab->topology->n_hosts + 1, sizeof *chosen);
    int status = SHOWN;
    if (!chosen) {
        base_fail(&error, "out of memory");
        status = fail(COULD_NOT_LOOK, &error);
    } else if (stations_lab_choose(lab, options->hosts, 1, chosen, &error) < 0) {
        status = fail(USAGE, &error);
    } else if (stations_lab_open(lab, chosen, &error) < 0) {
        status = fail(COULD_NOT_LOOK, &error);
    }
    free(chosen);
    return status;
}

/* Frames sent after this line are not missed. */
static void tell_start(const struct stations_lab *lab)
{
    fputs("tapsniff: listening at", stderr);
    for (size_t i = 0; i < lab->n_stations; i++) {
        fprintf(stderr, " %s", lab->topology->hosts[lab->host_of[i]].name);
    }
    fputs("\n", stderr);
}

/* What arrives, or what is in the file. */
static int sniff(struct tapsniff_sniff *it, pcap_t *file)
{
    struct base_error error;
    struct base_buffer counters = {0};
    if (*it->lab->unconfined.text) {
        fprintf(stderr, "tapsniff: warning: not confined: %s\n", it->lab->unconfined.text);
    }
    if (!file) {
        tell_start(it->lab);
    }
    int failed =
        file ? tapsniff_sniff_replay(it, file, &error) : tapsniff_sniff_run(it, stderr, &error);
    int status = failed            ? fail(COULD_NOT_LOOK, &error)
                 : it->failed      ? COULD_NOT_LOOK
                 : it->n_shown > 0 ? SHOWN
                                   : NOTHING_SHOWN;
    if (it->counters) {
        tapsniff_sniff_count(it, &counters);
        fputs(base_buffer_text(&counters), stderr);
    }
    base_buffer_free(&counters);
    tapsniff_sniff_free(it);
    return status;
}

static int open_and_sniff(const struct tapsniff_options *options,
                          const struct tapsniff_filter *filter, struct stations_lab *lab,
                          FILE *save)
{
    int status = open_stations(options, lab);
    if (status == SHOWN) {
        struct tapsniff_sniff it = {.options = options,
                                    .filter = filter,
                                    .lab = lab,
                                    .stop = &stop,
                                    .lines = options->quiet ? NULL : stdout,
                                    .save = save};
        status = sniff(&it, NULL);
    }
    stations_lab_close(lab);
    return status;
}

static int load_and_sniff(const struct tapsniff_options *options,
                          const struct tapsniff_filter *filter, FILE *save)
{
    struct base_buffer diagnostics = {0};
    struct topology *topology;
    struct lab *lab;
    int status = USAGE;
    if (stations_load_environment(options->topology, options->lab, &topology, &lab, &diagnostics)) {
        fputs(base_buffer_text(&diagnostics), stderr);
    } else {
        struct stations_lab stations = {.topology = topology, .lab = lab, .confines = true};
        status = open_and_sniff(options, filter, &stations, save);
        lab_free(lab);
        topology_free(topology);
    }
    base_buffer_free(&diagnostics);
    return status;
}

/* NULL: it is no capture file of Ethernet. The stream is closed with it, or at once. */
static pcap_t *open_capture(FILE *stream, struct base_error *error)
{
    char reason[PCAP_ERRBUF_SIZE];
    pcap_t *file =
        pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, reason);
    if (!file) {
        base_fail(error, "%s", reason);
        fclose(stream);
    } else if (pcap_datalink(file) != DLT_EN10MB) {
        base_fail(error, "its frames are not of Ethernet");
        pcap_close(file);
        file = NULL;
    }
    return file;
}

/* The only host has the name of the file. */
static int show_recorded(const struct tapsniff_options *options,
                         const struct tapsniff_filter *filter, FILE *save)
{
    const char *slash = strrchr(options->recorded, '/');
    struct topology_host host = {.name = slash ? slash + 1 : options->recorded};
    struct topology topology = {.hosts = &host, .n_hosts = 1};
    struct stations_lab lab = {.topology = &topology, .n_stations = 1, .host_of = (size_t[]){0}};
    struct tapsniff_sniff it = {.options = options,
                                .filter = filter,
                                .lab = &lab,
                                .stop = &stop,
                                .lines = options->quiet ? NULL : stdout,
                                .save = save};
    struct base_error error;
    FILE *stream = strcmp(options->recorded, "-") == 0 ? stdin : fopen(options->recorded, "r");
    if (!stream) {
        base_fail(&error, "%s: %s", options->recorded, strerror(errno));
        return fail(USAGE, &error);
    }
    base_sandbox_enter(BASE_SANDBOX_READS, &lab.unconfined);
    pcap_t *file = open_capture(stream, &error);
    if (!file) {
        base_fail_in(&error, "%s", options->recorded);
        return fail(USAGE, &error);
    }
    int status = sniff(&it, file);
    pcap_close(file);
    return status;
}

static int run(const struct tapsniff_options *options)
{
    struct tapsniff_filter filter;
    struct base_error error;
    FILE *save = NULL;
    int status = SHOWN;
    if (tapsniff_filter_make(&filter, options->filter, options->match, &error) < 0) {
        status = fail(USAGE, &error);
    } else if (options->save && !(save = fopen(options->save, "w"))) {
        base_fail(&error, "%s: %s", options->save, strerror(errno));
        status = fail(USAGE, &error);
    } else {
        status = options->recorded ? show_recorded(options, &filter, save)
                                   : load_and_sniff(options, &filter, save);
    }
    if (save && fclose(save) != 0 && status < USAGE) {
        base_fail(&error, "cannot write %s: %s", options->save, strerror(errno));
        status = fail(COULD_NOT_LOOK, &error);
    }
    tapsniff_filter_free(&filter);
    return status;
}

int main(int argc, char **argv)
{
    struct tapsniff_options options;
    struct base_error error;
    int status;
    if (base_process_begin(&error) < 0) {
        return fail(COULD_NOT_LOOK, &error);
    }
    catch_signals();
    if (tapsniff_options_parse(argc, argv, &options, &error) < 0) {
        status = fail(USAGE, &error);
    } else if (options.help) {
        struct base_buffer help = {0};
        tapsniff_options_format_help(&help);
        status = fputs(base_buffer_text(&help), stdout) < 0 ? COULD_NOT_LOOK : SHOWN;
        base_buffer_free(&help);
    } else if (options.version) {
        status = puts("tapsniff " BASE_VERSION) < 0 ? COULD_NOT_LOOK : SHOWN;
    } else {
        status = run(&options);
    }
    free(options.filter);
    return status;
}
