#define _GNU_SOURCE 1
#include "refusal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

// Runs as: host root, in the spawner.
void refuse_configuration(const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(stderr, "redoubt-spawner: %s\n", text);
  exit(EX_CONFIG);
}

// Runs as: host root, in the spawner.
void refuse_system(const char *format, ...) {
  int error = errno;
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(stderr, "redoubt-spawner: %s: %s\n", text, strerror(error));
  exit(EX_OSERR);
}
