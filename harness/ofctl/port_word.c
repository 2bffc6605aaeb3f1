/* SPDX-License-Identifier: Apache-2.0
 *
 * Which port does a word of a line mean, and what to do about one that is a name. */
#include "ofctl/port_word.h"

#include "model/port.h"

bool port_word(struct word word, uint16_t *port)
{
    uint64_t number;
    if (word_port(word, port)) {
        return true;
    }
    bool is_number = word_number(word, UINT16_MAX, &number);
    *port = is_number ? (uint16_t)number : PORT_NONE;
    return is_number;
}

bool port_is_defined(uint16_t port)
{
    return port <= PORT_MAX || port >= PORT_IN_PORT;
}

const char *port_name_hint(struct word word)
{
    uint16_t known;
    struct word queue;
    (void)word_split(&word, ":", &queue);
    char first = word.n_chars > 0 ? word.at[0] : '0';
    char lower = first | 0x20;
    bool is_name = first == '"' || first == '_' || (lower >= 'a' && lower <= 'z');
    return is_name && !word_port(word, &known)
               ? "; names of ports are unknown here, dump with ovs-ofctl --no-names"
               : "";
}
