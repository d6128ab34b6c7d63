#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* accept4 is hidden behind _GNU_SOURCE, which another module may have read these headers without. */
static inline int gatereeve_accept(int listener) {
    return (int)syscall(SYS_accept4, listener, 0, 0, SOCK_CLOEXEC);
}

/* syscall(2) is variadic, and glibc's own wrapper of gettid is newer than some of our hosts. */
static inline int gatereeve_thread_id(void) {
    return (int)syscall(SYS_gettid);
}

/* The first parameter is an enum in glibc's C++-minded header; Swift wants a plain number. */
static inline int gatereeve_set_thread_nice(int thread_id, int nice) {
    return setpriority(PRIO_PROCESS, (id_t)thread_id, nice);
}
