/*
 * events.c -- how long it takes from a child's exit until a kqueue that watches
 * it has told its parent.
 */
#include <unistd.h>
#include <sys/event.h>
#include "user/bench/bench.h"
#include "user/lib/clock.h"

#define CHILDREN 100

static uint64_t
kq_note_exit(int kq)
{
	uint64_t sum = 0;

	for (int i = 0; i < CHILDREN; i++) {
		struct kevent kev;
		pid_t pid;

		shared_reset();
		pid = fork();
		if (pid == -1)
			bench_fail("fork");
		if (pid == 0) {
			await(&shared->word);
			shared->stamp = now_ns();
			_exit(0);
		}
		EV_SET(&kev, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, 0);
		if (kevent(kq, &kev, 1, NULL, 0, NULL) == -1)
			bench_fail("kevent");
		release(&shared->word);
		if (kevent(kq, NULL, 0, &kev, 1, NULL) != 1)
			bench_fail("kevent");
		sum += now_ns() - shared->stamp;
		reap(pid);
	}
	return sum / CHILDREN;
}

void
bench_events(void)
{
	int kq = kqueue();

	if (kq == -1)
		bench_fail("kqueue");
	result("kq_note_exit", "-", median(kq_note_exit, kq));
	close(kq);
}
