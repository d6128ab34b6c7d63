#ifndef GATEREEVE_CLINUX_H
#define GATEREEVE_CLINUX_H

/* What Linux offers beyond POSIX, in forms that Swift can call. */

#include <stdint.h>
#include <sys/eventfd.h>

/* accept4(2) with SOCK_CLOEXEC; the address of the peer is not asked for. */
int gatereeve_accept(int listener);

/* poll(2) for POLLRDHUP: whether the peer says within this time that it sends nothing more. */
int gatereeve_await_end(int connection, int milliseconds);

/* pthread_setname_np(3) for the calling thread; the name has at most 15 bytes. */
void gatereeve_name_thread(const char *name);

/* setpriority(2) for the calling thread alone; -1 and errno on failure. */
int gatereeve_set_thread_nice(int nice);

/* pthread_sigmask(3): lets the calling thread receive a signal. */
void gatereeve_unblock(int number);

/* Atomic access to counters that several processes share; relaxed, since nothing hangs on their order. */
void gatereeve_add(uint64_t *cell, uint64_t amount);
uint64_t gatereeve_read(const uint64_t *cell);

/* A lock on a whole file that belongs to the open descriptor (F_OFD_SETLK): it ends with the process,
   however that ends. Does not wait; -1 and errno when another holds it. */
int gatereeve_lock(int descriptor);

/* Whether another descriptor holds that lock; takes nothing. */
int gatereeve_is_locked(int descriptor);

#endif
