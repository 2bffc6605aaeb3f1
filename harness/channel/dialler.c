/* SPDX-License-Identifier: Apache-2.0
 *
 * How does a confined process come to a socket that it may not dial? */
#include "channel/dialler.h"

struct list {
    const struct channel_address *addresses;
    size_t n;
};

static int dial_for_parent(void *aux, struct base_helper_task *task, struct base_error *error)
{
    const struct list *list = aux;
    int fd;
    if (task->what >= list->n) {
        return base_fail(error, "no such socket");
    }
    if (channel_socket_dial(&list->addresses[task->what], &fd, error) < 0) {
        return -1;
    }
    task->answer = fd;
    return 0;
}

int channel_dialler_start(struct base_helper *dialler, const struct channel_address *addresses,
                          size_t n_addresses, struct base_error *error)
{
    struct list list = {addresses, n_addresses};
    return base_helper_start(dialler, dial_for_parent, &list, error);
}

int channel_dialler_dial(const struct base_helper *dialler, size_t number, int *fd,
                         struct base_error *error)
{
    struct base_helper_task task = {.what = (uint32_t)number, .fd = -1};
    int failed = base_helper_ask(dialler, &task, error);
    *fd = task.answer;
    return failed;
}
