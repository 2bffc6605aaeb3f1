/* SPDX-License-Identifier: Apache-2.0
 *
 * Which expectations do the operands name? */
#include "cli/cases.h"

#include "base/memory.h"
#include "base/none.h"
#include "run/expected.h"
#include "yaml/load.h"
#include "yaml/source.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 16 };

/* What finding the files needs, all the way down. */
struct finding {
    struct cli_job *job;
    struct yaml_diagnostics *diagnostics;
    size_t capacity;
};

static int fail(const struct finding *finding, const char *path, const char *text)
{
    const struct yaml_source of = {.file = path, .diagnostics = finding->diagnostics};
    yaml_error_at(&of, 0, 0, "%s", text);
    return -1;
}

static bool is_named_twice(const struct cli_job *job, const struct stat *status)
{
    bool is = false;
    for (size_t i = 0; i < job->n_cases && !is; i++) {
        is = job->cases[i].device == status->st_dev && job->cases[i].inode == status->st_ino;
    }
    return is;
}

static int add_file(struct finding *finding, const char *path, const struct stat *status)
{
    struct cli_job *job = finding->job;
    if (S_ISREG(status->st_mode) && is_named_twice(job, status)) {
        return 0;
    }
    char *copy = base_malloc(strlen(path) + 1);
    if (!copy || base_grow(&job->cases, job->n_cases, &finding->capacity, sizeof *job->cases) < 0) {
        free(copy);
        return fail(finding, path, "out of memory");
    }
    strcpy(copy, path);
    job->cases[job->n_cases++] =
        (struct cli_case){.path = copy, .device = status->st_dev, .inode = status->st_ino};
    return 0;
}

static bool ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), n_end = strlen(end);
    return n > n_end && strcmp(name + n - n_end, end) == 0;
}

static bool is_listed(const char *name)
{
    return (ends_in(name, ".yaml") || ends_in(name, ".yml")) && strcmp(name, "tapproof.yaml") != 0;
}

static int add(struct finding *finding, const char *path, unsigned depth);

/* A link to a directory may lead back: it is not followed. One that leads nowhere is for who reads
 * it to say. */
static int add_entry(struct finding *finding, const char *path, const char *name, unsigned depth)
{
    struct stat link = {0}, status = {0};
    bool is_there = lstat(path, &link) == 0 && stat(path, &status) == 0;
    if (*name == '.' || (S_ISLNK(link.st_mode) && S_ISDIR(status.st_mode))) {
        return 0;
    }
    if (S_ISDIR(status.st_mode)) {
        return add(finding, path, depth + 1);
    }
    return is_listed(name) && (!is_there || S_ISREG(status.st_mode))
               ? add_file(finding, path, &status)
               : 0;
}

static int add_directory(struct finding *finding, const char *path, unsigned depth)
{
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, NULL, alphasort);
    int failed = n < 0               ? fail(finding, path, "this directory cannot be read")
                 : depth > DEPTH_MAX ? fail(finding, path, "directories are nested too deeply")
                                     : 0;
    for (int i = 0; i < n; i++) {
        struct base_buffer below = {0};
        base_put_format(&below, "%s%s%s", path, ends_in(path, "/") ? "" : "/", entries[i]->d_name);
        failed = failed ? failed
                 : below.failed
                     ? fail(finding, path, "out of memory")
                     : add_entry(finding, base_buffer_text(&below), entries[i]->d_name, depth);
        base_buffer_free(&below);
        free(entries[i]);
    }
    free(entries);
    return failed;
}

/* What cannot be looked at is for who reads it to say. */
static int add(struct finding *finding, const char *path, unsigned depth)
{
    struct stat status = {0};
    size_t n_before = finding->job->n_cases;
    if (strcmp(path, "-") == 0 || stat(path, &status) < 0 || !S_ISDIR(status.st_mode)) {
        return add_file(finding, path, &status);
    }
    int failed = add_directory(finding, path, depth);
    return !failed && depth == 0 && finding->job->n_cases == n_before
               ? fail(finding, path, "no expectation (*.yaml, *.yml) is in this directory")
               : failed;
}

/* The lab says of both the same switches: what is read of one is what the other would read. */
static bool has_same_switches(const struct topology *a, const struct topology *b)
{
    bool same = strcmp(a->file, b->file) == 0 && a->n_switches == b->n_switches;
    for (size_t i = 0; same && i < a->n_switches; i++) {
        same = a->switches[i].dpid == b->switches[i].dpid &&
               strcmp(a->switches[i].name, b->switches[i].name) == 0;
    }
    return same;
}

static int load(struct cli_job *job, size_t i, struct yaml_diagnostics *diagnostics)
{
    struct cli_case *of = &job->cases[i];
    if (run_load_expectation(&job->files, of->path, &of->expectation, diagnostics) < 0 ||
        run_source_load(&of->source, job->run.world, &job->files, of->expectation->topology,
                        cli_lab_path(job->lab), job->state, diagnostics) < 0) {
        return -1;
    }
    for (size_t j = 0; j < i && !of->source.saved; j++) {
        if (job->cases[j].expectation &&
            has_same_switches(job->cases[j].expectation->topology, of->expectation->topology)) {
            of->source.like = &job->cases[j].source;
            break;
        }
    }
    return 0;
}

int cli_cases_load(struct cli_job *job, struct yaml_diagnostics *diagnostics)
{
    struct finding finding = {.job = job, .diagnostics = diagnostics};
    int failed = 0;
    for (size_t i = 0; i < job->n_paths && !failed; i++) {
        failed = add(&finding, job->paths[i], 0);
    }
    for (size_t i = 0; i < job->n_cases; i++) {
        failed |= load(job, i, diagnostics);
    }
    return failed;
}

/* From the last: one may have the states of one before it. */
void cli_cases_free(struct cli_job *job)
{
    for (size_t i = job->n_cases; i-- > 0;) {
        struct cli_case *of = &job->cases[i];
        report_free(&of->report);
        run_source_close(&of->source);
        expectation_free(of->expectation);
        free(of->path);
    }
    free(job->cases);
}
