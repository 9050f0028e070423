// The floor of the benchmark: a relay that parses nothing. One upstream connection for each client,
// one read and one write for each message, edge-triggered epoll, no other work. What a proxy costs
// above this is its own doing; what this costs is the kernel's.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DESCRIPTORS = 65536, BATCH = 256 };
static int peer[DESCRIPTORS];
static char buffer[65536];

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void watch(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void take(int epoll, int listener, int upstream) {
    int one = 1;
    int client = accept4(listener, 0, 0, SOCK_NONBLOCK);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = loopback(upstream);
    if (client < 0 || server < 0 || server >= DESCRIPTORS || client >= DESCRIPTORS ||
        connect(server, (struct sockaddr *)&address, sizeof address) != 0) {
        perror("relay");
        exit(1);
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    peer[client] = server;
    peer[server] = client;
    watch(epoll, client);
    watch(epoll, server);
}

static void relay(int fd) {
    if (peer[fd] == 0) return;
    ssize_t count = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count > 0 && send(peer[fd], buffer, (size_t)count, MSG_NOSIGNAL) == count) return;
    close(fd);
    close(peer[fd]);
    peer[peer[fd]] = 0;
    peer[fd] = 0;
}

int main(int count, char **arguments) {
    if (count != 3) return 64;
    int one = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = loopback(atoi(arguments[1]));
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0) {
        perror("relay");
        return 1;
    }
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    struct epoll_event events[BATCH];
    for (;;) {
        int ready = epoll_wait(epoll, events, BATCH, -1);
        for (int index = 0; index < ready; index++) {
            int fd = events[index].data.fd;
            if (fd == listener) take(epoll, listener, atoi(arguments[2])); else relay(fd);
        }
    }
}
