/* Wraps the file calls of libc: once armed, the n-th of them fails with an error. For tests, through LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long countdown = 0;
static int error_number = 0;
static long calls = 0;
static char failed[32];

void fault_arm(long n, int error) { countdown = n; error_number = error; calls = 0; failed[0] = 0; }
long fault_calls(void) { return calls; }
const char *fault_failed(void) { return failed; }

static int fails(const char *name)
{
    if (!error_number) return 0;
    calls++;
    if (--countdown != 0) return 0;
    int i = 0;
    for (; name[i] && i < 31; i++) failed[i] = name[i];
    failed[i] = 0;
    errno = error_number;
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRAP(type, name, parameters, arguments) \
    type name parameters { if (fails(#name)) return (type)-1; return NEXT(name) arguments; }
#define WRAP_OPEN(name) \
    int name(const char *path, int flags, ...) { \
        va_list list; va_start(list, flags); mode_t mode = va_arg(list, mode_t); va_end(list); \
        if (fails(#name)) return -1; return NEXT(name)(path, flags, mode); }
#define WRAP_OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        va_list list; va_start(list, flags); mode_t mode = va_arg(list, mode_t); va_end(list); \
        if (fails(#name)) return -1; return NEXT(name)(folder, path, flags, mode); }

WRAP_OPEN(open)
WRAP_OPEN(open64)
WRAP_OPENAT(openat)
WRAP_OPENAT(openat64)
WRAP(ssize_t, read, (int file, void *to, size_t size), (file, to, size))
WRAP(ssize_t, pread, (int file, void *to, size_t size, off_t at), (file, to, size, at))
WRAP(ssize_t, pread64, (int file, void *to, size_t size, off64_t at), (file, to, size, at))
WRAP(ssize_t, write, (int file, const void *from, size_t size), (file, from, size))
WRAP(ssize_t, pwrite, (int file, const void *from, size_t size, off_t at), (file, from, size, at))
WRAP(ssize_t, pwrite64, (int file, const void *from, size_t size, off64_t at), (file, from, size, at))
WRAP(off_t, lseek, (int file, off_t at, int from), (file, at, from))
WRAP(off64_t, lseek64, (int file, off64_t at, int from), (file, at, from))
WRAP(int, fsync, (int file), (file))
WRAP(int, fdatasync, (int file), (file))
WRAP(int, ftruncate, (int file, off_t size), (file, size))
WRAP(int, ftruncate64, (int file, off64_t size), (file, size))
WRAP(int, posix_fallocate, (int file, off_t at, off_t size), (file, at, size))
WRAP(int, stat, (const char *path, struct stat *to), (path, to))
WRAP(int, stat64, (const char *path, struct stat64 *to), (path, to))
WRAP(int, fstat, (int file, struct stat *to), (file, to))
WRAP(int, fstat64, (int file, struct stat64 *to), (file, to))
WRAP(int, lstat, (const char *path, struct stat *to), (path, to))
WRAP(int, fstatat, (int folder, const char *path, struct stat *to, int flags), (folder, path, to, flags))
WRAP(int, access, (const char *path, int mode), (path, mode))
WRAP(int, faccessat, (int folder, const char *path, int mode, int flags), (folder, path, mode, flags))
WRAP(int, unlink, (const char *path), (path))
WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, fchmod, (int file, mode_t mode), (file, mode))
WRAP(int, fchown, (int file, uid_t user, gid_t group), (file, user, group))

void *mmap(void *at, size_t size, int protection, int flags, int file, off_t offset)
{
    /* Memory that is of no file is no call to a disk. */
    if (file >= 0 && fails("mmap")) return MAP_FAILED;
    return NEXT(mmap)(at, size, protection, flags, file, offset);
}
void *mmap64(void *at, size_t size, int protection, int flags, int file, off64_t offset)
{
    if (file >= 0 && fails("mmap64")) return MAP_FAILED;
    return NEXT(mmap64)(at, size, protection, flags, file, offset);
}
