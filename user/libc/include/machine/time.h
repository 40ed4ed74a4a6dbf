/*
 * machine/time.h -- what newlib's <time.h> asks of the system.
 */
#pragma once

#define _CLOCKS_PER_SEC_ 1000000

/* Makes <time.h> declare clock_gettime() and nanosleep(). */
#define _POSIX_TIMERS 200809L
#define _POSIX_MONOTONIC_CLOCK 200809L
