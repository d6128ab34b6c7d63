/* Passwords and links pass through strings, arrays and buffers of many libraries (the Swift runtime,
 * libfcgi, libcrypto, libcurl), and none of them can be asked to clear what it gives back. So this
 * program clears it at the one place where all of it passes: it puts its own free and realloc before
 * those of the C library, whose malloc stays as it is. Every library calls them through the dynamic
 * symbol table, where the program's own definitions come first.
 * The cost is one memset for each block, of its length; docs/decisions/0018 has figures. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CWipedMemory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
/* A sanitizer has an allocator of its own, and must see each free. */
#define SANITIZER_OWNS_FREE
#endif
#endif

static _Thread_local int leaves;

void gatereeve_leave_freed_memory(int leave) { leaves = leave; }

#if defined(__GLIBC__) && !defined(SANITIZER_OWNS_FREE)

/* The C library's own, under names that it exports for programs that wrap them. */
extern void __libc_free(void *memory);
extern void *__libc_realloc(void *memory, size_t length);

void free(void *memory) {
    if (!leaves && memory != NULL) explicit_bzero(memory, malloc_usable_size(memory));
    __libc_free(memory);
}

/* That of the C library frees or moves blocks without a call of free. */
void *realloc(void *memory, size_t length) {
    if (leaves || memory == NULL) return __libc_realloc(memory, length);
    if (length == 0) {
        free(memory);
        return NULL;
    }
    size_t present = malloc_usable_size(memory);
    if (length <= present && length >= present / 2) return memory;
    void *moved = malloc(length);
    if (moved == NULL) return length <= present ? memory : NULL;
    memcpy(moved, memory, length < present ? length : present);
    free(memory);
    return moved;
}

#endif
