/* SPDX-License-Identifier: Apache-2.0
 *
 * Is each verdict that of the network as it is, while faults come and go? */
#include "faults/soak.h"

#include "faults/command.h"
#include "faults/verdict.h"
#include "faults/words.h"
#include "model/result.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE = 2, DRAWS_MAX = 200, WITHIN_MAX_MS = 250, KINDS_MAX = 256 };

struct soak {
    const struct soak_options *options;
    struct soak_figures *figures;
    struct faults_lab lab;
    struct base_buffer path; /* of the report of a check */
    const struct fault *kinds[KINDS_MAX];
    size_t n_kinds;
    bool used[KINDS_MAX];
    struct injection present[AT_ONCE];
    size_t n_present;
    uint64_t random;
    long check_kilobytes;
};

/* Of those that an everyday check is to judge. */
static void choose_kinds(struct soak *soak)
{
    for (size_t i = 0; i < fault_count() && soak->n_kinds < KINDS_MAX; i++) {
        const struct fault *fault = fault_number(i);
        bool wanted = !soak->options->kind || soak->options->kind == fault;
        if (wanted && !fault->options && !fault->lists_entries &&
            fault->outcome != OUTCOME_UNSEEN && !fault->pattern) {
            soak->kinds[soak->n_kinds++] = fault;
        }
    }
}

/* ------------------------------------------------------------------ they come and go */

static bool is_apart(const struct soak *soak, const struct injection *injection)
{
    bool apart = true;
    for (size_t i = 0; i < soak->n_present; i++) {
        apart = apart && fault_apart(&soak->lab, &soak->present[i].spot, &injection->spot);
    }
    return apart;
}

/* Which kind, and where; false: there is no place left. */
static bool draw(struct soak *soak, struct injection *injection)
{
    for (int i = 0; i < DRAWS_MAX; i++) {
        size_t kind = random_below(&soak->random, soak->n_kinds);
        *injection =
            (struct injection){.fault = soak->kinds[kind], .seed = random_next(&soak->random)};
        if (fault_draw(&soak->lab, injection->fault, injection->seed, &injection->spot) &&
            is_apart(soak, injection)) {
            soak->figures->n_kinds += !soak->used[kind];
            soak->used[kind] = true;
            return true;
        }
    }
    return false;
}

static int end(struct soak *soak, struct injection *injection, struct base_error *error)
{
    command_end(injection->helper);
    injection->helper = 0;
    const struct fault *fault = injection->fault;
    return fault->undo && fault->undo(&soak->lab, injection, error) < 0
               ? base_fail_in(error, "%s", fault->name)
               : 0;
}

/* The last one first. One that is still there may keep another from ending: then once more. */
static int end_all(struct soak *soak, struct base_error *error)
{
    int status = 0;
    for (int attempt = 0; attempt < 2; attempt++) {
        status = 0;
        for (size_t i = soak->n_present; i-- > 0;) {
            status = end(soak, &soak->present[i], error) < 0 ? -1 : status;
        }
        if (status == 0) {
            break;
        }
    }
    soak->n_present = 0;
    return status;
}

static int come(struct soak *soak, struct base_error *error)
{
    struct injection injection;
    if (!draw(soak, &injection)) {
        return 0;
    }
    soak->present[soak->n_present++] = injection;
    struct injection *made = &soak->present[soak->n_present - 1];
    return made->fault->inject(&soak->lab, made, error) < 0 ? end_all(soak, error) : 0;
}

static int go(struct soak *soak, struct base_error *error)
{
    size_t which = random_below(&soak->random, soak->n_present);
    if (end(soak, &soak->present[which], error) < 0) {
        return end_all(soak, error);
    }
    soak->present[which] = soak->present[--soak->n_present];
    return 0;
}

static int change(struct soak *soak, struct base_error *error)
{
    soak->figures->n_changes++;
    bool comes =
        soak->n_present == 0 || (soak->n_present < AT_ONCE && random_below(&soak->random, 2) == 0);
    return comes ? come(soak, error) : go(soak, error);
}

