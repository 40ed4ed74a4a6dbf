/*
 * poll.h -- waiting for descriptors.
 */
#pragma once

#include <sys/cdefs.h>
#include <kernel/abi/poll.h>

typedef unsigned int nfds_t;
#define INFTIM (-1)

__BEGIN_DECLS
int poll(struct pollfd *, nfds_t, int);
__END_DECLS
