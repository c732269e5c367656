// The small files of one process in /proc.
#ifndef REDOUBT_PROCESS_FILE_H
#define REDOUBT_PROCESS_FILE_H

#include <sys/types.h>

// Writes `text` at once; 0 stands for the calling process. 0, or -1 with errno.
int process_file_write(pid_t process, const char *file, const char *text);

#endif