/* ------------------------------------------------------------------ a check */

static void become_check(void *aux)
{
    const struct soak *soak = aux;
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    execlp(soak->lab.tapproof, soak->lab.tapproof, "check", "--packet-out", "--json",
           (const char *)soak->path.data, soak->lab.expected, (char *)NULL);
    _exit(127);
}

/* Whether the check has ended; waits for it if need be. */
static bool ends(struct soak *soak, pid_t check, bool waits, struct verdict_report *report)
{
    struct rusage usage;
    int status;
    if (wait4(check, &status, waits ? 0 : WNOHANG, &usage) != check) {
        return false;
    }
    if (usage.ru_maxrss > soak->check_kilobytes) {
        soak->check_kilobytes = usage.ru_maxrss;
    }
    report->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    report->json = json_load_file(base_buffer_text(&soak->path), 0, NULL);
    return true;
}

/* What it must be: `why` says how it is not. */
static bool is_right(struct soak *soak, const struct verdict_report *report,
                     struct base_buffer *why)
{
    static const struct fault none = {.name = "nothing", .outcome = OUTCOME_SILENT};
    const struct injection nothing = {.fault = &none};
    size_t n_found = 0, n_open = 0;
    for (size_t i = 0; i < soak->n_present; i++) {
        n_found += soak->present[i].fault->outcome == OUTCOME_FOUND;
        n_open += soak->present[i].fault->outcome == OUTCOME_OPEN;
    }
    if (soak->n_present < 2 || n_found + n_open == 0) {
        return verdict_found(&soak->lab, soak->n_present == 1 ? &soak->present[0] : &nothing,
                             report, why);
    }
    bool right = report->json && (report->status == 1 || (n_open > 0 && report->status == 3));
    if (!right) {
        base_put_format(why, "exit status %d of two faults", report->status);
    }
    return right;
}

static void tell(const struct soak *soak, unsigned long long number, const char *what, int status,
                 struct base_buffer *why)
{
    struct base_buffer text = {0};
    for (size_t i = 0; i < soak->n_present; i++) {
        base_put_format(&text, "%s%s at ", i ? " and " : "", soak->present[i].fault->name);
        words_put_place(&soak->lab, &soak->present[i], &text);
    }
    printf("# check %llu: %s: exit status %d with %s%s%s\n", number, what, status,
           soak->n_present > 0 ? base_buffer_text(&text) : "no fault", why->n_bytes > 0 ? ": " : "",
           base_buffer_text(why));
    fflush(stdout);
    base_buffer_free(&text);
}

/* Whether the check leaves open what came late, as this machine was busy. */
static bool says_busy(const struct verdict_report *report)
{
    json_t *result;
    size_t i;
    bool busy = false;
    json_array_foreach(json_object_get(report->json, "results"), i, result)
    {
        const char *detail = json_string_value(json_object_get(result, "detail"));
        busy = busy || (report->status == 3 && detail && strstr(detail, RESULT_BUSY));
    }
    return busy;
}

static void judge(struct soak *soak, unsigned long long number, bool changed,
                  const struct verdict_report *report)
{
    struct soak_figures *figures = soak->figures;
    struct base_buffer why = {0};
    bool is_faulty = false;
    for (size_t i = 0; i < soak->n_present; i++) {
        is_faulty = is_faulty || soak->present[i].fault->outcome <= OUTCOME_OPEN;
    }
    changed = changed || says_busy(report);
    bool right = changed ? report->json != NULL : is_right(soak, report, &why);
    figures->n_within += changed;
    figures->n_faulty += !changed && is_faulty;
    figures->n_right += !changed && !is_faulty;
    figures->n_wrong += !right;
    if (!right || soak->options->verbose) {
        tell(soak, number, right ? changed ? "not compared" : "right" : "WRONG", report->status,
             &why);
    }
    base_buffer_free(&why);
}

