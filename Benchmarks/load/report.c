/* What came of it, as one JSON object. */
#include <stdio.h>
#include <stdlib.h>

#include "load.h"

static int compare(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

/* The smallest latency that so many of a hundred do not exceed (nearest rank). */
static double percentile(const struct stream *stream, double percent) {
    if (stream->latency_count == 0) return 0;
    double rank = percent / 100 * (double)stream->latency_count;
    size_t index = (size_t)rank;
    if ((double)index == rank && index > 0) index--;
    if (index >= stream->latency_count) index = stream->latency_count - 1;
    return (double)stream->latencies[index];
}

static void report_stream(struct stream *stream, const struct plan *plan) {
    qsort(stream->latencies, stream->latency_count, sizeof *stream->latencies, compare);
    /* A stream whose bodies ran out before the end has a shorter window. */
    double end = stream->exhausted && stream->last_answer < plan->end ? stream->last_answer : plan->end;
    double begin = plan->start + stream->delay;
    if (begin < plan->warm_up_end) begin = plan->warm_up_end;
    double window = end - begin;
    double rate = window > 0 ? (double)stream->answered_in_window / window : 0;
    printf("\"%s\":{\"per_second\":%.3f,\"sent\":%lu,\"answered\":%lu,\"errors\":%lu,"
           "\"timeouts\":%lu,\"exhausted\":%s,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,"
           "\"p999\":%.3f,\"max\":%.3f,\"statuses\":{",
           stream->name, rate, stream->sent, stream->answered, stream->errors, stream->timeouts,
           stream->exhausted ? "true" : "false", percentile(stream, 50), percentile(stream, 90),
           percentile(stream, 99), percentile(stream, 99.9), percentile(stream, 100));
    const char *separator = "";
    for (int status = 0; status < STATUS_LIMIT; status++) {
        if (stream->statuses[status] == 0) continue;
        printf("%s\"%d\":%lu", separator, status, stream->statuses[status]);
        separator = ",";
    }
    printf("}}");
}

void report(struct plan *plan) {
    printf("{");
    for (int index = 0; index < plan->stream_count; index++) {
        if (index > 0) printf(",");
        report_stream(&plan->streams[index], plan);
    }
    printf("}\n");
}
