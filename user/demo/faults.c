/*
 * faults.c -- demonstration: killed by one's own mistake.
 *
 * The time is from just before the instruction that faults.
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/mman.h>
#include "user/lib/scene.h"

static void
null_pointer(int unused)
{
	volatile int *p = (int *)(uintptr_t)unused;

	scene_last();
	*p = 1;
}

static void
read_only(int unused)
{
	volatile char *page =
	    mmap(NULL, 4096, PROT_READ, MAP_ANON | MAP_PRIVATE, -1, 0);

	if (page == MAP_FAILED)
		scene_fail("mmap");
	scene_last();
	*page = (char)unused;
}

static void
jump_to_data(int unused)
{
	static volatile char code[16] __attribute__((aligned(16)));
	void (*volatile fn)(void) = (void (*)(void))(uintptr_t)code;

	code[0] = (char)0xc3; /* ret */
	scene_last();
	fn();
	_exit(unused);
}

static void
kernel_address(int unused)
{
	volatile char *p = (char *)0xffffffff80100000;

	scene_last();
	_exit(*p + unused);
}

static void
divide(int zero)
{
	volatile int d = zero;

	scene_last();
	/* By hand: what the compiler makes of a division by 0 is its own. */
	__asm__ volatile("xorl %%edx, %%edx; movl $1, %%eax; divl %0"
			 :
			 : "m"(d)
			 : "eax", "edx", "cc");
}

static void
illegal(int unused)
{
	(void)unused;
	scene_last();
	__asm__ volatile("ud2");
}

static void
privileged(int unused)
{
	(void)unused;
	scene_last();
	__asm__ volatile("cli");
}

static int
deeper(volatile char *above, int n)
{
	volatile char frame[1024];

	frame[0] = above[0];
	return n == 0 ? 0 : deeper(frame, n - 1) + frame[0];
}

static void
stack_overflow(int unused)
{
	volatile char top = (char)unused;

	scene_last();
	_exit(deeper(&top, 1 << 30));
}

static void
aborts(int unused)
{
	(void)unused;
	scene_last();
	abort();
}

/* Memory that is there but not for this: the one or the other signal, as
 * systems differ. */
static void
protection(const char *way, void (*fn)(int))
{
	int64_t ns;
	int sig, status;

	scene_begin();
	status = scene_wait(scene_fork(fn, 0), &ns);
	sig = status & 0x7f;
	scene_status(
	    way, status, ns, "1 thread", sig == SIGSEGV || sig == SIGBUS);
}

int
main(void)
{
	scene_open();
	scene_die(
	    "null pointer", null_pointer, 0, SCENE_KILLED(SIGSEGV), "1 thread");
	protection("write to read-only memory", read_only);
	protection("jump to data", jump_to_data);
	protection("read of the kernel's memory", kernel_address);
	protection("privileged instruction", privileged);
	scene_die(
	    "division by zero", divide, 0, SCENE_KILLED(SIGFPE), "1 thread");
	scene_die("illegal instruction", illegal, 0, SCENE_KILLED(SIGILL),
	    "1 thread");
	scene_die("stack overflow", stack_overflow, 0, SCENE_KILLED(SIGSEGV),
	    "1 thread");
	scene_die("abort()", aborts, 0, SCENE_KILLED(SIGABRT), "1 thread");
	return scene_close();
}
