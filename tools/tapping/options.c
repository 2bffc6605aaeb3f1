/* SPDX-License-Identifier: Apache-2.0 */
#include "tapping/options.h"

#include "base/duration.h"
#include "ofctl/match.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

const char tapping_options_help[] =
    "usage: tapping FROM [TO] [options]\n"
    "\n"
    "Sends numbered frames from a host of a lab, and says of each one where it arrives.\n"
    "TO is a host, an IPv4 or a MAC address. Its frames are captured there: what is timed\n"
    "is one way, and hosts that answer nothing will do. With --echo the kernel of TO\n"
    "answers, and there and back is timed.\n"
    "\n"
    "  -e, --echo            wait for answers (icmp, arp) instead of capturing at TO\n"
    "  -t, --type TYPE       raw (EtherType 0x88b5), icmp, arp, udp or tcp; the default is\n"
    "                        raw, with --echo icmp\n"
    "  -m, --match MATCH     further fields, in ovs-ofctl's words: tcp,tp_dst=80,dl_dst=...\n"
    "  -V, --vlan VID        with an 802.1Q tag\n"
    "  -s, --size BYTES      of a frame, without FCS (default: as short as can be)\n"
    "  -c, --count N         so many frames (default: until SIGINT)\n"
    "  -i, --interval TIME   between two frames (default 1s)\n"
    "  -r, --rate N          frames a second\n"
    "  -f, --flood           as fast as they arrive\n"
    "  -w, --duration TIME   end after this time\n"
    "  -W, --timeout TIME    how long a frame may take (default 1s)\n"
    "      --mirrored HOSTS  each frame must arrive there too\n"
    "      --isolated HOSTS  no frame may arrive there: one is a leak\n"
    "      --watch HOSTS     say what arrives there, whatever it is\n"
    "                        HOSTS: h3,h11, or all that are not named otherwise: all\n"
    "      --max-loss P      what may be lost, in percent (default: all but one)\n"
    "  -q, --quiet           no line for each frame\n"
    "      --json FILE       the summary as JSON; - is stdout, in place of the text\n"
    "      --topology FILE   default $TAPPROOF_TOPOLOGY\n"
    "  -l, --lab FILE        default $TAPPROOF_LAB\n"
    "      --version         print the version\n"
    "\n"
    "No more than 64 frames are in flight: the network loses none by itself. SIGINT ends\n"
    "the run and prints the summary. Exit status: 0 frames came (or nothing leaked, where\n"
    "nothing had to come); 1 none came, more than --max-loss were lost, or one leaked; 2\n"
    "usage or input error; 3 could not look: no station, no privilege, a capture lost frames.\n";

enum {
    OPT_MIRRORED = 256,
    OPT_ISOLATED,
    OPT_WATCH,
    OPT_MAX_LOSS,
    OPT_JSON,
    OPT_TOPOLOGY,
    OPT_VERSION,
};

static const struct option long_options[] = {
    {"echo", no_argument, NULL, 'e'},
    {"type", required_argument, NULL, 't'},
    {"match", required_argument, NULL, 'm'},
    {"vlan", required_argument, NULL, 'V'},
    {"size", required_argument, NULL, 's'},
    {"count", required_argument, NULL, 'c'},
    {"interval", required_argument, NULL, 'i'},
    {"rate", required_argument, NULL, 'r'},
    {"flood", no_argument, NULL, 'f'},
    {"duration", required_argument, NULL, 'w'},
    {"timeout", required_argument, NULL, 'W'},
    {"mirrored", required_argument, NULL, OPT_MIRRORED},
    {"isolated", required_argument, NULL, OPT_ISOLATED},
    {"watch", required_argument, NULL, OPT_WATCH},
    {"max-loss", required_argument, NULL, OPT_MAX_LOSS},
    {"quiet", no_argument, NULL, 'q'},
    {"json", required_argument, NULL, OPT_JSON},
    {"topology", required_argument, NULL, OPT_TOPOLOGY},
    {"lab", required_argument, NULL, 'l'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},
    {0},
};

/* What is put together once all options are known. */
struct parts {
    const char *type, *match;
    uint64_t vlan; /* UINT64_MAX: none */
};

static int parse_number(const char *what, uint64_t min, uint64_t max, uint64_t *value,
                        struct base_error *error)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(optarg, &end, 10);
    if (end == optarg || *end || *optarg == '-' || errno || number < min || number > max) {
        return base_fail(error, "--%s: '%s' is not a number from %llu to %llu", what, optarg,
                         (unsigned long long)min, (unsigned long long)max);
    }
    *value = number;
    return 0;
}

static int parse_time(const char *what, uint64_t *ns, struct base_error *error)
{
    if (!base_duration_parse(optarg, ns) || *ns == 0) {
        return base_fail(error, "--%s: '%s' is not a time such as 2s or 500ms", what, optarg);
    }
    return 0;
}

static int parse_rate(uint64_t *interval_ns, struct base_error *error)
{
    char *end;
    double rate = strtod(optarg, &end);
    if (end == optarg || *end || !(rate >= 0.001 && rate <= TAPPING_RATE_MAX)) {
        return base_fail(error, "--rate: '%s' is not a number of frames a second up to %d", optarg,
                         TAPPING_RATE_MAX);
    }
    *interval_ns = (uint64_t)(1e9 / rate);
    return 0;
}

static int parse_percent(double *percent, struct base_error *error)
{
    char *end;
    *percent = strtod(optarg, &end);
    end += end != optarg && *end == '%';
    return end != optarg && !*end && *percent >= 0 && *percent <= 100
               ? 0
               : base_fail(error, "--max-loss: '%s' is not a number from 0 to 100", optarg);
}

