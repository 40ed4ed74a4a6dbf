/*
 * kqueue_test.h -- what the tests of kqueues share.
 */
#pragma once

#include <sys/event.h>
#include "user/tests/test.h"

static const struct timespec kq_at_once;

__attribute__((unused)) static int
kq_new(void)
{
	long kq = sc(SYS_kqueue);

	REQUIRE(kq >= 0);
	return (int)kq;
}

/* One change: 0 or -errno. */
__attribute__((unused)) static long
kq_change(int kq, uintptr_t ident, int filter, int flags, uint32_t fflags,
    int64_t data)
{
	struct kevent kev;

	EV_SET(&kev, ident, filter, flags, fflags, data, ident + 7);
	return sc(SYS_kevent, kq, &kev, 1, NULL, 0, NULL);
}

/* So many rounds of all the parts, with one kqueue, which is left open. */
__attribute__((unused)) static int
kq_rounds(int rounds, void (*const *parts)(int kq))
{
	int kq = kq_new();

	for (int i = 0; i < rounds; i++)
		for (int k = 0; parts[k] != NULL; k++)
			parts[k](kq);
	return kq;
}

/* The events that there are now, at most max. */
__attribute__((unused)) static long
kq_look(int kq, struct kevent *kev, int max)
{
	return sc(SYS_kevent, kq, NULL, 0, kev, max, &kq_at_once);
}

/* Waits for one event. */
__attribute__((unused)) static struct kevent
kq_next(int kq)
{
	struct kevent kev;

	memset(&kev, 0, sizeof(kev));
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &kev, 1, NULL), 1);
	return kev;
}

__attribute__((unused)) static void
kq_quiet(int kq, int line)
{
	struct kevent kev;
	long n = kq_look(kq, &kev, 1);

	if (n != 0)
		test_note("line %d: ident %ld filter %d flags %x fflags %x "
			  "data %ld",
		    line, (long)kev.ident, kev.filter, kev.flags, kev.fflags,
		    (long)kev.data);
	CHECK_EQ(n, 0);
}
#define CHECK_QUIET(kq) kq_quiet(kq, __LINE__)

__attribute__((unused)) static void
kq_equal(const struct kevent *kev, int line, uintptr_t ident, int filter,
    uint32_t fflags, int64_t data)
{
	if (kev->ident != ident || kev->filter != filter ||
	    kev->fflags != fflags || kev->data != data)
		test_note("line %d: the event:", line);
	CHECK_EQ(kev->ident, ident);
	CHECK_EQ(kev->filter, filter);
	CHECK_EQ(kev->fflags, fflags);
	CHECK_EQ(kev->data, data);
	CHECK_EQ(kev->udata, ident + 7);
}
#define CHECK_EVENT(kev, ident, filter, fflags, data)                          \
	kq_equal(kev, __LINE__, ident, filter, fflags, data)
