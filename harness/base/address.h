/* SPDX-License-Identifier: Apache-2.0
 *
 * Ethernet and IPv4 addresses, to and from text. IPv4 addresses are uint32_t
 * in host order everywhere in the program. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

enum { BASE_MAC_BYTES = 6, BASE_MAC_TEXT = 18, BASE_IP_TEXT = 16 };

/* "xx:xx:xx:xx:xx:xx", exactly; false leaves `mac` alone. */
bool base_mac_parse(const char *text, uint8_t mac[BASE_MAC_BYTES]);

/* Lower case, as ovs-ofctl prints it. Returns `text`. */
char *base_mac_format(const uint8_t mac[BASE_MAC_BYTES], char text[BASE_MAC_TEXT]);

/* "a.b.c.d", exactly; false leaves `ip` alone. */
bool base_ip_parse(const char *text, uint32_t *ip);

/* Returns `text`. */
char *base_ip_format(uint32_t ip, char text[BASE_IP_TEXT]);

#endif
