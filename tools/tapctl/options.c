/* SPDX-License-Identifier: Apache-2.0
 *
 * What does the command line ask for? */
#include "tapctl/options.h"

#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_MS = 30000, TIMEOUT_MAX_MS = 24 * 3600 * 1000 };

#define AT(member) offsetof(struct tapctl_options, member)
static const struct base_option rows[] = {
    {"at", 'a', "ADDRESS", base_option_text, AT(at),
     .help = "where tapd answers: unix:PATH or HOST:PORT (default unix:$TAPD_SOCKET)"},
    {"token-file", 0, "FILE", base_option_text, AT(token_file),
     .help =
         "its first line is the token that tapd asks for. Nobody else may read the file (0600)"},
    {"timeout", 0, "TIME", base_option_ms, AT(timeout_ms), .min = 1, .max = TIMEOUT_MAX_MS,
     .help = "how long it may take (default 30s)"},
    {"json", 'j', NULL, base_option_flag, AT(json),
     .help = "what tapd answers, a JSON document for each request"},
    {"state", 0, "STATE", base_option_text, AT(state),
     .help = "list: those that are pending, up, degraded or down"},
    {"source", 's', "PORTS", base_option_text, AT(wish.source),
     .help = "add: where frames enter: hosts or SWITCH:PORT, h1,s2:2"},
    {"of", 0, "PORTS", base_option_text, AT(wish.of),
     .help = "add: in the place of --source: both directions of these hosts"},
    {"to", 't', "PORTS", base_option_text, AT(wish.to), .help = "add: where their copies go"},
    {"match", 'm', "MATCH", base_option_list, AT(wish.matches),
     .help = "add: of which frames, in ovs-ofctl's words, with ranges: tcp,tp_dst=80-90 (default: "
             "all); may be repeated: of any of these"},
    {"not", 'n', "MATCH", base_option_list, AT(wish.excepted),
     .help = "add: but of none of these; may be repeated"},
    {"for", 'f', "TIME", base_option_text, AT(wish.lifetime),
     .help = "add: it ends after this time (default: when it is removed)"},
    {"until", 0, "DATE", base_option_text, AT(wish.until),
     .help = "add: it ends then: 2027-01-01T00:00:00Z"},
    {"note", 0, "TEXT", base_option_text, AT(wish.note), .help = "add: what it is for"},
    {"owner", 0, "TEXT", base_option_text, AT(wish.owner), .help = "add: whose it is"},
    {"uplink", 0, "PORTS", base_option_text, AT(wish.uplink),
     .help = "add: by these links (default: chosen)"},
    {"copies", 0, "N", base_option_text, AT(wish.copies),
     .help = "add: so many, by as many uplinks (default 1)"},
    {"tag", 0, "VLAN", base_option_text, AT(wish.tag),
     .help = "add: a VLAN tag for the copies: a number, or `port`"},
    {"strip", 0, NULL, base_option_flag, AT(wish.strip),
     .help = "add: the tag is taken off again at the end"},
    {"pair", 0, "A,B", base_option_list, AT(wish.pairs),
     .help = "add: these forward to each other meanwhile; may be repeated"},
    {"file", 0, "FILE", base_option_text, AT(file),
     .help = "add: a tap, or a list of taps, as JSON; - is stdin"},
    {"wait", 'w', NULL, base_option_flag, AT(wait),
     .help = "add: until it is up; exit status 1 if it is not within --timeout"},
    {"version", 0, NULL, base_option_flag, AT(version), .help = "print the version"},
    {0},
};
#undef AT

