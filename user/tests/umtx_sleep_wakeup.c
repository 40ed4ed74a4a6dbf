/*
 * umtx_sleep_wakeup.c -- umtx_sleep sleeps only while the word is what the
 * caller saw, wakes by umtx_wakeup (as many as asked), by time, and dies with
 * its process; processes meet in shared memory, that of a file that grows, too;
 * the errors.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("E11 2.9");

#define NTHREADS 6

static int word, woken, inside;

static void
errors(void)
{
	static int aligned[2];
	long got;

	CHECK_EQ(sc(SYS_umtx_sleep, &aligned[0], 1, 0), -EBUSY);
	CHECK_EQ(sc(SYS_umtx_sleep, &aligned[0], 1, 1000), -EBUSY);
	CHECK_EQ(sc(SYS_umtx_sleep, &aligned[0], 0, -1), -EINVAL);
	CHECK_EQ(sc(SYS_umtx_sleep, (char *)aligned + 1, 0, 1000), -EFAULT);
	CHECK_EQ(sc(SYS_umtx_sleep, NULL, 0, 1000), -EFAULT);
	CHECK_EQ(sc(SYS_umtx_sleep, 0xffff800000000000U, 0, 1000), -EFAULT);
	CHECK_EQ(sc(SYS_umtx_sleep, 0x8000000000000000U, 0, 1000), -EFAULT);
	CHECK_EQ(sc(SYS_umtx_sleep, &aligned[0], 0, 1000), -EWOULDBLOCK);
	CHECK_EQ(sc(SYS_umtx_sleep, &aligned[0], 0, 1), -EWOULDBLOCK);
	CHECK_EQ(sc(SYS_umtx_wakeup, &aligned[0], 0), 0);
	CHECK_EQ(sc(SYS_umtx_wakeup, &aligned[0], 1), 0);
	got = sc(SYS_umtx_wakeup, NULL, 1);
	CHECK(got == 0 || got == -EFAULT);
}

static void
sleeper(void *arg)
{
	(void)arg;
	add(&inside, 1);
	while (load(&word) == 0)
		sc(SYS_umtx_sleep, &word, 0, 0);
	add(&woken, 1);
}

/* Nobody is forgotten, however the wakeup falls. */
static void
threads(int count)
{
	struct mthread t[NTHREADS];

	word = woken = inside = 0;
	for (int i = 0; i < NTHREADS; i++)
		mthread_start(&t[i], sleeper, NULL);
	if (count & 1)
		WAIT_UNTIL(load(&inside) == NTHREADS);
	store(&word, 1);
	if (count < 2)
		CHECK_EQ(sc(SYS_umtx_wakeup, &word, 0), 0);
	else
		WAIT_UNTIL(
		    (sc(SYS_umtx_wakeup, &word, 1), load(&woken) == NTHREADS));
	for (int i = 0; i < NTHREADS; i++)
		mthread_join(&t[i]);
	CHECK_EQ(woken, NTHREADS);
}

static void
ping(void *arg)
{
	int *w = arg;

	for (int i = 0; i < 500; i++) {
		while (load(w) != 1)
			sc(SYS_umtx_sleep, w, 0, 0);
		store(w, 0);
		sc(SYS_umtx_wakeup, w, 0);
	}
}

static void
processes(void)
{
	int *w = test_shared(TEST_PAGE);
	pid_t pid = test_fork(ping, w);

	for (int i = 0; i < 500; i++) {
		while (load(w) != 0)
			sc(SYS_umtx_sleep, w, 1, 0);
		store(w, 1);
		sc(SYS_umtx_wakeup, w, 0);
	}
	CHECK_EXIT(pid, 0);
	sc(SYS_munmap, w, TEST_PAGE);
}

static void
sleeps_for_ever(void *arg)
{
	for (;;)
		sc(SYS_umtx_sleep, arg, 0, 0);
}

/* Of two sleepers one is killed: the other can still be woken. */
static void
waits_for_one(void *arg)
{
	int *w = arg;

	while (load(w) == 0)
		sc(SYS_umtx_sleep, w, 0, 0);
}

