// The limits of setrlimit(2) of the calling process.
#ifndef REDOUBT_PROCESS_LIMIT_H
#define REDOUBT_PROCESS_LIMIT_H

#include <sys/resource.h>

// Sets both limits to `value`, or to less if whoever started the spawner may have less. 0, or -1 with errno.
int process_limit_lower(__rlimit_resource_t resource, rlim_t value);
// No core dumps. 0, or -1 with errno.
int process_limit_no_core(void);

#endif
