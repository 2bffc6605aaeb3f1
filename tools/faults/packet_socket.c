/* SPDX-License-Identifier: Apache-2.0
 *
 * Raw frames on an interface of any namespace. */
#include "faults/packet_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct opening {
    const char *interface;
    int fd;
};

static int open_here(void *aux, struct base_error *error)
{
    struct opening *opening = aux;
    int on = 1, bytes = 1 << 24;
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (opening->interface) {
        address.sll_ifindex = (int)if_nametoindex(opening->interface);
        setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
    }
    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
    if (fd < 0 || (opening->interface && address.sll_ifindex == 0) ||
        bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        base_fail(error, "%s: cannot be listened to: %s",
                  opening->interface ? opening->interface : "all interfaces", strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    opening->fd = fd;
    return 0;
}

int packet_socket_open(const char *netns, const char *interface, struct base_error *error)
{
    struct opening opening = {.interface = interface};
    return in_namespace(netns, open_here, &opening, error) < 0 ? -1 : opening.fd;
}

/* Puts the tag back behind the addresses. */
static ssize_t put_tag(uint8_t *bytes, size_t n, size_t max, const struct tpacket_auxdata *data)
{
    enum { ADDRESSES = 12, TAG = 4 };
    uint16_t tpid = data->tp_status & TP_STATUS_VLAN_TPID_VALID ? data->tp_vlan_tpid : ETH_P_8021Q;
    size_t kept = n + TAG > max ? max - TAG : n;
    if (n < ADDRESSES || max < ADDRESSES + TAG) {
        return (ssize_t)n;
    }
    memmove(bytes + ADDRESSES + TAG, bytes + ADDRESSES, kept - ADDRESSES);
    bytes[ADDRESSES] = (uint8_t)(tpid >> 8);
    bytes[ADDRESSES + 1] = (uint8_t)tpid;
    bytes[ADDRESSES + 2] = (uint8_t)(data->tp_vlan_tci >> 8);
    bytes[ADDRESSES + 3] = (uint8_t)data->tp_vlan_tci;
    return (ssize_t)(kept + TAG);
}

ssize_t packet_socket_receive(int fd, uint8_t *bytes, size_t max, struct sockaddr_ll *from)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
    struct iovec part = {.iov_base = bytes, .iov_len = max};
    struct msghdr message = {.msg_name = from,
                             .msg_namelen = from ? sizeof *from : 0,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t n = recvmsg(fd, &message, 0);
    for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); n >= 0 && item;
         item = CMSG_NXTHDR(&message, item)) {
        struct tpacket_auxdata data;
        if (item->cmsg_level == SOL_PACKET && item->cmsg_type == PACKET_AUXDATA) {
            memcpy(&data, CMSG_DATA(item), sizeof data);
            if (data.tp_status & TP_STATUS_VLAN_VALID) {
                return put_tag(bytes, (size_t)n, max, &data);
            }
        }
    }
    return n;
}

int in_namespace(const char *netns, int (*function)(void *aux, struct base_error *error), void *aux,
                 struct base_error *error)
{
    if (!netns) {
        return function(aux, error);
    }
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int there = open(netns, O_RDONLY | O_CLOEXEC);
    int status = -1;
    if (home < 0 || there < 0 || setns(there, CLONE_NEWNET) < 0) {
        base_fail(error, "%s: cannot be entered: %s", netns, strerror(errno));
    } else {
        status = function(aux, error);
        if (setns(home, CLONE_NEWNET) < 0) {
            status = base_fail(error, "cannot come back from %s: %s", netns, strerror(errno));
        }
    }
    close(home);
    close(there);
    return status;
}
