/* SPDX-License-Identifier: Apache-2.0
 *
 * What is asked of tapd for a command, and what does its answer mean? */
#include "tapctl/commands.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/suggest.h"
#include "tapctl/place.h"
#include "tapctl/show.h"
#include "tapctl/table.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    WAIT_MAX_MS = 60000,
    GRACE_MS = 5000, /* what tapd takes, and its answer besides */
    ASK_EVERY_MS = 200
};

struct run {
    const struct tapctl_options *options;
    struct tapctl_server *server;
    struct base_buffer *out, *err;
    uint64_t deadline_ns;
};

typedef int command(struct run *run);
static command run_list, run_show, run_add, run_extend, run_rm, run_wait;

static const struct {
    const char *name;
    size_t min, max; /* operands */
    const char *operands;
    command *run;
} COMMANDS[] = {
    {"list", 0, 0, "no operand", run_list},        {"show", 1, SIZE_MAX, "NAME...", run_show},
    {"add", 0, 1, "NAME or --file FILE", run_add}, {"extend", 1, 2, "NAME [TIME]", run_extend},
    {"rm", 1, SIZE_MAX, "NAME...", run_rm},        {"wait", 1, SIZE_MAX, "NAME...", run_wait},
};
enum { N_COMMANDS = sizeof COMMANDS / sizeof *COMMANDS };

static size_t find_command(const char *name)
{
    size_t i = 0;
    while (i < N_COMMANDS && strcmp(COMMANDS[i].name, name) != 0) {
        i++;
    }
    return i;
}

static int fail_unknown(const char *name, struct base_error *error)
{
    const char *names[N_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++) {
        names[i] = COMMANDS[i].name;
    }
    const char *near = base_suggest(name, names, N_COMMANDS);
    base_fail(error, "no command \"%s\"%s%s%s", name, near ? "; did you mean \"" : "",
              near ? near : "", near ? "\"?" : "");
    return TAPCTL_USAGE;
}

/* Those of tapd (plan/compile.h). */
static bool is_state(const char *name)
{
    static const char *const states[] = {"pending", "up", "degraded", "down"};
    bool is_one = false;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        is_one |= strcmp(name, states[i]) == 0;
    }
    return is_one;
}

int tapctl_check(const struct tapctl_options *options, struct base_error *error)
{
    size_t i = find_command(options->command), n = options->n_operands;
    bool is_add = strcmp(options->command, "add") == 0;
    if (i == N_COMMANDS) {
        return fail_unknown(options->command, error);
    }
    if (n < COMMANDS[i].min || n > COMMANDS[i].max ||
        (is_add && (options->file != NULL) == (n > 0))) {
        base_fail(error, "%s: expected %s", options->command, COMMANDS[i].operands);
        return TAPCTL_USAGE;
    }
    if ((options->file || !tapctl_wish_is_empty(&options->wish)) &&
        (!is_add || (options->file && !tapctl_wish_is_empty(&options->wish)))) {
        base_fail(error, "%s: what a tap is to be is for `add NAME`", options->command);
        return TAPCTL_USAGE;
    }
    if (options->state && !is_state(options->state)) {
        base_fail(error, "--state %s: expected pending, up, degraded or down", options->state);
        return TAPCTL_USAGE;
    }
    return TAPCTL_DONE;
}

int tapctl_run(const struct tapctl_options *options, struct tapctl_server *server,
               struct base_buffer *out, struct base_buffer *err)
{
    struct run run = {.options = options,
                      .server = server,
                      .out = out,
                      .err = err,
                      .deadline_ns = base_now_ns() + options->timeout_ms * UINT64_C(1000000)};
    base_memory_begin();
    int status = COMMANDS[find_command(options->command)].run(&run);
    if (base_memory_ran_out() || out->failed) { /* failed: JSON that could not be written */
        base_buffer_free(err);
        base_put_text(err, "tapctl: out of memory\n");
        return TAPCTL_UNDONE;
    }
    return status;
}

/* Requests */

static int worse(int a, int b)
{
    return a > b ? a : b;
}

/* What an answer of this status means for ours. */
static int meaning(int status)
{
    return status < 300                     ? TAPCTL_DONE
           : status == 400                  ? TAPCTL_USAGE
           : status == 404 || status == 409 ? TAPCTL_NOT_SO
                                            : TAPCTL_UNDONE;
}

/* "/taps/NAME", whatever is in the name (RFC 3986, section 2.3). */
static void put_path(const char *name, struct base_buffer *path)
{
    base_put_text(path, "/taps/");
    for (; *name; name++) {
        unsigned char byte = (unsigned char)*name;
        bool is_plain = isalnum(byte) || strchr("-._~:@", byte);
        base_put_format(path, is_plain ? "%c" : "%%%02X", byte);
    }
}

/* What went wrong, in lines; where in the tap, if it was about one. */
static void tell(struct run *run, const char *said, const json_t *tap, const char *name)
{
    struct base_buffer lines = {0};
    tapctl_place_put(said, tap, name, &lines);
    for (const char *at = base_buffer_text(&lines); *at; at += strcspn(at, "\n") + 1) {
        struct base_buffer line = {0};
        base_put_bytes(&line, at, strcspn(at, "\n"));
        base_put_text(run->err, "tapctl: ");
        tapctl_put_printable(run->err, base_buffer_text(&line));
        base_put_text(run->err, "\n");
        base_buffer_free(&line);
    }
    base_buffer_free(&lines);
}

