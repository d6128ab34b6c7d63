/* Memory that is overwritten with zeros when it is given back, in the whole program.
 *
 * There is nothing to call: the module only has to be linked. It does nothing under a sanitizer, and
 * with another C library than glibc. */
#ifndef GATEREEVE_CWIPEDMEMORY_H
#define GATEREEVE_CWIPEDMEMORY_H
#endif
