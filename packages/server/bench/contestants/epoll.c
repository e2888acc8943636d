// The floor without Node: epoll, one shared buffer, and one write() for each socket.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { max_sockets = 65536, max_events = 1024 };

static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
// In place of the time, in milliseconds since 1970.
static const char placeholder[] = "0000000000000";

static char is_stream[max_sockets];
static char *frame;

static void write_now_to_frame(const char *template) {
  struct timespec now;
  char digits[sizeof placeholder];
  clock_gettime(CLOCK_REALTIME, &now);
  snprintf(digits, sizeof digits, "%013lld", (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
  for (const char *at = strstr(template, placeholder); at; at = strstr(at + 1, placeholder))
    memcpy(frame + (at - template), digits, sizeof digits - 1);
}

static void watch(int epoll, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void accept_all(int epoll, int listener) {
  const int on = 1;
  for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) != -1;) {
    if (fd >= max_sockets) { close(fd); continue; }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(epoll, fd);
  }
}

static void read_request(int fd, const char *template) {
  char request[4096], answer[4096];
  if (read(fd, request, sizeof request) <= 0) {
    is_stream[fd] = 0;
    close(fd);
  } else if (!is_stream[fd]) {
    is_stream[fd] = 1;
    write_now_to_frame(template);
    int length = snprintf(answer, sizeof answer, "%s%s", head, frame);
    if (write(fd, answer, length) == -1) perror("write");
  }
}

/** Usage: epoll <port> <frame with placeholders> */
int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const char *template = argv[2];
  const size_t length = strlen(template);
  frame = strdup(template);
  signal(SIGPIPE, SIG_IGN);

  const int on = 1, epoll = epoll_create1(0), listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 65535)) return 1;
  watch(epoll, listener);
  const int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  timerfd_settime(timer, 0, &(struct itimerspec){.it_interval = {1, 0}, .it_value = {1, 0}}, NULL);
  watch(epoll, timer);

  for (;;) {
    struct epoll_event events[max_events];
    const int count = epoll_wait(epoll, events, max_events, -1);
    for (int i = 0; i < count; i++) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(epoll, listener);
      } else if (fd == timer) {
        uint64_t ticks;
        if (read(timer, &ticks, sizeof ticks) == -1) continue;
        write_now_to_frame(template);
        for (int stream = 0; stream < max_sockets; stream++)
          if (is_stream[stream] && write(stream, frame, length) == -1) is_stream[stream] = 0;
      } else {
        read_request(fd, template);
      }
    }
  }
}
