/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of many cubes overlap a given one. */
#include "space/tree.h"

#include "base/memory.h"

#include <stdlib.h>

enum { FAN = 16, PACKED = 12 }; /* children of a node; and when many are built at once */

/* Where an item stands. Only the number makes it unique; what comes before it
 * decides what stands near what, and costs time at worst. */
struct key {
    uint64_t high, low;
    uint32_t entry;
};

struct space_node {
    uint32_t n;
    bool is_leaf;
    struct match cubes[FAN]; /* leaf: the match; else around everything below */
    struct bound {
        uint32_t min_rank, max_rank;
        union {
            uint32_t entry;           /* leaf */
            struct space_node *child; /* ascending by key */
        };
    } bounds[FAN];
    struct key keys[FAN]; /* leaf: of the item; else none below is lower */
};

/* ---------------------------------------------------------------------- keys */

static uint32_t last_bytes(const uint8_t address[6])
{
    return (uint32_t)address[2] << 24 | (uint32_t)address[3] << 16 | (uint32_t)address[4] << 8 |
           address[5];
}

static unsigned count_bits(const uint8_t address[16])
{
    unsigned n = 0;
    for (int i = 0; i < 16; i++) {
        n += (unsigned)__builtin_popcount(address[i]);
    }
    return n;
}

/* Ingress port, layer, destination, length of its prefix, protocol; source,
 * VLAN and ports of the transport. */
static struct key key_of(const struct space_item *item)
{
    const struct header *value = &item->match.value, *mask = &item->match.mask;
    bool l2 = mask->dl_type == 0;
    uint64_t layer = l2 ? 0 : value->dl_type == DL_TYPE_IP ? 1 : 2;
    uint64_t to = l2 ? last_bytes(value->dl_dst) : value->nw_dst;
    uint64_t from = l2 ? last_bytes(value->dl_src) : value->nw_src;
    uint64_t length = l2 ? 0 : (uint64_t)__builtin_popcount(mask->nw_dst);
    if (value->dl_type ==
        DL_TYPE_IPV6) { /* what comes behind the first 32 bits tells networks apart */
        layer = 3;
        to = last_bytes(&value->ipv6_dst[2]);
        from = last_bytes(&value->ipv6_src[2]);
        length = (uint64_t)count_bits(mask->ipv6_dst) / 4;
    }
    uint32_t rest = (uint32_t)(value->tp_dst ^ value->vlan_tci) << 16 | value->tp_src;
    return (struct key){
        .high =
            (uint64_t)value->in_port << 48 | layer << 46 | to << 14 | length << 8 | value->nw_proto,
        .low = from << 32 | rest,
        .entry = item->entry,
    };
}

static int compare_keys(const struct key *a, const struct key *b)
{
    if (a->high != b->high) {
        return a->high < b->high ? -1 : 1;
    }
    if (a->low != b->low) {
        return a->low < b->low ? -1 : 1;
    }
    return (a->entry > b->entry) - (a->entry < b->entry);
}

/* --------------------------------------------------------------------- nodes */

/* The smallest cube around both; what its value has besides the bits of its mask does not matter.
 */
static struct match around(const struct match *a, const struct match *b)
{
    struct match cube = {.value = a->value};
#define COMMON(i)                                                                                  \
    (header_word(&a->mask, i) & header_word(&b->mask, i) &                                         \
     ~(header_word(&a->value, i) ^ header_word(&b->value, i)))
    struct header_words mask = HEADER_ALL(COMMON);
#undef COMMON
    cube.mask = header_of_words(mask);
    return cube;
}

/* Child i of a node is this one: what is known of it. */
static void know(struct space_node *node, size_t i, struct space_node *child)
{
    struct bound bound = {.min_rank = UINT32_MAX, .child = child};
    node->cubes[i] = child->cubes[0];
    for (size_t j = 0; j < child->n; j++) {
        const struct bound *below = &child->bounds[j];
        node->cubes[i] = around(&node->cubes[i], &child->cubes[j]);
        bound.min_rank = below->min_rank < bound.min_rank ? below->min_rank : bound.min_rank;
        bound.max_rank = below->max_rank > bound.max_rank ? below->max_rank : bound.max_rank;
    }
    node->bounds[i] = bound;
}

