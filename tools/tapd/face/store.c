/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of taps: written beside the old one and renamed, read with every field checked. */
#include "tapd/face/store.h"

#include "base/arena.h"
#include "base/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { VERSION = 1 };
static const char version_key[] = "tapd-state";

struct tapd_store {
    char *path, *temporary, *directory;
    int lock; /* fd */
};

static const char *const ORIGINS[] = {
    [TAPD_FROM_POLICY] = "policy",
    [TAPD_FROM_REQUEST] = "request",
    [TAPD_FROM_TRAFFIC] = "traffic",
};
_Static_assert(sizeof ORIGINS / sizeof *ORIGINS == TAPD_N_ORIGINS, "a name each");

static int lock(struct tapd_store *store, struct base_error *error);
static int load(const char *path, struct tapd_records *records, struct base_error *error);
static json_t *to_json(const struct tapd_records *records);
static int replace_file(const struct tapd_store *store, const char *text, struct base_error *error);

const char *tapd_origin_name(enum tapd_origin origin)
{
    return ORIGINS[origin];
}

static char *format(const char *pattern, const char *path)
{
    struct base_buffer text = {0};
    base_put_text(&text, path);
    base_put_text(&text, pattern);
    return base_buffer_take_text(&text);
}

struct tapd_store *tapd_store_open(const char *path, struct tapd_records *records,
                                   struct base_error *error)
{
    struct tapd_store *store = calloc(1, sizeof *store);
    *records = (struct tapd_records){.next_id = 1};
    if (!store) {
        base_fail(error, "out of memory");
        return NULL;
    }
    char *copy = strdup(path);
    *store = (struct tapd_store){.path = strdup(path),
                                 .temporary = format(".new", path),
                                 .directory = copy ? strdup(dirname(copy)) : NULL,
                                 .lock = -1};
    free(copy);
    if (!store->path || !store->temporary || !store->directory) {
        base_fail(error, "out of memory");
    } else if (lock(store, error) == 0 && load(path, records, error) == 0) {
        return store;
    }
    base_fail_in(error, "%s", path);
    tapd_records_free(records);
    tapd_store_close(store);
    return NULL;
}

int tapd_store_save(struct tapd_store *store, const struct tapd_records *records,
                    struct base_error *error)
{
    json_t *root = to_json(records);
    char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;
    int status = text ? replace_file(store, text, error) : base_fail(error, "out of memory");
    free(text);
    json_decref(root);
    return status ? base_fail_in(error, "%s", store->path) : 0;
}

void tapd_store_close(struct tapd_store *store)
{
    if (!store) {
        return;
    }
    if (store->lock >= 0) {
        close(store->lock);
    }
    free(store->path);
    free(store->temporary);
    free(store->directory);
    free(store);
}

struct tapd_record *tapd_records_add(struct tapd_records *records)
{
    if (base_grow(&records->items, records->n_items, &records->capacity, sizeof *records->items)) {
        return NULL;
    }
    struct tapd_record *record = &records->items[records->n_items++];
    *record = (struct tapd_record){0};
    return record;
}

void tapd_records_free(struct tapd_records *records)
{
    for (size_t i = 0; i < records->n_items; i++) {
        free(records->items[i].tap);
    }
    free(records->items);
    *records = (struct tapd_records){.next_id = 1};
}

/* The file itself is replaced, so the lock is another one. It stays behind. */
static int lock(struct tapd_store *store, struct base_error *error)
{
    char *path = format(".lock", store->path);
    store->lock = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    free(path);
    if (store->lock < 0) {
        return base_fail(error, "can not make its lock: %s", strerror(errno));
    }
    if (flock(store->lock, LOCK_EX | LOCK_NB)) {
        return base_fail(error,
                         errno == EWOULDBLOCK ? "another tapd uses it" : "can not be locked");
    }
    return 0;
}

/* Reading */

static int read_origin(const char *name, enum tapd_origin *origin, struct base_error *error)
{
    for (size_t i = 0; i < TAPD_N_ORIGINS; i++) {
        if (strcmp(name, ORIGINS[i]) == 0) {
            *origin = (enum tapd_origin)i;
            return 0;
        }
    }
    return base_fail(error, "unknown origin \"%s\"", name);
}

static bool is_taken(const struct tapd_records *records, json_int_t id)
{
    for (size_t i = 0; i < records->n_items; i++) {
        if (id != 0 && records->items[i].id == id) {
            return true;
        }
    }
    return false;
}

