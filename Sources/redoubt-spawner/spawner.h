// The spawner's whole state: one of each, in one thread.
#ifndef REDOUBT_SPAWNER_H
#define REDOUBT_SPAWNER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup.h"
#include "configuration.h"
#include "memory_watch.h"
#include "plan.h"
#include "server_link.h"
#include "spawner_protocol.h"
#include "surroundings.h"
#include "zygote_protocol.h"

enum {
  SET_UP_MILLISECONDS = 10 * 1000,
  TREE_MILLISECONDS = 60 * 1000,     // to unpack an archive or to compile code
  KERNEL_MEMORY_MIB = 32,            // of the kernel's own for a sandbox, beyond what its processes and files use
  COOL_DOWN_MILLISECONDS = 100,      // before a slot, and with it a host id, is used again
  REFILL_PAUSE_MILLISECONDS = 20,    // after one was taken from the stock: what was started with it goes first
  MAXIMUM_REFILL_PAUSE = 5 * 1000,   // after failures, for each of which the pause doubles
  ZYGOTE_MILLISECONDS = 4 * 3600 * 1000,  // after which its hash seed and the layout of its memory are used no more
  PARKED_MEMORY_MIB = 512,           // of a zygote, and of a parked sandbox while nobody has asked for one
  PARKED_TEMPORARY_MIB = 512,        // size of /tmp, likewise; Lambda's default
  REMOVAL_PAUSE_MILLISECONDS = 5,    // between attempts to remove a control group that the kernel still holds
  MAXIMUM_TREES = 1024,
  MAXIMUM_WAITERS = 64,              // requests for one tree that is being unpacked
};

enum tree_state { TREE_ABSENT, TREE_FILLING, TREE_READY };

// Code of one account, or what was compiled of it, in a tmpfs of its own.
struct tree {
  enum tree_state state;
  bool is_forgotten;  // drop it as soon as it is filled
  struct sp_tree key;
  uint64_t number;  // no other tree's
  bool is_compiled;
  struct sp_tree code;  // that it was compiled of
  uint64_t maximum_bytes, bytes;
  uint32_t maximum_entries, entries;
  bool has_extensions;
  uint64_t waiters[MAXIMUM_WAITERS];  // requests to answer when it is filled
  uint32_t waiter_count;
};

enum sandbox_state {
  SLOT_FREE,
  SANDBOX_BUILDING,  // cloned; has not reported that it is ready
  SANDBOX_PARKING,   // built for the stock; its program is on the way to where it waits
  SANDBOX_PARKED,    // waits for SP_START
  SANDBOX_RUNNING,
  SANDBOX_REMOVING,  // no process is left; its control group still is
};

struct sandbox;

// A copy of an SP_START that waits for a sandbox that is being made for it; in memory of the spawner's own.
struct waiting_start {
  struct waiting_start *next;
  size_t size;
  _Alignas(struct sp_start) char bytes[];
};

// One line of the stock.
struct stock {
  bool is_defined;
  enum sp_stock_kind kind;
  uint64_t account;  // forked: whose it is
  uint32_t runtime, target;
  uint32_t memory_mib, ephemeral_mib;  // those of the function that asked last
  char *block;  // the environment of programs while they are parked
  uint32_t environment_count, environment_size;
  uint32_t on_the_way, parked;  // sandboxes
  uint32_t failures;            // of its sandboxes and of the zygote, since an SP_START got one
  int64_t refill_at;            // milliseconds of the monotonic clock
  struct waiting_start *first, *last;
  struct sandbox *zygote;
  bool zygote_is_ready;
  int64_t zygote_ends_at;       // milliseconds of the monotonic clock
  int zygote_socket, zygote_namespace;  // that of users; -1: none
  uint64_t zygote_number;       // no other zygote's
};

