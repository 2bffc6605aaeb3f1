/* SPDX-License-Identifier: Apache-2.0
 *
 * What each command asks for, and what it makes of the answer. */
#include "tapctl/commands.h"

#include "testing/cmocka.h"
#include "testing/failing.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct canned {
    int status; /* 0: it does not answer */
    const char *body;
};

/* A tapd that gives these answers, one after the other, and writes down what it was asked. */
struct fake {
    struct tapctl_server server; /* the first member */
    const struct canned *answers;
    size_t n_asked;
    unsigned timeout_ms;      /* --timeout */
    struct base_buffer asked; /* "METHOD PATH BODY\n" */
};

static int answer(struct tapctl_server *server, const struct tapctl_request *request,
                  struct tapctl_answer *got, struct base_error *error)
{
    struct fake *fake = (struct fake *)(void *)server;
    assert_int_equal(request->timeout_ms, fake->timeout_ms + 5000);
    failing_pause(true);
    char *body = request->body ? json_dumps(request->body, 0) : NULL;
    base_put_format(&fake->asked, "%s %s%s%s\n", request->method, request->path, body ? " " : "",
                    body ? body : "");
    free(body);
    failing_pause(false);
    size_t i = fake->n_asked++;
    if (fake->answers[i].status == 0) {
        return base_fail(error, "no answer: gone");
    }
    *got =
        (struct tapctl_answer){fake->answers[i].status, json_loads(fake->answers[i].body, 0, NULL)};
    return 0;
}

#define ANSWERS(...)                                                                               \
    (const struct canned[])                                                                        \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static struct base_buffer out, err;

/* Runs a command line; the exit status. */
static int run(struct fake *fake, const struct canned *answers, const char **argv)
{
    struct tapctl_options options;
    struct base_error error = {0};
    int argc = 0;
    while (argv[argc]) {
        argc++;
    }
    base_buffer_free(&out);
    base_buffer_free(&err);
    base_buffer_free(&fake->asked);
    *fake = (struct fake){.server.ask = answer, .answers = answers};
    assert_int_equal(tapctl_options_parse(argc, (char **)argv, &options, &error), 0);
    fake->timeout_ms = options.timeout_ms;
    int status = tapctl_check(&options, &error);
    if (status) {
        base_put_text(&err, error.text);
        return status;
    }
    return tapctl_run(&options, &fake->server, &out, &err);
}

#define RUN(answers, ...) run(&fake, answers, (const char *[]){"tapctl", __VA_ARGS__, NULL})

static struct fake fake;

static void assert_did(const char *asked, const char *said, const char *complained)
{
    assert_string_equal(base_buffer_text(&fake.asked), asked);
    assert_string_equal(base_buffer_text(&out), said);
    assert_string_equal(base_buffer_text(&err), complained);
}

static void taps_are_listed(void **state)
{
    (void)state;
    static const char TAPS[] = "{\"taps\": [{\"name\": \"a\", \"state\": \"up\"}, {\"name\": "
                               "\"b\", \"state\": \"down\"}]}";
    assert_int_equal(RUN(ANSWERS({200, TAPS}), "list"), 0);
    assert_did("GET /taps\n", "NAME  STATE\na     up\nb     down\n", "");
    assert_int_equal(RUN(ANSWERS({200, TAPS}), "list", "--state", "down"), 0);
    assert_did("GET /taps\n", "NAME  STATE\nb     down\n", "");
    assert_int_equal(RUN(ANSWERS({200, TAPS}), "list", "--state", "up", "--json"), 0);
    assert_did(
        "GET /taps\n",
        "{\n  \"taps\": [\n    {\n      \"name\": \"a\",\n      \"state\": \"up\"\n    }\n  ]\n}\n",
        "");
}

static void what_an_answer_means(void **state)
{
    (void)state;
    assert_int_equal(RUN(ANSWERS({404, "{\"error\": \"there is no tap \\\"x\\\"\"}"}), "show", "x"),
                     1);
    assert_did("GET /taps/x\n", "", "tapctl: there is no tap \"x\"\n");
    assert_int_equal(RUN(ANSWERS({409, "{\"error\": \"in use\"}"}), "rm", "x"), 1);
    assert_int_equal(RUN(ANSWERS({400, "{\"error\": \"bad\\u001b\\nworse\"}"}), "rm", "x"), 2);
    assert_did("DELETE /taps/x\n", "", "tapctl: bad\\x1b\ntapctl: worse\n");
    assert_int_equal(RUN(ANSWERS({401, "{\"error\": \"token\"}"}), "rm", "x"), 3);
    assert_int_equal(RUN(ANSWERS({500, "[]"}), "rm", "x"), 3);
    assert_did("DELETE /taps/x\n", "", "tapctl: refused, and no reason is said\n");
    assert_int_equal(RUN(ANSWERS({0, NULL}), "list"), 3);
    assert_did("GET /taps\n", "", "tapctl: no answer: gone\n");
}

