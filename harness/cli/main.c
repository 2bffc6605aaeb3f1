/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof: the table of commands. */
#include "cli/cli.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct cli_command cli_commands[] = {
    {"check", cli_check, "EXPECTED [--lab LAB]",
     "compare the switches and the frames with the expectation",
     "  -l, --lab LAB        where the topology runs (default: $TAPPROOF_LAB, else the\n"
     "                       endpoints in the topology file)\n"
     "      --state FILE     judge the tables saved in FILE (flows --save); no frame is sent\n"
     "      --only KIND      state: send no frames; traffic: judge frames only\n"
     "  -k PATTERN           only results whose id contains PATTERN, or matches it as a\n"
     "                       whole if it has *, ? or [; may be repeated\n"
     "      --list           print the ids that would be checked, and stop\n"
     "      --json FILE      the report as JSON; - is stdout, in place of the text\n"
     "      --junit FILE     the report as JUnit XML\n"
     "      --tap            the report as TAP on stdout, in place of the text\n"
     "      --pcapng FILE    the frames of failing probes, for Wireshark\n"
     "  -v, --verbose        list what passed too, and where the time went\n"
     "      --timeout TIME   for reading a switch (default 10s)\n"
     "      --packet-out     where hosts cannot tell which cable is bad, have switches send\n"
     "                       frames (PACKET_OUT); their tables stay as they are\n"
     "      --converge TIME  how long frames may lag behind the tables (default 2s)\n"
     "\n"
     "Nothing on a switch is changed. Exit status: 0 conforms, 1 deviates, 2 usage or\n"
     "input error, 3 could not be judged.\n"},
    {"diff", cli_diff, "A B [--lab LAB]", "what differs in behaviour between two states",
     "A and B are each a state that `tapproof flows --save` saved, or a topology, whose\n"
     "switches are then read.\n"
     "\n"
     "  -l, --lab LAB      where topologies run (default: $TAPPROOF_LAB, else the\n"
     "                     endpoints in the topology file)\n"
     "      --lab-a LAB    the same for A or B alone\n"
     "      --lab-b LAB\n"
     "      --entries      compare entries, not what they do; lines as ovs-ofctl diff-flows\n"
     "      --json FILE    the report as JSON; - is stdout, in place of the text\n"
     "  -v, --verbose      all sets of packets, not only the first 10 of a switch\n"
     "      --timeout TIME for reading a switch (default 10s)\n"
     "\n"
     "Exit status: 0 the same, 1 different, 2 usage or input error, 3 could not be\n"
     "decided.\n"},
    {"explain", cli_explain, "EXPECTED SWITCH PORT [PACKET]",
     "which entry takes a packet, and where it goes, hop by hop",
     "PACKET is a match of ovs-ofctl (\"tcp,nw_dst=10.0.0.2,tp_dst=80\"); what it does not say\n"
     "is chosen, and told. Without PACKET: every entry of the port, and which packets\n"
     "reach it.\n"
     "\n"
     "      --frame HEX    a whole frame in place of PACKET; outputs are then told as\n"
     "                     frames too, byte for byte\n"
     "  -l, --lab LAB      where the topology runs (default: $TAPPROOF_LAB, else the\n"
     "                     endpoints in the topology file)\n"
     "      --state FILE   the tables saved in FILE (flows --save) instead\n"
     "      --json FILE    as JSON; - is stdout, in place of the text\n"
     "      --timeout TIME for reading a switch (default 10s)\n"
     "\n"
     "Exit status: 0 told, and the expectation says the same; 1 it says something else; 2\n"
     "usage or input error; 3 not everything on the packet's way is known.\n"},
    {"flows", cli_flows, "TOPOLOGY [--lab LAB]", "print the flow tables of all switches",
     "  -l, --lab LAB      where the topology runs (default: $TAPPROOF_LAB, else the\n"
     "                     endpoints in the topology file)\n"
     "      --no-stats     without counters and ages, as ovs-ofctl --no-stats --no-names\n"
     "      --yaml         as YAML, with ports and datapath ids\n"
     "      --json         the same as JSON\n"
     "      --save FILE    save the state (the YAML form) to FILE\n"
     "      --timeout TIME for reading a switch (default 10s)\n"
     "\n"
     "Exit status: 0 all switches read, 2 usage or input error, 3 a switch could not be\n"
     "read.\n"},
    {"learn", cli_learn, "TOPOLOGY [--lab LAB | --state FILE]",
     "write an expectation from the network as it is",
     "  -o, --output FILE  where to; default: stdout. A file that exists is not touched,\n"
     "      --force        unless it may be replaced\n"
     "  -l, --lab LAB      where the topology runs (default: $TAPPROOF_LAB, else the\n"
     "                     endpoints in the topology file)\n"
     "      --state FILE   the tables saved in FILE (flows --save)\n"
     "      --timeout TIME for reading a switch (default 10s)\n"
     "\n"
     "It is a draft: what it says the network does, which need not be what it should\n"
     "do. What no expectation can say, or is wrong whatever is expected, stands in its\n"
     "head and on stderr. Exit status: 0 written, 2 usage or input error, 3 a switch\n"
     "could not be read, and is not in it.\n"},
    {"mutate", cli_mutate, "EXPECTED [--lab LAB | --state FILE]",
     "find the mistakes that an expectation would not notice",
     "  -l, --lab LAB        where the topology runs (default: $TAPPROOF_LAB, else the\n"
     "                       endpoints in the topology file)\n"
     "      --state FILE     the tables saved in FILE (flows --save)\n"
     "      --min-score N    exit 1 if less than N percent would be noticed\n"
     "  -k PATTERN           only changes whose id contains PATTERN, or matches it as a\n"
     "                       whole if it has *, ? or [; may be repeated\n"
     "      --limit N        try N of them, chosen at random; the others are counted\n"
     "      --seed N         of that choice (default 0)\n"
     "      --json FILE      the report as JSON; - is stdout, in place of the text\n"
     "  -v, --verbose        list what is noticed too, and by what\n"
     "      --timeout TIME   for reading a switch (default 10s)\n"
     "\n"
     "Small changes of each entry are tried in memory: removed, an output removed, added\n"
     "or moved, the match wider or narrower, priorities swapped, a rewrite dropped, a\n"
     "timeout. What treats no packet otherwise does not count. Exit status: 0, 1 less than\n"
     "--min-score, 2 usage or input error, 3 the network as it is does not conform, or\n"
     "could not be judged.\n"},
    {"plan", cli_plan, "EXPECTED --change FILE [--lab LAB | --state FILE]",
     "say what a change would do before it is made",
     "      --change FILE    flow-mods as `ovs-ofctl add-flows` reads them (add, modify,\n"
     "                       modify_strict, delete, delete_strict), those of a switch behind\n"
     "                       a line `SWITCH:`; behind `SWITCH: replace` its whole new table\n"
     "      --replace        FILE holds whole tables, as `tapproof flows --no-stats` prints\n"
     "  -l, --lab LAB        where the topology runs (default: $TAPPROOF_LAB, else the\n"
     "                       endpoints in the topology file)\n"
     "      --state FILE     a saved state in place of the switches\n"
     "  -k PATTERN           only results whose id contains PATTERN, or matches it as a\n"
     "                       whole if it has *, ? or [; may be repeated\n"
     "      --json FILE      the report as JSON; - is stdout, in place of the text\n"
     "  -v, --verbose        list everything\n"
     "      --timeout TIME   for reading a switch (default 10s)\n"
     "\n"
     "Nothing is sent to any switch but requests to read. Exit status, of the network\n"
     "after the change: 0 conforms, 1 deviates, 2 usage or input error, 3 could not be\n"
     "judged.\n"},
    {"prove", cli_prove, "EXPECTED [--lab LAB | --state FILE]",
     "prove or refute the claims for every header; no frame is sent",
     "  -l, --lab LAB        where the topology runs (default: $TAPPROOF_LAB, else the\n"
     "                       endpoints in the topology file)\n"
     "      --state FILE     the tables saved in FILE (flows --save)\n"
     "      --confirm        send the packet that refutes a claim, and say where it arrives\n"
     "  -k PATTERN           only claims whose id contains PATTERN, or matches it as a\n"
     "                       whole if it has *, ? or [; may be repeated\n"
     "      --json FILE      the report as JSON; - is stdout, in place of the text\n"
     "  -v, --verbose        list what was proved too, and where the time went\n"
     "      --timeout TIME   for reading a switch (default 10s)\n"
     "\n"
     "A claim passes if it holds for every header that its sender can send. Exit status:\n"
     "0 all proved, 1 one is refuted, 2 usage or input error, 3 not decided.\n"},
    {"station", cli_station, "", "the far end of an exec: host, over stdin and stdout",
     "Started by `tapproof check` on another machine: `exec: ssh root@host` in a lab file\n"
     "needs `tapproof` in the PATH of that host.\n"},
};
const size_t cli_n_commands = sizeof cli_commands / sizeof *cli_commands;

