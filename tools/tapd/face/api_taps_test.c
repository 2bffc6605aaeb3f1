/* SPDX-License-Identifier: Apache-2.0
 *
 * Taps that take each other's place, pages of taps, and requests that depend on what is there. */
#include "tapd/face/controller_testing.h"

#define TO_H1  "{\"source\": \"h2\", \"to\": \"h1\"}"
#define TO_C1  "{\"name\": \"a\", \"source\": \"h2\", \"to\": \"c1\", \"for\": \"60s\"}"
#define NO_WAY "{\"source\": \"h2\", \"to\": \"nowhere\"}"

static int ask_if(struct world *world, const char *line, const char *field, const char *value,
                  const char *body)
{
    char headers[128];
    snprintf(headers, sizeof headers, "%s: %s\r\n", field, value);
    return ask_with(world, line, headers, body, strlen(body));
}

/* That of the last reply. */
static void take_etag(struct world *world, char etag[32])
{
    const char *at = strstr(base_buffer_text(&world->reply), "\r\nETag: ");
    assert_non_null(at);
    snprintf(etag, 32, "%.*s", (int)strcspn(at + 8, "\r"), at + 8);
}

static bool is_gone(const struct world *world)
{
    return is_installed(world) && world->sw.table.n_entries == 2;
}

static void a_tap_is_put(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    assert_int_equal(ask(&world, "PUT /taps/a", TO_H1), 202);
    assert_replied(&world, "\"name\": \"a\"");
    assert_replied(&world, "Location: /taps/a\r\n");
    assert_saved(&world, "s1:1", false);
    assert_saved(&world, "\"to\": \"h1\"", true);
    assert_int_equal(ask(&world, "PUT /taps/a?wait=20s", TO_C1), 201);
    assert_replied(&world, "\"ends_in_s\": 60");
    assert_replied(&world, "\r\nETag: \"");
    assert_replied(&world, "\"s1:9\"");
    assert_int_equal(tapd_controller_n_taps(world.controller), 2);
    assert_saved(&world, "\"to\": \"h1\"", false);
    assert_int_equal(ask(&world, "PUT /taps/a", NO_WAY), 400);
    assert_replied(&world, "nowhere");
    assert_int_equal(ask(&world, "PUT /taps/b", TO_C1), 400);
    assert_replied(&world, "expected the name \\\"b\\\", as in the path, or none");
    assert_int_equal(ask(&world, "PUT /taps/b", "{\"name\": 1}"), 400);
    assert_int_equal(ask(&world, "PUT /taps/b", ""), 400);
    assert_int_equal(ask(&world, "PUT /taps/web", TO_H1), 409);
    assert_replied(&world, "is one of the policy; change ");
    assert_int_equal(ask(&world, "GET /taps/a", ""), 200);
    assert_replied(&world, "\"s1:9\"");
    assert_int_equal(ask(&world, "DELETE /taps/a", ""), 200);
    await(&world, is_gone);
    end(&world);
}

static void a_tap_ends_at_a_date(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    assert_int_equal(
        ask(&world, "PUT /taps/a",
            "{\"source\": \"h2\", \"to\": \"c1\", \"until\": \"2020-01-01T00:00:00Z\"}"),
        400);
    assert_replied(&world, "\\\"until\\\" is over already");
    assert_int_equal(
        ask(&world, "PUT /taps/a?wait=20s",
            "{\"source\": \"h2\", \"to\": \"c1\", \"until\": \"2099-01-01T00:00:00Z\"}"),
        201);
    assert_replied(&world, "\"until\": \"2099-01-01T00:00:00Z\"");
    assert_replied(&world, "\"ends_in_s\": ");
    assert_int_equal(ask(&world, "POST /taps/a/extend", ""), 409);
    assert_replied(&world, "it ends at a date");
    uint32_t id = world.controller->roster.items[0].id;
    world.controller->installer_ops->expired(world.controller, id); /* the entry, after 18 hours */
    assert_int_equal(ask(&world, "GET /taps/a?wait=20s", ""), 200);
    assert_replied(&world, "\"state\": \"up\"");
    assert_int_equal(ask(&world, "PATCH /taps/a", "{\"for\": \"60s\"}"), 409);
    assert_replied(&world, "ends at a date that is later than that");
    assert_int_equal(ask(&world, "GET /taps/a", ""), 200);
    assert_replied(&world, "\"until\": \"2099-01-01T00:00:00Z\"");
    char soon[128], date[32];
    time_t at = time(NULL) + 600;
    struct tm parts;
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &parts));
    snprintf(soon, sizeof soon, "{\"source\": \"h2\", \"to\": \"c1\", \"until\": \"%s\"}", date);
    assert_int_equal(ask(&world, "PUT /taps/a", soon), 202);
    assert_int_equal(ask(&world, "PATCH /taps/a", "{\"for\": \"7200s\"}"), 200);
    assert_replied(&world, "\"ends_in_s\": 7200");
    assert_null(strstr(base_buffer_text(&world.reply), "until"));
    end(&world);
}

