/*
 * ktest.h -- tests that run in the kernel, registered where they stand.
 *
 *	static void
 *	test_token_lost_on_block(void)
 *	{
 *		KT_CHECK(lwkt_token_held(&tok));
 *	}
 *	KTEST(token_lost_on_block, "2.3", test_token_lost_on_block);
 *
 * Kernel argument ktest (or ktest=PREFIX) runs them at boot on a kernel
 * thread, prints TAP, and ends the machine.  A census is taken around each
 * test; one that leaves something behind has failed.
 *
 * No verdict hangs on the clock: a test waits for progress, and gives up
 * after KTEST_GIVEUP_NS.  A kernel thread is preempted by interrupt threads
 * only: whoever waits in a loop goes through KT_WAIT or KT_SPIN.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/lockcheck.h"

#define KTEST_GIVEUP_NS 20000000000ULL

struct ktest {
	const char *kt_name;  /* STABLE */
	const char *kt_rows;  /* STABLE rows of the specification */
	void (*kt_fn)(void); /* STABLE */
};

#define KTEST(name, rows, fn)                                                  \
	static const struct ktest ktest_##name                                 \
	    __attribute__((used, section(".ktest"), aligned(8))) = { #name,    \
		    rows, fn }

/* Fails the running test, and says where, when expr is false; goes on.  Any
 * thread, any context. */
#define KT_CHECK(expr) ktest_check((expr), #expr, __FILE__, __LINE__)
bool ktest_check(bool ok, const char *expr, const char *file, int line);
/* Fails it when the two differ, and prints both. */
#define KT_EQUAL(a, b)                                                         \
	ktest_equal((long)(a), (long)(b), #a " == " #b, __FILE__, __LINE__)
bool ktest_equal(long a, long b, const char *expr, const char *file, int line);

/* False on a machine with fewer than n CPUs: the test is skipped, and
 * returns. */
bool ktest_needs_cpus(int n);

/* Wait until expr is true; false, and a failed test, after the give-up time.
 * WAIT sleeps in between, SPIN yields (for waits of microseconds). */
#define KT_WAIT(expr) KT_LOOP(expr, ktest_pause)
#define KT_SPIN(expr) KT_LOOP(expr, ktest_yield)
#define KT_LOOP(expr, pass)                                                    \
	({                                                                     \
		uint64_t _end = ktest_giveup();                                \
		bool _ok;                                                      \
		while (!(_ok = (expr)) && pass(_end))                          \
			continue;                                              \
		ktest_check(_ok, "waited for " #expr, __FILE__, __LINE__);     \
	})
uint64_t ktest_giveup(void);
bool ktest_pause(uint64_t end) SLEEPS;
bool ktest_yield(uint64_t end) SLEEPS;

/*
 * Threads of a test.  fn(arg) runs on CPU cpuid; a test ends with
 * ktest_join(), which waits until all of them have ended (false when they do
 * not).
 */
struct thread *ktest_spawn(void (*fn)(void *), void *arg, int pri, int cpuid);
/* The same with TDF_* flags. */
struct thread *ktest_spawn_flags(void (*fn)(void *), void *arg, uint32_t flags,
    int pri, int cpuid);
bool ktest_join(void) SLEEPS;
/* Threads that have not ended yet. */
int ktest_live(void);
