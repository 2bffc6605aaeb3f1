/* SPDX-License-Identifier: Apache-2.0
 *
 * How are frames sent and captured on this machine? libpcap captures, libnet
 * injects. */
#include "station/backend.h"
#include "station/libraries.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A place in the kernel's ring: the kernel's own head, then the frame; two of
 * them fill a page exactly. With libpcap's default of 256 KiB a frame and 2 MiB in
 * all, no more than 32 frames could wait. A ring twice as large takes four
 * times as long to open, 64 at once. */
enum { PLACE_BYTES = STATION_SNAP_BYTES + 128, RING_BYTES = STATION_UNREAD_FRAMES * PLACE_BYTES };

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23 /* Linux 4.20 */
#endif

struct local {
    struct station_libraries lib;
    pcap_t *capture;
    libnet_t *injector;
};

static int enter_namespace(const char *path, struct base_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == EACCES || errno == EPERM
                   ? base_fail(error,
                               "not permitted to open the namespace %s: needs the "
                               "capabilities of its owner (CAP_SYS_PTRACE for /proc)",
                               path)
               : errno == ENOENT ? base_fail(error, "no such namespace: %s", path)
                                 : base_fail(error, "%s: %s", path, strerror(errno));
    }
    int failed = setns(fd, CLONE_NEWNET) ? errno : 0;
    close(fd);
    switch (failed) {
    case 0:
        return 0;
    case EPERM:
        return base_fail(error, "not permitted to enter the namespace %s: needs CAP_SYS_ADMIN",
                         path);
    case EINVAL:
        return base_fail(error, "%s is no network namespace", path);
    default:
        return base_fail(error, "%s: %s", path, strerror(failed));
    }
}

/* ETHTOOL_GLINK; interfaces that do not know are taken for linked. */
static bool has_link(int fd, struct ifreq *request)
{
    struct ethtool_value link = {.cmd = ETHTOOL_GLINK};
    request->ifr_data = (char *)&link;
    return ioctl(fd, SIOCETHTOOL, request) != 0 || link.data != 0;
}

/* What libpcap and libnet would say in many ways, or not at all: whether the
 * interface, in the namespace of this socket, is there, up and linked. */
static int check_interface(struct station *station, int fd, struct base_error *error)
{
    struct ifreq request = {0};
    size_t length = strlen(station->interface);
    bool is_name = length < IFNAMSIZ;
    memcpy(request.ifr_name, station->interface, is_name ? length : 0);
    if (!is_name || ioctl(fd, SIOCGIFFLAGS, &request)) {
        return base_fail(error, "no interface %s in %s", station->interface,
                         station->netns ? station->netns : "this network namespace");
    }
    if (!(request.ifr_flags & IFF_UP)) {
        return base_fail(error, "interface %s is down", station->interface);
    }
    if (ioctl(fd, SIOCGIFHWADDR, &request) == 0) {
        memcpy(station->address, request.ifr_hwaddr.sa_data, sizeof station->address);
        station->has_address = true;
    }
    if (ioctl(fd, SIOCGIFMTU, &request) == 0 && request.ifr_mtu > 0) {
        station->mtu = (unsigned)request.ifr_mtu;
    }
    return has_link(fd, &request)
               ? 0
               : base_fail(error, "interface %s has no link", station->interface);
}

static int find_interface(struct station *station, struct base_error *error)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return base_fail(error, "socket: %s", strerror(errno));
    }
    int result = check_interface(station, fd, error);
    close(fd);
    return result;
}

