/* SPDX-License-Identifier: Apache-2.0 */
#include "tapsniff/options.h"

#include "base/buffer.h"
#include "base/duration.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

const char tapsniff_options_help[] =
    "usage: tapsniff [options] [HOSTS [FILTER]]\n"
    "\n"
    "Shows the frames that arrive at hosts of a lab, a line each, as tcpdump -e does, and\n"
    "which of them are probes of tapproof or tapping. HOSTS: h3,h11 or all (the default).\n"
    "What a host sends itself is not shown.\n"
    "\n"
    "FILTER is that of tcpdump (pcap-filter(7)); it looks behind an 802.1Q tag only if it\n"
    "says so: 'vlan and tcp port 80'. --match takes ovs-ofctl's words, and sees a frame as\n"
    "a switch does, tagged or not: tcp,tp_dst=80. Both given, both must take it.\n"
    "\n"
    "  -m, --match MATCH    only frames that this match takes\n"
    "  -c, --count N        end after N frames that were shown\n"
    "      --duration TIME  end after this time\n"
    "  -w, --write FILE     save the frames shown as pcapng, for Wireshark\n"
    "  -x, --hex            all bytes too, in hexadecimal and as text\n"
    "  -t, --no-time        without the time of day\n"
    "  -q, --quiet          no line for each frame: counters only\n"
    "      --topology FILE  default $TAPPROOF_TOPOLOGY\n"
    "  -l, --lab FILE       default $TAPPROOF_LAB\n"
    "      --version        print the version\n"
    "\n"
    "SIGINT ends it. The counters of each host then go to stderr; a capture that has lost\n"
    "frames says so. Exit status: 0 frames were shown, 1 none were, 2 usage or input error,\n"
    "3 could not look: no station, no privilege, a capture lost frames.\n";

enum { OPT_DURATION = 256, OPT_TOPOLOGY, OPT_VERSION };

static const struct option long_options[] = {
    {"match", required_argument, NULL, 'm'},
    {"count", required_argument, NULL, 'c'},
    {"duration", required_argument, NULL, OPT_DURATION},
    {"write", required_argument, NULL, 'w'},
    {"hex", no_argument, NULL, 'x'},
    {"no-time", no_argument, NULL, 't'},
    {"quiet", no_argument, NULL, 'q'},
    {"topology", required_argument, NULL, OPT_TOPOLOGY},
    {"lab", required_argument, NULL, 'l'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},
    {0},
};

static int parse_count(uint64_t *count, struct base_error *error)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(optarg, &end, 10);
    if (end == optarg || *end || *optarg == '-' || errno || number == 0) {
        return base_fail(error, "--count: '%s' is not a number from 1 on", optarg);
    }
    *count = number;
    return 0;
}

static int set_value(struct tapsniff_options *options, int option, struct base_error *error)
{
    switch (option) {
    case 'm':
        options->match = optarg;
        return 0;
    case 'w':
        options->save = optarg;
        return 0;
    case 'l':
        options->lab = optarg;
        return 0;
    case OPT_TOPOLOGY:
        options->topology = optarg;
        return 0;
    case 'c':
        return parse_count(&options->count, error);
    default:
        return base_duration_parse(optarg, &options->duration_ns) && options->duration_ns > 0
                   ? 0
                   : base_fail(error, "--duration: '%s' is not a time such as 2s or 500ms", optarg);
    }
}

static int set_option(struct tapsniff_options *options, int option, struct base_error *error)
{
    switch (option) {
    case 'x':
        options->hex = true;
        return 0;
    case 't':
        options->no_time = true;
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
        return set_value(options, option, error);
    }
}

/* The words behind the hosts, as tcpdump takes them. */
static int join(char **words, int n_words, char **text, struct base_error *error)
{
    struct base_buffer joined = {0};
    for (int i = 0; i < n_words; i++) {
        base_put_format(&joined, i > 0 ? " %s" : "%s", words[i]);
    }
    *text = n_words > 0 ? base_buffer_take_text(&joined) : NULL;
    return n_words > 0 && !*text ? base_fail(error, "out of memory") : 0;
}

int tapsniff_options_parse(int argc, char **argv, struct tapsniff_options *options,
                           struct base_error *error)
{
    *options = (struct tapsniff_options){.hosts = "all"};
    int option;
    optind = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":m:c:w:xtql:h", long_options, NULL)) != -1) {
        if (option == '?' || option == ':') {
            return base_fail(error, option == ':' ? "%s needs a value" : "unknown option '%s'",
                             argv[optind - 1]);
        }
        if (set_option(options, option, error) < 0) {
            return -1;
        }
    }
    if (options->help || options->version) {
        return 0;
    }
    if (argc > optind) {
        options->hosts = argv[optind++];
    }
    return join(argv + optind, argc - optind, &options->filter, error);
}
