// Fuzz target `spawner-protocol`: the real loop, parsing and bookkeeping of the spawner between a server and sandboxes
// that do what the input says. README.md tells what an input means and what is checked.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spawner_world.h"

enum { ARCHIVE_SIZE = 100, HIGHEST_DESCRIPTOR = 1024, TEXT = 64, MAXIMUM_REPEATS = 200, ROOM = 8, MOST_DESCRIPTORS = 8 };

// The first byte of each step of an input. Appended to only: the corpus depends on the values.
enum step {
  STEP_UNPACK,
  STEP_START,
  STEP_SLOT,
  STEP_FORGET,
  STEP_FRAMED,   // a header in form, a body of any bytes
  STEP_BYTES,    // any bytes
  STEP_REPEAT,   // the last message again, for other requests
  STEP_READ,     // the server reads answers
  STEP_READY,    // a sandbox is built, as its init would tell
  STEP_REPORT,   // init says anything
  STEP_OUTPUT,   // the program writes
  STEP_END,      // it ends
  STEP_UNPACKED, // an unpacker ends well
  STEP_CLEANED,
  STEP_TIME,
  STEP_FAULT,    // a system call will fail
  STEP_BUSY,
  STEP_MEMORY,
  STEP_BATCH,    // what follows happens before the spawner looks
  STEP_LAYERS,   // an environment with layers
  STEP_STOCK,    // what is to be kept ready
  STEP_TAKE,     // an environment from the stock
  STEP_PARKED,   // the init of a sandbox of the stock tells of its program
  STEP_ZYGOTE,   // a zygote says anything, mostly true
  STEP_COMPILE,  // a tree of what is compiled of another
  STEP_START_COMPILED,
  STEP_COMPILED, // a compiler ends well
  STEP_COUNT,
};

enum archive { ARCHIVE_GOOD, ARCHIVE_UNSEALED, ARCHIVE_SHORT, ARCHIVE_DEVICE, ARCHIVE_KINDS };

static const uint8_t *at, *end;
static uint64_t last_request;
static unsigned batch;
static int archives[ARCHIVE_KINDS];
static struct spawner spawner;

static struct {
  _Alignas(struct sp_start) uint8_t bytes[SP_MAX_MESSAGE + 64];
  size_t size;
  int descriptors[2];
  unsigned descriptor_count;
} last;

// The input

static uint8_t byte(void) { return at < end ? *at++ : 0; }
static uint32_t word(void) { return byte() | (uint32_t)byte() << 8; }

static size_t take(void *to, size_t size) {
  if (size > (size_t)(end - at)) size = (size_t)(end - at);
  memcpy(to, at, size);
  at += size;
  return size;
}

// Mostly what is in range.
static uint32_t about(uint32_t usual) {
  uint8_t choice = byte();
  if (choice < 200) return usual;
  return choice < 250 ? usual + choice - 225 : word() * 0x10001u;
}

// The server

static void send_last(void) { server_send(last.bytes, last.size, last.descriptors, last.descriptor_count); }

static void add_descriptors(unsigned count) {
  last.descriptor_count = count % 3;
  for (unsigned index = 0; index < last.descriptor_count; index++)
    last.descriptors[index] = archives[byte() % ARCHIVE_KINDS];
}

static struct sp_header header_of(uint16_t type, size_t size) {
  return (struct sp_header){.version = SP_VERSION, .type = type, .size = (uint32_t)size, .request = ++last_request};
}

static void send_message(const void *bytes, size_t size) {
  memcpy(last.bytes, bytes, size);
  last.size = size;
  send_last();
}

static struct sp_tree tree(void) {
  struct sp_tree key = {.account = byte() % 2};
  key.digest[0] = byte() % 16;
  return key;
}

