#define _GNU_SOURCE 1
#include "outcome.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Runs as: sandbox uid, in the unpacker's sandbox.
static _Noreturn void end(int code, const char *text) {
  ssize_t unused = write(REPORT_DESCRIPTOR, text, strlen(text));
  (void)unused;
  _exit(code);
}

// Runs as: sandbox uid, in the unpacker's sandbox.
void end_unpacked(uint64_t bytes, uint64_t entries) {
  char text[64];
  snprintf(text, sizeof text, "%" PRIu64 " %" PRIu64, bytes, entries);
  end(SP_OK, text);
}

// Runs as: sandbox uid, in the unpacker's sandbox.
void end_refused(enum sp_failure failure, const char *format, ...) {
  char text[SP_MAX_DETAIL];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  end((int)failure, text);
}

// Runs as: sandbox uid, in the unpacker's sandbox.
void end_system(const char *name) {
  if (errno == ENOSPC || errno == EDQUOT) end_refused(SP_FAILURE_TOO_LARGE, "`%.200s`: no room left", name);
  end_refused(SP_FAILURE_SYSTEM, "`%.200s`: %s", name, strerror(errno));
}
