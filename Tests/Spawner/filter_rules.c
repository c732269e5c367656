// Writes the system call filter for test_filter.py to read: its rules, its program, and its program without each rule.
//
// usage: filter_rules DIRECTORY
//   DIRECTORY/rules            a rule a line: name number action [argument comparison value value]...
//   DIRECTORY/all              the program as the spawner installs it
//   DIRECTORY/without-INDEX    the program with the rule of this line left out
#include "filter.c"

#include <stdio.h>

enum { NUMBER_OF_RULES = sizeof rules / sizeof rules[0] };

// Runs as: whoever runs the test.
static FILE *create(const char *directory, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "w");
  if (file == NULL) refuse_system("%s", path);
  return file;
}

// Runs as: whoever runs the test.
static void describe(const char *directory) {
  FILE *file = create(directory, "rules");
  for (size_t index = 0; index < NUMBER_OF_RULES; index++) {
    const struct rule *rule = &rules[index];
    fprintf(file, "%s %d %u", rule->name, seccomp_syscall_resolve_name(rule->name), rule->action);
    for (size_t at = 0; at < MAXIMUM_CONDITIONS && rule->conditions[at].op != _SCMP_CMP_MIN; at++) {
      const struct scmp_arg_cmp *condition = &rule->conditions[at];
      fprintf(file, " %u %d %llu %llu", condition->arg, (int)condition->op, (unsigned long long)condition->datum_a,
              (unsigned long long)condition->datum_b);
    }
    fputc('\n', file);
  }
  if (fclose(file) != 0) refuse_system("rules");
}

// Runs as: whoever runs the test.
static void save(const char *directory, const char *name) {
  FILE *file = create(directory, name);
  size_t count = entry_filter()->len;
  if (fwrite(instructions, sizeof instructions[0], count, file) != count || fclose(file) != 0)
    refuse_system("%s", name);
}

// Runs as: whoever runs the test.
static void compile_without(size_t left_out) {
  scmp_filter_ctx context = begin();
  for (size_t index = 0; index < NUMBER_OF_RULES; index++)
    if (index != left_out) add(context, &rules[index]);
  compile(context);
  seccomp_release(context);
}

int main(int count, char **arguments) {
  if (count != 2) refuse_configuration("usage: filter_rules DIRECTORY");
  describe(arguments[1]);
  filter_prepare();
  save(arguments[1], "all");
  for (size_t index = 0; index < NUMBER_OF_RULES; index++) {
    char name[32];
    snprintf(name, sizeof name, "without-%zu", index);
    compile_without(index);
    save(arguments[1], name);
  }
  return 0;
}
