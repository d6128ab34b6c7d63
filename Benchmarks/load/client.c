/* A client: one kept connection, one request at a time. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

unsigned short client_port;
static int poll_descriptor = -1;

double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void client_open_poll(void) {
    poll_descriptor = epoll_create1(EPOLL_CLOEXEC);
    if (poll_descriptor < 0) { perror("load: epoll_create1"); exit(71); }
}

int client_wait(double seconds, struct client **ready, int capacity) {
    struct epoll_event events[256];
    if (capacity > 256) capacity = 256;
    if (seconds < 0) seconds = 0;
    struct timespec limit = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    int count = epoll_pwait2(poll_descriptor, events, capacity, &limit, NULL);
    for (int index = 0; index < count; index++) ready[index] = events[index].data.ptr;
    return count < 0 ? 0 : count;
}

static void watch(struct client *client, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = client};
    epoll_ctl(poll_descriptor, operation, client->descriptor, &event);
}

void client_close(struct client *client) {
    if (client->descriptor >= 0) close(client->descriptor);
    client->descriptor = -1;
    client->connecting = false;
}

static bool connect_client(struct client *client) {
    client->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (client->descriptor < 0) return false;
    int one = 1;
    setsockopt(client->descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(client_port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    client->answered_before = false;
    client->connecting = true;
    int status = connect(client->descriptor, (struct sockaddr *)&address, sizeof address);
    if (status < 0 && errno != EINPROGRESS) {
        client_close(client);
        return false;
    }
    watch(client, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
    return true;
}

/* Writes what the socket takes; false when the connection is broken. */
static bool write_request(struct client *client) {
    while (client->request_written < client->request_length) {
        ssize_t count = send(client->descriptor, client->request + client->request_written,
                             client->request_length - client->request_written, MSG_NOSIGNAL);
        if (count < 0) {
            if (errno != EAGAIN) return false;
            watch(client, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            return true;
        }
        client->request_written += (size_t)count;
    }
    return true;
}

static bool begin(struct client *client) {
    client->request_written = 0;
    client->answer_length = 0;
    if (client->descriptor < 0) return connect_client(client);
    return write_request(client);
}

bool client_send(struct client *client, const struct text *body, double due) {
    struct stream *stream = client->stream;
    size_t capacity = body->length + 512;
    client->request = realloc(client->request, capacity);
    if (client->request == NULL) abort();
    int head = snprintf(client->request, capacity,
                        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %s\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        stream->path, stream->type, body->length);
    memcpy(client->request + head, body->bytes, body->length);
    client->request_length = (size_t)head + body->length;
    client->due = due;
    client->sent = now();
    client->busy = true;
    if (begin(client)) return true;
    client_close(client);
    client->busy = false;
    return false;
}

/* The server may close a kept connection just when the next request is on its way: that one request
 * goes over a new connection, as browsers do. */
static enum reading retry_or_fail(struct client *client) {
    bool may_retry = client->answered_before && client->answer_length == 0;
    client_close(client);
    if (may_retry && begin(client)) return READING_MORE;
    client_close(client);
    return READING_FAILED;
}

enum reading client_continue(struct client *client, int *status) {
    if (client->descriptor < 0) return READING_MORE;
    if (client->connecting) {
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(client->descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error != 0) return client_close(client), READING_FAILED;
        client->connecting = false;
        watch(client, EPOLL_CTL_MOD, EPOLLIN);
    }
    if (client->busy && client->request_written < client->request_length) {
        if (!write_request(client)) return retry_or_fail(client);
        if (client->request_written == client->request_length)
            watch(client, EPOLL_CTL_MOD, EPOLLIN);
    }
    for (;;) {
        if (client->answer_capacity - client->answer_length < 4096) {
            client->answer_capacity += 16384;
            client->answer = realloc(client->answer, client->answer_capacity);
            if (client->answer == NULL) abort();
        }
        ssize_t count = recv(client->descriptor, client->answer + client->answer_length,
                             client->answer_capacity - client->answer_length, 0);
        if (count < 0 && errno == EAGAIN) return READING_MORE;
        if (count <= 0) {
            if (client->busy) return retry_or_fail(client);
            client_close(client);
            return READING_MORE;
        }
        client->answer_length += (size_t)count;
        if (!client->busy) continue;
        bool closes = false;
        *status = answer_status(client->answer, client->answer_length, &closes);
        if (*status == 0) continue;
        if (*status < 0 || closes) client_close(client);
        client->answered_before = true;
        return *status < 0 ? READING_FAILED : READING_ANSWER;
    }
}