static void
one_is_killed(void)
{
	int *w = test_shared(TEST_PAGE);
	pid_t a = test_fork(sleeps_for_ever, w);
	pid_t b = test_fork(waits_for_one, w);

	CHECK_EQ(sc(SYS_kill, a, SIGKILL), 0);
	CHECK_KILLED(a, SIGKILL);
	store(w, 1);
	sc(SYS_umtx_wakeup, w, 0);
	CHECK_EXIT(b, 0);
	sc(SYS_munmap, w, TEST_PAGE);
}

static int *
map_file(long fd)
{
	long p = sc(SYS_mmap, 0, TEST_PAGE, PROT_READ, MAP_SHARED, fd, 0, 0);

	REQUIRE(p > 0);
	return (int *)p;
}

/* Who has mapped a file before it grew meets who maps it afterwards. */
static void
file_grows(void)
{
	long fd = sc(SYS_open, "/umtx_file", O_RDWR | O_CREAT, 0600);
	int *before, *after, one = 1;
	pid_t pid;

	REQUIRE(fd >= 0);
	CHECK_EQ(sc(SYS_unlink, "/umtx_file"), 0);
	CHECK_EQ(sc(SYS_ftruncate, fd, 0, TEST_PAGE), 0);
	before = map_file(fd);
	pid = test_fork(waits_for_one, before);
	WAIT_UNTIL(strcmp(test_ps(pid)->wmesg, "umtx") == 0);
	CHECK_EQ(sc(SYS_ftruncate, fd, 0, 100 * TEST_PAGE), 0);
	after = map_file(fd);
	CHECK_EQ(sc(SYS_write, fd, &one, sizeof(one)), sizeof(one));
	CHECK_EQ(*before, 1);
	CHECK_EQ(*after, 1);
	CHECK_EQ(sc(SYS_umtx_wakeup, after, 0), 0);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sc(SYS_munmap, before, TEST_PAGE), 0);
	CHECK_EQ(sc(SYS_munmap, after, TEST_PAGE), 0);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

static int units, taken;

static void
does_nothing(int sig)
{
	(void)sig;
}

/* Takes the unit, if it comes; one that is not patient does not come back
 * after a signal. */
static void
takes_unit(void *arg)
{
	bool patient = arg != NULL;
	int one = 1;
	long got;

	add(&inside, 1);
	do
		got = sc(SYS_umtx_sleep, &units, 0, 0);
	while (got == -EINTR && patient);
	if (got != -EINTR &&
	    __atomic_compare_exchange_n(&units, &one, 0, false,
		__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		add(&taken, 1);
}

/* A wakeup for one meets one that a signal interrupts: it is no wakeup then, or
 * that one has it. */
static void
signal_against_wakeup(int round)
{
	struct mthread t[2];

	units = taken = inside = 0;
	mthread_start(&t[0], takes_unit, NULL);
	WAIT_UNTIL(load(&inside) == 1);
	mthread_start(&t[1], takes_unit, "patient");
	WAIT_UNTIL(load(&inside) == 2);
	for (int i = round % 4; i > 0; i--)
		test_yield();
	lwp_kill(-1, t[0].tid, SIGUSR1);
	store(&units, 1);
	CHECK_EQ(sc(SYS_umtx_wakeup, &units, 1), 0);
	WAIT_UNTIL(load(&taken) == 1);
	store(&units, 2);
	CHECK_EQ(sc(SYS_umtx_wakeup, &units, 0), 0);
	for (int i = 0; i < 2; i++)
		mthread_join(&t[i]);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	errors();
	for (int i = 0; i < 60 * test_scale; i++)
		threads(i % 4);
	processes();
	file_grows();
	for (int i = 0; i < 20 * test_scale; i++)
		one_is_killed();
	signal(SIGUSR1, does_nothing);
	for (int i = 0; i < test_rounds(40, 2000); i++)
		signal_against_wakeup(i);
	return test_done();
}
