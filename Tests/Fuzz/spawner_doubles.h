// Put before every source of the spawner (-include): what the kernel would do for it is done by spawner_kernel.c. The
// headers of the C library then declare the doubles, with the types of what they stand for.
#define clock_gettime double_clock_gettime
#define epoll_ctl double_epoll_ctl
#define epoll_wait double_epoll_wait
#define fprintf double_fprintf
#define fstatfs double_fstatfs
#define lstat double_lstat
#define malloc double_malloc
#define mkdir double_mkdir
#define mount double_mount
#define open double_open
#define pipe2 double_pipe2
#define pread double_pread
#define setns double_setns
#define socketpair double_socketpair
#define statfs(path, status) double_statfs(path, status)
#define umount2 double_umount2
#define waitid double_waitid