/* Moves n children of `from`, from the i-th on, to `to`, from the j-th on. */
static void move(struct space_node *to, size_t j, const struct space_node *from, size_t i, size_t n)
{
    memmove(&to->cubes[j], &from->cubes[i], n * sizeof *to->cubes);
    memmove(&to->bounds[j], &from->bounds[i], n * sizeof *to->bounds);
    memmove(&to->keys[j], &from->keys[i], n * sizeof *to->keys);
}

/* The child below which the key belongs. */
static size_t child_for(const struct space_node *node, const struct key *key)
{
    size_t i = node->n - 1;
    while (i > 0 && compare_keys(&node->keys[i], key) > 0) {
        i--;
    }
    return i;
}

static void put(struct space_node *leaf, const struct space_item *item, const struct key *key)
{
    size_t i = leaf->n++;
    while (i > 0 && compare_keys(&leaf->keys[i - 1], key) > 0) {
        i--;
    }
    move(leaf, i + 1, leaf, i, leaf->n - 1 - i);
    leaf->cubes[i] = item->match;
    leaf->bounds[i] =
        (struct bound){.min_rank = item->rank, .max_rank = item->rank, .entry = item->entry};
    leaf->keys[i] = *key;
}

static struct space_node *make_node(bool is_leaf)
{
    struct space_node *node = base_malloc(sizeof *node); /* what is not in use stays as it is */
    if (node) {
        node->is_leaf = is_leaf;
        node->n = 0;
    }
    return node;
}

/* Divides a full child; the node has room for one more. */
static int split(struct space_node *node, size_t i)
{
    struct space_node *child = node->bounds[i].child, *right = make_node(child->is_leaf);
    if (!right) {
        return -1;
    }
    right->n = FAN / 2;
    child->n = FAN - right->n;
    move(right, 0, child, child->n, right->n);
    move(node, i + 2, node, i + 1, node->n - i - 1);
    node->n++;
    node->keys[i + 1] = right->keys[0];
    know(node, i, child);
    know(node, i + 1, right);
    return 0;
}

static int grow_root(struct space_tree *tree)
{
    struct space_node *root = make_node(!tree->root);
    if (!root) {
        return -1;
    }
    if (tree->root) {
        root->n = 1;
        root->keys[0] = tree->root->keys[0];
        know(root, 0, tree->root);
    }
    tree->root = root;
    return 0;
}

static void free_node(struct space_node *node)
{
    for (size_t i = 0; !node->is_leaf && i < node->n; i++) {
        free_node(node->bounds[i].child);
    }
    free(node);
}

/* ------------------------------------------------------------------- changes */

/* Widens what the node knows of child i by the item. */
static void widen(struct space_node *node, size_t i, const struct space_item *item,
                  const struct key *key)
{
    struct bound *bound = &node->bounds[i];
    node->cubes[i] = around(&node->cubes[i], &item->match);
    bound->min_rank = item->rank < bound->min_rank ? item->rank : bound->min_rank;
    bound->max_rank = item->rank > bound->max_rank ? item->rank : bound->max_rank;
    if (compare_keys(key, &node->keys[i]) < 0) {
        node->keys[i] = *key;
    }
}

/* Full nodes are divided on the way down, so that there is room above each. */
int space_tree_insert(struct space_tree *tree, const struct space_item *item)
{
    const struct key key = key_of(item);
    if ((!tree->root || tree->root->n == FAN) && grow_root(tree) < 0) {
        return -1;
    }
    struct space_node *node = tree->root;
    while (!node->is_leaf) {
        size_t i = child_for(node, &key);
        if (node->bounds[i].child->n == FAN) {
            if (split(node, i) < 0) {
                return -1;
            }
            i = child_for(node, &key);
        }
        widen(node, i, item, &key);
        node = node->bounds[i].child;
    }
    put(node, item, &key);
    return 0;
}

static void remove_below(struct space_node *node, const struct key *key)
{
    size_t i = child_for(node, key);
    struct space_node *child = node->is_leaf ? NULL : node->bounds[i].child;
    if (child) {
        remove_below(child, key);
        if (child->n > 0) {
            know(node, i, child);
            return;
        }
        free(child);
    }
    move(node, i, node, i + 1, node->n - i - 1);
    node->n--;
}

