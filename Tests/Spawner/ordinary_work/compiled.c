// What a compiled program does for a living: threads, children, files, events, sockets on loopback. Standard C library
// only, so that it is built against glibc and musl alike.
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#undef NDEBUG
#define IS_OK(call) assert((call) >= 0)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int ready;

static void *count(void *argument) {
  pthread_mutex_lock(&mutex);
  ready++;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
  return argument;
}

static void use_threads(void) {
  pthread_t threads[8];
  for (int at = 0; at < 8; at++) assert(pthread_create(&threads[at], NULL, count, NULL) == 0);
  pthread_mutex_lock(&mutex);
  while (ready < 8) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
  for (int at = 0; at < 8; at++) assert(pthread_join(threads[at], NULL) == 0);
  sem_t *semaphore = sem_open("/work", O_CREAT, 0600, 1);
  assert(semaphore != SEM_FAILED && sem_wait(semaphore) == 0 && sem_post(semaphore) == 0);
  sem_unlink("/work");
}

static void use_children(void) {
  extern char **environ;
  int status = 0;
  pid_t child = fork();
  if (child == 0) _exit(3);
  assert(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 3);
  char *const arguments[] = {"sh", "-c", "exit 4", NULL};
  assert(posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ) == 0);
  assert(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 4);
  child = vfork();
  if (child == 0) {
    execve("/bin/true", arguments, environ);
    _exit(1);
  }
  assert(waitpid(child, &status, 0) == child && status == 0);
  char line[16] = "";
  FILE *pipe = popen("echo popen", "r");
  assert(pipe != NULL && fgets(line, sizeof line, pipe) != NULL && strcmp(line, "popen\n") == 0 && pclose(pipe) == 0);
  assert(system("true") == 0);
}

static void use_files(void) {
  char name[] = "/tmp/work-XXXXXX", text[8] = "";
  struct stat found;
  struct statvfs space;
  int file = mkstemp(name);
  assert(file >= 0 && write(file, "text", 4) == 4 && pread(file, text, 4, 0) == 4 && strcmp(text, "text") == 0);
  IS_OK(fsync(file));
  IS_OK(ftruncate(file, 8192));
  char *area = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  assert(area != MAP_FAILED && area[0] == 't');
  IS_OK(msync(area, 8192, MS_SYNC));
  IS_OK(lockf(file, F_LOCK, 0));
  IS_OK(stat(name, &found));
  IS_OK(fstat(file, &found));
  IS_OK(lstat(name, &found));
  IS_OK(statvfs(name, &space));
  IS_OK(chmod(name, 0640));
  IS_OK(utimensat(AT_FDCWD, name, NULL, 0));
  IS_OK(rename(name, "/tmp/renamed"));
  IS_OK(mkfifo("/tmp/fifo", 0600));
  FILE *stream = tmpfile();
  assert(stream != NULL && fprintf(stream, "%d", 7) == 1 && fflush(stream) == 0);
  int shared = shm_open("/work", O_CREAT | O_RDWR, 0600);
  assert(shared >= 0 && ftruncate(shared, 4096) == 0 && shm_unlink("/work") == 0);
}

static void wait_for_events(void) {
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, SIGUSR1);
  sigprocmask(SIG_BLOCK, &one, NULL);
  struct itimerspec soon = {.it_value = {.tv_nsec = 1000000}};
  struct epoll_event event = {.events = EPOLLIN}, found[4];
  int queue = epoll_create1(EPOLL_CLOEXEC);
  int sources[] = {eventfd(1, EFD_NONBLOCK), timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK),
                   signalfd(-1, &one, SFD_NONBLOCK)};
  IS_OK(timerfd_settime(sources[1], 0, &soon, NULL));
  IS_OK(raise(SIGUSR1));
  for (int at = 0; at < 3; at++) {
    event.data.fd = sources[at];
    IS_OK(epoll_ctl(queue, EPOLL_CTL_ADD, sources[at], &event));
  }
  char block[128];
  for (int seen = 0; seen < 3;) {
    int number = epoll_wait(queue, found, 4, 5000);
    assert(number > 0);
    for (int at = 0; at < number; at++) seen += read(found[at].data.fd, block, sizeof block) > 0;
  }
  timer_t timer;
  struct sigevent by_signal = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  int number = 0;
  IS_OK(timer_create(CLOCK_MONOTONIC, &by_signal, &timer));
  IS_OK(timer_settime(timer, 0, &soon, NULL));
  assert(sigwait(&one, &number) == 0 && number == SIGUSR1);
  IS_OK(timer_delete(timer));
  IS_OK(nanosleep(&soon.it_value, NULL));
}

static void use_sockets(void) {
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof here;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  int client = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  IS_OK(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
  IS_OK(bind(listener, (struct sockaddr *)&here, sizeof here));
  IS_OK(listen(listener, 8));
  IS_OK(getsockname(listener, (struct sockaddr *)&here, &size));
  IS_OK(connect(client, (struct sockaddr *)&here, sizeof here));
  int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  char text[4] = "";
  assert(send(client, "hi", 2, MSG_NOSIGNAL) == 2 && recv(peer, text, 2, 0) == 2 && strcmp(text, "hi") == 0);
  int pair[2];
  IS_OK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
  struct pollfd input = {pair[0], POLLIN, 0};
  assert(write(pair[1], "x", 1) == 1 && poll(&input, 1, 5000) == 1);
}

static void ask(void) {
  struct rlimit limit;
  unsigned char random[16];
  char host[64];
  IS_OK(getrlimit(RLIMIT_NOFILE, &limit));
  limit.rlim_cur = 512;
  IS_OK(setrlimit(RLIMIT_NOFILE, &limit));
  assert(getrandom(random, sizeof random, 0) == sizeof random && sysconf(_SC_NPROCESSORS_ONLN) > 0);
  IS_OK(gethostname(host, sizeof host));
  assert(strcmp(host, "sandbox") == 0 && getuid() > 0 && time(NULL) > 0 && !isatty(1));
  errno = 0;
  assert(nice(1) >= 0 || errno == 0);
}

int main(void) {
  use_threads();
  use_children();
  use_files();
  wait_for_events();
  use_sockets();
  ask();
  puts("all well");
  return 0;
}