static int read_record(json_t *value, struct tapd_records *records, struct base_error *error)
{
    const char *origin;
    json_int_t id, expires_ms = 0;
    int over = 0;
    json_t *tap;
    json_error_t where;
    if (json_unpack_ex(value, &where, JSON_STRICT, "{s:s, s:I, s?I, s?b, s:o}", "origin", &origin,
                       "id", &id, "expires_ms", &expires_ms, "over", &over, "tap", &tap)) {
        return base_fail(error, "%s", where.text);
    }
    if (id < 0 || id > UINT32_MAX || (id == 0) != (expires_ms == 0) || is_taken(records, id)) {
        return base_fail(error, "bad id or expires_ms");
    }
    struct tapd_record *record = tapd_records_add(records);
    if (!record) {
        return base_fail(error, "out of memory");
    }
    record->id = (uint32_t)id;
    record->expires_ms = expires_ms;
    record->over = over;
    record->tap = json_dumps(tap, 0);
    if (!json_is_object(tap) || !record->tap) {
        return base_fail(error, "\"tap\" is not an object");
    }
    return read_origin(origin, &record->origin, error);
}

static int read_records(json_t *root, struct tapd_records *records, struct base_error *error)
{
    json_int_t version, next_id;
    json_t *taps, *value;
    json_error_t where;
    size_t i;
    if (json_unpack_ex(root, &where, 0, "{s:I}", version_key, &version)) {
        return base_fail(error, "not a state of tapd: %s", where.text);
    }
    if (version != VERSION) {
        return base_fail(error, "version %" JSON_INTEGER_FORMAT " of a state, expected %d", version,
                         VERSION);
    }
    if (json_unpack_ex(root, &where, JSON_STRICT, "{s:I, s:I, s:o}", version_key, &version,
                       "next_id", &next_id, "taps", &taps)) {
        return base_fail(error, "%s", where.text);
    }
    if (next_id < 1 || next_id > UINT32_MAX || !json_is_array(taps)) {
        return base_fail(error, "bad next_id or taps");
    }
    records->next_id = (uint32_t)next_id;
    json_array_foreach(taps, i, value)
    {
        if (read_record(value, records, error)) {
            return base_fail_in(error, "tap %zu", i + 1);
        }
    }
    return 0;
}

static int load(const char *path, struct tapd_records *records, struct base_error *error)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        return errno == ENOENT ? 0 : base_fail(error, "can not be read: %s", strerror(errno));
    }
    json_error_t where;
    json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, &where);
    fclose(file);
    int status = root ? read_records(root, records, error)
                      : base_fail(error, "line %d: %s", where.line, where.text);
    json_decref(root);
    return status ? base_fail_in(error, "is damaged, and not used; mend or remove it") : 0;
}

/* Writing */

static json_t *record_to_json(const struct tapd_record *record)
{
    json_t *value =
        json_pack("{s:s, s:I}", "origin", ORIGINS[record->origin], "id", (json_int_t)record->id);
    if (record->id != 0) {
        json_object_set_new(value, "expires_ms", json_integer(record->expires_ms));
    }
    if (record->over) {
        json_object_set_new(value, "over", json_true());
    }
    if (json_object_set_new(value, "tap", json_loads(record->tap, 0, NULL))) {
        json_decref(value);
        return NULL;
    }
    return value;
}

static json_t *to_json(const struct tapd_records *records)
{
    json_t *taps = json_array();
    for (size_t i = 0; i < records->n_items; i++) {
        if (json_array_append_new(taps, record_to_json(&records->items[i]))) {
            json_decref(taps);
            return NULL;
        }
    }
    return json_pack("{s:i, s:I, s:o}", version_key, VERSION, "next_id",
                     (json_int_t)records->next_id, "taps", taps);
}

static int write_all(int fd, const char *text)
{
    size_t n_left = strlen(text);
    while (n_left > 0) {
        ssize_t n = write(fd, text, n_left);
        if (n < 0 && errno != EINTR) {
            return -1;
        }
        text += n > 0 ? n : 0;
        n_left -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* The name, too, is on the disk only when the directory is. */
static int sync_directory(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0) {
        close(fd);
    }
    return status;
}

static int replace_file(const struct tapd_store *store, const char *text, struct base_error *error)
{
    int fd = open(store->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int status = fd < 0 || write_all(fd, text) || fsync(fd) ? -1 : 0;
    int failure = errno;
    if (fd >= 0 && close(fd) && status == 0) {
        status = -1;
        failure = errno;
    }
    if (status == 0 &&
        (rename(store->temporary, store->path) || sync_directory(store->directory))) {
        status = -1;
        failure = errno;
    }
    return status ? base_fail(error, "can not be written: %s", strerror(failure)) : 0;
}