struct sandbox {
  enum sandbox_state state;
  enum sandbox_kind kind;
  uint32_t slot, generation;
  uint64_t request;   // SP_START
  bool is_assigned;   // to an SP_START
  struct stock *stock;           // it belongs to the stock, or is the zygote of this line; NULL as soon as it is assigned or
                                 // abandoned
  int parked_files[REPORT_READY_DESCRIPTORS];  // what sp_started has, of a sandbox of the stock
  int program_socket;            // the program's end, until the zygote has it
  int program_output;            // likewise, the log pipe's write end
  bool program_waits;            // PARKING: it has reached the place where it waits
  bool program_is_attached;      // PARKING, forked: its program is in its control group
  bool is_started;    // SP_STARTED was sent: SP_EXITED is owed
  bool is_let_go;     // SP_DISMISS came: the server looks at its control group no more
  uint32_t memory_mib;
  struct tree *tree;  // that it fills
  int process;        // pidfd of its init
  int set_up_socket;
  int output;         // log pipe until it is handed over, or the unpacker's report
  int temporary;      // its /tmp, O_PATH
  struct surroundings surroundings;
  struct memory_watch memory_watch;
  uint64_t clean_request;  // SP_BASELINE or SP_RESTORE that init is carrying out; 0: none
  bool is_cleaning;
  int64_t deadline;   // milliseconds of the monotonic clock; 0: none
  int64_t freed_at;
  char group[CGROUP_NAME];  // its control group, which may have been another's
  struct cgroup_limits limits;  // those of the group
  struct cgroup_result result;
  int32_t wait_status;
  bool has_ended;  // the program; `wait_status` is its own
  bool has_timed_out;
  int32_t failure_error;  // what SP_FAILED is to say, should it not become ready
  char failure_step[64];
};

struct spawner {
  struct configuration configuration;
  const struct cgroup_driver *cgroups;
  int unpacker;
  int zygote_library;  // -1: none, and no line of the stock can be forked
  int events;  // epoll
  char *argument_memory;
  struct server_link server;
  // In memory of its own: clones do not have it.
  struct sandbox *sandboxes;  // those of environments and of the stock, then of zygotes, then of unpackers
  struct tree *trees;         // MAXIMUM_TREES
  uint32_t sandbox_count;
  uint32_t environments_end;  // after the last of environments and of the stock that is in use
  uint32_t assigned;  // environments that an SP_START has got
  uint32_t waiting;   // SP_STARTs that wait for one of the stock
  struct stock stocks[SP_MAX_STOCKS];
};

int64_t monotonic_milliseconds(void);

// sandbox.c: a sandbox as the spawner sees it.
struct sandbox *sandbox_take_slot(struct spawner *spawner, enum sandbox_kind kind);
// The one in use after `previous`, or the first for NULL; NULL: there is none. `previous` may have been freed meanwhile.
struct sandbox *sandbox_next(const struct spawner *spawner, const struct sandbox *previous);
// The sandbox is this request's from now on.
void sandbox_assign(struct spawner *spawner, struct sandbox *sandbox, const struct sp_start *request);
void sandbox_free_slot(struct spawner *spawner, struct sandbox *sandbox);
// Creates the control group and the process. False: no process is left, failure_error and failure_step say why, and the
// caller removes the sandbox. `plan` may name a zygote's user namespace.
bool sandbox_launch(struct spawner *spawner, struct sandbox *sandbox, struct plan *plan,
                    const struct cgroup_limits *limits);
// How a process comes into the sandbox's control group: through files that it gets, of which this tells the number, or -1;
// or, where that number is 0, because it is moved.
int sandbox_open_joins(const struct spawner *spawner, const struct sandbox *sandbox, int files[ZYGOTE_JOINS]);
int sandbox_attach(const struct spawner *spawner, const struct sandbox *sandbox, pid_t process);
// Notes errno and the step that failed; false.
bool sandbox_fail(struct sandbox *sandbox, const char *step);
void sandbox_kill(struct sandbox *sandbox);
// Passes an order on to its init. False: it cannot be given.
bool sandbox_order(struct sandbox *sandbox, char order);

// sandbox_events.c: what happens to it later.
// Adds to `files`, which are as in sp_started, what a host with control groups has besides. NULL, or the step that failed.
const char *sandbox_open_files(struct spawner *spawner, struct sandbox *sandbox, int files[SP_STARTED_DESCRIPTORS]);
// Its program may run: tells the server, and takes `files`.
void sandbox_has_started(struct spawner *spawner, struct sandbox *sandbox, bool was_parked,
                         int files[SP_STARTED_DESCRIPTORS]);
