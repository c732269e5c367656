// Makes every call that the filter allows, once in each form that it allows, and says what came of it. A line a call:
//   name number argument0 ... argument5 expected-errno errno
// Runs as a sandbox's program, with /tmp to write to.
#define _GNU_SOURCE 1
#include <asm/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

static char buffer[65536];
static const struct timespec soon = {.tv_nsec = 1000};

static void record(const char *name, long number, const long *a, int expected, int error) {
  printf("%s %ld %lu %lu %lu %lu %lu %lu %d %d\n", name, number, a[0], a[1], a[2], a[3], a[4], a[5], expected, error);
}

static long attempt(const char *name, long number, int expected, const long *a) {
  errno = 0;
  long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  record(name, number, a, expected, result < 0 ? errno : 0);
  return result;
}

#define ARGUMENTS(...) ((long[6]){__VA_ARGS__})
#define AT(pointer) ((long)(pointer))
#define CALL(name, ...) attempt(#name, SYS_##name, 0, ARGUMENTS(__VA_ARGS__))
#define CALL_FAILS(name, error, ...) attempt(#name, SYS_##name, error, ARGUMENTS(__VA_ARGS__))
// For a call that the C library or the kernel has made in the right circumstances.
#define MADE(name, is_made) record(#name, SYS_##name, ARGUMENTS(0), 0, (is_made) ? 0 : ECANCELED)

static void move_bytes(void) {
  int file = (int)CALL(openat, AT_FDCWD, AT("/tmp/bytes"), O_CREAT | O_RDWR, 0600);
  struct iovec part = {buffer, 16};
  CALL(write, file, AT(buffer), 4096);
  CALL(writev, file, AT(&part), 1);
  CALL(pwrite64, file, AT(buffer), 4096, 0);
  CALL(pwritev, file, AT(&part), 1, 0, 0);
  CALL(pwritev2, file, AT(&part), 1, 0, 0, 0);
  CALL(lseek, file, 0, SEEK_SET);
  CALL(read, file, AT(buffer), 16);
  CALL(readv, file, AT(&part), 1);
  CALL(pread64, file, AT(buffer), 16, 0);
  CALL(preadv, file, AT(&part), 1, 0, 0);
  CALL(preadv2, file, AT(&part), 1, 0, 0, 0);
  CALL(ftruncate, file, 8192);
  CALL(truncate, AT("/tmp/bytes"), 8192);
  CALL(fallocate, file, 0, 0, 16384);
  CALL(fadvise64, file, 0, 4096, POSIX_FADV_SEQUENTIAL);
  CALL(fsync, file);
  CALL(fdatasync, file);
  CALL(flock, file, LOCK_EX);
  CALL(fcntl, file, F_GETFD);
  int code = open("/var/task/bootstrap", O_RDONLY);
  CALL(readahead, code, 0, 4096);
  CALL(sync_file_range, code, 0, 4096, 0);
  int other = open("/tmp/other", O_CREAT | O_RDWR, 0600);
  CALL(sendfile, other, file, 0, 16);
  CALL(copy_file_range, file, 0, other, 0, 16, 0);
  void *area = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  CALL(msync, AT(area), 4096, MS_SYNC);
  int ends[2];
  CALL(pipe, AT(ends));
  CALL(pipe2, AT(ends), O_CLOEXEC);
  CALL(splice, file, 0, ends[1], 0, 16, 0);
  CALL(ioctl, ends[0], FIONREAD, AT(buffer));
  CALL(ioctl, ends[0], FIOCLEX);
  CALL(ioctl, ends[0], FIONCLEX);
  CALL_FAILS(ioctl, ENOTTY, 1, TCGETS, AT(buffer));
  CALL_FAILS(ioctl, ENOTTY, 1, TIOCGWINSZ, AT(buffer));
  CALL_FAILS(ioctl, ENOTTY, 1, TIOCGPGRP, AT(buffer));
  CALL(dup, file);
  CALL(dup2, file, 50);
  CALL(dup3, file, 51, O_CLOEXEC);
  CALL(close_range, 50, 51, 0);
  CALL(close, file);
}