static void step_unpack(void) {
  struct sp_unpack message = {.header = header_of(SP_UNPACK, sizeof message), .tree = tree()};
  message.zip_size = about(ARCHIVE_SIZE);
  message.maximum_bytes = about(1000);
  message.maximum_entries = about(10);
  message.reserved = byte() == 255;
  uint8_t choice = byte();
  last.descriptor_count = choice == 255 ? 2 : choice != 254;
  last.descriptors[0] = last.descriptors[1] = archives[choice < 200 ? ARCHIVE_GOOD : choice % ARCHIVE_KINDS];
  send_message(&message, sizeof message);
}

static void step_compile(void) {
  struct sp_compile message = {.header = header_of(SP_COMPILE, sizeof message), .tree = tree(), .code = tree()};
  message.maximum_bytes = about(1000);
  message.maximum_entries = about(10);
  message.runtime = about(1);
  last.descriptor_count = 0;
  send_message(&message, sizeof message);
}

// The number and the layers themselves; now and then more of either than is said or allowed.
static void add_layers(struct sp_start *start) {
  uint8_t count = byte();
  start->layer_count = count < 250 ? count % (SP_MAX_LAYERS + 2) : word() * 0x10001u;
  unsigned filled = byte() % 8 == 7 ? SP_MAX_LAYERS : start->layer_count;
  for (unsigned index = 0; index < filled && index < SP_MAX_LAYERS; index++) start->layers[index] = tree();
}

// A block of `A=b` or of anything. What is said of it: the number of its strings, and its size.
static size_t block(char to[SP_MAX_ENVIRONMENT + 64], uint32_t *count, uint32_t *said) {
  uint8_t choice = byte();
  size_t size = 0;
  if (choice < 200) {
    for (*count = choice % 8; size < *count * 4u; size += 4) memcpy(to + size, "A=b", 4);
  } else {
    size = take(to, word() % (SP_MAX_ENVIRONMENT + 64));
    *count = about(2);
  }
  *said = choice == 255 ? word() : (uint32_t)size;
  return size;
}

static void step_stock(void) {
  struct {
    struct sp_stock stock;
    char block[SP_MAX_ENVIRONMENT + 64];
  } message = {.stock = {.header = header_of(SP_STOCK, 0)}};
  uint32_t kind = SP_STOCK_PREPARED + byte() % 3;
  message.stock.stock = about(byte() % 4);
  message.stock.kind = about(kind);
  message.stock.account = about(kind == SP_STOCK_FORKED);
  message.stock.runtime = about(1);
  message.stock.target = about(byte() % 6);
  size_t size = block(message.block, &message.stock.environment_count, &message.stock.environment_size);
  message.stock.header.size = (uint32_t)(sizeof message.stock + size);
  last.descriptor_count = 0;
  send_message(&message, sizeof message.stock + size);
}

static void start_environment(bool has_layers, bool from_stock, bool is_compiled) {
  struct {
    struct sp_start start;
    char block[SP_MAX_ENVIRONMENT + 64];
  } message = {.start = {.header = header_of(SP_START, 0), .tree = tree()}};
  if (from_stock) message.start.stock = about(1 + byte() % 4);
  message.start.runtime = about(from_stock);
  message.start.memory_mib = about(256);
  message.start.ephemeral_mib = about(512);
  if (has_layers) add_layers(&message.start);
  if (is_compiled) message.start.compiled = tree();
  if (is_compiled) message.start.has_compiled = about(1);
  if (byte() == 255) message.start.layers[SP_MAX_LAYERS - 1].account++;
  size_t size = block(message.block, &message.start.environment_count, &message.start.environment_size);
  message.start.header.size = (uint32_t)(sizeof message.start + size);
  last.descriptor_count = 0;
  send_message(&message, sizeof message.start + size);
}

static void step_slot(void) {
  static const uint16_t types[] = {SP_SETTLE, SP_KILL, SP_BASELINE, SP_RESTORE, SP_DISMISS};
  struct sp_slot message = {.header = header_of(types[byte() % 5], sizeof message)};
  message.slot = about(byte() % ROOM);
  message.generation = about(server_generation(message.slot));
  last.descriptor_count = 0;
  send_message(&message, sizeof message);
}

