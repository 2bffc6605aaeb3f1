/* SPDX-License-Identifier: Apache-2.0
 *
 * Where does a topology run: endpoints and stations of a lab file. */
#include "yaml/lab.h"

#include "yaml/value.h"

#include <stdlib.h>
#include <string.h>

void yaml_read_netns(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct lab_host *station = into;
    station->netns = yaml_copy(reader, node, "the path of a network namespace");
}

/* As the kernel's dev_valid_name(). */
static bool is_interface_name(const char *text)
{
    enum { INTERFACE_NAME_MAX = 15 };
    size_t n = strlen(text);
    return n >= 1 && n <= INTERFACE_NAME_MAX && strcspn(text, "/: \t\n") == n &&
           strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

void yaml_read_interface(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct lab_host *station = into;
    static const char expected[] =
        "an interface's name (at most 15 characters, no '/', ':' or blank)";
    const char *text = yaml_copy(reader, node, expected);
    if (text && !is_interface_name(text)) {
        yaml_refuse(reader, node, expected);
    }
    station->interface = text;
}

void yaml_read_exec(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct lab_host *station = into;
    station->exec = yaml_copy(reader, node, "a command prefix");
}

static const struct yaml_field host_fields[] = {
    {.name = "netns", .read = yaml_read_netns},
    {.name = "interface", .read = yaml_read_interface, .required = true},
    {.name = "exec", .read = yaml_read_exec},
};

void yaml_check_station(struct yaml_reader *reader, const struct yaml_node *node,
                        struct lab_host *station)
{
    station->place = yaml_place(reader, node->key);
    if ((station->netns || station->exec) &&
        !yaml_has_key(node, "interface", YAML_FIELDS(host_fields))) {
        yaml_error(reader, node, "a host with \"netns\" or \"exec\" needs the key \"interface\"");
    }
}

static void read_path(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    const char **path = into;
    *path = yaml_path(reader, node, "the path of a PEM file");
}

static void read_fingerprint(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char expected[] =
        "the SHA-256 of a certificate, 64 hexadecimal digits, as `openssl "
        "x509 -fingerprint -sha256` prints it";
    struct endpoint_tls *tls = into;
    const char *text = yaml_text(reader, node, expected);
    tls->has_fingerprint = text && endpoint_parse_fingerprint(text, tls->fingerprint);
    if (text && !tls->has_fingerprint) {
        yaml_refuse(reader, node, expected);
    }
}

#define AT(member) .at = offsetof(struct endpoint_tls, member)
static const struct yaml_field tls_fields[] = {
    {.name = "key", .read = read_path, AT(key)},
    {.name = "certificate", .read = read_path, AT(certificate)},
    {.name = "ca", .read = read_path, AT(ca)},
    {.name = "fingerprint", .read = read_fingerprint},
};
#undef AT

static void read_tls(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct endpoint_tls *tls = into;
    yaml_read_fields(reader, node, "TLS", YAML_FIELDS(tls_fields), tls);
    if (!tls->key != !tls->certificate) {
        yaml_error(reader, node, "expected \"key\" and \"certificate\" together");
    }
}

static void read_version(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char expected[] = "a version of OpenFlow: 1.0 or 1.3";
    struct lab_switch *sw = into;
    const char *text = yaml_text(reader, node, expected);
    bool is_10 = text && strcmp(text, "1.0") == 0, is_13 = text && strcmp(text, "1.3") == 0;
    sw->version = is_10 ? 1 : is_13 ? 4 : 0; /* ofp_header.version */
    if (text && !sw->version) {
        yaml_refuse(reader, node, expected);
    }
}

static const struct yaml_field switch_fields[] = {
    {.name = "openflow",
     .read = yaml_read_endpoint,
     .at = offsetof(struct lab_switch, openflow),
     .required = true},
    {.name = "tls", .read = read_tls, .at = offsetof(struct lab_switch, tls)},
    {.name = "version", .read = read_version},
};

static void read_switches(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct lab *lab = into;
    const struct yaml_node *at = yaml_first(reader, node, YAML_MAPPING, "switches by name");
    for (; at; at = at->next) {
        struct lab_switch read = {0};
        size_t sw = yaml_switch(reader, at->key);
        yaml_read_fields(reader, at, "a switch of a lab", YAML_FIELDS(switch_fields), &read);
        if (sw != SWITCH_NONE) {
            lab->switches[sw] = read;
        }
    }
}

static void read_hosts(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct lab *lab = into;
    const struct yaml_node *at = yaml_first(reader, node, YAML_MAPPING, "hosts by name");
    for (; at; at = at->next) {
        struct lab_host read = {.place = yaml_place(reader, at->key)};
        size_t host = yaml_host(reader, at->key);
        yaml_read_fields(reader, at, "a host of a lab", YAML_FIELDS(host_fields), &read);
        if (host != HOST_NONE) {
            lab->hosts[host] = read;
        }
    }
}

static void read_rate(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char expected[] = "frames a second (from 1 to 1000000000), or unlimited";
    uint64_t *rate = into;
    const char *text = yaml_copy(reader, node, expected);
    char *end = NULL;
    unsigned long long number = text && *text >= '1' && *text <= '9' ? strtoull(text, &end, 10) : 0;
    if (text && strcmp(text, "unlimited") == 0) {
        *rate = LAB_RATE_UNLIMITED;
    } else if (number > 0 && number <= 1000000000 && !*end) {
        *rate = number;
    } else if (text) {
        yaml_refuse(reader, node, expected);
    }
}

static const struct yaml_field lab_fields[] = {
    {.name = "switches", .read = read_switches},
    {.name = "hosts", .read = read_hosts},
    {.name = "tls", .read = read_tls, .at = offsetof(struct lab, tls)},
    {.name = "rate", .read = read_rate, .at = offsetof(struct lab, rate)},
};

static const struct yaml_format format = {YAML_LAB, "a lab", YAML_FIELDS(lab_fields), NULL};

/* What the topology file says itself. */
static void take_from_topology(const struct yaml_reader *reader, const struct topology *topology,
                               struct lab *lab)
{
    const char *file = yaml_copy_text(reader, topology->file);
    for (size_t i = 0; i < topology->n_switches; i++) {
        lab->switches[i].openflow = yaml_copy_text(reader, topology->switches[i].openflow);
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        const struct lab_host *station = &topology->hosts[i].station;
        lab->hosts[i] = (struct lab_host){
            .netns = yaml_copy_text(reader, station->netns),
            .interface = yaml_copy_text(reader, station->interface),
            .exec = yaml_copy_text(reader, station->exec),
            .place = {file, station->place.line, station->place.column},
        };
    }
}

static void read_lab(struct yaml_reader *reader, const char *path, const struct topology *topology,
                     struct lab *lab)
{
    lab->switches = yaml_alloc(reader, topology->n_switches * sizeof *lab->switches);
    lab->hosts = yaml_alloc(reader, topology->n_hosts * sizeof *lab->hosts);
    if (!lab->switches || !lab->hosts) {
        return;
    }
    take_from_topology(reader, topology, lab);
    if (path) {
        yaml_use_topology(reader, topology);
        yaml_read_file(reader, &format, &lab->file, lab);
    }
    for (size_t i = 0; i < topology->n_switches; i++) {
        endpoint_tls_complete(&lab->switches[i].tls, &lab->tls);
    }
}

int yaml_load_lab(const struct yaml_files *files, const char *path, const struct topology *topology,
                  struct lab **lab, struct yaml_diagnostics *diagnostics)
{
    struct yaml_reader reader = {.topology = NULL};
    struct lab *read = yaml_begin(&reader, files, path ? path : topology->file, diagnostics,
                                  sizeof *read, offsetof(struct lab, arena));
    if (read) {
        read_lab(&reader, path, topology, read);
    }
    *lab = yaml_end(&reader) ? read : NULL;
    if (!*lab) {
        lab_free(read);
    }
    return *lab ? 0 : -1;
}