static void what_a_status_means(void **state)
{
    (void)state;
    static const int MEANT[][2] = {{200, 0}, {299, 0}, {300, 3}, {399, 3}, {400, 2},
                                   {401, 3}, {403, 3}, {404, 1}, {405, 3}, {408, 3},
                                   {409, 1}, {410, 3}, {500, 3}};
    for (size_t i = 0; i < sizeof MEANT / sizeof *MEANT; i++) {
        assert_int_equal(RUN(ANSWERS({MEANT[i][0], "{\"error\": \"x\"}"}), "rm", "a"), MEANT[i][1]);
        assert_did("DELETE /taps/a\n", MEANT[i][1] ? "" : "a removed\n",
                   MEANT[i][1] ? "tapctl: x\n" : "");
    }
}

static void names_in_a_path(void **state)
{
    (void)state;
    assert_int_equal(RUN(ANSWERS({200, "{}"}, {200, "{}"}), "rm", "aZ09-._~:@", "/?#[]!$ \xc3\x01"),
                     0);
    assert_string_equal(base_buffer_text(&fake.asked),
                        "DELETE /taps/aZ09-._~:@\nDELETE /taps/%2F%3F%23%5B%5D%21%24%20%C3%01\n");
}

static void several_taps(void **state)
{
    (void)state;
    assert_int_equal(
        RUN(ANSWERS({200, "{}"}, {404, "{\"error\": \"no\"}"}, {200, "{}"}), "rm", "a", "b/%", "c"),
        1);
    assert_did("DELETE /taps/a\nDELETE /taps/b%2F%25\nDELETE /taps/c\n", "a removed\nc removed\n",
               "tapctl: no\n");
    assert_int_equal(
        RUN(ANSWERS({200, "{\"name\": \"a\", \"state\": \"up\"}"}, {200, "{\"name\": \"b\"}"}),
            "show", "a", "b"),
        0);
    assert_did("GET /taps/a\nGET /taps/b\n", "a  up\nb\n", "");
    assert_int_equal(RUN(ANSWERS({200, "{\"name\": \"a\"}"}), "show", "-j", "a"), 0);
    assert_did("GET /taps/a\n", "{\n  \"name\": \"a\"\n}\n", "");
}

static void a_lifetime(void **state)
{
    (void)state;
    assert_int_equal(RUN(ANSWERS({200, "{\"ends_in_s\": 60}"}), "extend", "a"), 0);
    assert_did("POST /taps/a/extend\n", "a ends in 60 s\n", "");
    assert_int_equal(RUN(ANSWERS({200, "{\"ends_in_s\": 300}"}), "extend", "a", "5min"), 0);
    assert_did("PATCH /taps/a {\"for\": \"5min\"}\n", "a ends in 300 s\n", "");
}

static void one_is_added(void **state)
{
    (void)state;
    assert_int_equal(
        RUN(ANSWERS({202, "{\"state\": \"pending\"}"}), "add", "a", "-s", "h1", "-t", "h2"), 0);
    assert_did("POST /taps {\"name\": \"a\", \"source\": \"h1\", \"to\": \"h2\"}\n",
               "a added, and pending\n", "");
    assert_int_equal(RUN(ANSWERS({400, "{\"error\": \"request:1:26: unknown host\"}"}), "add", "a",
                         "-s", "h1", "-t", "h2"),
                     2);
    assert_string_equal(base_buffer_text(&err), "tapctl: a: source: unknown host\n");
    assert_int_equal(RUN(ANSWERS({202, "{\"state\": \"pending\"}"}, {200, "{\"state\": \"up\"}"}),
                         "add", "a", "-s", "h1", "-t", "h2", "-w", "--timeout", "1h"),
                     0);
    assert_did("POST /taps {\"name\": \"a\", \"source\": \"h1\", \"to\": \"h2\"}\n"
               "GET /taps/a?wait=60000ms\n",
               "a is up\n", "");
}

static void it_is_waited_for(void **state)
{
    (void)state;
    assert_int_equal(RUN(ANSWERS({200, "{\"state\": \"pending\"}"}, {200, "{\"state\": \"up\"}"},
                                 {404, "{\"error\": \"no tap\"}"}),
                         "wait", "a", "b", "--timeout", "1h"),
                     1);
    assert_did("GET /taps/a?wait=60000ms\nGET /taps/a?wait=60000ms\n"
               "GET /taps/b?wait=60000ms\n",
               "a is up\n", "tapctl: no tap\n");
}