static void name_files(void) {
  struct open_how how = {.flags = O_RDONLY};
  int folder = open("/tmp", O_RDONLY | O_DIRECTORY), file = (int)CALL(creat, AT("/tmp/a"), 0600);
  CALL(open, AT("/tmp/a"), O_RDONLY);
  CALL(openat2, AT_FDCWD, AT("/tmp/a"), AT(&how), sizeof how);
  CALL(stat, AT("/tmp/a"), AT(buffer));
  CALL(fstat, file, AT(buffer));
  CALL(lstat, AT("/tmp/a"), AT(buffer));
  CALL(newfstatat, folder, AT("a"), AT(buffer), 0);
  CALL(statx, folder, AT("a"), 0, STATX_ALL, AT(buffer));
  CALL(statfs, AT("/tmp"), AT(buffer));
  CALL(fstatfs, file, AT(buffer));
  CALL(access, AT("/tmp/a"), R_OK);
  CALL(faccessat, folder, AT("a"), R_OK);
  CALL(faccessat2, folder, AT("a"), R_OK, AT_EACCESS);
  CALL(chmod, AT("/tmp/a"), 0600);
  CALL(fchmod, file, 0600);
  CALL(fchmodat, folder, AT("a"), 0600);
  CALL(chown, AT("/tmp/a"), getuid(), getgid());
  CALL(lchown, AT("/tmp/a"), getuid(), getgid());
  CALL(fchown, file, getuid(), getgid());
  CALL(fchownat, folder, AT("a"), getuid(), getgid(), 0);
  CALL(umask, 022);
  CALL(utime, AT("/tmp/a"), 0);
  CALL(utimes, AT("/tmp/a"), 0);
  CALL(utimensat, folder, AT("a"), 0, 0);
  CALL_FAILS(getxattr, ENODATA, AT("/tmp/a"), AT("user.none"), AT(buffer), 16);
  CALL_FAILS(lgetxattr, ENODATA, AT("/tmp/a"), AT("user.none"), AT(buffer), 16);
  CALL_FAILS(fgetxattr, ENODATA, file, AT("user.none"), AT(buffer), 16);
  CALL(listxattr, AT("/tmp/a"), AT(buffer), 16);
  CALL(llistxattr, AT("/tmp/a"), AT(buffer), 16);
  CALL(flistxattr, file, AT(buffer), 16);
  CALL(getdents, folder, AT(buffer), sizeof buffer);
  CALL(getdents64, folder, AT(buffer), sizeof buffer);
  CALL(mkdir, AT("/tmp/d"), 0700);
  CALL(mkdirat, folder, AT("e"), 0700);
  CALL(chdir, AT("/tmp/d"));
  CALL(fchdir, folder);
  CALL(getcwd, AT(buffer), sizeof buffer);
  CALL(rmdir, AT("/tmp/d"));
  CALL(link, AT("/tmp/a"), AT("/tmp/b"));
  CALL(linkat, folder, AT("a"), folder, AT("c"), 0);
  CALL(symlink, AT("a"), AT("/tmp/s"));
  CALL(symlinkat, AT("a"), folder, AT("t"));
  CALL(readlink, AT("/tmp/s"), AT(buffer), 16);
  CALL(readlinkat, folder, AT("t"), AT(buffer), 16);
  CALL(rename, AT("/tmp/b"), AT("/tmp/b2"));
  CALL(renameat, folder, AT("c"), folder, AT("c2"));
  CALL(renameat2, folder, AT("b2"), folder, AT("c2"), RENAME_EXCHANGE);
  CALL(unlink, AT("/tmp/b2"));
  CALL(unlinkat, folder, AT("c2"), 0);
  CALL(mknod, AT("/tmp/pipe"), S_IFIFO | 0600, 0);
  CALL(mknodat, folder, AT("pipe2"), S_IFIFO | 0600, 0);
  CALL(inotify_init);
  int watcher = (int)CALL(inotify_init1, 0), watch = (int)CALL(inotify_add_watch, watcher, AT("/tmp"), 0x100);
  CALL(inotify_rm_watch, watcher, watch);
}

static void wait_for_events(void) {
  struct pollfd input = {0, POLLIN, 0};
  struct timeval at_once = {0};
  struct epoll_event event = {.events = EPOLLIN}, found;
  uint64_t mask = 1 << (SIGUSR2 - 1);
  struct itimerspec never = {{0}, {0}};
  CALL(poll, AT(&input), 1, 0);
  CALL(ppoll, AT(&input), 1, AT(&soon), 0, 0);
  CALL(select, 0, 0, 0, 0, AT(&at_once));
  CALL(pselect6, 0, 0, 0, 0, AT(&soon), 0);
  CALL(epoll_create, 1);
  int queue = (int)CALL(epoll_create1, 0), counter = (int)CALL(eventfd2, 0, 0);
  CALL(epoll_ctl, queue, EPOLL_CTL_ADD, counter, AT(&event));
  CALL(epoll_wait, queue, AT(&found), 1, 0);
  CALL(epoll_pwait, queue, AT(&found), 1, 0, 0, 8);
  CALL(epoll_pwait2, queue, AT(&found), 1, AT(&soon), 0, 8);
  CALL(signalfd4, -1, AT(&mask), 8, 0);
  int timer = (int)CALL(timerfd_create, CLOCK_MONOTONIC, 0);
  CALL(timerfd_settime, timer, 0, AT(&never), 0);
  CALL(timerfd_gettime, timer, AT(&never));
}

