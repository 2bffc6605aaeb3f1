/* SPDX-License-Identifier: Apache-2.0
 *
 * "Did you mean": the known word nearest to one that somebody misspelt. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/* The first of the n words nearest to `word`, by Damerau and Levenshtein's
 * edit distance (a letter inserted, dropped, changed, or two neighbours
 * swapped), letter case not counting. Words that begin with `word`, if that has
 * three letters or more, are nearer than all others: it is one of them, not
 * written to its end. NULL if none is near: more than a third of the longer
 * word would have to change. Returns an element of `known`. */
const char *base_suggest(const char *word, const char *const *known, size_t n);

#endif
