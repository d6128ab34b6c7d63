#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int gatereeve_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

int gatereeve_await_end(int connection, int milliseconds) {
    struct pollfd descriptor = {.fd = connection, .events = POLLRDHUP};
    return poll(&descriptor, 1, milliseconds) != 0;
}

void gatereeve_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int gatereeve_set_thread_nice(int nice) {
    return setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nice);
}

void gatereeve_unblock(int number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void gatereeve_add(uint64_t *cell, uint64_t amount) {
    __atomic_fetch_add(cell, amount, __ATOMIC_RELAXED);
}

int gatereeve_lock(int descriptor) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_SETLK, &whole);
}

int gatereeve_is_locked(int descriptor) {
    struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

uint64_t gatereeve_read(const uint64_t *cell) {
    return __atomic_load_n(cell, __ATOMIC_RELAXED);
}
