#pragma once

#include <stddef.h>
#include <stdint.h>

typedef int (*gatereeve_fuzz_body)(const uint8_t *data, size_t size);

/* Weak: only a program that is linked with -sanitize=fuzzer has it. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, gatereeve_fuzz_body body) __attribute__((weak));

/* Runs libFuzzer; -1 when it is not linked in. */
static inline int gatereeve_run_fuzzer(int argc, char **argv, gatereeve_fuzz_body body) {
    return LLVMFuzzerRunDriver == NULL ? -1 : LLVMFuzzerRunDriver(&argc, &argv, body);
}
