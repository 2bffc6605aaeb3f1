/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory from the system, and whether it ran out. Arenas, buffers and base_grow take theirs from
 * here, and so does all code that answers "not decided" where it gets none: before a command
 * gives a verdict, it asks whether that is why. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As malloc, calloc (of none: not NULL) and realloc; free() frees. NULL without memory: noted. */
void *base_malloc(size_t n_bytes);
void *base_calloc(size_t n, size_t n_bytes);
void *base_realloc(void *memory, size_t n_bytes);

/* Whether one of these returned NULL in this thread since base_memory_begin, if that was called. */
bool base_memory_ran_out(void);
void base_memory_begin(void);

/* Half of what the machine has, in bytes. */
uint64_t base_memory_half(void);

#endif
