#ifndef REDOUBT_LARGE_PAGES_H
#define REDOUBT_LARGE_PAGES_H

// Moves those parts of the program's code to large pages that begin and end with one, if the kernel has any. To be called
// while there is one thread, from another object than the program.
void large_pages_use(void);

#endif
