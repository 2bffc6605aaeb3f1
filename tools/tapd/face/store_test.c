/* SPDX-License-Identifier: Apache-2.0
 *
 * What is saved is read again, as it was; what is damaged is refused, and stays. */
#include "tapd/face/store.h"

#include "testing/cmocka.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/store_test.XXXXXX";
static char path[64], temporary[80];

static int make_directory(void **state)
{
    (void)state;
    if (!mkdtemp(directory)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/state", directory);
    snprintf(temporary, sizeof temporary, "%s.new", path);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    char lock[80];
    snprintf(lock, sizeof lock, "%s.lock", path);
    unlink(path);
    unlink(lock);
    rmdir(temporary);
    unlink(temporary);
    return rmdir(directory);
}

static void add(struct tapd_records *records, enum tapd_origin origin, const char *tap, uint32_t id,
                int64_t expires_ms, bool over)
{
    struct tapd_record *record = tapd_records_add(records);
    assert_non_null(record);
    *record = (struct tapd_record){
        .origin = origin, .tap = strdup(tap), .id = id, .expires_ms = expires_ms, .over = over};
    records->next_id = id >= records->next_id ? id + 1 : records->next_id;
}

static struct tapd_store *open_store(struct tapd_records *records)
{
    struct base_error error = {""};
    struct tapd_store *store = tapd_store_open(path, records, &error);
    if (!store) {
        fail_msg("%s", error.text);
    }
    return store;
}

static void put_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void what_is_saved_is_read(void **state)
{
    (void)state;
    struct tapd_records records, again;
    struct base_error error = {""};
    unlink(path);
    struct tapd_store *store = open_store(&records);
    assert_int_equal(records.n_items, 0);
    assert_int_equal(records.next_id, 1);
    add(&records, TAPD_FROM_REQUEST, "{\"name\": \"a\", \"match\": \"tcp\"}", 0, 0, false);
    add(&records, TAPD_FROM_POLICY, "{\"name\": \"b\"}", 7, INT64_C(1795649123763), true);
    add(&records, TAPD_FROM_TRAFFIC, "{\"name\": \"\\u00fc\"}", UINT32_MAX - 1, 1, false);
    assert_int_equal(tapd_store_save(store, &records, &error), 0);
    tapd_store_close(store);
    store = open_store(&again);
    assert_int_equal(again.n_items, 3);
    assert_int_equal(again.next_id, UINT32_MAX);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(again.items[i].origin, records.items[i].origin);
        assert_int_equal(again.items[i].id, records.items[i].id);
        assert_true(again.items[i].expires_ms == records.items[i].expires_ms);
        assert_int_equal(again.items[i].over, records.items[i].over);
    }
    assert_string_equal(again.items[0].tap, records.items[0].tap);
    assert_string_equal(again.items[2].tap, "{\"name\": \"ü\"}");
    tapd_store_close(store);
    tapd_records_free(&records);
    tapd_records_free(&again);
}

static void only_its_owner_reads_it(void **state)
{
    (void)state;
    struct tapd_records records;
    struct stat file;
    struct tapd_store *store = open_store(&records);
    assert_int_equal(tapd_store_save(store, &records, NULL), 0);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    tapd_store_close(store);
    tapd_records_free(&records);
}

static void one_at_a_time(void **state)
{
    (void)state;
    struct tapd_records records, others;
    struct base_error error;
    struct tapd_store *store = open_store(&records);
    assert_null(tapd_store_open(path, &others, &error));
    assert_non_null(strstr(error.text, "another tapd uses it"));
    tapd_store_close(store);
    store = open_store(&others);
    tapd_store_close(store);
    tapd_records_free(&records);
    tapd_records_free(&others);
}

