/* SPDX-License-Identifier: Apache-2.0
 *
 * Ethernet, IPv4 and IPv6 addresses, to and from text. IPv4 addresses are uint32_t
 * in host order everywhere in the program. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    BASE_MAC_BYTES = 6,
    BASE_MAC_TEXT = 18,
    BASE_IP_TEXT = 16,
    BASE_IPV6_BYTES = 16,
    BASE_IPV6_TEXT = 46
};

/* Reads "xx:xx:xx:xx:xx:xx", two hexadecimal digits each, in either case. False:
 * it is something else, and `mac` is unchanged. */
bool base_mac_parse(const char *text, uint8_t mac[BASE_MAC_BYTES]);

/* Writes the address in lower case, as ovs-ofctl prints it. Returns `text`. */
char *base_mac_format(const uint8_t mac[BASE_MAC_BYTES], char text[BASE_MAC_TEXT]);

/* Reads "a.b.c.d". False: it is something else, and `*ip` is unchanged. */
bool base_ip_parse(const char *text, uint32_t *ip);

/* Writes the address as "a.b.c.d". Returns `text`. */
char *base_ip_format(uint32_t ip, char text[BASE_IP_TEXT]);

/* Reads an address as RFC 4291, section 2.2, has it: "2001:db8::1". False: it is something else,
 * and `ipv6` is unchanged. */
bool base_ipv6_parse(const char *text, uint8_t ipv6[BASE_IPV6_BYTES]);

/* Writes the address as RFC 5952 has it. Returns `text`. */
char *base_ipv6_format(const uint8_t ipv6[BASE_IPV6_BYTES], char text[BASE_IPV6_TEXT]);

#endif
