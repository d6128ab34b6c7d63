/* What Swift sees of the C library; its wrapper target is the only importer. */
#ifndef GATEREEVE_CCURL_SHIM_H
#define GATEREEVE_CCURL_SHIM_H

#include <curl/curl.h>
#include <locale.h>

/* curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call. */
static inline CURLcode gatereeve_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode gatereeve_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode gatereeve_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode gatereeve_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}
static inline CURLcode gatereeve_curl_set_debug(
    CURL *handle, curl_debug_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, callback);
    if (code != CURLE_OK) return code;
    code = curl_easy_setopt(handle, CURLOPT_DEBUGDATA, context);
    if (code != CURLE_OK) return code;
    return curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L);
}

/* curl_global_init, once for the process; CURL_GLOBAL_ALL is a macro with a cast. */
static inline CURLcode gatereeve_curl_global_init(void) {
    return curl_global_init(CURL_GLOBAL_ALL);
}

/* Reads the host of `url` with its international labels as A-labels. After success the caller frees
   *host with curl_free. libcurl converts from the character set of the locale, and a program that never
   called setlocale has none: so this thread gets a UTF-8 one for the length of the call. */
static inline CURLUcode gatereeve_curl_ascii_host(const char *url, char **host) {
    CURLU *parts = curl_url();
    if (!parts) return CURLUE_OUT_OF_MEMORY;
    locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = unicode ? uselocale(unicode) : (locale_t)0;
    CURLUcode code = curl_url_set(parts, CURLUPART_URL, url, 0);
    if (code == CURLUE_OK) code = curl_url_get(parts, CURLUPART_HOST, host, CURLU_PUNYCODE);
    if (unicode) {
        uselocale(before);
        freelocale(unicode);
    }
    curl_url_cleanup(parts);
    if (code != CURLUE_OK) {
        /* libcurl 7.88 leaves the label that it could not convert behind. */
        curl_free(*host);
        *host = NULL;
    }
    return code;
}

#endif
