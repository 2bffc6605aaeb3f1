/* SPDX-License-Identifier: Apache-2.0
 *
 * What may a process do that reads what the network says? libcap-ng takes the capabilities away,
 * libseccomp makes the filter of system calls. */
#include "base/sandbox.h"

#include "base/library.h"

#include <cap-ng.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* --------------------------------------------------------------- the libraries */

#define CAPABILITY_FUNCTIONS(X)                                                                    \
    X(capng_clear)                                                                                 \
    X(capng_apply)
#define FILTER_FUNCTIONS(X)                                                                        \
    X(seccomp_init)                                                                                \
    X(seccomp_syscall_resolve_name)                                                                \
    X(seccomp_rule_add_array)                                                                      \
    X(seccomp_load)                                                                                \
    X(seccomp_release)

struct functions {
#define MEMBER(function) __typeof__(function) *function;
    CAPABILITY_FUNCTIONS(MEMBER)
    FILTER_FUNCTIONS(MEMBER)
#undef MEMBER
};

#define ROW(function) {#function, offsetof(struct functions, function)},
static const struct base_library_function capability_functions[] = {CAPABILITY_FUNCTIONS(ROW)};
static const struct base_library_function filter_functions[] = {FILTER_FUNCTIONS(ROW)};
#undef ROW

static const struct base_library libcap = {
    "libcap-ng",
    "libcap-ng0",
    {"libcap-ng.so.0", NULL},
    capability_functions,
    sizeof capability_functions / sizeof *capability_functions,
};
static const struct base_library libseccomp = {
    "libseccomp",
    "libseccomp2",
    {"libseccomp.so.2", NULL},
    filter_functions,
    sizeof filter_functions / sizeof *filter_functions,
};

/* ------------------------------------------------------------------- the filter */

/* What may be called whatever its arguments are. Names that this machine does not have are passed
 * over. */
static const char *const allowed[] = {
    /* descriptors that are open */
    "read", "readv", "pread64", "preadv", "write", "writev", "pwrite64", "pwritev", "lseek",
    "_llseek", "close", "close_range", "dup", "dup2", "dup3", "fcntl", "fcntl64", "fsync",
    "fdatasync", "ftruncate", "ftruncate64", "fstat", "fstat64", "pipe", "pipe2", "eventfd2",
    "memfd_create", "poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6",
    "pselect6_time64", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait",
    "epoll_pwait2", "timerfd_create", "timerfd_settime", "timerfd_settime64",
    /* sockets */
    "connect", "bind", "listen", "accept", "accept4", "getsockname", "getpeername", "getsockopt",
    "setsockopt", "send", "sendto", "sendmsg", "sendmmsg", "recv", "recvfrom", "recvmsg",
    "recvmmsg", "recvmmsg_time64", "shutdown", "socketpair",
    /* files, which a name server's address, a time zone or a policy stand in */
    "stat", "stat64", "lstat", "lstat64", "newfstatat", "fstatat64", "statx", "statfs", "fstatfs",
    "statfs64", "fstatfs64", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
    "getcwd", "getdents64", "uname", "fadvise64",
    /* memory and threads */
    "brk", "munmap", "mremap", "madvise", "futex", "futex_time64", "set_robust_list", "rseq",
    "set_tid_address", "gettid", "sched_yield", "sched_getaffinity", "membarrier", "exit",
    "exit_group", "restart_syscall", "getrandom",
    /* time, signals, limits */
    "clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64", "clock_nanosleep",
    "clock_nanosleep_time64", "nanosleep", "gettimeofday", "time", "alarm", "setitimer",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "rt_sigtimedwait",
    "rt_sigtimedwait_time64", "sigaltstack", "getrlimit", "ugetrlimit", "setrlimit", "prlimit64",
    "getrusage", "sysinfo", "getpid", "getppid", "getpgrp", "getuid", "geteuid", "getgid",
    "getegid", "getuid32", "geteuid32", "getgid32", "getegid32",
    /* what the command of an exec: station ends with */
    "kill", "tgkill", "wait4", "waitid", "pidfd_open", "pidfd_send_signal"};

