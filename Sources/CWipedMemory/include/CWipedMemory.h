/* Memory that is overwritten with zeros when it is given back, in the whole program.
 *
 * It is so without any call, but under a sanitizer and with another C library than glibc. */
#ifndef GATEREEVE_CWIPEDMEMORY_H
#define GATEREEVE_CWIPEDMEMORY_H

/* From now on this thread leaves the memory that it gives back as it is (1), or overwrites it (0, as at
 * its start). */
void gatereeve_leave_freed_memory(int leave);

#endif
