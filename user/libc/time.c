/*
 * time.c -- sleeping, counting and alarms, by nanosleep, getrusage and
 * setitimer.
 */
#include <stddef.h>
#include <time.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/times.h>

unsigned
sleep(unsigned seconds)
{
	struct timespec ts = {.tv_sec = seconds};

	if (nanosleep(&ts, &ts) == 0)
		return 0;
	return (unsigned)ts.tv_sec + (ts.tv_nsec > 0);
}

int
usleep(useconds_t usec)
{
	struct timespec ts = {.tv_sec = (time_t)(usec / 1000000),
	    .tv_nsec = (long)(usec % 1000000) * 1000};

	return nanosleep(&ts, NULL);
}

static clock_t
ticks(const struct timeval *tv)
{
	return (clock_t)(tv->tv_sec * CLOCKS_PER_SEC + tv->tv_usec);
}

clock_t
times(struct tms *tms)
{
	struct rusage me, children;
	struct timespec now;

	if (getrusage(RUSAGE_SELF, &me) == -1 ||
	    getrusage(RUSAGE_CHILDREN, &children) == -1 ||
	    clock_gettime(CLOCK_MONOTONIC, &now) == -1)
		return (clock_t)-1;
	tms->tms_utime = ticks(&me.ru_utime);
	tms->tms_stime = ticks(&me.ru_stime);
	tms->tms_cutime = ticks(&children.ru_utime);
	tms->tms_cstime = ticks(&children.ru_stime);
	return (clock_t)(now.tv_sec * CLOCKS_PER_SEC + now.tv_nsec / 1000);
}

/* The kernel's (kernel/abi/itimer.h). */
_Static_assert(sizeof(struct itimerval) == 32, "itimerval");
_Static_assert(offsetof(struct itimerval, it_value) == 16, "it_value");

unsigned
alarm(unsigned seconds)
{
	struct itimerval val = {.it_value.tv_sec = seconds}, old;

	if (setitimer(ITIMER_REAL, &val, &old) == -1)
		return 0;
	/* Rounded, but never to 0 while it was armed. */
	if (old.it_value.tv_usec >= 500000 ||
	    (old.it_value.tv_sec == 0 && old.it_value.tv_usec > 0))
		old.it_value.tv_sec++;
	return (unsigned)old.it_value.tv_sec;
}

useconds_t
ualarm(useconds_t usec, useconds_t interval)
{
	struct itimerval val, old;

	val.it_value.tv_sec = (time_t)(usec / 1000000);
	val.it_value.tv_usec = (suseconds_t)(usec % 1000000);
	val.it_interval.tv_sec = (time_t)(interval / 1000000);
	val.it_interval.tv_usec = (suseconds_t)(interval % 1000000);
	if (setitimer(ITIMER_REAL, &val, &old) == -1)
		return (useconds_t)-1;
	return (useconds_t)(old.it_value.tv_sec * 1000000 +
			    old.it_value.tv_usec);
}
