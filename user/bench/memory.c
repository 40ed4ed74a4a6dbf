/*
 * memory.c -- a page's birth by the first touch, and its death at the exit.
 */
#include <errno.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "user/bench/bench.h"
#include "user/lib/clock.h"

#define PAGE 4096UL

/* In a child: touches all pages and exits with them. */
static void
touch_and_exit(size_t size)
{
	volatile char *mem = mmap(
	    NULL, size, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);
	uint64_t start = now_ns();

	if (mem == MAP_FAILED)
		_exit(errno);
	for (size_t at = 0; at < size; at += PAGE)
		mem[at] = 1;
	shared->stamp = now_ns();
	shared->figure = shared->stamp - start;
	_exit(0);
}

static bool
memory(const char *param, long mib)
{
	uint64_t now, pages = ((uint64_t)mib << 20) / PAGE;
	int status;
	pid_t pid;

	shared_reset();
	pid = fork();
	if (pid == -1)
		bench_fail("fork");
	if (pid == 0)
		touch_and_exit((size_t)mib << 20);
	if (wait4(pid, &status, 0, NULL) == -1)
		bench_fail("wait4");
	now = now_ns();
	if (status != 0) {
		errno = WIFEXITED(status) ? WEXITSTATUS(status) : ENOMEM;
		skipped("mem_exit_page", mib, "MiB");
		return false;
	}
	result("mem_touch_page", param, shared->figure / pages);
	result("mem_exit_page", param, (now - shared->stamp) / pages);
	return true;
}

void
bench_memory(void)
{
	/* A machine without that much memory shows a smaller figure. */
	if (!memory("256MiB", 256))
		memory("16MiB", 16);
}