static void step_forget(void) {
  struct sp_forget message = {.header = header_of(SP_FORGET, sizeof message), .tree = tree()};
  last.descriptor_count = 0;
  send_message(&message, sizeof message);
}

static void step_framed(void) {
  struct sp_header header = header_of(byte(), 0);
  size_t size = sizeof header + take(last.bytes + sizeof header, word() % 256);
  header.size = about((uint32_t)size);
  add_descriptors(byte());
  memcpy(last.bytes, &header, sizeof header);
  last.size = size;
  send_last();
}

static void step_bytes(void) {
  last.size = take(last.bytes, word() % sizeof last.bytes);
  add_descriptors(byte());
  send_last();
}

// Also of other trees, if it is said so: that is how all of them come to be taken.
static void step_repeat(void) {
  unsigned count = byte() % MAXIMUM_REPEATS;
  bool is_other_tree = byte() % 2 == 1 && last.size >= sizeof(struct sp_header) + sizeof(struct sp_tree);
  for (unsigned index = 0; index < count && last.size >= sizeof(struct sp_header); index++) {
    struct sp_header *header = (struct sp_header *)last.bytes;
    header->request = ++last_request;
    if (is_other_tree) memcpy(((struct sp_tree *)(header + 1))->digest + 1, &last_request, sizeof last_request);
    send_last();
  }
}

// The sandboxes

static void send_from(int socket, const void *bytes, size_t size, unsigned descriptor_count) {
  union {
    char bytes[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
    struct cmsghdr align;
  } control = {0};
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor_count > 0) {
    size_t length = descriptor_count * sizeof(int);
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(length);
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    *rights = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(length)};
    for (unsigned index = 0; index < descriptor_count; index++)
      memcpy(CMSG_DATA(rights) + index * sizeof(int), &archives[ARCHIVE_DEVICE], sizeof(int));
  }
  sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void report(struct child *child, const void *bytes, size_t size, unsigned descriptor_count) {
  send_from(child->control, bytes, size, descriptor_count);
}

// With what it is to bring.
static void step_ready(struct child *child) {
  const struct report ready = {.kind = REPORT_READY};
  for (unsigned slot = 0; slot < ALL_SLOTS; slot++)
    if (spawner.sandboxes[slot].process == child->process && spawner.sandboxes[slot].state != SLOT_FREE)
      report(child, &ready, sizeof ready, report_ready_descriptors(spawner.sandboxes[slot].kind));
}

static void step_parked(struct child *child) {
  const struct report joinable = {.kind = REPORT_JOINABLE}, parked = {.kind = REPORT_PARKED};
  uint8_t choice = byte();
  if (choice % 4 == 0) report(child, &joinable, sizeof joinable, ZYGOTE_NAMESPACES);
  if (choice % 4 < 3) report(child, &parked, sizeof parked, 0);
  if (choice % 4 == 3) report(child, &joinable, sizeof joinable, choice % MOST_DESCRIPTORS);
}

// What it was asked for is thrown away: whether it carries that out is up to the input.
static void step_zygote(struct child *child) {
  struct zygote_message message = {.kind = about(byte() % 2 == 0 ? ZYGOTE_READY : ZYGOTE_FORKED), .slot = about(byte() % ROOM)};
  char request[sizeof message];
  if (message.slot < ALL_SLOTS) message.generation = about(spawner.sandboxes[message.slot].generation);
  uint8_t choice = byte();
  for (unsigned count = choice % 4; count > 0 && recv(child->zygote, request, sizeof request, MSG_DONTWAIT) > 0; count--) {
  }
  send_from(child->zygote, &message, choice >= 250 ? byte() % sizeof message : sizeof message, choice >= 240 ? choice % 4 : 0);
}

