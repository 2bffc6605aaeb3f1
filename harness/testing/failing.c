/* SPDX-License-Identifier: Apache-2.0
 *
 * An allocator for tests that fails when it is asked to, and knows which blocks are in use. */
#include "testing/failing.h"

#include "base/arena.h"
#include "base/memory.h"
#include "testing/cmocka.h"

#include <execinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUCKETS = 4096, FRAMES = 24 };

struct block {
    struct block *next;
    const void *memory;
    void *caller;
};

static struct {
    bool is_on, grants; /* grants: what is asked for now */
    bool by_piece;      /* of arenas */
    bool is_paused;
    bool refuses;  /* whatever is asked for now */
    bool for_good; /* all that follow fail, too */
    size_t left;   /* allocations that are granted before one fails */
    bool failed;   /* that one was asked for */
    void *frames[FRAMES];
    int n_frames; /* by whom */
    size_t n_blocks;
    struct block *blocks[BUCKETS]; /* in use, by address */
} now;
static _Thread_local bool is_outside; /* this thread has nothing to do with all that */

void *__real_base_arena_alloc(struct base_arena *arena, size_t n_bytes);
void *__wrap_base_arena_alloc(struct base_arena *arena, size_t n_bytes);
void *__real_malloc(size_t n_bytes);
void *__real_realloc(void *memory, size_t n_bytes);
void __real_free(void *memory);
void *__wrap_malloc(size_t n_bytes);
void *__wrap_calloc(size_t n, size_t n_bytes);
void *__wrap_realloc(void *memory, size_t n_bytes);
char *__wrap_strdup(const char *text);
void __wrap_free(void *memory);

static bool refused(void)
{
    if (is_outside || !now.is_on || now.grants || now.is_paused) {
        return false;
    }
    if (now.left > 0) {
        now.left--;
        return false;
    }
    if (now.failed) {
        return now.for_good;
    }
    now.failed = true;
    now.n_frames = backtrace(now.frames, FRAMES);
    return true;
}

static struct block **find(const void *memory)
{
    struct block **at = &now.blocks[(uintptr_t)memory / 16 % BUCKETS];
    while (*at && (*at)->memory != memory) {
        at = &(*at)->next;
    }
    return at;
}

static void *used(void *memory, void *caller)
{
    if (!is_outside && now.is_on && !now.is_paused && memory) {
        struct block *block = __real_malloc(sizeof *block), **at = find(memory);
        *block = (struct block){*at, memory, caller};
        *at = block;
        now.n_blocks++;
    }
    return memory;
}

/* Whether the block was allocated since all began. */
static bool forget(const void *memory)
{
    struct block **at = find(memory), *block = *at;
    if (block) {
        *at = block->next;
        __real_free(block);
        now.n_blocks--;
    }
    return block;
}

static void *refused_malloc(void)
{
    now.refuses = true;
    void *memory = base_malloc(1);
    now.refuses = false;
    return memory;
}

/* A piece that is refused is noted as memory that the system has not got. */
void *__wrap_base_arena_alloc(struct base_arena *arena, size_t n_bytes)
{
    if (is_outside) {
        return __real_base_arena_alloc(arena, n_bytes);
    }
    bool by_piece = now.by_piece;
    now.by_piece = false; /* a chunk is no second allocation */
    bool is_refused = by_piece && refused();
    void *piece = is_refused ? refused_malloc() : NULL;
    if (is_refused) {
        arena->failed = true;
    } else {
        now.grants = by_piece;
        piece = __real_base_arena_alloc(arena, n_bytes);
        now.grants = false;
    }
    now.by_piece = by_piece;
    return piece;
}

void *__wrap_malloc(size_t n_bytes)
{
    return (!is_outside && now.refuses) || refused()
               ? NULL
               : used(__real_malloc(n_bytes), __builtin_return_address(0));
}

void *__wrap_calloc(size_t n, size_t n_bytes)
{
    if (refused() || (n && n_bytes > SIZE_MAX / n)) {
        return NULL;
    }
    void *memory = __real_malloc(n * n_bytes);
    return used(memory ? memset(memory, 0, n * n_bytes) : NULL, __builtin_return_address(0));
}

void *__wrap_realloc(void *memory, size_t n_bytes)
{
    if (refused()) {
        return NULL;
    }
    bool ours = !memory || (!is_outside && now.is_on && forget(memory));
    void *moved = __real_realloc(memory, n_bytes);
    return ours ? used(moved, __builtin_return_address(0)) : moved;
}

char *__wrap_strdup(const char *text)
{
    size_t n_bytes = strlen(text) + 1;
    void *memory = refused() ? NULL : used(__real_malloc(n_bytes), __builtin_return_address(0));
    return memory ? memcpy(memory, text, n_bytes) : NULL;
}

void __wrap_free(void *memory)
{
    if (!is_outside && now.is_on && memory) {
        forget(memory);
    }
    __real_free(memory);
}

static void print_frames(void *const *frames, int n)
{
    char **texts = n > 0 ? backtrace_symbols(frames, n) : NULL;
    for (int i = 0; texts && i < n; i++) {
        print_message("# %s\n", texts[i]);
    }
    __real_free(texts);
}

static void forget_all(bool prints)
{
    for (size_t i = 0; i < BUCKETS && now.n_blocks > 0; i++) {
        while (now.blocks[i]) {
            print_frames(&now.blocks[i]->caller, prints);
            forget(now.blocks[i]->memory);
        }
    }
}

/* With sanitizers, which take ten times as long, every fourth of many, others in each run. */
#ifdef __SANITIZE_ADDRESS__
enum { MANY_STEP = 4 };
#else
enum { MANY_STEP = 1 };
#endif

static size_t fail_each(failing_function *function, void *aux, bool by_piece)
{
    size_t step = by_piece ? MANY_STEP : 1;
    forget_all(false); /* of a test that failed in the middle */
    for (size_t n = (size_t)getpid() % step;; n += step) {
        now.left = n;
        now.failed = false;
        now.is_on = true;
        now.by_piece = by_piece;
        int status = function(aux);
        now.is_on = now.by_piece = false;
        size_t leaked = now.n_blocks;
        if (leaked > 0 || (status != 0) != now.failed) {
            print_frames(now.frames, now.failed ? now.n_frames : 0);
            print_message("# blocks in use were allocated at:\n");
            forget_all(true);
            fail_msg("allocation %zu %s: status %d, %zu blocks still in use", n + 1,
                     now.failed ? "failed" : "was not needed", status, leaked);
        }
        if (!now.failed) {
            return n;
        }
    }
}

void failing_leave_out_thread(void)
{
    is_outside = true;
}

void failing_pause(bool paused)
{
    now.is_paused = paused;
}

size_t failing_each(failing_function *function, void *aux)
{
    return fail_each(function, aux, false);
}

size_t failing_each_piece(failing_function *function, void *aux)
{
    return fail_each(function, aux, true);
}

void failing_begin(size_t n, bool for_good)
{
    now.left = n;
    now.failed = false;
    now.for_good = for_good;
    now.is_on = true;
}

bool failing_end(void)
{
    now.is_on = now.for_good = false;
    return now.failed;
}