void space_tree_remove(struct space_tree *tree, const struct space_item *item)
{
    const struct key key = key_of(item);
    remove_below(tree->root, &key);
    if (tree->root->n == 0) {
        free(tree->root);
        tree->root = NULL;
    } else if (!tree->root->is_leaf && tree->root->n == 1) {
        struct space_node *root = tree->root;
        tree->root = root->bounds[0].child;
        free(root);
    }
}

void space_tree_free(struct space_tree *tree)
{
    if (tree->root) {
        free_node(tree->root);
    }
    tree->root = NULL;
}

/* ---------------------------------------------------------------- all at once */

struct sorted {
    struct key key;
    const struct space_item *item;
};

static int compare_sorted(const void *a, const void *b)
{
    return compare_keys(&((const struct sorted *)a)->key, &((const struct sorted *)b)->key);
}

/* Leaves of so many items; then, of so many of the level below, the nodes of
 * the next level, until one is left. */
static struct space_node *pack_leaf(const struct sorted *sorted, size_t n)
{
    struct space_node *leaf = make_node(true);
    for (size_t i = 0; leaf && i < n; i++) {
        put(leaf, sorted[i].item, &sorted[i].key);
    }
    return leaf;
}

static struct space_node *pack_inner(struct space_node *const *nodes, size_t n)
{
    struct space_node *node = make_node(false);
    for (size_t i = 0; node && i < n; i++) {
        node->keys[i] = nodes[i]->keys[0];
        know(node, i, nodes[i]);
        node->n++;
    }
    return node;
}

static struct space_node *pack(const struct sorted *sorted, struct space_node **nodes, size_t n)
{
    for (bool leaves = true; leaves || n > 1; leaves = false) {
        size_t n_packed = (n + PACKED - 1) / PACKED;
        for (size_t i = 0; i < n_packed; i++) {
            size_t begin = i * PACKED, some = n - begin < PACKED ? n - begin : PACKED;
            struct space_node *node =
                leaves ? pack_leaf(&sorted[begin], some) : pack_inner(&nodes[begin], some);
            if (!node) {
                for (size_t j = 0; j < i; j++) {
                    free_node(nodes[j]);
                }
                for (size_t j = begin; !leaves && j < n; j++) {
                    free_node(nodes[j]);
                }
                return NULL;
            }
            nodes[i] = node;
        }
        n = n_packed;
    }
    return nodes[0];
}

int space_tree_build(struct space_tree *tree, const struct space_item *items, size_t n)
{
    struct sorted *sorted = base_calloc(n + 1, sizeof *sorted);
    struct space_node **nodes = base_calloc(n + 1, sizeof(*nodes));
    for (size_t i = 0; sorted && i < n; i++) {
        sorted[i] = (struct sorted){.key = key_of(&items[i]), .item = &items[i]};
    }
    if (sorted && nodes && n > 0) {
        qsort(sorted, n, sizeof *sorted, compare_sorted);
        tree->root = pack(sorted, nodes, n);
    }
    free(sorted);
    free(nodes);
    return n > 0 && !tree->root ? -1 : 0;
}

/* -------------------------------------------------------------------- search */

struct search {
    const struct match *cube;
    uint32_t min_rank, max_rank;
    size_t *budget;
    space_tree_visit *visit;
    void *aux;
    bool over; /* the budget */
};

/* False: the search is over. */
static bool search_below(struct search *search, const struct space_node *node)
{
    if (*search->budget < node->n) {
        *search->budget = 0;
        search->over = true;
        return false;
    }
    *search->budget -= node->n;
    for (size_t i = 0; i < node->n; i++) {
        const struct bound *bound = &node->bounds[i];
        if (bound->max_rank < search->min_rank || bound->min_rank > search->max_rank ||
            !match_overlaps(&node->cubes[i], search->cube)) {
            continue;
        }
        if (node->is_leaf ? !search->visit(search->aux, bound->entry, &node->cubes[i])
                          : !search_below(search, bound->child)) {
            return false;
        }
    }
    return true;
}

bool space_tree_overlapping(const struct space_tree *tree, const struct match *cube,
                            uint32_t min_rank, uint32_t max_rank, size_t *budget,
                            space_tree_visit *visit, void *aux)
{
    struct search search = {.cube = cube,
                            .min_rank = min_rank,
                            .max_rank = max_rank,
                            .budget = budget,
                            .visit = visit,
                            .aux = aux};
    if (tree->root) {
        search_below(&search, tree->root);
    }
    return !search.over;
}