static struct child *zygote(unsigned number) {
  for (unsigned index = 0; index < ALL_SLOTS; index++) {
    struct child *child = &kernel.children[(number + index) % ALL_SLOTS];
    if (child->is_there && !child->has_ended && child->zygote >= 0) return child;
  }
  return NULL;
}

static void step_report(struct child *child) {
  struct report message = {.kind = about(byte() % 8), .number = (int32_t)about(byte())};
  uint8_t choice = byte();
  if (choice >= 128) take(message.step, sizeof message.step);
  uint8_t extra[sizeof message + 8] = {0};
  memcpy(extra, &message, sizeof message);
  report(child, extra, choice % 16 == 15 ? byte() % sizeof extra : sizeof message, byte() % (MOST_DESCRIPTORS + 1));
}

static void step_output(struct child *child) {
  uint8_t text[TEXT];
  size_t size = take(text, byte() % sizeof text);
  if (write(child->output, text, size) < 0) return;  // the pipe is full, or was handed over and closed
}

static void step_compiled(struct child *child) {
  const struct report message = {.kind = REPORT_ENDED};
  report(child, &message, sizeof message, 0);
  child_end(child, CLD_EXITED, 0);
}

static void step_unpacked(struct child *child) {
  char text[TEXT];
  int size = snprintf(text, sizeof text, "%u %u", about(1000), about(10));
  const struct report message = {.kind = REPORT_ENDED};
  if (write(child->output, text, (size_t)size) < 0) return;
  report(child, &message, sizeof message, 0);
  child_end(child, CLD_EXITED, 0);
}

static void step_end(struct child *child) {
  uint8_t choice = byte();
  child_end(child, choice < 128 ? CLD_EXITED : CLD_KILLED, choice % 32);
}

static void act_as_child(enum step step) {
  const struct report cleaned = {.kind = REPORT_CLEANED, .number = 1};
  uint8_t number = byte();
  struct child *child = step == STEP_ZYGOTE ? zygote(number) : kernel_child(number);
  if (child == NULL) return;
  switch (step) {
    case STEP_READY: step_ready(child); break;
    case STEP_PARKED: step_parked(child); break;
    case STEP_ZYGOTE: step_zygote(child); break;
    case STEP_CLEANED: report(child, &cleaned, sizeof cleaned, 0); break;
    case STEP_REPORT: step_report(child); break;
    case STEP_OUTPUT: step_output(child); break;
    case STEP_UNPACKED: step_unpacked(child); break;
    case STEP_COMPILED: step_compiled(child); break;
    default: step_end(child); break;
  }
}

// The kernel

static void step_fault(void) {
  static const int errors[] = {EAGAIN, EINTR, ENOMEM, EMFILE, EBUSY, EPERM, ENOENT, ENOSPC};
  kernel.calls_until_fault = byte() % 32;
  kernel.fault = errors[byte() % (sizeof errors / sizeof errors[0])];
}

static void step_memory(void) {
  kernel.use = (uint64_t)word() << 16;
  kernel.memory = (struct cgroup_memory){.anonymous = (uint64_t)word() << 16, .shared = (uint64_t)word() << 8};
}

static void act(enum step step, bool *passes_time) {
  switch (step) {
    case STEP_UNPACK: step_unpack(); break;
    case STEP_START: start_environment(false, false, false); break;
    case STEP_LAYERS: start_environment(true, false, false); break;
    case STEP_TAKE: start_environment(false, true, false); break;
    case STEP_START_COMPILED: start_environment(true, true, true); break;
    case STEP_COMPILE: step_compile(); break;
    case STEP_STOCK: step_stock(); break;
    case STEP_SLOT: step_slot(); break;
    case STEP_FORGET: step_forget(); break;
    case STEP_FRAMED: step_framed(); break;
    case STEP_BYTES: step_bytes(); break;
    case STEP_REPEAT: step_repeat(); break;
    case STEP_READ: server_read(byte()); break;
    case STEP_TIME:
      kernel.now += word();
      *passes_time = true;
      break;
    case STEP_FAULT: step_fault(); break;
    case STEP_BUSY: kernel.busy = byte() % 8; break;
    case STEP_MEMORY: step_memory(); break;
    case STEP_BATCH: batch = byte() % 16; break;
    default: act_as_child(step); break;
  }
}

