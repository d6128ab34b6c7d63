/* The load generator: several streams of requests at once, over kept connections to one HTTP server
 * on 127.0.0.1. One thread; times are seconds of CLOCK_MONOTONIC unless a name says otherwise. */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>

enum {
    STREAM_LIMIT = 8,
    CLIENT_LIMIT = 1024,
    STATUS_LIMIT = 600,
    /* No stream keeps more latencies, and none sends more requests. */
    REQUEST_LIMIT = 4000000
};

/* How long one request may take. */
#define PATIENCE 30.0

struct text {
    const char *bytes;
    size_t length;
};

/* Requests of one kind, by clients of their own. */
struct stream {
    char name[32];
    char path[256];
    char type[64];
    /* One request each, in turn; the last is followed by the first unless each may serve once. */
    struct text *bodies;
    size_t body_count, next_body;
    bool once;
    int client_count;
    /* Requests per second of an open loop; 0 is a closed loop: a client sends when it has its answer. */
    double rate;
    /* When it starts, after the start of all. */
    double delay;
    /* When the next request of an open loop is due. */
    double next_due;
    struct client *clients;
    /* Indices of the clients that wait for nothing. */
    int *idle;
    int idle_count;
    bool exhausted;

    /* Answers to requests that were due after the warm-up, in milliseconds. */
    float *latencies;
    size_t latency_count;
    unsigned long statuses[STATUS_LIMIT];
    unsigned long sent, answered, answered_in_window, errors, timeouts;
    double last_answer;
};

/* The whole run. */
struct plan {
    unsigned short port;
    double start, warm_up_end, end;
    struct stream streams[STREAM_LIMIT];
    int stream_count;
};

struct client {
    struct stream *stream;
    int index;
    int descriptor; /* -1: not connected */
    bool busy, connecting, answered_before;
    double due, sent;
    char *request;
    size_t request_length, request_written;
    char *answer;
    size_t answer_length, answer_capacity;
};

/* What came of reading. */
enum reading { READING_MORE, READING_ANSWER, READING_FAILED };

double now(void);

/* stream.c: reads "key=value,…"; ends the program with a message on a fault. */
void stream_read(struct stream *stream, char *specification);

/* client.c */
void client_open_poll(void);
/* Waits at most so long; gives clients that have something to do. */
int client_wait(double seconds, struct client **ready, int capacity);
bool client_send(struct client *client, const struct text *body, double due);
/* Status is set when a whole answer is there. */
enum reading client_continue(struct client *client, int *status);
void client_close(struct client *client);
extern unsigned short client_port;

/* answer.c: the status of a whole HTTP/1.1 answer; 0 when more is to come, -1 when it is none. */
int answer_status(const char *bytes, size_t length, bool *closes);

/* report.c */
void report(struct plan *plan);

#endif
