/* Memory that a password hash borrows from its thread instead of mapping its own. */
#ifndef GATEREEVE_HASHING_MEMORY_H
#define GATEREEVE_HASHING_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Maps memory that is zero, begins on a page border and lies on huge pages where the kernel has some;
 * NULL when there is none. No core dump contains it. */
void *gatereeve_map_memory(size_t length);
void gatereeve_unmap_memory(void *memory, size_t length);

/* Overwrites with zeros, in a way that no compiler leaves out. */
void gatereeve_wipe_memory(void *memory, size_t length);

/* Lends `memory` (`length` bytes, on a page border) to the next hash of this thread, which may use
 * up to `length` bytes and at least `length` less 64 KiB. Pair each call with a
 * gatereeve_take_back_memory, with nothing but the hash in between. */
void gatereeve_lend_memory(void *memory, size_t length);

/* Ends the loan; 1 when the hash used the memory, 0 when it found memory of its own. */
int gatereeve_take_back_memory(void);

/* For the allocation callbacks of libargon2's argon2_context: hands out what was lent, and fails
 * (-22, ARGON2_MEMORY_ALLOCATION_ERROR) when there is nothing to hand out. */
int gatereeve_use_lent_memory(uint8_t **memory, size_t length);
void gatereeve_release_lent_memory(uint8_t *memory, size_t length);

#endif
