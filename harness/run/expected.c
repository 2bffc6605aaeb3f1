/* SPDX-License-Identifier: Apache-2.0
 *
 * Can a network meet this expectation? If not, which lines of it contradict each other? */
#include "run/expected.h"

#include "ofctl/match.h"
#include "path/declared.h"
#include "path/follow.h"
#include "prove/prove.h"
#include "yaml/source.h"

struct reading {
    const struct expectation *expectation;
    struct path_declared declared;
    struct yaml_source source;
    struct base_arena arena;
};

/* Whether the expectation leaves out what the switch does with some packets. */
static bool ignores(const struct expectation *expectation, size_t sw)
{
    bool found = false;
    for (size_t i = 0; i < expectation->n_exceptions && !found; i++) {
        size_t of = expectation->exceptions[i].sw;
        found = of == sw || of == SWITCH_ALL;
    }
    return found;
}

/* "s1:2 (my/net.yaml:7:8), s3:1 (not listed: drop)". */
static void put_ports(const struct reading *reading, const struct path_walk *walk,
                      struct base_arena *arena, struct base_buffer *out)
{
    const char *divider = "";
    for (size_t i = 0; i < walk->n_hops; i++) {
        const struct path_hop *hop = &walk->hops[i];
        const struct expected_port *port = expectation_port(reading->expectation, hop->in);
        const struct expected_case *taken =
            path_declared_case(&reading->declared, hop->in.sw, hop->entry);
        base_put_format(out, "%s%s", divider,
                        topology_port_name(reading->expectation->topology, hop->in, arena));
        if (port) {
            struct place place = taken ? taken->place : port->place;
            base_put_format(out, " (%s:%d:%d)", place.file, place.line, place.column);
        } else {
            base_put_text(out, " (not listed: drop)");
        }
        divider = ", ";
    }
}

static bool is_ignored(const struct reading *reading, const struct path_walk *walk)
{
    bool ignored = false;
    for (size_t i = 0; i < walk->n_hops && !ignored; i++) {
        ignored = ignores(reading->expectation, walk->hops[i].in.sw);
    }
    return ignored;
}

/* Which packets the first port on the way treats so: the case's match, of packets from there. */
static const char *case_text(const struct reading *reading, const struct path_walk *walk,
                             struct base_arena *arena)
{
    const struct path_hop *first = &walk->hops[0];
    const struct expected_case *taken =
        path_declared_case(&reading->declared, first->in.sw, first->entry);
    struct match match = taken ? taken->match : match_any();
    match.mask.in_port = match.value.in_port = 0;
    return ofctl_match_text(&match, arena);
}

/* What to write instead. */
static void put_remedy(struct reading *reading, const struct prove_contradiction *found,
                       const struct path_walk *walk, struct base_buffer *out)
{
    const struct topology_host *hosts = reading->expectation->topology->hosts;
    const char *of = case_text(reading, walk, &reading->arena);
    if (found->strays && found->copies == 1 && of) {
        base_put_format(out, "; add {from: %s, ", hosts[found->from].name);
        base_put_format(out, of[0] ? "match: \"%s\", " : "%s", of);
        base_put_format(out, "delivered: [%s]}, or leave %s to `ports:`, without claims",
                        hosts[found->to].name, hosts[found->from].name);
    } else if (!found->strays && found->wanted == 0) {
        base_put_format(out, "; isolate others than %s, or with a match that leaves these out",
                        hosts[found->to].name);
    }
}

static void report(void *aux, const struct prove_contradiction *found)
{
    struct reading *reading = aux;
    const struct claim *claim = &reading->expectation->claims[found->claim];
    const struct topology_host *hosts = reading->expectation->topology->hosts;
    struct base_buffer text = {0};
    struct path_walk walk;
    path_follow_from(&reading->declared.network, found->from, &found->example, &walk);
    if (is_ignored(reading, &walk)) {
        return;
    }
    if (found->strays) {
        base_put_format(&text, "no claim of %s allows arrivals", hosts[found->from].name);
    } else {
        base_put_format(&text, "%s wants %ld cop%s", claim->id, found->wanted,
                        found->wanted == 1 ? "y" : "ies");
    }
    base_put_text(&text, ", but `ports:` sends ");
    base_put_format(&text, found->copies < 0 ? "endlessly many" : "%ld", found->copies);
    base_put_format(&text, " to %s, of ", hosts[found->to].name);
    ofctl_format_header(&found->example, &text);
    base_put_text(&text, ", by ");
    put_ports(reading, &walk, &reading->arena, &text);
    put_remedy(reading, found, &walk, &text);
    yaml_error_at(&reading->source, claim->place.line, claim->place.column,
                  "the expectation contradicts itself: %s", base_buffer_text(&text));
    base_buffer_free(&text);
}

static int compare(const struct yaml_files *files, struct reading *reading,
                   struct yaml_diagnostics *diagnostics)
{
    const struct expectation *expectation = reading->expectation;
    size_t n_before = yaml_errors_count(diagnostics);
    if (expectation->n_ports == 0 || expectation->n_claims == 0) {
        return 0;
    }
    /* The line is shown: no matter if it cannot be read twice. */
    yaml_source_read(&reading->source, files, expectation->file, diagnostics, NULL);
    if (path_declared_open(&reading->declared, expectation) < 0 ||
        prove_contradictions(expectation, 0, report, reading) < 0) {
        yaml_error_at(&reading->source, 0, 0, "out of memory");
    }
    return yaml_errors_count(diagnostics) > n_before ? -1 : 0;
}

int run_load_expectation(const struct yaml_files *files, const char *path,
                         struct expectation **expectation, struct yaml_diagnostics *diagnostics)
{
    if (yaml_load_expectation(files, path, expectation, diagnostics) < 0) {
        return -1;
    }
    struct reading reading = {.expectation = *expectation};
    int status = compare(files, &reading, diagnostics);
    path_declared_close(&reading.declared);
    yaml_source_free(&reading.source);
    base_arena_free(&reading.arena);
    if (status < 0) {
        expectation_free(*expectation);
        *expectation = NULL;
    }
    return status;
}
