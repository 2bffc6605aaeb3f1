/* SPDX-License-Identifier: Apache-2.0
 *
 * Which hosts of a lab does a list name, and do their stations work? */
#include "stations/lab.h"

#include "base/sandbox.h"

#include <stdlib.h>
#include <string.h>

bool stations_lab_has(const struct stations_lab *lab, size_t host)
{
    return lab->lab->hosts[host].interface;
}

static int find(const struct stations_lab *lab, const char *name, size_t *host,
                struct base_error *error)
{
    *host = topology_find_host(lab->topology, name);
    if (*host != HOST_NONE) {
        return 0;
    }
    const char *file = lab->topology->file, *nearest = topology_nearest_host(lab->topology, name);
    return nearest ? base_fail(error, "no host '%s' in %s; did you mean '%s'?", name, file, nearest)
                   : base_fail(error, "no host '%s' in %s", name, file);
}

static int choose_one(const struct stations_lab *lab, const char *name, unsigned bits,
                      unsigned *chosen, struct base_error *error)
{
    size_t host;
    if (*name == '\0') {
        return base_fail(error, "a host's name is missing");
    }
    if (find(lab, name, &host, error) < 0) {
        return -1;
    }
    if (!stations_lab_has(lab, host)) {
        const char *file = lab->lab->file;
        return file
                   ? base_fail(error, "%s has no station: %s names no interface for it", name, file)
                   : base_fail(error, "%s has no station: no lab file says where it is", name);
    }
    chosen[host] |= bits;
    return 0;
}

static int choose_all(const struct stations_lab *lab, unsigned bits, unsigned *chosen,
                      struct base_error *error)
{
    bool any = false;
    for (size_t host = 0; host < lab->topology->n_hosts; host++) {
        if (stations_lab_has(lab, host)) {
            any = true;
            chosen[host] = chosen[host] ? chosen[host] : bits;
        }
    }
    return any ? 0 : base_fail(error, "no host has a station: no lab file says where they are");
}

int stations_lab_choose(const struct stations_lab *lab, const char *list, unsigned bits,
                        unsigned *chosen, struct base_error *error)
{
    if (strcmp(list, "all") == 0) {
        return choose_all(lab, bits, chosen, error);
    }
    char *copy = strdup(list), *rest = copy;
    int status = copy ? 0 : base_fail(error, "out of memory");
    while (status == 0 && rest) {
        status = choose_one(lab, strsep(&rest, ","), bits, chosen, error);
    }
    free(copy);
    return status;
}

static size_t list_specs(struct stations_lab *lab, const unsigned *chosen,
                         struct station_spec *specs)
{
    size_t n = 0;
    for (size_t host = 0; host < lab->topology->n_hosts; host++) {
        const struct lab_host *where = &lab->lab->hosts[host];
        lab->station_of[host] = STATION_NONE;
        if (chosen[host]) {
            specs[n] = (struct station_spec){.name = lab->topology->hosts[host].name,
                                             .netns = where->netns,
                                             .interface = where->interface,
                                             .exec = where->exec};
            lab->host_of[n] = host;
            lab->station_of[host] = n++;
        }
    }
    return n;
}

/* The name of the host in front of what is wrong with its station. */
static int fail_station(const struct stations_lab *lab, size_t station, const char *problem,
                        struct base_error *error)
{
    return base_fail(error, "%s: %s", lab->topology->hosts[lab->host_of[station]].name, problem);
}

static int check_problems(const struct stations_lab *lab, struct base_error *error)
{
    for (size_t i = 0; i < lab->n_stations; i++) {
        const char *problem = station_problem(lab->set, i);
        if (problem) {
            return fail_station(lab, i, problem, error);
        }
    }
    return 0;
}

/* The first far end that says so, where nothing worse is known. */
static void note_unconfined(struct stations_lab *lab)
{
    for (size_t i = 0; i < lab->n_stations && !lab->unconfined.text[0]; i++) {
        const char *why = station_unconfined(lab->set, i);
        if (why) {
            fail_station(lab, i, why, &lab->unconfined);
        }
    }
}

int stations_lab_open(struct stations_lab *lab, const unsigned *chosen, struct base_error *error)
{
    size_t n = lab->topology->n_hosts;
    struct station_spec *specs = calloc(n + 1, sizeof *specs);
    lab->station_of = calloc(n + 1, sizeof *lab->station_of);
    lab->host_of = calloc(n + 1, sizeof *lab->host_of);
    if (!specs || !lab->station_of || !lab->host_of) {
        free(specs);
        return base_fail(error, "out of memory");
    }
    lab->n_stations = list_specs(lab, chosen, specs);
    int status = station_open(specs, lab->n_stations, &lab->set, error);
    free(specs);
    if (status < 0) {
        return -1;
    }
    if (lab->confines) {
        base_sandbox_enter(BASE_SANDBOX_READS, &lab->unconfined);
    }
    station_start(lab->set);
    note_unconfined(lab);
    return check_problems(lab, error);
}

int stations_lab_check(const struct stations_lab *lab, struct base_error *error)
{
    for (size_t i = 0; i < lab->n_stations; i++) {
        uint64_t drops = station_drops(lab->set, i);
        const char *problem = station_problem(lab->set, i);
        if (problem) {
            return fail_station(lab, i, problem, error);
        }
        if (drops > 0) {
            struct base_error lost;
            base_fail(&lost, "its capture lost %llu frames", (unsigned long long)drops);
            return fail_station(lab, i, lost.text, error);
        }
    }
    return 0;
}

void stations_lab_close(struct stations_lab *lab)
{
    station_close(lab->set);
    free(lab->station_of);
    free(lab->host_of);
    *lab = (struct stations_lab){.topology = lab->topology, .lab = lab->lab};
}