/* The file of before stays whole when the new one can not be written. */
static void a_failed_save_loses_nothing(void **state)
{
    (void)state;
    struct tapd_records records, again;
    struct base_error error = {""};
    unlink(path);
    struct tapd_store *store = open_store(&records);
    add(&records, TAPD_FROM_REQUEST, "{\"name\": \"a\"}", 0, 0, false);
    assert_int_equal(tapd_store_save(store, &records, NULL), 0);
    add(&records, TAPD_FROM_REQUEST, "{\"name\": \"b\"}", 0, 0, false);
    assert_int_equal(mkdir(temporary, 0700), 0); /* in the way, for root too */
    assert_int_equal(tapd_store_save(store, &records, &error), -1);
    assert_non_null(strstr(error.text, path));
    tapd_store_close(store);
    store = open_store(&again);
    assert_int_equal(again.n_items, 1);
    assert_int_equal(rmdir(temporary), 0);
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0); /* what was written can not take its place */
    assert_int_equal(tapd_store_save(store, &again, &error), -1);
    assert_non_null(strstr(error.text, "can not be written: Is a directory"));
    assert_int_equal(rmdir(path), 0);
    unlink(temporary);
    tapd_store_close(store);
    tapd_records_free(&records);
    tapd_records_free(&again);
}

static void damage_is_refused(void **state)
{
    (void)state;
#define TAP              "\"tap\": {\"name\": \"a\"}"
#define STATE(next, tap) ("{\"tapd-state\": 1, \"next_id\": " next ", \"taps\": [" tap "]}")
    static const char *const damaged[] = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"tapd-state\": 2, \"next_id\": 1, \"taps\": []}",
        "{\"tapd-state\": \"1\", \"next_id\": 1, \"taps\": []}",
        "{\"tapd-state\": 1, \"taps\": []}",
        "{\"tapd-state\": 1, \"next_id\": 0, \"taps\": []}",
        "{\"tapd-state\": 1, \"next_id\": 4294967296, \"taps\": []}",
        "{\"tapd-state\": 1, \"next_id\": 1, \"taps\": {}}",
        "{\"tapd-state\": 1, \"next_id\": 1, \"taps\": [], \"more\": 1}",
        "{\"tapd-state\": 1, \"next_id\": 1, \"next_id\": 1, \"taps\": []}",
        "{\"tapd-state\": 1, \"next_id\": 1, \"taps\": [1]}",
        STATE("1", "{\"origin\": \"x\", \"id\": 0, " TAP "}"),
        STATE("1", "{\"origin\": \"request\", \"id\": 1, " TAP "}"),
        STATE("9", "{\"origin\": \"request\", \"id\": 1, " TAP "}"),
        STATE("9", "{\"origin\": \"request\", \"id\": -1, \"expires_ms\": 5, " TAP "}"),
        STATE("9", "{\"origin\": \"request\", \"id\": 4294967296, \"expires_ms\": 5, " TAP "}"),
        STATE("9", "{\"origin\": \"request\", \"id\": 2, \"expires_ms\": 5, " TAP "}, "
                   "{\"origin\": \"request\", \"id\": 2, \"expires_ms\": 5, " TAP "}"),
        STATE("9", "{\"origin\": \"request\", \"id\": 0, \"tap\": []}"),
        "{\"tapd-state\": 1, \"next_id\": 9, \"taps\": []} x",
    };
#undef STATE
#undef TAP
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        struct tapd_records records;
        struct base_error error = {""};
        char text[512] = "";
        put_file(damaged[i]);
        if (tapd_store_open(path, &records, &error)) {
            fail_msg("taken: %s", damaged[i]);
        }
        assert_int_equal(records.n_items, 0);
        assert_non_null(strstr(error.text, path));
        assert_non_null(strstr(error.text, "damaged"));
        FILE *file = fopen(path, "r");
        size_t n = fread(text, 1, sizeof text - 1, file);
        fclose(file);
        text[n] = '\0';
        assert_string_equal(text, damaged[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_saved_is_read),
        cmocka_unit_test(only_its_owner_reads_it),
        cmocka_unit_test(one_at_a_time),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(a_failed_save_loses_nothing),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
