/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof flows: what the switches say now, as text, YAML or JSON. */
#include "report/flows.h"
#include "cli/cli.h"
#include "run/network.h"
#include "yaml/load.h"

#include <getopt.h>
#include <stdlib.h>

struct flows {
    const char *topology;
    const char *lab;
    enum report_flows_format format;
    bool no_stats;
    unsigned timeout_ms;
    struct cli_output out, save;
};

enum { OPT_NO_STATS = 256, OPT_YAML, OPT_JSON, OPT_SAVE, OPT_TIMEOUT };

static const struct option options[] = {
    {"lab", required_argument, NULL, 'l'},
    {"no-stats", no_argument, NULL, OPT_NO_STATS},
    {"yaml", no_argument, NULL, OPT_YAML},
    {"json", no_argument, NULL, OPT_JSON},
    {"save", required_argument, NULL, OPT_SAVE},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int set_option(struct flows *flows, int option)
{
    switch (option) {
    case 'l':
        flows->lab = optarg;
        return CLI_CONFORMS;
    case OPT_NO_STATS:
        flows->no_stats = true;
        return CLI_CONFORMS;
    case OPT_YAML:
        flows->format = REPORT_FLOWS_YAML;
        return CLI_CONFORMS;
    case OPT_JSON:
        flows->format = REPORT_FLOWS_JSON;
        return CLI_CONFORMS;
    case OPT_SAVE:
        flows->save.path = optarg;
        return CLI_CONFORMS;
    case OPT_TIMEOUT:
        if (!cli_parse_duration(optarg, &flows->timeout_ms)) {
            return cli_usage_error("flows", "--timeout: '%s' is not a time such as 2s", optarg);
        }
        return CLI_CONFORMS;
    default:
        return CLI_USAGE;
    }
}

static int write_flows(struct flows *flows, const struct report_flows_switch *switches, size_t n)
{
    struct base_buffer text = {0};
    report_flows(switches, n, flows->format, flows->no_stats, &text);
    int status = cli_write_output("flows", &flows->out, &text);
    base_buffer_free(&text);
    if (flows->save.file) {
        report_flows(switches, n, REPORT_FLOWS_YAML, flows->no_stats, &text);
        int saved = cli_write_output("flows", &flows->save, &text);
        status = status != CLI_CONFORMS ? status : saved;
        base_buffer_free(&text);
    }
    return status;
}

static int show_network(struct flows *flows, const struct topology *topology,
                        const struct run_network *network)
{
    struct report_flows_switch *switches = calloc(topology->n_switches + 1, sizeof *switches);
    if (!switches) {
        fprintf(stderr, "tapproof flows: out of memory\n");
        return CLI_UNJUDGED;
    }
    bool all = true;
    for (size_t i = 0; i < topology->n_switches; i++) {
        switches[i].name = topology->switches[i].name;
        switches[i].state = run_network_state(network, i, &switches[i].reason);
        if (!switches[i].state) {
            all = false;
            if (flows->format != REPORT_FLOWS_TEXT) { /* the text says it itself */
                fprintf(stderr, "tapproof flows: %s: %s\n", switches[i].name, switches[i].reason);
            }
        }
    }
    int status = write_flows(flows, switches, topology->n_switches);
    free(switches);
    return status != CLI_CONFORMS || all ? status : CLI_UNJUDGED;
}

static int read_and_show(struct flows *flows, const struct topology *topology,
                         const struct lab *lab)
{
    struct run_network network;
    struct base_error error = {0};
    int status = CLI_UNJUDGED;
    if (run_network_open(&network, topology, lab, flows->timeout_ms, &error) == 0 &&
        run_network_read(&network, CHANNEL_FLOWS | CHANNEL_PORTS, &error) == 0) {
        status = show_network(flows, topology, &network);
    } else {
        fprintf(stderr, "tapproof flows: %s\n", error.text);
    }
    run_network_close(&network);
    return status;
}

static int load_and_show(struct flows *flows)
{
    struct topology *topology = NULL;
    struct lab *lab = NULL;
    struct yaml_diagnostics diagnostics = {0};
    int status = CLI_USAGE;
    if (yaml_load_topology(flows->topology, &topology, &diagnostics) == 0 &&
        yaml_load_lab(flows->lab, topology, &lab, &diagnostics) == 0) {
        if (cli_open_output("flows", &flows->out) == CLI_CONFORMS &&
            cli_open_output("flows", &flows->save) == CLI_CONFORMS) {
            status = read_and_show(flows, topology, lab);
        }
    } else {
        cli_print_diagnostics(&diagnostics);
    }
    yaml_diagnostics_free(&diagnostics);
    lab_free(lab);
    topology_free(topology);
    return status;
}

int cli_flows(int argc, char **argv)
{
    struct flows flows = {.out.path = "-"};
    int option;
    while ((option = getopt_long(argc, argv, ":l:h", options, NULL)) != -1) {
        if (option == 'h') {
            cli_print_help(stdout, "flows");
            return CLI_CONFORMS;
        }
        if (option == '?' || option == ':') {
            return cli_option_error("flows", option, argv);
        }
        int status = set_option(&flows, option);
        if (status != CLI_CONFORMS) {
            return status;
        }
    }
    if (argc - optind != 1) {
        return cli_usage_error("flows",
                               argc == optind ? "which topology?" : "one topology at a time");
    }
    flows.topology = argv[optind];
    flows.lab = cli_lab_path(flows.lab);
    return load_and_show(&flows);
}
