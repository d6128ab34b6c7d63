/* What a stream is, from its argument. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static void fail(const char *what, const char *value) {
    fprintf(stderr, "load: %s: %s\n", what, value);
    exit(64);
}

static double number(const char *value, double minimum, double maximum) {
    char *end;
    double result = strtod(value, &end);
    if (*value == 0 || *end != 0 || !(result >= minimum && result <= maximum))
        fail("not an allowed number", value);
    return result;
}

static void copy(char *to, size_t size, const char *value) {
    if (strlen(value) >= size) fail("too long", value);
    strcpy(to, value);
}

/* One body on each line. */
static void read_bodies(struct stream *stream, const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail("cannot be read", path);
    if (fseek(file, 0, SEEK_END) != 0) fail("cannot be read", path);
    long size = ftell(file);
    rewind(file);
    char *bytes = size > 0 ? malloc((size_t)size) : NULL;
    if (bytes == NULL || fread(bytes, 1, (size_t)size, file) != (size_t)size)
        fail("is empty or cannot be read", path);
    fclose(file);

    size_t capacity = 0;
    for (long position = 0; position < size;) {
        char *line = bytes + position;
        char *end = memchr(line, '\n', (size_t)(size - position));
        size_t length = end != NULL ? (size_t)(end - line) : (size_t)(size - position);
        if (stream->body_count == capacity) {
            capacity = capacity == 0 ? 1024 : capacity * 2;
            stream->bodies = realloc(stream->bodies, capacity * sizeof *stream->bodies);
            if (stream->bodies == NULL) abort();
        }
        stream->bodies[stream->body_count++] = (struct text){line, length};
        position += (long)length + 1;
    }
}

void stream_read(struct stream *stream, char *specification) {
    stream->client_count = 1;
    copy(stream->type, sizeof stream->type, "application/json");
    char *rest = NULL;
    for (char *entry = strtok_r(specification, ",", &rest); entry != NULL;
         entry = strtok_r(NULL, ",", &rest)) {
        char *value = strchr(entry, '=');
        if (value == NULL) fail("has no value", entry);
        *value++ = 0;
        if (strcmp(entry, "name") == 0) copy(stream->name, sizeof stream->name, value);
        else if (strcmp(entry, "path") == 0) copy(stream->path, sizeof stream->path, value);
        else if (strcmp(entry, "type") == 0) copy(stream->type, sizeof stream->type, value);
        else if (strcmp(entry, "bodies") == 0) read_bodies(stream, value);
        else if (strcmp(entry, "once") == 0) stream->once = number(value, 0, 1) == 1;
        else if (strcmp(entry, "clients") == 0)
            stream->client_count = (int)number(value, 1, CLIENT_LIMIT);
        else if (strcmp(entry, "rate") == 0) stream->rate = number(value, 0, 1e6);
        else if (strcmp(entry, "delay") == 0) stream->delay = number(value, 0, 600);
        else fail("is no key of a stream", entry);
    }
    if (stream->path[0] != '/' || stream->body_count == 0) fail("needs path and bodies", stream->name);

    stream->clients = calloc((size_t)stream->client_count, sizeof *stream->clients);
    stream->idle = calloc((size_t)stream->client_count, sizeof *stream->idle);
    stream->latencies = malloc(REQUEST_LIMIT * sizeof *stream->latencies);
    if (stream->clients == NULL || stream->idle == NULL || stream->latencies == NULL) abort();
    for (int index = 0; index < stream->client_count; index++) {
        stream->clients[index] =
            (struct client){.stream = stream, .index = index, .descriptor = -1};
        stream->idle[stream->idle_count++] = index;
    }
}
