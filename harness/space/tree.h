/* SPDX-License-Identifier: Apache-2.0
 *
 * Cubes, so kept that those which overlap a given one are found without a look
 * at all: a B-tree whose order puts near what has the same ingress port and
 * neighbouring addresses (a prefix before what it holds), and each of whose
 * nodes knows the smallest cube around everything below it, as an R-tree knows
 * its rectangles (Guttman, SIGMOD 1984). For prefixes a search costs the depth of
 * the tree and what it finds; for cubes that overlap everywhere it is no worse
 * than reading a list. */
#ifndef SPACE_TREE_H
#define SPACE_TREE_H

#include "space/cube.h"

/* Zero-initialise before use. */
struct space_tree {
    struct space_node *root;
};

/* What is kept: the entry's number is the caller's. */
struct space_item {
    struct match match;
    uint32_t rank, entry;
};

/* Fills an empty tree. -1 without memory, and then it is empty. */
int space_tree_build(struct space_tree *tree, const struct space_item *items, size_t n);

/* -1 without memory, and then it is not in the tree. */
int space_tree_insert(struct space_tree *tree, const struct space_item *item);

/* Takes out what was put in as this item. */
void space_tree_remove(struct space_tree *tree, const struct space_item *item);
void space_tree_free(struct space_tree *tree);

/* Called for each one found; false ends the search. The match lives until the
 * tree is changed. */
typedef bool space_tree_visit(void *aux, uint32_t entry, const struct match *match);

/* Those that overlap `cube` and whose ranks lie in [min_rank, max_rank], in no
 * order. `*budget`: as in space_find. False: over the budget, and there may be
 * more. */
bool space_tree_overlapping(const struct space_tree *tree, const struct match *cube,
                            uint32_t min_rank, uint32_t max_rank, size_t *budget,
                            space_tree_visit *visit, void *aux);

#endif
