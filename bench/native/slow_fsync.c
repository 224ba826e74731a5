/* LD_PRELOAD: each fsync and fdatasync takes SLOW_FSYNC_US microseconds longer, and is counted.

   Each call adds an octet to the file SLOW_FSYNC_LOG: what did not go through here was not slow, and a benchmark that
   finds nothing there has measured nothing. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void linger(void) {
    const char *microseconds = getenv("SLOW_FSYNC_US"), *path = getenv("SLOW_FSYNC_LOG");
    static int log_file = -1;
    if (log_file < 0 && path) log_file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (log_file >= 0 && write(log_file, ".", 1) != 1) abort();
    long wait = microseconds ? atol(microseconds) : 0;
    if (wait > 0) nanosleep(&(struct timespec){wait / 1000000, wait % 1000000 * 1000}, NULL);
}

#define SLOW(name)                                                                   \
    int name(int file) {                                                             \
        static int (*next)(int);                                                     \
        if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, #name);                     \
        int result = next(file), error = errno;                                      \
        linger();                                                                    \
        errno = error;                                                               \
        return result;                                                               \
    }

SLOW(fsync)
SLOW(fdatasync)
