/* load PORT SECONDS WARM_UP_SECONDS STREAM…
 *
 * A STREAM is key=value, separated by commas:
 *   name     the key of its figures in the output
 *   path     of the requests, all POST
 *   type     their content type; application/json
 *   bodies   a file with one body on each line
 *   once     1: no body is sent twice, and the stream ends when there is none left
 *   clients  how many; each has one connection and one request at a time
 *   rate     requests per second of an open loop; without it the loop is closed
 *   delay    seconds before it starts
 *
 * An open loop draws the moments of its requests before (exponential gaps, the same in each run), and
 * a latency counts from that moment, whether or not a client was free: a server that stalls does not
 * stop the clock. Requests that were due during the warm-up are sent and not counted. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "load.h"

/* xorshift64*, from one seed: the arrivals are the same in each run. */
static double random_fraction(void) {
    static uint64_t state = 0x9E3779B97F4A7C15u;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return ((double)((state * 0x2545F4914F6CDD1Du) >> 11) + 1) / 9007199254740993.0;
}

static const struct text *take_body(struct stream *stream) {
    if (stream->next_body == stream->body_count) {
        if (stream->once) return NULL;
        stream->next_body = 0;
    }
    return &stream->bodies[stream->next_body++];
}

/* Sends all that is due. */
static void dispatch(struct stream *stream, const struct plan *plan) {
    while (stream->idle_count > 0 && !stream->exhausted) {
        double time = now();
        if (time >= plan->end || time < plan->start + stream->delay) return;
        double due = time;
        if (stream->rate > 0) {
            if (stream->next_due > time) return;
            due = stream->next_due;
        }
        const struct text *body = stream->sent < REQUEST_LIMIT ? take_body(stream) : NULL;
        if (body == NULL) {
            stream->exhausted = true;
            return;
        }
        if (stream->rate > 0) stream->next_due -= log(random_fraction()) / stream->rate;
        stream->sent++;
        struct client *client = &stream->clients[stream->idle[--stream->idle_count]];
        if (!client_send(client, body, due)) {
            stream->errors++;
            stream->idle[stream->idle_count++] = client->index;
            return;
        }
    }
}

static void release(struct client *client) {
    client->busy = false;
    client->stream->idle[client->stream->idle_count++] = client->index;
}

static void count_answer(struct client *client, int status, const struct plan *plan) {
    struct stream *stream = client->stream;
    double time = now();
    stream->answered++;
    stream->last_answer = time;
    if (time >= plan->warm_up_end && time <= plan->end) stream->answered_in_window++;
    if (client->due < plan->warm_up_end) return;
    stream->statuses[status]++;
    stream->latencies[stream->latency_count++] = (float)((time - client->due) * 1e3);
}

/* Gives up requests that take too long; tells how many are still on their way. */
static int look_after(struct plan *plan) {
    int busy = 0;
    double time = now();
    for (int index = 0; index < plan->stream_count; index++) {
        struct stream *stream = &plan->streams[index];
        for (int number = 0; number < stream->client_count; number++) {
            struct client *client = &stream->clients[number];
            if (client->busy && time - client->sent > PATIENCE) {
                stream->timeouts++;
                client_close(client);
                release(client);
            }
            busy += client->busy;
        }
    }
    return busy;
}

/* When there is something to do though no answer comes. */
static double next_moment(const struct plan *plan) {
    double moment = now() + 0.25;
    for (int index = 0; index < plan->stream_count; index++) {
        const struct stream *stream = &plan->streams[index];
        if (stream->exhausted || stream->idle_count == 0) continue;
        double wanted = stream->rate > 0 ? stream->next_due : plan->start + stream->delay;
        if (wanted < moment) moment = wanted;
    }
    return moment;
}

static void run(struct plan *plan) {
    double last_look = now();
    for (;;) {
        for (int index = 0; index < plan->stream_count; index++)
            dispatch(&plan->streams[index], plan);
        double time = now();
        bool sends = false;
        for (int index = 0; index < plan->stream_count; index++)
            sends = sends || !plan->streams[index].exhausted;
        if (time >= plan->end || !sends || time - last_look > 0.25) {
            last_look = time;
            if (look_after(plan) == 0 && (time >= plan->end || !sends)) return;
        }
        double wait = time >= plan->end ? 0.05 : next_moment(plan) - time;
        struct client *ready[256];
        int count = client_wait(wait, ready, 256);
        for (int index = 0; index < count; index++) {
            struct client *client = ready[index];
            int status = 0;
            enum reading reading = client_continue(client, &status);
            if (reading == READING_MORE || !client->busy) continue;
            if (reading == READING_ANSWER) count_answer(client, status, plan);
            else client->stream->errors++;
            release(client);
        }
    }
}

int main(int count, char **arguments) {
    static struct plan plan;
    if (count < 5 || count - 4 > STREAM_LIMIT) {
        fprintf(stderr, "usage: load PORT SECONDS WARM_UP_SECONDS STREAM…\n");
        return 64;
    }
    client_port = (unsigned short)atoi(arguments[1]);
    double seconds = atof(arguments[2]), warm_up = atof(arguments[3]);
    if (client_port == 0 || !(seconds > 0 && seconds <= 600) || !(warm_up >= 0 && warm_up <= 60)) {
        fprintf(stderr, "load: port, seconds (to 600) or warm-up (to 60) is out of range\n");
        return 64;
    }
    for (int index = 4; index < count; index++)
        stream_read(&plan.streams[plan.stream_count++], arguments[index]);
    client_open_poll();
    plan.start = now();
    plan.warm_up_end = plan.start + warm_up;
    plan.end = plan.warm_up_end + seconds;
    for (int index = 0; index < plan.stream_count; index++)
        plan.streams[index].next_due = plan.start + plan.streams[index].delay;
    run(&plan);
    report(&plan);
    return 0;
}