void tapctl_options_format_help(struct base_buffer *out)
{
    base_put_text(out, "usage: tapctl [OPTION...] COMMAND\n"
                       "\n"
                       "Asks a running tapd (tapd --http) about taps, and for them.\n"
                       "\n"
                       "  list                 taps that are there, and how they are\n"
                       "  show NAME...         all about some of them\n"
                       "  add NAME -s PORTS -t PORTS [...]\n"
                       "  add --file FILE      taps as JSON, with the keys of a policy's\n"
                       "  extend NAME [TIME]   its lifetime begins anew, or it ends after TIME\n"
                       "  rm NAME...           they end\n"
                       "  wait NAME...         until they are up\n"
                       "\n");
    base_options_format(rows, out);
    base_put_text(out, "\n"
                       "Exit status: 0 it is so; 1 it is not: no such tap, a name in use, a tap "
                       "that is not up\n"
                       "in time; 2 usage or input error; 3 tapd did not answer, or could not do "
                       "it.\n");
}

int tapctl_options_parse(int argc, char **argv, struct tapctl_options *options,
                         struct base_error *error)
{
    *options = (struct tapctl_options){.timeout_ms = TIMEOUT_MS};
    int first = base_options_parse(rows, options, argc, argv, error);
    options->help = first == BASE_OPTIONS_HELP_WANTED;
    if (first < 0 || options->help || options->version) {
        return first < 0 ? -1 : 0;
    }
    if (first == argc) {
        return base_fail(error, "expected a command");
    }
    options->command = argv[first];
    options->operands = (const char *const *)argv + first + 1;
    options->n_operands = (size_t)(argc - first - 1);
    return 0;
}

/* "a,b" → ["a", "b"]; one alone stays a text. */
static json_t *read_list(const char *text)
{
    json_t *list = json_array();
    for (const char *at = text; strchr(text, ','); at++) {
        size_t n = strcspn(at, ",");
        json_array_append_new(list, json_stringn(at, n));
        at += n;
        if (!*at) {
            return list;
        }
    }
    json_decref(list);
    return json_string(text);
}

/* 30, or what it says else. */
static json_t *read_number(const char *text)
{
    size_t n = strspn(text, "0123456789");
    return n > 0 && n < 9 && !text[n] ? json_integer(atoi(text)) : json_string(text);
}

/* Strings as they are, lists and numbers by what reads them. */
static void set(json_t *tap, const char *key, const char *text, json_t *(*read)(const char *text))
{
    if (text) {
        json_object_set_new(tap, key, read(text));
    }
}

static void set_all(json_t *tap, const char *key, const struct base_option_list *texts,
                    json_t *(*read)(const char *text))
{
    json_t *list = json_array();
    for (size_t i = 0; i < texts->n; i++) {
        json_array_append_new(list, read(texts->items[i]));
    }
    if (texts->n > 0) {
        json_object_set(tap, key, list);
    }
    json_decref(list);
}

json_t *tapctl_wish_json(const struct tapctl_wish *wish, const char *name)
{
    json_t *tap = json_pack("{s:s}", "name", name);
    set(tap, "source", wish->source, read_list);
    set(tap, "of", wish->of, read_list);
    set(tap, "to", wish->to, read_list);
    set_all(tap, "match", &wish->matches, json_string);
    set_all(tap, "not", &wish->excepted, json_string);
    set(tap, "for", wish->lifetime, json_string);
    set(tap, "until", wish->until, json_string);
    set(tap, "note", wish->note, json_string);
    set(tap, "owner", wish->owner, json_string);
    set(tap, "uplink", wish->uplink, read_list);
    set(tap, "copies", wish->copies, read_number);
    set(tap, "tag", wish->tag, read_number);
    if (wish->strip) {
        json_object_set_new(tap, "strip", json_true());
    }
    set_all(tap, "pairs", &wish->pairs, read_list);
    return tap;
}

bool tapctl_wish_is_empty(const struct tapctl_wish *wish)
{
    const char *const texts[] = {wish->source,   wish->to, wish->uplink, wish->copies, wish->tag,
                                 wish->lifetime, wish->of, wish->until,  wish->note,   wish->owner};
    bool is_empty =
        !wish->strip && wish->matches.n == 0 && wish->excepted.n == 0 && wish->pairs.n == 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        is_empty = is_empty && !texts[i];
    }
    return is_empty;
}
