// Words of a step as arguments of system calls. What is allocated here lives as long as the invocation needs it, and
// is never freed: an attacker does not tidy up.
#define _GNU_SOURCE 1
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attacker.h"

void text_append(struct text *text, const void *bytes, size_t length) {
  if (text->length + length + 1 > text->room) {
    text->room = 2 * (text->length + length) + 256;
    text->bytes = realloc(text->bytes, text->room);
    if (text->bytes == NULL) abort();
  }
  memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

void text_append_hexadecimal(struct text *text, const void *bytes, size_t length) {
  static const char digits[] = "0123456789abcdef";
  const unsigned char *byte = bytes;
  for (size_t index = 0; index < length; index++) {
    const char pair[2] = {digits[byte[index] >> 4], digits[byte[index] & 15]};
    text_append(text, pair, sizeof pair);
  }
}

static struct text decoded(const char *hexadecimal) {
  struct text text = {0};
  unsigned byte;
  for (; sscanf(hexadecimal, "%2x", &byte) == 1; hexadecimal += 2)
    text_append(&text, &(unsigned char){(unsigned char)byte}, 1);
  text_append(&text, "", 1);
  return text;
}

static char *filled(const char *word) {
  char *end;
  size_t size = strtoul(word, &end, 0);
  char *bytes = malloc(size);
  if (bytes == NULL) abort();
  return memset(bytes, (int)strtoul(end + 1, NULL, 16), size);
}

// PREFIX:SUFFIX with the id of the running invocation between them.
static char *with_request_id(const struct attack *attack, const char *word) {
  const char *colon = strchr(word, ':');
  struct text whole = decoded(strndup(word, (size_t)(colon - word))), suffix = decoded(colon + 1);
  whole.length--;
  text_append(&whole, attack->request_id, REQUEST_ID_LENGTH);
  text_append(&whole, suffix.bytes, suffix.length);
  return whole.bytes;
}

static char *numbered(const struct attack *attack, const char *word) {
  char *name;
  if (asprintf(&name, "%s%u", decoded(word).bytes, attack->turn) < 0) abort();
  return name;
}

long argument_of(const struct attack *attack, const char *word, struct text *out) {
  if (word[0] == '$') return attack->values[strtoul(word + 1, NULL, 10) % MAXIMUM_STEPS];
  if (word[0] == '\0' || word[1] != ':') return (long)strtoull(word, NULL, 0);
  const char *rest = word + 2;
  switch (word[0]) {
    case 'x': return (long)decoded(rest).bytes;
    case 'f': return (long)filled(rest);
    case 'i': return (long)with_request_id(attack, rest);
    case 'n': return (long)numbered(attack, rest);
    case 'b':
      out->length = out->room = strtoul(rest, NULL, 0);
      out->bytes = calloc(1, out->room);
      return (long)out->bytes;
    case 'o':
      *out = decoded(rest);
      out->room = --out->length;
      return (long)out->bytes;
    default: abort();
  }
}