/* LeakSanitizer stops the threads that way when the process ends. */
#ifdef __SANITIZE_ADDRESS__
#define TRACING SCMP_ACT_ALLOW
static const char *const tracing[] = {"ptrace", "getdents", "prctl", "clone", "fork"};
#else
#define TRACING SCMP_ACT_KILL_PROCESS
static const char *const tracing[] = {"ptrace"};
#endif

static const char *const writing[] = {
    "open",     "openat",   "rename", "renameat", "renameat2", "unlink", "unlinkat", "fchmod",
    "fchmodat", "truncate", "chmod",  "mkdir",    "mkdirat",   "link",   "linkat",
};

/* Nothing of ours or of a library's makes these calls: who does has taken the process over. */
static const char *const deadly[] = {
    "execve",      "execveat",     "process_vm_readv", "process_vm_writev",
    "mount",       "umount2",      "move_mount",       "pivot_root",
    "chroot",      "setns",        "unshare",          "bpf",
    "keyctl",      "add_key",      "request_key",      "capset",
    "init_module", "finit_module", "kexec_load",       "perf_event_open",
};

/* What may be called only if (argument & mask) == value, for one of the rows of its name. */
struct condition {
    const char *name;
    unsigned argument;
    uint64_t mask, value;
    bool refused; /* EPERM, in place of allowed */
};

#define WHOLE ((uint64_t)-1)
enum { CHANGES = O_ACCMODE | O_CREAT | O_TRUNC };
static const struct condition reading[] = {
    {"open", 1, CHANGES, O_RDONLY, false},
    {"openat", 2, CHANGES, O_RDONLY, false},
};
static const struct condition conditions[] = {
    {"socket", 0, WHOLE, AF_INET, false},
    {"socket", 0, WHOLE, AF_INET6, false},
    {"socket", 0, WHOLE, AF_UNIX, false},
    {"socket", 0, WHOLE, AF_PACKET, true},
    /* A thread, no process. clone3 cannot be looked into: the C library falls back to clone. */
    {"clone", 0, CLONE_THREAD, CLONE_THREAD, false},
    /* Nothing that was written is run. */
    {"mmap", 2, PROT_EXEC, 0, false},
    {"mmap", 2, PROT_EXEC | PROT_WRITE, PROT_EXEC, false},
    {"mmap2", 2, PROT_EXEC, 0, false},
    {"mmap2", 2, PROT_EXEC | PROT_WRITE, PROT_EXEC, false},
    {"mprotect", 2, PROT_EXEC, 0, false},
    /* None that types on the terminal (TIOCSTI, TIOCLINUX). */
    {"ioctl", 1, WHOLE, TCGETS, false},
    {"ioctl", 1, WHOLE, TIOCGWINSZ, false},
    {"ioctl", 1, WHOLE, FIONREAD, false},
    {"ioctl", 1, WHOLE, FIONBIO, false},
    {"ioctl", 1, WHOLE, SIOCGIFFLAGS, false},
    {"ioctl", 1, WHOLE, SIOCGIFINDEX, false},
    {"ioctl", 1, WHOLE, SIOCGIFHWADDR, false},
    {"ioctl", 1, WHOLE, SIOCGIFMTU, false},
    {"ioctl", 1, WHOLE, SIOCETHTOOL, false},
};

struct filter {
    struct functions lib;
    scmp_filter_ctx context;
    bool failed;
};

static void add(struct filter *filter, uint32_t action, const char *name,
                const struct scmp_arg_cmp *when)
{
    int number = filter->lib.seccomp_syscall_resolve_name(name);
    if (number != __NR_SCMP_ERROR) {
        filter->failed |= filter->lib.seccomp_rule_add_array(filter->context, action, number,
                                                             when ? 1 : 0, when) != 0;
    }
}

static void add_all(struct filter *filter, uint32_t action, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        add(filter, action, names[i], NULL);
    }
}

