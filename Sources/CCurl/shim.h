#ifndef SLB_CCURL_SHIM_H
#define SLB_CCURL_SHIM_H

// libcurl's multi interface for Swift: its option calls are variadic, which Swift cannot import, so
// each has a wrapper with one type.

#include <curl/curl.h>

static inline CURLcode slb_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode slb_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

// libcurl copies strings, but not lists nor the bytes of CURLOPT_POSTFIELDS.
static inline CURLcode slb_curl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode slb_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*slb_curl_sink)(char *bytes, size_t size, size_t count, void *owner);

static inline CURLcode slb_curl_set_sink(CURL *easy, slb_curl_sink sink, void *owner) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, sink);
    return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_WRITEDATA, owner) : code;
}

static inline long slb_curl_status(CURL *easy) {
    long status = 0;
    return curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

static inline long slb_curl_bytes_sent(CURL *easy) {
    curl_off_t body = 0;
    return curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &body) == CURLE_OK ? (long)body : 0;
}

typedef int (*slb_curl_watch)(CURL *easy, curl_socket_t fd, int what, void *owner, void *socket);
typedef int (*slb_curl_timer)(CURLM *multi, long milliseconds, void *owner);

static inline CURLMcode slb_curl_multi_set_watch(
    CURLM *multi, slb_curl_watch watch, slb_curl_timer timer, void *owner) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, owner);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, owner);
    return code;
}

static inline CURLMcode slb_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// The next finished transfer of this multi handle, or null.
static inline CURL *slb_curl_next_done(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message = curl_multi_info_read(multi, &left);
    while (message && message->msg != CURLMSG_DONE) message = curl_multi_info_read(multi, &left);
    if (!message) return 0;
    *result = message->data.result;
    return message->easy_handle;
}

#endif
