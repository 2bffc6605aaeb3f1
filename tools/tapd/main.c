/* SPDX-License-Identifier: Apache-2.0
 *
 * tapd: the controller of a tap network. Options, signals, exit status. */
#include "base/memory.h"
#include "base/options.h"
#include "base/process.h"
#include "base/sandbox.h"
#include "base/token_file.h"
#include "base/version.h"
#include "tapd/face/api.h"
#include "tapd/face/controller.h"
#include "tapd/face/http.h"
#include "tapd/log.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_UNDONE = 3 };
enum { ONCE_MS = 30000, GRACE_S = 5, MAX_CLIENTS = 64, DEADLINE_MS = 10000 };

struct options {
    struct tapd_controller_options controller;
    struct base_option_list listen;
    const char *http;
    const char *token_file;
    unsigned timeout_ms;
    uint64_t memory; /* bytes; 0: half of what there is */
    bool print, once, verbose, version;
};

struct program {
    const struct options *options;
    struct event_base *base;
    struct tapd_controller *controller;
    struct tapd_http *http;
    char *token;
    bool told_ready;
    int status;
};

static int complain(const char *format, ...) BASE_PRINTF(1, 2);

static int complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("tapd: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("; see tapd --help\n", stderr);
    va_end(arguments);
    return EXIT_USAGE;
}

#define AT(member) offsetof(struct options, member)

static const struct base_option rows[] = {
    {"lab", 'l', "LAB", base_option_text, AT(controller.lab),
     .help = "where the switches are (default: $TAPPROOF_LAB, unless --listen is given; else the "
             "endpoints in the topology file)"},
    {"listen", 0, "ENDPOINT", base_option_list, AT(listen),
     .help = "where switches dial: ptcp:[PORT][:HOST], or pssl: for TLS; may be repeated"},
    {"key", 0, "FILE", base_option_text, AT(controller.installer.session.tls.key),
     .help = "our private key for ssl: and pssl:, where the lab file says none. Nobody else may "
             "read the file (0600)"},
    {"certificate", 0, "FILE", base_option_text, AT(controller.installer.session.tls.certificate),
     .help = "and its certificate"},
    {"ca", 0, "FILE", base_option_text, AT(controller.installer.session.tls.ca),
     .help = "who signs the certificates of switches"},
    {"http", 0, "ADDRESS", base_option_text, AT(http),
     .help = "answer requests: unix:PATH or HOST:PORT"},
    {"token-file", 0, "FILE", base_option_text, AT(token_file),
     .help = "what requests must bring: Authorization: Bearer TOKEN; needed where other machines "
             "can reach the address. Nobody else may read the file (0600)"},
    {"sflow", 0, "WHERE", base_option_text, AT(controller.sflow),
     .help = "listen for samples at [ADDRESS:]PORT (UDP), for taps with \"when\""},
    {"state", 0, "FILE", base_option_text, AT(controller.state),
     .help = "keep taps on demand there, across restarts"},
    {"own-tables", 0, NULL, base_option_flag, AT(controller.installer.own_tables),
     .help = "remove entries that are not ours; else they are only reported"},
    {"resync", 0, "TIME", base_option_ms, AT(controller.installer.resync_ms), .min = 1,
     .help = "read all tables and make them good again so often (default 10s)"},
    {"settle", 0, "TIME", base_option_ms, AT(controller.installer.settle_ms), .min = 1,
     .help = "between what ends and what begins: so long a switch may forward by its old table "
             "after its barrier (default 20ms)"},
    {"memory", 0, "SIZE", base_option_size, AT(memory), .min = 1 << 20,
     .help = "what all switches together may make it use (default: half of the machine's)"},
    {"print", 0, NULL, base_option_flag, AT(print),
     .help = "print the entries that the policy asks for, and send nothing"},
    {"once", 0, NULL, base_option_flag, AT(once), .help = "install, be sure of it, and end"},
    {"timeout", 0, "TIME", base_option_ms, AT(timeout_ms), .min = 1,
     .help = "for --once (default 30s)"},
    {"verbose", 'v', NULL, base_option_flag, AT(verbose), .help = "report details"},
    {"version", 0, NULL, base_option_flag, AT(version), .help = "print the version"},
    {0},
};

