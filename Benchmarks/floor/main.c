/* floor DATABASE_SOCKET DATABASE LISTEN_SOCKET THREADS; the key of tokens is in SIGNING_SECRET. */
#include <fcgiapp.h>
#include <mysql.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "floor.h"

static int listener;
static const char *database_socket, *database;

static void answer(FCGX_Request *request, struct store *store) {
    char body[4096], text[4096], head[160];
    const char *path = FCGX_GetParam("REQUEST_URI", request->envp);
    const char *length = FCGX_GetParam("CONTENT_LENGTH", request->envp);
    int wanted = length == NULL ? 0 : atoi(length);
    if (wanted < 0 || wanted >= (int)sizeof body) wanted = (int)sizeof body - 1;
    int received = FCGX_GetStr(body, wanted, request->in);
    body[received > 0 ? received : 0] = 0;
    int status = endpoint_answer(store, path == NULL ? "" : path, body, text);
    size_t count = strlen(text);
    int head_length = snprintf(
        head, sizeof head,
        "Status: %d\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", status, count);
    FCGX_PutStr(head, head_length, request->out);
    FCGX_PutStr(text, (int)count, request->out);
    FCGX_Finish_r(request);
}

static void *serve(void *unused) {
    (void)unused;
    mysql_thread_init();
    struct store *store = store_open(database_socket, database);
    FCGX_Request request;
    FCGX_InitRequest(&request, listener, 0);
    while (FCGX_Accept_r(&request) >= 0) answer(&request, store);
    return NULL;
}

int main(int count, char **arguments) {
    const char *key = getenv("SIGNING_SECRET");
    int threads = count == 5 ? atoi(arguments[4]) : 0;
    if (key == NULL || threads < 1 || threads > 256) {
        fprintf(stderr, "usage: floor DATABASE_SOCKET DATABASE LISTEN_SOCKET THREADS\n");
        return 64;
    }
    database_socket = arguments[1];
    database = arguments[2];
    token_set_key(key);
    if (sodium_init() < 0 || mysql_library_init(0, NULL, NULL) != 0 || FCGX_Init() != 0) return 1;
    /* libfcgi would only note it, and go on when no request comes. */
    signal(SIGTERM, SIG_DFL);
    listener = FCGX_OpenSocket(arguments[3], 511);
    if (listener < 0) return 1;
    chmod(arguments[3], 0666);
    pthread_t last;
    for (int index = 0; index < threads; index++)
        if (pthread_create(&last, NULL, serve, NULL) != 0) return 1;
    pthread_join(last, NULL);
    return 1;
}
