/* SPDX-License-Identifier: Apache-2.0
 *
 * What a check reported, read from its JSON, against what the fault should be found as. */
#include "faults/verdict.h"

#include "faults/command.h"
#include "faults/words.h"

#include <string.h>
#include <time.h>

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int verdict_check(struct faults_lab *lab, const char *options, const char *expected,
                  struct verdict_report *report, struct base_error *error)
{
    struct base_buffer out = {0};
    double start_ms = now_ms();
    *report = (struct verdict_report){0};
    int status =
        command_status(&out, &report->status, error, "%s check %s%s --json - %s", lab->tapproof,
                       lab->no_packet_out ? "" : "--packet-out ", options, expected);
    report->ms = now_ms() - start_ms;
    if (status == 0) {
        report->json = json_loadb((const char *)out.data, out.n_bytes, 0, NULL);
    }
    base_buffer_free(&out);
    return status;
}

void verdict_free(struct verdict_report *report)
{
    json_decref(report->json);
    *report = (struct verdict_report){0};
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void put_failures(const struct verdict_report *report, struct base_buffer *why)
{
    size_t i;
    json_t *result;
    json_array_foreach(json_object_get(report->json, "results"), i, result)
    {
        if (strcmp(text_of(result, "verdict"), "pass") != 0) {
            base_put_format(why, "\n      %s %s: %.160s; suspect %s", text_of(result, "verdict"),
                            text_of(result, "id"), text_of(result, "detail"),
                            text_of(result, "suspect"));
        }
    }
}

bool verdict_found(const struct faults_lab *lab, const struct injection *injection,
                   const struct verdict_report *report, struct base_buffer *why)
{
    const struct fault *fault = injection->fault;
    bool open = fault->outcome == OUTCOME_OPEN;
    int wanted = open || fault->outcome == OUTCOME_FOUND ? 1 : 0;
    bool found = !fault->found, silent = true;
    size_t i;
    json_t *result;
    json_array_foreach(json_object_get(report->json, "results"), i, result)
    {
        const char *id = text_of(result, "id");
        bool fails = strcmp(text_of(result, "verdict"), "fail") == 0;
        if (fails || (open && strcmp(text_of(result, "verdict"), "inconclusive") == 0)) {
            found = found || words_match(lab, &injection->spot, fault->found, id);
            silent = silent && !words_match(lab, &injection->spot, fault->silent, id);
        }
    }
    bool right = report->json && found && silent &&
                 (report->status == wanted || (open && report->status == 3));
    if (!right) {
        base_put_format(why, "exit status %d (expected %d)%s%s", report->status, wanted,
                        found ? "" : ", nothing of what must be found",
                        silent ? "" : ", something that must not be found");
        put_failures(report, why);
    }
    return right;
}

static json_t *causes(const struct verdict_report *report)
{
    return json_object_get(report->json, "causes");
}

bool verdict_names(const struct faults_lab *lab, const struct injection *injection,
                   const struct verdict_report *report)
{
    size_t i;
    json_t *cause;
    json_array_foreach(causes(report), i, cause)
    {
        if (words_match(lab, &injection->spot, injection->fault->where, text_of(cause, "where"))) {
            return true;
        }
    }
    return false;
}

static bool is_place_of_any(const struct faults_lab *lab, const struct injection *injections,
                            size_t n_injections, const char *where)
{
    for (size_t i = 0; i < n_injections; i++) {
        if (words_match(lab, &injections[i].spot, injections[i].fault->where, where)) {
            return true;
        }
    }
    return false;
}

bool verdict_blames_only(const struct faults_lab *lab, const struct injection *injections,
                         size_t n_injections, const struct verdict_report *report,
                         struct base_buffer *why)
{
    bool only = true;
    size_t i;
    json_t *cause;
    json_array_foreach(causes(report), i, cause)
    {
        const char *where = text_of(cause, "where");
        if (!is_place_of_any(lab, injections, n_injections, where)) {
            only = false;
            base_put_format(why, "\n      blames %s (%s)", where, text_of(cause, "kind"));
        }
    }
    if (!only || json_array_size(causes(report)) == 0) {
        put_failures(report, why);
    }
    return only;
}
