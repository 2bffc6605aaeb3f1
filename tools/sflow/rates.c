/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash table of records, which are also in a list by the time of their last
 * sample: what has been silent longest is at its old end. Records are known by
 * their index, so that the array may move when it grows. */
#include "sflow/rates.h"

#include "frame/siphash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_SLOTS = SFLOW_SLOTS + 1, /* one more: the one that is just leaving the window */
    N_RECORDS_FIRST = 64,
};
#define NONE UINT32_MAX

struct slot {
    uint64_t n_bytes, n_packets;
    double variance; /* of n_bytes: each packet was sampled by itself (Horvitz and Thompson) */
    uint32_t n_samples;
};

struct record {
    struct sflow_key key;
    uint32_t hash;
    uint32_t next;              /* in its bucket, or in the list of free ones */
    uint32_t newer, older;      /* in the list by time */
    uint64_t newest_slot;       /* number of the slot of its last sample */
    struct slot slots[N_SLOTS]; /* number modulo N_SLOTS */
};

struct sflow_rates {
    uint32_t window_ms;
    size_t max_keys;
    uint8_t seed[16];
    uint64_t now_ms; /* the latest that was heard of */
    struct record *records;
    uint32_t *buckets; /* as many as records */
    size_t n_records;  /* allocated; a power of two, or max_keys */
    size_t n_keys;
    uint32_t free, newest, oldest;
    uint64_t n_evicted;
};

static uint32_t find(const struct sflow_rates *rates, const struct sflow_key *key, uint32_t hash);
static uint32_t take_record(struct sflow_rates *rates, uint64_t slot);
static void insert(struct sflow_rates *rates, uint32_t index, const struct sflow_key *key,
                   uint32_t hash);
static void make_newest(struct sflow_rates *rates, uint32_t index);
static void unlist(struct sflow_rates *rates, uint32_t index);
static void enlist(struct sflow_rates *rates, uint32_t index);
static void drop(struct sflow_rates *rates, uint32_t index);
static bool grow(struct sflow_rates *rates);

struct sflow_rates *sflow_rates_new(uint32_t window_ms, size_t max_keys, const uint8_t seed[16])
{
    struct sflow_rates *rates = calloc(1, sizeof *rates);
    if (rates) {
        rates->window_ms = window_ms;
        rates->max_keys = max_keys;
        memcpy(rates->seed, seed, sizeof rates->seed);
        rates->free = rates->newest = rates->oldest = NONE;
    }
    return rates;
}

void sflow_rates_free(struct sflow_rates *rates)
{
    if (rates) {
        free(rates->records);
        free(rates->buckets);
        free(rates);
    }
}

/* Never below N_SLOTS, so that the window before it has numbers, too. */
static uint64_t slot_number(const struct sflow_rates *rates, uint64_t now_ms)
{
    return now_ms * SFLOW_SLOTS / rates->window_ms + N_SLOTS;
}

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t per_second(double sum, uint32_t window_ms)
{
    double rate = sum * 1000 / window_ms;
    return rate < 0x1p64 ? (uint64_t)rate : UINT64_MAX;
}

/* Of a count of so many: the farther end of the score interval of a Poisson distribution. */
static double error_of(double n_samples)
{
    const double z = 1.96; /* 95 % */
    return (z * sqrt(n_samples + z * z / 4) + z * z / 2) / n_samples;
}

static struct sflow_rate rate_of(const struct sflow_rates *rates, const struct slot *slots,
                                 uint64_t newest_slot, uint64_t now_ms)
{
    struct sflow_rate rate = {0};
    uint64_t now_slot = slot_number(rates, now_ms);
    double gone = (double)(now_ms * SFLOW_SLOTS % rates->window_ms) / rates->window_ms;
    double n_bytes = 0, n_packets = 0, variance = 0;
    for (uint64_t age = now_slot - newest_slot, i = 0; age <= SFLOW_SLOTS; age++, i++) {
        const struct slot *slot = &slots[(newest_slot - i) % N_SLOTS];
        double weight = age < SFLOW_SLOTS ? 1 : 1 - gone;
        n_bytes += weight * (double)slot->n_bytes;
        n_packets += weight * (double)slot->n_packets;
        variance += weight * weight * slot->variance;
        rate.n_samples += slot->n_samples;
    }
    rate.bits_per_s = per_second(n_bytes * 8, rates->window_ms);
    rate.packets_per_s = per_second(n_packets, rates->window_ms);
    rate.error = variance > 0 ? error_of(n_bytes * n_bytes / variance) : 0;
    return rate;
}

static void note(struct slot *slot, uint64_t n_bytes, uint64_t n_packets)
{
    double part_not_sampled = n_packets > 1 ? 1 - 1 / (double)n_packets : 0;
    slot->n_bytes = add(slot->n_bytes, n_bytes);
    slot->n_packets = add(slot->n_packets, n_packets);
    slot->variance += part_not_sampled * (double)n_bytes * (double)n_bytes;
    slot->n_samples += slot->n_samples < UINT32_MAX / N_SLOTS;
}

/* Empties the slots between a record's last sample and now. */
static void advance(struct record *record, uint64_t slot)
{
    uint64_t n = slot - record->newest_slot;
    for (uint64_t i = 0; i < n && i < N_SLOTS; i++) {
        record->slots[(slot - i) % N_SLOTS] = (struct slot){0};
    }
    record->newest_slot = slot;
}