// Ends one that cannot become what it was to be.
void sandbox_give_up(struct sandbox *sandbox, int error, const char *step);
// The program of a sandbox of the stock waits, or is in its control group: with both, the sandbox is parked.
void sandbox_came_further(struct spawner *spawner, struct sandbox *sandbox);
void close_descriptors(int *descriptors, unsigned count);
void sandbox_on_report(struct spawner *spawner, struct sandbox *sandbox);
void sandbox_on_exit(struct spawner *spawner, struct sandbox *sandbox);
void sandbox_on_deadline(struct spawner *spawner, struct sandbox *sandbox);
// Looks at its memory use, if that is due, and ends it when it uses more than its own.
void sandbox_watch_memory(struct spawner *spawner, struct sandbox *sandbox, int64_t now);
// No process of it is left: removes the control group, now or as soon as the kernel lets go of it, and frees the slot.
void sandbox_remove(struct spawner *spawner, struct sandbox *sandbox);

// tree.c
// Before the first tree: gives them a mount namespace. Does not return without success.
void trees_set_apart(void);
// Into that namespace and back, with errno as it is. Nothing is cloned in between.
void trees_enter(void);
void trees_leave(void);
struct tree *tree_find(struct spawner *spawner, const struct sp_tree *key);
// Mounts an empty tmpfs that `owner` may write, for so many bytes and entries. NULL with errno.
struct tree *tree_create(struct spawner *spawner, const struct sp_tree *key, uint64_t maximum_bytes, uint32_t maximum_entries,
                         uid_t owner);
bool tree_is_same(const struct sp_tree *one, const struct sp_tree *other);
int tree_seal(struct spawner *spawner, struct tree *tree);
void tree_drop(struct spawner *spawner, struct tree *tree);
// A mount of it that is attached nowhere, for who fills it. -1 with errno.
int tree_open_to_fill(const struct spawner *spawner, const struct tree *tree);
// The same of one that is ready, for one sandbox alone. -1 with errno.
int tree_open_to_read(const struct spawner *spawner, const struct tree *tree);
// Notes how much is in it, as the kernel counts it.
int tree_measure(const struct spawner *spawner, struct tree *tree);
// Whether it was compiled of that code.
bool tree_is_compiled_of(const struct tree *tree, const struct sp_tree *code);
// The code of a request and its layers, likewise, as file systems of one sandbox alone: locks and watches belong to their
// inodes and stay within it. The number of those that it has, or 0 with errno; the caller closes what is not -1.
// `kept` is the number of the sandbox's root in root.c, or 0.
unsigned tree_open_overlays(struct spawner *spawner, const struct sp_start *request, unsigned kept, int overlays[PLACED_TREES]);
void tree_path(const struct spawner *spawner, const struct tree *tree, char *path, size_t size);
// Adds its directory to others, as an overlay takes them: the topmost first.
void tree_add_path(const struct spawner *spawner, const struct tree *tree, char *paths, size_t size);

// request.c: one message of the server, already whole. False: out of form, end the connection.
bool request_handle(struct spawner *spawner, const struct received *message);
// stock.c: what is kept ready.
bool stock_handle(struct spawner *spawner, const struct received *message);
// The line that SP_START names, if sandboxes of its runtime may be taken from it; NULL: none.
struct stock *stock_of(struct spawner *spawner, const struct sp_start *request);
// A parked sandbox of the line; NULL: none is there.
struct sandbox *stock_take(struct spawner *spawner, struct stock *stock);
// What the line makes from now on is made for functions of the sizes that this one has.
void stock_expect(struct stock *stock, const struct sp_start *request);
// Makes a sandbox of the line for this message. False: it cannot, and nothing was done.
bool stock_make_for(struct spawner *spawner, struct stock *stock, const struct received *message);
// Makes what is missing, if it is time. The time of the next look, or INT64_MAX.
int64_t stock_refill(struct spawner *spawner, int64_t now);
// A sandbox of the stock has come to where it waits, or has ended.
void stock_on_parked(struct spawner *spawner, struct sandbox *sandbox);
void stock_on_end(struct spawner *spawner, struct sandbox *sandbox, bool was_parked);
// The line was not filled: it has patience for longer each time.
void stock_back_off(struct stock *stock);
// Lets go of all that is parked or on the way, and of the zygote.
void stock_abandon(struct spawner *spawner, struct stock *stock);
// Nothing is made any more, and nobody waits.
void stock_stop(struct spawner *spawner);
// The environment that a start which had waited brought with it; in the clone.
void stock_wipe(void);

