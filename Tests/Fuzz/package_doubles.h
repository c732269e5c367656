// Put before every source of redoubt-unpack (-include). Its ends return to the fuzzer, which gives back what an ended
// process would have; the calls that make something are looked at on their way.
#define main unpack_main
#define dup double_dup
#define fchmod double_fchmod
#define mkdirat double_mkdirat
#define mmap double_mmap
#define open double_open
#define openat double_openat
#define symlinkat double_symlinkat
#define zip_fdopen double_zip_fdopen
#define zip_fopen_index double_zip_fopen_index
#define zip_fclose double_zip_fclose
#define calloc double_calloc
#define free double_free
