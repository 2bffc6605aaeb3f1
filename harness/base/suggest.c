/* SPDX-License-Identifier: Apache-2.0
 *
 * Which known word did a misspelt one mean. */
#include "base/suggest.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_CHARS = 48, /* longer words are not misspelt, they are something else */
    MIN_BEGIN = 3,  /* letters of the beginning of a word that tell which it is */
};

static int same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned min(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: row i holds the distances of the first i letters
 * of `a` to every beginning of `b`; a swap looks back two rows. */
static unsigned distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    unsigned rows[3][MAX_CHARS + 1];
    for (size_t j = 0; j <= n_b; j++) {
        rows[0][j] = (unsigned)j;
    }
    for (size_t i = 1; i <= n_a; i++) {
        unsigned *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= n_b; j++) {
            now[j] = min(min(now[j - 1], before[j]) + 1, before[j - 1] + !same(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
                now[j] = min(now[j], earlier[j - 2] + 1);
            }
        }
    }
    return rows[n_a % 3][n_b];
}

/* The shortest of the words that begin with this one. */
static const char *find_longer(const char *word, size_t n_word, const char *const *known, size_t n)
{
    const char *found = NULL;
    for (size_t i = 0; i < n && n_word >= MIN_BEGIN; i++) {
        if (strncasecmp(word, known[i], n_word) == 0 &&
            (!found || strlen(known[i]) < strlen(found))) {
            found = known[i];
        }
    }
    return found;
}

const char *base_suggest(const char *word, const char *const *known, size_t n)
{
    size_t n_word = strlen(word);
    const char *nearest = find_longer(word, n_word, known, n);
    unsigned least = MAX_CHARS;
    if (nearest) {
        return nearest;
    }
    for (size_t i = 0; i < n && n_word <= MAX_CHARS; i++) {
        size_t n_known = strlen(known[i]);
        if (n_known > MAX_CHARS) {
            continue;
        }
        unsigned edits = distance(word, n_word, known[i], n_known);
        size_t longer = n_word > n_known ? n_word : n_known;
        if (edits < least && 3 * edits <= longer) {
            least = edits;
            nearest = known[i];
        }
    }
    return nearest;
}