static void use_memory(void) {
  char *area = (char *)CALL(mmap, 0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CALL(madvise, AT(area), 4096, MADV_DONTNEED);
  CALL(mincore, AT(area), 4096, AT(buffer));
  CALL(mlock, AT(area), 4096);
  CALL(munlock, AT(area), 4096);
  CALL(mlock2, AT(area), 4096, 0);
  CALL(mprotect, AT(area), 4096, PROT_READ);
  area = (char *)CALL(mremap, AT(area), 8192, 4096, 0);
  // A processor without protection keys has none to give, which is another answer than a refusal.
  long key = syscall(SYS_pkey_alloc, 0, 0);
  int none = key < 0 ? errno : 0;
  record("pkey_alloc", SYS_pkey_alloc, ARGUMENTS(0), none == ENOSPC || none == EINVAL ? none : 0, none);
  CALL_FAILS(pkey_mprotect, key < 0 ? EINVAL : 0, AT(area), 4096, PROT_READ, key < 0 ? 15 : key);
  CALL_FAILS(pkey_free, key < 0 ? EINVAL : 0, key < 0 ? 15 : key);
  CALL(munmap, AT(area), 4096);
  CALL(brk, 0);
  CALL(membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
}

static int status_of(long child) {
  int status = -1;
  waitpid((pid_t)child, &status, 0);
  return status;
}

static void *end_thread(void *argument) {
  (void)argument;
  syscall(SYS_exit, 0);
  return NULL;
}

static void start_processes(void) {
  char *const echo[] = {"bootstrap", "end", NULL}, *const nothing[] = {NULL};
  fflush(stdout);
  long child = syscall(SYS_fork);
  if (child == 0) syscall(SYS_exit_group, 3);
  MADE(fork, child > 0 && WEXITSTATUS(status_of(child)) == 3);
  MADE(exit_group, child > 0);
  fflush(stdout);
  child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) syscall(SYS_execve, "/var/task/bootstrap", echo, nothing);
  MADE(clone, child > 0);
  MADE(execve, WEXITSTATUS(status_of(child)) == 7);
  int program = open("/var/task/bootstrap", O_PATH);
  child = vfork();
  if (child == 0) {
    syscall(SYS_execveat, program, "", echo, nothing, AT_EMPTY_PATH);
    _exit(1);
  }
  MADE(vfork, child > 0);
  CALL(waitid, P_PID, child, 0, WEXITED | WNOWAIT, 0);
  int status = 0;
  CALL(wait4, child, AT(&status), 0, 0);
  MADE(execveat, WEXITSTATUS(status) == 7);
  pthread_t thread;
  int started = pthread_create(&thread, NULL, end_thread, NULL);
  MADE(exit, started == 0 && pthread_join(thread, NULL) == 0);
}

static void be_a_thread(void) {
  static int word;
  CALL(set_tid_address, AT(&word));
  CALL(set_robust_list, AT(buffer), 24);
  CALL_FAILS(rseq, EINVAL, AT(buffer), 1, 0, 0);
  CALL(arch_prctl, ARCH_GET_FS, AT(buffer));
  CALL(futex, AT(&word), FUTEX_WAKE, 1);
  CALL(sched_yield);
  CALL(getcpu, AT(buffer), 0, 0);
  CALL(gettid);
  CALL(prctl, PR_SET_NAME, AT("name"));
  CALL(prctl, PR_GET_NAME, AT(buffer));
  CALL(prctl, PR_SET_PDEATHSIG, 0);
  CALL(prctl, PR_GET_DUMPABLE);
  CALL(prctl, PR_SET_DUMPABLE, 1);
  CALL(prctl, PR_SET_NO_NEW_PRIVS, 1);
  CALL(prctl, PR_GET_SECCOMP);
  CALL(prctl, PR_CAPBSET_READ, 0);
  CALL(prctl, PR_SET_CHILD_SUBREAPER, 0);
  CALL(prctl, PR_SET_THP_DISABLE, 0);
  void *area = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  // A kernel built without names of memory areas says that it has none.
  errno = 0;
  prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, area, 4096, "name");
  record("prctl", SYS_prctl, ARGUMENTS(PR_SET_VMA, PR_SET_VMA_ANON_NAME), errno == EINVAL ? EINVAL : 0, errno);
}

