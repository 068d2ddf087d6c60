/* Makes one system call of a process fail, or the process die at it: the n-th that changes something below
 * a folder. Loaded with LD_PRELOAD; harmless until it is armed.
 *
 * Kinds: an errno: that call fails with it; 1000 + errno: that call and all later ones;
 * -1: killed before the call; -2: killed after it; -3: a write is done by half, then killed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char below[PATH_MAX];
static size_t length;
static int at, kind;
static atomic_int calls;

void fault_arm(const char *folder, int call, int error) {
    strncpy(below, folder, sizeof below - 1);
    length = strlen(below);
    at = call;
    kind = error;
    atomic_store(&calls, 0);
}

int fault_calls(void) { return atomic_load(&calls); }

static int inside(const char *path) {
    char whole[PATH_MAX * 2], here[PATH_MAX];
    if (!length || !path) return 0;
    if (path[0] != '/') {
        if (!getcwd(here, sizeof here)) return 0;
        snprintf(whole, sizeof whole, "%s/%s", here, path);
        path = whole;
    }
    return !strncmp(path, below, length) && (path[length] == '/' || !path[length]);
}

static int inside_fd(int fd) {
    char link[64], path[PATH_MAX];
    if (!length) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return path[0] == '/' && inside(path); /* not a pipe */
}

static int inside_at(int folder, const char *path) {
    return path && (path[0] == '/' || folder == AT_FDCWD) ? inside(path) : inside_fd(folder);
}

/* What is to happen at this call: 0 nothing, -1 it fails (errno is set), -2 death after it, -3 by half. */
static int verdict(int matters) {
    if (!matters) return 0;
    int call = atomic_fetch_add(&calls, 1) + 1;
    if (kind > 1000 ? call < at : call != at) return 0;
    if (kind == -1) kill(getpid(), SIGKILL);
    if (kind > 0) errno = kind % 1000;
    return kind > 0 ? -1 : kind;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define CALL(type, name, matters, arguments)        \
    static __typeof__(&name) real;                  \
    if (!real) real = REAL(name);                   \
    int say = verdict(matters);                     \
    if (say == -1) return -1;                       \
    type found = real arguments;                    \
    if (say) kill(getpid(), SIGKILL);               \
    return found;

#define WRITE(name, half, arguments)                \
    static __typeof__(&name) real;                  \
    if (!real) real = REAL(name);                   \
    int say = verdict(inside_fd(fd));               \
    if (say == -1) return -1;                       \
    if (say == -3) (void)!real half;                \
    ssize_t found = say == -3 ? 0 : real arguments; \
    if (say) kill(getpid(), SIGKILL);               \
    return found;

ssize_t write(int fd, const void *data, size_t n) { WRITE(write, (fd, data, n / 2), (fd, data, n)) }
ssize_t pwrite(int fd, const void *data, size_t n, off_t to) { WRITE(pwrite, (fd, data, n / 2, to), (fd, data, n, to)) }
ssize_t pwrite64(int fd, const void *data, size_t n, off64_t to) { WRITE(pwrite64, (fd, data, n / 2, to), (fd, data, n, to)) }
ssize_t writev(int fd, const struct iovec *data, int n) { WRITE(writev, (fd, data, n / 2), (fd, data, n)) }
int fsync(int fd) { CALL(int, fsync, inside_fd(fd), (fd)) }
int fdatasync(int fd) { CALL(int, fdatasync, inside_fd(fd), (fd)) }
int ftruncate(int fd, off_t to) { CALL(int, ftruncate, inside_fd(fd), (fd, to)) }
int ftruncate64(int fd, off64_t to) { CALL(int, ftruncate64, inside_fd(fd), (fd, to)) }
int fallocate(int fd, int mode, off_t from, off_t n) { CALL(int, fallocate, inside_fd(fd), (fd, mode, from, n)) }
int fallocate64(int fd, int mode, off64_t from, off64_t n) { CALL(int, fallocate64, inside_fd(fd), (fd, mode, from, n)) }
int rename(const char *from, const char *to) { CALL(int, rename, inside(to), (from, to)) }
int renameat(int a, const char *from, int b, const char *to) { CALL(int, renameat, inside_at(b, to), (a, from, b, to)) }
int unlink(const char *path) { CALL(int, unlink, inside(path), (path)) }
int unlinkat(int folder, const char *path, int flags) { CALL(int, unlinkat, inside_at(folder, path), (folder, path, flags)) }
int rmdir(const char *path) { CALL(int, rmdir, inside(path), (path)) }
int mkdir(const char *path, mode_t mode) { CALL(int, mkdir, inside(path), (path, mode)) }

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }
#define MAKES (flags & (O_CREAT | O_TRUNC))
int open(const char *path, int flags, ...) { MODE CALL(int, open, MAKES && inside(path), (path, flags, mode)) }
int open64(const char *path, int flags, ...) { MODE CALL(int, open64, MAKES && inside(path), (path, flags, mode)) }
int openat(int folder, const char *path, int flags, ...) { MODE CALL(int, openat, MAKES && inside_at(folder, path), (folder, path, flags, mode)) }
int openat64(int folder, const char *path, int flags, ...) { MODE CALL(int, openat64, MAKES && inside_at(folder, path), (folder, path, flags, mode)) }
