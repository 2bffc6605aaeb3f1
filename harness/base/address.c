/* SPDX-License-Identifier: Apache-2.0
 *
 * Ethernet, IPv4 and IPv6 addresses: from text and to text. */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool base_mac_parse(const char *text, uint8_t mac[BASE_MAC_BYTES])
{
    uint8_t parsed[BASE_MAC_BYTES];
    if (strlen(text) != BASE_MAC_TEXT - 1) {
        return false;
    }
    for (int i = 0; i < BASE_MAC_BYTES; i++) {
        int high = hex_digit(text[3 * i]), low = hex_digit(text[3 * i + 1]);
        char separator = i < BASE_MAC_BYTES - 1 ? ':' : 0;
        if (high < 0 || low < 0 || text[3 * i + 2] != separator) {
            return false;
        }
        parsed[i] = (uint8_t)(high << 4 | low);
    }
    memcpy(mac, parsed, sizeof parsed);
    return true;
}

char *base_mac_format(const uint8_t mac[BASE_MAC_BYTES], char text[BASE_MAC_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < BASE_MAC_BYTES; i++) {
        text[3 * i] = digits[mac[i] >> 4];
        text[3 * i + 1] = digits[mac[i] & 0xf];
        text[3 * i + 2] = i < BASE_MAC_BYTES - 1 ? ':' : 0;
    }
    return text;
}

bool base_ip_parse(const char *text, uint32_t *ip)
{
    struct in_addr address;
    if (inet_pton(AF_INET, text, &address) != 1) {
        return false;
    }
    *ip = ntohl(address.s_addr);
    return true;
}

char *base_ip_format(uint32_t ip, char text[BASE_IP_TEXT])
{
    snprintf(text, BASE_IP_TEXT, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
    return text;
}

bool base_ipv6_parse(const char *text, uint8_t ipv6[BASE_IPV6_BYTES])
{
    struct in6_addr address;
    if (inet_pton(AF_INET6, text, &address) != 1) {
        return false;
    }
    memcpy(ipv6, address.s6_addr, BASE_IPV6_BYTES);
    return true;
}

char *base_ipv6_format(const uint8_t ipv6[BASE_IPV6_BYTES], char text[BASE_IPV6_TEXT])
{
    inet_ntop(AF_INET6, ipv6, text, BASE_IPV6_TEXT);
    return text;
}