/* Options whose value is a number or a time. */
static int set_number(struct tapping_options *options, struct parts *parts, int option,
                      struct base_error *error)
{
    uint64_t size;
    switch (option) {
    case 'V':
        return parse_number("vlan", 0, 4095, &parts->vlan, error);
    case 's':
        if (parse_number("size", 60, TAPPING_SIZE_MAX, &size, error) < 0) {
            return -1;
        }
        options->size = (size_t)size;
        return 0;
    case 'c':
        return parse_number("count", 1, UINT32_MAX, &options->count, error);
    case 'i':
        return parse_time("interval", &options->interval_ns, error);
    case 'r':
        return parse_rate(&options->interval_ns, error);
    case 'w':
        return parse_time("duration", &options->duration_ns, error);
    case 'W':
        return parse_time("timeout", &options->timeout_ns, error);
    default:
        return parse_percent(&options->max_loss, error);
    }
}

/* Where the value of a text goes; NULL: the option has none. */
static const char **text_of(struct tapping_options *options, struct parts *parts, int option)
{
    switch (option) {
    case 't':
        return &parts->type;
    case 'm':
        return &parts->match;
    case 'l':
        return &options->lab;
    case OPT_MIRRORED:
        return &options->mirrored;
    case OPT_ISOLATED:
        return &options->isolated;
    case OPT_WATCH:
        return &options->watch;
    case OPT_JSON:
        return &options->json;
    case OPT_TOPOLOGY:
        return &options->topology;
    default:
        return NULL;
    }
}

static int set_option(struct tapping_options *options, struct parts *parts, int option,
                      struct base_error *error)
{
    const char **text = text_of(options, parts, option);
    if (text) {
        *text = optarg;
        return 0;
    }
    switch (option) {
    case 'e':
        options->echo = true;
        return 0;
    case 'f':
        options->interval_ns = 0;
        return 0;
    case 'q':
        options->quiet = true;
        return 0;
    case 'h':
        options->help = true;
        return 0;
    case OPT_VERSION:
        options->version = true;
        return 0;
    default:
        return set_number(options, parts, option, error);
    }
}

static const char *words_of_type(const char *type)
{
    static const char *const types[][2] = {{"raw", "dl_type=0x88b5"},
                                           {"icmp", "icmp"},
                                           {"arp", "arp"},
                                           {"udp", "udp"},
                                           {"tcp", "tcp"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i][0], type) == 0) {
            return types[i][1];
        }
    }
    return NULL;
}

/* A type, --vlan and --match as one match. */
static int parse_match(const char *type, const struct parts *parts, struct match *match,
                       struct base_error *error)
{
    struct base_buffer text = {0};
    base_put_text(&text, type);
    if (parts->vlan != UINT64_MAX) {
        base_put_format(&text, ",dl_vlan=%llu", (unsigned long long)parts->vlan);
    }
    base_put_format(&text, ",%s", parts->match ? parts->match : "");
    int status = ofctl_parse_match(base_buffer_text(&text), match, NULL, error);
    base_buffer_free(&text);
    return status < 0 ? base_fail_in(error, parts->match ? "--match" : "--vlan") : 0;
}

/* The type may be in --match too; where it is nowhere it is the default. */
static int parse_form(struct tapping_options *options, const struct parts *parts,
                      struct base_error *error)
{
    const char *type = parts->type ? words_of_type(parts->type) : "";
    if (!type) {
        return base_fail(error, "--type: '%s' is none of raw, icmp, arp, udp, tcp", parts->type);
    }
    if (parse_match(type, parts, &options->form, error) < 0) {
        return -1;
    }
    if (options->form.mask.in_port) {
        return base_fail(error, "--match: frames enter where FROM is: leave in_port out");
    }
    return options->form.mask.dl_type ? 0
                                      : parse_match(words_of_type(options->echo ? "icmp" : "raw"),
                                                    parts, &options->form, error);
}

static int check(const struct tapping_options *options, struct base_error *error)
{
    if (!options->from) {
        return base_fail(error, "from which host?");
    }
    if (options->echo && !options->to) {
        return base_fail(error, "--echo: who is to answer?");
    }
    if (!options->to && !options->mirrored && !options->isolated && !options->watch) {
        return base_fail(error, "to which host, or where to look (--watch, --isolated)?");
    }
    return 0;
}

int tapping_options_parse(int argc, char **argv, struct tapping_options *options,
                          struct base_error *error)
{
    struct parts parts = {.vlan = UINT64_MAX};
    *options = (struct tapping_options){
        .interval_ns = 1000000000, .timeout_ns = 1000000000, .max_loss = 100};
    int option;
    optind = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":et:m:V:s:c:i:r:fw:W:ql:h", long_options, NULL)) !=
           -1) {
        if (option == '?' || option == ':') {
            return base_fail(error, option == ':' ? "%s needs a value" : "unknown option '%s'",
                             argv[optind - 1]);
        }
        if (set_option(options, &parts, option, error) < 0) {
            return -1;
        }
    }
    if (options->help || options->version) {
        return 0;
    }
    if (argc - optind > 2) {
        return base_fail(error, "one FROM and one TO: '%s' is too many", argv[optind + 2]);
    }
    options->from = argc > optind ? argv[optind] : NULL;
    options->to = argc > optind + 1 ? argv[optind + 1] : NULL;
    return check(options, error) < 0 ? -1 : parse_form(options, &parts, error);
}