/* A filter that takes nothing: what arrives is not even copied. */
static void mute(int fd)
{
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog filter = {.len = 1, .filter = &nothing};
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

static int open_capture(struct local *local, const char *interface, struct base_error *error)
{
    const struct station_libraries *lib = &local->lib;
    char text[PCAP_ERRBUF_SIZE];
    pcap_t *capture = local->capture = lib->pcap_create(interface, text);
    if (!capture) {
        return base_fail(error, "capturing on %s: %s", interface, text);
    }
    lib->pcap_set_snaplen(capture, STATION_SNAP_BYTES);
    lib->pcap_set_buffer_size(capture, RING_BYTES);
    lib->pcap_set_promisc(capture, 1);
    lib->pcap_set_immediate_mode(capture, 1);
    lib->pcap_set_tstamp_precision(capture, PCAP_TSTAMP_PRECISION_NANO);
    int result = lib->pcap_activate(capture);
    if (result == PCAP_ERROR_PERM_DENIED || result == PCAP_ERROR_PROMISC_PERM_DENIED) {
        return base_fail(error, "not permitted to capture on %s: needs CAP_NET_RAW", interface);
    }
    if (result < 0 || lib->pcap_setdirection(capture, PCAP_D_IN) ||
        lib->pcap_setnonblock(capture, 1, text) < 0) {
        return base_fail(error, "capturing on %s: %s", interface, lib->pcap_geterr(capture));
    }
    if (lib->pcap_datalink(capture) != DLT_EN10MB) {
        return base_fail(error, "%s is no Ethernet interface", interface);
    }
    /* libpcap leaves out what this station sends, but only when it reads it:
     * in the ring it would take the place of arrivals. */
    setsockopt(lib->pcap_fileno(capture), SOL_PACKET, PACKET_IGNORE_OUTGOING, &(int){1},
               sizeof(int));
    fcntl(lib->pcap_fileno(capture), F_SETFD, FD_CLOEXEC);
    mute(lib->pcap_fileno(capture)); /* until local_start */
    return 0;
}

static int open_injector(struct local *local, const char *interface, struct base_error *error)
{
    char text[LIBNET_ERRBUF_SIZE];
    local->injector = local->lib.libnet_init(LIBNET_LINK_ADV, interface, text);
    if (!local->injector) {
        return base_fail(error, "sending on %s: %s", interface, text);
    }
    /* libnet's socket receives everything on every interface of the namespace,
     * and nothing reads it. (To bind it to no protocol would spare the filter
     * too, but wait for the kernel once more: 15 ms for each run.) */
    int fd = local->lib.libnet_getfd(local->injector);
    mute(fd);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return 0;
}

static int local_open(struct station *station, struct base_error *error)
{
    struct local *local = station->state = calloc(1, sizeof *local);
    if (!local) {
        return base_fail(error, "no memory for a station");
    }
    if (station_libraries_load(&local->lib, error) ||
        (station->netns && enter_namespace(station->netns, error)) ||
        find_interface(station, error) || open_capture(local, station->interface, error) ||
        open_injector(local, station->interface, error)) {
        return -1;
    }
    return 0;
}

static int local_start(struct station *station, struct base_error *error)
{
    struct local *local = station->state;
    int fd = local->lib.pcap_fileno(local->capture);
    if (setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &(int){0}, sizeof(int))) {
        return base_fail(error, "capturing on %s: %s", station->interface, strerror(errno));
    }
    station->fd = local->lib.pcap_get_selectable_fd(local->capture);
    return 0;
}

static int fail_to_send(const struct station *station, int number, struct base_error *error)
{
    return base_fail(error, "sending on %s: %s", station->interface, strerror(number));
}

/* Whether what went and what did not is a matter of length: else a queue was full. */
static int weigh(struct station *station, size_t n_bytes, bool went, struct base_error *error)
{
    struct station_swallowed *swallowed = &station->swallowed;
    uint32_t n = (uint32_t)n_bytes;
    if (went) {
        swallowed->longest_bytes = n > swallowed->longest_bytes ? n : swallowed->longest_bytes;
    } else {
        bool is_shortest = swallowed->n == 0 || n < swallowed->shortest_bytes;
        swallowed->shortest_bytes = is_shortest ? n : swallowed->shortest_bytes;
        swallowed->n++;
    }
    return swallowed->n > 0 && swallowed->longest_bytes >= swallowed->shortest_bytes
               ? fail_to_send(station, ENOBUFS, error)
               : 0;
}

