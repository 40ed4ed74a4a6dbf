/*
 * poll.h -- poll, shared by the kernel and user programs.
 */
#pragma once

struct pollfd {
	int fd; /* negative: none */
	short events;
	short revents;
};
_Static_assert(sizeof(struct pollfd) == 8, "pollfd");

#define POLLIN 0x1
#define POLLPRI 0x2
#define POLLOUT 0x4
#define POLLERR 0x8
#define POLLHUP 0x10
#define POLLNVAL 0x20
#define POLLRDNORM 0x40
#define POLLWRNORM POLLOUT
#define POLLRDBAND 0x80
#define POLLWRBAND 0x100
