/*
 * test_san.c -- what the sanitizers' builds (SAN=1) must not report.
 */
#include "kernel/lib/lib.h"
#include "kernel/san/shadow.h"
#include "kernel/test/ktest.h"

static void *left[5]; /* OWNER the test's thread */

/* A frame with marks around a variable, left without its end. */
static void __attribute__((noinline, noreturn))
leave(void)
{
	char sixteen[16];
	char *p = sixteen;

	__asm__ volatile("" : "+r"(p) : : "memory");
	p[0] = 0;
	KT_CHECK(shadow_find_bad((uintptr_t)p, 17) == (uintptr_t)p + 16);
	__builtin_longjmp(left, 1);
}

/* Whoever uses that part of the stack next finds it clean. */
static void
test_frames_left_behind(void)
{
	uintptr_t sp = (uintptr_t)__builtin_frame_address(0);

	if (__builtin_setjmp(left) == 0)
		leave();
	KT_CHECK(shadow_find_bad(sp - 1024, 1024) == 0);
}
KTEST(san_frames_left_behind, "2.1", test_frames_left_behind);

/* A word that goes over the end of what is good in its second half; and no
 * bytes at all. */
static void
test_shadow_partly_good(void)
{
	static const char twelve[12] __attribute__((aligned(8)));
	uintptr_t va = (uintptr_t)twelve;

	KT_EQUAL(shadow_find_bad(va, 12), 0);
	KT_EQUAL(shadow_find_bad(va + 8, 8), va + 12);
	KT_EQUAL(shadow_find_bad(va + 12, 0), 0);
	KT_EQUAL(shadow_find_bad(va, 100), va + 12);
}
KTEST(san_shadow_partly_good, "2.43", test_shadow_partly_good);
