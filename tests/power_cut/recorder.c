/* Records what a process does to the files under one folder, in order, so that a power cut can be played afterwards.
 *
 * LD_PRELOAD=recorder.so, POWER_CUT_ROOT=/folder, POWER_CUT_LOG=/file. A record is a header and its payload, written
 * with one writev to a file opened with O_APPEND: records of several processes never mix. Writes and names are put on
 * record once they are done, a sync when it begins and when it has ended: what was written in between is not counted
 * as synced. Shared memory of SQLite (-shm) is rebuilt by it and left out.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 65536

struct header {
    uint32_t kind;
    uint32_t length;
    uint64_t inode;
    uint64_t value;
};

static unsigned char followed[FILES];
static char root[4096];
static size_t root_length;
static int log_file = -1;
static uint64_t tokens;

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("POWER_CUT_ROOT"), *log_name = getenv("POWER_CUT_LOG");
    if (!folder || !log_name || strlen(folder) >= sizeof root) return;
    REAL(int, "open", const char *, int, ...);
    strcpy(root, folder);
    root_length = strlen(root);
    int opened = real(log_name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    /* Out of the way of programs that close the low numbers. */
    log_file = fcntl(opened, F_DUPFD_CLOEXEC, 700);
    close(opened);
}

static void put(uint32_t kind, uint64_t inode, uint64_t value, const void *payload, size_t length) {
    if (log_file < 0) return;
    int before = errno;
    struct header header = {kind, (uint32_t)length, inode, value};
    struct iovec both[2] = {{&header, sizeof header}, {(void *)payload, length}};
    if (writev(log_file, both, 2) != (ssize_t)(sizeof header + length)) abort();
    errno = before;
}

static int is_ours(const char *path) {
    size_t length = path ? strlen(path) : 0;
    if (log_file < 0 || length < root_length || strncmp(path, root, root_length)) return 0;
    return !(length > 4 && !strcmp(path + length - 4, "-shm"));
}

static uint64_t inode_of(int file) {
    struct stat found;
    int before = errno;
    uint64_t inode = fstat(file, &found) == 0 && (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode)) ? found.st_ino : 0;
    errno = before;
    return inode;
}

static uint64_t followed_inode(int file) {
    return log_file >= 0 && file >= 0 && file < FILES && followed[file] ? inode_of(file) : 0;
}

static int opened(int file, const char *path, int flags) {
    if (file < 0 || file >= FILES) return file;
    followed[file] = (unsigned char)is_ours(path);
    if (!followed[file]) return file;
    if ((flags & O_TMPFILE) == O_TMPFILE) put('A', inode_of(file), 0, "", 0);
    else if (flags & O_CREAT) put('O', inode_of(file), 0, path, strlen(path));
    if (flags & O_TRUNC) put('T', inode_of(file), 0, "", 0);
    return file;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, #name, const char *, int, ...); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | __O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        return opened(real(path, flags, mode), path, flags); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        REAL(int, #name, int, const char *, int, ...); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | __O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        return opened(real(folder, path, flags, mode), path, flags); \
    }
OPENAT(openat)
OPENAT(openat64)

#define FCNTL(name) \
    int name(int file, int command, ...) { \
        REAL(int, #name, int, int, ...); \
        va_list rest; \
        va_start(rest, command); \
        void *argument = va_arg(rest, void *); \
        va_end(rest); \
        int done = real(file, command, argument); \
        int doubled = command == F_DUPFD || command == F_DUPFD_CLOEXEC; \
        if (doubled && done >= 0 && done < FILES && file < FILES) followed[done] = followed[file]; \
        return done; \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

int close(int file) {
    REAL(int, "close", int);
    if (file >= 0 && file < FILES) followed[file] = 0;
    return real(file);
}

ssize_t write(int file, const void *octets, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    ssize_t done = real(file, octets, count);
    uint64_t inode = done > 0 ? followed_inode(file) : 0;
    if (inode) put('W', inode, (uint64_t)lseek(file, 0, SEEK_CUR) - (uint64_t)done, octets, (size_t)done);
    return done;
}

#define PWRITE(name, offset_type) \
    ssize_t name(int file, const void *octets, size_t count, offset_type offset) { \
        REAL(ssize_t, #name, int, const void *, size_t, offset_type); \
        ssize_t done = real(file, octets, count, offset); \
        uint64_t inode = done > 0 ? followed_inode(file) : 0; \
        if (inode) put('W', inode, (uint64_t)offset, octets, (size_t)done); \
        return done; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, size_type) \
    int name(int file, size_type size) { \
        REAL(int, #name, int, size_type); \
        int failed = real(file, size); \
        uint64_t inode = failed ? 0 : followed_inode(file); \
        if (inode) put('T', inode, (uint64_t)size, "", 0); \
        return failed; \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name) \
    int name(int file) { \
        REAL(int, #name, int); \
        uint64_t inode = followed_inode(file); \
        uint64_t token = (uint64_t)getpid() << 32 | (__atomic_fetch_add(&tokens, 1, __ATOMIC_SEQ_CST) & 0xffffffffu); \
        if (inode) put('S', inode, token, "", 0); \
        int failed = real(file); \
        if (inode && !failed) put('E', inode, token, "", 0); \
        return failed; \
    }
SYNC(fsync)
SYNC(fdatasync)

static void put_two(uint32_t kind, const char *from, const char *to) {
    char both[8200];
    size_t first = strlen(from), second = strlen(to);
    if (first + second + 1 > sizeof both) abort();
    memcpy(both, from, first + 1);
    memcpy(both + first + 1, to, second);
    put(kind, 0, 0, both, first + 1 + second);
}

#define TWO_NAMES(name, kind) \
    int name(const char *from, const char *to) { \
        REAL(int, #name, const char *, const char *); \
        int failed = real(from, to); \
        if (!failed && is_ours(to)) put_two(kind, from, to); \
        return failed; \
    }
TWO_NAMES(rename, 'R')
TWO_NAMES(link, 'L')

/* A file that had no name is given one: it is named by its descriptor, the folder too. */
static void put_given(const char *from, int folder, const char *to) {
    char link[64], path[8200];
    uint64_t inode = followed_inode(atoi(from + strlen("/proc/self/fd/")));
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, path, 4096);
    if (!inode || length < 0 || strlen(to) > 4000) abort();
    path[length] = '/';
    strcpy(path + length + 1, to);
    if (is_ours(path)) put('G', inode, 0, path, strlen(path));
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    int failed = real(from_folder, from, to_folder, to, flags);
    if (failed) return failed;
    if (!strncmp(from, "/proc/self/fd/", strlen("/proc/self/fd/"))) put_given(from, to_folder, to);
    else if (is_ours(to)) put_two('L', from, to);
    return failed;
}

#define GONE(name) \
    int name(const char *path) { \
        REAL(int, #name, const char *); \
        int failed = real(path); \
        if (!failed && is_ours(path)) put('U', 0, 0, path, strlen(path)); \
        return failed; \
    }
GONE(unlink)
GONE(rmdir)

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    int failed = real(path, mode);
    struct stat found;
    if (!failed && is_ours(path) && !stat(path, &found)) put('D', found.st_ino, 0, path, strlen(path));
    return failed;
}
