#define _GNU_SOURCE
#include "CLinux.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int gatereeve_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

void gatereeve_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int gatereeve_set_thread_nice(int nice) {
    return setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nice);
}
