/* SPDX-License-Identifier: Apache-2.0
 *
 * In which order are the choices tried that switches have for one packet? */
#include "base/none.h"
#include "space/behavior.h"

size_t space_choices_take(struct space_choices *choices, size_t n_ways)
{
    if (choices->n_met == SPACE_CHOICES_MET) {
        return INDEX_NONE;
    }
    struct space_choice *met = &choices->met[choices->n_met++];
    met->n_ways = n_ways;
    return met->taken;
}

bool space_choices_next(struct space_choices *choices)
{
    size_t n = choices->n_met;
    while (n > 0 && choices->met[n - 1].taken + 1 >= choices->met[n - 1].n_ways) {
        choices->met[--n].taken = 0;
    }
    if (n > 0) {
        choices->met[n - 1].taken++;
    }
    return n > 0;
}
