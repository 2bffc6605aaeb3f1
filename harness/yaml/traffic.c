/* SPDX-License-Identifier: Apache-2.0
 *
 * `traffic:`: each written claim becomes one claim for each sender, kind and
 * receiver. */
#include "yaml/expectation.h"
#include "yaml/value.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { N_KINDS = CLAIM_ISOLATED + 1 };

/* A host and where it is named; HOST_ALL: all. */
struct named_host {
    size_t host;
    const struct yaml_node *node;
};

struct host_list {
    struct named_host *items;
    size_t n;
    size_t capacity;
};

/* One item of `traffic:`. */
struct written_claim {
    struct host_list from;
    struct host_list to[N_KINDS];
    bool has_copies;
    unsigned copies;
    struct match match;
    const char *match_text; /* NULL: none */
    const char *match_id;   /* "/" and the match without white space, or "" */
};

static void add_host(struct yaml_reader *reader, const struct yaml_node *node,
                     struct host_list *list, size_t host)
{
    struct named_host named = {host, node};
    yaml_append(reader, node, &list->items, &list->n, &list->capacity, sizeof named, &named);
}

static void read_host(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    size_t host = yaml_host(reader, node);
    if (host != HOST_NONE) {
        add_host(reader, node, into, host);
    }
}

/* A host or a list of them, into a host_list. */
static void read_hosts(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    yaml_each(reader, node, read_host, into);
}

static void read_from(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    read_hosts(reader, node, into);
    if (node->kind == YAML_SEQUENCE && node->n_children == 0) {
        yaml_error(reader, node, "expected at least one host, found none");
    }
}

static void read_isolated(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    if (node->kind == YAML_SCALAR && strcmp(node->text, "all") == 0) {
        add_host(reader, node, into, HOST_ALL);
    } else {
        read_hosts(reader, node, into);
    }
}

static void read_copies(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct written_claim *claim = into;
    uint64_t copies = 1;
    claim->has_copies =
        yaml_number(reader, node, "a number of copies", 1, YAML_COPIES_MAX, &copies);
    claim->copies = (unsigned)copies;
}

/* White space that alone divides two fields becomes a comma; the rest goes. */
static const char *match_id(struct yaml_reader *reader, const char *text)
{
    char *id = yaml_alloc(reader, strlen(text) + 2), *out = id;
    if (!id || text[strspn(text, " \t\n,")] == 0) {
        return "";
    }
    *out++ = '/';
    for (const char *at = text; *at; at++) {
        bool divides = isspace((unsigned char)*at) || *at == ',';
        if (!divides) {
            *out++ = *at;
        } else if (out[-1] != ',' && out[-1] != '/' && at[strspn(at, " \t\n,")]) {
            *out++ = ',';
        }
    }
    return id;
}

static void read_match(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct written_claim *claim = into;
    if (!yaml_match(reader, node, &claim->match)) {
        return;
    }
    if (claim->match.mask.in_port) {
        yaml_error(reader, node, "a claim's match cannot have in_port: the sender says it");
    }
    claim->match_id = match_id(reader, node->text);
    claim->match_text =
        *claim->match_id ? yaml_copy(reader, node, "a match in the syntax of ovs-ofctl") : NULL;
}

#define AT(member) .at = offsetof(struct written_claim, member)
static const struct yaml_field claim_fields[] = {
    {.name = "from", .read = read_from, AT(from), .required = true},
    {.name = "match", .read = read_match},
    {.name = "delivered", .read = read_hosts, AT(to[CLAIM_DELIVERED])},
    {.name = "mirrored", .read = read_hosts, AT(to[CLAIM_MIRRORED])},
    {.name = "isolated", .read = read_isolated, AT(to[CLAIM_ISOLATED])},
    {.name = "copies", .read = read_copies},
};

/* `copies` counts where the frames are mirrored to, or, if they are not, where
 * they are delivered. */
static unsigned copies_of(const struct written_claim *written, enum claim_kind kind)
{
    enum claim_kind counted = written->to[CLAIM_MIRRORED].n > 0 ? CLAIM_MIRRORED : CLAIM_DELIVERED;
    if (kind == CLAIM_ISOLATED) {
        return 0;
    }
    return written->has_copies && kind == counted ? written->copies : 1;
}