static int local_send(struct station *station, const void *frame, size_t n_bytes,
                      struct base_error *error)
{
    struct local *local = station->state;
    errno = 0;
    int n_sent = local->lib.libnet_adv_write_link(local->injector, frame, (uint32_t)n_bytes);
    if (n_sent == (ssize_t)n_bytes) {
        return weigh(station, n_bytes, true, error);
    }
    switch (errno) {
    case EMSGSIZE:
        return base_fail(error, "a frame of %zu bytes is over the MTU of %s", n_bytes,
                         station->interface);
    case ENETDOWN:
        return base_fail(error, "interface %s is down", station->interface);
    case ENXIO:
    case ENODEV:
        return base_fail(error, "interface %s is gone", station->interface);
    case ENOBUFS:
        return weigh(station, n_bytes, false, error);
    default:
        return fail_to_send(station, errno, error);
    }
}

static bool report(const struct station_sink *sink, const struct pcap_pkthdr *head,
                   const uint8_t *bytes)
{
    struct station_arrival arrival = {
        .station = sink->station,
        /* With nanosecond precision tv_usec counts nanoseconds. */
        .time_ns = (uint64_t)head->ts.tv_sec * 1000000000 + (uint64_t)head->ts.tv_usec,
        .bytes = bytes,
        .n_bytes = head->caplen,
        .wire_bytes = head->len,
    };
    return sink->on_arrival(sink->aux, &arrival);
}

/* libpcap waits in silence until the interface is up again. */
static bool has_been_down(const struct local *local)
{
    int failed = 0;
    socklen_t size = sizeof failed;
    getsockopt(local->lib.pcap_fileno(local->capture), SOL_SOCKET, SO_ERROR, &failed, &size);
    return failed != 0;
}

/* Once around the ring at most: all that was there when this began, and an end
 * even where frames come faster than they are read. */
static int local_drain(struct station *station, const struct station_sink *sink,
                       struct base_error *error)
{
    struct local *local = station->state;
    struct pcap_pkthdr *head;
    const uint8_t *bytes;
    if (has_been_down(local)) {
        return base_fail(error, "interface %s went down", station->interface);
    }
    for (size_t n = 0; n < STATION_UNREAD_FRAMES; n++) {
        int result = local->lib.pcap_next_ex(local->capture, &head, &bytes);
        if (result < 0) {
            return base_fail(error, "capturing on %s: %s", station->interface,
                             local->lib.pcap_geterr(local->capture));
        }
        if (result == 0) {
            return 0;
        }
        if (report(sink, head, bytes)) {
            return 1;
        }
    }
    return 0;
}

/* libpcap reads an interface's own counters by its name, in the namespace of
 * the caller: they count only where that is the station's. */
static int local_drops(struct station *station, uint64_t *drops, struct base_error *error)
{
    struct local *local = station->state;
    struct pcap_stat counters;
    if (check_interface(station, local->lib.pcap_fileno(local->capture), error)) {
        return -1;
    }
    if (local->lib.pcap_stats(local->capture, &counters)) {
        return base_fail(error, "capturing on %s: %s", station->interface,
                         local->lib.pcap_geterr(local->capture));
    }
    *drops = (uint64_t)counters.ps_drop + (station->netns ? 0 : counters.ps_ifdrop);
    return 0;
}

static void *close_injector(void *aux)
{
    struct local *local = aux;
    if (local->injector) {
        local->lib.libnet_destroy(local->injector);
    }
    return NULL;
}

/* Either waits for the kernel: at the same time, if a thread can be had. */
static void local_close(struct station *station)
{
    struct local *local = station->state;
    pthread_t thread;
    if (!local) {
        return;
    }
    bool beside = pthread_create(&thread, NULL, close_injector, local) == 0;
    if (local->capture) {
        local->lib.pcap_close(local->capture);
    }
    if (beside) {
        pthread_join(thread, NULL);
    } else {
        close_injector(local);
    }
    free(local);
}

const struct station_backend station_local = {
    .open = local_open,
    .start = local_start,
    .send = local_send,
    .drain = local_drain,
    .drops = local_drops,
    .close = local_close,
};
