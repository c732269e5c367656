// Fork and exec. After fork only async-signal-safe calls are made; ids change by raw system calls, because libc's
// wrappers would signal threads that the child does not have.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clinux.h"

enum { FIRST = 3 };

// Privilege: the child's at that moment. Never returns.
static void fail(int report) {
  int error = errno;
  ssize_t written = write(report, &error, sizeof error);
  _exit(written == (ssize_t)sizeof error ? 127 : 126);
}

// Privilege: the parent's.
static int reset_signals(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  for (int signal = 1; signal < NSIG; signal++) {
    sigaction(signal, &action, NULL);  // SIGKILL, SIGSTOP and libc's own two refuse, as they should
  }
  sigset_t none;
  sigemptyset(&none);
  return sigprocmask(SIG_SETMASK, &none, NULL);
}

// Puts standard and listed descriptors into their places, then the executable and the report pipe, and closes the rest.
// Everything is first copied above the places, so that no source is overwritten. Privilege: the parent's.
static int arrange(const struct clinux_spawn_options *options, int *executable, int *report) {
  int count = (int)options->descriptor_count;
  int above = FIRST + count + 2;
  int copies[CLINUX_MAXIMUM_DESCRIPTORS + FIRST];
  for (int place = 0; place < FIRST + count; place++) {
    int source = place < FIRST ? options->standard[place] : options->descriptors[place - FIRST];
    copies[place] = source < 0 && place < FIRST ? -1 : fcntl(source, F_DUPFD_CLOEXEC, above);
    if (copies[place] < 0 && (source >= 0 || place >= FIRST)) return -1;
  }
  int executable_copy = fcntl(*executable, F_DUPFD_CLOEXEC, above);
  int report_copy = fcntl(*report, F_DUPFD_CLOEXEC, above);
  if (executable_copy < 0 || report_copy < 0) return -1;
  *report = report_copy;
  for (int place = 0; place < FIRST + count; place++) {
    if (copies[place] >= 0 && dup2(copies[place], place) < 0) return -1;
  }
  *executable = dup3(executable_copy, FIRST + count, O_CLOEXEC);
  if (*executable < 0 || dup3(report_copy, FIRST + count + 1, O_CLOEXEC) < 0) return -1;
  *report = FIRST + count + 1;
  return (int)syscall(SYS_close_range, (unsigned)above, ~0U, 0);
}

// Privilege: root's, and from the last step on the given ids'.
static int change_ids(const struct clinux_spawn_options *options) {
  if (!(options->flags & CLINUX_SPAWN_SET_IDS)) return 0;
  if (syscall(SYS_setgroups, 0, NULL)) return -1;
  if (syscall(SYS_setresgid, options->gid, options->gid, options->gid)) return -1;
  return (int)syscall(SYS_setresuid, options->uid, options->uid, options->uid);
}

// Privilege: the given ids'. The kernel clears the death signal when ids change, so this comes after that.
static int tie_to_parent(const struct clinux_spawn_options *options, pid_t parent) {
  if (!(options->flags & CLINUX_SPAWN_DIE_WITH_PARENT)) return 0;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL)) return -1;
  if (getppid() != parent) _exit(126);  // it ended before the line above
  return 0;
}

// Where the host has more to do than it can: this process and what it becomes go before others, those of the same session
// too where the kernel shares processors out to sessions (sched(7), "The autogroup feature"). Who may not is like all
// others. Privilege: the parent's.
static void go_first(void) {
  enum { NICE = -10 };
  static const char text[] = "-10";
  (void)setpriority(PRIO_PROCESS, 0, NICE);
  int file = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  (void)!write(file, text, sizeof text - 1);
  close(file);
}

// A limit of 0 would not hold where the host pipes cores into a program, a limit of 1 does; it is also less than a
// page, so that no file is written either (core(5)). Privilege: the parent's, which may be too low to raise it from 0.
static int forbid_cores(void) {
  const struct rlimit one = {1, 1}, zero = {0, 0};
  return setrlimit(RLIMIT_CORE, &one) ? setrlimit(RLIMIT_CORE, &zero) : 0;
}

// Privilege: the parent's until change_ids, then the given ids'. Never returns.
static void run_child(const struct clinux_spawn_options *options, pid_t parent, int report) {
  int executable = options->executable;
  if (reset_signals() || arrange(options, &executable, &report)) fail(report);
  if ((options->flags & CLINUX_SPAWN_NEW_SESSION) && setsid() < 0) fail(report);
  if (options->flags & CLINUX_SPAWN_GO_FIRST) go_first();
  if (chdir("/") || forbid_cores()) fail(report);
  if (change_ids(options)) fail(report);
  if ((options->flags & CLINUX_SPAWN_NO_NEW_PRIVILEGES) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail(report);
  if (tie_to_parent(options, parent)) fail(report);
  syscall(SYS_execveat, executable, "", options->argv, options->envp, AT_EMPTY_PATH);
  fail(report);
}

// Reads what the child reports: nothing when exec closed the pipe. Privilege: the caller's.
static int read_report(int report) {
  int error = 0;
  ssize_t size;
  do {
    size = read(report, &error, sizeof error);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return -errno;
  return size == (ssize_t)sizeof error ? -error : 0;
}

// Privilege: the caller's.
static int adopt(pid_t pid, int report, struct clinux_child *child) {
  int result = read_report(report);
  int pidfd = result ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
  if (!result && pidfd < 0) {
    result = -errno;
    kill(pid, SIGKILL);
  }
  if (result) {
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    return result;
  }
  child->pid = pid;
  child->pidfd = pidfd;
  return 0;
}

int clinux_spawn(const struct clinux_spawn_options *options, struct clinux_child *child) {
  if (options->descriptor_count > CLINUX_MAXIMUM_DESCRIPTORS) return -EINVAL;
  int report[2];
  if (pipe2(report, O_CLOEXEC)) return -errno;
  pid_t parent = getpid();
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);  // no handler of the parent's runs in the child
  pid_t pid = fork();
  if (pid == 0) run_child(options, parent, report[1]);
  int error = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  int result = pid < 0 ? -error : adopt(pid, report[0], child);
  close(report[0]);
  return result;
}

int clinux_open_program(const char *path) {
  int descriptor = open(path, O_PATH | O_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}
