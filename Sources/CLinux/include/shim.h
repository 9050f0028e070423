#ifndef SLB_CLINUX_SHIM_H
#define SLB_CLINUX_SHIM_H

#include <sys/epoll.h>

#endif