static void be_someone(void) {
  uid_t uid = getuid();
  gid_t gid = getgid();
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{0}};
  CALL(getpid);
  CALL(getppid);
  CALL(getpgid, 0);
  CALL(getpgrp);
  CALL(getsid, 0);
  CALL(getuid);
  CALL(geteuid);
  CALL(getgid);
  CALL(getegid);
  CALL(getresuid, AT(buffer), AT(buffer), AT(buffer));
  CALL(getresgid, AT(buffer), AT(buffer), AT(buffer));
  CALL(getgroups, 0, 0);
  CALL(setuid, uid);
  CALL(setgid, gid);
  CALL(setreuid, uid, uid);
  CALL(setregid, gid, gid);
  CALL(setresuid, uid, uid, uid);
  CALL(setresgid, gid, gid, gid);
  CALL_FAILS(setgroups, EPERM, 0, 0);
  CALL(capget, AT(&header), AT(data));
  CALL(capset, AT(&header), AT(data));
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    CALL(setpgid, 0, 0);
    exit(0);
  }
  status_of(child);
  child = fork();
  if (child == 0) {
    CALL(setsid);
    exit(0);
  }
  status_of(child);
}

static void ask_for_limits(void) {
  const int settable[] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK,
                          RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_MEMLOCK, RLIMIT_AS};
  struct rlimit limit;
  for (size_t at = 0; at < sizeof settable / sizeof settable[0]; at++) {
    CALL(prlimit64, 0, settable[at], 0, AT(&limit));
    CALL(getrlimit, settable[at], AT(&limit));
    CALL(prlimit64, 0, settable[at], AT(&limit), 0);
    CALL(setrlimit, settable[at], AT(&limit));
  }
  CALL(prlimit64, 0, RLIMIT_CORE, 0, AT(&limit));
  CALL(getrusage, RUSAGE_SELF, AT(buffer));
  CALL(times, AT(buffer));
  CALL(getpriority, PRIO_PROCESS, 0);
  CALL(setpriority, PRIO_PROCESS, 0, 19);
  CALL(ioprio_get, 1, 0);
  struct sched_param ordinary = {0};
  CALL(sched_getaffinity, 0, 128, AT(buffer));
  CALL(sched_setaffinity, 0, 128, AT(buffer));
  CALL(sched_getparam, 0, AT(&ordinary));
  CALL(sched_setparam, 0, AT(&ordinary));
  CALL(sched_getscheduler, 0);
  CALL(sched_setscheduler, 0, SCHED_OTHER, AT(&ordinary));
  CALL(sched_get_priority_max, SCHED_OTHER);
  CALL(sched_get_priority_min, SCHED_OTHER);
}

static void on_signal(int number) { (void)number; }

static void ring_soon(void) {
  const struct itimerval repeated = {{0, 20000}, {0, 20000}};
  CALL(setitimer, ITIMER_REAL, AT(&repeated), 0);
}

static void handle_signals(void) {
  uint64_t none = 0, user = 1 << (SIGUSR1 - 1);
  siginfo_t information = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};
  pid_t self = getpid();
  signal(SIGALRM, on_signal);
  signal(SIGUSR1, on_signal);
  CALL(rt_sigaction, SIGUSR2, 0, AT(buffer), 8);
  CALL(rt_sigprocmask, SIG_BLOCK, AT(&user), 0, 8);
  CALL(kill, self, SIGUSR1);
  CALL(rt_sigpending, AT(buffer), 8);
  CALL(rt_sigtimedwait, AT(&user), 0, AT(&soon), 8);
  CALL(tkill, gettid(), SIGUSR1);
  CALL(tgkill, self, gettid(), SIGUSR1);
  CALL(rt_sigqueueinfo, self, SIGUSR1, AT(&information));
  CALL(rt_tgsigqueueinfo, self, gettid(), SIGUSR1, AT(&information));
  int process = (int)CALL(pidfd_open, self, 0);
  CALL(pidfd_send_signal, process, SIGUSR1, 0, 0);
  CALL(sigaltstack, 0, AT(buffer));
  ring_soon();
  CALL_FAILS(pause, EINTR);
  MADE(rt_sigreturn, 1);  // or the handler would not have come back
  CALL_FAILS(rt_sigsuspend, EINTR, AT(&none), 8);
  CALL(getitimer, ITIMER_REAL, AT(buffer));
  CALL(alarm, 0);
  CALL_FAILS(restart_syscall, EINTR);
}