static void what_has_changed_meanwhile_is_left(void **state)
{
    (void)state;
    struct world world;
    char first[32], second[32], weak[64];
    begin(&world, NULL);
    assert_int_equal(ask(&world, "POST /taps", TO_C1), 202);
    take_etag(&world, first);
    await(&world, is_installed);
    assert_int_equal(ask(&world, "GET /taps/a", ""), 200);
    take_etag(&world, second);
    assert_string_equal(first, second); /* whatever its state and its counters are */
    snprintf(weak, sizeof weak, "W/%s", first);
    assert_int_equal(ask_if(&world, "PUT /taps/a", "If-Match", "\"0\"", TO_H1), 412);
    take_etag(&world, second);
    assert_string_equal(first, second);
    assert_int_equal(ask_if(&world, "PUT /taps/a", "If-Match", weak, TO_H1), 412);
    assert_int_equal(ask_if(&world, "PATCH /taps/a", "If-Match", first, "{\"for\": \"70s\"}"), 200);
    take_etag(&world, second);
    assert_string_not_equal(first, second);
    assert_int_equal(ask_if(&world, "DELETE /taps/a", "If-Match", first, ""), 412);
    assert_int_equal(ask_if(&world, "PUT /taps/a", "If-None-Match", "*", TO_H1), 412);
    snprintf(weak, sizeof weak, "\"0\",W/%s", second);
    assert_int_equal(ask_if(&world, "PUT /taps/a", "If-None-Match", weak, TO_H1), 412);
    assert_int_equal(ask_if(&world, "DELETE /taps/a", "If-Match", weak, ""), 412);
    snprintf(weak, sizeof weak, "\"0%s0\"", second); /* three tags that are not apart */
    assert_int_equal(ask_if(&world, "DELETE /taps/a", "If-Match", weak, ""), 412);
    assert_int_equal(ask_if(&world, "DELETE /taps/a", "If-Match", "a\"", ""), 412);
    assert_int_equal(ask_if(&world, "PUT /taps/a", "If-Match", "*", TO_H1), 202);
    assert_int_equal(ask_if(&world, "POST /taps/a/extend", "If-Match", second, ""), 412);
    assert_int_equal(ask_if(&world, "GET /taps/a", "If-Match", second, ""), 200);
    take_etag(&world, second);
    snprintf(weak, sizeof weak, "\"0\", %s", second);
    assert_int_equal(ask_if(&world, "DELETE /taps/a", "If-Match", weak, ""), 200);
    assert_int_equal(ask_if(&world, "PUT /taps/a", "If-Match", "*", TO_H1), 412);
    assert_replied(&world, "there is no tap");
    assert_int_equal(ask_if(&world, "PUT /taps/a", "If-None-Match", "*", TO_H1), 202);
    end(&world);
}

/* Names of the taps of the last reply, in their order: "b web". */
static void assert_listed(struct world *world, const char *expected)
{
    struct base_buffer names = {0};
    json_t *body = json_loads(strstr(base_buffer_text(&world->reply), "\r\n\r\n"), 0, NULL), *tap;
    size_t i;
    json_array_foreach(json_object_get(body, "taps"), i, tap)
    {
        base_put_format(&names, "%s%s", i > 0 ? " " : "",
                        json_string_value(json_object_get(tap, "name")));
    }
    assert_string_equal(base_buffer_text(&names), expected);
    base_buffer_free(&names);
    json_decref(body);
}

static void taps_come_in_pages(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    assert_int_equal(ask(&world, "PUT /taps/z?wait=20s", TO_H1), 201);
    assert_int_equal(ask(&world, "PUT /taps/b?wait=20s", TO_H1), 201);
    assert_int_equal(ask(&world, "GET /taps", ""), 200);
    assert_listed(&world, "web z b");
    assert_null(strstr(base_buffer_text(&world.reply), "next"));
    assert_int_equal(ask(&world, "GET /taps?limit=2", ""), 200);
    assert_listed(&world, "b web");
    assert_replied(&world, "\"next\": \"/taps?limit=2&after=web\"");
    assert_replied(&world, "Link: </taps?limit=2&after=web>; rel=\"next\"\r\n");
    assert_int_equal(ask(&world, "GET /taps?limit=2&after=web", ""), 200);
    assert_listed(&world, "z");
    assert_null(strstr(base_buffer_text(&world.reply), "next"));
    assert_int_equal(ask(&world, "GET /taps?limit=3", ""), 200);
    assert_listed(&world, "b web z");
    assert_null(strstr(base_buffer_text(&world.reply), "next"));
    assert_int_equal(ask(&world, "GET /taps?state=up&limit=1&after=a", ""), 200);
    assert_replied(&world, "\"next\": \"/taps?limit=1&after=b&state=up\"");
    assert_int_equal(ask(&world, "GET /taps?state=down", ""), 200);
    assert_listed(&world, "");
    static const char *const BAD[] = {"limit=0",  "limit=",   "limit=x",  "limit=1001",
                                      "limit=1x", "limit=-1", "state=ill"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        char line[64];
        snprintf(line, sizeof line, "GET /taps?%s", BAD[i]);
        assert_int_equal(ask(&world, line, ""), 400);
    }
    assert_int_equal(ask(&world, "GET /taps?limit=1000", ""), 200);
    end(&world);
}

static void the_description_is_served(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    assert_int_equal(ask(&world, "GET /openapi.json", ""), 200);
    assert_replied(&world, "Content-Type: application/json");
    assert_replied(&world, "\"openapi\": \"3.0");
    assert_int_equal(ask(&world, "GET /none", ""), 404);
    const char *path, *methods;
    for (size_t i = 0; tapd_api_route(i, &path, &methods); i++) {
        assert_replied(&world, path);
    }
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tap_is_put),
        cmocka_unit_test(a_tap_ends_at_a_date),
        cmocka_unit_test(what_has_changed_meanwhile_is_left),
        cmocka_unit_test(taps_come_in_pages),
        cmocka_unit_test(the_description_is_served),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
