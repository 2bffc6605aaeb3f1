/* SPDX-License-Identifier: Apache-2.0
 *
 * How does a run hear that somebody wants it to end? */
#include "cli/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { N_SIGNALS = sizeof signals / sizeof *signals };

static volatile sig_atomic_t caught;
static int ends[2]; /* of a pipe; a byte is in it as soon as a signal came. 0: none */

static void on_signal(int number)
{
    int before = errno;
    caught = number;
    (void)!write(ends[1], "", 1);
    errno = before;
}

static void handle(void (*handler)(int))
{
    /* What the run starts meanwhile is not interrupted in its system calls for nothing. */
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_RESETHAND}, old;
    for (int i = 0; i < N_SIGNALS; i++) {
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            sigaction(signals[i], &action, NULL);
        }
    }
}

int cli_interrupt_catch(void)
{
    cli_interrupt_release();
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        ends[0] = ends[1] = 0;
        return 0;
    }
    handle(on_signal);
    return ends[0];
}

int cli_interrupt_release(void)
{
    int number = caught;
    if (ends[0] > 0) {
        handle(SIG_DFL);
        close(ends[0]);
        close(ends[1]);
        ends[0] = ends[1] = 0;
    }
    caught = 0;
    return number;
}
