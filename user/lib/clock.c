/*
 * clock.c -- the time since boot, for programs that measure.
 *
 * Both calls may be used by a child of vfork and by any thread: they touch no
 * memory but their own stack.
 */
#include <time.h>
#include "user/lib/clock.h"

uint64_t
now_ns(void)
{
	struct timespec ts = {0};

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

void
sleep_ms(unsigned ms)
{
	struct timespec ts = {.tv_sec = (time_t)(ms / 1000),
	    .tv_nsec = (long)(ms % 1000) * 1000000};

	nanosleep(&ts, NULL);
}
