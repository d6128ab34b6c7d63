/* Prepared statements over a unix socket, one round trip for each decision. */
#include <mysql.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

struct store {
    MYSQL *connection;
    MYSQL_STMT *find_user, *find_refresh, *insert_blacklisted, *insert_user, *insert_token;
    /* What statements read from and write to. */
    char username[256], email[256];
    unsigned long username_length, email_length, id_length, password_length, token_length;
    uint8_t id[TOKEN_ID_LENGTH], password[PASSWORD_LENGTH], token[32];
    unsigned long long user;
    long long expires;
    signed char is_active, is_blacklisted;
};

static void fail(const char *message) {
    fprintf(stderr, "floor: %s\n", message);
    exit(1);
}

static MYSQL_BIND text(char *buffer, unsigned long *length, unsigned long capacity) {
    return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING, .buffer = buffer, .length = length,
                        .buffer_length = capacity};
}

static MYSQL_BIND bytes(uint8_t *buffer, unsigned long *length, unsigned long capacity) {
    return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_BLOB, .buffer = buffer, .length = length,
                        .buffer_length = capacity};
}

static MYSQL_BIND integer(void *buffer, bool is_unsigned) {
    return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = buffer,
                        .is_unsigned = is_unsigned};
}

static MYSQL_BIND boolean(signed char *buffer) {
    return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_TINY, .buffer = buffer};
}

static MYSQL_STMT *prepare(struct store *store, const char *sql, MYSQL_BIND *values,
                           MYSQL_BIND *columns) {
    MYSQL_STMT *handle = mysql_stmt_init(store->connection);
    if (handle == NULL || mysql_stmt_prepare(handle, sql, strlen(sql)) != 0)
        fail(mysql_error(store->connection));
    if (mysql_stmt_bind_param(handle, values) != 0) fail(mysql_stmt_error(handle));
    if (columns != NULL && mysql_stmt_bind_result(handle, columns) != 0)
        fail(mysql_stmt_error(handle));
    return handle;
}

static void prepare_all(struct store *store) {
    MYSQL_BIND username = text(store->username, &store->username_length, sizeof store->username);
    MYSQL_BIND email = text(store->email, &store->email_length, sizeof store->email);
    MYSQL_BIND id = bytes(store->id, &store->id_length, sizeof store->id);
    MYSQL_BIND password = bytes(store->password, &store->password_length, sizeof store->password);
    MYSQL_BIND token = bytes(store->token, &store->token_length, sizeof store->token);
    MYSQL_BIND user = integer(&store->user, true), expires = integer(&store->expires, false);
    MYSQL_BIND is_active = boolean(&store->is_active);
    MYSQL_BIND is_blacklisted = boolean(&store->is_blacklisted);
    store->find_user =
        prepare(store, "SELECT id, password, is_active FROM users WHERE username = ?",
                (MYSQL_BIND[]){username}, (MYSQL_BIND[]){user, password, is_active});
    store->find_refresh =
        prepare(store,
                "SELECT is_active, EXISTS(SELECT 1 FROM blacklist WHERE token_id = ?) "
                "FROM users WHERE id = ?",
                (MYSQL_BIND[]){id, user}, (MYSQL_BIND[]){is_active, is_blacklisted});
    store->insert_blacklisted =
        prepare(store,
                "INSERT INTO blacklist (token_id, user_id, expires_at) VALUES (?, ?, ?)",
                (MYSQL_BIND[]){id, user, expires}, NULL);
    store->insert_user =
        prepare(store,
                "INSERT INTO users (username, email, password, is_active) VALUES (?, ?, ?, 0)",
                (MYSQL_BIND[]){username, email, password}, NULL);
    store->insert_token =
        prepare(store, "INSERT INTO one_time_tokens (user_id, secret) VALUES (LAST_INSERT_ID(), ?)",
                (MYSQL_BIND[]){token}, NULL);
}

struct store *store_open(const char *socket, const char *database) {
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL) abort();
    store->connection = mysql_init(NULL);
    if (mysql_real_connect(store->connection, NULL, "bench", "bench", database, 0, socket, 0) == NULL)
        fail(mysql_error(store->connection));
    store->id_length = sizeof store->id;
    store->password_length = sizeof store->password;
    store->token_length = sizeof store->token;
    prepare_all(store);
    return store;
}

static void set(char *to, size_t size, unsigned long *length, const char *from) {
    *length = (unsigned long)snprintf(to, size, "%s", from);
    if (*length >= size) *length = size - 1;
}

static bool fetch_one(MYSQL_STMT *statement) {
    if (mysql_stmt_execute(statement) != 0) return false;
    bool found = mysql_stmt_fetch(statement) == 0;
    mysql_stmt_free_result(statement);
    return found;
}

bool store_user(struct store *store, const char *username, struct user *user) {
    set(store->username, sizeof store->username, &store->username_length, username);
    if (!fetch_one(store->find_user)) return false;
    user->id = store->user;
    user->is_active = store->is_active != 0;
    memcpy(user->password, store->password, sizeof user->password);
    return true;
}

static void set_token(struct store *store, const struct claims *claims) {
    memcpy(store->id, claims->id, sizeof store->id);
    store->user = claims->user;
    store->expires = claims->expires;
}

bool store_may_refresh(struct store *store, const struct claims *claims) {
    set_token(store, claims);
    return fetch_one(store->find_refresh) && store->is_active && !store->is_blacklisted;
}

bool store_blacklist(struct store *store, const struct claims *claims) {
    set_token(store, claims);
    return mysql_stmt_execute(store->insert_blacklisted) == 0;
}

bool store_register(struct store *store, const char *username, const char *email,
                    const uint8_t password[PASSWORD_LENGTH]) {
    set(store->username, sizeof store->username, &store->username_length, username);
    set(store->email, sizeof store->email, &store->email_length, email);
    memcpy(store->password, password, PASSWORD_LENGTH);
    RAND_bytes(store->token, sizeof store->token);
    if (mysql_query(store->connection, "BEGIN") != 0) return false;
    if (mysql_stmt_execute(store->insert_user) == 0 &&
        mysql_stmt_execute(store->insert_token) == 0)
        return mysql_query(store->connection, "COMMIT") == 0;
    mysql_query(store->connection, "ROLLBACK");
    return false;
}