static void print_help(void)
{
    struct base_buffer text = {0};
    base_options_format(rows, &text);
    printf(
        "usage: tapd POLICY [OPTION...]\n"
        "\n"
        "Programs the switches of a tap network by a policy, and keeps them so.\n"
        "\n"
        "%s"
        "\n"
        "When everything is installed for the first time it prints \"ready\". SIGHUP reads the\n"
        "policy again; SIGTERM ends it, and leaves the entries where they are.\n"
        "\n"
        "Requests (JSON):\n"
        "  GET /status               switches: connected, installed, foreign entries\n"
        "  GET /healthz              200 if all is installed and every tap up, else 503\n"
        "  GET /metrics              numbers for Prometheus\n"
        "  GET /taps, /taps/NAME     taps that are there now: their state, way and counters;\n"
        "                            ?state=down, ?limit=100&after=NAME; ?wait=5s: until it is up\n"
        "  POST /taps                one more, with the keys of a policy's; ?wait=5s: the answer\n"
        "                            comes when it is installed, or after that time\n"
        "  PUT /taps/NAME            the same, in the place of the tap of that name; If-Match\n"
        "  PATCH /taps/NAME          its lifetime begins anew; {\"for\": \"300s\"}: another one;\n"
        "                            POST /taps/NAME/extend does the same\n"
        "  DELETE /taps/NAME         it ends\n"
        "  GET /events               a stream of taps that change (server-sent events)\n"
        "  GET /openapi.json         all this for programs\n"
        "  GET /sflow                samples: received, lost, not assigned to a port\n"
        "  POST /reload              read the policy again\n"
        "  curl --unix-socket PATH http://tapd/taps -d '{\"name\": \"web\", \"source\": \"h1\",\n"
        "       \"match\": \"tcp,tp_dst=80\", \"to\": \"h11\", \"for\": \"120s\"}'\n"
        "\n"
        "Exit status: 0 ended as it should; 2 usage or input error; 3 not everything could be\n"
        "installed (--once), or an address cannot be had.\n",
        base_buffer_text(&text));
    base_buffer_free(&text);
}

/* 0, or the exit status; -1: the help or the version was asked for, and printed. */
static int read_options(int argc, char **argv, struct options *options)
{
    struct base_error error = {0};
    *options = (struct options){.timeout_ms = ONCE_MS};
    int first = base_options_parse(rows, options, argc, argv, &error);
    if (first < 0) {
        return complain("%s", error.text);
    }
    if (first == BASE_OPTIONS_HELP_WANTED) {
        print_help();
        return -1;
    }
    if (options->version) {
        puts("tapd " BASE_VERSION);
        return -1;
    }
    if (argc - first != 1) {
        return complain("expected one policy file");
    }
    tapd_log_set_verbose(options->verbose);
    /* A table that was read takes twice its bytes, for as long as the next one is read. */
    options->controller.installer.session.max_sum_bytes =
        (size_t)((options->memory ? options->memory : base_memory_half()) / 8);
    options->controller.policy = argv[first];
    options->controller.listen = options->listen.items;
    options->controller.n_listen = options->listen.n;
    if (!options->controller.lab && options->controller.n_listen == 0) {
        options->controller.lab = getenv("TAPPROOF_LAB");
    }
    return 0;
}

static int print_tables(const struct options *options)
{
    struct base_buffer out = {0}, why = {0};
    int status = tapd_controller_format(&options->controller, &out, &why);
    fputs(status ? base_buffer_text(&why) : base_buffer_text(&out), status ? stderr : stdout);
    base_buffer_free(&out);
    base_buffer_free(&why);
    return status ? EXIT_USAGE : fflush(stdout) ? EXIT_UNDONE : EXIT_DONE;
}

static void end(struct program *program, int status)
{
    program->status = status;
    event_base_loopbreak(program->base);
}

static void on_settled(void *owner)
{
    struct program *program = owner;
    if (program->told_ready || !program->controller ||
        !tapd_installer_is_installed(tapd_controller_installer(program->controller))) {
        return;
    }
    program->told_ready = true;
    puts("ready");
    fflush(stdout);
    if (program->options->once) {
        end(program, EXIT_DONE);
    }
}

static void on_hangup(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct program *program = arg;
    struct base_buffer why = {0};
    if (tapd_controller_reload(program->controller, &why) != TAPD_DONE) {
        tapd_log("not reloaded, the policy in force stays:\n%s", base_buffer_text(&why));
    }
    base_buffer_free(&why);
}

static void on_terminate(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    end(arg, EXIT_DONE);
}

/* --once: why not, switch by switch. */
static void on_timeout(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct program *program = arg;
    const struct topology *topology = tapd_controller_policy(program->controller)->topology;
    for (size_t i = 0; i < topology->n_switches; i++) {
        struct tapd_switch_report report =
            tapd_installer_report(tapd_controller_installer(program->controller), i);
        if (report.owned && !report.installed) {
            tapd_log("%s: not installed: %s", topology->switches[i].name,
                     *report.trouble ? report.trouble : "no answer yet");
        }
    }
    tapd_log("not everything is installed after %u ms", program->options->timeout_ms);
    end(program, EXIT_UNDONE);
}

/* The events of the program's own. NULLs stand where one is not wanted. */
enum { ON_HANGUP, ON_TERMINATE, ON_INTERRUPT, ON_TIMEOUT, N_EVENTS };

