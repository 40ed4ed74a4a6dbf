/*
 * signal_jumps.c -- out of handlers by siglongjmp: the mask of before is there
 * again, and the alternative stack can be used again.
 */
#include "user/tests/test.h"
#include <setjmp.h>
#include <signal.h>

TEST_ROWS("2.15");

static sigjmp_buf env;
static char altstack[65536] __attribute__((aligned(16)));
static volatile uintptr_t rsp;

static void
jumps(int sig)
{
	rsp = (uintptr_t)__builtin_frame_address(0);
	siglongjmp(env, sig);
}

static void
round_of(int sig, bool keeps_mask)
{
	sigset_t mask;
	volatile int jumped = 0;
	int got = sigsetjmp(env, keeps_mask);

	if (got == 0) {
		if (sig == SIGSEGV)
			test_poke(8, 1);
		else
			kill(getpid(), sig);
	} else {
		jumped = got;
	}
	CHECK_EQ(jumped, sig);
	CHECK(rsp - (uintptr_t)altstack < sizeof(altstack));
	sigprocmask(SIG_BLOCK, NULL, &mask);
	CHECK_EQ(sigismember(&mask, sig), !keeps_mask);
	sigemptyset(&mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

int
main(int argc, char **argv)
{
	stack_t ss = {.ss_sp = altstack, .ss_size = sizeof(altstack)};
	struct sigaction act = {.sa_handler = jumps, .sa_flags = SA_ONSTACK};

	test_begin(argc, argv);
	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	CHECK_EQ(sigaction(SIGSEGV, &act, NULL), 0);
	CHECK_EQ(sigaction(SIGUSR1, &act, NULL), 0);
	for (int i = 0; i < 100 * test_scale; i++) {
		round_of(SIGSEGV, true);
		round_of(SIGUSR1, true);
		round_of(SIGUSR1, false);
	}
	return test_done();
}
