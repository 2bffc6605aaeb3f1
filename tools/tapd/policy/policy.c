/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a policy file, key by key, and a tap on demand, which is one of its items. */
#include "tapd/policy/policy.h"

#include "base/none.h"
#include "base/token.h"
#include "tapd/policy/graph.h"
#include "tapd/policy/reading.h"
#include "yaml/lab.h"
#include "yaml/value.h"

#include <stdlib.h>
#include <string.h>

/* What a policy file collects until it is settled. */
struct collected {
    struct tapd_policy *policy;
    struct tapd_pairs pairs;
    const struct yaml_node *taps_node; /* NULL: none */
    const struct tapd_tap **taps;
    size_t taps_capacity;
    struct tapd_always *always;
    size_t always_capacity;
    struct tapd_agents agents;
};

static void read_topology(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tapd_policy *policy = ((struct collected *)into)->policy;
    const char *path = yaml_path(reader, node, "the path of a topology file");
    if (!path) {
        return;
    }
    policy->topology =
        yaml_read_topology(reader->files, path, reader, node, reader->source.diagnostics);
    if (!policy->topology) {
        return;
    }
    policy->owns = yaml_alloc(reader, policy->topology->n_switches);
    policy->graph = tapd_graph_new(policy->topology, reader->arena);
    if (policy->owns && policy->graph) {
        memset(policy->owns, true, policy->topology->n_switches);
        yaml_use_topology(reader, policy->topology);
    } else {
        yaml_error(reader, node, "out of memory");
    }
}

static void read_owned(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tapd_policy *policy = ((struct collected *)into)->policy;
    size_t sw = yaml_switch(reader, node);
    if (sw != SWITCH_NONE && policy->owns[sw]) {
        yaml_error(reader, node, "%s is listed twice", yaml_found(node).text);
    } else if (sw != SWITCH_NONE) {
        policy->owns[sw] = true;
    }
}

static void read_switches(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tapd_policy *policy = ((struct collected *)into)->policy;
    if (!reader->topology || !yaml_expect(reader, node, YAML_SEQUENCE, "a list of switches")) {
        return;
    }
    memset(policy->owns, false, policy->topology->n_switches);
    yaml_each(reader, node, read_owned, into);
    if (!node->child) {
        yaml_error(reader, node, "expected at least one switch, found an empty list");
    }
}

static void read_pairs(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    tapd_read_pairs(reader, node, &((struct collected *)into)->pairs);
}

static void read_tap(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct collected *collected = into;
    struct tapd_policy *policy = collected->policy;
    struct tapd_tap *tap = tapd_read_tap(reader, node, false);
    if (!tap) {
        return;
    }
    tap->source = &policy->source;
    if (base_grow(&collected->taps, policy->n_taps, &collected->taps_capacity,
                  sizeof(const struct tapd_tap *)) < 0) {
        yaml_error(reader, node, "out of memory");
    } else {
        collected->taps[policy->n_taps++] = tap;
    }
}

static void read_taps(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    if (reader->topology && yaml_expect(reader, node, YAML_SEQUENCE, "a list of taps")) {
        ((struct collected *)into)->taps_node = node;
    }
}

/* At the end: a tap may be about what pairs and rules say. */
static void read_taps_at_last(struct yaml_reader *reader, struct collected *collected)
{
    struct tapd_policy *policy = collected->policy;
    policy->pairs = collected->pairs.items;
    policy->n_pairs = collected->pairs.n;
    policy->always = collected->always;
    if (collected->taps_node) {
        yaml_each(reader, collected->taps_node, read_tap, collected);
    }
}

/* ------------------------------------------------------------------ always */

struct always_reading {
    struct tapd_ends from, to;
};

static void read_from(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    tapd_read_ends(reader, node, TAPD_END_ANY, &((struct always_reading *)into)->from);
}

static void read_to(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    tapd_read_ends(reader, node, TAPD_END_ANY, &((struct always_reading *)into)->to);
}

static const struct yaml_field always_fields[] = {
    {.name = "from", .read = read_from, .required = true},
    {.name = "to", .read = read_to, .required = true},
};

static void add_always(struct yaml_reader *reader, const struct yaml_node *node,
                       struct collected *collected, struct port_ref from, struct port_ref to)
{
    struct tapd_policy *policy = collected->policy;
    const struct topology *topology = reader->topology;
    if (from.sw != to.sw) {
        yaml_error(reader, node, "%s and %s are not on one switch",
                   tapd_port_words(topology, from).text, tapd_port_words(topology, to).text);
    } else if (from.port == to.port) {
        yaml_error(reader, node, "%s cannot send to itself", tapd_port_words(topology, from).text);
    } else if (base_grow(&collected->always, policy->n_always, &collected->always_capacity,
                         sizeof *collected->always) < 0) {
        yaml_error(reader, node, "out of memory");
    } else {
        collected->always[policy->n_always++] =
            (struct tapd_always){from, to, yaml_place(reader, node)};
    }
}

