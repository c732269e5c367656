// Writes the system call filter for test_filter.py to read: its rules, its program, and its program without each rule.
//
// usage: filter_rules DIRECTORY
//   DIRECTORY/rules            a rule a line: name number action [argument comparison value value]...
//   DIRECTORY/all              the program as the spawner installs it
//   DIRECTORY/without-INDEX    the program with the rule of this line left out
//   DIRECTORY/init-rules       likewise, of init
//   DIRECTORY/init
#include "filter.c"

#include <stdio.h>

enum { NUMBER_OF_RULES = sizeof rules / sizeof rules[0], NUMBER_OF_INIT_RULES = sizeof init_rules / sizeof init_rules[0] };

// Runs as: whoever runs the test.
static FILE *create(const char *directory, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "w");
  if (file == NULL) refuse_system("%s", path);
  return file;
}

// Runs as: whoever runs the test.
static void describe(const char *directory, const char *name, const struct rule *first, size_t count) {
  FILE *file = create(directory, name);
  for (size_t index = 0; index < count; index++) {
    const struct rule *rule = &first[index];
    fprintf(file, "%s %d %u", rule->name, seccomp_syscall_resolve_name(rule->name), rule->action);
    for (size_t at = 0; at < MAXIMUM_CONDITIONS && rule->conditions[at].op != _SCMP_CMP_MIN; at++) {
      const struct scmp_arg_cmp *condition = &rule->conditions[at];
      fprintf(file, " %u %d %llu %llu", condition->arg, (int)condition->op, (unsigned long long)condition->datum_a,
              (unsigned long long)condition->datum_b);
    }
    fputc('\n', file);
  }
  if (fclose(file) != 0) refuse_system("%s", name);
}

// Runs as: whoever runs the test.
static void save(const char *directory, const char *name) {
  FILE *file = create(directory, name);
  const struct sock_fprog *program = entry_filter();
  if (fwrite(program->filter, sizeof *program->filter, program->len, file) != program->len || fclose(file) != 0)
    refuse_system("%s", name);
}

// Runs as: whoever runs the test.
static void compile_without(size_t left_out) {
  scmp_filter_ctx context = begin();
  for (size_t index = 0; index < NUMBER_OF_RULES; index++)
    if (index != left_out) add(context, &rules[index]);
  entry_use_filter(instructions, compile(context, instructions, MAXIMUM_INSTRUCTIONS));
  seccomp_release(context);
}

int main(int count, char **arguments) {
  if (count != 2) refuse_configuration("usage: filter_rules DIRECTORY");
  describe(arguments[1], "rules", rules, NUMBER_OF_RULES);
  describe(arguments[1], "init-rules", init_rules, NUMBER_OF_INIT_RULES);
  filter_prepare();
  save(arguments[1], "all");
  for (size_t index = 0; index < NUMBER_OF_RULES; index++) {
    char name[32];
    snprintf(name, sizeof name, "without-%zu", index);
    compile_without(index);
    save(arguments[1], name);
  }
  filter_use_that_of_init();
  save(arguments[1], "init");
  return 0;
}
