/* SPDX-License-Identifier: Apache-2.0
 *
 * What does the command line ask for? */
#include "tapsniff/options.h"

#include "base/options.h"

#define AT(member) offsetof(struct tapsniff_options, member)
static const struct base_option rows[] = {
    {"interface", 'i', "HOSTS", base_option_text, AT(hosts),
     .help = "these hosts; what is behind the options is all FILTER then"},
    {"read", 'r', "FILE", base_option_text, AT(recorded),
     .help = "frames of a capture file (pcap, pcapng; - is stdin), in place of hosts"},
    {"match", 'm', "MATCH", base_option_text, AT(match),
     .help = "only frames that this match takes"},
    {"count", 'c', "N", base_option_number, AT(count), .help = "end after N frames that were shown",
     .min = 1},
    {"duration", 0, "TIME", base_option_ns, AT(duration_ns), .help = "end after this time",
     .min = 1},
    {"write", 'w', "FILE", base_option_text, AT(save),
     .help = "save the frames shown as pcapng, for Wireshark"},
    {"hex", 'x', NULL, base_option_flag, AT(hex),
     .help = "all bytes too, in hexadecimal and as text"},
    {"no-time", 't', NULL, base_option_flag, AT(no_time), .help = "without the time of day"},
    {NULL, 'n', NULL, base_option_flag, AT(habit),
     .help = "as tcpdump -n: no names are looked up anyway"},
    {NULL, 'e', NULL, base_option_flag, AT(habit),
     .help = "as tcpdump -e: link headers are shown anyway"},
    {"quiet", 'q', NULL, base_option_flag, AT(quiet),
     .help = "no line for each frame: counters only"},
    {"topology", 0, "FILE", base_option_text, AT(topology), .help = "default $TAPPROOF_TOPOLOGY"},
    {"lab", 'l', "FILE", base_option_text, AT(lab), .help = "default $TAPPROOF_LAB"},
    {"version", 0, NULL, base_option_flag, AT(version), .help = "print the version"},
    {0},
};
#undef AT

void tapsniff_options_format_help(struct base_buffer *out)
{
    base_put_text(
        out,
        "usage: tapsniff [options] [HOSTS [FILTER]]\n"
        "\n"
        "Shows the frames that arrive at hosts of a lab, a line each, as tcpdump -e does, and\n"
        "which of them are probes of tapproof or tapping. HOSTS: h3,h11 or all (the default).\n"
        "What a host sends itself is not shown.\n"
        "\n"
        "FILTER is that of tcpdump (pcap-filter(7)); it looks behind an 802.1Q tag only if it\n"
        "says so: 'vlan and tcp port 80'. --match takes ovs-ofctl's words, and sees a frame as\n"
        "a switch does, tagged or not: tcp,tp_dst=80. Both given, both must take it.\n"
        "\n");
    base_options_format(rows, out);
    base_put_text(
        out,
        "\n"
        "SIGINT ends it. The counters of each host then go to stderr; a capture that has lost\n"
        "frames says so. Exit status: 0 frames were shown, 1 none were, 2 usage or input error,\n"
        "3 could not look: no station, no privilege, a capture lost frames.\n");
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
    *options = (struct tapsniff_options){0};
    int first = base_options_parse(rows, options, argc, argv, error);
    options->help = first == BASE_OPTIONS_HELP_WANTED;
    if (first < 0 || options->help || options->version) {
        return first < 0 ? -1 : 0;
    }
    if (options->recorded && options->hosts) {
        return base_fail(error, "-r has frames of a file, and -i those of hosts: one of them");
    }
    if (!options->recorded && !options->hosts) {
        options->hosts = argc > first ? argv[first++] : "all";
    }
    return join(argv + first, argc - first, &options->filter, error);
}