static void print_overview(FILE *out)
{
    fprintf(out, "usage: tapproof COMMAND ...\n\n"
                 "Proves that an OpenFlow network does what its policy says.\n\n");
    for (size_t i = 0; i < cli_n_commands; i++) {
        fprintf(out, "  %-8s %s\n", cli_commands[i].name, cli_commands[i].summary);
    }
    fprintf(out, "\n  tapproof help COMMAND     more about a command (COMMAND --help)\n"
                 "  tapproof --version        the version\n");
}

static const struct cli_command *find_command(const char *name)
{
    for (size_t i = 0; i < cli_n_commands; i++) {
        if (strcmp(cli_commands[i].name, name) == 0) {
            return &cli_commands[i];
        }
    }
    return NULL;
}

void cli_print_help(FILE *out, const char *name)
{
    const struct cli_command *command = find_command(name);
    fprintf(out, "usage: tapproof %s%s%s\n\n%s\n\n%s", command->name,
            *command->arguments ? " " : "", command->arguments, command->summary, command->help);
}

/* Descriptors 0 to 2 that somebody closed would become sockets, and what is
 * printed would go there. */
static void keep_standard_streams(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO) {
        close(fd);
    }
}

/* What was printed must have been written. */
static int end(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "tapproof: cannot write to stdout\n");
        return status == CLI_DEVIATES ? status : CLI_UNJUDGED;
    }
    return status;
}

int main(int argc, char **argv)
{
    keep_standard_streams();
    /* A reader or a far station that went away is an error of a write. */
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        print_overview(stderr);
        return CLI_USAGE;
    }
    bool helps = strcmp(argv[1], "help") == 0;
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || (helps && argc == 2)) {
        print_overview(stdout);
        return end(CLI_CONFORMS);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        printf("tapproof " BASE_VERSION "\n");
        return end(CLI_CONFORMS);
    }
    const char *name = helps ? argv[2] : argv[1];
    const struct cli_command *command = find_command(name);
    if (!command) {
        fprintf(stderr, "tapproof: no command '%s'; see tapproof --help\n", name);
        return CLI_USAGE;
    }
    if (helps) {
        cli_print_help(stdout, name);
        return end(CLI_CONFORMS);
    }
    opterr = 0; /* the commands say it themselves: cli_option_error */
    return end(command->run(argc - 1, argv + 1));
}
