/* SPDX-License-Identifier: Apache-2.0
 *
 * Does the description say which requests there are, no more and no less? */
#include "tapd/face/openapi.h"

#include "tapd/face/api.h"
#include "testing/cmocka.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static json_t *description;

/* "/taps/NAME/extend" → "/taps/{name}/extend" */
static void as_template(const char *path, char *text, size_t size)
{
    const char *hole = strstr(path, "NAME");
    if (hole) {
        snprintf(text, size, "%.*s{name}%s", (int)(hole - path), path, hole + strlen("NAME"));
    } else {
        snprintf(text, size, "%s", path);
    }
}

static bool is_method(const char *word)
{
    static const char *const WORDS[] = {"get", "put", "post", "delete", "patch"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if (strcmp(word, WORDS[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void each_request_is_described(void **state)
{
    (void)state;
    const char *path, *methods;
    for (size_t i = 0; tapd_api_route(i, &path, &methods); i++) {
        char text[64], method[8] = "";
        as_template(path, text, sizeof text);
        for (size_t n = 0; n < strcspn(methods, ","); n++) {
            method[n] = (char)(methods[n] + 'a' - 'A');
        }
        json_t *item = json_object_get(json_object_get(description, "paths"), text);
        if (!json_object_get(item, method)) {
            fail_msg("%s %s is not described", methods, path);
        }
    }
}

static bool is_route(const char *described, const char *method)
{
    const char *path, *methods;
    char text[64];
    for (size_t i = 0; tapd_api_route(i, &path, &methods); i++) {
        as_template(path, text, sizeof text);
        if (strcmp(text, described) == 0 &&
            strncasecmp(methods, method, strcspn(methods, ",")) == 0) {
            return true;
        }
    }
    return false;
}

static void what_is_described_is_a_request(void **state)
{
    (void)state;
    json_t *item, *operation;
    const char *path, *method;
    size_t n = 0;
    json_object_foreach(json_object_get(description, "paths"), path, item)
    {
        json_object_foreach(item, method, operation)
        {
            n += is_method(method);
            if (is_method(method) && !is_route(path, method)) {
                fail_msg("there is no %s %s", method, path);
            }
        }
    }
    assert_true(n > 10);
}

/* "#/components/schemas/Tap" */
static json_t *follow(const char *reference)
{
    char text[128], *rest = text;
    json_t *at = description;
    snprintf(text, sizeof text, "%s", reference);
    for (char *word = strtok_r(text, "/", &rest); word; word = strtok_r(NULL, "/", &rest)) {
        at = *word == '#' ? at : json_object_get(at, word);
    }
    return at;
}

static void check_references(json_t *value)
{
    const char *reference = json_string_value(json_object_get(value, "$ref")), *key;
    json_t *member;
    size_t i;
    if (reference && !follow(reference)) {
        fail_msg("%s is nowhere", reference);
    }
    if (json_is_object(value)) {
        json_object_foreach(value, key, member)
        {
            check_references(member);
        }
    }
    json_array_foreach(value, i, member)
    {
        check_references(member);
    }
}

static void references_lead_somewhere(void **state)
{
    (void)state;
    check_references(description);
}

static int load(void **state)
{
    (void)state;
    description = tapd_openapi_json();
    return description ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(description);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_request_is_described),
        cmocka_unit_test(what_is_described_is_a_request),
        cmocka_unit_test(references_lead_somewhere),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, load, unload);
}
