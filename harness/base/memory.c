/* SPDX-License-Identifier: Apache-2.0
 *
 * Has memory run out, anywhere in this thread? */
#include "base/memory.h"

#include <stdlib.h>
#include <unistd.h>

static _Thread_local bool ran_out;

static void *noted(void *memory, size_t n_bytes)
{
    ran_out |= !memory && n_bytes > 0;
    return memory;
}

void *base_malloc(size_t n_bytes)
{
    return noted(malloc(n_bytes), n_bytes);
}

void *base_calloc(size_t n, size_t n_bytes)
{
    return noted(calloc(n > 0 ? n : 1, n_bytes), n_bytes);
}

void *base_realloc(void *memory, size_t n_bytes)
{
    return noted(realloc(memory, n_bytes), n_bytes);
}

bool base_memory_ran_out(void)
{
    return ran_out;
}

void base_memory_begin(void)
{
    ran_out = false;
}

uint64_t base_memory_half(void)
{
    return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) / 2;
}
