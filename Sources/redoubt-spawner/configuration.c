#define _GNU_SOURCE 1
#include "configuration.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "refusal.h"

enum { MAXIMUM_WORDS = 3 + MAXIMUM_RUNTIME_ARGUMENTS };

// Runs as: host root, in the spawner.
static char *read_to_end(int descriptor, size_t *size) {
  char *text = malloc(MAXIMUM_CONFIGURATION + 1);
  if (text == NULL) refuse_system("configuration");
  size_t length = 0;
  for (;;) {
    ssize_t count = read(descriptor, text + length, MAXIMUM_CONFIGURATION + 1 - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse_system("configuration: read");
    if (count == 0) break;
    length += (size_t)count;
    if (length > MAXIMUM_CONFIGURATION)
      refuse_configuration("configuration: more than %d bytes", MAXIMUM_CONFIGURATION);
  }
  text[length] = '\0';
  if (strlen(text) != length) refuse_configuration("configuration: holds a NUL byte");
  *size = length;
  return text;
}

// Runs as: host root, in the spawner.
static uint32_t number(const char *key, const char *word, uint32_t minimum, uint32_t maximum) {
  char *end = NULL;
  errno = 0;
  unsigned long value = strtoul(word, &end, 10);
  if (word[0] < '0' || word[0] > '9' || *end != '\0' || errno != 0 || value < minimum || value > maximum)
    refuse_configuration("%s `%s`: not a number from %u to %u", key, word, minimum, maximum);
  return (uint32_t)value;
}

// Runs as: host root, in the spawner.
static char *absolute_path(const char *key, char *word) {
  if (word[0] != '/') refuse_configuration("%s `%s`: not an absolute path", key, word);
  return word;
}

// Runs as: host root, in the spawner.
static char *instance_mark(char *word) {
  if (strlen(word) != INSTANCE_LENGTH || strspn(word, "0123456789abcdef") != INSTANCE_LENGTH)
    refuse_configuration("instance `%s`: not %d lower-case hexadecimal digits", word, INSTANCE_LENGTH);
  return word;
}

// Runs as: host root, in the spawner.
static void add_runtime(struct configuration *configuration, char **words, int count) {
  if (configuration->runtime_count == MAXIMUM_RUNTIMES)
    refuse_configuration("runtime `%s`: more than %d runtimes", words[1], MAXIMUM_RUNTIMES);
  struct runtime *runtime = &configuration->runtimes[configuration->runtime_count++];
  runtime->name = words[1];
  runtime->directory = strcmp(words[2], "-") == 0 ? NULL : absolute_path("runtime directory", words[2]);
  runtime->arguments[0] = absolute_path("runtime program", words[3]);
  for (int index = 4; index < count; index++) runtime->arguments[index - 3] = words[index];
}

// Runs as: host root, in the spawner.
static int split(char *line, char **words) {
  int count = 0;
  for (char *rest = line; rest != NULL;) {
    char *word = strsep(&rest, " ");
    if (word[0] == '\0' || count == MAXIMUM_WORDS) return -1;
    words[count++] = word;
  }
  return count;
}

// Runs as: host root, in the spawner.
static void read_line(struct configuration *configuration, char *line) {
  char *words[MAXIMUM_WORDS] = {NULL};
  int count = split(line, words);
  if (count < 0) refuse_configuration("configuration line `%s`: empty word or too many words", line);
  bool takes_one = count == 2;
  if (strcmp(words[0], "instance") == 0 && takes_one && configuration->instance == NULL) {
    configuration->instance = instance_mark(words[1]);
  } else if (strcmp(words[0], "uid-base") == 0 && takes_one && configuration->uid_base == 0) {
    configuration->uid_base = number("uid-base", words[1], MINIMUM_UID_BASE, UINT32_MAX / 2);
  } else if (strcmp(words[0], "slots") == 0 && takes_one && configuration->slots == 0) {
    configuration->slots = number("slots", words[1], 1, MAXIMUM_SLOTS);
  } else if (strcmp(words[0], "unpacker") == 0 && takes_one && configuration->unpacker == NULL) {
    configuration->unpacker = absolute_path("unpacker", words[1]);
  } else if (strcmp(words[0], "zygote-library") == 0 && takes_one && configuration->zygote_library == NULL) {
    configuration->zygote_library = absolute_path("zygote-library", words[1]);
  } else if (strcmp(words[0], "runtime") == 0 && count >= 4 && count <= 3 + MAXIMUM_RUNTIME_ARGUMENTS) {
    add_runtime(configuration, words, count);
  } else {
    refuse_configuration("configuration key `%s`: unknown, repeated or with a wrong number of values", words[0]);
  }
}

// Runs as: host root, in the spawner.
void configuration_read(int descriptor, struct configuration *configuration) {
  *configuration = (struct configuration){0};
  configuration->text = read_to_end(descriptor, &configuration->text_size);
  for (char *rest = configuration->text; rest != NULL && *rest != '\0';) read_line(configuration, strsep(&rest, "\n"));
  if (configuration->instance == NULL) refuse_configuration("instance: missing");
  if (configuration->uid_base == 0) refuse_configuration("uid-base: missing");
  if (configuration->slots == 0) refuse_configuration("slots: missing");
  if (configuration->unpacker == NULL) refuse_configuration("unpacker: missing");
  if (configuration->runtime_count == 0) refuse_configuration("runtime: missing");
}
