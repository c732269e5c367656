// A hostile custom runtime: does in its sandbox what an event tells it. `attacker.py` does the same in Python.
//
// An event is a JSON array of strings, each a step: words with single spaces between them, the first names the step.
// The answer is a JSON array of arrays, one a step: [value, errno, data in hexadecimal]. The other side of it is
// Tests/harness/attacker.py.
#ifndef REDOUBT_ATTACKER_H
#define REDOUBT_ATTACKER_H

#include <stddef.h>

enum { MAXIMUM_STEPS = 64, MAXIMUM_WORDS = 12, REQUEST_ID_LENGTH = 36 };

struct text {
  char *bytes;
  size_t length, room;
};

struct outcome {
  long value;
  int error;
  struct text data;
};

struct attack {
  char request_id[REQUEST_ID_LENGTH + 1];
  long values[MAXIMUM_STEPS];  // of the steps before, for the word `$N`
  unsigned steps;
  unsigned turn;  // of a repeated call, for the word `n:...`
};

void text_append(struct text *text, const void *bytes, size_t length);
void text_append_hexadecimal(struct text *text, const void *bytes, size_t length);

// Carries out one step; `line` is cut into its words.
void attack_step(struct attack *attack, char *line, struct outcome *outcome);

// A word as an argument of a system call. `out` gets the buffer of a word `b:SIZE` or `o:CONTENT`.
long argument_of(const struct attack *attack, const char *word, struct text *out);

#endif
