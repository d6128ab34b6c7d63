/* HS256 by two prepared SHA-256 states: the fastest way that OpenSSL has, though it is deprecated. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "floor.h"

static const char HEADER[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";
static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static int8_t values[256];
static SHA256_CTX inner, outer;

void token_set_key(const char *key) {
    uint8_t block[64] = {0};
    size_t length = strlen(key);
    if (length > sizeof block) abort();
    memcpy(block, key, length);
    for (size_t index = 0; index < sizeof block; index++) block[index] ^= 0x36;
    SHA256_Init(&inner);
    SHA256_Update(&inner, block, sizeof block);
    for (size_t index = 0; index < sizeof block; index++) block[index] ^= 0x36 ^ 0x5c;
    SHA256_Init(&outer);
    SHA256_Update(&outer, block, sizeof block);
    memset(values, -1, sizeof values);
    for (int index = 0; index < 64; index++) values[(uint8_t)ALPHABET[index]] = (int8_t)index;
}

static size_t encode(char *to, const uint8_t *from, size_t length) {
    char *start = to;
    size_t index = 0;
    for (; index + 2 < length; index += 3) {
        uint32_t bits = (uint32_t)from[index] << 16 | (uint32_t)from[index + 1] << 8 | from[index + 2];
        for (int shift = 18; shift >= 0; shift -= 6) *to++ = ALPHABET[bits >> shift & 63];
    }
    if (length - index == 1) {
        *to++ = ALPHABET[from[index] >> 2];
        *to++ = ALPHABET[(from[index] & 3) << 4];
    } else if (length - index == 2) {
        *to++ = ALPHABET[from[index] >> 2];
        *to++ = ALPHABET[(from[index] & 3) << 4 | from[index + 1] >> 4];
        *to++ = ALPHABET[(from[index + 1] & 15) << 2];
    }
    return (size_t)(to - start);
}

static bool decode(char *to, const char *from, size_t length, size_t *count) {
    uint32_t bits = 0;
    int filled = 0;
    *count = 0;
    for (size_t index = 0; index < length; index++) {
        int value = values[(uint8_t)from[index]];
        if (value < 0) return false;
        bits = bits << 6 | (uint32_t)value;
        filled += 6;
        if (filled >= 8) {
            filled -= 8;
            to[(*count)++] = (char)(bits >> filled & 255);
        }
    }
    return true;
}

static void sign(const char *text, size_t length, uint8_t signature[32]) {
    SHA256_CTX state = inner;
    SHA256_Update(&state, text, length);
    SHA256_Final(signature, &state);
    state = outer;
    SHA256_Update(&state, signature, 32);
    SHA256_Final(signature, &state);
}

size_t token_write(char *to, const char *type, long lifetime, unsigned long long user) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    /* As in UUID version 7, the time leads, so that neighbours in the table are of one time. */
    uint8_t id[TOKEN_ID_LENGTH];
    RAND_bytes(id, sizeof id);
    uint64_t milliseconds = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    for (int index = 0; index < 6; index++) id[index] = (uint8_t)(milliseconds >> (40 - 8 * index));
    char digits[33], claims[256];
    for (int index = 0; index < TOKEN_ID_LENGTH; index++) {
        digits[2 * index] = "0123456789abcdef"[id[index] >> 4];
        digits[2 * index + 1] = "0123456789abcdef"[id[index] & 15];
    }
    digits[32] = 0;
    int length = snprintf(
        claims, sizeof claims,
        "{\"token_type\":\"%s\",\"exp\":%lld,\"iat\":%lld,\"jti\":\"%s\",\"user_id\":\"%llu\"}", type,
        (long long)now.tv_sec + lifetime, (long long)now.tv_sec, digits, user);
    size_t count = sizeof HEADER - 1;
    memcpy(to, HEADER, count);
    count += encode(to + count, (const uint8_t *)claims, (size_t)length);
    uint8_t signature[32];
    sign(to, count, signature);
    to[count++] = '.';
    return count + encode(to + count, signature, sizeof signature);
}

static const char *claim(const char *claims, const char *name) {
    const char *place = strstr(claims, name);
    return place == NULL ? NULL : place + strlen(name);
}

bool token_read(const char *token, size_t length, struct claims *result) {
    const char *first = memchr(token, '.', length);
    if (first == NULL) return false;
    const char *second = memchr(first + 1, '.', length - (size_t)(first + 1 - token));
    if (second == NULL) return false;
    uint8_t signature[32];
    char encoded[43];
    sign(token, (size_t)(second - token), signature);
    encode(encoded, signature, sizeof signature);
    size_t rest = length - (size_t)(second + 1 - token);
    if (rest != sizeof encoded || CRYPTO_memcmp(second + 1, encoded, rest) != 0) return false;

    char claims[1024];
    size_t count, size = (size_t)(second - first - 1);
    if (size > sizeof claims || !decode(claims, first + 1, size, &count)) return false;
    claims[count] = 0;
    const char *expires = claim(claims, "\"exp\":"), *id = claim(claims, "\"jti\":\"");
    const char *user = claim(claims, "\"user_id\":\"");
    if (expires == NULL || id == NULL || user == NULL) return false;
    if (claim(claims, "\"token_type\":\"refresh\"") == NULL) return false;
    result->expires = strtoll(expires, NULL, 10);
    result->user = strtoull(user, NULL, 10);
    for (int index = 0; index < TOKEN_ID_LENGTH; index++) {
        unsigned digit[2];
        for (int part = 0; part < 2; part++) {
            char character = id[2 * index + part];
            digit[part] = (unsigned)(character <= '9' ? character - '0' : character - 'a' + 10);
            if (digit[part] > 15) return false;
        }
        result->id[index] = (uint8_t)(digit[0] << 4 | digit[1]);
    }
    return result->expires > time(NULL);
}