static void read_rule(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct always_reading reading = {0};
    yaml_read_fields(reader, node, "a rule of \"always\"", YAML_FIELDS(always_fields), &reading);
    size_t n_before = yaml_errors_count(reader->source.diagnostics);
    for (size_t i = 0; i < reading.from.n; i++) {
        for (size_t j = 0; j < reading.to.n; j++) {
            if (yaml_errors_count(reader->source.diagnostics) == n_before) {
                add_always(reader, node, into, reading.from.items[i], reading.to.items[j]);
            }
        }
    }
    free(reading.from.items);
    free(reading.to.items);
}

static void read_always(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    if (reader->topology && yaml_expect(reader, node, YAML_SEQUENCE, "a list of rules")) {
        yaml_each(reader, node, read_rule, into);
    }
}

/* ------------------------------------------------------ timeouts and cookie */

static uint16_t read_seconds(struct yaml_reader *reader, const struct yaml_node *node)
{
    uint16_t seconds = 0;
    if (node->kind != YAML_SCALAR || strcmp(node->text, "0") != 0) {
        yaml_lifetime(reader, node, &seconds);
    }
    return seconds;
}

static void read_idle(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    ((struct collected *)into)->policy->idle_timeout_sec = read_seconds(reader, node);
}

static void read_hard(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    ((struct collected *)into)->policy->hard_timeout_sec = read_seconds(reader, node);
}

static const struct yaml_field timeout_fields[] = {
    {.name = "idle", .read = read_idle},
    {.name = "hard", .read = read_hard},
};

static void read_timeouts(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    yaml_read_fields(reader, node, "\"timeouts\"", YAML_FIELDS(timeout_fields), into);
}

static void read_cookie(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    const char *text = yaml_text(reader, node, "a number of 32 bits");
    uint64_t number;
    if (!text) {
        return;
    }
    if (!word_number((struct word){text, strlen(text)}, UINT32_MAX, &number) || number == 0) {
        yaml_error(reader, node, "expected a number of 32 bits other than 0, found %s",
                   yaml_found(node).text);
        return;
    }
    ((struct collected *)into)->policy->cookie = (uint32_t)number;
}

static void read_sflow(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    tapd_read_sflow(reader, node, &((struct collected *)into)->agents);
}

static const struct yaml_field policy_fields[] = {
    {.name = "topology", .read = read_topology, .required = true, .first = true},
    {.name = "switches", .read = read_switches},
    {.name = "pairs", .read = read_pairs},
    {.name = "taps", .read = read_taps},
    {.name = "always", .read = read_always},
    {.name = "sflow", .read = read_sflow},
    {.name = "timeouts", .read = read_timeouts},
    {.name = "cookie", .read = read_cookie},
};

static bool expect_policy(const struct yaml_reader *reader, const struct yaml_node *root)
{
    static const char *const others[][2] = {{"ports", "an expectation"},
                                            {"entries", "an expectation"},
                                            {"traffic", "an expectation"},
                                            {"links", "a topology"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (yaml_child(root, others[i][0])) {
            yaml_error(reader, root,
                       "this is %s; a policy was expected (it has topology:, "
                       "pairs:, taps:, always:)",
                       others[i][1]);
            return false;
        }
    }
    return true;
}

/* The text stays: errors of the compiler show it. */
static void read_policy(struct tapd_reading *reading, struct tapd_policy *policy,
                        struct yaml_diagnostics *diagnostics)
{
    struct yaml_reader *reader = &reading->reader;
    struct collected collected = {.policy = policy};
    struct base_arena nodes = {0};
    const struct yaml_node *root = yaml_open(reader, policy->file, NULL, NULL, diagnostics, &nodes);
    if (root && expect_policy(reader, root)) {
        yaml_read_fields(reader, root, "a policy", YAML_FIELDS(policy_fields), &collected);
        read_taps_at_last(reader, &collected);
    }
    base_arena_free(&nodes);
    policy->pairs =
        tapd_settle(reader, collected.pairs.items, policy->n_pairs * sizeof *policy->pairs);
    policy->taps =
        tapd_settle(reader, collected.taps, policy->n_taps * sizeof(const struct tapd_tap *));
    policy->always =
        tapd_settle(reader, collected.always, policy->n_always * sizeof *policy->always);
    policy->n_agents = collected.agents.n;
    policy->agents =
        tapd_settle(reader, collected.agents.items, policy->n_agents * sizeof *policy->agents);
    policy->source = reader->source;
    policy->source.diagnostics = NULL;
    reader->source.bytes = (struct base_buffer){0};
    yaml_index_free(&reading->names);
    yaml_index_free(&reading->pairs);
    yaml_close(reader);
}

int tapd_policy_load_from(const struct yaml_files *files, const char *path,
                          struct tapd_policy **policy, struct yaml_diagnostics *diagnostics)
{
    size_t n_before = yaml_errors_count(diagnostics);
    struct tapd_policy *loaded = calloc(1, sizeof *loaded);
    *policy = loaded;
    if (loaded) {
        loaded->cookie = TAPD_COOKIE;
        loaded->file = base_arena_text(&loaded->arena, path);
    }
    if (loaded && loaded->file) {
        struct tapd_reading reading = {.reader = {.files = files, .arena = &loaded->arena},
                                       .policy = loaded};
        read_policy(&reading, loaded, diagnostics);
    } else {
        struct yaml_source source = {.file = path, .diagnostics = diagnostics};
        yaml_error_at(&source, 0, 0, "out of memory");
    }
    if (yaml_errors_count(diagnostics) > n_before) {
        tapd_policy_free(loaded);
        *policy = NULL;
        return -1;
    }
    return 0;
}

int tapd_policy_load(const char *path, struct tapd_policy **policy,
                     struct yaml_diagnostics *diagnostics)
{
    return tapd_policy_load_from(&yaml_disk, path, policy, diagnostics);
}

void tapd_policy_free(struct tapd_policy *policy)
{
    if (policy) {
        topology_free(policy->topology);
        yaml_source_free(&policy->source);
        base_arena_free(&policy->arena);
        free(policy);
    }
}

const struct tapd_tap *tapd_policy_find(const struct tapd_policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->n_taps; i++) {
        if (strcmp(policy->taps[i]->name, name) == 0) {
            return policy->taps[i];
        }
    }
    return NULL;
}

