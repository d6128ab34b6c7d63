/* Just enough of HTTP/1.1 to know when an answer is whole. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load.h"

static bool ends_with(const char *bytes, size_t length, const char *ending) {
    size_t count = strlen(ending);
    return length >= count && memcmp(bytes + length - count, ending, count) == 0;
}

static const char *find(const char *bytes, size_t length, const char *text) {
    size_t count = strlen(text);
    for (size_t index = 0; index + count <= length; index++)
        if (bytes[index] == *text && memcmp(bytes + index, text, count) == 0) return bytes + index;
    return NULL;
}

int answer_status(const char *bytes, size_t length, bool *closes) {
    const char *head_end = find(bytes, length, "\r\n\r\n");
    if (head_end == NULL) return 0;
    if (length < 12 || memcmp(bytes, "HTTP/1.", 7) != 0) return -1;
    int status = atoi(bytes + 9);
    if (status < 100 || status >= STATUS_LIMIT) return -1;

    long content_length = -1;
    bool chunked = false;
    for (const char *line = find(bytes, length, "\r\n"); line != NULL && line < head_end;
         line = find(line + 2, (size_t)(head_end + 2 - (line + 2)), "\r\n")) {
        const char *header = line + 2;
        if (strncasecmp(header, "content-length:", 15) == 0) content_length = atol(header + 15);
        else if (strncasecmp(header, "transfer-encoding: chunked", 26) == 0) chunked = true;
        else if (strncasecmp(header, "connection: close", 17) == 0) *closes = true;
    }

    const char *body = head_end + 4;
    size_t body_length = length - (size_t)(body - bytes);
    if (status == 204 || status == 304) return status;
    if (chunked) {
        bool whole = body_length == 5 ? memcmp(body, "0\r\n\r\n", 5) == 0
                                      : ends_with(body, body_length, "\r\n0\r\n\r\n");
        return whole ? status : 0;
    }
    if (content_length < 0) return -1;
    return body_length >= (size_t)content_length ? status : 0;
}
