/*
 * core_file.c -- a core is written where the limit allows it, of signals that
 * dump one, and the status says so; it shows the registers and the memory.
 */
#include "user/tests/test.h"
#include <elf.h>
#include <signal.h>

TEST_ROWS("2.15 3.3 3.5 E01");

static volatile char marked[] = "remember this, mayfly";

static void
limit(int64_t bytes)
{
	struct rlimit rl = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};

	CHECK_EQ(setrlimit(RLIMIT_CORE, &rl), 0);
}

static void
spins(void *arg)
{
	(void)arg;
	for (;;)
		__builtin_ia32_pause();
}

static void
dies(void *arg)
{
	struct mthread t;

	limit(1 << 24);
	mthread_start(&t, spins, NULL);
	if (arg != NULL)
		kill(getpid(), (int)(intptr_t)arg);
	marked[0] = 'R';
	test_poke(24, 5);
}

static void
dies_small(void *arg)
{
	(void)arg;
	limit(4096);
	test_poke(24, 5);
}

/* Is the marked text in the file, behind the page of the headers? */
static bool
remembers(const char *name)
{
	static char page[TEST_PAGE];
	static const char text[] = "Remember this, mayfly";
	Elf64_Ehdr eh;
	int fd = open(name, O_RDONLY);
	bool found = false;
	ssize_t n;

	REQUIRE(fd >= 0);
	CHECK_EQ(read(fd, &eh, sizeof(eh)), sizeof(eh));
	CHECK(memcmp(eh.e_ident, ELFMAG, SELFMAG) == 0);
	CHECK_EQ(eh.e_type, ET_CORE);
	CHECK(eh.e_phnum > 3);
	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, page, sizeof(page))) > 0)
		for (ssize_t i = 0; i + (ssize_t)sizeof(text) <= n; i++)
			found |= memcmp(page + i, text, sizeof(text)) == 0;
	close(fd);
	return found;
}

int
main(int argc, char **argv)
{
	static const char name[] = "/core.d/core_file.core";
	long status;

	test_begin(argc, argv);
	REQUIRE(mkdir("/core.d", 0700) == 0 && chdir("/core.d") == 0);
	/* None by default, nor of a signal that only kills. */
	limit(0);
	status = test_wait(test_fork(dies, (void *)SIGTERM));
	CHECK_EQ(status, SIGTERM);
	CHECK(access(name, F_OK) == -1);
	status = test_wait(test_fork(dies_small, NULL));
	CHECK_EQ(status, SIGSEGV);
	CHECK(access(name, F_OK) == -1);
	status = test_wait(test_fork(dies, NULL));
	CHECK_EQ(status, SIGSEGV | _WCORE);
	CHECK(WIFSIGNALED(status) && WCOREDUMP(status));
	CHECK(remembers(name));
	CHECK_EQ(unlink(name), 0);
	status = test_wait(test_fork(dies, (void *)SIGQUIT));
	CHECK_EQ(status, SIGQUIT | _WCORE);
	CHECK_EQ(unlink(name), 0);
	CHECK_EQ(chdir("/"), 0);
	CHECK_EQ(rmdir("/core.d"), 0);
	return test_done();
}
