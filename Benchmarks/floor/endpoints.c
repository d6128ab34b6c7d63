/* The endpoints that the benchmark asks. */
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "floor.h"

/* Argon2id as OWASP advises it and as the product does: 19 MiB, two passes, one lane. */
enum { MEMORY = 19456 * 1024, PASSES = 2, SALT_LENGTH = 16 };

/* The text of a member of a flat JSON object without escapes. */
static bool member(const char *body, const char *name, char *to, size_t capacity) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\"", name);
    const char *place = strstr(body, key);
    if (place == NULL) return false;
    place += strlen(key);
    while (*place == ' ' || *place == ':') place++;
    if (*place++ != '"') return false;
    const char *end = strchr(place, '"');
    if (end == NULL || (size_t)(end - place) >= capacity) return false;
    memcpy(to, place, (size_t)(end - place));
    to[end - place] = 0;
    return true;
}

static bool hash(uint8_t password[PASSWORD_LENGTH], const char *text) {
    return crypto_pwhash(password + SALT_LENGTH, PASSWORD_LENGTH - SALT_LENGTH, text, strlen(text),
                         password, PASSES, MEMORY, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

static int refuse(char *answer) {
    strcpy(answer, "{\"detail\":\"Token is invalid or expired\",\"code\":\"token_not_valid\"}");
    return 401;
}

static bool read_token(const char *body, struct claims *claims) {
    char token[2048];
    return member(body, "refresh", token, sizeof token) && token_read(token, strlen(token), claims);
}

static size_t write_member(char *to, const char *start, const char *type, long lifetime,
                           unsigned long long user) {
    size_t length = strlen(start);
    memcpy(to, start, length);
    length += token_write(to + length, type, lifetime, user);
    to[length++] = '"';
    return length;
}

static int refresh(struct store *store, const char *body, char *answer) {
    struct claims claims;
    if (!read_token(body, &claims) || !store_may_refresh(store, &claims)) return refuse(answer);
    size_t length = write_member(answer, "{\"access\":\"", "access", ACCESS_LIFETIME, claims.user);
    strcpy(answer + length, "}");
    return 200;
}

static int log_out(struct store *store, const char *body, char *answer) {
    struct claims claims;
    if (!read_token(body, &claims) || !store_blacklist(store, &claims)) return refuse(answer);
    *answer = 0;
    return 205;
}

static int log_in(struct store *store, const char *body, char *answer) {
    char username[256], password[256];
    struct user user;
    if (!member(body, "username", username, sizeof username) ||
        !member(body, "password", password, sizeof password))
        return 400;
    if (!store_user(store, username, &user)) return refuse(answer);
    uint8_t computed[PASSWORD_LENGTH];
    memcpy(computed, user.password, SALT_LENGTH);
    if (!hash(computed, password)) return 503;
    if (CRYPTO_memcmp(computed, user.password, PASSWORD_LENGTH) != 0 || !user.is_active)
        return refuse(answer);
    size_t length = write_member(answer, "{\"refresh\":\"", "refresh", REFRESH_LIFETIME, user.id);
    length += write_member(answer + length, ",\"access\":\"", "access", ACCESS_LIFETIME, user.id);
    strcpy(answer + length, "}");
    return 200;
}

static int sign_up(struct store *store, const char *body, char *answer) {
    char username[256], email[256], text[256];
    if (!member(body, "username", username, sizeof username) ||
        !member(body, "email", email, sizeof email) ||
        !member(body, "password", text, sizeof text))
        return 400;
    uint8_t password[PASSWORD_LENGTH];
    RAND_bytes(password, SALT_LENGTH);
    if (!hash(password, text)) return 503;
    if (!store_register(store, username, email, password)) return 400;
    sprintf(answer, "{\"username\":\"%s\",\"email\":\"%s\"}", username, email);
    return 201;
}

int endpoint_answer(struct store *store, const char *path, const char *body, char *answer) {
    *answer = 0;
    if (strcmp(path, "/api/auth/login/refresh/") == 0) return refresh(store, body, answer);
    if (strcmp(path, "/api/auth/logout/") == 0) return log_out(store, body, answer);
    if (strcmp(path, "/api/auth/login/") == 0) return log_in(store, body, answer);
    if (strcmp(path, "/api/auth/register/") == 0) return sign_up(store, body, answer);
    return 404;
}