/* Asks; `name` is that of the tap, for errors. The exit status; with TAPCTL_DONE *answer is the
 * caller's reference. */
static int ask(struct run *run, const char *method, struct base_buffer *path, const json_t *body,
               const char *name, json_t **answer)
{
    struct tapctl_answer got = {0};
    struct base_error error;
    const struct tapctl_request request = {method, base_buffer_text(path), body,
                                           run->options->timeout_ms + GRACE_MS};
    *answer = NULL;
    int failed = run->server->ask(run->server, &request, &got, &error);
    base_buffer_free(path);
    if (failed) {
        tell(run, error.text, NULL, name);
        return TAPCTL_UNDONE;
    }
    int status = meaning(got.status);
    if (status == TAPCTL_DONE) {
        *answer = got.body;
        return status;
    }
    const char *said = json_string_value(json_object_get(got.body, "error"));
    tell(run, said ? said : "refused, and no reason is said", body, name);
    json_decref(got.body);
    return status;
}

/* --json. */
static void put_json(struct run *run, const json_t *value)
{
    char *text = json_dumps(value, JSON_INDENT(2));
    base_put_text(run->out, text);
    base_put_text(run->out, "\n");
    free(text);
}

/* The answer as --json wants it, or in these words; and it is let go. */
static void put_done(struct run *run, json_t *answer, const char *name, const char *words)
{
    if (run->options->json) {
        put_json(run, answer);
    } else {
        tapctl_put_printable(run->out, name);
        base_put_format(run->out, " %s\n", words);
    }
    json_decref(answer);
}

/* A command for each of several taps. */
static int for_each(struct run *run, int (*each)(struct run *run, const char *name))
{
    int status = TAPCTL_DONE;
    for (size_t i = 0; i < run->options->n_operands; i++) {
        status = worse(status, each(run, run->options->operands[i]));
    }
    return status;
}

static const char *state_of(const json_t *tap)
{
    const char *state = json_string_value(json_object_get(tap, "state"));
    return state ? state : "unknown";
}

/* Commands */

static int run_list(struct run *run)
{
    struct base_buffer path = {0};
    json_t *answer;
    base_put_text(&path, "/taps");
    int status = ask(run, "GET", &path, NULL, "", &answer);
    if (status == TAPCTL_DONE) {
        json_t *taps = json_object_get(answer, "taps");
        const char *wanted = run->options->state;
        for (size_t i = json_array_size(taps); wanted && i-- > 0;) {
            if (strcmp(state_of(json_array_get(taps, i)), wanted) != 0) {
                json_array_remove(taps, i);
            }
        }
        if (run->options->json) {
            put_json(run, answer);
        } else {
            tapctl_show_list(taps, run->out);
        }
        json_decref(answer);
    }
    return status;
}

static int show(struct run *run, const char *name)
{
    struct base_buffer path = {0};
    json_t *answer;
    put_path(name, &path);
    int status = ask(run, "GET", &path, NULL, name, &answer);
    if (status == TAPCTL_DONE) {
        if (run->options->json) {
            put_json(run, answer);
        } else {
            tapctl_show_tap(answer, run->out);
        }
        json_decref(answer);
    }
    return status;
}

static int run_show(struct run *run)
{
    return for_each(run, show);
}

static int run_extend(struct run *run)
{
    const char *name = run->options->operands[0];
    const char *lifetime = run->options->n_operands > 1 ? run->options->operands[1] : NULL;
    struct base_buffer path = {0}, words = {0};
    json_t *answer, *body = lifetime ? json_pack("{s:s}", "for", lifetime) : NULL;
    put_path(name, &path);
    base_put_text(&path, lifetime ? "" : "/extend");
    int status = ask(run, lifetime ? "PATCH" : "POST", &path, body, name, &answer);
    if (status == TAPCTL_DONE) {
        json_t *ends = json_object_get(answer, "ends_in_s");
        base_put_format(&words, "ends in %lld s", (long long)json_integer_value(ends));
        put_done(run, answer, name, base_buffer_text(&words));
    }
    base_buffer_free(&words);
    json_decref(body);
    return status;
}

static int rm(struct run *run, const char *name)
{
    struct base_buffer path = {0};
    json_t *answer;
    put_path(name, &path);
    int status = ask(run, "DELETE", &path, NULL, name, &answer);
    if (status == TAPCTL_DONE) {
        put_done(run, answer, name, "removed");
    }
    return status;
}

static int run_rm(struct run *run)
{
    return for_each(run, rm);
}

/* Milliseconds that are left of --timeout; 0: none. */
static unsigned left_ms(const struct run *run)
{
    uint64_t now_ns = base_now_ns();
    return now_ns < run->deadline_ns ? (unsigned)((run->deadline_ns - now_ns) / 1000000) : 0;
}

