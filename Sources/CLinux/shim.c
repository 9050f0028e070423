#define _GNU_SOURCE
#include "shim.h"

#include <sched.h>

int slb_accept(int fd, struct sockaddr_storage *address, socklen_t *size) {
    return accept4(fd, (struct sockaddr *)address, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int slb_allowed_cores(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

void slb_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