bool input_act(bool *passes_time) {
  kernel_check(&spawner);
  if (at == end) return false;
  do act(byte() % STEP_COUNT, passes_time);
  while (batch > 0 && batch-- > 1 && at < end);
  return true;
}

// The target

static unsigned open_descriptors(void) {
  unsigned count = 0;
  for (int descriptor = 0; descriptor < HIGHEST_DESCRIPTOR; descriptor++) count += fcntl(descriptor, F_GETFD) >= 0;
  return count;
}

// Answers that nobody took stay queued when the spawner ends, and with it their descriptors.
static void drop_queue(void) {
  if (server_is_open()) server_close();
  while (link_has_queued(&spawner.server)) {
    int ends[2];
    char byte;
    close(spawner.server.socket);
    MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0, "no socket");
    spawner.server.socket = ends[0];
    link_flush(&spawner.server);
    while (recv(ends[1], &byte, 1, MSG_DONTWAIT) > 0) {
    }
    close(ends[1]);
  }
  close(spawner.server.socket);
}

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerInitialize(int *count, char ***arguments) {
  (void)count, (void)arguments;
  const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  for (int kind = ARCHIVE_GOOD; kind <= ARCHIVE_SHORT; kind++) {
    archives[kind] = memfd_create("archive", flags);
    MUST(archives[kind] >= 0 && ftruncate(archives[kind], kind == ARCHIVE_SHORT ? 1 : ARCHIVE_SIZE) == 0, "no memfd");
    if (kind != ARCHIVE_UNSEALED) fcntl(archives[kind], F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW);
  }
  archives[ARCHIVE_DEVICE] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  signal(SIGPIPE, SIG_IGN);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char text[] = "configuration", argument[] = "redoubt-spawner";
  static char *program[] = {"/var/task/bootstrap", NULL};
  static struct sandbox sandboxes[ALL_SLOTS];
  static struct tree trees[MAXIMUM_TREES];
  unsigned descriptors = open_descriptors();
  memset(sandboxes, 0, sizeof sandboxes);
  memset(trees, 0, sizeof trees);
  memset(&last, 0, sizeof last);
  memset(&spawner, 0, sizeof spawner);
  spawner.configuration = (struct configuration){.text = text, .text_size = sizeof text, .uid_base = 700000};
  spawner.configuration.slots = ENVIRONMENT_SLOTS;
  spawner.configuration.runtime_count = 2;
  for (int index = 0; index < 2; index++) spawner.configuration.runtimes[index].arguments[0] = program[0];
  spawner.configuration.runtimes[1].directory = text;
  spawner.sandboxes = sandboxes;
  spawner.trees = trees;
  spawner.sandbox_count = ALL_SLOTS;
  spawner.cgroups = &cgroup_v1;
  spawner.argument_memory = argument;
  at = data;
  end = data + size;
  batch = 0;
  last_request = 0;
  kernel_reset();
  uint8_t host = byte();
  kernel.is_old = host % 2 == 1;
  spawner.zygote_library = host / 2 % 2 == 1 ? -1 : 0;
  server_open(&spawner);
  serve(&spawner);
  at = end;
  kernel_check_end(&spawner);
  for (unsigned index = 0; index < SP_MAX_STOCKS; index++) free(spawner.stocks[index].block);
  drop_queue();
  close(spawner.events);
  MUST(open_descriptors() == descriptors, "a descriptor stays open");
  return 0;
}
