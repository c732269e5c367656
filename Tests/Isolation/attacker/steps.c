// The steps: `call`, `repeat`, `fork`, `forks`, `threads`, `run`.
#define _GNU_SOURCE 1
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attacker.h"

enum { CALL_ARGUMENTS = 6 };

typedef void step(struct attack *attack, unsigned count, char **words, struct outcome *outcome);

static void note(struct outcome *outcome, long result) {
  outcome->value = result;
  outcome->error = result < 0 ? errno : 0;
}

// NUMBER ARGUMENT... : a system call. Its buffer `b:`, if it has one, is the data.
static void call(struct attack *attack, unsigned count, char **words, struct outcome *outcome) {
  long numbers[1 + CALL_ARGUMENTS] = {0};
  for (unsigned index = 0; index < count && index <= CALL_ARGUMENTS; index++)
    numbers[index] = argument_of(attack, words[index], &outcome->data);
  note(outcome, syscall(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]));
}

// TIMES NUMBER ARGUMENT... : until it fails. The value is how often it did not.
static void repeat(struct attack *attack, unsigned count, char **words, struct outcome *outcome) {
  unsigned times = (unsigned)strtoul(words[0], NULL, 0);
  long numbers[1 + CALL_ARGUMENTS] = {0};
  for (attack->turn = 0; attack->turn < times; attack->turn++) {
    for (unsigned index = 1; index < count && index <= 1 + CALL_ARGUMENTS; index++)
      if (attack->turn == 0 || words[index][0] == 'n')
        numbers[index - 1] = argument_of(attack, words[index], &outcome->data);
    note(outcome, syscall(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]));
    if (outcome->error != 0) break;
  }
  outcome->value = attack->turn;
}

static pid_t sleeping_child(void) {
  pid_t child = fork();
  while (child == 0) pause();
  return child;
}

// A child that sleeps for ever.
static void fork_one(struct attack *attack, unsigned count, char **words, struct outcome *outcome) {
  (void)attack, (void)count, (void)words;
  note(outcome, sleeping_child());
}

// LIMIT : children that sleep for ever, until there can be no more.
static void forks(struct attack *attack, unsigned count, char **words, struct outcome *outcome) {
  (void)attack, (void)count;
  long made = 0, limit = strtol(words[0], NULL, 0);
  for (; made < limit; made++) {
    note(outcome, sleeping_child());
    if (outcome->error != 0) break;
  }
  outcome->value = made;
}

static void *sleep_for_ever(void *nothing) {
  while (true) pause();
  return nothing;
}

// LIMIT : threads that sleep for ever, until there can be no more.
static void threads(struct attack *attack, unsigned count, char **words, struct outcome *outcome) {
  (void)attack, (void)count;
  long made = 0, limit = strtol(words[0], NULL, 0);
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 65536);
  pthread_t thread;
  for (; made < limit; made++) {
    outcome->error = pthread_create(&thread, &small, sleep_for_ever, NULL);
    if (outcome->error != 0) break;
  }
  outcome->value = made;
}

// PATH ARGUMENT... : a program; its output is the data, its wait status the value.
static void run(struct attack *attack, unsigned count, char **words, struct outcome *outcome) {
  (void)attack;
  int pipes[2], status = 0;
  words[count] = NULL;
  if (pipe(pipes) != 0) return note(outcome, -1);
  pid_t child = fork();
  if (child == 0) {
    dup2(pipes[1], STDOUT_FILENO);
    dup2(pipes[1], STDERR_FILENO);
    execv(words[0], words);
    _exit(127);
  }
  close(pipes[1]);
  char buffer[4096];
  for (ssize_t got; (got = read(pipes[0], buffer, sizeof buffer)) > 0;)
    text_append(&outcome->data, buffer, (size_t)got);
  close(pipes[0]);
  note(outcome, waitpid(child, &status, 0) < 0 ? -1 : status);
}

static const struct {
  const char *name;
  step *step;
} steps[] = {
    {"call", call}, {"repeat", repeat}, {"fork", fork_one}, {"forks", forks}, {"threads", threads}, {"run", run},
};

void attack_step(struct attack *attack, char *line, struct outcome *outcome) {
  char *words[MAXIMUM_WORDS + 1] = {0}, *rest = line, *word;
  unsigned count = 0;
  while (count < MAXIMUM_WORDS && (word = strsep(&rest, " ")) != NULL) words[count++] = word;
  for (size_t index = 0; index < sizeof steps / sizeof steps[0]; index++)
    if (strcmp(steps[index].name, words[0]) == 0) return steps[index].step(attack, count - 1, words + 1, outcome);
  abort();
}