struct sflow_rate sflow_rates_note(struct sflow_rates *rates, const struct sflow_key *key,
                                   uint64_t n_bytes, uint64_t n_packets, uint64_t now_ms)
{
    rates->now_ms = now_ms > rates->now_ms ? now_ms : rates->now_ms;
    uint64_t slot_now = slot_number(rates, rates->now_ms);
    uint32_t hash = (uint32_t)frame_siphash(rates->seed, key, sizeof *key);
    uint32_t index = find(rates, key, hash);
    if (index == NONE) {
        index = take_record(rates, slot_now);
        if (index == NONE) {
            struct slot alone[N_SLOTS] = {{0}};
            note(&alone[slot_now % N_SLOTS], n_bytes, n_packets);
            return rate_of(rates, alone, slot_now, rates->now_ms);
        }
        insert(rates, index, key, hash);
    } else {
        make_newest(rates, index);
    }
    struct record *record = &rates->records[index];
    advance(record, slot_now);
    note(&record->slots[slot_now % N_SLOTS], n_bytes, n_packets);
    return rate_of(rates, record->slots, record->newest_slot, rates->now_ms);
}

struct sflow_rate sflow_rates_get(const struct sflow_rates *rates, const struct sflow_key *key,
                                  uint64_t now_ms)
{
    uint32_t hash = (uint32_t)frame_siphash(rates->seed, key, sizeof *key);
    uint32_t index = find(rates, key, hash);
    if (index == NONE) {
        return (struct sflow_rate){0};
    }
    const struct record *record = &rates->records[index];
    return rate_of(rates, record->slots, record->newest_slot,
                   now_ms > rates->now_ms ? now_ms : rates->now_ms);
}

size_t sflow_rates_n_keys(const struct sflow_rates *rates)
{
    return rates->n_keys;
}

uint64_t sflow_rates_n_evicted(const struct sflow_rates *rates)
{
    return rates->n_evicted;
}

/* The table */

static uint32_t *bucket_of(const struct sflow_rates *rates, uint32_t hash)
{
    return &rates->buckets[hash % rates->n_records];
}

static uint32_t find(const struct sflow_rates *rates, const struct sflow_key *key, uint32_t hash)
{
    uint32_t index = rates->n_records ? *bucket_of(rates, hash) : NONE;
    while (index != NONE) {
        const struct record *record = &rates->records[index];
        if (record->hash == hash && memcmp(&record->key, key, sizeof *key) == 0) {
            break;
        }
        index = record->next;
    }
    return index;
}

/* A free record; those that have been silent for the window become free first.
 * NONE: without memory for even one. */
static uint32_t take_record(struct sflow_rates *rates, uint64_t slot)
{
    while (rates->oldest != NONE &&
           slot - rates->records[rates->oldest].newest_slot > SFLOW_SLOTS) {
        drop(rates, rates->oldest);
    }
    if (rates->free == NONE && !grow(rates)) {
        rates->n_evicted++;
        if (rates->oldest == NONE) {
            return NONE;
        }
        drop(rates, rates->oldest);
    }
    uint32_t index = rates->free;
    rates->free = rates->records[index].next;
    return index;
}

static void insert(struct sflow_rates *rates, uint32_t index, const struct sflow_key *key,
                   uint32_t hash)
{
    uint32_t *bucket = bucket_of(rates, hash);
    rates->records[index] = (struct record){.key = *key, .hash = hash, .next = *bucket};
    *bucket = index;
    enlist(rates, index);
    rates->n_keys++;
}

static void make_newest(struct sflow_rates *rates, uint32_t index)
{
    if (rates->newest != index) {
        unlist(rates, index);
        enlist(rates, index);
    }
}

static void unlist(struct sflow_rates *rates, uint32_t index)
{
    const struct record *record = &rates->records[index];
    *(record->newer == NONE ? &rates->newest : &rates->records[record->newer].older) =
        record->older;
    *(record->older == NONE ? &rates->oldest : &rates->records[record->older].newer) =
        record->newer;
}

static void enlist(struct sflow_rates *rates, uint32_t index)
{
    struct record *record = &rates->records[index];
    record->newer = NONE;
    record->older = rates->newest;
    *(rates->newest == NONE ? &rates->oldest : &rates->records[rates->newest].newer) = index;
    rates->newest = index;
}

static void drop(struct sflow_rates *rates, uint32_t index)
{
    struct record *record = &rates->records[index];
    uint32_t *link = bucket_of(rates, record->hash);
    while (*link != index) {
        link = &rates->records[*link].next;
    }
    *link = record->next;
    unlist(rates, index);
    record->next = rates->free;
    rates->free = index;
    rates->n_keys--;
}

/* Twice as many records, all buckets filled anew. False: max_keys are there, or
 * no memory; then nothing has changed. */
static bool grow(struct sflow_rates *rates)
{
    size_t n_records = rates->n_records ? rates->n_records * 2 : N_RECORDS_FIRST;
    n_records = n_records < rates->max_keys ? n_records : rates->max_keys;
    if (n_records == rates->n_records) {
        return false;
    }
    uint32_t *buckets = malloc(n_records * sizeof *buckets);
    struct record *records = buckets ? realloc(rates->records, n_records * sizeof *records) : NULL;
    if (!records) {
        free(buckets);
        return false;
    }
    free(rates->buckets);
    rates->buckets = buckets;
    rates->records = records;
    for (size_t i = rates->n_records; i < n_records; i++) {
        records[i].next = rates->free;
        rates->free = (uint32_t)i;
    }
    rates->n_records = n_records;
    memset(buckets, 0xff, n_records * sizeof *buckets);
    for (uint32_t i = rates->newest; i != NONE; i = records[i].older) {
        uint32_t *bucket = bucket_of(rates, records[i].hash);
        records[i].next = *bucket;
        *bucket = i;
    }
    return true;
}