/* Half of the time something changes before a check, a quarter of the time during it. */
static int check_once(struct soak *soak, unsigned long long number, struct base_error *error)
{
    size_t when = random_below(&soak->random, 4);
    if (when >= 2 && change(soak, error) < 0) {
        return -1;
    }
    struct verdict_report report = {0};
    unlink(base_buffer_text(&soak->path));
    pid_t check = command_fork(become_check, soak, error);
    if (check < 0) {
        return -1;
    }
    bool ended = false, changed = false;
    int status = 0;
    if (when == 1) {
        long ms = (long)random_below(&soak->random, WITHIN_MAX_MS);
        nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
        ended = ends(soak, check, false, &report);
        changed = !ended;
        status = changed ? change(soak, error) : 0;
    }
    if (!ended) {
        ends(soak, check, true, &report);
    }
    judge(soak, number, changed, &report);
    verdict_free(&report);
    return status;
}

/* ------------------------------------------------------------------ what grows */

static size_t count_in(const char *path, bool numbers)
{
    size_t n = 0;
    DIR *directory = opendir(path);
    for (const struct dirent *at; directory && (at = readdir(directory));) {
        n += !numbers || (at->d_name[0] >= '1' && at->d_name[0] <= '9');
    }
    if (directory) {
        closedir(directory);
    }
    return n;
}

/* Without a fault, whose helpers would count: what they have started ends soon after them. */
static int measure(struct soak *soak, struct soak_size *size, struct base_error *error)
{
    enum { TRIES = 100, TRY_NS = 50000000 };
    int status = end_all(soak, error);
    size_t before = soak->figures->early.n_processes;
    for (int i = 0; i < TRIES && before > 0 && count_in("/proc", true) > before; i++) {
        nanosleep(&(struct timespec){.tv_nsec = TRY_NS}, NULL);
    }
    *size = (struct soak_size){.n_processes = count_in("/proc", true),
                               .n_descriptors = count_in("/proc/self/fd", false),
                               .check_kilobytes = soak->check_kilobytes};
    return status;
}

/* ------------------------------------------------------------------ all of them */

int soak_run(const struct soak_options *options, struct soak_figures *figures,
             struct base_error *error)
{
    struct soak soak = {.options = options, .figures = figures, .random = options->seed};
    *figures = (struct soak_figures){0};
    choose_kinds(&soak);
    int status = faults_lab_open(&soak.lab, options->expected, error);
    base_put_format(&soak.path, "%s/soak.json", status == 0 ? soak.lab.scratch : "");
    for (unsigned long long i = 0; status == 0 && i < options->n_checks; i++) {
        status = check_once(&soak, i + 1, error);
        if (status == 0 && i == options->n_checks / 10) {
            status = measure(&soak, &figures->early, error);
        }
    }
    if (status == 0) {
        status = measure(&soak, &figures->late, error);
    }
    end_all(&soak, NULL);
    faults_lab_close(&soak.lab);
    base_buffer_free(&soak.path);
    return status;
}

bool soak_print(const struct soak_figures *figures, FILE *out)
{
    const struct soak_size *early = &figures->early, *late = &figures->late;
    bool right = figures->n_wrong == 0 && figures->n_right > 0 && figures->n_faulty > 0;
    bool same = early->n_processes == late->n_processes &&
                early->n_descriptors == late->n_descriptors &&
                late->check_kilobytes <= early->check_kilobytes + SOAK_SLACK_KILOBYTES;
    fprintf(
        out,
        "%sok 1 - %llu checks while %llu faults of %llu kinds came and went: %llu with a fault, "
        "%llu without, %llu while something changed or this machine was busy: "
        "%llu wrong verdicts\n",
        right ? "" : "not ", figures->n_faulty + figures->n_right + figures->n_within,
        figures->n_changes, figures->n_kinds, figures->n_faulty, figures->n_right,
        figures->n_within, figures->n_wrong);
    fprintf(
        out,
        "%sok 2 - from the first tenth to the end: %zu to %zu processes, %zu to %zu descriptors, "
        "checks of up to %ld to %ld kB\n1..2\n",
        same ? "" : "not ", early->n_processes, late->n_processes, early->n_descriptors,
        late->n_descriptors, early->check_kilobytes, late->check_kilobytes);
    return right && same;
}