static void add_conditions(struct filter *filter, const struct condition *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct scmp_arg_cmp when = {.arg = rows[i].argument,
                                    .op = SCMP_CMP_MASKED_EQ,
                                    .datum_a = rows[i].mask,
                                    .datum_b = rows[i].value};
        add(filter, rows[i].refused ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_ALLOW, rows[i].name, &when);
    }
}

#define ALL(rows) rows, sizeof rows / sizeof *rows

static int load_filter(struct filter *filter, enum base_sandbox_files files)
{
    add_all(filter, SCMP_ACT_ALLOW, ALL(allowed));
    add_all(filter, SCMP_ACT_KILL_PROCESS, ALL(deadly));
    add_all(filter, TRACING, ALL(tracing));
    add_conditions(filter, ALL(conditions));
    if (files == BASE_SANDBOX_WRITES) {
        add_all(filter, SCMP_ACT_ALLOW, ALL(writing));
    } else {
        add_conditions(filter, ALL(reading));
    }
    return filter->failed ? ENOMEM : -filter->lib.seccomp_load(filter->context);
}

static int filter_calls(enum base_sandbox_files files, struct base_error *error)
{
    struct filter filter = {0};
    if (base_library_load(&libseccomp, &filter.lib, error) < 0) {
        return -1;
    }
    filter.context = filter.lib.seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (!filter.context) {
        return base_fail(error, "out of memory");
    }
    int failed = load_filter(&filter, files);
    filter.lib.seccomp_release(filter.context);
    return failed ? base_fail(error, "the kernel takes no seccomp filter: %s", strerror(failed))
                  : 0;
}

/* ------------------------------------------------------------- the capabilities */

static int drop_capabilities(struct base_error *error)
{
    struct functions lib = {0};
    if (base_library_load(&libcap, &lib, error) < 0) {
        return -1;
    }
    lib.capng_clear(CAPNG_SELECT_ALL);
    lib.capng_apply(CAPNG_SELECT_BOUNDS); /* needs CAP_SETPCAP; no program is started anyway */
    return lib.capng_apply(CAPNG_SELECT_CAPS) == 0
               ? 0
               : base_fail(error, "capabilities cannot be given up: %s", strerror(errno));
}

/* Whether a thread, by its number, has ended. Its stack can be free (pthread_join) long before the
 * kernel takes it out of the list; from the beginning of its end on it runs nothing of ours. */
static bool has_ended(const char *thread)
{
    enum { PF_EXITING = 4 }; /* of Linux's sched.h; the ninth field of proc(5)'s stat */
    char path[64], text[512] = "";
    unsigned flags = 0;
    snprintf(path, sizeof path, "/proc/self/task/%.20s/stat", thread);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT; /* it is gone by now */
    }
    bool is_gone = read(fd, text, sizeof text - 1) < 0 && errno == ESRCH;
    close(fd);
    const char *name_end = strrchr(text, ')');
    sscanf(name_end ? name_end : text, ") %*c %*d %*d %*d %*d %*d %u", &flags);
    return is_gone || (flags & PF_EXITING);
}

/* Another one would keep its capabilities. */
static bool has_other_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    size_t running = 0;
    for (const struct dirent *entry; tasks && (entry = readdir(tasks));) {
        running += entry->d_name[0] != '.' && !has_ended(entry->d_name);
    }
    if (tasks) {
        closedir(tasks);
    }
    return running > 1;
}

int base_sandbox_enter(enum base_sandbox_files files, struct base_error *error)
{
    const char *wanted = getenv("TAPPROOF_SANDBOX");
    if (wanted && strcmp(wanted, "off") == 0) {
        return base_fail(error, "TAPPROOF_SANDBOX=off");
    }
    if (has_other_threads()) {
        return base_fail(error, "another thread runs");
    }
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    int kept = drop_capabilities(error);
    int free = filter_calls(files, kept ? NULL : error);
    return kept || free ? -1 : 0;
}
