/* The floor: the least that a service with these endpoints can do on libfcgi, libmariadb, OpenSSL and
 * libsodium. It is no product: it believes its input to be well formed, sends no mail, writes no log,
 * throttles nobody and keeps no trail. What it answers is right for what the benchmark sends. */
#ifndef FLOOR_H
#define FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOKEN_ID_LENGTH = 16, PASSWORD_LENGTH = 48, ACCESS_LIFETIME = 300, REFRESH_LIFETIME = 86400 };

/* token.c: JSON Web Tokens with HS256. */
struct claims {
    uint8_t id[TOKEN_ID_LENGTH];
    unsigned long long user;
    long long expires;
};
void token_set_key(const char *key);
/* Appends a token; gives its length. */
size_t token_write(char *to, const char *type, long lifetime, unsigned long long user);
bool token_read(const char *token, size_t length, struct claims *claims);

/* store.c: one connection with prepared statements for each thread. */
struct user {
    unsigned long long id;
    uint8_t password[PASSWORD_LENGTH];
    bool is_active;
};
struct store;
struct store *store_open(const char *socket, const char *database);
bool store_user(struct store *store, const char *username, struct user *user);
bool store_may_refresh(struct store *store, const struct claims *claims);
bool store_blacklist(struct store *store, const struct claims *claims);
bool store_register(struct store *store, const char *username, const char *email,
                    const uint8_t password[PASSWORD_LENGTH]);

/* endpoints.c: an answer to a body; gives the status. */
int endpoint_answer(struct store *store, const char *path, const char *body, char *answer);

#endif
