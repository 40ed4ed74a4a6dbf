/*
 * time.c -- sleeping and counting, by nanosleep and getrusage.
 */
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
