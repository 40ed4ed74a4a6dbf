/*
 * sys/event.h -- kqueue and kevent.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/_timespec.h>
#include <kernel/abi/event.h>

#define EV_SET(kev, id, filt, how, notes, value, mine)                         \
	(*(kev) = (struct kevent){(uintptr_t)(id), (int16_t)(filt),            \
	    (uint16_t)(how), (uint32_t)(notes), (int64_t)(value),              \
	    (void *)(mine)})

__BEGIN_DECLS
int kqueue(void);
int kevent(int, const struct kevent *, int, struct kevent *, int,
    const struct timespec *);
__END_DECLS
