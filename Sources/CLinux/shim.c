#define _GNU_SOURCE
#include "shim.h"

int slb_accept(int fd, struct sockaddr_storage *address, socklen_t *size) {
    return accept4(fd, (struct sockaddr *)address, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void slb_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
