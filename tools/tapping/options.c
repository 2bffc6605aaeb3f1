/* SPDX-License-Identifier: Apache-2.0
 *
 * What does the command line ask for? */
#include "tapping/options.h"

#include "base/options.h"
#include "ofctl/match.h"

#include <stdlib.h>
#include <string.h>

#define VLAN_NOT_GIVEN UINT64_MAX

/* The options, and what is put together once all of them are known. */
struct given {
    struct tapping_options options;
    const char *type, *match;
    uint64_t vlan;
    uint64_t size;
};

static int set_flood(const struct base_option *option, void *at, const char *value,
                     struct base_error *error)
{
    (void)option;
    (void)value;
    (void)error;
    *(uint64_t *)at = 0;
    return 0;
}

static int set_rate(const struct base_option *option, void *at, const char *value,
                    struct base_error *error)
{
    (void)option;
    char *end;
    double rate = strtod(value, &end);
    if (end == value || *end || !(rate >= 0.001 && rate <= TAPPING_RATE_MAX)) {
        return base_fail(error, "'%s' is not a number of frames a second up to %d", value,
                         TAPPING_RATE_MAX);
    }
    *(uint64_t *)at = (uint64_t)(1e9 / rate);
    return 0;
}

#define AT(member) offsetof(struct given, member)
static const struct base_option rows[] = {
    {"echo", 'e', NULL, base_option_flag, AT(options.echo),
     .help = "wait for answers (icmp, arp) instead of capturing at TO"},
    {"type", 't', "TYPE", base_option_text, AT(type),
     .help = "raw (EtherType 0x88b5), icmp, arp, udp or tcp; the default is raw, with --echo icmp"},
    {"match", 'm', "MATCH", base_option_text, AT(match),
     .help = "further fields, in ovs-ofctl's words: tcp,tp_dst=80,dl_dst=..."},
    {"vlan", 'V', "VID", base_option_number, AT(vlan), .help = "with an 802.1Q tag", .max = 4095},
    {"size", 's', "BYTES", base_option_number, AT(size),
     .help = "of a frame, without FCS (default: as short as can be)", .min = 60,
     .max = TAPPING_SIZE_MAX},
    {"count", 'c', "N", base_option_number, AT(options.count),
     .help = "so many frames (default: until SIGINT)", .min = 1, .max = UINT32_MAX},
    {"interval", 'i', "TIME", base_option_ns, AT(options.interval_ns),
     .help = "between two frames (default 1s)", .min = 1},
    {"rate", 'r', "N", set_rate, AT(options.interval_ns), .help = "frames a second"},
    {"flood", 'f', NULL, set_flood, AT(options.interval_ns), .help = "as fast as they arrive"},
    {"duration", 'w', "TIME", base_option_ns, AT(options.duration_ns),
     .help = "end after this time", .min = 1},
    {"timeout", 'W', "TIME", base_option_ns, AT(options.timeout_ns),
     .help = "how long a frame may take (default 1s)", .min = 1},
    {"mirrored", 0, "HOSTS", base_option_text, AT(options.mirrored),
     .help = "each frame must arrive there too; HOSTS is a list such as h3,h11, or all: every "
             "host that is not named otherwise"},
    {"isolated", 0, "HOSTS", base_option_text, AT(options.isolated),
     .help = "no frame may arrive there: one is a leak"},
    {"watch", 0, "HOSTS", base_option_text, AT(options.watch),
     .help = "say what arrives there, whatever it is"},
    {"max-loss", 0, "P", base_option_percent, AT(options.max_loss),
     .help = "what may be lost, in percent (default: all but one)"},
    {"quiet", 'q', NULL, base_option_flag, AT(options.quiet), .help = "no line for each frame"},
    {"json", 0, "FILE", base_option_text, AT(options.json),
     .help = "the summary as JSON; - is stdout, in place of the text"},
    {"topology", 0, "FILE", base_option_text, AT(options.topology),
     .help = "default $TAPPROOF_TOPOLOGY"},
    {"lab", 'l', "FILE", base_option_text, AT(options.lab), .help = "default $TAPPROOF_LAB"},
    {"version", 0, NULL, base_option_flag, AT(options.version), .help = "print the version"},
    {0},
};
#undef AT

void tapping_options_format_help(struct base_buffer *out)
{
    base_put_text(
        out,
        "usage: tapping FROM [TO] [options]\n"
        "\n"
        "Sends numbered frames from a host of a lab, and says of each one where it arrives.\n"
        "TO is a host, an IPv4 or a MAC address. Its frames are captured there: what is timed\n"
        "is one way, and hosts that answer nothing will do. With --echo the kernel of TO\n"
        "answers, and there and back is timed. Without TO, and to an IPv4 address that no host\n"
        "has, frames go to the MAC address of FROM, which no switch floods; -m dl_dst=... says\n"
        "another.\n"
        "\n");
    base_options_format(rows, out);
    base_put_text(
        out,
        "\n"
        "No more than 64 frames are in flight: the network loses none by itself. SIGINT ends\n"
        "the run and prints the summary. Exit status: 0 frames came (or nothing leaked, where\n"
        "nothing had to come); 1 none came, more than --max-loss were lost, or one leaked; 2\n"
        "usage or input error; 3 could not look: no station, no privilege, a capture lost "
        "frames.\n");
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
static int parse_match(const char *type, const struct given *given, struct match *match,
                       struct base_error *error)
{
    struct base_buffer text = {0};
    base_put_text(&text, type);
    if (given->vlan != VLAN_NOT_GIVEN) {
        base_put_format(&text, ",dl_vlan=%llu", (unsigned long long)given->vlan);
    }
    base_put_format(&text, ",%s", given->match ? given->match : "");
    const char *words = base_buffer_text(&text);
    int status = text.failed ? base_fail(error, "out of memory")
                             : ofctl_parse_match(words, match, NULL, error);
    base_buffer_free(&text);
    return status < 0 ? base_fail_in(error, given->match ? "--match" : "--vlan") : 0;
}

/* The type may be in --match too; where it is nowhere it is the default. */
static int parse_form(struct tapping_options *options, const struct given *given,
                      struct base_error *error)
{
    const char *type = given->type ? words_of_type(given->type) : "";
    if (!type) {
        return base_fail(error, "--type: '%s' is none of raw, icmp, arp, udp, tcp", given->type);
    }
    if (parse_match(type, given, &options->form, error) < 0) {
        return -1;
    }
    if (options->form.mask.in_port) {
        return base_fail(error, "--match: frames enter where FROM is: leave in_port out");
    }
    return options->form.mask.dl_type ? 0
                                      : parse_match(words_of_type(options->echo ? "icmp" : "raw"),
                                                    given, &options->form, error);
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
    struct given given = {
        .options = {.interval_ns = 1000000000, .timeout_ns = 1000000000, .max_loss = 100},
        .vlan = VLAN_NOT_GIVEN,
    };
    int first = base_options_parse(rows, &given, argc, argv, error);
    *options = given.options;
    options->help = first == BASE_OPTIONS_HELP_WANTED;
    options->size = (size_t)given.size;
    if (first < 0 || options->help || options->version) {
        return first < 0 ? -1 : 0;
    }
    if (argc - first > 2) {
        return base_fail(error, "one FROM and one TO: '%s' is too many", argv[first + 2]);
    }
    options->from = argc > first ? argv[first] : NULL;
    options->to = options->from ? argv[first + 1] : NULL; /* NULL is the last of argv */
    return check(options, error) < 0 ? -1 : parse_form(options, &given, error);
}