// zygote.c
bool zygote_launch(struct spawner *spawner, struct stock *stock);
void zygote_on_message(struct spawner *spawner, struct stock *stock);
// It is to end; it has ended.
void zygote_retire(struct stock *stock);
void zygote_on_end(struct spawner *spawner, struct sandbox *zygote);
// Asks it for a child in the sandbox, and takes its namespaces. False, with errno: it cannot be asked.
bool zygote_fork_into(struct spawner *spawner, struct sandbox *sandbox, int namespaces[ZYGOTE_NAMESPACES]);

// adopt.c: gives a parked sandbox to an SP_START that has been checked.
void adopt(struct spawner *spawner, struct sandbox *sandbox, const struct sp_start *request);

// layers.c: the further trees of SP_START. What is beyond their number is 0, as the protocol has it.
bool layers_are_in_form(const struct sp_start *request);
// The field that is out of its range, or NULL.
const char *layers_out_of_range(const struct sp_start *request);
// Their directories as an overlay takes them. False: one of them is not unpacked here.
bool layers_paths(struct spawner *spawner, const struct sp_start *request, char paths[SP_MAX_LAYERS * 32]);
// start.c and unpack.c
bool start_handle(struct spawner *spawner, const struct received *message);
// SP_START that has been checked before, in a sandbox of its own.
void start_plainly(struct spawner *spawner, const struct received *message);
void start_limits(uint32_t memory_mib, uint32_t ephemeral_mib, struct cgroup_limits *limits);
// Splits the block that follows an SP_START or SP_STOCK of this size. False: out of form.
bool environment_read(const char *block, uint32_t size, uint32_t count, const char **strings);
bool unpack_handle(struct spawner *spawner, const struct received *message);
// What an unpacker that ended by itself has come to; `text` is for whoever asked, or for `unpack_read_numbers`.
enum sp_failure unpack_outcome(const struct sandbox *sandbox, char *text, size_t size);
// What the unpacker says of its tree. False: out of form.
bool unpack_read_numbers(struct tree *tree, const char *text);

// compile.c
bool compile_handle(struct spawner *spawner, const struct received *message);
// Likewise, of a compiler.
enum sp_failure compile_outcome(const struct sandbox *sandbox, char *text, size_t size);

// fill.c: a tree that a sandbox of its own fills, which several may wait for.
// Answers from a tree that is there, or has the request wait for it. False: there is none.
bool fill_join(struct spawner *spawner, const struct sp_tree *key, uint64_t request);
// A sandbox of that kind with an empty tree. NULL: there is none, which has been answered.
struct sandbox *fill_begin(struct spawner *spawner, enum sandbox_kind kind, const struct sp_tree *key, uint64_t maximum_bytes,
                           uint32_t maximum_entries, uint64_t request);
// It could not be launched.
void fill_abandon(struct spawner *spawner, struct sandbox *sandbox);
// Its program has ended: answers every request that waits for its tree.
void fill_finish(struct spawner *spawner, struct sandbox *sandbox);
// The field that is out of its range, or NULL.
const char *fill_out_of_range(uint64_t maximum_bytes, uint32_t maximum_entries);

// answer.c
void answer_failed(struct spawner *spawner, uint64_t request, enum sp_failure failure, int error, const char *detail);
void answer_unpacked(struct spawner *spawner, uint64_t request, const struct tree *tree);
void answer_exited(struct spawner *spawner, const struct sandbox *sandbox);
// Takes the descriptors, which are in the order of sp_started; what the host does not give is -1.
void answer_started(struct spawner *spawner, const struct sandbox *sandbox, bool was_parked,
                    const int descriptors[SP_STARTED_DESCRIPTORS]);
void answer_cleaned(struct spawner *spawner, const struct sandbox *sandbox, bool is_clean);

// serve.c: until the server goes away; returns the exit code.
int serve(struct spawner *spawner);

#endif