/* ------------------------------------------------------------ on demand */

/* The text of a request as the only file that there is. */
struct request {
    const char *text;
    size_t n_bytes;
};

static int read_request(void *context, const char *path, struct base_buffer *bytes,
                        struct base_error *error)
{
    (void)path;
    const struct request *request = context;
    base_put_bytes(bytes, request->text, request->n_bytes);
    return bytes->failed ? base_fail(error, "out of memory") : 0;
}

/* The tap keeps the text, in its arena. */
static struct tapd_tap *read_on_demand(struct tapd_reading *reading, const char *file,
                                       struct base_arena *own, struct yaml_diagnostics *diagnostics)
{
    struct yaml_reader *reader = &reading->reader;
    struct base_arena nodes = {0};
    struct tapd_tap *tap = NULL;
    const struct yaml_node *root = yaml_open(reader, file, NULL, NULL, diagnostics, &nodes);
    if (root) {
        yaml_use_topology(reader, reading->policy->topology);
        tap = tapd_read_tap(reader, root, true);
    }
    struct yaml_source *source = yaml_alloc(reader, sizeof *source);
    size_t n_bytes = reader->source.bytes.n_bytes;
    uint8_t *bytes = source ? yaml_alloc(reader, n_bytes) : NULL;
    if (tap && bytes) {
        memcpy(bytes, reader->source.bytes.data, n_bytes);
        *source = (struct yaml_source){.file = file, .bytes = {.data = bytes, .n_bytes = n_bytes}};
        tap->source = source;
        tap->is_asked = true;
        tap->own = own;
    }
    base_arena_free(&nodes);
    yaml_index_free(&reading->names);
    yaml_index_free(&reading->pairs);
    yaml_close(reader);
    return tap;
}

int tapd_tap_read(const struct tapd_policy *policy, const char *file, const char *text,
                  size_t n_bytes, struct tapd_tap **tap, struct yaml_diagnostics *diagnostics)
{
    size_t n_before = yaml_errors_count(diagnostics);
    struct base_arena *own = calloc(1, sizeof *own);
    struct request request = {text, n_bytes};
    struct yaml_files files = {&request, read_request};
    struct tapd_reading reading = {.reader = {.files = &files, .arena = own}, .policy = policy};
    const char *name = own ? base_arena_text(own, file) : NULL;
    *tap = NULL;
    if (name) {
        *tap = read_on_demand(&reading, name, own, diagnostics);
    } else {
        struct yaml_source source = {.file = file, .diagnostics = diagnostics};
        yaml_error_at(&source, 0, 0, "out of memory");
    }
    if (yaml_errors_count(diagnostics) == n_before) {
        return 0;
    }
    if (own) {
        base_arena_free(own);
        free(own);
    }
    *tap = NULL;
    return -1;
}

void tapd_tap_free(struct tapd_tap *tap)
{
    struct base_arena *own = tap ? tap->own : NULL;
    if (own) {
        base_arena_free(own);
        free(own);
    }
}
