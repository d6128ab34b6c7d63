#ifndef GATEREEVE_CSOCKETWAIT_H
#define GATEREEVE_CSOCKETWAIT_H

/* Waiting for a socket no longer than the calling thread has time.

   libmariadb limits each wait by itself: a server that sends a little again and again is waited for without end.
   It calls the function that MARIADB_OPT_IO_WAIT names whenever there is nothing to read or no room to write,
   and tells that function the socket only; so what it may take stands in the thread. */

#include <stdint.h>

/* What MARIADB_OPT_IO_WAIT takes. */
const void *gatereeve_socket_wait(void);

/* From now on all waits of the calling thread together end after this time.

   Where the process stood still meanwhile, time is given again, once: from a tenth of a second to a second. */
void gatereeve_limit_waits(uint64_t nanoseconds);

/* The same for connecting. A socket that is waited for does not block from then on: OpenSSL, which waits by itself
   where it can, asks for it instead. */
void gatereeve_limit_connecting(uint64_t nanoseconds);

/* From now on each wait of the calling thread has the limit of libmariadb. */
void gatereeve_unlimit_waits(void);

/* Whether the time of the calling thread is over. */
int gatereeve_are_waits_over(void);

#endif
