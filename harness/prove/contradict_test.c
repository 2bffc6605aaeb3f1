/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims that no network meets which does what `ports:` say. */
#include "base/memory.h"
#include "testing/failing.h"
#include "testing/random_proof.h"

enum { A, B, C };
enum { H1, H2, H3, H4, H5 };
enum { FOUND_MAX = 16 };

struct found {
    struct prove_contradiction items[FOUND_MAX];
    size_t n;
};

static void note(void *aux, const struct prove_contradiction *contradiction)
{
    struct found *found = aux;
    assert_true(found->n < FOUND_MAX);
    found->items[found->n++] = *contradiction;
}

static void look(struct small *small, size_t budget, struct found *found)
{
    found->n = 0;
    assert_int_equal(prove_contradictions(&small->expectation, budget, note, found), 0);
}

/* h1 sends to h2, and a copy to h3; the tables are empty, and are not looked at. */
static void make(struct small *small)
{
    small_init(small);
    small_expect(small, A, 1, "output:2,output:3");
    small_expect(small, B, 3, "output:1");
}

static void claims_that_agree(void **state)
{
    (void)state;
    struct small small;
    struct found found;
    make(&small);
    small_claim(&small, "12", H1, H2, 1, "");
    small_claim(&small, "13", H1, H3, 1, "");
    small_claim(&small, "2", H2, HOST_ALL, 0, "");
    look(&small, 0, &found);
    assert_int_equal(found.n, 0);
    small_free(&small);
}

static void each_claim_that_does_not(void **state)
{
    (void)state;
    struct small small;
    struct found found;
    make(&small);
    small_claim(&small, "2", H2, H4, 2, "tcp");
    small_claim(&small, "12", H1, H2, 1, "");
    small_claim(&small, "13", H1, H3, 0, "udp,tp_dst=53");
    look(&small, 0, &found);
    assert_int_equal(found.n, 3);
    const struct prove_contradiction *first = &found.items[0];
    assert_int_equal(first->claim, 2);
    assert_false(first->strays);
    assert_int_equal(first->from, H1);
    assert_int_equal(first->to, H3);
    assert_int_equal(first->wanted, 0);
    assert_int_equal(first->copies, 1);
    assert_int_equal(first->example.tp_dst, 53);
    assert_int_equal(first->example.in_port, 1);
    /* All else of h1's that comes to h3. */
    assert_int_equal(found.items[1].claim, 1);
    assert_true(found.items[1].strays);
    assert_int_equal(found.items[1].to, H3);
    assert_int_equal(found.items[2].claim, 0);
    assert_int_equal(found.items[2].wanted, 2);
    assert_int_equal(found.items[2].copies, 0);
    assert_int_equal(found.items[2].example.nw_proto, 6);
    small_free(&small);
}

/* Of c nothing is declared: h4's frames may go anywhere, and so may what comes there. */
static void what_is_open_contradicts_nothing(void **state)
{
    (void)state;
    struct small small;
    struct found found;
    small_init(&small);
    small_expect(&small, A, 1, "output:4");
    small_claim(&small, "15", H1, H5, 1, "");
    small_claim(&small, "4", H4, HOST_ALL, 0, "");
    look(&small, 0, &found);
    assert_int_equal(found.n, 0);
    small_claim(&small, "2", H2, H5, 1, ""); /* h2's port drops */
    look(&small, 0, &found);
    assert_int_equal(found.n, 1);
    look(&small, 1, &found); /* over the budget */
    assert_int_equal(found.n, 0);
    small_free(&small);
}

static void endless_copies(void **state)
{
    (void)state;
    struct small small;
    struct found found;
    small_init(&small);
    small_expect(&small, A, 1, "output:3,output:2");
    small_expect(&small, A, 4, "output:3,output:2");
    small_expect(&small, B, 3, "output:4");
    small_expect(&small, C, 4, "output:3");
    small_claim(&small, "12", H1, H2, 1, "");
    look(&small, 0, &found);
    assert_int_equal(found.n, 1);
    assert_int_equal(found.items[0].copies, -1);
    small_free(&small);
}

struct looking {
    struct small *small;
    size_t n_wanted;
};

static int look_without_memory(void *aux)
{
    const struct looking *looking = aux;
    struct found found = {0};
    base_memory_begin();
    int status = prove_contradictions(&looking->small->expectation, 0, note, &found);
    assert_true(status < 0 || found.n == looking->n_wanted);
    return status;
}

/* What is not found for want of memory is no agreement. */
static void without_memory_it_fails(void **state)
{
    (void)state;
    struct small small;
    make(&small);
    small_claim(&small, "2", H2, H4, 2, "tcp");
    small_claim(&small, "12", H1, H2, 1, "");
    small_claim(&small, "13", H1, H3, 0, "udp,tp_dst=53");
    struct looking looking = {.small = &small, .n_wanted = 3};
    assert_true(failing_each(look_without_memory, &looking) > 20);
    base_memory_begin();
    small_free(&small);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(claims_that_agree),
    cmocka_unit_test(each_claim_that_does_not),
    cmocka_unit_test(what_is_open_contradicts_nothing),
    cmocka_unit_test(endless_copies),
    cmocka_unit_test(without_memory_it_fails),
};

TEST_MAIN(tests)