/* "?wait=5000ms" */
static unsigned put_wait(const struct run *run, struct base_buffer *path)
{
    unsigned ms = left_ms(run);
    ms = ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS;
    base_put_format(path, "?wait=%ums", ms);
    return ms;
}

/* Whether it is up; else the words of why it is not. */
static int judge_up(struct run *run, json_t *tap, const char *name)
{
    struct base_buffer words = {0};
    const char *why = json_string_value(json_object_get(tap, "why"));
    int status = strcmp(state_of(tap), "up") == 0 ? TAPCTL_DONE : TAPCTL_NOT_SO;
    if (status == TAPCTL_NOT_SO) {
        base_put_format(&words, "%s is %s%s%s", name, state_of(tap), why ? ": " : "",
                        why ? why : "");
        tell(run, base_buffer_text(&words), NULL, name);
    }
    base_buffer_free(&words);
    if (run->options->json || status == TAPCTL_DONE) {
        put_done(run, tap, name, "is up");
    } else {
        json_decref(tap);
    }
    return status;
}

/* A tapd holds the request until the tap is up; what does not is not asked more often than this. */
static void space_out(const struct run *run, uint64_t asked_ns)
{
    uint64_t next_ns = asked_ns + ASK_EVERY_MS * UINT64_C(1000000), now_ns = base_now_ns();
    next_ns = next_ns < run->deadline_ns ? next_ns : run->deadline_ns;
    if (now_ns < next_ns) {
        usleep((useconds_t)((next_ns - now_ns) / 1000));
    }
}

static int wait_for(struct run *run, const char *name)
{
    json_t *tap;
    for (;;) {
        uint64_t asked_ns = base_now_ns();
        struct base_buffer path = {0};
        put_path(name, &path);
        unsigned ms = put_wait(run, &path);
        int status = ask(run, "GET", &path, NULL, name, &tap);
        if (status != TAPCTL_DONE) {
            return status;
        }
        if (ms == 0 || strcmp(state_of(tap), "up") == 0) {
            return judge_up(run, tap, name);
        }
        json_decref(tap);
        space_out(run, asked_ns);
    }
}

static int run_wait(struct run *run)
{
    return for_each(run, wait_for);
}

/* `label` names it in errors, and where it has no name. */
static int add(struct run *run, const json_t *tap, const char *label)
{
    struct base_buffer path = {0}, words = {0};
    const char *name = json_string_value(json_object_get(tap, "name"));
    json_t *answer;
    if (!json_is_object(tap)) {
        base_put_format(&words, "%s: expected a tap: {\"name\": …, \"source\": …, \"to\": …}",
                        label);
        tell(run, base_buffer_text(&words), NULL, "");
        base_buffer_free(&words);
        return TAPCTL_USAGE;
    }
    base_put_text(&path, "/taps");
    int status = ask(run, "POST", &path, tap, label, &answer);
    if (status != TAPCTL_DONE) {
        return status;
    }
    if (run->options->wait && name) {
        json_decref(answer);
        return wait_for(run, name);
    }
    base_put_format(&words, "added, and %s", state_of(answer));
    put_done(run, answer, name ? name : label, base_buffer_text(&words));
    base_buffer_free(&words);
    return status;
}

/* {…}, [{…}, …] or {"taps": […]}. */
static int add_all(struct run *run, const json_t *root)
{
    const json_t *taps = json_object_get(root, "taps");
    taps = json_is_array(taps) ? taps : root;
    size_t n = json_is_array(taps) ? json_array_size(taps) : 1;
    int status = TAPCTL_DONE;
    for (size_t i = 0; i < n; i++) {
        const json_t *tap = json_is_array(taps) ? json_array_get(taps, i) : taps;
        const char *name = json_string_value(json_object_get(tap, "name"));
        struct base_buffer label = {0};
        base_put_format(&label, "%s: ", run->options->file);
        if (name) {
            base_put_text(&label, name);
        } else {
            base_put_format(&label, "tap %zu", i + 1);
        }
        status = worse(status, add(run, tap, base_buffer_text(&label)));
        base_buffer_free(&label);
    }
    return status;
}

static int add_file(struct run *run)
{
    const char *path = run->options->file;
    json_error_t wrong;
    bool is_stdin = strcmp(path, "-") == 0;
    json_t *root = is_stdin ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &wrong)
                            : json_load_file(path, JSON_REJECT_DUPLICATES, &wrong);
    if (!root) {
        struct base_buffer words = {0};
        base_put_text(&words, path);
        if (wrong.line > 0) {
            base_put_format(&words, ":%d:%d", wrong.line, wrong.column);
        }
        base_put_format(&words, ": %s", wrong.text);
        tell(run, base_buffer_text(&words), NULL, path);
        base_buffer_free(&words);
        return TAPCTL_USAGE;
    }
    int status = add_all(run, root);
    json_decref(root);
    return status;
}

static int run_add(struct run *run)
{
    if (run->options->file) {
        return add_file(run);
    }
    const char *name = run->options->operands[0];
    json_t *tap = tapctl_wish_json(&run->options->wish, name);
    int status = add(run, tap, name);
    json_decref(tap);
    return status;
}
