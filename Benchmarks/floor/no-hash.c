/* Preloaded into a service, it takes the place of libsodium's Argon2id, and of the wiping of its
 * memory, and costs nothing: what a login costs then is what it costs beside the hash. Every password
 * is right, so it serves no other purpose. */
#include <string.h>

int crypto_pwhash(unsigned char *to, unsigned long long length, const char *password,
                  unsigned long long password_length, const unsigned char *salt,
                  unsigned long long passes, size_t memory, int algorithm) {
    (void)password, (void)password_length, (void)salt, (void)passes, (void)memory, (void)algorithm;
    memset(to, 0x5a, length);
    return 0;
}

void explicit_bzero(void *memory, size_t length) {
    if (length >= 1024 * 1024) return;
    memset(memory, 0, length);
    __asm__ volatile("" : : "r"(memory) : "memory");
}
