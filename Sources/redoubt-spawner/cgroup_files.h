// Reading and writing the small files of a control group by directory descriptor.
#ifndef REDOUBT_CGROUP_FILES_H
#define REDOUBT_CGROUP_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int cgroup_file_open(int directory, const char *group, const char *file, int flags);
int cgroup_file_write(int directory, const char *group, const char *file, const char *text);
int cgroup_file_write_number(int directory, const char *group, const char *file, uint64_t value);
// The whole file, which is small, ended by a NUL; false: it has nothing to read.
bool cgroup_file_read_text(int directory, const char *group, const char *file, char *text, size_t size);
// The number after `key` and a space, or the file's only number if `key` is NULL; 0 if there is none.
uint64_t cgroup_file_read_number(int directory, const char *group, const char *file, const char *key);
// Reads the numbers after two keys in one go: a file such as memory.stat is a picture of one moment. 0, or -1 with errno.
int cgroup_file_read_pair(int directory, const char *group, const char *file, const char *const keys[2],
                          uint64_t values[2]);
// The group's directory as O_PATH, or -1 with errno.
int cgroup_directory_open(int directory, const char *group);
// Reads again until `line` is one of the file's lines; for a bounded time.
void cgroup_file_await(int directory, const char *group, const char *file, const char *line);

// Calls `use` for each group that lies directly in `group` of `directory`; `parent` is that group, held open meanwhile.
void cgroup_each_child(int directory, const char *group, void (*use)(int parent, const char *name, void *context),
                       void *context);
// Sends SIGKILL to every process that `group` of `directory` and the groups in it list. `within`: how its path ends.
void cgroup_kill_listed(int directory, const char *group, const char *within);
// Removes `group` of `directory` and the groups in it. 0, also if there is none; or -1 with errno.
int cgroup_remove_tree(int directory, const char *group);

// Calls `use` for each line of a file of /proc.
void cgroup_each_line(const char *path, void (*use)(char *line, void *context), void *context);
bool cgroup_list_contains(const char *list, const char *word, const char *separators);

#endif
