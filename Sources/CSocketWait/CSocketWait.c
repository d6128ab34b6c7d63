#define _GNU_SOURCE
#include "CSocketWait.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>

static const int64_t second = 1000000000;

/* Later than this a processor that is busy with others hardly ever is; and what a server that is well needs
   to answer at most. */
static const int64_t moment = 100000000;

/* When the waits of this thread end, in nanoseconds of CLOCK_MONOTONIC; 0: they have no common end. */
static _Thread_local int64_t end;

/* Whether time may still be given again. */
static _Thread_local int may_extend;

/* Whether sockets that are waited for are made such that they do not block. */
static _Thread_local int unblocks;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * second + time.tv_nsec;
}

void gatereeve_limit_waits(uint64_t nanoseconds) {
    end = now() + (int64_t)nanoseconds;
    may_extend = 1;
    unblocks = 0;
}

void gatereeve_limit_connecting(uint64_t nanoseconds) {
    gatereeve_limit_waits(nanoseconds);
    unblocks = 1;
}

void gatereeve_unlimit_waits(void) {
    end = 0;
    unblocks = 0;
}

/* How long may be waited now.

   Whoever comes later than is tolerated has stood still: the server may have answered in time, or was never
   asked. Once, there is time again. */
static int64_t time_left(int64_t tolerance) {
    int64_t present = now();
    int64_t late = present - end;
    if (may_extend && late > tolerance) {
        may_extend = 0;
        end = present + (late < moment ? moment : late < second ? late : second);
    }
    return end - present;
}

int gatereeve_are_waits_over(void) {
    return end != 0 && time_left(0) <= 0;
}

static int wait_for_socket(int socket, char is_read, int milliseconds) {
    if (unblocks) fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
    struct pollfd descriptor = {.fd = socket, .events = is_read ? POLLIN : POLLOUT};
    /* It takes a moment to find out; a wait that lasted until the end has found out. */
    for (int64_t tolerance = -moment;; tolerance = moment) {
        int result;
        if (end == 0) {
            /* 0 has no limit in libmariadb. */
            result = poll(&descriptor, 1, milliseconds == 0 ? -1 : milliseconds);
        } else {
            int64_t left = time_left(tolerance);
            if (left <= 0) {
                errno = ETIMEDOUT;
                return 0;
            }
            struct timespec time = {.tv_sec = left / second, .tv_nsec = left % second};
            result = ppoll(&descriptor, 1, &time, NULL);
        }
        if (result > 0 || (result == -1 && errno != EINTR)) return result;
        if (result == 0 && end == 0) {
            errno = ETIMEDOUT;
            return 0;
        }
    }
}

const void *gatereeve_socket_wait(void) {
    return (const void *)wait_for_socket;
}
