#include "local_header.h"

#include "extra_field.h"
#include "zip_format.h"

// Those that change what is read. The others tell how hard the packer tried.
static const uint32_t meaningful_flags =
    FLAG_ENCRYPTED | FLAG_DESCRIPTOR | FLAG_PATCHED | FLAG_STRONGLY_ENCRYPTED | FLAG_UTF8 | FLAG_MASKED;

// Runs as: sandbox uid, in the unpacker's sandbox. A packer that did not know the sums yet leaves zeros.
static bool has_same_sums(const uint8_t *sums, const uint8_t *header, bool may_be_zero) {
  static const uint8_t zero[4];
  for (int at = 0; at < SUMS_SIZE; at += 4) {
    bool is_unknown = may_be_zero && memcmp(sums + at, zero, sizeof zero) == 0;
    if (!is_unknown && memcmp(sums + at, header + HEADER_SUMS + at, 4) != 0) return false;
  }
  return true;
}

// Runs as: sandbox uid, in the unpacker's sandbox. The signature of a descriptor is optional.
static const char *descriptor_fault(const uint8_t *at, size_t size, const uint8_t *header) {
  if (size == SIGNATURE_SIZE + SUMS_SIZE && has_signature(at, "PK\7\10")) {
    at += SIGNATURE_SIZE;
  } else if (size != SUMS_SIZE) {
    return "an entry does not end where the next begins";
  }
  return has_same_sums(at, header, false) ? NULL : "an entry's sizes or CRC differ from its directory's";
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static const char *facts_fault(const uint8_t *entry, const uint8_t *header) {
  uint32_t flags = read16(entry + LOCAL_FLAGS);
  uint32_t length = read16(entry + LOCAL_NAME_LENGTH);
  if (((flags ^ read16(header + HEADER_FLAGS)) & meaningful_flags) != 0)
    return "an entry's flags differ from its directory's";
  if (read16(entry + LOCAL_METHOD) != read16(header + HEADER_METHOD))
    return "an entry's method differs from its directory's";
  if (length != read16(header + HEADER_NAME_LENGTH) || memcmp(entry + LOCAL_SIZE, header + HEADER_SIZE, length) != 0)
    return "an entry's name differs from its directory's";
  if (!has_same_sums(entry + LOCAL_SUMS, header, (flags & FLAG_DESCRIPTOR) != 0))
    return "an entry's sizes or CRC differ from its directory's";
  return NULL;
}

// Runs as: sandbox uid, in the unpacker's sandbox.
const char *local_header_fault(const uint8_t *entry, const uint8_t *limit, const uint8_t *header) {
  size_t room = (size_t)(limit - entry);
  if (room < LOCAL_SIZE) return "entries overlap";
  if (!has_signature(entry, "PK\3\4")) return "an entry is not where its directory says";
  size_t name = read16(entry + LOCAL_NAME_LENGTH), extra = read16(entry + LOCAL_EXTRA_LENGTH);
  if (room - LOCAL_SIZE < name + extra) return "entries overlap";
  const char *fault = facts_fault(entry, header);
  if (fault != NULL) return fault;
  const uint8_t *sizes = header + HEADER_SUMS + SUMS_OF_SIZES;
  fault = extra_field_fault_in_local_header(entry + LOCAL_SIZE + name, extra, sizes);
  if (fault != NULL) return fault;
  size_t rest = room - LOCAL_SIZE - name - extra, packed = read32(header + HEADER_PACKED_SIZE);
  if (rest < packed) return "entries overlap";
  if ((read16(header + HEADER_FLAGS) & FLAG_DESCRIPTOR) != 0)
    return descriptor_fault(limit - (rest - packed), rest - packed, header);
  return rest == packed ? NULL : "bytes between its entries belong to none";
}
