/* libsodium has the fastest Argon2id here, but maps fresh memory for each hash and has no allocator
 * to set: clearing and faulting in 19 MiB in 4 KiB pages takes as long as the hash itself.
 * libsodium calls mmap and munmap through the dynamic symbol table, where the program's own
 * definitions come first. So these two hand out the memory that the thread has lent, while it is
 * lent, and go to the kernel for everything else. Where they are not found (a sanitizer, a libsodium
 * linked another way) the hash maps its own memory and is as right as before, only slower.
 * One hash of 19 MiB and two passes, in milliseconds of processor time: 16 in lent memory, with the
 * wiping; 26 by libsodium alone; 37 by libargon2 in lent memory. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CHashingMemory.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HUGE_PAGE ((size_t)2 * 1024 * 1024)

/* Whole pages of the usual size: what is left behind the last whole huge page lies on small ones, which
 * costs no time and saves 1 MiB of 20 for the usual hash. */
static size_t whole_pages(size_t length) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (length + page - 1) / page * page;
}

void *gatereeve_map_memory(size_t length) {
    size_t wanted = whole_pages(length);
    /* One more than wanted, so that a border of huge pages lies inside; the rest goes back. */
    unsigned char *mapped = mmap(NULL, wanted + HUGE_PAGE, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return NULL;
    size_t before = (HUGE_PAGE - (uintptr_t)mapped % HUGE_PAGE) % HUGE_PAGE;
    if (before > 0) munmap(mapped, before);
    if (before < HUGE_PAGE) munmap(mapped + before + wanted, HUGE_PAGE - before);
    /* A kernel without huge pages refuses; then small ones do. */
    (void)madvise(mapped + before, wanted, MADV_HUGEPAGE);
    (void)madvise(mapped + before, wanted, MADV_DONTDUMP);
    return mapped + before;
}

void gatereeve_unmap_memory(void *memory, size_t length) {
    munmap(memory, whole_pages(length));
}

void gatereeve_wipe_memory(void *memory, size_t length) {
    explicit_bzero(memory, length);
}

/* Argon2 rounds its memory down to a multiple of four blocks of 1 KiB for each lane; 16 lanes at
 * most are allowed. */
#define ROUNDING ((size_t)64 * 1024)

static _Thread_local struct {
    void *memory;
    size_t length;
    int used;
} loan;

void gatereeve_lend_memory(void *memory, size_t length) {
    loan.memory = memory;
    loan.length = length;
    loan.used = 0;
}

int gatereeve_take_back_memory(void) {
    int used = loan.used;
    gatereeve_lend_memory(NULL, 0);
    return used;
}

static void *lent_memory(size_t length) {
    if (loan.memory == NULL || loan.used) return NULL;
    if (length > loan.length || length + ROUNDING <= loan.length) return NULL;
    loan.used = 1;
    return loan.memory;
}

int gatereeve_use_lent_memory(uint8_t **memory, size_t length) {
    *memory = lent_memory(length);
    return *memory == NULL ? -22 : 0;
}

void gatereeve_release_lent_memory(uint8_t *memory, size_t length) {
    (void)memory;
    (void)length;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZER_OWNS_MMAP
#endif
#endif

#if defined(__LP64__) && !defined(SANITIZER_OWNS_MMAP)
/* mmap64 is the same function of glibc under a name that is not taken here. */
void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    if (loan.memory != NULL && address == NULL && file == -1 && (flags & MAP_ANONYMOUS)) {
        void *memory = lent_memory(length);
        if (memory != NULL) return memory;
    }
    return mmap64(address, length, protection, flags, file, offset);
}

int munmap(void *address, size_t length) {
    if (loan.memory != NULL && address == loan.memory) return 0;
    return (int)syscall(SYS_munmap, address, length);
}
#endif