static void add_events(struct program *program, struct event *events[N_EVENTS])
{
    struct event_base *base = program->base;
    unsigned ms = program->options->timeout_ms;
    const struct timeval timeout = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    events[ON_HANGUP] = evsignal_new(base, SIGHUP, on_hangup, program);
    events[ON_TERMINATE] = evsignal_new(base, SIGTERM, on_terminate, program);
    events[ON_INTERRUPT] = evsignal_new(base, SIGINT, on_terminate, program);
    events[ON_TIMEOUT] = evtimer_new(base, on_timeout, program);
    for (size_t i = 0; i < N_EVENTS; i++) {
        if (events[i] && (i != ON_TIMEOUT || program->options->once)) {
            event_add(events[i], i == ON_TIMEOUT ? &timeout : NULL);
        }
    }
}

/* What libevent does at a signal, when nothing holds the loop up. */
static struct sigaction in_turn;

static void on_grace_over(int number)
{
    (void)number;
    _exit(EXIT_UNDONE);
}

static void on_end_asked(int number)
{
    alarm(GRACE_S);
    in_turn.sa_handler(number);
}

/* SIGTERM and SIGINT end it also where the loop does not turn: a policy that is a FIFO, a file
 * system that hangs. */
static void be_sure_to_end(void)
{
    const struct sigaction grace = {.sa_handler = on_grace_over};
    struct sigaction asked;
    sigaction(SIGALRM, &grace, NULL);
    for (size_t i = 0; i < 2; i++) {
        int number = i == 0 ? SIGTERM : SIGINT;
        sigaction(number, NULL, &asked);
        if (asked.sa_handler != SIG_DFL && asked.sa_handler != SIG_IGN) {
            in_turn = asked;
            asked.sa_handler = on_end_asked;
            sigaction(number, &asked, NULL);
        }
    }
}

/* At most a quarter of the descriptors: the others are for switches. */
static void share_descriptors(struct tapd_http *http)
{
    struct rlimit limit;
    struct tapd_http_limits limits = {.max_clients = MAX_CLIENTS, .deadline_ms = DEADLINE_MS};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 4 < MAX_CLIENTS) {
        limits.max_clients = limit.rlim_cur / 4 + 1;
    }
    tapd_http_set_limits(http, &limits);
}

static int open_http(struct program *program)
{
    const struct options *options = program->options;
    struct base_error error;
    if (options->token_file) {
        program->token = base_token_file_read(options->token_file, &error);
        if (!program->token) {
            tapd_log("%s", error.text);
            return EXIT_USAGE;
        }
    }
    if (options->http) {
        program->http = tapd_http_new(program->base, options->http, program->token, tapd_api_handle,
                                      program->controller, &error);
        if (!program->http) {
            tapd_log("%s", error.text);
            return EXIT_UNDONE;
        }
        share_descriptors(program->http);
    }
    return 0;
}

static int open_controller(struct program *program)
{
    struct base_buffer why = {0};
    program->controller = tapd_controller_new(program->base, &program->options->controller,
                                              on_settled, program, &why);
    if (!program->controller) {
        fputs(base_buffer_text(&why), stderr);
    }
    base_buffer_free(&why);
    return program->controller ? 0 : EXIT_USAGE;
}

/* It needs no privilege, and starts no program. Files: of --state, and the name of its socket. */
static void confine(const struct options *options)
{
    struct base_error missing;
    bool writes =
        options->controller.state || (options->http && strncmp(options->http, "unix:", 5) == 0);
    if (base_sandbox_enter(writes ? BASE_SANDBOX_WRITES : BASE_SANDBOX_READS, &missing) < 0) {
        tapd_log("warning: not confined: %s", missing.text);
    }
}

static int run(const struct options *options)
{
    struct program program = {.options = options, .base = event_base_new()};
    struct event *events[N_EVENTS] = {0};
    if (!program.base) {
        return EXIT_UNDONE;
    }
    add_events(&program, events);
    be_sure_to_end();
    program.status = open_controller(&program);
    program.status = program.status ? program.status : open_http(&program);
    if (program.status == 0) {
        confine(options);
        program.status = event_base_dispatch(program.base) < 0 ? EXIT_UNDONE : program.status;
    }
    tapd_http_free(program.http);
    tapd_controller_free(program.controller);
    for (size_t i = 0; i < N_EVENTS; i++) {
        if (events[i]) {
            event_free(events[i]);
        }
    }
    event_base_free(program.base);
    free(program.token);
    return program.status;
}

/* A switch needs one each. */
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    struct base_error error;
    if (base_process_begin(&error) < 0) {
        fprintf(stderr, "tapd: %s\n", error.text);
        return EXIT_UNDONE;
    }
    raise_descriptors();
    event_set_mem_functions(base_malloc, base_realloc, free); /* what it does not get is noted */
    signal(SIGPIPE, SIG_IGN);
    int status = read_options(argc, argv, &options);
    if (status < 0) {
        return EXIT_DONE;
    }
    if (status == 0) {
        status = options.print ? print_tables(&options) : run(&options);
    }
    return status;
}
