/* SPDX-License-Identifier: Apache-2.0
 *
 * Allocations that fail: the Makefile links every unit test so that what our code, or the test,
 * asks of malloc, calloc, realloc and strdup goes through testing/failing.c (ld --wrap). Memory
 * that a library takes for itself is not concerned. Nothing fails, and nothing is counted, outside
 * of failing_each. For one thread; others are left out (failing_leave_out_thread), or none runs. */
#ifndef TESTING_FAILING_H
#define TESTING_FAILING_H

#include <stdbool.h>
#include <stddef.h>

/* What is tried: 0 if it succeeded, anything else if it said that it failed. It frees what it
 * made in either case. */
typedef int failing_function(void *aux);

/* Calls the function again and again: with its first allocation failing, with its second, and so
 * on, until it needs no more allocations than those that were granted. Asserts that it
 * fails each time, succeeds the last time, and leaves no block allocated. Returns how many
 * allocations failed. Where it fails itself, it prints the calls that led to the allocation
 * (addr2line -f -e PROGRAM knows the names). */
size_t failing_each(failing_function *function, void *aux);

/* The same, and each piece of an arena is an allocation, too: it may be the one that needs a new
 * chunk. */
size_t failing_each_piece(failing_function *function, void *aux);

/* While it is paused, allocations neither fail nor count: those of a fake. */
void failing_pause(bool paused);

/* What this thread allocates neither fails nor counts, from here on: that of a fake. */
void failing_leave_out_thread(void);

/* For a program that goes on without memory: n allocations more are granted, and then one fails, or
 * all that follow (for_good), until failing_end. It tells whether one did. */
void failing_begin(size_t n, bool for_good);
bool failing_end(void);

#endif