static const char *claim_id(const struct yaml_reader *reader, const struct written_claim *written,
                            enum claim_kind kind, size_t from, size_t to)
{
    const struct topology_host *hosts = reader->topology->hosts;
    return base_arena_format(reader->arena, "traffic/%s/%s/%s%s", hosts[from].name,
                             claim_kind_name(kind), to == HOST_ALL ? "all" : hosts[to].name,
                             written->match_id);
}

static void add_claim(struct yaml_reading *reading, const struct written_claim *written,
                      enum claim_kind kind, size_t from, const struct named_host *to)
{
    struct yaml_reader *reader = &reading->reader;
    struct expectation *x = reading->expectation;
    const char *id = claim_id(reader, written, kind, from, to->host);
    if (!id) {
        yaml_error(reader, to->node, "out of memory");
        return;
    }
    struct place place = yaml_place(reader, to->node);
    const struct yaml_entry *first =
        yaml_index_add(&reading->claim_ids, id, strlen(id), x->n_claims, place);
    if (first) {
        yaml_error(reader, to->node, "the claim %s is there twice, first in %s", id,
                   yaml_where(reader->source.file, first->place).text);
        return;
    }
    struct claim claim = {
        .id = id,
        .kind = kind,
        .from = from,
        .to = to->host,
        .copies = copies_of(written, kind),
        .match = written->match,
        .match_text = written->match_text,
        .group = reading->n_groups,
        .place = place,
    };
    yaml_append(reader, to->node, &x->claims, &x->n_claims, &reading->claims_capacity, sizeof claim,
                &claim);
}

static void check_receivers(struct yaml_reader *reader, const struct written_claim *written,
                            size_t from)
{
    for (size_t kind = 0; kind < N_KINDS; kind++) {
        for (size_t i = 0; i < written->to[kind].n; i++) {
            if (written->to[kind].items[i].host == from) {
                yaml_error(reader, written->to[kind].items[i].node,
                           "%s is also in \"from\"; a claim is about what others receive",
                           reader->topology->hosts[from].name);
            }
        }
    }
}

static void expand_claim(struct yaml_reading *reading, const struct written_claim *written)
{
    for (size_t i = 0; i < written->from.n; i++) {
        size_t from = written->from.items[i].host;
        check_receivers(&reading->reader, written, from);
        for (size_t kind = 0; kind < N_KINDS; kind++) {
            for (size_t j = 0; j < written->to[kind].n; j++) {
                add_claim(reading, written, (enum claim_kind)kind, from,
                          &written->to[kind].items[j]);
            }
        }
    }
}

static bool is_too_many(const struct yaml_reading *reading, const struct written_claim *written,
                        size_t n_to)
{
    size_t left = YAML_EXPANDED_MAX - reading->expectation->n_claims;
    return n_to > 0 && written->from.n > left / n_to;
}

static void finish_claim(struct yaml_reading *reading, const struct yaml_node *node,
                         const struct written_claim *written)
{
    struct yaml_reader *reader = &reading->reader;
    size_t n_to = 0;
    for (size_t kind = 0; kind < N_KINDS; kind++) {
        n_to += written->to[kind].n;
    }
    if (n_to == 0) {
        yaml_error(reader, node,
                   "the claim says nothing; expected \"delivered\", \"mirrored\" or \"isolated\"");
    } else if (is_too_many(reading, written, n_to)) {
        yaml_error(reader, node, "more than %d claims, lists expanded", YAML_EXPANDED_MAX);
    } else {
        expand_claim(reading, written);
    }
    if (written->has_copies && n_to > 0 && n_to == written->to[CLAIM_ISOLATED].n) {
        yaml_error(reader, node, "\"copies\" needs \"delivered\" or \"mirrored\"");
    }
}

static void read_claim(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    (void)into;
    struct yaml_reading *reading = yaml_reading_of(reader);
    struct written_claim written = {.match_id = "", .copies = 1};
    if (yaml_read_fields(reader, node, "a claim", YAML_FIELDS(claim_fields), &written)) {
        finish_claim(reading, node, &written);
        reading->n_groups++;
    }
    free(written.from.items);
    for (size_t kind = 0; kind < N_KINDS; kind++) {
        free(written.to[kind].items);
    }
}

void yaml_read_traffic(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    if (reader->topology && yaml_expect(reader, node, YAML_SEQUENCE, "a list of claims")) {
        yaml_each(reader, node, read_claim, into);
        yaml_check_claims(yaml_reading_of(reader));
    }
}