/* However often it is asked within the time. */
static int still_down(struct tapctl_server *server, const struct tapctl_request *request,
                      struct tapctl_answer *got, struct base_error *error)
{
    (void)request;
    (void)error;
    ((struct fake *)(void *)server)->n_asked++;
    *got = (struct tapctl_answer){200, json_pack("{s:s, s:s}", "state", "down", "why", "no way")};
    return 0;
}

static void but_not_longer(void **state)
{
    (void)state;
    static const char *argv[] = {"tapctl", "wait", "a", "--timeout", "5ms", NULL};
    struct tapctl_options options;
    struct fake busy = {.server.ask = still_down}; /* it does not hold requests */
    base_buffer_free(&out);
    base_buffer_free(&err);
    assert_int_equal(tapctl_options_parse(5, (char **)argv, &options, NULL), 0);
    assert_int_equal(tapctl_run(&options, &busy.server, &out, &err), 1);
    assert_string_equal(base_buffer_text(&err), "tapctl: a is down: no way\n");
    assert_string_equal(base_buffer_text(&out), "");
    assert_true(busy.n_asked <= 2);
    options.json = true;
    assert_int_equal(tapctl_run(&options, &busy.server, &out, &err), 1);
    assert_string_equal(base_buffer_text(&out),
                        "{\n  \"state\": \"down\",\n  \"why\": \"no way\"\n}\n");
}

static char path[] = "/tmp/commands_test.XXXXXX";

