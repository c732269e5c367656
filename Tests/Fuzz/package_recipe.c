// An archive by a description: names, modes and contents as the input has them, sums and offsets right; and then, byte by
// byte, what the input wants changed.
#include <string.h>
#include <zlib.h>

#include "package_world.h"

enum { MAXIMUM_ENTRIES = 16, MAXIMUM_NAME = 64, MAXIMUM_AREA = 32, MAXIMUM_CONTENT = 1 << 16, PACKED_ROOM = MAXIMUM_CONTENT + 1024 };

enum trait {
  TRAIT_DEFLATED = 1 << 0,
  TRAIT_STREAMED = 1 << 1,
  TRAIT_LINK = 1 << 2,
  TRAIT_DIRECTORY = 1 << 3,
  TRAIT_LIAR = 1 << 4,   // its local header has another name
  TRAIT_EXTRA = 1 << 5,
  TRAIT_GAP = 1 << 6,
  TRAIT_FOREIGN = 1 << 7,  // not made on Unix
};

struct entry {
  uint8_t traits, mode, lie, gap;
  char name[MAXIMUM_NAME];
  uint8_t area[MAXIMUM_AREA];
  size_t name_size, area_size, size, packed_size, offset;
  uint32_t crc;
};

static const uint8_t *at, *end;
static uint8_t *out, *out_start, *out_end;
static uint8_t content[MAXIMUM_CONTENT], packed[PACKED_ROOM];

static uint8_t byte(void) { return at < end ? *at++ : 0; }

static size_t take(void *to, size_t size) {
  if (size > (size_t)(end - at)) size = (size_t)(end - at);
  memcpy(to, at, size);
  at += size;
  return size;
}

static void put(const void *bytes, size_t size) {
  if (size > (size_t)(out_end - out)) size = (size_t)(out_end - out);
  memcpy(out, bytes, size);
  out += size;
}

static void put16(size_t value) { put(&(uint8_t[]){value & 255, value >> 8 & 255}, 2); }
static void put32(size_t value) {
  put16(value & 65535);
  put16(value >> 16 & 65535);
}

static void read_entry(struct entry *entry) {
  entry->traits = byte();
  entry->mode = byte();
  entry->name_size = take(entry->name, byte() % MAXIMUM_NAME);
  if ((entry->traits & TRAIT_DIRECTORY) != 0 && entry->name_size + 1 < MAXIMUM_NAME) entry->name[entry->name_size++] = '/';
  if ((entry->traits & TRAIT_LIAR) != 0) entry->lie = byte();
  if ((entry->traits & TRAIT_GAP) != 0) entry->gap = byte() % 64;
  if ((entry->traits & TRAIT_EXTRA) != 0) entry->area_size = take(entry->area, byte() % MAXIMUM_AREA);
  if ((entry->traits & TRAIT_DIRECTORY) != 0) return;
  size_t piece = take(content, byte());
  unsigned repeats = (entry->traits & TRAIT_LINK) != 0 ? 1 : byte();
  for (entry->size = piece; repeats > 1 && entry->size + piece <= sizeof content; repeats--, entry->size += piece)
    memcpy(content + entry->size, content, piece);
}

static void pack(struct entry *entry) {
  entry->crc = (uint32_t)crc32(0, content, (uInt)entry->size);
  entry->packed_size = entry->size;
  if ((entry->traits & TRAIT_DEFLATED) == 0) {
    memcpy(packed, content, entry->size);
    return;
  }
  z_stream stream = {0};
  MUST(deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK, "no zlib");
  stream.next_in = content;
  stream.avail_in = (uInt)entry->size;
  stream.next_out = packed;
  stream.avail_out = sizeof packed;
  MUST(deflate(&stream, Z_FINISH) == Z_STREAM_END, "no room");
  entry->packed_size = stream.total_out;
  deflateEnd(&stream);
}

static void put_sums(const struct entry *entry) {
  put32(entry->crc);
  put32(entry->packed_size);
  put32(entry->size);
}

static void put_facts(const struct entry *entry) {
  put16(20);
  put16((entry->traits & TRAIT_STREAMED) != 0 ? 8 : 0);
  put16((entry->traits & TRAIT_DEFLATED) != 0 ? 8 : 0);
  put32(0x58210000);
}

static void put_local(struct entry *entry) {
  static const uint8_t zeros[64];
  put(zeros, entry->gap);
  entry->offset = (size_t)(out - out_start);
  put("PK\3\4", 4);
  put_facts(entry);
  if ((entry->traits & TRAIT_STREAMED) != 0) {
    put(zeros, 12);
  } else {
    put_sums(entry);
  }
  put16(entry->name_size);
  put16(entry->area_size);
  char first = (char)(entry->name[0] ^ entry->lie);
  if (entry->name_size > 0) put(&first, 1);
  put(entry->name + 1, entry->name_size > 0 ? entry->name_size - 1 : 0);
  put(entry->area, entry->area_size);
  put(packed, entry->packed_size);
  if ((entry->traits & TRAIT_STREAMED) == 0) return;
  put("PK\7\10", 4);
  put_sums(entry);
}

static uint32_t mode_of(const struct entry *entry) {
  static const uint32_t modes[] = {0100644, 0100755, 0106755, 0, 0010644, 0020644, 0060644, 0140644, 0101777};
  if ((entry->traits & TRAIT_LINK) != 0) return 0120777;
  if ((entry->traits & TRAIT_DIRECTORY) != 0) return 0040755;
  return modes[entry->mode % (sizeof modes / sizeof modes[0])];
}

static void put_central(const struct entry *entry) {
  put("PK\1\2", 4);
  put16(((entry->traits & TRAIT_FOREIGN) != 0 ? 0 : 3 << 8) | 20);
  put_facts(entry);
  put_sums(entry);
  put16(entry->name_size);
  put16(entry->area_size);
  put16(0);
  put32(0);
  put32((size_t)mode_of(entry) << 16);
  put32(entry->offset);
  put(entry->name, entry->name_size);
  put(entry->area, entry->area_size);
}

// Each is a place, from the start or from the end, and a byte to put there.
static void change(uint8_t *archive, size_t size) {
  while (at < end) {
    size_t place = (byte() | (size_t)byte() << 8) % size;
    uint8_t from = byte();
    archive[from % 2 == 0 ? place : size - 1 - place] = byte();
  }
}

size_t recipe_build(const uint8_t *recipe, size_t size, uint8_t *archive, size_t room) {
  static struct entry entries[MAXIMUM_ENTRIES];
  memset(entries, 0, sizeof entries);
  at = recipe;
  end = recipe + size;
  out = out_start = archive;
  out_end = archive + room;
  unsigned count = 1 + byte() % MAXIMUM_ENTRIES;
  for (unsigned index = 0; index < count; index++) {
    read_entry(&entries[index]);
    pack(&entries[index]);
    put_local(&entries[index]);
  }
  size_t directory = (size_t)(out - archive);
  for (unsigned index = 0; index < count; index++) put_central(&entries[index]);
  size_t directory_size = (size_t)(out - archive) - directory;
  put("PK\5\6\0\0\0\0", 8);
  put16(count);
  put16(count);
  put32(directory_size);
  put32(directory);
  put16(0);
  size_t total = (size_t)(out - archive);
  change(archive, total);
  return total;
}
