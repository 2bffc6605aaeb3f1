/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs commands in turn, A B A B ..., and prints of each the wall time in
 * milliseconds (min, median, max), the processor time (user and system, median)
 * and the peak memory. In turn, so that a machine that slows down slows all of
 * them.
 *
 *   stopwatch RUNS COMMAND [COMMAND...]     each COMMAND for /bin/sh -c
 *
 * A line a command: MIN MEDIAN MAX CPU PEAK_KIB EXIT_STATUS COMMAND. What the
 * commands print is thrown away. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 16, RUNS_MAX = 1000 };

struct lap {
    double ms[RUNS_MAX], cpu_ms[RUNS_MAX];
    long peak_kib;
    int status;
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double to_ms(const struct timeval *time)
{
    return (double)time->tv_sec * 1e3 + (double)time->tv_usec / 1e3;
}

static void become(const char *command)
{
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static void run(const char *command, size_t number, struct lap *lap)
{
    struct rusage usage;
    int status = 0;
    double start_ms = now_ms();
    pid_t child = fork();
    if (child == 0) {
        become(command);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
        perror("stopwatch");
        exit(1);
    }
    lap->ms[number] = now_ms() - start_ms;
    lap->cpu_ms[number] = to_ms(&usage.ru_utime) + to_ms(&usage.ru_stime);
    lap->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    lap->peak_kib = usage.ru_maxrss > lap->peak_kib ? usage.ru_maxrss : lap->peak_kib;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static struct lap laps[COMMANDS_MAX];
    size_t n_commands = argc > 2 ? (size_t)argc - 2 : 0;
    size_t n_runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    if (n_commands == 0 || n_commands > COMMANDS_MAX || n_runs == 0 || n_runs > RUNS_MAX) {
        fprintf(stderr, "usage: stopwatch RUNS COMMAND [COMMAND...]\n");
        return 2;
    }
    for (size_t i = 0; i < n_runs; i++) {
        for (size_t c = 0; c < n_commands; c++) {
            run(argv[c + 2], i, &laps[c]);
        }
    }
    for (size_t c = 0; c < n_commands; c++) {
        double *ms = laps[c].ms, *cpu_ms = laps[c].cpu_ms;
        qsort(ms, n_runs, sizeof *ms, ascending);
        qsort(cpu_ms, n_runs, sizeof *cpu_ms, ascending);
        printf("%.1f %.1f %.1f %.1f %ld %d %s\n", ms[0], ms[n_runs / 2], ms[n_runs - 1],
               cpu_ms[n_runs / 2], laps[c].peak_kib, laps[c].status, argv[c + 2]);
    }
    return 0;
}