static void put(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void assert_complained(const char *format)
{
    char expected[256];
    snprintf(expected, sizeof expected, format, path);
    assert_string_equal(base_buffer_text(&err), expected);
}

static void taps_of_a_file(void **state)
{
    (void)state;
    char said[128];
    put("{\"taps\": [{\"name\": \"a\", \"to\": \"x\"},\n {\"to\": \"y\"}]}");
    assert_int_equal(RUN(ANSWERS({400, "{\"error\": \"request:1:15: no\"}"},
                                 {400, "{\"error\": \"request:1:1: missing\"}"}),
                         "add", "--file", path),
                     2);
    assert_string_equal(
        base_buffer_text(&fake.asked),
        "POST /taps {\"name\": \"a\", \"to\": \"x\"}\nPOST /taps {\"to\": \"y\"}\n");
    assert_complained("tapctl: %1$s: a: to: no\ntapctl: %1$s: tap 2: missing\n");
    put("[{\"name\": \"a\"}]");
    assert_int_equal(RUN(ANSWERS({202, "{\"state\": \"pending\"}"}), "add", "--file", path), 0);
    assert_did("POST /taps {\"name\": \"a\"}\n", "a added, and pending\n", "");
    put("{\"name\": \"b\"}");
    assert_int_equal(RUN(ANSWERS({202, "{\"state\": \"pending\"}"}), "add", "--file", path), 0);
    assert_did("POST /taps {\"name\": \"b\"}\n", "b added, and pending\n", "");
    put("{\"to\": \"y\"}");
    assert_int_equal(RUN(ANSWERS({202, "{\"state\": \"pending\"}"}), "add", "--file", path), 0);
    snprintf(said, sizeof said, "%s: tap 1 added, and pending\n", path);
    assert_did("POST /taps {\"to\": \"y\"}\n", said, "");
    assert_int_equal(RUN(ANSWERS({202, "{\"state\": \"pending\"}"}), "add", "-w", "--file", path),
                     0);
    assert_did("POST /taps {\"to\": \"y\"}\n", said, "");
    put("[1]");
    assert_int_equal(RUN(NULL, "add", "--file", path), 2);
    assert_complained(
        "tapctl: %1$s: tap 1: expected a tap: {\"name\": …, \"source\": …, \"to\": …}\n");
    put("{\"name\": \"b\",\n \"name\": \"c\"}");
    assert_int_equal(RUN(NULL, "add", "--file", path), 2);
    assert_complained("tapctl: %s:2:7: duplicate object key near '\"name\"'\n");
    unlink(path);
    assert_int_equal(RUN(NULL, "add", "--file", path), 2);
    assert_complained("tapctl: %1$s: unable to open %1$s: No such file or directory\n");
}

/* And what is no list of taps, and no JSON. */
static void taps_of_stdin(void **state)
{
    (void)state;
    int before = dup(STDIN_FILENO);
    put("{\"taps\": []} x");
    assert_non_null(freopen(path, "r", stdin));
    assert_int_equal(RUN(NULL, "add", "--file", "-"), 2);
    assert_string_equal(base_buffer_text(&err), "tapctl: -:1:14: end of file expected near 'x'\n");
    put("{\"taps\": [{\"name\": \"a\"}]}");
    assert_non_null(freopen(path, "r", stdin));
    assert_int_equal(RUN(ANSWERS({202, "{}"}), "add", "--file", "-"), 0);
    assert_did("POST /taps {\"name\": \"a\"}\n", "a added, and unknown\n", "");
    assert_int_equal(dup2(before, STDIN_FILENO), STDIN_FILENO);
    close(before);
}

static int run_all(void *aux)
{
    (void)aux;
    static const char ONE[] = "{\"name\": \"a\", \"state\": \"up\", \"ends_in_s\": 1}";
    const struct canned *ones = ANSWERS({200, ONE}, {200, ONE}, {200, ONE});
    const struct canned *taps = ANSWERS({200, "{\"taps\": [{\"name\": \"a\"}]}"});
    const struct canned *bad = ANSWERS({404, "{\"error\": \"request:1:2: no\"}"});
    int worst = 0;
#define ALSO(...)                                                                                  \
    do {                                                                                           \
        int status = RUN(__VA_ARGS__);                                                             \
        assert_true(status == 3 ? err.n_bytes > 0 : err.n_bytes == 0);                             \
        worst = status > worst ? status : worst;                                                   \
    } while (0)
    ALSO(taps, "list");
    ALSO(taps, "list", "--json");
    ALSO(ones, "show", "a");
    ALSO(ones, "rm", "a");
    ALSO(ones, "extend", "a", "5s");
    ALSO(ones, "add", "a", "-s", "h1", "-t", "h2", "-w");
    ALSO(taps, "add", "a", "-s", "h1", "-t", "h2");
    ALSO(ones, "add", "--file", path);
    int status = RUN(bad, "rm", "a");
    assert_true(status == 1 || status == 3);
    worst = status > 1 ? status : worst;
    base_buffer_free(&out);
    base_buffer_free(&err);
    return worst;
}

static void without_memory(void **state)
{
    (void)state;
    put("[{\"name\": \"a\"}, {\"to\": \"h1\"}]");
    assert_true(failing_each(run_all, NULL) > 20);
}

static void what_does_not_go_together(void **state)
{
    (void)state;
    assert_int_equal(RUN(NULL, "lst"), 2);
    assert_string_equal(base_buffer_text(&err), "no command \"lst\"; did you mean \"list\"?");
    assert_int_equal(RUN(NULL, "zzzzzz"), 2);
    assert_string_equal(base_buffer_text(&err), "no command \"zzzzzz\"");
    assert_int_equal(RUN(NULL, "list", "a"), 2);
    assert_int_equal(RUN(NULL, "list", "--state", "dwon"), 2);
    assert_string_equal(base_buffer_text(&err),
                        "--state dwon: expected pending, up, degraded or down");
    assert_int_equal(RUN(NULL, "show"), 2);
    assert_string_equal(base_buffer_text(&err), "show: expected NAME...");
    assert_int_equal(RUN(NULL, "extend", "a", "1s", "2s"), 2);
    assert_int_equal(RUN(NULL, "add"), 2);
    assert_int_equal(RUN(NULL, "add", "a", "--file", "f"), 2);
    assert_int_equal(RUN(NULL, "add", "a", "b"), 2);
    assert_int_equal(RUN(NULL, "add", "--file", "f", "-s", "h1"), 2);
    assert_int_equal(RUN(NULL, "rm", "a", "-s", "h1"), 2);
    assert_int_equal(RUN(NULL, "rm", "a", "--file", "f"), 2);
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    close(fd);
    return fd < 0 ? -1 : 0;
}

static int let_go(void **state)
{
    (void)state;
    base_buffer_free(&out);
    base_buffer_free(&err);
    base_buffer_free(&fake.asked);
    unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taps_are_listed),
        cmocka_unit_test(what_an_answer_means),
        cmocka_unit_test(what_a_status_means),
        cmocka_unit_test(names_in_a_path),
        cmocka_unit_test(several_taps),
        cmocka_unit_test(a_lifetime),
        cmocka_unit_test(one_is_added),
        cmocka_unit_test(it_is_waited_for),
        cmocka_unit_test(but_not_longer),
        cmocka_unit_test(taps_of_a_file),
        cmocka_unit_test(taps_of_stdin),
        cmocka_unit_test(without_memory),
        cmocka_unit_test(what_does_not_go_together),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_file, let_go);
}