static void tell_time(void) {
  struct sigevent silent = {.sigev_notify = SIGEV_NONE};
  struct itimerspec never = {{0}, {0}};
  int kernel_timer = 0;
  CALL(clock_gettime, CLOCK_REALTIME, AT(buffer));
  CALL(clock_getres, CLOCK_REALTIME, AT(buffer));
  CALL(clock_nanosleep, CLOCK_MONOTONIC, 0, AT(&soon), 0);
  CALL(nanosleep, AT(&soon), 0);
  CALL(gettimeofday, AT(buffer), 0);
  CALL(time, 0);
  CALL(timer_create, CLOCK_MONOTONIC, AT(&silent), AT(&kernel_timer));
  CALL(timer_settime, kernel_timer, 0, AT(&never), 0);
  CALL(timer_gettime, kernel_timer, AT(&never));
  CALL(timer_getoverrun, kernel_timer);
  CALL(timer_delete, kernel_timer);
  CALL(getrandom, AT(buffer), 16, 0);
  CALL(uname, AT(buffer));
  CALL(sysinfo, AT(buffer));
}

static void make_sockets(void) {
  for (int kind = SOCK_STREAM; kind <= SOCK_DGRAM; kind++) {
    CALL(socket, AF_INET, kind | SOCK_CLOEXEC, 0);
    CALL(socket, AF_INET, kind, kind == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP);
    CALL(socket, AF_INET6, kind | SOCK_NONBLOCK, 0);
    CALL(socket, AF_INET6, kind, kind == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP);
    CALL(socket, AF_UNIX, kind, 0);
  }
  CALL(socket, AF_UNIX, SOCK_SEQPACKET, 0);
  CALL(socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  int pair[2];
  CALL(socketpair, AF_UNIX, SOCK_STREAM, 0, AT(pair));
}

static void talk(void) {
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof here;
  struct iovec part = {buffer, 4};
  struct mmsghdr message = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  CALL(setsockopt, listener, SOL_SOCKET, SO_REUSEADDR, AT(&on), sizeof on);
  CALL(getsockopt, listener, SOL_SOCKET, SO_TYPE, AT(buffer), AT(&size));
  size = sizeof here;
  CALL(bind, listener, AT(&here), sizeof here);
  CALL(listen, listener, 8);
  CALL(getsockname, listener, AT(&here), AT(&size));
  int client = socket(AF_INET, SOCK_STREAM, 0), second = socket(AF_INET, SOCK_STREAM, 0);
  CALL(connect, client, AT(&here), sizeof here);
  int peer = (int)CALL(accept, listener, 0, 0);
  connect(second, (struct sockaddr *)&here, sizeof here);
  CALL(accept4, listener, 0, 0, SOCK_CLOEXEC);
  CALL(getpeername, client, AT(&here), AT(&size));
  CALL(sendto, client, AT(buffer), 4, 0, 0, 0);
  CALL(recvfrom, peer, AT(buffer), 4, 0, 0, 0);
  CALL(sendmsg, client, AT(&message.msg_hdr), 0);
  CALL(recvmsg, peer, AT(&message.msg_hdr), 0);
  CALL(sendmmsg, client, AT(&message), 1, 0);
  CALL(recvmmsg, peer, AT(&message), 1, 0, 0);
  CALL(ioctl, client, FIONBIO, AT(&on));
  CALL(shutdown, client, SHUT_RDWR);
}

static void ask_for_addresses(void) {
  int control = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifconf all = {.ifc_len = sizeof buffer, .ifc_buf = buffer};
  struct ifreq loopback = {.ifr_name = "lo"};
  CALL(ioctl, control, SIOCGIFCONF, AT(&all));
  CALL(ioctl, control, SIOCGIFADDR, AT(&loopback));
  CALL(ioctl, control, SIOCGIFFLAGS, AT(&loopback));
  CALL(ioctl, control, SIOCGIFNETMASK, AT(&loopback));
  CALL(ioctl, control, SIOCGIFMTU, AT(&loopback));
  CALL(ioctl, control, SIOCGIFINDEX, AT(&loopback));
  CALL(ioctl, control, SIOCGIFNAME, AT(&loopback));
  CALL(personality, 0xffffffff);
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "end") == 0) return 7;
  setvbuf(stdout, NULL, _IOFBF, sizeof buffer);
  move_bytes();
  name_files();
  wait_for_events();
  use_memory();
  start_processes();
  be_someone();
  ask_for_limits();
  handle_signals();
  tell_time();
  make_sockets();
  talk();
  ask_for_addresses();
  be_a_thread();
  return 0;
}
