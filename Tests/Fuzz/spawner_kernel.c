#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "host_view.h"
#include "kernel.h"
#include "privilege.h"
#include "root.h"
#include "sandbox_entry.h"
#include "spawner_world.h"

enum {
  PROCESS = 4711,
  TREE_CHECKS = 16,  // one in so many looks at every tree: there are a thousand
};

struct kernel kernel;
static bool is_mounted[MAXIMUM_TREES];
static bool is_among_trees;  // in their mount namespace; the files of both are the doubles' own
static char groups[ALL_SLOTS][CGROUP_NAME];  // one for each slot at most

static bool fails(void) {
  if (kernel.calls_until_fault == 0 || --kernel.calls_until_fault > 0) return false;
  errno = kernel.fault;
  return true;
}

static void close_if_open(int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

void kernel_reset(void) {
  kernel = (struct kernel){.pending_control = -1, .pending_output = -1, .pending_zygote = -1, .now = 1000000};
  memset(is_mounted, 0, sizeof is_mounted);
  is_among_trees = false;
  memset(groups, 0, sizeof groups);
}

// Processes

struct child *kernel_child(unsigned number) {
  for (unsigned index = 0; index < ALL_SLOTS; index++) {
    struct child *child = &kernel.children[(number + index) % ALL_SLOTS];
    if (child->is_there && !child->has_ended) return child;
  }
  return NULL;
}

static struct child *child_of(int process) {
  for (unsigned index = 0; index < ALL_SLOTS; index++)
    if (kernel.children[index].is_there && kernel.children[index].process == process) return &kernel.children[index];
  MUST(false, "a process is meant that was never cloned, or is gone");
}

void child_end(struct child *child, int code, int status) {
  if (child->has_ended) return;
  child->has_ended = true;
  child->code = code;
  child->status = status;
  close_if_open(&child->control);
  close_if_open(&child->output);
  close_if_open(&child->zygote);
  MUST(eventfd_write(child->process, 1) == 0, "the pidfd is not the one that was given");
}

// A zygote is who stays in the spawner's namespace of processes.
pid_t kernel_clone(uint64_t flags, int *process_descriptor) {
  bool is_zygote = (flags & CLONE_NEWPID) == 0;
  MUST(!is_among_trees, "a sandbox that starts with a copy of every tree's mount");
  if (fails()) return -1;
  for (unsigned index = 0; index < ALL_SLOTS; index++) {
    struct child *child = &kernel.children[index];
    if (child->is_there) continue;
    *process_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    *child = (struct child){.is_there = true, .process = *process_descriptor};
    child->control = kernel.pending_control;
    child->output = kernel.pending_output;
    child->zygote = is_zygote ? kernel.pending_zygote : -1;
    kernel.pending_control = kernel.pending_output = -1;
    if (is_zygote) kernel.pending_zygote = -1;
    close_if_open(&kernel.pending_zygote);
    return PROCESS;
  }
  MUST(false, "more processes than slots");
}

pid_t kernel_clone_within(const struct kernel_clone_request *request, int *process_descriptor) {
  MUST(fcntl(request->user_namespace, F_GETFD) >= 0 && request->user != 0 && request->group != 0, "below no zygote");
  MUST((request->flags & CLONE_NEWPID) != 0, "a sandbox without a namespace of processes");
  MUST((request->flags & CLONE_NEWNET) == 0, "a network that the sandbox takes with it");
  return request->prepare(request->argument) == 0 ? kernel_clone(request->flags, process_descriptor) : -1;
}

// Surroundings

int surroundings_enter(struct surroundings *surroundings) {
  MUST(surroundings->network < 0 && surroundings->ipc < 0 && surroundings->root < 0, "a second network, or files that nobody made");
  MUST(surroundings->zygote != 0, "below no zygote");
  if (fails()) return -1;
  surroundings->network = open("/dev/null", O_RDONLY | O_CLOEXEC);
  surroundings->ipc = open("/dev/null", O_RDONLY | O_CLOEXEC);
  surroundings->root = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return 0;
}

void surroundings_leave(const struct surroundings *surroundings, int64_t now) {
  (void)now;
  MUST(surroundings->root < 0, "files that are in no sandbox");
  if (surroundings->network < 0) return;
  MUST(surroundings->zygote != 0 && close(surroundings->network) == 0, "a network of no zygote, or one that was left before");
  MUST(close(surroundings->ipc) == 0, "a namespace that was left before");
}

int64_t surroundings_drop(int64_t now) {
  (void)now;
  return INT64_MAX;
}

int kernel_signal_process(int process_descriptor, int signal_number) {
  child_end(child_of(process_descriptor), CLD_KILLED, signal_number);
  return 0;
}

int double_waitid(idtype_t type, id_t id, siginfo_t *info, int options) {
  MUST(type == (idtype_t)P_PIDFD, "waits for others than by pidfd");
  struct child *child = child_of((int)id);
  info->si_pid = 0;
  MUST(child->has_ended || (options & WNOHANG) != 0, "waits for a process that was not told to end");
  if (!child->has_ended) return 0;
  info->si_pid = PROCESS;
  info->si_code = child->code;
  info->si_status = child->status;
  child->is_there = false;
  return 0;
}

_Noreturn void sandbox_child(const struct plan *plan, char *argument_memory) {
  (void)plan, (void)argument_memory;
  abort();
}

int double_socketpair(int domain, int type, int protocol, int ends[2]) {
  if (fails() || socketpair(domain, type, protocol, ends) != 0) return -1;
  close_if_open(&kernel.pending_zygote);
  kernel.pending_zygote = kernel.pending_control;
  kernel.pending_control = dup(ends[1]);
  return 0;
}

int double_pipe2(int ends[2], int flags) {
  if (fails() || pipe2(ends, flags) != 0) return -1;
  close_if_open(&kernel.pending_output);
  kernel.pending_output = dup(ends[1]);
  fcntl(kernel.pending_output, F_SETFL, O_NONBLOCK);
  return 0;
}

int double_open(const char *path, int flags, ...) {
  MUST(strncmp(path, "/proc/4711/", 11) == 0, "opens a file that is none of its business");
  return fails() ? -1 : open("/dev/null", flags);
}

// Time and events

int double_clock_gettime(clockid_t clock, struct timespec *now) {
  MUST(clock == CLOCK_MONOTONIC, "asks a clock that can be set");
  *now = (struct timespec){.tv_sec = kernel.now / 1000, .tv_nsec = kernel.now % 1000 * 1000000};
  return 0;
}

int double_epoll_ctl(int set, int operation, int descriptor, struct epoll_event *event) {
  if (operation == EPOLL_CTL_DEL) kernel.is_stopping = true;
  return operation == EPOLL_CTL_ADD && fails() ? -1 : epoll_ctl(set, operation, descriptor, event);
}

// Once the input is used up: all that lives is ended, all that is owed must come, and then the server goes.
static bool wind_down(int timeout) {
  struct child *child = kernel_child(0);
  kernel.calls_until_fault = 0;
  if (server_is_open() && server_read(1000) > 0) return true;
  if (child != NULL) {
    child_end(child, CLD_KILLED, SIGKILL);
    return true;
  }
  if (server_is_open() && !kernel.is_stopping && !kernel.keeps_nothing) {
    kernel.keeps_nothing = server_end_stock();
    return true;
  }
  if (timeout >= 0 || kernel.is_stopping) {
    kernel.now += timeout > 0 ? timeout : 1;
    return false;
  }
  MUST(server_is_open(), "the server is gone and the spawner stays");
  server_check_quiet();
  server_close();
  return true;
}

int double_epoll_wait(int set, struct epoll_event *events, int maximum, int timeout) {
  for (;;) {
    int count = epoll_wait(set, events, maximum, 0);
    if (count != 0) return count;
    bool passes_time = false;
    bool has_acted = !kernel.is_stopping && input_act(&passes_time);
    if (has_acted ? passes_time : !wind_down(timeout)) return 0;
  }
}

// Memory, text and files

void *double_malloc(size_t size) { return fails() ? NULL : malloc(size); }

int double_fprintf(FILE *file, const char *format, ...) {
  (void)file, (void)format;
  return 0;
}

// Either way: whoever is in one goes to the other.
int double_setns(int namespace, int kind) {
  (void)namespace;
  MUST(kind == CLONE_NEWNS, "enters what is no mount namespace");
  is_among_trees = !is_among_trees;
  return 0;
}

static unsigned tree_number(const char *path) {
  unsigned number = MAXIMUM_TREES;
  MUST(is_among_trees, "looks for a tree where none is");
  MUST(sscanf(path, "/trees/%u", &number) == 1 && number < MAXIMUM_TREES, "a path that is no tree's");
  return number;
}

int double_mkdir(const char *path, mode_t mode) {
  (void)mode;
  tree_number(path);
  if (fails()) return -1;
  errno = EEXIST;
  return -1;
}

int double_mount(const char *source, const char *target, const char *type, unsigned long flags, const void *options) {
  (void)source, (void)type;
  unsigned number = tree_number(target);
  MUST((flags & (MS_NOSUID | MS_NODEV)) == (MS_NOSUID | MS_NODEV), "a tree with devices or set-uid programs");
  if (kernel.is_old && strstr(options, "noswap") != NULL) {
    errno = EINVAL;
    return -1;
  }
  if (fails()) return -1;
  MUST(is_mounted[number] == ((flags & MS_REMOUNT) != 0), "mounts over a tree, or seals what is not there");
  is_mounted[number] = true;
  return 0;
}

int double_umount2(const char *target, int flags) {
  (void)flags;
  unsigned number = tree_number(target);
  MUST(is_mounted[number], "unmounts what is not mounted");
  is_mounted[number] = false;
  return 0;
}

// With no root that is kept.
int root_open_code(unsigned number, const struct root_code *code, const char *lower) {
  MUST(number == 0 && code->code != 0, "kept for nobody, or made of nothing");
  return kernel_open_overlay(lower);
}

void root_forget_code(uint64_t tree) { MUST(is_among_trees && tree != 0, "looks for a tree where none is"); }

// Of trees that are there alone.
int kernel_open_overlay(const char *lower) {
  char copy[SP_MAX_LAYERS * 32], *rest = NULL;
  MUST(strlen(lower) < sizeof copy, "more layers than there may be");
  strcpy(copy, lower);
  for (char *path = strtok_r(copy, ":", &rest); path != NULL; path = strtok_r(NULL, ":", &rest))
    MUST(is_mounted[tree_number(path)], "an overlay of what is not there");
  return fails() ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int kernel_open_bind(const char *source, uint64_t attributes, unsigned flags) {
  MUST(flags == 0 && is_mounted[tree_number(source)], "opens what is not there, or what is below");
  MUST(attributes == (KERNEL_NO_SETUID | KERNEL_NO_DEVICES), "a tree to fill with devices or set-uid programs");
  return fails() ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

const struct sock_fprog *entry_filter(void) {
  static struct sock_filter allow = {0};
  static const struct sock_fprog filter = {.len = 1, .filter = &allow};
  return &filter;
}

// Whether a tree has extensions, in the way of its number.
int double_lstat(const char *path, struct stat *status) {
  (void)status;
  unsigned number = 0;
  int length = 0;
  MUST(sscanf(path, "/trees/%u/extensions%n", &number, &length) == 1 && path[length] == '\0' && length > 0,
       "looks at a path that is not a tree's");
  MUST(is_among_trees && number < MAXIMUM_TREES && is_mounted[number], "looks into a tree that is not there");
  if (fails()) return -1;
  if (number % 2 == 1) return 0;
  errno = ENOENT;
  return -1;
}

ssize_t double_pread(int file, void *bytes, size_t size, off_t offset) {
  (void)file, (void)offset;
  return fails() ? -1 : snprintf(bytes, size, "%llu", (unsigned long long)kernel.use);
}

int double_fstatfs(int file, struct statfs *status) {
  (void)file;
  *status = (struct statfs){.f_blocks = 1000, .f_bfree = 900, .f_bsize = 4096};
  return fails() ? -1 : 0;
}

int double_statfs(const char *path, struct statfs *status) {
  MUST(is_mounted[tree_number(path)], "measures what is not there");
  *status = (struct statfs){.f_blocks = 1000, .f_bfree = 900, .f_bsize = 4096, .f_files = 100, .f_ffree = 90};
  return fails() ? -1 : 0;
}

int devices_prepare(uint32_t slot) {
  MUST(slot < ALL_SLOTS, "devices of no slot");
  return fails() ? -1 : 0;
}

void devices_path(uint32_t slot, char *path, size_t size) { snprintf(path, size, "/devices/%u", slot); }

// Privilege

enum privilege privilege_held(void) { return PRIVILEGE_ROOT; }

uint32_t privilege_sandbox_id(uint32_t uid_base, uint32_t slot) {
  MUST(slot < ALL_SLOTS, "an id of no slot");
  return uid_base + slot;
}

int privilege_map_ids(pid_t process, uint32_t id) {
  MUST(process == PROCESS && id != 0, "the ids of somebody else");
  return fails() ? -1 : 0;
}

struct nested_id privilege_nested_id(uint32_t uid_base, uint32_t slot) {
  MUST(slot < ENVIRONMENT_PLACES, "a nested id of what is no environment");
  return (struct nested_id){.user = uid_base + slot, .group = uid_base + slot};
}

int privilege_map_zygote_ids(pid_t process, uint32_t id, uint32_t uid_base, uint32_t count) {
  MUST(process == PROCESS && id >= uid_base + ENVIRONMENT_PLACES && count == ENVIRONMENT_PLACES,
       "a zygote with other ids than those of sandboxes");
  return fails() ? -1 : 0;
}

// Control groups

void cgroup_each_child(int directory, const char *group, void (*use)(int parent, const char *name, void *context),
                       void *context) {
  (void)directory, (void)group, (void)use, (void)context;
  MUST(false, "looks for the groups of a predecessor");
}

static char *group_find(const char *name) {
  for (unsigned index = 0; index < ALL_SLOTS; index++)
    if (strcmp(groups[index], name) == 0) return groups[index];
  return NULL;
}

static bool group_open(const char *instance) {
  (void)instance;
  return true;
}

static int group_create(const char *name, const struct cgroup_limits *limits) {
  MUST(group_find(name) == NULL, "a control group that is there");
  MUST(limits->memory_bytes > 0 && limits->processes > 0, "a control group without limits");
  if (fails()) return -1;
  char *room = group_find("");
  MUST(room != NULL && name[0] != '\0', "more control groups than slots");
  strcpy(room, name);
  return 0;
}

static int group_call(const char *name) {
  MUST(group_find(name) != NULL, "a control group that is not there");
  return fails() ? -1 : 0;
}

static int group_limit_memory(const char *name, uint64_t bytes) {
  MUST(bytes > 0, "a control group without a limit");
  return group_call(name);
}

static int group_share(const char *name, uint32_t memory_mib) {
  MUST(memory_mib > 0, "a control group without a share");
  return group_call(name);
}

// What a zygote has forked is told of by who sent the message: here, by us.
static int group_attach(const char *name, pid_t process) {
  MUST(process == PROCESS || process == getpid(), "a process of somebody else");
  return group_call(name);
}

static int group_settle(const char *name, uint32_t memory_mib) {
  MUST(memory_mib > 0, "no memory");
  return group_call(name);
}

static int group_file(const char *name) { return group_call(name) != 0 ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC); }

static int group_read_memory(const char *name, struct cgroup_memory *memory) {
  *memory = kernel.memory;
  return group_call(name);
}

static void group_read_result(const char *name, struct cgroup_result *result) {
  if (group_call(name) == 0) *result = (struct cgroup_result){.memory_peak = kernel.use};
}

static void group_kill_all(const char *name) { group_call(name); }

static int group_remove(const char *name) {
  char *group = group_find(name);
  if (group == NULL || kernel.busy > 0) {
    errno = group == NULL ? ENOENT : EBUSY;
    if (group != NULL) kernel.busy--;
    return -1;
  }
  group[0] = '\0';
  return 0;
}

static int group_remove_parent(void) { return 0; }

static int group_directory(unsigned index) {
  (void)index;
  return -1;
}

const struct cgroup_driver cgroup_v1 = {
    .open = group_open,
    .create = group_create,
    .limit_memory = group_limit_memory,
    .share_processor = group_share,
    .attach = group_attach,
    .settle = group_settle,
    .open_peak = group_file,
    .open_usage = group_file,
    .open_group = group_file,
    .open_freezer = group_file,
    .read_memory = group_read_memory,
    .read_result = group_read_result,
    .kill_all = group_kill_all,
    .remove = group_remove,
    .remove_parent = group_remove_parent,
    .directory = group_directory,
};
const struct cgroup_driver cgroup_v2 = {.open = group_open}, cgroup_none = {.open = group_open};

// Checks

static bool lives_in(const struct sandbox *sandbox) {
  return sandbox->state != SLOT_FREE && sandbox->state != SANDBOX_REMOVING;
}

static void check_slot(const struct spawner *spawner, const struct sandbox *sandbox) {
  bool lives = lives_in(sandbox);
  MUST(lives == (sandbox->generation != 0 && sandbox->process >= 0), "a slot whose process and state differ");
  if (lives) child_of(sandbox->process);
  bool has_group = sandbox->group[0] != '\0' && group_find(sandbox->group) != NULL;
  MUST(has_group == (sandbox->state != SLOT_FREE), "a slot whose control group and state differ");
  if (!sandbox_fills_tree(sandbox->kind) || !lives) return;
  const struct tree *tree = sandbox->tree;
  MUST(tree >= spawner->trees && tree < spawner->trees + MAXIMUM_TREES, "fills no tree");
  MUST(tree->state == TREE_FILLING && tree->waiter_count >= 1 && tree->waiter_count <= MAXIMUM_WAITERS,
       "fills a tree that nobody waits for");
  MUST(tree->is_compiled == (sandbox->kind == SANDBOX_COMPILE), "fills a tree of the other kind");
}

static void check_trees(const struct spawner *spawner) {
  unsigned filled = 0, fillers = 0;
  for (unsigned index = 0; index < MAXIMUM_TREES; index++) {
    const struct tree *tree = &spawner->trees[index];
    MUST((tree->state != TREE_ABSENT) == is_mounted[index], "a tree whose mount and state differ");
    if (tree->state == TREE_FILLING) filled++;
    if (tree->state != TREE_READY) continue;
    MUST(!tree->is_forgotten, "a tree that nobody can ask for stays");
    MUST(!tree->is_compiled || tree->code.account == tree->key.account, "compiled of another account's code");
    if (tree->is_compiled) continue;  // the kernel holds it to its limits
    MUST(tree->bytes <= tree->maximum_bytes && tree->entries <= tree->maximum_entries, "a tree beyond its limits");
  }
  for (unsigned slot = FIRST_UNPACKER; slot < ALL_SLOTS; slot++) fillers += lives_in(&spawner->sandboxes[slot]);
  MUST(filled == fillers, "a tree that is being filled by nobody");
}

// The numbers of a line are those of its sandboxes.
static void check_line(const struct spawner *spawner, const struct stock *stock) {
  unsigned on_the_way = 0, parked = 0, waiting = 0;
  for (unsigned slot = 0; slot < ENVIRONMENT_PLACES; slot++) {
    const struct sandbox *sandbox = &spawner->sandboxes[slot];
    if (sandbox->state == SLOT_FREE || sandbox->stock != stock) continue;
    MUST(!sandbox->is_assigned && sandbox->kind == SANDBOX_ENVIRONMENT, "one of the stock that is somebody's");
    parked += sandbox->state == SANDBOX_PARKED;
    on_the_way += sandbox->state == SANDBOX_BUILDING || sandbox->state == SANDBOX_PARKING;
  }
  for (const struct waiting_start *each = stock->first; each != NULL; each = each->next) waiting++;
  MUST(parked == stock->parked && on_the_way == stock->on_the_way, "a line that counts what is not there");
  MUST(waiting <= on_the_way, "somebody waits for what nobody makes");
  MUST(stock->zygote == NULL || (stock->zygote->stock == stock && lives_in(stock->zygote)), "a zygote that is gone");
  MUST(stock->is_defined || parked + on_the_way + waiting == 0, "a line that was never asked for");
}

static void check_stock(const struct spawner *spawner) {
  unsigned assigned = 0, spare = 0, waiting = 0;
  for (unsigned slot = 0; slot < ENVIRONMENT_PLACES; slot++) {
    const struct sandbox *sandbox = &spawner->sandboxes[slot];
    if (sandbox->state == SLOT_FREE) continue;
    assigned += sandbox->is_assigned;
    spare += !sandbox->is_assigned;
  }
  for (unsigned index = 0; index < SP_MAX_STOCKS; index++) {
    const struct stock *stock = &spawner->stocks[index];
    if (stock->is_defined) check_line(spawner, stock);
    for (const struct waiting_start *each = stock->first; each != NULL; each = each->next) waiting++;
  }
  MUST(assigned == spawner->assigned && waiting == spawner->waiting, "counts of environments that are not there");
  MUST(assigned + waiting <= ENVIRONMENT_SLOTS && spare <= SP_STOCK_PLACES, "places of somebody else are taken");
}

void kernel_check(const struct spawner *spawner) {
  unsigned living = 0, children = 0;
  for (unsigned slot = 0; slot < ALL_SLOTS; slot++) {
    check_slot(spawner, &spawner->sandboxes[slot]);
    living += lives_in(&spawner->sandboxes[slot]);
    children += kernel.children[slot].is_there;
  }
  MUST(living == children, "a process without a slot");
  check_stock(spawner);
  if (kernel.checks++ % TREE_CHECKS == 0) check_trees(spawner);
}

void kernel_check_end(const struct spawner *spawner) {
  kernel_check(spawner);
  check_trees(spawner);
  for (unsigned slot = 0; slot < ALL_SLOTS; slot++)
    MUST(spawner->sandboxes[slot].state == SLOT_FREE, "a sandbox outlives its spawner");
  close_if_open(&kernel.pending_control);
  close_if_open(&kernel.pending_output);
  close_if_open(&kernel.pending_zygote);
}
